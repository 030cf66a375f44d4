//! Every picture of a real run on every paper, in both languages: texts apart from one another, inside the paper, with the
//! words that each picture owes its reader.
#![cfg(feature = "plots")]

use hashwatt::calendar::Window;
use hashwatt::random::{Member, Seed};
use hashwatt::record::Record;
use hashwatt::record::recorder::Wanted;
use hashwatt::report::figure::{Drawing, FIGURES};
use hashwatt::report::style::{Look, Size, Theme};
use hashwatt::report::view::View;
use hashwatt::report::{Language, Meta};
use hashwatt::scenario::Scenario;

fn run(name: &str, days: i32) -> Record {
    let scenario = Scenario::builtin(name).unwrap_or_else(|p| panic!("{}", p.render(false)));
    let mut region = scenario.build().unwrap_or_else(|p| panic!("{name}:\n{}", p.render(false)));
    region.window = Window { until: region.window.from.plus(days), ..region.window };
    let wanted = Wanted { series: true };
    hashwatt::run(&region, Seed(1), Member(0), wanted, &mut |_, _| true).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// Every picture of a record on every paper in both languages.
fn drawn(record: &Record, meta: &Meta, told: &mut dyn FnMut(&str, Look, &Drawing)) {
    for size in [Size::Wide, Size::Square, Size::Phone] {
        for language in [Language::En, Language::Ru] {
            let theme = if size == Size::Square { Theme::Dark } else { Theme::Light };
            let look = Look { size, theme, ..Look::default() };
            let view = View::new(record, meta).on(look).speaking(language);
            for figure in FIGURES {
                if let Some(drawing) = (figure.draw)(&view).unwrap() {
                    told(&format!("{} {} {}", figure.id, size.word(), language.code()), look, &drawing);
                }
            }
        }
    }
}

#[test]
fn pictures_of_a_real_run_are_fit_to_print() {
    let record = run("irkutsk", 40);
    let meta = Meta::new("irkutsk", "run", "", 1, 0);
    let (mut faults, mut ids) = (Vec::new(), Vec::new());
    drawn(&record, &meta, &mut |what, look, drawing| {
        ids.push(drawing.id);
        let (width, height) = look.size.extent();
        for (i, a) in drawing.places.iter().enumerate() {
            let [left, top, right, bottom] = a.edges;
            if left < 0.0 || top < 0.0 || right > width || bottom > height {
                faults.push(format!("{what}: {:?} leaves the paper: {:?}", a.text, a.edges));
            }
            for b in drawing.places[i + 1..].iter().filter(|b| a.touches(b)) {
                faults.push(format!("{what}: {:?} touches {:?}", a.text, b.text));
            }
        }
        // As one reads: line by line.
        let mut lines: Vec<_> = drawing.places.iter().collect();
        lines.sort_by(|a, b| a.edges[1].total_cmp(&b.edges[1]).then(a.edges[0].total_cmp(&b.edges[0])));
        let all: String = lines.iter().map(|p| format!("{} ", p.text)).collect();
        for (en, ru) in [("modeled, not measured", "расчёт модели, не измерение"), ("seed 1", "начальное число 1")]
        {
            if !all.replace("\u{a0}", " ").contains(en) && !all.contains(ru) {
                faults.push(format!("{what}: does not say {en:?}"));
            }
        }
        if all.contains("NaN") || all.contains(" MW") && what.ends_with("ru") {
            faults.push(format!("{what}: a word that it must not have: {all}"));
        }
    });
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
    for id in [
        "peak-week",
        "corridor-duration",
        "strain-heatmap",
        "map",
        "transformers",
        "baikal-level",
        "baikal-years",
        "pue",
        "generation",
        "hashrate",
        "break-evens",
        "fleet",
        "ledgers",
    ] {
        assert!(ids.contains(&id), "{id} was not drawn");
    }
}

#[test]
fn homes_in_the_dark_are_drawn_where_they_are() {
    // The coldest weeks of the replayed winters leave homes dark; the total is the sum over buses.
    let record = run("irkutsk", 365);
    let of = |key: &str| record.series(key).map(|s| s.values.clone());
    let total = of("homes_dark").unwrap();
    let at: Vec<Vec<f64>> =
        record.series.iter().filter(|s| s.key.starts_with("homes_dark_at_")).map(|s| s.values.clone()).collect();
    assert!(at.len() > 3);
    for (t, all) in total.iter().enumerate() {
        let sum: f64 = at.iter().map(|v| v[t]).sum();
        assert!((sum - all).abs() <= 1e-6 * all.max(1.0), "step {t}: {sum} of {all}");
    }
    assert!(total.iter().any(|h| *h > 0.0));
    let meta = Meta::new("irkutsk", "run", "", 1, 0);
    let figure = FIGURES.iter().find(|f| f.id == "homes-dark").unwrap();
    let drawing = (figure.draw)(&View::new(&record, &meta)).unwrap().unwrap();
    let most = total.iter().copied().fold(0.0, f64::max);
    assert!(drawing.words.title.contains(&hashwatt::report::number::fixed(most, 0)), "{}", drawing.words.title);
}
