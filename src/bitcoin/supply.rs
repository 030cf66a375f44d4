//! The world's hashrate as supply: machines of all vintages, owners with different power prices, and orders that follow
//! what a new machine is worth.
//!
//! State is the hashrate installed by efficiency ([`Stock`]), how much of each class runs, what is on order, what was driven
//! out and is on its way elsewhere, and the difficulty, which follows the network with a lag of a retarget. A day goes:
//!
//! 1. **Hashprice.** h = (subsidy + fees) · price · 144 / D, with D the lagged network.
//! 2. **On and off.** Owners of a class of e J/TH pay power prices of a log-normal distribution; those above the break-even
//!    price h(1 − fee)/(e · 0.024 · PUE) stop: the running share tends to Φ(ln(break-even/median)/spread) within some days.
//! 3. **Exit.** Running machines wear out slowly, idle ones are scrapped fast.
//! 4. **Removal and relocation.** A ban drives a share of all classes out over some weeks; it returns elsewhere, exponentially.
//! 5. **Entry.** Orders per year over the running hashrate are a·qᵇ, held below a limit of what makers can build, with q what
//!    a new machine is expected to earn over what it costs to make ([`entry`]): Tobin's q (Tobin 1969; for mining the barrier
//!    of Prat and Walter 2021). Driven-out machines crowd orders out: divided by 1 + κ · away/running.
//! 6. **Delivery.** Three stages of equal mean length, together the delivery time; machines come with the efficiency that is
//!    on sale when they arrive ([`Technology`]).
//!
//! **Imposed**: price, fees, bans with their shares, the machines on sale. **Fitted** on months to June 2022 alone:
//! `examples/calibrate_supply.rs`. **Predicted**: all after the origin. The model has no seasons, no makers' own mining, and
//! machines of unlimited physical life while they run; power and machines get dearer at one rate for ever.

pub mod entry;
pub mod forecast;
pub mod stock;
pub mod technology;

pub use forecast::{Months, World};
pub use technology::Technology;

use crate::calendar::Day;
use crate::random::normal_cdf;
use stock::{CLASSES, Stock};

/// Days in a year of rates.
const YEAR_DAYS: f64 = 365.25;
/// Day in whose dollars power prices and making cost are given: 2022-07-01.
const COSTS_OF: Day = Day(19_174);
/// Blocks that a day brings at the target pace.
const BLOCKS_PER_DAY: f64 = 144.0;

/// A share of the world's machines that is driven out.
#[derive(Clone, Debug, PartialEq)]
pub struct Removal {
    /// First day.
    pub from: Day,
    /// Length of the exodus, days.
    pub over_days: f64,
    /// Share of all installed machines.
    pub share: f64,
    /// Mean time until a machine runs elsewhere, days.
    pub relocation_days: f64,
}

/// The supply side as given.
#[derive(Clone, Debug, PartialEq)]
pub struct Supply {
    /// Orders a year over the running hashrate at q = 1, before the limit.
    pub entry_rate: f64,
    /// Their elasticity to q.
    pub entry_exponent: f64,
    /// What makers can build in a year, over the running hashrate.
    pub entry_limit: f64,
    /// Mean time from order to hashing, days.
    pub delivery_days: f64,
    /// How much a driven-out machine crowds out orders.
    pub crowding: f64,
    /// Share of idle machines scrapped in a year.
    pub idle_scrapped: f64,
    /// Share of running machines lost in a year.
    pub attrition: f64,
    /// Median power price of owners, $/kWh.
    pub power_price: f64,
    /// Spread of its logarithm.
    pub power_spread: f64,
    /// Power price that buyers of new machines count on, $/kWh.
    pub entrant_price: f64,
    /// Energy of a site over energy of its machines.
    pub pue: f64,
    /// Share of revenue that pools keep.
    pub pool_fee: f64,
    /// Expected fall of hashprice in a month.
    pub decline: f64,
    /// Months that buyers look ahead.
    pub horizon_months: i32,
    /// Their discount of a month, logarithmic.
    pub discount: f64,
    /// What buyers expect to keep of hashprice after a halving.
    pub halving_keeps: f64,
    /// Cost of making a machine, $ per watt.
    pub making_cost: f64,
    /// Rise of both power prices and of that cost, a year, logarithmic. They are given in dollars of July 2022.
    pub cost_growth: f64,
    /// Memory of the hashprice that buyers look at, days.
    pub memory_days: f64,
    /// Time within which owners switch, days.
    pub switch_days: f64,
    /// Lag of difficulty behind the network, days.
    pub difficulty_days: f64,
    /// Machines on sale.
    pub technology: Technology,
    /// Bans.
    pub removals: Vec<Removal>,
}

