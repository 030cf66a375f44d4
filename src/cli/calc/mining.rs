//! The functions of mining: difficulty, subsidy, hashprice, break-evens, a machine off its nominal point.

use super::function::{Answer, Function, Given, Input, Kind, Misfit, NOT_NEGATIVE, PERCENT, POSITIVE};
use super::function::{between, gives, need};
use crate::cli::machines;
use crate::equations::break_even::{break_even_hashprice, break_even_tariff};
use crate::equations::hashprice::{hashprice, satoshi_per_ph_day};
use crate::equations::retarget::{Compact, Target, retarget};
use crate::equations::subsidy::{subsidy, supply_before};
use crate::scenario::overlay::nearest;
use crate::units::{Efficiency, Hashprice, Satoshi, Tariff};
use std::ops::Bound;

const FROM_1970: Kind = Kind::Whole(-4_294_967_296, 4_294_967_296);

/// The functions.
pub const FUNCTIONS: &[Function] = &[
    Function {
        name: "retarget",
        doc: "The next 2,016 blocks' difficulty, exact to the bit (Bitcoin Core).",
        inputs: &[
            need("first_block_time", "s", FROM_1970, "time in the header of the epoch's first block, since 1970"),
            need("last_block_time", "s", FROM_1970, "time in the header of its last block, since 1970"),
            need("old_bits_hex", "", Kind::Text, "compact bits of the epoch, 8 hexadecimal digits"),
            need("pow_limit_hex", "", Kind::Text, "easiest target of the network, as 256 bits or compact")
                .or("00000000ffff0000000000000000000000000000000000000000000000000000"),
        ],
        results: &[gives("new_bits_hex", ""), gives("new_difficulty", "")],
        solve: next_bits,
    },
    Function {
        name: "subsidy",
        doc: "Coin that the block at a height creates, and all coin created before it.",
        inputs: &[need("height", "", Kind::Whole(0, i64::MAX), "height of the block; the first has 0")],
        results: &[gives("subsidy_sat", "sat"), gives("supply_sat_before", "sat")],
        solve: |x| {
            let height = x.whole("height").unsigned_abs();
            Ok(vec![Answer::Whole(subsidy(height).0), Answer::Whole(supply_before(height).0)])
        },
    },
    Function {
        name: "hashprice",
        doc: "What a petahash per second earns in a day, by the market's convention D·2³².",
        inputs: &[
            need("difficulty", "", POSITIVE, "difficulty"),
            need("price_usd", "USD", NOT_NEGATIVE, "price of a bitcoin"),
            need("subsidy_btc", "BTC", between(0.0, 50.0), "subsidy of a block"),
            need("fee_btc", "BTC", between(0.0, 21_000_000.0), "fees of a block"),
        ],
        results: &[gives("hashprice_usd_per_ph_day", "USD/PH/day"), gives("hashprice_sat_per_th_day", "sat/TH/day")],
        solve: |x| {
            let reward = Satoshi::from_btc(x.number("subsidy_btc")) + Satoshi::from_btc(x.number("fee_btc"));
            let difficulty = x.number("difficulty");
            Ok(vec![
                Answer::Number(hashprice(difficulty, x.number("price_usd"), reward).as_usd_per_ph_day()),
                Answer::Number(satoshi_per_ph_day(difficulty, reward) / 1000.0),
            ])
        },
    },
    Function {
        name: "break_even",
        doc: "The hashprice and the tariff at which a machine just pays for its power; nothing else counts.",
        inputs: &[
            need("efficiency_j_per_th", "J/TH", POSITIVE, "energy per hash at the wall"),
            TARIFF.open(),
            need("hashprice_usd_per_ph_day", "USD/PH/day", NOT_NEGATIVE, "what a petahash per second earns in a day")
                .open(),
            need("pue", "", between(1.0, 10.0), "energy of the site over energy of its machines").or("1"),
            need(
                "pool_fee",
                "",
                Kind::Number(Bound::Included(0.0), Bound::Excluded(1.0)),
                "share of revenue not received",
            )
            .or("0")
            .slips(PERCENT),
        ],
        results: &[
            gives("break_even_hashprice_usd_per_ph_day", "USD/PH/day"),
            gives("break_even_tariff_usd_per_kwh", "USD/kWh"),
        ],
        solve: break_even,
    },
    Function {
        name: "power_target",
        doc: "Power of a machine of the catalog tuned to a share of its nominal hashrate.",
        inputs: &[
            need("model", "", Kind::Text, "a machine of the catalog, by id or name; `hashwatt machines` lists them"),
            need(
                "hashrate_fraction",
                "",
                between(0.5, 1.26),
                "hashrate over nominal hashrate; the fit holds in this range",
            )
            .slips(PERCENT),
        ],
        results: &[gives("power_w", "W"), gives("efficiency_at_target_j_per_th", "J/TH")],
        solve: power_target,
    },
];

