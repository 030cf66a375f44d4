//! Tax on mining: on the year's profit to date, with losses carried forward and machines written off.
//!
//! Advance payments follow the profit from the first of January (Russian Tax Code, articles 285–287); machines are written
//! off by the non-linear method at a monthly share of the balance (article 259.2); old losses offset at most half of a
//! year's profit (article 283, in force in the modeled years). Before 2025 mining was in no law: what firms declared is an
//! assumption, and homes declared nothing. Machines owned before the first step count as written off.

use super::tariff::Class;
use crate::calendar::Moment;

/// The tax law from a date on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TaxLaw {
    /// Rate on the profit of firms.
    pub business_rate: f64,
    /// Share of their mining profit that firms declare.
    pub business_declared: f64,
    /// Rate on the income of persons.
    pub home_rate: f64,
    /// Share of their mining profit that persons declare.
    pub home_declared: f64,
    /// Share of the machines' balance that is written off in a month.
    pub write_off_per_month: f64,
    /// Share of a year's profit that old losses may offset.
    pub loss_offset: f64,
}

impl TaxLaw {
    /// Effective rate for a class of payer.
    fn rate(&self, class: Class) -> f64 {
        match class {
            Class::Home(_) => self.home_rate * self.home_declared,
            Class::Business | Class::Hosted => self.business_rate * self.business_declared,
        }
    }
}

/// One payer's year.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TaxNow {
    /// Profit of the year to date, cents.
    profit: i64,
    /// Tax paid on it, cents.
    paid: i64,
    /// Losses of earlier years, cents.
    losses: i64,
    /// Machines not yet written off, cents.
    balance: i64,
}

impl TaxNow {
    /// Counts profit (or loss) of the step, cents.
    pub fn earn(&mut self, cents: i64) {
        self.profit += cents;
    }
    /// Counts machines bought, or sold if negative; what sells above the balance is profit.
    pub fn invest(&mut self, cents: i64) {
        let after = self.balance + cents;
        self.balance = after.max(0);
        self.profit -= after.min(0);
    }
    /// Profit of the year to date, cents.
    pub fn profit(&self) -> i64 {
        self.profit
    }

    /// At the turn of a month: what is due now, cents; negative where a loss takes back an advance.
    pub fn due(&mut self, law: &TaxLaw, class: Class, now: &Moment) -> i64 {
        let written_off = libm::round(self.balance as f64 * law.write_off_per_month) as i64;
        self.balance -= written_off;
        self.profit -= written_off;
        let offset = (libm::floor(self.profit.max(0) as f64 * law.loss_offset) as i64).min(self.losses);
        let tax = libm::round((self.profit.max(0) - offset) as f64 * law.rate(class)) as i64;
        let due = tax - self.paid;
        self.paid = tax;
        // The month that just ended was December: its year is closed.
        if now.month == 1 {
            self.losses += (-self.profit).max(0) - offset;
            (self.profit, self.paid) = (0, 0);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{Day, Window};

    const LAW: TaxLaw = TaxLaw {
        business_rate: 0.2,
        business_declared: 1.0,
        home_rate: 0.13,
        home_declared: 0.0,
        write_off_per_month: 0.088,
        loss_offset: 0.5,
    };

    fn first_of(text: &str) -> Moment {
        let from = Day::parse(text).unwrap();
        Window { from, until: from.plus(1), step_minutes: 1440 }.moment(0)
    }

    #[test]
    fn advances_follow_the_year_to_date() {
        let mut now = TaxNow::default();
        now.due(&LAW, Class::Business, &first_of("2022-01-01"));
        now.earn(1000);
        assert_eq!(now.due(&LAW, Class::Business, &first_of("2022-02-01")), 200);
        now.earn(-400);
        assert_eq!(now.due(&LAW, Class::Business, &first_of("2022-03-01")), -80, "a loss takes back an advance");
        now.earn(-1600);
        assert_eq!(now.due(&LAW, Class::Business, &first_of("2023-01-01")), -120);
        // A thousand of losses carried; half of the next profit may be offset.
        now.earn(1200);
        assert_eq!(now.due(&LAW, Class::Business, &first_of("2023-02-01")), 120);
    }

    #[test]
    fn machines_are_written_off_and_homes_declare_nothing() {
        let mut now = TaxNow::default();
        now.invest(10_000);
        now.earn(2_000);
        assert_eq!(now.due(&LAW, Class::Business, &first_of("2022-02-01")), 224, "a fifth of 2,000 less 8.8 %");
        now.invest(-20_000);
        assert_eq!(now.profit(), 2_000 - 880 + 20_000 - 9_120);
        let mut home = TaxNow::default();
        home.earn(50_000);
        assert_eq!(home.due(&LAW, Class::Home(super::super::tariff::Settlement::Urban), &first_of("2022-02-01")), 0);
    }
}
