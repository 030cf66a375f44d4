//! The natural logarithm of many numbers at once, with the bits that `libm` gives one at a time.
//!
//! The method and its coefficients are FreeBSD's `e_log.c` (Sun Microsystems 1993), which `libm` follows too: x = 2ᵏ (1 + f)
//! with 1 + f between √½ and √2, log(1 + f) from s = f / (2 + f) by a minimax polynomial in s²; error below 1 ulp. Written
//! without a branch, so that vector units can follow; no fused multiply-add, so that each has the same bits.

/// ln 2 in two parts, the first with its last bits zero, so that its product with k is exact.
const LN2_HIGH: f64 = 0.6931471803691238;
const LN2_LOW: f64 = 1.9082149292705877e-10;
/// Coefficients of the polynomial in s², rising.
const LG: [f64; 7] = [
    0.6666666666666735,
    0.3999999999940942,
    0.2857142874366239,
    0.22222198432149784,
    0.1818357216161805,
    0.15313837699209373,
    0.14798198605116586,
];

/// Replaces each number by its natural logarithm. For positive normal numbers; what comes of others is not defined.
pub(super) fn ln_each(values: &mut [f64]) {
    pulp::Arch::new().dispatch(LnEach(values));
}

/// Compiled for the widest vectors that the machine has.
struct LnEach<'a>(&'a mut [f64]);

impl pulp::WithSimd for LnEach<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        for x in self.0 {
            *x = ln(*x);
        }
    }
}

/// One logarithm.
#[inline(always)]
fn ln(x: f64) -> f64 {
    /// The high word of √½, and what lifts it to that of 1.
    const ROOT: u64 = 0x3fe6_a09e << 32;
    const LIFT: u64 = (0x3ff0_0000 << 32) - ROOT;
    /// 2⁵², whose last bits hold a small integer.
    const HOLDER: u64 = 0x4330_0000_0000_0000;
    let lifted = x.to_bits().wrapping_add(LIFT);
    let power = f64::from_bits(HOLDER | (lifted >> 52)) - (4_503_599_627_370_496.0 + 1023.0);
    let f = f64::from_bits((lifted & 0x000f_ffff_ffff_ffff).wrapping_add(ROOT)) - 1.0;
    let half_square = 0.5 * f * f;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let even = w * (LG[1] + w * (LG[3] + w * LG[5]));
    let odd = z * (LG[0] + w * (LG[2] + w * (LG[4] + w * LG[6])));
    s * (half_square + (odd + even)) + power * LN2_LOW - half_square + f + power * LN2_HIGH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_the_bits_of_libm_in_any_lane() {
        // Over all of the open unit interval and beyond, near 1 and near the ends of each power of two.
        let mut values: Vec<f64> = (1..200_000).map(|i| f64::from(i) / 200_000.0).collect();
        values.extend((1..2_000).map(|i| 1.0 - f64::from(i) * f64::EPSILON / 2.0));
        values.extend((1..1_000).map(|k| libm::ldexp(1.0 + f64::from(k % 7) * 0.14, -k)));
        values.extend((1..1_000).map(|k| libm::ldexp(core::f64::consts::SQRT_2, -k)));
        values.extend([1.0, f64::MIN_POSITIVE, f64::EPSILON / 2.0, 3.5e300, core::f64::consts::FRAC_1_SQRT_2]);
        let mut seed = 1_u64;
        values.extend((0..200_000).map(|_| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((seed >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
        }));
        for from in 0..9 {
            let mut found = values[from..].to_vec();
            ln_each(&mut found);
            for (x, ln) in values[from..].iter().zip(found) {
                assert_eq!(ln.to_bits(), libm::log(*x).to_bits(), "ln {x:e}");
            }
        }
    }
}
