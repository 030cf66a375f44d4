//! The functions of machines and power as goods: what a machine costs, what a home pays, the tariff that returns a price.

use super::function::{Answer, Function, Given, Kind, Misfit, NOT_NEGATIVE, PERCENT, POSITIVE, between, gives, need};
use crate::calendar::Day;
use crate::equations::break_even::{full_break_even_tariff, hashcost};
use crate::finance::tariff::Bands;
use crate::operator::market::{Listing, MachineMarket};
use crate::units::{Efficiency, Fraction, Hashprice, Hashrate, Power, Tariff};

/// Days of a month in the price of a machine.
const MARKET_MONTH_DAYS: f64 = 30.0;

/// The functions.
pub const FUNCTIONS: &[Function] = &[
    Function {
        name: "hashcost",
        doc: "What the power of a petahash per second costs in a day: J/TH × 24 × USD/kWh × PUE.",
        inputs: &[
            need("efficiency_j_per_th", "J/TH", POSITIVE, "energy of a terahash at the nameplate"),
            need("tariff_usd_per_kwh", "USD/kWh", NOT_NEGATIVE, "price of a kilowatt hour"),
            need("pue", "", between(1.0, 10.0), "power of the site over power of its machines").or("1"),
        ],
        results: &[gives("hashcost_usd_per_ph_day", "USD/PH/day")],
        solve: |x| {
            let efficiency = Efficiency::j_per_th(x.number("efficiency_j_per_th"));
            let tariff = Tariff::usd_per_kwh(x.number("tariff_usd_per_kwh"));
            Ok(vec![Answer::Number(hashcost(efficiency, tariff, x.number("pue")).as_usd_per_ph_day())])
        },
    },
    Function {
        name: "full_break_even",
        doc: "The tariff at which a machine returns its price too, while hashprice falls.",
        inputs: &[
            need("efficiency_j_per_th", "J/TH", POSITIVE, "energy of a terahash at the nameplate"),
            need("hashprice_usd_per_ph_day", "USD/PH/day", NOT_NEGATIVE, "what a petahash per second earns in a day"),
            need("price_usd_per_th_s", "USD per TH/s", NOT_NEGATIVE, "price of the machine at the site"),
            need("months", "months", POSITIVE, "until when the price must be back").or("24"),
            need("fall_per_month", "", between(0.0, 0.9), "fall of hashprice a month").or("0.02").slips(PERCENT),
            need("pue", "", between(1.0, 10.0), "power of the site over power of its machines").or("1"),
            need("pool_fee", "", between(0.0, 1.0), "the pool's fee, of revenue").or("0").slips(PERCENT),
        ],
        results: &[gives("full_break_even_tariff_usd_per_kwh", "USD/kWh")],
        solve: |x| {
            let tariff = full_break_even_tariff(
                Efficiency::j_per_th(x.number("efficiency_j_per_th")),
                Hashprice::usd_per_ph_day(x.number("hashprice_usd_per_ph_day")),
                x.number("price_usd_per_th_s"),
                x.number("months"),
                x.number("fall_per_month"),
                x.number("pue"),
                x.number("pool_fee"),
            );
            Ok(vec![match tariff {
                Some(t) => Answer::Number(t.as_usd_per_kwh()),
                None => Answer::Said("none: the price does not come back even with power for nothing".into()),
            }])
        },
    },
    Function {
        name: "machine_price",
        doc: "World price of a machine: a multiple of the discounted margin it would earn at a cheap producer.",
        inputs: &[
            need("efficiency_j_per_th", "J/TH", POSITIVE, "energy of a terahash at the nameplate"),
            need("hashrate_th_s", "TH/s", POSITIVE, "its hashrate").or("1"),
            need("hashprice_usd_per_ph_day", "USD/PH/day", NOT_NEGATIVE, "mean hashprice of the last two months"),
            need("months_to_halving", "months", NOT_NEGATIVE, "until the next halving").open(),
            need("multiple", "", NOT_NEGATIVE, "price over that margin").or("1.7"),
            need("horizon_months", "months", Kind::Whole(1, 120), "months of margin that count").or("24"),
            need("fall_per_month", "", between(0.0, 1.0), "fall of hashprice a month, continuous")
                .or("0.08")
                .slips(PERCENT),
            need("discount_per_month", "", between(0.0, 1.0), "discount a month, continuous")
                .or("0.025")
                .slips(PERCENT),
            need("tariff_usd_per_kwh", "USD/kWh", NOT_NEGATIVE, "what the cheap producer pays").or("0.04"),
            need("halving_keeps", "", between(0.0, 1.0), "share of hashprice that a halving leaves").or("0.7"),
            need("scrap_usd_per_th_s", "USD per TH/s", NOT_NEGATIVE, "price of a machine that earns nothing").or("0.5"),
        ],
        results: &[gives("price_usd_per_th_s", "USD per TH/s"), gives("price_usd", "USD")],
        solve: |x| Ok(machine_price(x)),
    },
    Function {
        name: "home_bill",
        doc: "A month's bill of a home by bands of consumption.",
        inputs: &[
            need("kwh", "kWh", NOT_NEGATIVE, "what the home used in the month"),
            need("prices_rub_per_kwh", "RUB/kWh", Kind::List, "price of the first band, then above each edge"),
            need("band_kwh_per_month", "kWh", Kind::List, "edges of the bands, rising").open(),
            need("heating_factor", "", between(1.0, 10.0), "by how much electric heating widens the bands").or("1"),
        ],
        results: &[gives("bill_rub", "RUB"), gives("mean_price_rub_per_kwh", "RUB/kWh"), gives("next_kwh_rub", "RUB")],
        solve: home_bill,
    },
];

