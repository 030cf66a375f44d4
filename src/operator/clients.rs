//! Whose machines stand in a host's sites: clients by jurisdiction, and who of them must go when the host is designated.

use crate::units::Power;

/// Where a client's law is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jurisdiction {
    /// Russia.
    Russian,
    /// The United States, the European Union and other sanctioning states but Japan.
    Western,
    /// Japan.
    Japanese,
    /// Asia and everybody else.
    Other,
}

impl Jurisdiction {
    /// All, in the order in which shares are given.
    pub const ALL: [Self; 4] = [Self::Russian, Self::Western, Self::Japanese, Self::Other];
}

/// A set of jurisdictions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Jurisdictions([bool; 4]);

impl Jurisdictions {
    /// None of them.
    pub const NONE: Self = Self([false; 4]);
    /// A set of some.
    pub fn of(some: &[Jurisdiction]) -> Self {
        let mut set = Self::NONE;
        for one in some {
            set.0[*one as usize] = true;
        }
        set
    }
    /// Whether one is in the set.
    pub fn contains(self, one: Jurisdiction) -> bool {
        self.0[one as usize]
    }
    /// Both sets together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(core::array::from_fn(|i| self.0[i] || other.0[i]))
    }
}

/// Connected power by the jurisdiction of its owner.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Clients(pub [Power; 4]);

impl Clients {
    /// Power shared out.
    pub fn shared(power: Power, shares: &[f64; 4]) -> Self {
        let whole: f64 = shares.iter().map(|s| s.max(0.0)).sum();
        if whole <= 0.0 {
            return Self([power, Power::ZERO, Power::ZERO, Power::ZERO]);
        }
        Self(shares.map(|s| power * (s.max(0.0) / whole)))
    }
    /// All of it.
    pub fn total(&self) -> Power {
        self.0.iter().sum()
    }
    /// Power of one jurisdiction's clients.
    pub fn of(&self, one: Jurisdiction) -> Power {
        self.0[one as usize]
    }
    /// Share of those who must go.
    pub fn share_of(&self, some: Jurisdictions) -> f64 {
        let gone: Power = Jurisdiction::ALL.iter().filter(|j| some.contains(**j)).map(|j| self.of(*j)).sum();
        if self.total() > Power::ZERO { gone / self.total() } else { 0.0 }
    }
    /// Those who must go are gone; their power is returned.
    pub fn expel(&mut self, some: Jurisdictions) -> Power {
        let mut freed = Power::ZERO;
        for j in Jurisdiction::ALL {
            if some.contains(j) {
                freed += core::mem::replace(&mut self.0[j as usize], Power::ZERO);
            }
        }
        freed
    }
    /// New power goes to those who may still deal, by the shares given; to Russian clients if none of them may.
    pub fn welcome(&mut self, power: Power, shares: &[f64; 4], barred: Jurisdictions) {
        let open: [f64; 4] =
            core::array::from_fn(|i| if barred.contains(Jurisdiction::ALL[i]) { 0.0 } else { shares[i] });
        let come = Self::shared(power, &open);
        for (have, more) in self.0.iter_mut().zip(come.0) {
            *have += more;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_who_comply_go_and_others_take_their_place() {
        let shares = [0.60, 0.15, 0.10, 0.15];
        let mut c = Clients::shared(Power::mw(100.0), &shares);
        let barred = Jurisdictions::of(&[Jurisdiction::Western, Jurisdiction::Japanese]);
        assert!((c.share_of(barred) - 0.25).abs() < 1e-12);
        assert!((c.expel(barred).as_mw() - 25.0).abs() < 1e-9);
        assert_eq!(c.share_of(barred), 0.0);
        c.welcome(Power::mw(25.0), &shares, barred);
        assert!((c.of(Jurisdiction::Russian).as_mw() - 80.0).abs() < 1e-9);
        assert!((c.of(Jurisdiction::Other).as_mw() - 20.0).abs() < 1e-9);
        assert!((c.total().as_mw() - 100.0).abs() < 1e-9);
        assert!(barred.and(Jurisdictions::of(&[Jurisdiction::Other])).contains(Jurisdiction::Other));
    }
}