/// What the coin pays on a day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reward {
    /// Price, USD.
    pub price_usd: f64,
    /// Fees of a block, BTC.
    pub fee_btc: f64,
}

/// The supply side now.
#[derive(Clone, Debug, PartialEq)]
pub struct SupplyNow {
    /// The day that comes next.
    pub day: Day,
    /// Installed machines.
    pub stock: Stock,
    /// Machines driven out and not yet back, by removal.
    pub away: Vec<Stock>,
    /// Running share of each class.
    pub running: [f64; CLASSES],
    /// On order, in three stages, EH/s.
    pub ordered: [f64; 3],
    /// Difficulty as the hashrate it stands for, EH/s.
    pub difficulty_eh_s: f64,
    /// Hashprice that buyers look at, $/TH/day.
    pub remembered: f64,
    /// Running hashrate of the day before, EH/s.
    pub network_eh_s: f64,
    /// Worth of a new machine over its making cost.
    pub q: f64,
}

/// Subsidy of a block on a day, BTC: halvings that happened on their days, later ones every 210,000 · 600 s.
pub fn subsidy_on(day: Day) -> f64 {
    // 2012-11-28, 2016-07-09, 2020-05-11, 2024-04-20.
    const HALVINGS: [i32; 4] = [15_672, 16_991, 18_393, 19_833];
    const APART: i32 = 1_458;
    let past = HALVINGS.iter().filter(|h| day.0 >= **h).count() as i32;
    let later = (day.0 - HALVINGS[3]).max(0) / APART;
    libm::ldexp(50.0, -(past + later).min(60))
}

impl Supply {
    /// A network of a size, its machines spread around those on sale, in balance with what the coin pays.
    ///
    /// The spread and the orders of the first day are guesses that months of agreement with history wear away; forecasts begin
    /// four years later.
    pub fn start(&self, day: Day, network_eh_s: f64, reward: Reward) -> SupplyNow {
        let on_sale = self.technology.on(day);
        let mut stock = Stock::default();
        for older in [0.7, 1.0, 1.4] {
            stock.add(on_sale * older, network_eh_s / 3.0);
        }
        let mut now = SupplyNow {
            day,
            stock,
            away: vec![Stock::default(); self.removals.len()],
            running: [1.0; CLASSES],
            ordered: [network_eh_s * 0.05; 3],
            difficulty_eh_s: network_eh_s,
            remembered: 0.0,
            network_eh_s,
            q: 1.0,
        };
        now.remembered = now.hashprice(reward);
        now
    }

    /// One day; gives the running hashrate, EH/s.
    pub fn advance(&self, now: &mut SupplyNow, reward: Reward) -> f64 {
        let hashprice = now.hashprice(reward);
        now.remembered += (hashprice - now.remembered) / self.memory_days.max(1.0);
        now.network_eh_s = self.switch_and_wear(now, hashprice);
        self.relocate(now);
        self.enter(now);
        let toward = libm::log(now.network_eh_s / now.difficulty_eh_s) / self.difficulty_days.max(1.0);
        now.difficulty_eh_s *= libm::exp(toward);
        now.day = now.day.plus(1);
        now.network_eh_s
    }

