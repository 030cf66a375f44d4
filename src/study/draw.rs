//! Assumptions with a range, drawn for each member.

use crate::random::{Member, Seed, Stream};
use serde::{Deserialize, Serialize};

/// An assumption with a range, as a study draws it: triangular between the ends, most likely at the scenario's value.
///
/// The triangle is itself an assumption: of an unpublished number only the ends and the best guess are known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Range {
    /// Its key in the scenario, or the prefix of a group.
    pub key: String,
    /// Lowest value, or factor.
    pub low: f64,
    /// The scenario's value; 1 for a factor.
    pub mode: f64,
    /// Highest value, or factor.
    pub high: f64,
    /// Whether only whole numbers are possible.
    pub whole: bool,
}

impl Range {
    /// The value in one member. Its address is the key, so arms that share an assumption share its value.
    pub fn draw(&self, seed: Seed, member: Member) -> f64 {
        let u = Stream::new(seed, member, "assumption", &self.key).at(0).uniform();
        let drawn = triangular_quantile(self.low, self.mode, self.high, u);
        if self.whole { libm::rint(drawn) } else { drawn }
    }
}

/// The quantile of the triangular law; a mode outside the ends counts as the nearer end, an empty range as its low end.
pub fn triangular_quantile(low: f64, mode: f64, high: f64, u: f64) -> f64 {
    let width = high - low;
    // Also where an end is no number.
    if width.is_nan() || width <= 0.0 {
        return low;
    }
    let rise = (mode.max(low).min(high) - low) / width;
    let drawn =
        if u < rise { low + width * libm::sqrt(u * rise) } else { high - width * libm::sqrt((1.0 - u) * (1.0 - rise)) };
    drawn.max(low).min(high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_triangle_has_its_ends_mode_and_median() {
        let q = |u| triangular_quantile(0.0, 1.0, 4.0, u);
        assert_eq!((q(0.0), q(1.0), q(0.25)), (0.0, 4.0, 1.0));
        // F(x) = 1 - (4 - x)² / 12 above the mode.
        assert!((q(0.5) - (4.0 - libm::sqrt(6.0))).abs() < 1e-15);
        assert_eq!(triangular_quantile(2.0, 2.0, 2.0, 0.7), 2.0);
        assert!((triangular_quantile(0.0, -5.0, 1.0, 0.0)).abs() < 1e-15);
    }

    #[test]
    fn a_draw_depends_on_seed_member_and_key_alone() {
        let range = |key: &str| Range { key: key.into(), low: 1.0, mode: 2.0, high: 5.0, whole: false };
        let base = range("a").draw(Seed(1), Member(3));
        assert_eq!(base.to_bits(), range("a").draw(Seed(1), Member(3)).to_bits());
        for other in [range("b").draw(Seed(1), Member(3)), range("a").draw(Seed(2), Member(3))] {
            assert_ne!(base, other);
        }
        let whole = Range { whole: true, ..range("a") };
        assert!(
            (0..50).map(|m| whole.draw(Seed(1), Member(m))).all(|x| x == libm::rint(x) && (1.0..=5.0).contains(&x))
        );
    }
}
