//! Sums and maxima in eight interleaved parts: a fixed order that vector units can follow, the same bits everywhere.

/// How many parts.
const LANES: usize = 8;

/// The scalar product of two slices, as long as the shorter one.
#[inline]
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len().min(b.len());
    let ((a, a_rest), (b, b_rest)) = (a[..n].as_chunks::<LANES>(), b[..n].as_chunks::<LANES>());
    let mut part = [0.0; LANES];
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            part[lane] += a[lane] * b[lane];
        }
    }
    let mut sum = 0.0;
    for (a, b) in a_rest.iter().zip(b_rest) {
        sum += a * b;
    }
    sum + ((part[0] + part[4]) + (part[1] + part[5])) + ((part[2] + part[6]) + (part[3] + part[7]))
}

/// How far the furthest value is outside its bounds; zero if none is. The slices are equally long.
#[inline]
pub(super) fn furthest_outside(value: &[f64], low: &[f64], high: &[f64]) -> f64 {
    let larger = |a: f64, b: f64| if b > a { b } else { a };
    let n = value.len().min(low.len()).min(high.len());
    let (value, value_rest) = value[..n].as_chunks::<LANES>();
    let (low, low_rest) = low[..n].as_chunks::<LANES>();
    let (high, high_rest) = high[..n].as_chunks::<LANES>();
    let mut part = [0.0; LANES];
    for ((v, l), h) in value.iter().zip(low).zip(high) {
        for lane in 0..LANES {
            part[lane] = larger(larger(part[lane], l[lane] - v[lane]), v[lane] - h[lane]);
        }
    }
    let mut worst = part.into_iter().fold(0.0, larger);
    for ((v, l), h) in value_rest.iter().zip(low_rest).zip(high_rest) {
        worst = larger(larger(worst, l - v), v - h);
    }
    worst
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_make_the_whole() {
        let a: Vec<f64> = (0..29).map(f64::from).collect();
        let b: Vec<f64> = (0..29).map(|i| 0.5 * f64::from(i % 5)).collect();
        let plain: f64 = a.iter().zip(&b).map(|(a, b)| a * b).sum();
        assert_eq!(dot(&a, &b), plain);
        assert_eq!(dot(&a, &[]), 0.0);
        let mut v = vec![1.0; 29];
        assert_eq!(furthest_outside(&v, &[0.0; 29], &[2.0; 29]), 0.0);
        v[3] = -0.25;
        v[28] = 5.0;
        assert_eq!(furthest_outside(&v, &[0.0; 29], &[2.0; 29]), 3.0);
    }
}
