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

/// The largest of `|value| − limit`, or `least` if that is larger. The slices are equally long.
#[inline]
pub(super) fn furthest_beyond(value: &[f64], limit: &[f64], least: f64) -> f64 {
    let larger = |a: f64, b: f64| if b > a { b } else { a };
    let n = value.len().min(limit.len());
    let ((value, value_rest), (limit, limit_rest)) = (value[..n].as_chunks::<LANES>(), limit[..n].as_chunks::<LANES>());
    let mut part = [least; LANES];
    for (v, l) in value.iter().zip(limit) {
        for lane in 0..LANES {
            part[lane] = larger(part[lane], v[lane].abs() - l[lane]);
        }
    }
    let worst = part.into_iter().fold(least, larger);
    value_rest.iter().zip(limit_rest).fold(worst, |worst, (v, l)| larger(worst, v.abs() - l))
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

/// The largest magnitude, or `least` if that is larger.
#[inline]
pub(super) fn largest_magnitude(value: &[f64], least: f64) -> f64 {
    let larger = |a: f64, b: f64| if b > a { b } else { a };
    let (chunks, rest) = value.as_chunks::<LANES>();
    let mut part = [least; LANES];
    for v in chunks {
        for lane in 0..LANES {
            part[lane] = larger(part[lane], v[lane].abs());
        }
    }
    let whole = part.into_iter().fold(least, larger);
    rest.iter().fold(whole, |most, v| larger(most, v.abs()))
}

/// `Σ min(d low, d high)`: the least that bounded quantities can cost at reduced costs `d`. The slices are equally long.
#[inline]
pub(super) fn least_cost(d: &[f64], low: &[f64], high: &[f64]) -> f64 {
    let least = |d: f64, low: f64, high: f64| {
        let (a, b) = (d * low, d * high);
        if b < a { b } else { a }
    };
    let n = d.len().min(low.len()).min(high.len());
    let (d, d_rest) = d[..n].as_chunks::<LANES>();
    let (low, low_rest) = low[..n].as_chunks::<LANES>();
    let (high, high_rest) = high[..n].as_chunks::<LANES>();
    let mut part = [0.0; LANES];
    for ((d, l), h) in d.iter().zip(low).zip(high) {
        for lane in 0..LANES {
            part[lane] += least(d[lane], l[lane], h[lane]);
        }
    }
    let mut sum = 0.0;
    for ((d, l), h) in d_rest.iter().zip(low_rest).zip(high_rest) {
        sum += least(*d, *l, *h);
    }
    sum + ((part[0] + part[4]) + (part[1] + part[5])) + ((part[2] + part[6]) + (part[3] + part[7]))
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
        assert_eq!(largest_magnitude(&v, 0.5), 5.0);
        assert_eq!(largest_magnitude(&v[..3], 7.0), 7.0);
        v[9] = -4.5;
        assert_eq!(furthest_beyond(&v, &[3.0; 29], 0.0), 2.0);
        assert_eq!(furthest_beyond(&v, &[f64::INFINITY; 29], 0.0), 0.0);
        assert_eq!(count_near(&v, &[5.5; 29], 1.0), 2);
        let d: Vec<f64> = (0..29).map(|i| f64::from(i - 14)).collect();
        let plain: f64 = d.iter().map(|d| (d * -2.0).min(d * 3.0)).sum();
        assert_eq!(least_cost(&d, &[-2.0; 29], &[3.0; 29]), plain);
    }
}
