//! Money: tariffs, bills, taxes, ledgers, and what cheap power for homes costs the public.
//!
//! Each operator keeps double-entry books in integer satoshi, cents and kopecks ([`ledger`]) that close exactly. Coin is sold
//! in the step in which it is paid, at the price of the step, or kept for some days by the operator's treasury policy; the
//! money arrives after the delay of its channels. Income is booked when coin is sold. Power is paid in roubles bought at the rate of the day.
//!
//! Two home rates run side by side: behavior follows one, and every figure that depends on it has a twin at the published
//! tariff.

pub mod ledger;
pub mod peak;
pub mod subsidy;
pub mod tariff;
pub mod tax;

use crate::calendar::{Day, Moment, Window};
use crate::curve::daily::{Daily, Steps};
use crate::fault::{Cause, Component, StepError};
use crate::flows::{Coin, Dispatch, Hashed, Load, Market, Money, OrderReason, Orders, Routes, Settled, Tariffs};
use crate::ids::{BusId, OperatorId, SiteId, Table};
use crate::random::{Member, Seed};
use crate::units::{Cents, ExchangeRate, Kopecks, Power, Satoshi, Tariff, split_exactly};
use ledger::{Account, Books, Carry, Transit};
use peak::{PeakHours, hours_per_working_day};
use subsidy::{Valued, Yardsticks};
use tariff::{Class, TariffBook};
use tax::{TaxLaw, TaxNow};

/// Who pays for a site's power, and how.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Payer {
    /// The operator.
    pub operator: OperatorId,
    /// The bus that feeds the site.
    pub bus: BusId,
    /// The tariff.
    pub class: Class,
    /// Whether its capacity is billed by the region's peak hours ([`peak`]) rather than by contracted power.
    pub hourly: bool,
}

/// Treasury policy: a share of the coin is kept for some days and sold at the price of the day on which they end.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Treasury {
    /// Share that is kept.
    pub share: f64,
    /// For how long, days (at most 127).
    pub days: u32,
}

/// Prices, taxes and payers as given.
#[derive(Clone, Debug, PartialEq)]
pub struct Finance {
    /// Prices of a kilowatt hour.
    pub tariffs: TariffBook,
    /// Tax law by date.
    pub tax: Steps<TaxLaw>,
    /// Yardsticks of the implicit subsidy.
    pub yardsticks: Yardsticks,
    /// Roubles per dollar by day.
    pub exchange: Daily,
    /// Payers by site.
    pub sites: Table<SiteId, Payer>,
    /// Class by which each operator is taxed.
    pub operators: Table<OperatorId, Class>,
    /// What each operator keeps of its coin.
    pub treasury: Table<OperatorId, Treasury>,
    /// Whether a bus lies in the region.
    pub bus_in_region: Table<BusId, bool>,
}

/// The law of money.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    /// A home rate decreed instead of the scenario's; mining homes and others alike.
    pub home_usd_per_kwh: Option<Tariff>,
    /// A levy on each kilowatt hour of mining.
    pub levy: Tariff,
    /// Multiplier of the business tariff.
    pub business_factor: f64,
    /// Least price of a kilowatt hour of mining at each site.
    pub floor: Table<SiteId, Tariff>,
}

impl Rules {
    /// No restriction.
    pub fn none(finance: &Finance) -> Self {
        Self {
            home_usd_per_kwh: None,
            levy: Tariff::ZERO,
            business_factor: 1.0,
            floor: Table::filled(finance.sites.len(), Tariff::ZERO),
        }
    }
}

/// Fractions of a unit that each stream of an operator's money still owes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Carries {
    revenue: Carry,
    charge: Carry,
    power: Carry,
    published: Carry,
    supplier: Carry,
    host: Carry,
    levy: Carry,
    contract: Carry,
    capacity: Carry,
    host_usd: Carry,
}

/// One operator's money.
#[derive(Clone, Debug, Default, PartialEq)]
struct Purse {
    books: Books,
    carries: Carries,
    transit: Transit,
    /// Earned today and not yet sent on its way, cents.
    today: i64,
    /// Coin kept, by the day on which it is sold, satoshi.
    vault: Transit,
    /// Coin whose time has come, satoshi.
    matured: i64,
    tax: TaxNow,
}

