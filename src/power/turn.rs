//! Rows to columns and back: between tables, one row a snapshot, and snapshots side by side, one lane each.
//!
//! Eight rows of eight numbers are turned within the registers of a machine with 512-bit vectors (three rounds of
//! exchanges in pairs, Eklundh 1972); elsewhere number by number. Nothing is computed: the result is the same everywhere.

/// Numbers of a register.
#[cfg(target_arch = "x86_64")]
const EIGHT: usize = 8;

/// Some columns of a table with rows of `width`, from column `first` on, side by side: `columns[k][lane]` is number
/// `first + k` of row `lane`. Lanes beyond the last row are left alone. `first + columns.len()` is at most `width`.
pub(super) fn to_columns<const W: usize>(rows: &[f64], width: usize, first: usize, columns: &mut [[f64; W]]) {
    #[cfg(target_arch = "x86_64")]
    if rows.len() == W * width
        && let Some(v4) = pulp::x86::V4::try_new()
    {
        return v4.vectorize(ToColumns { v4, rows, width, first, columns });
    }
    plain_to_columns(rows, width, first, columns);
}

/// The way back: `columns` become numbers `first`, `first + 1` … of each row there is.
pub(super) fn to_rows<const W: usize>(columns: &[[f64; W]], rows: &mut [f64], width: usize, first: usize) {
    #[cfg(target_arch = "x86_64")]
    if rows.len() == W * width
        && let Some(v4) = pulp::x86::V4::try_new()
    {
        return v4.vectorize(ToRows { v4, columns, rows, width, first });
    }
    plain_to_rows(columns, rows, width, first);
}

#[inline(always)]
fn plain_to_columns<const W: usize>(rows: &[f64], width: usize, first: usize, columns: &mut [[f64; W]]) {
    for (lane, row) in rows.chunks_exact(width.max(1)).enumerate().take(W) {
        for (column, value) in columns.iter_mut().zip(&row[first..]) {
            column[lane] = *value;
        }
    }
}

#[inline(always)]
fn plain_to_rows<const W: usize>(columns: &[[f64; W]], rows: &mut [f64], width: usize, first: usize) {
    for (lane, row) in rows.chunks_exact_mut(width.max(1)).enumerate().take(W) {
        for (column, value) in columns.iter().zip(&mut row[first..]) {
            *value = column[lane];
        }
    }
}

#[cfg(target_arch = "x86_64")]
struct ToColumns<'a, const W: usize> {
    v4: pulp::x86::V4,
    rows: &'a [f64],
    width: usize,
    first: usize,
    columns: &'a mut [[f64; W]],
}

#[cfg(target_arch = "x86_64")]
impl<const W: usize> pulp::NullaryFnOnce for ToColumns<'_, W> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { v4, rows, width, first, columns } = self;
        let eights = if W.is_multiple_of(EIGHT) { columns.len() / EIGHT } else { 0 };
        for (part, rows) in rows.chunks_exact(EIGHT * width).enumerate() {
            let row: [&[[f64; EIGHT]]; EIGHT] =
                core::array::from_fn(|i| &rows[i * width + first..][..columns.len()].as_chunks().0[..eights]);
            for (k, eight) in columns.as_chunks_mut::<EIGHT>().0.iter_mut().enumerate().take(eights) {
                let turned = turn(v4, core::array::from_fn(|i| pulp::cast(row[i][k])));
                for i in 0..EIGHT {
                    eight[i].as_chunks_mut::<EIGHT>().0[part] = pulp::cast(turned[i]);
                }
            }
        }
        plain_to_columns(rows, width, first + eights * EIGHT, &mut columns[eights * EIGHT..]);
    }
}

#[cfg(target_arch = "x86_64")]
struct ToRows<'a, const W: usize> {
    v4: pulp::x86::V4,
    columns: &'a [[f64; W]],
    rows: &'a mut [f64],
    width: usize,
    first: usize,
}

