//! From months to days and back: a history that the state is made to agree with, and the months after it.

use super::{Reward, Supply, SupplyNow};
use crate::calendar::Day;
use crate::curve::daily::Daily;

/// Consecutive months of what the coin paid.
#[derive(Clone, Debug, PartialEq)]
pub struct Months {
    first: Day,
    count: usize,
    price: Daily,
    fee_btc: Daily,
}

impl Months {
    /// Months from that of a day on: mean price, USD, and mean fees of a block, BTC; the shorter list counts. `None` if empty.
    pub fn new(first_month: Day, price_usd: &[f64], fee_btc: &[f64]) -> Option<Self> {
        let (year, month, _) = first_month.ymd();
        let count = price_usd.len().min(fee_btc.len());
        Some(Self {
            first: Day::from_ymd(year, month, 1)?,
            count,
            price: Daily::from_months(first_month, price_usd.get(..count)?)?,
            fee_btc: Daily::from_months(first_month, fee_btc.get(..count)?)?,
        })
    }
    /// How many.
    pub fn len(&self) -> usize {
        self.count
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
    /// The first day of a month, counted from the first.
    pub fn start_of(&self, month: usize) -> Day {
        (0..month).fold(self.first, |day, _| day.plus(day.days_in_month() as i32))
    }
    /// What the coin pays on a day.
    pub fn reward(&self, day: Day) -> Reward {
        // A curve that keeps monthly means may dip below zero where a month's fees are a tenth of its neighbors'.
        Reward { price_usd: self.price.on(day).max(1e-6), fee_btc: self.fee_btc.on(day).max(0.0) }
    }
}

/// A supply side with the history that leads up to a window.
#[derive(Clone, Debug, PartialEq)]
pub struct World {
    /// The supply side.
    pub given: Supply,
    /// What the coin paid.
    pub months: Months,
    /// The network as it was, EH/s, from the first of these months on; may be shorter.
    pub known_eh_s: Vec<f64>,
}

impl World {
    /// The state at the beginning of a day, and the network of each day before it from the first month on.
    ///
    /// Whole months before the day agree with the network as it was; after the last known month, and within the month of the
    /// day, the model runs free.
    pub fn until(&self, day: Day) -> (SupplyNow, Day, Vec<f64>) {
        let first = self.months.start_of(0);
        let mut now = self.given.at_start(&self.months, 0, self.known_eh_s.first().copied().unwrap_or(1.0));
        let mut path = Vec::new();
        for (month, known) in self.known_eh_s.iter().enumerate() {
            if self.months.start_of(month + 1) > day {
                break;
            }
            let days = now.day.days_in_month();
            self.given.known_month(&mut now, &self.months, *known);
            path.extend((0..days).map(|_| *known));
        }
        while now.day < day {
            let reward = self.months.reward(now.day);
            path.push(self.given.advance(&mut now, reward));
        }
        (now, first, path)
    }
}

impl Supply {
    /// The state at the first day of a month.
    pub fn at_start(&self, months: &Months, month: usize, network_eh_s: f64) -> SupplyNow {
        let day = months.start_of(month);
        self.start(day, network_eh_s, months.reward(day))
    }

    /// The calendar month that the state stands at the beginning of; gives its mean hashrate, EH/s.
    pub fn month(&self, now: &mut SupplyNow, months: &Months) -> f64 {
        let days = now.day.days_in_month();
        let sum: f64 = (0..days)
            .map(|_| {
                let reward = months.reward(now.day);
                self.advance(now, reward)
            })
            .sum();
        sum / f64::from(days)
    }

    /// A month whose mean hashrate is known: the state is made to agree with it.
    pub fn known_month(&self, now: &mut SupplyNow, months: &Months, observed_eh_s: f64) {
        let modeled = self.month(now, months);
        now.agree(self, observed_eh_s / modeled);
    }
}
