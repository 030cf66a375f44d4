//! Sections `bitcoin`, `epoch` and `market`: the network, where its chain starts, and the coin's market.

use crate::bitcoin::pool::{Pool, Scheme};
use crate::bitcoin::price::{Bootstrap, JumpDiffusion, Price};
use crate::bitcoin::supply::{Months, World, subsidy_on};
use crate::bitcoin::{Bitcoin, Epoch, Miner};
use crate::calendar::{Day, Window};
use crate::curve::daily::Daily;
use crate::equations::retarget::{Compact, EPOCH_BLOCKS, Target};
use crate::ids::{Id, OperatorId, SiteId, Table};
use crate::scenario::View;
use crate::scenario::spec::{TableSpec, choice, day, integer, number, numbers, table, table_spec, text, time};
use crate::units::Fraction;

/// `[bitcoin]`.
pub const BITCOIN: TableSpec = table_spec(
    "bitcoin",
    "The network as the region meets it: its share, and the terms of its pool (the fee stands with each operator).",
    &[
        number(
            "reference_share",
            "",
            0.0,
            0.95,
            "Share of the replayed network that was the region's; it is taken out and the simulated region put in.",
        )
        .default(0.0),
        number("pool_rejects_share", "", 0.0, 0.5, "Share of hashes whose shares arrive too late or broken.")
            .default(0.002),
        choice(
            "payout",
            &["fpps", "pplns", "solo"],
            "How the pool shares coin: by expected worth, by blocks found and past work, or each for itself.",
        )
        .default_text("fpps"),
        number(
            "pplns_window_blocks",
            "",
            0.01,
            1000.0,
            "PPLNS: past work that a block is paid by, in expected blocks of the pool.",
        )
        .default(2.0),
        number("stale_share", "", 0.0, 0.5, "Share of the pool's blocks that lose against another at the same height.")
            .default(0.0),
        number("fee_memory_days", "d", 0.01, 365.0, "Memory of the trailing mean of fees that the pool pays by.")
            .default(1.0),
    ],
);

/// `[epoch.<id>]`.
pub const EPOCH: TableSpec = table_spec(
    "epoch",
    "A known difficulty epoch; a run starts from the last one before its window.",
    &[
        integer("height", 0, 100_000_000, "Height of its first block, a multiple of 2,016."),
        day("first_block_day", "Local day of that block."),
        time("first_block_time", "Local time of that block."),
        text("bits_hex", "Difficulty bits of the epoch, eight hexadecimal digits."),
    ],
);

/// `[market.jump_diffusion]`.
const JUMP_DIFFUSION: TableSpec = table_spec(
    "jump_diffusion",
    "A random price: Brownian motion of its logarithm with normal jumps (Merton 1976).",
    &[
        number("start_price_usd", "USD", 0.01, 1e9, "Price on the first day; absent: the replayed one.").optional(),
        number("drift_per_year", "1/year", -2.0, 2.0, "Expected growth, logarithmic.").default(0.0),
        number("volatility_per_year", "", 0.0, 3.0, "Volatility without jumps, per square root of a year.")
            .default(0.55),
        number("jumps_per_year", "1/year", 0.0, 365.0, "Jumps in a year.").default(22.0),
        number("jump_mean", "", -1.0, 1.0, "Mean of a jump's logarithm.").default(-0.011),
        number("jump_sd", "", 0.0, 1.0, "Standard deviation of a jump's logarithm.").default(0.119),
    ],
);

/// `[market.bootstrap]`.
const BOOTSTRAP: TableSpec = table_spec(
    "bootstrap",
    "A random price: growth of the replay's months before the window, drawn anew in blocks (Politis and Romano 1992).",
    &[
        number("start_price_usd", "USD", 0.01, 1e9, "Price on the first day; absent: the replayed one.").optional(),
        integer("block_months", 1, 120, "Months in a block, kept in their order.").default_integer(6),
        number(
            "drift_per_year",
            "1/year",
            -2.0,
            2.0,
            "Mean growth, logarithmic; absent: that of the months drawn from.",
        )
        .optional(),
    ],
);

/// Fewest months before the window from which a bootstrap can draw.
const LEAST_PAST_MONTHS: usize = 13;