/// Money now.
#[derive(Clone, Debug)]
pub struct FinanceNow {
    purses: Vec<Purse>,
    day: Option<Day>,
    homes_paid: Carry,
    contracts: Vec<Contracted>,
    /// Deposits with hosts by site, cents.
    deposits: Vec<i64>,
    peaks: PeakHours,
}

/// Power that a site pays for whether it uses it or not: the largest of the month before, or of this month where that is
/// more.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Contracted {
    kw: f64,
    month_max_kw: f64,
}

impl Contracted {
    /// Kilowatt hours of the contract in a step in which the site drew a mean power.
    fn owed(&mut self, drawn_kw: f64, hours: f64, month_turns: bool) -> f64 {
        if month_turns {
            self.kw = core::mem::take(&mut self.month_max_kw);
        }
        self.month_max_kw = self.month_max_kw.max(drawn_kw);
        self.kw = self.kw.max(self.month_max_kw);
        self.kw * hours
    }
}

impl Finance {
    /// Empty books.
    pub fn start(&self, _seed: Seed, _member: Member, _window: &Window) -> FinanceNow {
        FinanceNow {
            purses: vec![Purse::default(); self.operators.len()],
            day: None,
            homes_paid: Carry::default(),
            contracts: vec![Contracted::default(); self.sites.len()],
            deposits: vec![0; self.sites.len()],
            peaks: PeakHours::default(),
        }
    }

    /// Roubles per dollar on a day.
    pub fn rub_per_usd(&self, day: Day) -> f64 {
        self.exchange.on(day).max(f64::MIN_POSITIVE)
    }

    /// Price of energy at a site without levies, USD/kWh: what is paid, what the published tariff asks, and of what is paid
    /// the host's part.
    fn price(&self, rules: &Rules, site: SiteId, payer: &Payer, moment: &Moment) -> SitePrice {
        let price = self.price_by_class(rules, payer, moment);
        let floor = rules.floor[site].as_usd_per_kwh();
        SitePrice { paid: price.paid.max(floor), published: price.published.max(floor), ..price }
    }

    fn price_by_class(&self, rules: &Rules, payer: &Payer, moment: &Moment) -> SitePrice {
        let fx = self.rub_per_usd(moment.day);
        match payer.class {
            Class::Home(settlement) => {
                let published = self.tariffs.published_mining(settlement, moment) / fx;
                let decreed = rules.home_usd_per_kwh.or(self.tariffs.home);
                SitePrice {
                    paid: decreed.map_or(published, Tariff::as_usd_per_kwh),
                    published,
                    host: 0.0,
                    owed: 0.0,
                    peak: 0.0,
                }
            }
            Class::Business | Class::Hosted => {
                let energy = self.tariffs.business.on(moment.day) * rules.business_factor / fx;
                let hosted = payer.class == Class::Hosted;
                let host = if hosted { self.tariffs.hosting / fx } else { 0.0 };
                let owed = if hosted { self.tariffs.take_or_pay } else { self.tariffs.standing };
                let peak = if payer.hourly { self.tariffs.capacity.min(owed) } else { 0.0 };
                SitePrice { paid: energy + host, published: energy + host, host, owed: owed - peak, peak }
            }
        }
    }
}

/// Price of a site's kilowatt hour, USD, levies apart.
#[derive(Clone, Copy, Debug)]
struct SitePrice {
    paid: f64,
    published: f64,
    /// Of what is paid, the host's part.
    host: f64,
    /// Share of it that is owed for contracted power, used or not.
    owed: f64,
    /// Share of it that is owed for power in the region's peak hours.
    peak: f64,
}

impl FinanceNow {
    /// An operator's books.
    pub fn books(&self, operator: OperatorId) -> Option<&Books> {
        self.purses.get(operator.0 as usize).map(|p| &p.books)
    }
    /// Whether every book sums to zero, all coin is sold, and the money in transit is what its account holds.
    pub fn closes(&self) -> Result<(), Cause> {
        for (at, purse) in self.purses.iter().enumerate() {
            let breach = purse.books.breach();
            let kept = purse.books.coin.balance(Account::Wallet);
            let breach = breach.or((kept != purse.vault.total() + purse.matured).then_some("coin in the wallet"));
            let held = purse.books.dollars.balance(Account::InTransit);
            let lost = (held != purse.transit.total() + purse.today).then_some("money in transit");
            if let Some(what) = breach.or(lost) {
                return Err(Cause::Balance(format!("books of operator {at}: {what}")));
            }
        }
        Ok(())
    }
}

