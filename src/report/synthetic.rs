//! A record without a simulation behind it, for the tests of what comes out of one: smooth shapes and hashed noise.

mod network;
mod study;

pub(crate) use study::study_sheets;

use super::{Assumption, Meta};
use crate::calendar::{Day, Window};
use crate::record::{BranchRow, Cell, Happening, Headline, Record, Series, Sheet, Total, Value};
use core::f64::consts::TAU;
use network::{LINES, network};

fn noise(seed: u64, i: usize) -> f64 {
    let mut z = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add((i as u64).wrapping_mul(0xBF58_476D_1CE4_E5B9));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64 - 0.5
}

/// Who would have made it.
pub(crate) fn meta() -> Meta {
    let mut meta = Meta::new("irkutsk", "run", "5f3a", 1, 0);
    meta.resolved = serde_json::json!({"tariff.home_usd_per_kwh": {"value": 0.0012, "origin": "irkutsk.toml:12"}});
    meta.title = "Irkutsk, 2022–2023".into();
    meta.home_tariff_usd_per_kwh = Some(0.0012);
    meta.published_tariff_usd_per_kwh = Some(0.0156);
    meta.assumptions = vec![Assumption {
        key: "interface.bratsk_irkutsk.limit_mw".into(),
        value: "3,000 MW".into(),
        range: "2,600–3,400 MW".into(),
        text: "The corridor's scheme limit is not published; taken from <neighboring> sections.".into(),
    }];
    meta
}