fn machine_price(x: &Given) -> Vec<Answer> {
    let today = Day(0);
    let halving = x.maybe("months_to_halving").map(|m| today.plus(libm::round(m * MARKET_MONTH_DAYS) as i32 + 1));
    let market = MachineMarket {
        multiple: x.number("multiple"),
        horizon_months: u32::try_from(x.whole("horizon_months")).unwrap_or(1),
        hashprice_decay: x.number("fall_per_month"),
        discount: x.number("discount_per_month"),
        tariff: Tariff::usd_per_kwh(x.number("tariff_usd_per_kwh")),
        halving_keeps: Fraction::new(x.number("halving_keeps")),
        halvings: halving.into_iter().collect(),
        scrap_usd_per_th_s: x.number("scrap_usd_per_th_s"),
        sold_months: f64::INFINITY,
        resale: Fraction::ALL,
    };
    let (th_s, efficiency) = (x.number("hashrate_th_s"), Efficiency::j_per_th(x.number("efficiency_j_per_th")));
    let machine = Listing {
        released: today,
        hashrate: Hashrate::th_s(th_s),
        power: Power::w(efficiency.as_j_per_th() * th_s),
        price_factor: 1.0,
        runs_from: efficiency,
    };
    let price = market.price_usd(&machine, Hashprice::usd_per_ph_day(x.number("hashprice_usd_per_ph_day")), today);
    vec![Answer::Number(price / th_s), Answer::Number(price)]
}

fn home_bill(x: &Given) -> Result<Vec<Answer>, Misfit> {
    let (prices, edges) = (x.list("prices_rub_per_kwh"), x.list("band_kwh_per_month"));
    let Some((first, above)) = prices.split_first().filter(|(_, above)| above.len() == edges.len()) else {
        let what = format!("{} prices for {} edges: one price more than edges", prices.len(), edges.len());
        return Err(Misfit::new("prices_rub_per_kwh", what));
    };
    if !edges.windows(2).all(|w| w[0] < w[1]) {
        return Err(Misfit::new("band_kwh_per_month", "edges that do not rise"));
    }
    let bands = Bands { first: *first, above: edges.iter().copied().zip(above.iter().copied()).collect() };
    let (kwh, widened) = (x.number("kwh"), x.number("heating_factor"));
    let bill = bands.bill(kwh, widened);
    let mean = if kwh > 0.0 { Answer::Number(bill / kwh) } else { Answer::Said("none: nothing was used".into()) };
    Ok(vec![Answer::Number(bill), mean, Answer::Number(bands.bill(kwh + 1.0, widened) - bill)])
}
