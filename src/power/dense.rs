//! LU factor of a small dense matrix with partial pivoting: the basis of a dispatch, a handful of rows.

/// A pivot smaller than this share of the largest entry is a singular matrix.
const SINGULAR: f64 = 1e-11;

/// The factor P M = L U of a square matrix, row by row; it keeps its memory from one matrix to the next.
#[derive(Clone, Debug, Default)]
pub(super) struct DenseLu {
    size: usize,
    entry: Vec<f64>,
    swap: Vec<usize>,
}

impl DenseLu {
    /// Factors the matrix whose entry in row i, column j is `entry(i, j)`. False if it is singular.
    pub(super) fn factor(&mut self, size: usize, entry: impl Fn(usize, usize) -> f64) -> bool {
        self.size = size;
        self.entry.clear();
        self.swap.clear();
        let mut largest = 0.0_f64;
        for i in 0..size {
            for j in 0..size {
                let e = entry(i, j);
                largest = largest.max(e.abs());
                self.entry.push(e);
            }
        }
        for step in 0..size {
            let mut best = step;
            for i in step + 1..size {
                if self.entry[i * size + step].abs() > self.entry[best * size + step].abs() {
                    best = i;
                }
            }
            let pivot = self.entry[best * size + step];
            if pivot.is_nan() || pivot.abs() <= SINGULAR * largest {
                return false;
            }
            self.swap.push(best);
            if best != step {
                for j in 0..size {
                    self.entry.swap(step * size + j, best * size + j);
                }
            }
            let (above, below) = self.entry.split_at_mut((step + 1) * size);
            let pivot_row = &above[step * size..];
            for row in below.chunks_exact_mut(size) {
                let l = row[step] / pivot;
                row[step] = l;
                for j in step + 1..size {
                    row[j] -= l * pivot_row[j];
                }
            }
        }
        true
    }

    /// Solves M x = b in place.
    pub(super) fn solve(&self, b: &mut [f64]) {
        let n = self.size;
        for (step, &with) in self.swap.iter().enumerate() {
            b.swap(step, with);
        }
        for i in 1..n {
            let mut s = b[i];
            for j in 0..i {
                s -= self.entry[i * n + j] * b[j];
            }
            b[i] = s;
        }
        for i in (0..n).rev() {
            let mut s = b[i];
            for j in i + 1..n {
                s -= self.entry[i * n + j] * b[j];
            }
            b[i] = s / self.entry[i * n + i];
        }
    }

    /// Solves Mᵀ x = b in place.
    pub(super) fn solve_transposed(&self, b: &mut [f64]) {
        let n = self.size;
        for i in 0..n {
            let mut s = b[i];
            for j in 0..i {
                s -= self.entry[j * n + i] * b[j];
            }
            b[i] = s / self.entry[i * n + i];
        }
        for i in (0..n).rev() {
            let mut s = b[i];
            for j in i + 1..n {
                s -= self.entry[j * n + i] * b[j];
            }
            b[i] = s;
        }
        for (step, &with) in self.swap.iter().enumerate().rev() {
            b.swap(step, with);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solves_both_ways_and_sees_singularity() {
        let m = [[0.0, 2.0, 1.0], [1.0, -1.0, 3.0], [4.0, 0.5, 0.0]];
        let mut lu = DenseLu::default();
        assert!(lu.factor(3, |i, j| m[i][j]));
        let x = [1.5, -2.0, 0.25];
        let mut b = [0, 1, 2].map(|i| (0..3).map(|j| m[i][j] * x[j]).sum::<f64>());
        lu.solve(&mut b);
        let mut c = [0, 1, 2].map(|j| (0..3).map(|i| m[i][j] * x[i]).sum::<f64>());
        lu.solve_transposed(&mut c);
        for i in 0..3 {
            assert!((b[i] - x[i]).abs() < 1e-14 && (c[i] - x[i]).abs() < 1e-14);
        }
        assert!(!lu.factor(2, |i, j| (i + 1) as f64 * (j + 1) as f64));
    }
}
