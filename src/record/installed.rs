//! What stood where and what was bought when: the fleet by class of efficiency at the start of each month, and what each
//! month's purchases earned back.
//!
//! A purchase pays back when what it hashes, at the kind's mean revenue of a petahash and the kind's mean whole price of
//! power in each month after delivery, has returned its price: the hashprice that came, not the one expected. Beside it
//! stands what the buyer expected: the same sum with the hashprice of the purchase falling by the share that buyers expect.
//! Machines are taken to run all hours and never to fail, in both.

use super::{Cell, Sheet};
use crate::finance::tariff::Class;
use crate::flows::OrderReason;
use crate::ids::Id;
use crate::operator::market::payback_months;
use crate::region::Region;
use crate::step::Step;
use crate::units::{Efficiency, Power};

/// Classes of efficiency by which used machines are quoted, J/TH: upper edge (exclusive) and name. The last has no edge.
const CLASSES: [(f64, &str); 5] = [
    (19.0, "under_19"),
    (25.0, "from_19_to_25"),
    (38.0, "from_25_to_38"),
    (68.0, "from_38_to_68"),
    (f64::INFINITY, "over_68"),
];
/// Kinds of miners by what they pay for power.
const KINDS: [&str; 3] = ["miners_home", "miners_firms", "miners_hosted"];
/// Days of a mean month.
const MONTH_DAYS: f64 = 30.4375;

fn class(efficiency: Efficiency) -> usize {
    CLASSES.iter().position(|c| efficiency.as_j_per_th() < c.0).unwrap_or(CLASSES.len() - 1)
}

fn kind(class: Class) -> usize {
    match class {
        Class::Home(_) => 0,
        Class::Business => 1,
        Class::Hosted => 2,
    }
}

/// What machines of one kind of miners earn and pay in a month: sums over hours and sites.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Going {
    hours: f64,
    usd_per_ph_day: f64,
    usd_per_kwh: f64,
    published_usd_per_kwh: f64,
}

/// One month's purchases of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Bought {
    machines: f64,
    usd: f64,
    th_s: f64,
    /// At the meter.
    kw: f64,
    /// Days until they hash, by price.
    delay_usd_days: f64,
}

/// A calendar month of the run.
#[derive(Clone, Debug, Default, PartialEq)]
struct Month {
    year: i32,
    of_year: u32,
    /// Hours of it within the window.
    hours: f64,
    /// Machines standing in the region when it began: power and hashrate at the nameplate by class, MW and EH/s.
    standing: Option<[(f64, f64); CLASSES.len()]>,
    going: [Going; KINDS.len()],
    bought: [Bought; KINDS.len()],
}

/// The months of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Installed {
    months: Vec<Month>,
}

impl Installed {
    /// Adds a step.
    pub fn record(&mut self, world: &Region, step: &Step) {
        if self.months.last().is_none_or(|m| (m.year, m.of_year) != (step.now.year, step.now.month)) {
            self.months.push(Month { year: step.now.year, of_year: step.now.month, ..Month::default() });
        }
        let Some(month) = self.months.last_mut() else { return };
        let here = |site: usize| world.atlas.sites.iter().nth(site).is_some_and(|s| s.in_region);
        if !step.roster.sites.is_empty() {
            let mut standing = [(0.0, 0.0); CLASSES.len()];
            for (_, roster) in step.roster.sites.enumerate().filter(|(site, _)| here(site.index())) {
                for (model, count) in roster.installed.enumerate().filter(|(_, n)| **n > 0) {
                    let machine = &world.fleet.machines[model];
                    if let Some(sum) = standing.get_mut(class(machine.efficiency())) {
                        sum.0 += (machine.power * *count as f64).as_mw();
                        sum.1 += (machine.hashrate * *count as f64).as_eh_s();
                    }
                }
            }
            month.standing = Some(standing);
        }
        let h = step.now.span.as_hours();
        month.hours += h;
        for (id, payer) in world.finance.sites.enumerate().filter(|(id, _)| here(id.index())) {
            let Some(going) = month.going.get_mut(kind(payer.class)) else { continue };
            going.hours += h;
            going.usd_per_ph_day += step.worth.revenue[id].as_usd_per_ph_day() * h;
            going.usd_per_kwh += step.tariffs.site[id].as_usd_per_kwh() * h;
            going.published_usd_per_kwh += step.tariffs.site_published[id].as_usd_per_kwh() * h;
        }
        for order in step
            .orders
            .orders
            .iter()
            .filter(|o| matches!(o.reason, OrderReason::Growth | OrderReason::Refill) && o.machines > 0)
        {
            let Some(payer) = world.finance.sites.as_slice().get(order.site.index()) else { continue };
            let Some(bought) = month.bought.get_mut(kind(payer.class)).filter(|_| here(order.site.index())) else {
                continue;
            };
            let (n, machine) = (order.machines as f64, &world.fleet.machines[order.model]);
            let meter: Power = machine.power * (n * world.operators.sites[order.site].design_pue);
            bought.machines += n;
            bought.usd += n * order.price_usd;
            bought.th_s += machine.hashrate.as_th_s() * n;
            bought.kw += meter.as_mw() * 1000.0;
            bought.delay_usd_days += n * order.price_usd * f64::from(order.delay_days);
        }
    }