/// A tariff; nobody pays more than two dollars.
const TARIFF: Input = need("tariff_usd_per_kwh", "USD/kWh", between(0.0, 2.0), "price of a kilowatt hour")
    .slips(&[(0.01, "in cents"), (0.001, "per MWh")]);

fn next_bits(x: &Given) -> Result<Vec<Answer>, Misfit> {
    let bits = Compact::from_hex(x.text("old_bits_hex"))
        .ok_or_else(|| Misfit::new("old_bits_hex", "no 8 hexadecimal digits, such as 1d00ffff"))?;
    let limit = x.text("pow_limit_hex");
    let digits = limit.trim_start_matches("0x").len();
    let wrong = |what: String| Misfit::new("pow_limit_hex", what);
    let limit = if digits <= 8 {
        let compact = Compact::from_hex(limit).ok_or_else(|| wrong("no hexadecimal digits".into()))?;
        compact.target().map_err(|e| wrong(e.to_string()))?
    } else {
        Target::from_hex(limit).ok_or_else(|| wrong("no hexadecimal number of 256 bits".into()))?
    };
    if limit == Target::default() {
        return Err(wrong("zero: no hash would meet it".into()));
    }
    let interval = x.whole("last_block_time") - x.whole("first_block_time");
    let new = retarget(bits, interval, limit).map_err(|e| Misfit::new("old_bits_hex", e.to_string()))?;
    let difficulty = new.difficulty().map_or_else(|e| Answer::Said(e.to_string()), Answer::Number);
    Ok(vec![Answer::Text(new.to_string()), difficulty])
}

fn break_even(x: &Given) -> Result<Vec<Answer>, Misfit> {
    let efficiency = Efficiency::j_per_th(x.number("efficiency_j_per_th"));
    let (pue, fee) = (x.number("pue"), x.number("pool_fee"));
    let (tariff, paid) = (x.maybe("tariff_usd_per_kwh"), x.maybe("hashprice_usd_per_ph_day"));
    if tariff.is_none() && paid.is_none() {
        return Err(Misfit::new("tariff_usd_per_kwh", "missing: give it, or hashprice_usd_per_ph_day, or both"));
    }
    let open = |name: &str| Answer::Said(format!("open: {name} is not given"));
    let hashprice =
        tariff.map(|t| break_even_hashprice(efficiency, Tariff::usd_per_kwh(t), pue, fee).as_usd_per_ph_day());
    let tariff = paid.map(|h| break_even_tariff(efficiency, Hashprice::usd_per_ph_day(h), pue, fee).as_usd_per_kwh());
    Ok(vec![
        hashprice.map_or_else(|| open("tariff_usd_per_kwh"), Answer::Number),
        tariff.map_or_else(|| open("hashprice_usd_per_ph_day"), Answer::Number),
    ])
}

fn power_target(x: &Given) -> Result<Vec<Answer>, Misfit> {
    let catalog = machines::catalog().map_err(|problems| Misfit::new("model", problems.to_string()))?;
    let asked = x.text("model");
    let plain = |name: &str| name.to_lowercase().replace([' ', '-'], "_");
    let Some(machine) = catalog.iter().find(|m| m.id == plain(asked) || plain(&m.name) == plain(asked)) else {
        let near = nearest(&plain(asked), catalog.iter().map(|m| m.id.as_str()));
        let near = near.map_or_else(|| "see `hashwatt machines`".to_owned(), |n| format!("did you mean `{n}`?"));
        return Err(Misfit::new("model", format!("no machine `{asked}` in the catalog; {near}")));
    };
    let (fraction, curve) = (x.number("hashrate_fraction"), machine.family.curve);
    Ok(vec![
        Answer::Number(machine.power.as_w() * curve.power(fraction)),
        Answer::Number(machine.efficiency().as_j_per_th() * curve.efficiency(fraction)),
    ])
}
