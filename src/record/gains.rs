//! Who gains and who pays: where the coin mined went, by operator and by party, and what a coin cost.
//!
//! Parties and what is counted as their gain, USD over the window:
//!
//! | party | gain |
//! |---|---|
//! | `miners_home`, `miners_firms`, `miners_hosted` | revenue less cashing out, power, levies, taxes and machines bought (those sold taken off) |
//! | `hosts` | what they add to the price of power |
//! | `pools` | coin of the blocks found less coin paid out: fees, and luck |
//! | `exchanges` | fees and spreads of cashing out, expected penalties included |
//! | `seized` | money lost with rails that were seized: whoever seized it |
//! | `makers` | machines bought, duty, freight and premiums included |
//! | `budget` | taxes and levies on mining |
//! | `homes` | ordinary homes: worth of their power less what they pay |
//! | `power_system` | what all homes, mining ones included, pay less the worth of their power |
//!
//! Homes' power is worth what a [`Yardstick`] says; headlines take the average cost of supply, the sheet all three. What firms
//! and hosts pay for power is taken to be its cost, so nobody gains by it. The parties' gains sum to the coin mined less the
//! cost of the power that made it, whatever the yardstick: a test. Coin is valued at the price of its hour.

use super::books::Books;
use super::{Cell, Headline, Sheet, Value};
use crate::finance::tariff::Class;
use crate::flows::Subsidy;
use crate::region::Region;
use crate::step::Step;

/// What a kilowatt hour of homes is worth ([`crate::finance::subsidy`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Yardstick {
    /// The average cost of supply.
    AverageCost,
    /// The shadow price of energy at the bus plus the network rate.
    ShadowEnergy,
    /// The business tariff at low voltage.
    BusinessTariff,
}

impl Yardstick {
    /// All, the one of the headlines first.
    pub const ALL: [Self; 3] = [Self::AverageCost, Self::ShadowEnergy, Self::BusinessTariff];

    /// What it says of a gap.
    pub fn of(self, gap: &Subsidy) -> f64 {
        match self {
            Self::AverageCost => gap.average_cost,
            Self::ShadowEnergy => gap.shadow_energy,
            Self::BusinessTariff => gap.business_tariff,
        }
    }
}

/// Sums over a run from which gains are made.
#[derive(Clone, Debug, Default)]
pub struct Gains {
    operators: Vec<Books>,
    pools: f64,
    seized: f64,
    /// By yardstick, at the scenario's home rate and at the published tariff.
    homes: [[f64; 2]; 3],
    power_system: [[f64; 2]; 3],
}

/// Kinds of operators by what they pay for power.
const KINDS: [&str; 3] = ["miners_home", "miners_firms", "miners_hosted"];

fn kind(class: Class) -> usize {
    match class {
        Class::Home(_) => 0,
        Class::Business => 1,
        Class::Hosted => 2,
    }
}

impl Gains {
    /// Adds a step.
    pub fn record(&mut self, world: &Region, step: &Step) {
        self.operators.resize(step.money.operators.len(), Books::default());
        let usd_per_coin = step.market.price_usd;
        let mut paid = 0;
        for ((sum, settled), fee) in
            self.operators.iter_mut().zip(step.money.operators.iter()).zip(world.bitcoin.pool.fee.iter())
        {
            sum.add(settled);
            paid += settled.coin.0;
            let added = step.market.pool_fee_added.rest().value();
            let kept = fee.rest().value() * added * world.bitcoin.pool.rejects.rest().value();
            sum.pool_fee += settled.coin.as_btc() * usd_per_coin * if kept > 0.0 { 1.0 / kept - 1.0 } else { 0.0 };
        }
        self.pools += (step.coin.pool_income.0 - paid) as f64 / 1e8 * usd_per_coin;
        self.seized += step.routes.seized.iter().map(|d| d.as_usd()).sum::<f64>();
        let m = &step.money;
        let pairs = [(&m.all_homes, &m.home_mining), (&m.all_homes_published, &m.home_mining_published)];
        for (by, (homes, system)) in Yardstick::ALL.into_iter().zip(self.homes.iter_mut().zip(&mut self.power_system)) {
            for (i, (all, mining)) in pairs.into_iter().enumerate() {
                homes[i] += by.of(all) - by.of(mining);
                system[i] -= by.of(all);
            }
        }
    }