    /// The tables.
    pub fn sheets(&self, world: &Region) -> [Sheet; 2] {
        [self.fleet(), self.payback(world)]
    }

    fn fleet(&self) -> Sheet {
        let mut rows = Vec::new();
        for month in &self.months {
            let Some(standing) = &month.standing else { continue };
            for ((_, name), (mw, eh_s)) in CLASSES.iter().zip(standing) {
                rows.push(vec![
                    Cell::Text(month.name()),
                    Cell::Text((*name).to_owned()),
                    Cell::Number(*mw),
                    Cell::Number(*eh_s),
                ]);
            }
        }
        Sheet {
            name: "fleet_by_month",
            columns: [
                ("month", "The month at whose start they stood."),
                ("class", "Class of efficiency in J/TH at the nameplate, as used machines are quoted."),
                ("power_mw", "Power at the nameplate of the machines standing in the region, in whatever state."),
                ("hashrate_eh_s", "Their hashrate at the nameplate."),
            ]
            .map(|(k, d)| (k.to_owned(), d.to_owned()))
            .to_vec(),
            rows,
        }
    }

    fn payback(&self, world: &Region) -> Sheet {
        let mut rows = Vec::new();
        for (at, month) in self.months.iter().enumerate() {
            for (which, name) in KINDS.iter().enumerate() {
                let (bought, going) = (&month.bought[which], &month.going[which]);
                if bought.usd <= 0.0 || going.hours <= 0.0 {
                    continue;
                }
                let (revenue, tariff) = (going.usd_per_ph_day / going.hours, going.usd_per_kwh / going.hours);
                let expected = payback_months(
                    bought.usd,
                    revenue * bought.th_s / 1000.0,
                    tariff * bought.kw * 24.0,
                    world.operators.hashprice_fall,
                );
                let (paid, share) = self.earned_back(at, which, false);
                let (paid_published, share_published) = self.earned_back(at, which, true);
                let months = |m: Option<f64>| m.map_or(Cell::Empty, Cell::Number);
                rows.push(vec![
                    Cell::Text(month.name()),
                    Cell::Text((*name).to_owned()),
                    Cell::Number(bought.machines),
                    Cell::Number(bought.usd),
                    Cell::Number(bought.usd / bought.th_s),
                    Cell::Number(bought.kw * 1000.0 / bought.th_s),
                    months(expected),
                    months(paid),
                    Cell::Number(share),
                    months(paid_published),
                    Cell::Number(share_published),
                ]);
            }
        }
        Sheet {
            name: "payback",
            columns: [
                ("month", "The month of the purchase."),
                ("miners", "Home miners, firms that buy their own power, or clients of hosts."),
                ("machines", "Machines ordered."),
                ("paid_usd", "Their price at the site, duty and freight included."),
                ("price_usd_per_th_s", "The same of a TH/s."),
                ("site_efficiency_j_per_th", "Power at the meter over hashrate."),
                ("expected_months", "Months of hashing until the price is back, on the hashprice of the month falling as buyers expect; empty: never."),
                ("payback_months", "The same on the hashprices that came; empty: not within the window."),
                ("earned_back_share", "Share of the price earned back by the end of the window, at most 1."),
                ("payback_published_tariff_months", "payback_months at the published home tariff."),
                ("earned_back_published_tariff_share", "earned_back_share at the published home tariff."),
            ]
            .map(|(k, d)| (k.to_owned(), d.to_owned()))
            .to_vec(),
            rows,
        }
    }

    /// Months of hashing after which a month's purchases of a kind were earned back, and the share earned back by the end.
    fn earned_back(&self, bought_in: usize, which: usize, published: bool) -> (Option<f64>, f64) {
        let Some(bought) = self.months.get(bought_in).map(|m| m.bought[which]) else { return (None, 0.0) };
        let delay_months = bought.delay_usd_days / bought.usd / MONTH_DAYS;
        let (mut earned, mut hashed) = (0.0, 0.0);
        // A purchase is made as its month begins; the first month of hashing is the part after delivery.
        for (n, month) in self.months.iter().skip(bought_in).enumerate() {
            let part = (n as f64 + 1.0 - delay_months).clamp(0.0, 1.0);
            let going = &month.going[which];
            if going.hours <= 0.0 || part <= 0.0 {
                continue;
            }
            let days = part * month.hours / 24.0;
            let tariff = if published { going.published_usd_per_kwh } else { going.usd_per_kwh } / going.hours;
            let daily = going.usd_per_ph_day / going.hours * bought.th_s / 1000.0 - tariff * bought.kw * 24.0;
            // Machines that lose are switched off.
            let more = daily.max(0.0) * days;
            if earned + more >= bought.usd {
                return (Some(hashed + (bought.usd - earned) / daily / MONTH_DAYS), 1.0);
            }
            earned += more;
            hashed += days / MONTH_DAYS;
        }
        (None, earned / bought.usd)
    }
}

impl Month {
    fn name(&self) -> String {
        format!("{}-{:02}", self.year, self.of_year)
    }
}