/// Prices in force.
pub fn tariffs(given: &Finance, rules: &Rules, now: &mut FinanceNow, moment: &Moment) -> Tariffs {
    let levy = rules.levy.as_usd_per_kwh();
    // A kilowatt hour more in the step costs this many capacity parts of the price, as far as miners can guess.
    let peaked =
        now.peaks.chance(given.tariffs.foresight, moment) * hours_per_working_day(moment) / moment.span.as_hours();
    let count = given.sites.len();
    let (mut site, mut published) = (Vec::with_capacity(count), Vec::with_capacity(count));
    let mut marginal = Vec::with_capacity(count);
    for (id, payer) in given.sites.enumerate() {
        let price = given.price(rules, id, payer, moment);
        site.push(Tariff::usd_per_kwh(price.paid + levy));
        let marginal_share = 1.0 - price.owed - price.peak + price.peak * peaked;
        marginal.push(Tariff::usd_per_kwh(price.paid * marginal_share + levy));
        published.push(Tariff::usd_per_kwh(price.published + levy));
    }
    let exchange = ExchangeRate::rub_per_usd(given.rub_per_usd(moment.day));
    Tariffs { site: Table::new(site), marginal: Table::new(marginal), site_published: Table::new(published), exchange }
}

/// Settles the step: coin sold, channels paid, power billed twice, levies and taxes taken, machines paid, homes valued.
pub fn settle(
    given: &Finance,
    rules: &Rules,
    now: &mut FinanceNow,
    moment: &Moment,
    market: &Market,
    tariffs: &Tariffs,
    routes: &Routes,
    hashed: &Hashed,
    coin: &Coin,
    load: &Load,
    dispatch: &Dispatch,
    orders: &Orders,
) -> Result<Money, StepError> {
    if now.day != Some(moment.day) {
        turn_day(now, routes);
        now.day = Some(moment.day);
    }
    let fx = tariffs.exchange.as_rub_per_usd();
    let mut bills = vec![Bill::default(); given.operators.len()];
    let (mut homes, at_bus) =
        subsidy::homes(&given.yardsticks, &given.tariffs, &given.bus_in_region, moment, load, dispatch);
    let home_rate = rules.home_usd_per_kwh.or(given.tariffs.home).map(Tariff::as_usd_per_kwh);
    let published_rate = given.tariffs.published_home(moment.day) / fx;
    let mut homes_usd = homes.energy.as_kwh() * home_rate.unwrap_or(published_rate);
    let mut homes_published_usd = homes.energy.as_kwh() * published_rate;
    let (mut mining, mut mining_usd, mut mining_published_usd) = (Valued::default(), 0.0, 0.0);
    let places = given.sites.enumerate().zip(hashed.sites.iter()).zip(&mut now.contracts).zip(&mut now.deposits);
    for ((((id, payer), made), contract), deposit) in places {
        let kwh = made.energy.as_kwh();
        let price = given.price(rules, id, payer, moment);
        let hours = moment.span.as_hours();
        let owed = contract.owed(kwh / hours, hours, moment.first_of_month());
        let billed = kwh * (1.0 - price.owed - price.peak) + owed * price.owed;
        if let Some(bill) = bills.get_mut(payer.operator.0 as usize) {
            bill.power += billed * price.paid;
            bill.published += billed * price.published;
            bill.host += billed * price.host;
            bill.contract += owed * price.owed * (price.paid - price.host);
            if payer.class == Class::Hosted && moment.first_of_month() {
                let month_hours = f64::from(moment.day.days_in_month()) * 24.0;
                let asked = given.tariffs.deposit_months * month_hours * contract.kw * price.paid;
                let asked = libm::round(asked * 100.0) as i64;
                bill.deposit += asked - core::mem::replace(deposit, asked);
            }
            bill.kwh += kwh;
        }
        if let Class::Home(_) = payer.class {
            let yard = at_bus.get(payer.bus.0 as usize).copied().unwrap_or_default();
            mining.add(made.energy, yard);
            homes.add(made.energy, yard);
            mining_usd += kwh * price.paid;
            mining_published_usd += kwh * price.published;
        }
    }
    homes_usd += mining_usd;
    homes_published_usd += mining_published_usd;
    bill_peak(given, rules, now, moment, hashed, dispatch, &mut bills);

    let law = given.tax.on(moment.day);
    let mut settled = Vec::with_capacity(bills.len());
    for (at, (purse, bill)) in now.purses.iter_mut().zip(&bills).enumerate() {
        let operator = OperatorId(at as u32);
        let paid = coin.paid.as_slice().get(at).copied().unwrap_or_default();
        let charged = routes.charged.as_slice().get(at).map_or(0.0, |f| f.value());
        let seized = routes.seized.as_slice().get(at).map_or(0.0, |d| d.as_usd());
        let sale = Sale {
            coin: paid,
            treasury: given.treasury[operator],
            price_usd: market.price_usd,
            charged,
            seized_usd: seized,
        };
        let levy_usd = bill.kwh * rules.levy.as_usd_per_kwh();
        let tax_due = moment.first_of_month();
        let class = given.operators[operator];
        settled.push(purse.settle(&sale, bill, levy_usd, fx, tax_due.then_some((law, class, moment))));
    }
    for order in &orders.orders {
        let Some(payer) = given.sites.as_slice().get(order.site.0 as usize) else { continue };
        let at = payer.operator.0 as usize;
        // Clients who leave take their machines along; machines given up are sold.
        if order.machines > 0 || order.reason == OrderReason::Retired {
            let cents = Cents::from_usd(order.price_usd * order.machines as f64);
            if let (Some(purse), Some(s)) = (now.purses.get_mut(at), settled.get_mut(at)) {
                purse.books.dollars.post(Account::Cash, Account::Machines, cents.0);
                purse.tax.invest(cents.0);
                s.machines += cents;
            }
        }
    }
    now.closes().map_err(|cause| StepError::new(moment, Component::Finance, cause))?;
    Ok(Money {
        operators: Table::new(settled),
        home_mining: mining.gap(mining_usd, fx),
        home_mining_published: mining.gap(mining_published_usd, fx),
        all_homes: homes.gap(homes_usd, fx),
        all_homes_published: homes.gap(homes_published_usd, fx),
        homes_paid: Kopecks(now.homes_paid.take(homes_usd * fx * 100.0)),
    })
}

