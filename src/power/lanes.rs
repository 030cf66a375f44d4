//! Sums, maxima and counts in eight interleaved parts: a fixed order that vector units can follow, the same bits everywhere.

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

/// The largest of `|a + b| − limit`, or zero if none is positive. The slices are equally long.
#[inline]
pub(super) fn furthest_beyond(a: &[f64], b: &[f64], limit: &[f64]) -> f64 {
    let larger = |a: f64, b: f64| if b > a { b } else { a };
    let n = a.len().min(b.len()).min(limit.len());
    let (a, a_rest) = a[..n].as_chunks::<LANES>();
    let (b, b_rest) = b[..n].as_chunks::<LANES>();
    let (limit, limit_rest) = limit[..n].as_chunks::<LANES>();
    let mut part = [0.0; LANES];
    for ((a, b), l) in a.iter().zip(b).zip(limit) {
        for lane in 0..LANES {
            part[lane] = larger(part[lane], (a[lane] + b[lane]).abs() - l[lane]);
        }
    }
    let mut worst = part.into_iter().fold(0.0, larger);
    for ((a, b), l) in a_rest.iter().zip(b_rest).zip(limit_rest) {
        worst = larger(worst, (a + b).abs() - l);
    }
    worst
}

/// How many values are within `margin` of their limit in magnitude, or beyond it. The slices are equally long.
#[inline]
pub(super) fn count_near(value: &[f64], limit: &[f64], margin: f64) -> usize {
    let near = |v: f64, l: f64| u64::from(l - v.abs() <= margin);
    let n = value.len().min(limit.len());
    let ((value, value_rest), (limit, limit_rest)) = (value[..n].as_chunks::<LANES>(), limit[..n].as_chunks::<LANES>());
    let mut part = [0_u64; LANES];
    for (v, l) in value.iter().zip(limit) {
        for lane in 0..LANES {
            part[lane] += near(v[lane], l[lane]);
        }
    }
    let whole: u64 = part.iter().sum();
    (whole + value_rest.iter().zip(limit_rest).map(|(v, l)| near(*v, *l)).sum::<u64>()) as usize
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
        v[9] = -4.5;
        v[28] = 5.0;
        let zero = [0.0; 29];
        assert_eq!(furthest_beyond(&v, &zero, &[3.0; 29]), 2.0);
        assert_eq!(furthest_beyond(&v, &v, &[3.0; 29]), 7.0);
        assert_eq!(furthest_beyond(&v, &zero, &[f64::INFINITY; 29]), 0.0);
        assert_eq!(count_near(&v, &[5.5; 29], 1.0), 2);
    }
}