#[cfg(target_arch = "x86_64")]
impl<const W: usize> pulp::NullaryFnOnce for ToRows<'_, W> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { v4, columns, rows, width, first } = self;
        let eights = if W.is_multiple_of(EIGHT) { columns.len() / EIGHT } else { 0 };
        for (part, rows) in rows.chunks_exact_mut(EIGHT * width).enumerate() {
            let mut all = rows.chunks_exact_mut(width);
            let row: [&mut [[f64; EIGHT]]; EIGHT] = core::array::from_fn(|_| {
                let row = all.next().unwrap_or_default();
                &mut row[first..][..columns.len()].as_chunks_mut().0[..eights]
            });
            for (k, eight) in columns.as_chunks::<EIGHT>().0.iter().enumerate().take(eights) {
                let side = |i: usize| pulp::cast(eight[i].as_chunks::<EIGHT>().0[part]);
                let turned = turn(v4, core::array::from_fn(side));
                for i in 0..EIGHT {
                    row[i][k] = pulp::cast(turned[i]);
                }
            }
        }
        plain_to_rows(&columns[eights * EIGHT..], rows, width, first + eights * EIGHT);
    }
}

/// Eight rows of eight to eight columns of eight.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn turn(v4: pulp::x86::V4, row: [core::arch::x86_64::__m512d; EIGHT]) -> [core::arch::x86_64::__m512d; EIGHT] {
    let simd = v4.avx512f;
    // Numbers of two rows in turn: the even ones, the odd ones.
    let pair = |i: usize| (simd._mm512_unpacklo_pd(row[i], row[i + 1]), simd._mm512_unpackhi_pd(row[i], row[i + 1]));
    // Of four pairs each the first and third, the second and fourth.
    let halve = |a, b| (simd._mm512_shuffle_f64x2::<0x88>(a, b), simd._mm512_shuffle_f64x2::<0xdd>(a, b));
    let ((even_0, odd_0), (even_2, odd_2), (even_4, odd_4), (even_6, odd_6)) = (pair(0), pair(2), pair(4), pair(6));
    let ((c04_0, c26_0), (c04_4, c26_4)) = (halve(even_0, even_2), halve(even_4, even_6));
    let ((c15_0, c37_0), (c15_4, c37_4)) = (halve(odd_0, odd_2), halve(odd_4, odd_6));
    let ((c0, c4), (c2, c6)) = (halve(c04_0, c04_4), halve(c26_0, c26_4));
    let ((c1, c5), (c3, c7)) = (halve(c15_0, c15_4), halve(c37_0, c37_4));
    [c0, c1, c2, c3, c4, c5, c6, c7]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there_and_back<const W: usize>() {
        for width in [1, 7, 8, 9, 16, 29, 186] {
            for count in [0, 1, 3, W.saturating_sub(1), W].into_iter().filter(|&count| count <= W) {
                let table: Vec<f64> = (0..count * width).map(|i| i as f64).collect();
                for first in [0, 1, width / 2] {
                    let mut found = vec![[-1.0; W]; width - first.min(width)];
                    let mut plain = found.clone();
                    to_columns(&table, width, first, &mut found);
                    plain_to_columns(&table, width, first, &mut plain);
                    assert_eq!(found, plain);
                    for (k, column) in found.iter().enumerate() {
                        for lane in 0..count {
                            assert_eq!(column[lane], (lane * width + first + k) as f64);
                        }
                    }
                    let mut back = vec![-1.0; table.len()];
                    to_rows(&found, &mut back, width, first);
                    for (i, (back, value)) in back.iter().zip(&table).enumerate() {
                        assert_eq!(*back, if i % width < first { -1.0 } else { *value });
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_turned_twice_is_as_before() {
        there_and_back::<1>();
        there_and_back::<5>();
        there_and_back::<8>();
        there_and_back::<16>();
        there_and_back::<32>();
    }
}