/// What an operator's sites owe for power in the step, USD.
#[derive(Clone, Copy, Debug, Default)]
struct Bill {
    power: f64,
    published: f64,
    host: f64,
    /// Of the power, what is owed for contracted power, the host's part apart.
    contract: f64,
    /// Of the power, what is owed for the peak hour of the day that ends.
    capacity: f64,
    /// Added to deposits, cents.
    deposit: i64,
    kwh: f64,
}

/// At the end of a working day, capacity in the hour of the region's largest load, for sites that are billed by it.
fn bill_peak(
    given: &Finance,
    rules: &Rules,
    now: &mut FinanceNow,
    moment: &Moment,
    hashed: &Hashed,
    dispatch: &Dispatch,
    bills: &mut [Bill],
) {
    if !given.sites.iter().any(|p| p.hourly) {
        return;
    }
    let (hours, stands_for) = (moment.span.as_hours(), hours_per_working_day(moment));
    let of = |table: &Table<BusId, Power>, bus: BusId| {
        table.as_slice().get(bus.0 as usize).copied().unwrap_or_default().as_mw()
    };
    let inside = given.bus_in_region.enumerate().filter(|(_, inside)| **inside);
    let load: f64 = inside.map(|(bus, _)| of(&dispatch.served, bus) + of(&dispatch.losses, bus)).sum();
    let drawn = given.sites.iter().zip(hashed.sites.iter());
    let mined = drawn.filter(|(p, _)| given.bus_in_region.as_slice().get(p.bus.0 as usize) == Some(&true));
    let load = load + mined.map(|(_, made)| made.energy.as_mwh() / hours).sum::<f64>();
    let charges = given.sites.enumerate().zip(hashed.sites.iter()).map(|((id, payer), made)| {
        let price = given.price(rules, id, payer, moment);
        price.peak * price.paid * made.energy.as_kwh() / hours * stands_for
    });
    let Some(charges) = now.peaks.observe(given.tariffs.foresight, moment, load, charges) else { return };
    for (payer, usd) in given.sites.iter().zip(charges) {
        if let Some(bill) = bills.get_mut(payer.operator.0 as usize) {
            bill.power += usd;
            bill.published += usd;
            bill.capacity += usd;
        }
    }
}