/// `[market]`.
pub const MARKET: TableSpec = table_spec(
    "market",
    "The coin's market by month: price, fees, network hashrate. Days between keep each month's mean.",
    &[
        choice("price_model", &["replay", "fixed", "jump_diffusion", "bootstrap"], "How the price moves.")
            .default_text("replay"),
        choice(
            "network_model",
            &["replay", "supply"],
            "Whether the world's hashrate is replayed or supplied ([supply]).",
        )
        .default_text("replay"),
        day("first_month", "A day of the first month of the lists."),
        numbers("price_usd", "USD", 0.01, 1e9, "Mean price of each month."),
        numbers("fee_share", "", 0.0, 0.99, "Share of fees in a block's reward, mean of each month."),
        numbers("network_hashrate_eh_s", "EH/s", 1e-9, 1e9, "Mean hashrate of the whole network in each month."),
        number("fixed_price_usd", "USD", 0.01, 1e9, "The price, if it is fixed.").optional(),
        table(&JUMP_DIFFUSION).optional(),
        table(&BOOTSTRAP).optional(),
    ],
);

/// The network of a scenario.
pub fn build(all: &View, window: &Window) -> Option<Bitcoin> {
    let (given, market) = (all.table("bitcoin"), all.table("market"));
    let (prices, fees, network) =
        (market.monthly("price_usd"), market.monthly("fee_share"), market.monthly("network_hashrate_eh_s"));
    let epochs = epochs(all, window);
    let (prices, fees, network) = (prices?, fees?, network?);
    let months = market.numbers("price_usd").len();
    let supply = supply(all, &market, window);
    for key in ["fee_share", "network_hashrate_eh_s"] {
        let own = market.numbers(key).len();
        // A supplied network needs no more of the replay than what leads up to the window.
        let enough = key == "network_hashrate_eh_s" && supply.is_some() && own < months;
        if own != months && !enough {
            market.problem(key, format!("{own} months"), format!("as many as price_usd: {months}"), "");
        }
    }
    if !prices.covers(window) {
        let allowed = "months that cover the window";
        market.warning("first_month", "the window reaches beyond the months given", allowed, "the end months are held");
    }
    let site = |v: &View| Miner {
        operator: OperatorId::from_index(v.reference("operator")),
        in_region: bus_in_region(all, v.reference("bus")),
    };
    let sites: Table<SiteId, Miner> = Table::new(all.tables("site").iter().map(|(_, v)| site(v)).collect());
    let fees_of_pool: Vec<Fraction> =
        all.tables("operator").iter().map(|(_, v)| Fraction::new(v.number("pool_fee_share"))).collect();
    Some(Bitcoin {
        price: price(&market, prices, window)?,
        network_eh_s: network,
        supply,
        fee_share: fees,
        reference_share: Fraction::new(given.number("reference_share")),
        epochs: epochs?,
        limit: Target::POW_LIMIT,
        operators: fees_of_pool.len(),
        pool: Pool {
            scheme: match given.choice("payout") {
                "pplns" => Scheme::Pplns(given.number("pplns_window_blocks")),
                "solo" => Scheme::Solo,
                _ => Scheme::Fpps,
            },
            stale: Fraction::new(given.number("stale_share")),
            fee: Table::new(fees_of_pool),
            rejects: Fraction::new(given.number("pool_rejects_share")),
            fee_memory_days: given.number("fee_memory_days"),
        },
        sites,
    })
}

/// The supply side, if the market asks for it; its history comes before the window.
fn supply(all: &View, market: &View, window: &Window) -> Option<World> {
    if market.choice("network_model") != "supply" {
        return None;
    }
    let Some(given) = super::supply::build(all) else {
        market.problem("network_model", "\"supply\" without [supply]", "a [supply] table", "world/coin has one");
        return None;
    };
    let (price, share) = (market.numbers("price_usd"), market.numbers("fee_share"));
    let months = fee_months(market.day("first_month"), &price, &share)?;
    if months.start_of(0) > window.from {
        market.warning("first_month", "the history begins after the window", "months before the window", "");
    }
    Some(World { given, months, known_eh_s: market.numbers("network_hashrate_eh_s") })
}