/// A record of so many days from 1 January 2022, hourly, with every series that figures know and 100 more.
pub(crate) fn record(days: i32) -> Record {
    let from = Day::from_ymd(2022, 1, 1).unwrap();
    let window = Window { from, until: from.plus(days), step_minutes: 60 };
    let n = window.steps();
    let season = |t: usize| libm::cos(TAU * (t as f64 / 8766.0 - 0.03));
    let hour = |t: usize| libm::sin(TAU * ((t % 24) as f64 - 13.0) / 24.0);
    let cold =
        |t: usize| noise(7, t / 72) + 0.6 * noise(8, t / 24) + 0.5 * noise(9, t / 24 + 1) * ((t % 24) as f64 / 24.0);
    let growth = |t: usize| t as f64 / 17520.0;
    let mut series: Vec<Series> = Vec::new();
    let mut add = |key: &str, unit: &'static str, total: Total, f: &dyn Fn(usize) -> f64| {
        let label = super::data::words_of(key);
        let values = (0..n).map(f).collect();
        series.push(Series { key: key.into(), unit, definition: format!("Synthetic {label}."), label, total, values });
    };
    let temperature = move |t: usize| -1.0 - 20.0 * season(t) + 5.0 * hour(t) - 9.0 * cold(t);
    let demand = move |t: usize| {
        6700.0 + 1150.0 * season(t) + 260.0 * hour(t) - 30.0 * (temperature(t) + 1.0 + 20.0 * season(t))
    };
    let mining = move |t: usize| 420.0 + 380.0 * growth(t) + 60.0 * season(t) + 8.0 * noise(3, t);
    let losses = move |t: usize| 0.031 * demand(t);
    let load = move |t: usize| demand(t) + mining(t) + losses(t);
    let flow =
        move |t: usize| (1700.0 + 1250.0 * season(t) + 0.45 * (load(t) - 7900.0) + 220.0 * noise(5, t / 6)).min(3000.0);
    add("temperature_irkutsk_c", "°C", Total::Mean, &temperature);
    add("demand_mw", "MW", Total::Mean, &demand);
    add("mining_mw", "MW", Total::Mean, &mining);
    add("losses_mw", "MW", Total::Mean, &losses);
    add("total_load_mw", "MW", Total::Mean, &load);
    for (plant, mean, swing) in [
        ("irkutsk", 470.0, 40.0),
        ("bratsk", 2500.0, 260.0),
        ("ust_ilimsk", 2350.0, 240.0),
        ("mamakan", 40.0, -20.0),
        ("boguchany", 1950.0, 200.0),
    ] {
        add(&format!("hydro_{plant}_mw"), "MW", Total::Mean, &|t| {
            mean + swing * season(t) + 90.0 * hour(t) + 150.0 * noise(mean as u64, t / 168)
        });
    }
    add("thermal_mw", "MW", Total::Mean, &|t| 1900.0 + 900.0 * season(t) + 60.0 * hour(t));
    add("net_export_mw", "MW", Total::Mean, &|t| 7260.0 + 1420.0 * season(t) + 330.0 * hour(t) - load(t) + 300.0);
    add("unserved_mw", "MW", Total::Mean, &|_| 0.0);
    add("curtailed_mining_mw", "MW", Total::Mean, &|t| if flow(t) >= 3000.0 { 35.0 } else { 0.0 });
    add("flow_bratsk_irkutsk_mw", "MW", Total::Mean, &flow);
    add("limit_bratsk_irkutsk_mw", "MW", Total::Mean, &|_| 3000.0);
    add("level_baikal_m", "m", Total::Last, &|t| {
        456.45 - 0.38 * libm::cos(TAU * (t as f64 / 8766.0 - 0.75)) + 0.02 * noise(11, t / 240) + 0.1 * growth(t)
    });
    let dark = |t: usize| if (t / 24).is_multiple_of(9) && t % 24 > 17 { 400.0 + (t % 7) as f64 * 90.0 } else { 0.0 };
    add("homes_dark", "", Total::Mean, &dark);
    add("homes_dark_at_irk", "", Total::Mean, &dark);
    for (key, more) in [("village", 14.0), ("village_without_mining", 0.0)] {
        let load = |t: usize| 70.0 + more + 25.0 * season(t) - 8.0 * hour(t);
        add(&format!("load_{key}_pct"), "%", Total::Mean, &load);
        add(&format!("hot_spot_{key}_c"), "°C", Total::Mean, &|t| temperature(t) + 0.9 * load(t));
    }
    add("hashrate_eh_s", "EH/s", Total::Mean, &|t| mining(t) / 1.08 / 42.0 * (1.0 + 0.2 * growth(t)));
    add("network_hashrate_eh_s", "EH/s", Total::Mean, &|t| 190.0 + 260.0 * growth(t) + 12.0 * noise(12, t / 336));
    add("hashprice_usd_per_ph_day", "USD/PH/day", Total::Mean, &|t| 150.0 - 75.0 * growth(t));
    add("difficulty", "", Total::Mean, &|t| 2.5e13 * (1.0 + 1.6 * growth(t)));
    for bus in 0..100 {
        add(&format!("shadow_price_b{bus:02}_usd_per_mwh"), "USD/MWh", Total::Mean, &|t| {
            9.0 + 3.0 * noise(bus + 50, t / 3) + f64::from(u8::from(flow(t) >= 3000.0)) * bus as f64 * 0.1
        });
    }
    for (i, (a, b, limit)) in LINES.iter().enumerate() {
        let key = format!("branch_flow_{a}_{b}_mw");
        let label = super::data::words_of(&key);
        let values =
            (0..n).map(|t| limit * (0.55 + 0.3 * season(t) + 0.2 * noise(i as u64 + 900, t / 3)).min(1.0)).collect();
        series.push(Series {
            key,
            unit: "MW",
            definition: "Synthetic flow.".into(),
            label,
            total: Total::Mean,
            values,
        });
    }
    for bus in ["irk", "bra", "uso"] {
        let values = (0..n).map(|t| mining(t) / 4.0).collect();
        let key = format!("mining_at_{bus}_mw");
        series.push(Series {
            key,
            unit: "MW",
            definition: "Synthetic mining.".into(),
            label: "Mining".into(),
            total: Total::Mean,
            values,
        });
    }
    let peak = super::view::largest(&series[4].values).unwrap();
    let sum = |i: usize| series[i].values.iter().sum::<f64>() / 1000.0;
    let number = |key, v| Headline { key, value: Value::Number(Some(v)) };
    let above = series[14].values.iter().filter(|f| **f > 2700.0).count() as f64;
    let bound = series[14].values.iter().filter(|f| **f >= 3000.0).count() as f64;
    let headlines = vec![
        number("hours", n as f64),
        Headline { key: "weather", value: Value::Text("conditioned".into()) },
        number("demand_gwh", sum(1)),
        number("mining_gwh", sum(2)),
        number("losses_gwh", sum(3)),
        number("total_load_gwh", sum(4)),
        number("mining_peak_mw", super::view::largest(&series[2].values).unwrap().1),
        number("mining_at_region_peak_mw", series[2].values[peak.0]),
        number("region_peak_mw", peak.1),
        Headline { key: "region_peak_time", value: Value::Text(window.moment(peak.0).to_string()) },
        Headline {
            key: "hydro_gwh",
            value: Value::ById(vec![
                ("irkutsk".into(), sum(5)),
                ("bratsk".into(), sum(6)),
                ("ust_ilimsk".into(), sum(7)),
                ("mamakan".into(), sum(8)),
                ("total".into(), sum(5) + sum(6) + sum(7) + sum(8)),
            ]),
        },
        Headline { key: "thermal_gwh", value: Value::ById(vec![("total".into(), sum(10))]) },
        number("export_gwh", sum(11)),
        number("unserved_mwh", 0.0),
        number("curtailed_mining_mwh", bound * 35.0),
        Headline {
            key: "congested_hours",
            value: Value::ById(vec![
                ("bratsk_irkutsk".into(), bound),
                ("bratsk_irkutsk_at_low".into(), bound + 300.0),
                ("bratsk_irkutsk_at_high".into(), 0.0),
                ("total".into(), bound),
            ]),
        },
        number("hashrate_mean_eh_s", 15.1),
        number("hashrate_share_mean", 0.048),
        number("pue_mean", 1.08),
        number("mining_revenue_usd", 912_345_678.0),
        number("mining_power_cost_usd", 201_345_678.0),
        number("mining_power_cost_published_tariff_usd", 231_345_678.0),
        number("mining_profit_usd", 601_345_678.0),
        number("mining_profit_published_tariff_usd", 571_345_678.0),
        Headline {
            key: "implicit_subsidy_usd",
            value: Value::ById(vec![("cost".into(), 45.2e6), ("export".into(), 61.0e6)]),
        },
        Headline {
            key: "implicit_subsidy_published_tariff_usd",
            value: Value::ById(vec![("cost".into(), 15.2e6), ("export".into(), 31.0e6)]),
        },
        number("balance_residual_max", 3.2e-12),
    ];
    Record {
        window,
        timeline: vec![
            Happening {
                day: from,
                minute: 0,
                kind: "event",
                subject: "fsa_cutoff".into(),
                text: "Japan's exchanges close, \"quietly\".".into(),
            },
            Happening {
                day: from.plus(1),
                minute: 300,
                kind: "retarget",
                subject: String::new(),
                text: "Difficulty +2.1 %.".into(),
            },
        ],
        branches: vec![
            BranchRow {
                id: "bratsk_irkutsk".into(),
                kind: "interface",
                name: "Bratsk–Irkutsk".into(),
                limit_mw: 3000.0,
                limit_low_mw: 2600.0,
                limit_high_mw: 3400.0,
                limit_assumed: true,
                max_loading_pct: 100.0,
                max_flow_mw: 3000.0,
                hours_above_90pct: above,
                hours_at_limit: bound,
                hours_insecure: 0.0,
                shadow_price_rub_per_mwh: 410.0,
            },
            BranchRow {
                id: "tul_irs_1".into(),
                kind: "branch",
                name: "Tulun – Irkutsk 500 kV, 1".into(),
                limit_mw: 1800.0,
                limit_low_mw: 1800.0,
                limit_high_mw: 1800.0,
                limit_assumed: false,
                max_loading_pct: 71.0,
                max_flow_mw: 1280.0,
                hours_above_90pct: 0.0,
                hours_at_limit: 0.0,
                hours_insecure: 0.0,
                shadow_price_rub_per_mwh: f64::NAN,
            },
        ],
        series,
        sheets: sheets(),
        headlines,
        names: vec![("bratsk_irkutsk".into(), "north–south corridor".into())],
        caveats: vec![
            "The path of mining load is an input, not a finding.".into(),
            "Daily weather is generated.".into(),
        ],
    }
}