/// Coin that an operator sells in the step.
struct Sale {
    coin: Satoshi,
    treasury: Treasury,
    price_usd: f64,
    charged: f64,
    seized_usd: f64,
}

impl Purse {
    fn settle(
        &mut self,
        sale: &Sale,
        bill: &Bill,
        levy_usd: f64,
        fx: f64,
        tax_due: Option<(&TaxLaw, Class, &Moment)>,
    ) -> Settled {
        let (books, carries) = (&mut self.books, &mut self.carries);
        books.coin.post(Account::Pool, Account::Wallet, sale.coin.0);
        let kept = libm::floor(sale.coin.0.max(0) as f64 * sale.treasury.share.clamp(0.0, 1.0)) as i64;
        if kept > 0 {
            self.vault.send(kept, sale.treasury.days);
        }
        let sold = Satoshi(sale.coin.0 - kept + core::mem::take(&mut self.matured));
        books.coin.post(Account::Wallet, Account::Buyers, sold.0);
        let gross_usd = sold.as_btc() * sale.price_usd;
        let revenue = carries.revenue.take(gross_usd * 100.0);
        let charge = carries.charge.take(gross_usd * sale.charged * 100.0).min(revenue);
        books.dollars.post(Account::Sales, Account::Rails, charge);
        books.dollars.post(Account::Sales, Account::InTransit, revenue - charge);
        self.today += revenue - charge;
        // What goes with a rail was on its way through it or stood at its end: it is missing at hand.
        let seized = libm::round(sale.seized_usd * 100.0) as i64;
        books.dollars.post(Account::Cash, Account::Seized, seized);

        let power = carries.power.take(bill.power * 100.0);
        books.dollars.post(Account::Cash, Account::Exchange, power);
        let host = carries.host.take(bill.host * fx * 100.0);
        let supplier = carries.supplier.take((bill.power - bill.host) * fx * 100.0);
        books.roubles.post(Account::Exchange, Account::Host, host);
        books.roubles.post(Account::Exchange, Account::Supplier, supplier);
        let levy = carries.levy.take(levy_usd * 100.0);
        books.dollars.post(Account::Cash, Account::Levy, levy);
        books.dollars.post(Account::Cash, Account::Deposits, bill.deposit);
        let tax = tax_due.map_or(0, |(law, class, moment)| self.tax.due(law, class, moment));
        books.dollars.post(Account::Cash, Account::Tax, tax);
        self.tax.earn(revenue - charge - seized - power - levy);
        Settled {
            coin: sale.coin,
            revenue: Cents(revenue),
            channel_cost: Cents(charge + seized),
            power: Cents(power),
            power_published: Cents(carries.published.take(bill.published * 100.0)),
            power_contract: Cents(carries.contract.take(bill.contract * 100.0)),
            power_capacity: Cents(carries.capacity.take(bill.capacity * 100.0)),
            power_host: Cents(carries.host_usd.take(bill.host * 100.0)),
            deposit: Cents(bill.deposit),
            levy: Cents(levy),
            tax: Cents(tax),
            machines: Cents::ZERO,
        }
    }
}

/// Sends the day's earnings on their way through the channels, and takes in what arrives.
fn turn_day(now: &mut FinanceNow, routes: &Routes) {
    for (purse, share) in now.purses.iter_mut().zip(routes.share.iter()) {
        purse.matured += purse.vault.arrive();
        if purse.today != 0 {
            let parts = split_exactly(purse.today, share.as_slice());
            for (part, delay) in parts.iter().zip(routes.delay_days.iter()) {
                purse.transit.send(*part, *delay);
            }
            purse.today = 0;
        }
        let arrived = purse.transit.arrive();
        purse.books.dollars.post(Account::InTransit, Account::Cash, arrived);
    }
}

#[cfg(test)]
mod tests;