/// Months of price and of fees, the fees given as shares of the reward.
pub fn fee_months(first_month: Day, price_usd: &[f64], fee_share: &[f64]) -> Option<Months> {
    let mut day = first_month;
    let fees: Vec<f64> = fee_share
        .iter()
        .map(|share| {
            let middle = day.plus(15);
            day = day.plus(day.days_in_month() as i32);
            subsidy_on(middle) * share / (1.0 - share)
        })
        .collect();
    Months::new(first_month, price_usd, &fees)
}

/// Whether a bus, by its position, counts in the region.
pub(super) fn bus_in_region(all: &View, bus: usize) -> bool {
    all.tables("bus").get(bus).is_none_or(|(_, v)| v.flag("in_region"))
}

fn price(market: &View, replay: Daily, window: &Window) -> Option<Price> {
    match market.choice("price_model") {
        "fixed" => {
            let Some(usd) = market.maybe_number("fixed_price_usd") else {
                market.problem("fixed_price_usd", "nothing", "the price, since price_model is fixed", "");
                return None;
            };
            Some(Price::Fixed(usd))
        }
        "jump_diffusion" => {
            let v = market.table("jump_diffusion");
            Some(Price::JumpDiffusion(JumpDiffusion {
                start_usd: v.maybe_number("start_price_usd").unwrap_or_else(|| replay.on(window.from)),
                drift_per_year: v.number("drift_per_year"),
                volatility_per_year: v.number("volatility_per_year"),
                jumps_per_year: v.number("jumps_per_year"),
                jump_mean: v.number("jump_mean"),
                jump_sd: v.number("jump_sd"),
            }))
        }
        "bootstrap" => {
            let v = market.table("bootstrap");
            let prices = market.numbers("price_usd");
            let before = (window.from.month_count() - market.day("first_month").month_count()).max(0) as usize;
            let past = prices.get(..before.min(prices.len())).unwrap_or_default();
            if past.len() < LEAST_PAST_MONTHS {
                let found = format!("{} months of price before the window", past.len());
                market.problem("price_model", found, "13 or more, to draw growth from", "an earlier first_month");
                return None;
            }
            let mut growth: Vec<f64> = past.windows(2).map(|w| libm::log(w[1] / w[0])).collect();
            if let Some(drift) = v.maybe_number("drift_per_year") {
                let shift = drift / 12.0 - growth.iter().sum::<f64>() / growth.len() as f64;
                growth = growth.iter().map(|g| g + shift).collect();
            }
            Some(Price::Bootstrap(Bootstrap {
                start_usd: v.maybe_number("start_price_usd").unwrap_or_else(|| replay.on(window.from)),
                growth,
                block_months: v.count("block_months") as u32,
            }))
        }
        _ => Some(Price::Replay(replay)),
    }
}