    fn switch_and_wear(&self, now: &mut SupplyNow, hashprice: f64) -> f64 {
        let (worn, scrapped) = (self.attrition / YEAR_DAYS, self.idle_scrapped / YEAR_DAYS);
        let power_price = self.power_price * self.cost_level(now.day);
        let kept = hashprice * (1.0 - self.pool_fee) / (0.024 * self.pue * power_price);
        let pace = 1.0 / self.switch_days.max(1.0);
        let mut network = 0.0;
        for (class, running) in now.running.iter_mut().enumerate() {
            let installed = now.stock.of(class);
            let pays = normal_cdf(libm::log(kept / Stock::efficiency(class)) / self.power_spread);
            *running += (pays - *running) * pace;
            let left = installed * (1.0 - worn * *running - scrapped * (1.0 - *running));
            now.stock.set(class, left);
            network += left * *running;
        }
        network.max(1e-9)
    }

    /// Costs of a day over those of July 2022.
    fn cost_level(&self, day: Day) -> f64 {
        libm::exp(self.cost_growth * f64::from(day.0 - COSTS_OF.0) / YEAR_DAYS)
    }

    fn relocate(&self, now: &mut SupplyNow) {
        now.away.resize_with(now.away.len().max(self.removals.len()), Stock::default);
        for (removal, away) in self.removals.iter().zip(&mut now.away) {
            let into = f64::from(now.day.0 - removal.from.0);
            if into < 0.0 {
                continue;
            }
            if into < removal.over_days {
                let gone = removal.share * into / removal.over_days;
                let rate = removal.share / removal.over_days / (1.0 - gone).max(1e-6);
                now.stock.move_to(away, rate.min(1.0));
            }
            away.move_to(&mut now.stock, (1.0 / removal.relocation_days.max(1.0)).min(1.0));
        }
    }

    fn enter(&self, now: &mut SupplyNow) {
        let on_sale = self.technology.on(now.day);
        now.q = entry::worth(self, now.remembered, on_sale, now.day)
            / (self.making_cost * self.cost_level(now.day) * on_sale);
        let wish = self.entry_rate * libm::pow(now.q.max(1e-9), self.entry_exponent);
        let rate = wish / (1.0 + wish / self.entry_limit);
        let crowded = 1.0 + self.crowding * now.away_eh_s() / now.network_eh_s;
        let orders = now.network_eh_s * rate / YEAR_DAYS / crowded;
        let pace = (now.ordered.len() as f64 / self.delivery_days.max(3.0)).min(1.0);
        let [first, second, third] = now.ordered;
        now.stock.add(on_sale, third * pace);
        now.ordered =
            [first + orders - first * pace, second + (first - second) * pace, third + (second - third) * pace];
    }
}

impl SupplyNow {
    /// $/TH/day.
    fn hashprice(&self, reward: Reward) -> f64 {
        let coin = (subsidy_on(self.day) + reward.fee_btc) * BLOCKS_PER_DAY;
        coin * reward.price_usd / (self.difficulty_eh_s * 1e6)
    }
    /// Hashrate of machines driven out and not yet back, EH/s.
    pub fn away_eh_s(&self) -> f64 {
        self.away.iter().map(Stock::total).sum()
    }
    /// Makes the state agree with an observed hashrate, given what the model says for the same time.
    ///
    /// What is missing arrived as machines then on sale; what is too much is taken from all classes, orders and relocations
    /// alike. Difficulty follows at once.
    pub fn agree(&mut self, given: &Supply, observed_over_model: f64) {
        let r = observed_over_model;
        if !(r.is_finite() && r > 0.0) {
            return;
        }
        if r > 1.0 {
            self.stock.add(given.technology.on(self.day), (r - 1.0) * self.network_eh_s);
        } else {
            self.stock.scale(r);
            self.away.iter_mut().for_each(|a| a.scale(r));
            self.ordered.iter_mut().for_each(|o| *o *= r);
        }
        self.difficulty_eh_s *= r;
        self.remembered /= r;
        self.network_eh_s *= r;
    }
}

#[cfg(test)]
mod tests;