/// Adds the quantiles of an ensemble's load.
pub(crate) fn add_fans(record: &mut Record) {
    let load = record.series("total_load_mw").map(|s| s.values.clone()).unwrap_or_default();
    for (end, by) in [("p05", -300.0), ("p25", -120.0), ("p50", 0.0), ("p75", 140.0), ("p95", 350.0)] {
        let values = load.iter().map(|v| v + by).collect();
        let (key, label) = (format!("total_load_mw_{end}"), end.to_owned());
        record.series.push(Series {
            key,
            unit: "MW",
            label,
            definition: "Synthetic.".into(),
            total: Total::Mean,
            values,
        });
    }
}

fn column(key: &str) -> (String, String) {
    (key.into(), format!("Synthetic {}.", super::data::words_of(key)))
}

/// The months of two years.
fn months() -> impl Iterator<Item = String> {
    (0..24).map(|m| format!("{}-{:02}", 2022 + m / 12, m % 12 + 1))
}

fn sheets() -> Vec<Sheet> {
    let machines = [
        ("Antminer S9", 98.0),
        ("Antminer S17 Pro", 39.5),
        ("Antminer S19", 34.5),
        ("Antminer S19 Pro", 29.5),
        ("Antminer S19j Pro", 30.5),
        ("Antminer S19 XP", 21.5),
        ("Antminer T17", 55.0),
        ("Antminer T19", 37.5),
        ("Antminer S15", 57.0),
        ("Antminer S19 Pro Hydro", 27.5),
        ("Antminer S21", 17.5),
        ("Whatsminer M20S", 48.0),
        ("Whatsminer M21S", 60.0),
        ("Whatsminer M30S", 38.0),
        ("Whatsminer M30S+", 34.0),
        ("Whatsminer M30S++", 31.0),
        ("Whatsminer M31S", 46.0),
        ("Whatsminer M32", 50.0),
        ("Whatsminer M50", 29.0),
        ("Whatsminer M53", 29.0),
        ("AvalonMiner 1047", 64.0),
        ("AvalonMiner 1246", 38.0),
        ("AvalonMiner 1066", 65.0),
        ("Innosilicon T3", 46.5),
        ("Ebang E12", 57.0),
        ("Cheetah F5M", 40.0),
        ("DragonMint T1", 98.0),
    ];
    let text = |s: &str| Cell::Text(s.into());
    let num = Cell::Number;
    let mut ledgers = Vec::new();
    for (i, op) in [
        "host_a",
        "industrial_bratsk",
        "industrial_irkutsk",
        "home_irkutsk",
        "home_bratsk",
        "home_angarsk",
        "home_usolye",
        "home_shelekhov",
    ]
    .iter()
    .enumerate()
    {
        let home = op.starts_with("home");
        let revenue = 260e6 / (1.0 + i as f64).powi(2) + 8e6;
        let power = if home { 0.02 } else { 0.42 } * revenue;
        let published = if home { 0.26 * revenue } else { power };
        let (tax, channel) = (0.02 * revenue, 0.03 * revenue);
        ledgers.push(vec![
            text(op),
            text(&super::view::place(op, super::Language::En)),
            num(revenue),
            num(channel),
            num(power),
            num(published),
            num(tax),
            num(revenue - channel - power - tax),
            num(revenue - channel - published - tax),
        ]);
    }
    vec![
        network(),
        Sheet {
            name: "break_evens",
            columns: [
                "model",
                "efficiency_j_per_th",
                "break_even_usd_per_kwh",
                "break_even_low_usd_per_kwh",
                "break_even_high_usd_per_kwh",
            ]
            .map(column)
            .to_vec(),
            rows: machines
                .iter()
                .map(|(m, e)| {
                    let b = 97.0 / 24.0 / e;
                    vec![text(m), num(*e), num(b), num(b * 0.55), num(b * 2.1)]
                })
                .collect(),
        },
        Sheet {
            name: "tariffs",
            columns: ["name", "tariff_usd_per_kwh"].map(column).to_vec(),
            rows: vec![
                vec![text("home, article rate"), num(0.0012)],
                vec![text("home, published"), num(0.0156)],
                vec![text("business"), num(0.052)],
                vec![text("hosted"), num(0.062)],
            ],
        },
        Sheet {
            name: "fleet",
            columns: ["model", "efficiency_j_per_th", "machines", "power_mw", "hashrate_eh_s"].map(column).to_vec(),
            rows: machines
                .iter()
                .enumerate()
                .map(|(i, (m, e))| {
                    let power = 4.0 + 9.0 * noise(77, i).abs();
                    vec![text(m), num(*e), num(power * 300.0), num(power), num(power / e)]
                })
                .collect(),
        },
        Sheet {
            name: "transformers",
            columns: ["settlement", "class", "count", "ever_above_100pct_per_1000"].map(column).to_vec(),
            rows: vec![
                vec![text("irkutsk"), text("town"), num(2000.0), num(12.0)],
                vec![text("suburbs"), text("suburb"), num(900.0), num(610.0)],
            ],
        },
        Sheet {
            name: "outages",
            columns: ["day", "settlement", "homes", "hours", "cause", "transformers"].map(column).to_vec(),
            rows: [
                ("2022-01-01", 700.0, "overcurrent"),
                ("2022-01-01", 90.0, "conductor"),
                ("2023-01-19", 2600.0, "heat"),
            ]
            .map(|(day, homes, cause)| {
                vec![text(day), text("suburbs"), num(homes), num(5.0), text(cause), num(homes / 50.0)]
            })
            .to_vec(),
        },
        Sheet {
            name: "ledgers",
            columns: [
                "operator",
                "name",
                "revenue_usd",
                "channel_cost_usd",
                "power_cost_usd",
                "power_cost_published_tariff_usd",
                "tax_usd",
                "profit_usd",
                "profit_published_tariff_usd",
            ]
            .map(column)
            .to_vec(),
            rows: ledgers,
        },
        Sheet {
            name: "dollar",
            columns: [
                "miners",
                "home_tariff",
                "revenue_usd",
                "pool_usd",
                "exchanges_usd",
                "energy_usd",
                "contract_usd",
                "capacity_usd",
                "host_usd",
                "tax_usd",
                "machines_usd",
                "left_usd",
            ]
            .map(column)
            .to_vec(),
            rows: [
                ("miners_home", "scenario", [100.0, 2.0, 3.0, 1.4, 0.0, 0.0, 0.0, 0.0, 60.0, 33.6]),
                ("miners_home", "published", [100.0, 2.0, 3.0, 16.0, 0.0, 0.0, 0.0, 0.0, 60.0, 19.0]),
                ("miners_firms", "", [200.0, 4.0, 6.0, 60.0, 24.0, 20.0, 0.0, 9.0, 90.0, -13.0]),
                ("miners_hosted", "", [50.0, 1.0, 1.5, 2.0, 20.0, 0.0, 9.0, 1.0, 2.0, 13.5]),
            ]
            .map(|(who, rate, numbers)| [text(who), text(rate)].into_iter().chain(numbers.map(num)).collect())
            .to_vec(),
        },
        Sheet {
            name: "fleet_by_month",
            columns: ["month", "class", "power_mw", "hashrate_eh_s"].map(column).to_vec(),
            rows: months()
                .enumerate()
                .flat_map(|(m, month)| {
                    let classes = [
                        ("over_68", 90.0),
                        ("from_38_to_68", 50.0),
                        ("from_25_to_38", 31.0),
                        ("from_19_to_25", 21.5),
                        ("under_19", 17.5),
                    ];
                    classes.into_iter().enumerate().map(move |(i, (class, e))| {
                        let mw = 40.0 + 6.0 * (m as f64) * (i as f64) / 4.0;
                        vec![text(&month), text(class), num(mw), num(mw / e)]
                    })
                })
                .collect(),
        },
        Sheet {
            name: "cooling",
            columns: ["kind", "outside_c", "pue", "inlet_c", "fan_pressure_pa"].map(column).to_vec(),
            rows: [("air_barn", 100.0), ("container", 150.0), ("immersion", f64::NAN)]
                .into_iter()
                .flat_map(|(kind, pa)| {
                    (-45..=35).map(move |t| {
                        let warm = f64::from(t + 45) / 80.0;
                        let fans = if pa.is_nan() { Cell::Empty } else { num(pa) };
                        vec![text(kind), num(f64::from(t)), num(1.02 + 0.03 * warm * warm), num(20.0), fans]
                    })
                })
                .collect(),
        },
        Sheet {
            name: "baikal_years",
            columns: ["year", "day", "dry_m", "normal_m", "wet_m"].map(column).to_vec(),
            rows: (0..730)
                .map(|d| {
                    let wave = 0.35 * libm::sin(f64::from(d) * core::f64::consts::TAU / 365.0);
                    let (_, month, day) = crate::calendar::Day::from_ymd(2022, 1, 1).unwrap_or_default().plus(d).ymd();
                    let (year, day) = (num(f64::from(1 + d / 365)), text(&format!("{month:02}-{day:02}")));
                    vec![year, day, num(456.2 + wave), num(456.5 + wave), num(456.8 + wave)]
                })
                .collect(),
        },
        Sheet {
            name: "payback",
            columns: ["month", "miners", "expected_months", "payback_months", "earned_back_share"].map(column).to_vec(),
            rows: months()
                .enumerate()
                .flat_map(|(m, month)| {
                    ["miners_home", "miners_firms"].into_iter().enumerate().map(move |(k, who)| {
                        let months = 9.0 + 4.0 * k as f64 + 5.0 * libm::sin(m as f64 / 3.0);
                        let came = if m < 12 { num(months + 2.0) } else { Cell::Empty };
                        vec![text(&month), text(who), num(months), came, num(if m < 12 { 1.0 } else { 0.6 })]
                    })
                })
                .collect(),
        },
    ]
}