    /// Gains by party at the scenario's home rate or at the published tariff, USD.
    pub fn by_party(&self, world: &Region, published: bool, by: Yardstick) -> Vec<(&'static str, f64)> {
        let mut miners = [0.0; 3];
        let usd = |f: fn(&Books) -> i64| self.operators.iter().map(f).sum::<i64>() as f64 / 100.0;
        for (sum, class) in self.operators.iter().zip(world.finance.operators.iter()) {
            miners[kind(*class)] += sum.left(if published { sum.power_published } else { sum.power });
        }
        let (which, stick) = (usize::from(published), by as usize);
        let mut out: Vec<(&'static str, f64)> = KINDS.into_iter().zip(miners).collect();
        out.extend([
            ("hosts", usd(|s| s.host)),
            ("pools", self.pools),
            ("exchanges", usd(|s| s.channel) - self.seized),
            ("seized", self.seized),
            ("makers", usd(|s| s.machines)),
            ("budget", usd(|s| s.tax + s.levy)),
            ("homes", self.homes[stick][which]),
            ("power_system", self.power_system[stick][which]),
        ]);
        out
    }

    /// The headlines.
    pub fn headlines(&self, world: &Region) -> Vec<Headline> {
        let operators = || world.atlas.operators.iter().zip(&self.operators);
        let all = self.operators.iter().fold(Books::default(), |mut all, s| {
            all.coin += s.coin;
            all.channel += s.channel;
            all.power += s.power;
            all.power_published += s.power_published;
            all.levy += s.levy;
            all.tax += s.tax;
            all.machines += s.machines;
            all
        });
        let per_coin = |f: &dyn Fn(&Books) -> Option<f64>| {
            let mut by: Vec<(String, f64)> = operators().filter_map(|(o, s)| Some((o.id.clone(), f(s)?))).collect();
            by.extend(f(&all).map(|x| ("total".to_owned(), x)));
            Value::ById(by)
        };
        let parties = |published| {
            let by = self.by_party(world, published, Yardstick::AverageCost);
            Value::ById(by.into_iter().map(|(p, x)| (p.to_owned(), x)).collect())
        };
        let usd = |f: fn(&Books) -> i64| self.operators.iter().map(f).sum::<i64>() as f64 / 100.0;
        let parts = vec![
            ("energy".to_owned(), usd(|s| s.power - s.contract - s.capacity - s.host)),
            ("contract".to_owned(), usd(|s| s.contract)),
            ("capacity".to_owned(), usd(|s| s.capacity)),
            ("host".to_owned(), usd(|s| s.host)),
        ];
        vec![
            Headline { key: "cost_per_btc_usd", value: per_coin(&|s| s.per_coin(s.power, false)) },
            Headline {
                key: "cost_per_btc_published_tariff_usd",
                value: per_coin(&|s| s.per_coin(s.power_published, false)),
            },
            Headline { key: "cost_per_btc_with_machines_usd", value: per_coin(&|s| s.per_coin(s.power, true)) },
            Headline {
                key: "cost_per_btc_with_machines_published_tariff_usd",
                value: per_coin(&|s| s.per_coin(s.power_published, true)),
            },
            Headline { key: "power_cost_by_part_usd", value: Value::ById(parts) },
            Headline { key: "gains_by_party_usd", value: parties(false) },
            Headline { key: "gains_by_party_published_tariff_usd", value: parties(true) },
        ]
    }

    /// Who gains, and where a dollar of revenue went.
    pub fn sheets(&self, world: &Region) -> [Sheet; 2] {
        [self.gains(world), self.dollar(world)]
    }

    fn gains(&self, world: &Region) -> Sheet {
        let columns: Vec<Vec<(&str, f64)>> =
            Yardstick::ALL.iter().flat_map(|by| [false, true].map(|p| self.by_party(world, p, *by))).collect();
        let parties: Vec<&str> = columns.first().into_iter().flatten().map(|p| p.0).collect();
        Sheet {
            name: "gains",
            columns: [
                ("party", "Who."),
                ("gain_usd", "What it gained over the window; negative where it paid. Homes and the power system against the average cost of supply."),
                ("gain_published_tariff_usd", "The same with homes, mining ones too, billed at the published tariff."),
                ("gain_shadow_energy_usd", "As gain_usd, homes' power worth the shadow price of energy at its bus plus the network rate."),
                ("gain_shadow_energy_published_tariff_usd", "The same at the published tariff."),
                ("gain_business_tariff_usd", "As gain_usd, homes' power worth the business tariff at low voltage."),
                ("gain_business_tariff_published_tariff_usd", "The same at the published tariff."),
            ]
            .map(|(k, d)| (k.to_owned(), d.to_owned()))
            .to_vec(),
            rows: parties
                .into_iter()
                .enumerate()
                .map(|(at, party)| {
                    let gains = columns.iter().filter_map(|c| c.get(at)).map(|(_, gain)| Cell::Number(*gain));
                    core::iter::once(Cell::Text(party.to_owned())).chain(gains).collect()
                })
                .collect(),
        }
    }

    /// Where each kind of miner's revenue, the pool's fee included, went.
    fn dollar(&self, world: &Region) -> Sheet {
        let mut rows = Vec::new();
        for (at, name) in KINDS.iter().enumerate() {
            let own = || {
                let both = self.operators.iter().zip(world.finance.operators.iter());
                both.filter(move |(_, class)| kind(**class) == at).map(|(s, _)| s)
            };
            let usd = |f: fn(&Books) -> i64| own().map(f).sum::<i64>() as f64 / 100.0;
            let fee: f64 = own().map(|s| s.pool_fee).sum();
            if usd(|s| s.revenue) <= 0.0 {
                continue;
            }
            let differs = usd(|s| (s.power - s.power_published).abs()) > 0.0;
            let twins: &[(&str, bool)] =
                if differs { &[("scenario", false), ("published", true)] } else { &[("", false)] };
            for (rate, published) in twins {
                let power = if *published { usd(|s| s.power_published) } else { usd(|s| s.power) };
                let (contract, capacity, host) = (usd(|s| s.contract), usd(|s| s.capacity), usd(|s| s.host));
                let numbers = [
                    usd(|s| s.revenue) + fee,
                    fee,
                    usd(|s| s.channel),
                    power - contract - capacity - host,
                    contract,
                    capacity,
                    host,
                    usd(|s| s.levy + s.tax),
                    usd(|s| s.machines),
                    own().map(|s| s.left(if *published { s.power_published } else { s.power })).sum(),
                ];
                let texts = [Cell::Text((*name).to_owned()), Cell::Text((*rate).to_owned())];
                rows.push(texts.into_iter().chain(numbers.map(Cell::Number)).collect());
            }
        }
        Sheet {
            name: "dollar",
            columns: [
                ("miners", "Home miners, firms that buy their own power, or clients of hosts."),
                ("home_tariff", "`scenario` or `published` where the two bills differ."),
                ("revenue_usd", "Coin sold at the price of its hour, and what the pool kept of it."),
                ("pool_usd", "The pool's fee, and shares it rejected."),
                ("exchanges_usd", "Fees, spreads and losses of cashing out."),
                ("energy_usd", "Power used."),
                ("contract_usd", "Power owed for contracts, used or not."),
                ("capacity_usd", "Capacity in the region's peak hours."),
                ("host_usd", "What hosts add to the price of power."),
                ("tax_usd", "Taxes and levies."),
                ("machines_usd", "Machines bought, those sold taken off."),
                ("left_usd", "What is left; negative where less came in than was spent."),
            ]
            .map(|(k, d)| (k.to_owned(), d.to_owned()))
            .to_vec(),
            rows,
        }
    }
}
