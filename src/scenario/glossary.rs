//! The words of the field, each in a sentence or two.

/// A word and what it means here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// The word.
    pub word: &'static str,
    /// Other ways to write it.
    pub also: &'static [&'static str],
    /// What it means.
    pub meaning: &'static str,
}

const fn term(word: &'static str, also: &'static [&'static str], meaning: &'static str) -> Term {
    Term { word, also, meaning }
}

/// The glossary, by area: water, grid, feeder, heat, mining, coin, law, study.
pub const TERMS: &[Term] = &[
    term("reservoir", &[], "Water stored behind a dam; its level follows from its storage by a measured curve."),
    term("inflow", &["useful inflow"], "Water entering a reservoir in m³/s, evaporation already taken off."),
    term(
        "dead level",
        &[],
        "The level under which a reservoir gives only its least release; what lies under it is not for use.",
    ),
    term(
        "limit level",
        &["surcharge level"],
        "The level that a reservoir never passes: gates release what would lift it higher.",
    ),
    term("gross inflow", &[], "Inflow before evaporation is taken off; drawn years multiply it."),
    term(
        "persistence",
        &["serial correlation"],
        "How far a dry or a wet spell goes on: the correlation of one year's, month's or week's inflow with the next.",
    ),
    term("navigation release", &[], "The least release of summer that keeps the river deep enough for ships."),
    term(
        "kind of year",
        &["dry year", "wet year"],
        "A year whose gross inflow is the norm times one factor: dry, normal or wet.",
    ),
    term("release", &[], "Water that leaves a reservoir, through the turbines or over the spillway."),
    term(
        "spill",
        &["idle discharge"],
        "Release that passes no turbine: energy given up, because the reservoir is full or the grid cannot take it.",
    ),
    term(
        "head",
        &[],
        "Height between the water above and below a dam; power is density × gravity × flow × head × efficiency.",
    ),
    term("tailwater", &[], "The water level just below a dam; it rises with the release and so lowers the head."),
    term("cascade", &[], "Dams on one river: what one releases reaches the next after the travel time."),
    term(
        "travel time",
        &[],
        "How long water takes from one dam to the next; meanwhile it is part of the water balance.",
    ),
    term("rule curve", &["decree band"], "Levels that a reservoir has to keep by date, set by decree."),
    term(
        "water value",
        &[],
        "What a cubic meter kept for later is expected to save; a plant sells water only above it.",
    ),
    term("bus", &["node"], "A point of the grid where lines, plants and loads meet."),
    term("branch", &["line", "circuit"], "A line or transformer between two buses; its flow is positive from → to."),
    term("rating", &["thermal limit"], "The power a branch may carry without overheating, in MW or MVA."),
    term(
        "controlled section",
        &["interface", "north–south corridor"],
        "A set of branches whose summed flow is limited, because losing one of them must not break the rest.",
    ),
    term(
        "dispatch",
        &["economic dispatch", "opf"],
        "Which plant produces how much in an hour, at least cost within all limits.",
    ),
    term("shift factor", &["ptdf"], "The share of one more MW at a bus that flows over a branch (PTDF)."),
    term("lodf", &["outage distribution factor"], "The share of a lost branch's flow that another takes over."),
    term("n-1", &["n1", "n-1 security"], "The rule that the loss of any one element must not overload another."),
    term(
        "shadow price",
        &["dual price", "lmp"],
        "What one more MWh at a place would cost the whole system; a signal, never money paid.",
    ),
    term(
        "curtailment",
        &["curtailed mining"],
        "Load taken off by contract or by command, such as interruptible miners.",
    ),
    term("load shedding", &[], "Load cut because supply or the grid does not suffice; what is cut is unserved energy."),
    term(
        "unserved energy",
        &["eue", "expected unserved energy"],
        "Energy asked for and not delivered, in MWh; EUE is its mean over many futures.",
    ),
    term("lole", &["loss of load expectation"], "Days a year whose peak hour cannot be fully served."),
    term("lolh", &["loss of load hours"], "Hours a year in which load cannot be fully served."),
    term("lolf", &[], "How often a year a shortage begins."),
    term(
        "capacity credit",
        &[],
        "The always-available MW that would do as much for adequacy as a unit, a line or interruptible load does.",
    ),
    term("mining headroom", &[], "The MW of mining at which an area reaches a chosen number of hours short."),
    term("losses", &[], "Energy turned to heat in lines and transformers; they grow with the square of the flow."),
    term(
        "distribution transformer",
        &["10/0.4 kv transformer"],
        "The last transformer before homes, rated in kVA; home mining loads it all day, all year.",
    ),
    term("loading", &[], "Load as a share of the rating; in this region of the most loaded phase."),
    term(
        "hot-spot temperature",
        &["hot spot"],
        "The hottest point of a transformer's winding; it sets how fast the insulation ages (IEC 60076-7).",
    ),
    term(
        "loss of life",
        &["aging"],
        "Hours of a transformer's normal life used up; aging doubles with every 6 °C of hot spot (IEC 60076-7).",
    ),
    term(
        "top oil",
        &["top-oil temperature"],
        "The oil's temperature at the top of a transformer's tank; the hot spot lies above it.",
    ),
    term(
        "ampacity",
        &[],
        "The current that a conductor carries without its insulation growing too hot; more in cold air.",
    ),
    term(
        "inverse-time protection",
        &["thermal image"],
        "A fuse or breaker that lets a small overload last long and a large one trip soon (IEC 60255-149).",
    ),
    term(
        "unbalance",
        &["phase unbalance"],
        "Unequal load of the three phases: the worst one heats its winding, the neutral carries what is left over.",
    ),
    term("feeder", &[], "A 0.4 kV line from a transformer to its homes."),
    term("saifi", &[], "Interruptions per home and year."),
    term("saidi", &[], "Hours without power per home and year."),
    term("dry-bulb", &["air temperature"], "The air's temperature in shade."),
    term(
        "wet-bulb",
        &[],
        "The temperature to which evaporating water can cool the air; it limits evaporative cooling.",
    ),
    term("dew point", &[], "The temperature at which the air's water begins to condense."),
    term(
        "pue",
        &["power usage effectiveness"],
        "All power of a site ÷ power of its machines; 1.0 would be cooling for nothing.",
    ),
    term("relative humidity", &[], "The air's water vapor over what it can hold at its temperature, 0 to 1."),
    term("wet-bulb depression", &[], "Dry bulb less wet bulb: the most that a pad can cool the air."),
    term("fan laws", &["affinity laws"], "Flow follows a fan's speed, pressure its square, power its cube."),
    term("dry cooler", &[], "A coil and fans outside that give a liquid's heat to the air; no water is used."),
    term(
        "cooling tower",
        &["hybrid tower"],
        "A heat rejector that sprays water: it cools toward the wet bulb, and the water is gone.",
    ),
    term("recirculation", &[], "Warm exhaust mixed into cold intake, so that machines do not start at −40 °C."),
    term("derate", &["throttle"], "Running below rated power because the inlet is too warm or the grid too weak."),
    term("asic", &["machine", "miner"], "A machine built to compute SHA-256 and nothing else."),
    term("fleet", &[], "All machines of the modeled operators."),
    term("cohort", &[], "Machines of one model, site, owner and purchase month, followed together."),
    term("efficiency", &["j/th"], "Energy per trillion hashes (J/TH); smaller is better."),
    term("hashrate", &["eh/s"], "Hashes tried a second; EH/s are 10¹⁸."),
    term("uptime", &[], "The share of time in which a machine works."),
    term(
        "power target",
        &[],
        "A machine's setting of power against hashrate: eco uses less energy per hash, turbo more.",
    ),
    term(
        "hashprice",
        &[],
        "What a unit of hashrate earns in a day (USD per PH/s and day): subsidy and fees ÷ difficulty × price.",
    ),
    term(
        "supply model",
        &["network model"],
        "The world's hashrate computed from machines of all vintages, owners' power prices and orders, instead of replayed.",
    ),
    term(
        "vintage",
        &[],
        "Machines of one efficiency class; the world's stock is kept by vintage, so that old ones stop first when hashprice falls.",
    ),
    term(
        "q",
        &["tobin's q"],
        "What a new machine is expected to earn over what it costs to make; orders rise with it (Tobin 1969).",
    ),
    term(
        "hashcost",
        &[],
        "What the power of a unit of hashrate costs in a day: J/TH × 24 × USD/kWh × PUE, in USD per PH/s and day.",
    ),
    term(
        "payback",
        &["static payback", "trend payback", "payback time"],
        "Time until a machine has earned its price. Static: at today's hashprice for ever. On the trend: hashprice falls by a share each month, so payback is later, or never. Operators buy by the second.",
    ),
    term(
        "marginal machine",
        &["marginal miner"],
        "The least efficient machine that still runs: a little less hashprice stops it.",
    ),
    term(
        "cost per btc",
        &["production cost", "cost of a coin"],
        "What was paid for a coin: power, cashing out, levies and taxes, told with and without the machines.",
    ),
    term(
        "npv",
        &["net present value"],
        "The sum of payments, each discounted to today by a yearly rate; above zero it earns more than that rate.",
    ),
    term(
        "irr",
        &["internal rate of return"],
        "The rate at which the net present value is zero. Payments that change sign more than once may have several such rates or none, and then that is said.",
    ),
    term(
        "mirr",
        &["modified internal rate of return"],
        "A rate of return with one answer: what is paid in is financed at one rate, what comes out reinvested at another.",
    ),
    term(
        "depreciation",
        &["write-off"],
        "The part of a machine's price that the tax law counts as a cost of the month.",
    ),
    term(
        "resale",
        &["scrap value"],
        "What a machine given up brings: a share of the world price of the day, never below its scrap.",
    ),
    term(
        "break-even",
        &["break-even tariff", "shutdown price"],
        "The tariff, or the hashprice, at which a machine earns just what its power costs.",
    ),
    term(
        "marginal tariff",
        &["marginal price"],
        "What one more kilowatt hour costs: the price less what is owed anyway for contracted power. It decides who stops tonight; the whole price decides who stays.",
    ),
    term(
        "tariff band",
        &["tiered tariff", "heating allowance"],
        "A month's consumption above an edge costs more per kilowatt hour; homes with electric heating have wider bands in winter.",
    ),
    term(
        "capacity payment",
        &["capacity charge"],
        "What a firm owes for power at the time when the region needs most, beside energy and network: in hourly price categories, its power in the peak hours.",
    ),
    term(
        "peak hour",
        &["peak hours"],
        "The hour of a working day in which the region's load is largest; it is known only afterwards, so who means to avoid it must guess.",
    ),
    term(
        "shaving",
        &["peak shaving", "4cp"],
        "Standing still in hours that may become peak hours, to owe less for capacity.",
    ),
    term(
        "hosting",
        &["host", "colocation"],
        "A host gives power, room and care for machines of its clients at a price above its own, often with a deposit.",
    ),
    term(
        "take-or-pay",
        &["take or pay"],
        "A contract in which a share of the price is owed for power agreed, used or not.",
    ),
    term(
        "connection queue",
        &["queue"],
        "Applications for power that wait: the grid companies connect no more than so much a month.",
    ),
    term(
        "two-part tariff",
        &["standing part"],
        "A bill with a part for energy used and a part owed for power contracted, used or not: capacity and network of a firm, take-or-pay of a host's client.",
    ),
    term("subsidy", &["block reward"], "New coin in each block; halved every 210,000 blocks."),
    term(
        "fee",
        &["transaction fees"],
        "What senders add to have a transaction included; it goes to the block's finder.",
    ),
    term("difficulty", &[], "How many hashes a block takes on average: difficulty × 2³² (exactly, 2⁴⁸ ÷ 65535)."),
    term(
        "retarget",
        &["difficulty adjustment"],
        "Every 2016 blocks difficulty is set so that blocks would have taken ten minutes each, within a factor of four.",
    ),
    term("network hashrate", &[], "All the world's hashrate on Bitcoin; the region is a few percent of it."),
    term("halving", &[], "The block, every 210,000th, at which the subsidy is halved: April 2024 the last time."),
    term(
        "fpps",
        &["full pay per share"],
        "A pool's pay by expected subsidy and fees for the work done; luck is the pool's.",
    ),
    term(
        "pplns",
        &["pay per last n shares"],
        "A pool's pay by the blocks it finds, to those who did its latest work; luck is the miners'.",
    ),
    term(
        "pool",
        &["pool fee", "mining pool"],
        "Miners who share what their blocks bring, because each alone would wait for months; it keeps a fee.",
    ),
    term("solo mining", &["solo"], "Each miner keeps the blocks that its own hashes find, and bears its own luck."),
    term(
        "stale block",
        &["orphan block"],
        "A block that lost against another at the same height: its finder earns nothing.",
    ),
    term("jump diffusion", &[], "A random price: small steps every day and now and then a jump (Merton 1976)."),
    term("replay", &[], "Price, weather or inflow as they were, instead of drawn."),
    term(
        "cbeci",
        &["cambridge index"],
        "Cambridge's estimate of Bitcoin's electricity: the mean of the machines that pay at 5 cents, times the hashrate.",
    ),
    term(
        "block bootstrap",
        &["bootstrap"],
        "Random futures made of months of the past, drawn anew in blocks that keep their order.",
    ),
    term(
        "implicit subsidy",
        &["cross-subsidy"],
        "What the home tariff leaves unpaid of a yardstick (shadow price and network, business tariff, average cost).",
    ),
    term(
        "channel",
        &["cash-out channel"],
        "A way to turn coin into money, or money into machines, with a fee, a delay, a capacity and a hazard.",
    ),
    term(
        "yardstick",
        &[],
        "What a kilowatt hour of homes is worth: shadow price and network, business tariff at low voltage, or average cost. Nobody agrees, so all three are told.",
    ),
    term(
        "haircut",
        &[],
        "The share of income lost on the way to money; break-even hashprice rises by 1 ÷ (1 − haircut).",
    ),
    term(
        "rail",
        &["seized rail", "seizure"],
        "A way that money goes, such as an exchange; where it is seized, what was on it is lost once.",
    ),
    term("otc", &["otc desk", "over the counter"], "A desk that buys coin at a spread, outside an exchange."),
    term(
        "premium",
        &["duty"],
        "What a machine costs over the world's price: freight, risk of the way, duty at the border.",
    ),
    term("treasury", &["hold"], "Coin kept for some days instead of sold at once."),
    term(
        "grey mining",
        &["hidden mining"],
        "Mining at a home's tariff, or on no books at all; bans do not reach it, inspections do.",
    ),
    term("leakage", &["leakage share"], "The share of income that finds another channel after its own was closed."),
    term("designation", &["ofac", "sdn"], "A name put on a sanctions list: others may not deal with it."),
    term("embargo", &[], "A ban on supplying goods, here machines or pool services."),
    term("moratorium", &[], "A stop of new grid connections."),
    term("curfew", &[], "Hours or seasons in which mining must not draw power."),
    term("levy", &[], "A charge on mined energy or coin."),
    term("interruptible", &["demand response"], "Load that agreed to be cut first, for a lower price."),
    term("act", &[], "What an event does: one of a closed list of edits of the rules."),
    term("event", &[], "An act and when it happens: dates, seasons, or a gauge beyond a value for some days."),
    term("scenario", &[], "Everything a run is given: a world, what is laid over it, and the window."),
    term("overlay", &[], "A scenario file laid over another; what it sets wins."),
    term("baseline", &[], "The scenario that others are compared with."),
    term("arm", &[], "One of the scenarios of a comparison; all arms meet the same futures."),
    term(
        "member",
        &[],
        "One future of an ensemble: one draw of weather, water, failures, blocks and ranged assumptions.",
    ),
    term("ensemble", &[], "Many members of one scenario."),
    term("seed", &[], "The number from which every random draw follows; the same seed gives the same bytes."),
    term("trace", &[], "A series given from outside: days, months or hours of weather, price or inflow."),
    term("assumption", &[], "A number nobody published; it is marked, and its range is drawn in ensembles."),
    term("range of outcomes", &["p5-p95"], "From the 5th to the 95th percentile over futures and assumptions."),
    term(
        "simulation error",
        &["standard error"],
        "How far the mean would move with other seeds; it shrinks with members and says nothing of the world.",
    ),
    term("imposed", &[], "An input of the scenario, not a finding."),
    term(
        "fitted",
        &[],
        "A number chosen so that the model meets a published figure; it cannot be checked by that figure.",
    ),
    term("predicted", &[], "A result that was compared with a published figure it was not fitted to."),
];

/// The term of a word, whatever its case, hyphens or underscores.
pub fn find(word: &str) -> Option<&'static Term> {
    let plain = |text: &str| text.to_lowercase().replace(['_', '-'], " ");
    let wanted = plain(word.trim());
    TERMS.iter().find(|t| plain(t.word) == wanted || t.also.iter().any(|a| plain(a) == wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_and_unique() {
        assert_eq!(find("Hot_Spot").unwrap().word, "hot-spot temperature");
        assert_eq!(find("PTDF").unwrap().word, "shift factor");
        assert!(find("rigs").is_none());
        let mut words: Vec<&str> =
            TERMS.iter().flat_map(|t| core::iter::once(t.word).chain(t.also.iter().copied())).collect();
        let all = words.len();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), all);
    }
}