fn epochs(all: &View, window: &Window) -> Option<Vec<Epoch>> {
    let mut epochs = Vec::new();
    for (_, v) in all.tables("epoch") {
        let height = v.integer("height") as u64;
        if !height.is_multiple_of(EPOCH_BLOCKS) {
            v.problem("height", format!("{height}"), "a multiple of 2016", "");
            return None;
        }
        let text = v.text("bits_hex");
        let Some(bits) = Compact::from_hex(text).filter(|b| b.target().is_ok()) else {
            v.problem("bits_hex", format!("\"{text}\""), "compact bits of a target, such as \"170b98ab\"", "");
            return None;
        };
        epochs.push(Epoch { height, day: v.day("first_block_day"), minute: v.minute("first_block_time"), bits });
    }
    epochs.sort_by_key(|e| e.height);
    if epochs.iter().all(|e| e.day >= window.from) {
        let found = "no epoch begins before the window";
        all.table("bitcoin").warning(
            "",
            found,
            "[epoch.<id>] with an earlier first_block_day",
            "the first one is used",
        );
    }
    Some(epochs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::spec::{flag, reference, tables};
    use crate::scenario::testing;

    const BUS: TableSpec = table_spec("bus", "", &[flag("in_region", "").default_flag(true)]);
    const OPERATOR: TableSpec = table_spec("operator", "", &[number("pool_fee_share", "", 0.0, 1.0, "").default(0.02)]);
    const SITE: TableSpec =
        table_spec("site", "", &[reference("bus", "bus", ""), reference("operator", "operator", "")]);
    const ROOT: TableSpec = table_spec(
        "",
        "",
        &[
            integer("format", 1, 1, "").optional(),
            text("title", "").optional(),
            text("note", "").optional(),
            table(&BITCOIN),
            tables(&EPOCH),
            table(&MARKET),
            tables(&BUS),
            tables(&OPERATOR),
            tables(&SITE),
            crate::scenario::spec::sources("source", "").optional(),
        ],
    );
    const PLACES: &str = "\n[bus.bra]\n[bus.kra]\nin_region = false\n[operator.a]\n[operator.b]\npool_fee_share = 0.01\n\
        [site.x]\nbus = \"bra\"\noperator = \"b\"\n[site.y]\nbus = \"kra\"\noperator = \"a\"\n";

    fn window() -> Window {
        Window { from: Day::parse("2022-01-01").unwrap(), until: Day::parse("2024-01-01").unwrap(), step_minutes: 60 }
    }

    #[test]
    fn the_shipped_coin_builds() {
        let text = [include_str!("../../../scenarios/irkutsk/world/coin.toml"), PLACES].concat();
        let checked = testing::valid(&ROOT, &text);
        let given = build(&checked.view_of(&ROOT), &window()).unwrap();
        assert!(checked.problems().is_empty(), "{}", checked.problems());
        assert_eq!(given.sites[SiteId(0)], Miner { operator: OperatorId(1), in_region: true });
        assert_eq!(given.sites[SiteId(1)], Miner { operator: OperatorId(0), in_region: false });
        assert_eq!(given.pool.fee[OperatorId(1)], Fraction::new(0.01));
        let now = given.start(crate::random::Seed(1), crate::random::Member(0), &window());
        assert_eq!(now.chain.bits, Compact(0x170b_98ab));
        // 716,554 in fact: the last days of December 2021 were slower than the month's curve.
        assert!((now.chain.height as i64 - 716_554).abs() < 100, "{}", now.chain.height);
    }

    #[test]
    fn a_bootstrap_draws_from_the_months_before_the_window_alone() {
        let text = [include_str!("../../../scenarios/irkutsk/world/coin.toml"), PLACES]
            .concat()
            .replace("price_model = \"replay\"", "price_model = \"bootstrap\"\nbootstrap = { drift_per_year = 0.12 }");
        let checked = testing::valid(&ROOT, &text);
        let given = build(&checked.view_of(&ROOT), &window()).unwrap();
        let Price::Bootstrap(law) = &given.price else { panic!("{:?}", given.price) };
        // 2018 to 2021: 48 months.
        assert_eq!((law.growth.len(), law.block_months), (47, 6));
        assert!((law.growth.iter().sum::<f64>() / 47.0 - 0.01).abs() < 1e-12);
        let early = Window { from: Day::parse("2018-06-01").unwrap(), ..window() };
        assert!(build(&checked.view_of(&ROOT), &early).is_none());
        assert!(checked.problems().to_string().contains("5 months of price before the window"));
    }

    #[test]
    fn what_does_not_fit_is_told() {
        let text = format!(
            "[market]\nprice_model = \"fixed\"\nfirst_month = 2022-01-01\nprice_usd = [1.0, 2.0]\nfee_share = [0.1]\n\
             network_hashrate_eh_s = [1.0, 1.0]\n[epoch.e]\nheight = 2017\nfirst_block_day = 2021-12-25\n\
             first_block_time = \"16:40\"\nbits_hex = \"1d00ffff\"\n[source.\"\"]\nassumption = \"a test\"{PLACES}"
        );
        let checked = testing::checked(&ROOT, &text);
        assert!(build(&checked.view_of(&ROOT), &window()).is_none());
        let told = checked.problems().to_string();
        for part in ["1 months", "fixed_price_usd", "beyond the months"] {
            assert!(told.contains(part), "{part} in {told}");
        }
    }

    #[test]
    fn every_number_of_the_shipped_coin_has_its_source() {
        let told = |text: &str| {
            let problems = crate::scenario::Scenario::from_text("coin", text).check().problems().to_string();
            problems.lines().filter(|l| l.contains("source")).map(str::to_owned).collect::<Vec<_>>()
        };
        let text = include_str!("../../../scenarios/irkutsk/world/coin.toml");
        assert_eq!(told(text), Vec::<String>::new());
        assert!(!told(&text.replace("[source.", "[source.nothing_")).is_empty(), "a number without a source is told");
    }
}
