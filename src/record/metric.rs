//! The registry of headline metrics: one row feeds summaries, sidecars, hovers, `explain` and the documentation.

/// What a headline is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metric {
    /// Key in `summary.json`; ends in the unit where there is one.
    pub key: &'static str,
    /// The unit's symbol; empty for counts, shares and texts.
    pub unit: &'static str,
    /// Label in English.
    pub label: &'static str,
    /// Label in Russian.
    pub label_ru: &'static str,
    /// Definition, with its equation where there is one.
    pub definition: &'static str,
}

/// Shorthand for a row of the registry.
const fn row(
    key: &'static str,
    unit: &'static str,
    label: &'static str,
    label_ru: &'static str,
    definition: &'static str,
) -> Metric {
    Metric { key, unit, label, label_ru, definition }
}

/// All metrics, in the order in which they are printed.
pub const METRICS: &[Metric] = &[
    row("hours", "h", "Hours simulated", "Часов в расчёте", "Number of simulated hours."),
    row(
        "weather",
        "",
        "Weather",
        "Погода",
        "`generated`, `replayed`, or `conditioned`: generated days around replayed monthly means.",
    ),
    row(
        "demand_gwh",
        "GWh",
        "Demand without mining",
        "Потребление без майнинга",
        "Energy served in the region, mining and network losses not included.",
    ),
    row(
        "mining_gwh",
        "GWh",
        "Mining load",
        "Потребление майнинга",
        "Energy served to mining sites in the region, cooling and site losses included.",
    ),
    row(
        "losses_gwh",
        "GWh",
        "Network losses",
        "Потери в сети",
        "Losses of the region's branches by the stated linearization.",
    ),
    row("total_load_gwh", "GWh", "Total load", "Полное потребление", "demand + mining + losses of the region."),
    row("mining_peak_mw", "MW", "Mining peak", "Максимум майнинга", "Largest hourly mining load of the region."),
    row(
        "mining_at_region_peak_mw",
        "MW",
        "Mining in the peak hour",
        "Майнинг в час максимума",
        "Mining load in the hour of the region's largest total load.",
    ),
    row("region_peak_mw", "MW", "Regional peak", "Максимум региона", "Largest hourly total load of the region."),
    row(
        "region_peak_time",
        "",
        "Time of the peak",
        "Час максимума",
        "Local time at which the peak hour starts; of generated weather it is a model hour, not a measured one.",
    ),
    row(
        "mining_december_mw",
        "MW",
        "Mining in December",
        "Майнинг в декабре",
        "Mean mining load of each December in the window; connected power is imposed by the scenario, so the path is no finding.",
    ),
    row("generation_gwh", "GWh", "Generation in the region", "Выработка в регионе", "hydro + thermal of the region."),
    row(
        "hydro_gwh",
        "GWh",
        "Hydro generation",
        "Выработка ГЭС",
        "Generation of the region's hydro plants, by plant; `total` leaves out plants outside the region.",
    ),
    row(
        "hydro_outside_gwh",
        "GWh",
        "Hydro outside the region",
        "ГЭС вне региона",
        "Generation of cascade plants outside the region (Boguchany).",
    ),
    row(
        "thermal_gwh",
        "GWh",
        "Thermal generation",
        "Выработка ТЭС",
        "Generation of the region's thermal plants, by plant.",
    ),
    row(
        "export_gwh",
        "GWh",
        "Net export",
        "Сальдо-переток",
        "Generation of the region less its total load; positive leaves the region.",
    ),
    row(
        "spill_gwh",
        "GWh",
        "Energy spilled",
        "Энергия холостых сбросов",
        "Energy that spilled water would have made at the head of its hour, by plant, those outside the region included.",
    ),
    row(
        "water_plan_miss_max_pct",
        "%",
        "Largest miss of a week's water plan",
        "Наибольшее отклонение от недельного плана",
        "Largest relative difference over all whole weeks between what a plant's turbines released and what the week's rule wanted, by plant.",
    ),
    row(
        "baikal_level_min_m",
        "m",
        "Lowest Baikal level",
        "Минимум уровня Байкала",
        "Lowest level of Lake Baikal, Pacific height system.",
    ),
    row(
        "baikal_level_max_m",
        "m",
        "Highest Baikal level",
        "Максимум уровня Байкала",
        "Highest level of Lake Baikal, Pacific height system.",
    ),
    row(
        "unserved_mwh",
        "MWh",
        "Unserved energy",
        "Недоотпуск",
        "Ordinary and protected load not served, mining apart.",
    ),
    row(
        "curtailed_mining_mwh",
        "MWh",
        "Mining curtailed",
        "Отключённый майнинг",
        "Mining load bid but not served because of grid limits or contracts.",
    ),
    row(
        "congested_hours",
        "h",
        "Hours at a limit",
        "Часов на пределе",
        "Hours with a positive shadow price, by controlled section and branch; ids ending in `_at_low` and `_at_high`: hours with flow at or above the ends of an assumed limit's range (none above the limit taken, which holds the flow).",
    ),
    row(
        "n1_insecure_hours",
        "h",
        "Hours not secure against one outage",
        "Часов без надёжности N-1",
        "Hours in which the loss of some one circuit would load another beyond its short-time rating, where no armed automatics would shed load against it; limits of controlled sections are counted apart.",
    ),
    row(
        "n1_insecure_outage_hours",
        "h",
        "Hours not secure, by the circuit lost",
        "Часов без надёжности N-1 по отключению",
        "Those hours by the line that would lose a circuit (of equal circuits the first is named); what it would overload is in `contingencies.csv`.",
    ),
    row(
        "n1_armed_hours",
        "h",
        "Hours secure by automatics alone",
        "Часов надёжных лишь с автоматикой",
        "Hours in which the loss of some one circuit would overload another but for automatics that shed load (`armed_mw` of a branch), and no other loss would without.",
    ),
    row(
        "reserve_shortfall_hours",
        "h",
        "Hours short of reserve",
        "Часов нехватки резерва",
        "Hours in which an area held less upward reserve than its largest unit or infeed asks for, by area.",
    ),
    row(
        "homes_modeled",
        "",
        "Homes in the last mile",
        "Домов в модели сети 0,4 кВ",
        "Homes of the settlements whose transformers are modeled; an assumption by settlement.",
    ),
    row(
        "transformers_modeled",
        "",
        "Transformers in the last mile",
        "Трансформаторов в модели",
        "Homes over homes per transformer, both assumptions: read results per 1,000 transformers.",
    ),
    row(
        "transformers_overloaded_max",
        "",
        "Most transformers overloaded",
        "Максимум перегруженных трансформаторов",
        "Largest number of modeled 10/0.4 kV transformers above 100 % of rated current on their most loaded phase in one step.",
    ),
    row(
        "transformers_above_130pct_max",
        "",
        "Most transformers above 130 %",
        "Максимум трансформаторов выше 130 %",
        "Largest number of modeled 10/0.4 kV transformers above 130 % of rated current on their most loaded phase in one step.",
    ),
    row(
        "homes_interrupted",
        "",
        "Interruptions of homes",
        "Отключений домов",
        "Homes that lost power by overload of their transformer or feeder, each time counted.",
    ),
    row(
        "homes_interrupted_by_cause",
        "",
        "Interruptions by cause",
        "Отключений домов по причинам",
        "homes_interrupted by cause: overcurrent protection, heat, aging, conductor, voltage.",
    ),
    row(
        "home_hours_without_power",
        "h",
        "Hours of homes without power",
        "Дом-часов без света",
        "Homes without power times hours, by overload of the last mile.",
    ),
    row(
        "homes_dark_max",
        "",
        "Most homes without power",
        "Максимум домов без света",
        "Largest number of homes without power at once, by overload of the last mile.",
    ),
    row(
        "saidi_h",
        "h",
        "SAIDI",
        "SAIDI",
        "Hours without power of the mean modeled home in a year, by overload of the last mile alone.",
    ),
    row(
        "saifi",
        "",
        "SAIFI",
        "SAIFI",
        "Interruptions of the mean modeled home in a year, by overload of the last mile alone.",
    ),
    row("hashrate_mean_eh_s", "EH/s", "Mean hashrate", "Средний хешрейт", "Mean hashrate of the region."),
    row(
        "hashrate_share_mean",
        "",
        "Share of the network",
        "Доля сети",
        "Mean hashrate of the region over the network's.",
    ),
    row(
        "hashrate_january_2022_eh_s",
        "EH/s",
        "Hashrate in January 2022",
        "Хешрейт в январе 2022",
        "Mean regional hashrate in January 2022; Cambridge's last map has 8.6 EH/s (4.66 %) for all of Russia.",
    ),
    row(
        "hashrate_share_january_2022",
        "",
        "Share in January 2022",
        "Доля в январе 2022",
        "Mean regional share of the network in January 2022; Cambridge's last map has 0.0466 for all of Russia.",
    ),
    row(
        "pue_mean",
        "",
        "Mean PUE",
        "Средний PUE",
        "Energy of mining sites over energy of their machines; machine fans are inside the machines.",
    ),
    row(
        "machine_wear_mean",
        "",
        "Thermal wear of machines",
        "Тепловой износ машин",
        "Mean of 2^((inlet − 25 °C)/10 K) over machine energy: wear over that at 25 °C by the usual rule for electronics; life goes as its inverse. A reading, not fed back into failures.",
    ),
    row(
        "btc_mined",
        "BTC",
        "Coin earned",
        "Намайнено",
        "Coin credited to operators, by operator, their sites outside the region included.",
    ),
    row("network_difficulty_mean", "", "Mean difficulty", "Средняя сложность", "Mean difficulty over the window."),
    row(
        "mining_revenue_usd",
        "USD",
        "Mining revenue",
        "Выручка майнинга",
        "Coin credited, valued at the price of its hour, by operator, sites outside the region included.",
    ),
    row(
        "mining_power_cost_usd",
        "USD",
        "Power bill of mining",
        "Счёт майнинга за энергию",
        "What operators pay for electricity at all their sites; home miners at the home rate of the scenario.",
    ),
    row(
        "mining_power_cost_published_tariff_usd",
        "USD",
        "Power bill at the published tariff",
        "Счёт по опубликованному тарифу",
        "The same consumption billed at the published home tariff; accounting only, behavior follows the home rate.",
    ),
    row(
        "mining_profit_usd",
        "USD",
        "Mining profit",
        "Прибыль майнинга",
        "Revenue less channel costs, power, levies and taxes, of all sites; machines bought are not in it.",
    ),
    row(
        "mining_profit_published_tariff_usd",
        "USD",
        "Mining profit at the published tariff",
        "Прибыль по опубликованному тарифу",
        "The same with home miners' power at the published tariff.",
    ),
    row(
        "implicit_subsidy_usd",
        "USD",
        "Implicit subsidy of home mining",
        "Скрытая субсидия домашнего майнинга",
        "What the energy of the region's home miners costs less what they pay at the scenario's home rate: against its shadow price plus the network rate, the business tariff, the average cost of supply.",
    ),
    row(
        "implicit_subsidy_published_tariff_usd",
        "USD",
        "Implicit subsidy at the published tariff",
        "Скрытая субсидия по опубликованному тарифу",
        "The same at the published home tariff.",
    ),
    row(
        "implicit_subsidy_all_homes_usd",
        "USD",
        "Implicit subsidy of all homes",
        "Скрытая субсидия всех домов",
        "The same for all homes, mining included, as if all paid the scenario's home rate.",
    ),
    row(
        "implicit_subsidy_all_homes_published_tariff_usd",
        "USD",
        "Implicit subsidy of all homes at the published tariff",
        "Скрытая субсидия всех домов по опубликованному тарифу",
        "The same for all homes at the published home tariff.",
    ),
    row(
        "cost_per_btc_usd",
        "USD/BTC",
        "Cost of a coin",
        "Себестоимость биткоина",
        "What operators paid for cashing out, power, levies and taxes over the coin credited to them, by operator; machines are not in it.",
    ),
    row(
        "cost_per_btc_published_tariff_usd",
        "USD/BTC",
        "Cost of a coin at the published tariff",
        "Себестоимость биткоина по опубликованному тарифу",
        "The same with home miners' power at the published tariff.",
    ),
    row(
        "cost_per_btc_with_machines_usd",
        "USD/BTC",
        "Cost of a coin with machines bought",
        "Себестоимость биткоина с покупкой машин",
        "cost_per_btc_usd and the machines bought in the window, those sold taken off, over the same coin. Machines owned before the window cost nothing here and those bought late have not earned yet, so a window of growth reads high.",
    ),
    row(
        "cost_per_btc_with_machines_published_tariff_usd",
        "USD/BTC",
        "Cost of a coin with machines, at the published tariff",
        "Себестоимость с машинами по опубликованному тарифу",
        "The same with home miners' power at the published tariff.",
    ),
    row("tax_usd", "USD", "Taxes and levies", "Налоги и сборы", "Taxes and levies paid by operators, by kind."),
    row(
        "machines",
        "",
        "Machines at the end",
        "Машин в конце",
        "Machines in the region at the end of the window, by operator.",
    ),
    row(
        "mining_by_operator_gwh",
        "GWh",
        "Mining load by operator",
        "Потребление майнинга по операторам",
        "Energy served to mining sites in the region, by operator.",
    ),
    row(
        "mining_by_place_gwh",
        "GWh",
        "Mining load by place",
        "Потребление майнинга по узлам",
        "Energy served to mining sites in the region, by bus of the grid.",
    ),
    row(
        "hashrate_by_operator_eh_s",
        "EH/s",
        "Hashrate by operator",
        "Хешрейт по операторам",
        "Mean hashrate in the region, by operator.",
    ),
    row(
        "income_by_channel_usd",
        "USD",
        "Income by channel",
        "Доход по каналам",
        "Coin credited, by the channel through which it is turned into money, before the channel's fees; all operators.",
    ),
    row(
        "power_cost_by_part_usd",
        "USD",
        "Power bill by part",
        "Счёт за энергию по частям",
        "mining_power_cost_usd by part: energy used, what is owed for contracted power used or not, capacity in the region's peak hours, what hosts add.",
    ),
    row(
        "gains_by_party_usd",
        "USD",
        "Who gains, who pays",
        "Кто выигрывает, кто платит",
        "Gains by party: miners (revenue less cashing out, power, levies, taxes, machines bought), hosts, pools (fees and luck), exchanges, makers, the budget (taxes and levies); ordinary homes (average cost of their power less what they pay) and the power system (what all homes pay less that cost). Firms' power is taken to be paid at cost. The sum is the coin mined less the cost of its power.",
    ),
    row(
        "gains_by_party_published_tariff_usd",
        "USD",
        "Who gains, who pays, at the published tariff",
        "Кто выигрывает, кто платит, по опубликованному тарифу",
        "The same with all homes billed at the published tariff.",
    ),
    row(
        "congestion_rent_million_rub",
        "million RUB",
        "Congestion rent",
        "Рента перегрузки",
        "Shadow price of a controlled section times its flow, summed over the hours; a shadow value, nobody is paid it.",
    ),
    row(
        "machines_bought",
        "",
        "Machines bought",
        "Куплено машин",
        "Machines ordered over the window, to fill new connections (`growth`) or to replace others (`refill`).",
    ),
    row(
        "machines_left",
        "",
        "Machines gone",
        "Выбыло машин",
        "Machines that left over the window: with clients of a designated host (`with_clients`), sold or scrapped (`retired`), or found by inspections (`found`).",
    ),
    row(
        "mining_by_month_mw",
        "MW",
        "Mining by month",
        "Майнинг по месяцам",
        "Mean mining load of the region in each month of the window.",
    ),
    row(
        "hashrate_by_month_eh_s",
        "EH/s",
        "Hashrate by month",
        "Хешрейт по месяцам",
        "Mean hashrate of the region in each month of the window.",
    ),
    row(
        "mining_revenue_by_month_usd",
        "USD",
        "Mining revenue by month",
        "Выручка майнинга по месяцам",
        "Coin credited in each month of the window, at the price of its hour.",
    ),
    row(
        "unserved_by_month_mwh",
        "MWh",
        "Unserved energy by month",
        "Недоотпуск по месяцам",
        "Ordinary and protected load not served in each month of the window.",
    ),
    row(
        "export_by_month_mw",
        "MW",
        "Net export by month",
        "Сальдо-переток по месяцам",
        "Mean net export of the region in each month of the window.",
    ),
    row(
        "congested_by_month_h",
        "h",
        "Hours at a limit by month",
        "Часов на пределе по месяцам",
        "Hours of each month in which any controlled section has a positive shadow price.",
    ),
    row(
        "emissions_kt_co2",
        "kt",
        "CO₂ of thermal generation",
        "CO₂ тепловой генерации",
        "Emissions of the region's thermal plants at the assumed factors.",
    ),
    row(
        "dispatch_fallback_hours",
        "h",
        "Hours solved by the fall-back",
        "Часов запасного решателя",
        "Hours in which the fast dispatch did not certify and the interior-point fall-back did.",
    ),
    row(
        "dispatch_gap_max",
        "",
        "Largest dispatch gap",
        "Наибольший зазор диспетчеризации",
        "Largest relative gap between primal and dual objective over all hours.",
    ),
    row(
        "balance_residual_max",
        "",
        "Largest balance residual",
        "Наибольшая невязка",
        "Largest relative residual of water and energy balances; coin and money close to the unit or the run stops.",
    ),
    row(
        "leakage_share",
        "",
        "Leakage",
        "Утечка",
        "Income re-routed by operators whose channel the law closed, over their income through it in the 90 days before, at constant hashprice; told where arms are compared, zero where no channel was closed.",
    ),
    row(
        "leakage_by_channel_share",
        "",
        "Leakage by channel",
        "Утечка по каналам",
        "The same by the channel that took the income.",
    ),
];

/// Where a key stands among the metrics; an unknown one last.
pub fn place(key: &str) -> usize {
    METRICS.iter().position(|m| m.key == key).unwrap_or(METRICS.len())
}

/// Whether a metric is a table of places, channels or months: kept for studies and files, too long for a list of headlines.
pub fn is_detail(key: &str) -> bool {
    key.contains("_by_") || key == "congestion_rent_million_rub"
}

/// The metric of a key.
pub fn metric(key: &str) -> Option<&'static Metric> {
    METRICS.iter().find(|m| m.key == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_unique_and_every_row_is_whole() {
        for (i, m) in METRICS.iter().enumerate() {
            assert!(METRICS[..i].iter().all(|o| o.key != m.key), "{} twice", m.key);
            assert!(!m.label.is_empty() && !m.label_ru.is_empty() && m.definition.ends_with('.'), "{}", m.key);
        }
    }
}
