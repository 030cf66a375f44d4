//! Double-entry books of one operator: coin in satoshi, money in cents, and in kopecks where roubles are paid.
//!
//! A posting takes from one account what it gives to another, so each book sums to zero whatever happens; fractions of a
//! unit are carried to the next posting and never lost. Assets and expenses are positive, liabilities and income negative.

/// Accounts of an operator's books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Account {
    /// Satoshi: the pool, as the one that owes coin.
    Pool,
    /// Satoshi: coin held by the treasury policy.
    Wallet,
    /// Satoshi: coin sold.
    Buyers,
    /// Cents: income from coin, at the price of the step.
    Sales,
    /// Cents: money on its way from a channel.
    InTransit,
    /// Cents: money at hand; negative where the owner has put money in.
    Cash,
    /// Cents: fees, spreads and penalties of channels.
    Rails,
    /// Cents: lost with seized rails.
    Seized,
    /// Cents: machines bought, less machines sold.
    Machines,
    /// Cents: taxes.
    Tax,
    /// Cents: levies on power.
    Levy,
    /// Cents and kopecks: dollars given for roubles.
    Exchange,
    /// Kopecks: paid for energy at the tariff of homes or of business.
    Supplier,
    /// Kopecks: paid to a host above the energy.
    Host,
    /// Left with hosts until contracts end.
    Deposits,
}

/// Number of accounts.
const ACCOUNTS: usize = 15;

/// One currency's book.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Book {
    balances: [i64; ACCOUNTS],
}

impl Book {
    /// Moves an amount from one account to another.
    pub fn post(&mut self, from: Account, to: Account, amount: i64) {
        self.balances[from as usize] -= amount;
        self.balances[to as usize] += amount;
    }
    /// Balance of an account.
    pub fn balance(&self, account: Account) -> i64 {
        self.balances[account as usize]
    }
    /// Whether all accounts sum to zero.
    pub fn closes(&self) -> bool {
        self.balances.iter().sum::<i64>() == 0
    }
}

/// The books of one operator.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Books {
    /// Satoshi.
    pub coin: Book,
    /// Cents.
    pub dollars: Book,
    /// Kopecks.
    pub roubles: Book,
}

impl Books {
    /// What does not close, if anything.
    pub fn breach(&self) -> Option<&'static str> {
        if !self.coin.closes() {
            Some("satoshi")
        } else if !self.dollars.closes() {
            Some("cents")
        } else if !self.roubles.closes() {
            Some("kopecks")
        } else {
            None
        }
    }
}

/// The part of a unit that a stream of exact amounts still owes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Carry(f64);

impl Carry {
    /// Whole units due now; the rest stays for the next time.
    pub fn take(&mut self, exact: f64) -> i64 {
        let owed = self.0 + exact;
        let whole = libm::floor(owed);
        self.0 = owed - whole;
        whole as i64
    }
}

/// Longest way of money, days.
const LONGEST: usize = 128;

/// Money on its way: what arrives on each of the coming days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transit {
    days: [i64; LONGEST],
    today: usize,
    total: i64,
}

impl Default for Transit {
    fn default() -> Self {
        Self { days: [0; LONGEST], today: 0, total: 0 }
    }
}

impl Transit {
    /// Sends an amount that arrives after so many days (at most 127).
    pub fn send(&mut self, amount: i64, after_days: u32) {
        let at = (self.today + (after_days as usize).min(LONGEST - 1)) % LONGEST;
        self.days[at] += amount;
        self.total += amount;
    }
    /// What arrives today, then the next day begins.
    pub fn arrive(&mut self) -> i64 {
        let amount = core::mem::take(&mut self.days[self.today]);
        self.today = (self.today + 1) % LONGEST;
        self.total -= amount;
        amount
    }
    /// All that is on its way.
    pub fn total(&self) -> i64 {
        self.total
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn money_arrives_when_it_should() {
        let mut t = Transit::default();
        t.send(100, 0);
        t.send(30, 2);
        assert_eq!((t.arrive(), t.arrive(), t.total(), t.arrive(), t.total()), (100, 0, 30, 30, 0));
        assert_eq!(t.days, [0; LONGEST]);
    }

    proptest! {
        #[test]
        fn carried_fractions_lose_nothing(amounts in prop::collection::vec(-50.0..1000.0_f64, 1..200)) {
            let mut carry = Carry::default();
            let taken: i64 = amounts.iter().map(|a| carry.take(*a)).sum();
            prop_assert!((amounts.iter().sum::<f64>() - taken as f64).abs() < 1.0 + 1e-6);
        }

        #[test]
        fn books_close_whatever_is_posted(posts in prop::collection::vec((0_usize..3, -10_000_i64..10_000), 0..100)) {
            let mut book = Book::default();
            for (kind, amount) in posts {
                let (from, to) = [(Account::Sales, Account::InTransit), (Account::InTransit, Account::Cash), (Account::Cash, Account::Tax)][kind];
                book.post(from, to, amount);
            }
            prop_assert!(book.closes());
        }
    }
}
