//! Hours in which the law keeps a site off.

use crate::calendar::Moment;

/// A daily curfew in some months.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Curfew {
    /// First hour, 0 to 23.
    pub from_hour: u32,
    /// First hour after it, 0 to 24; below `from_hour` it wraps midnight, equal to it the whole day is closed.
    pub to_hour: u32,
    /// Months, January first.
    pub months: [bool; 12],
}

impl Curfew {
    /// Whether the step lies in the curfew.
    pub fn closes(&self, now: &Moment) -> bool {
        let hour = now.hour();
        let inside = match self.from_hour.cmp(&self.to_hour) {
            core::cmp::Ordering::Less => hour >= self.from_hour && hour < self.to_hour,
            core::cmp::Ordering::Equal => true,
            core::cmp::Ordering::Greater => hour >= self.from_hour || hour < self.to_hour,
        };
        inside && self.months[now.month_index()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{Day, Window};

    #[test]
    fn a_curfew_may_wrap_midnight() {
        let window = Window {
            from: Day::parse("2024-11-30").unwrap(),
            until: Day::parse("2024-12-02").unwrap(),
            step_minutes: 60,
        };
        let mut months = [false; 12];
        months[11] = true;
        let night = Curfew { from_hour: 22, to_hour: 6, months };
        let closed: Vec<usize> = (0..48).filter(|s| night.closes(&window.moment(*s))).collect();
        assert_eq!(closed, [24, 25, 26, 27, 28, 29, 46, 47], "December only, 22 to 6");
        let always = Curfew { from_hour: 0, to_hour: 0, months };
        assert!(always.closes(&window.moment(30)) && !always.closes(&window.moment(3)));
    }
}
