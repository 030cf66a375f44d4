//! The whole of a run's files, from a record without a simulation.

use super::*;

/// Pictures of studies of many runs, which a single run has no data for.
const OF_STUDIES: &[&str] = &["effect", "attribution", "leakage", "outcomes", "fans", "tornado", "sweep"];

#[test]
fn equal_records_give_equal_bytes_and_every_picture_its_files() {
    let (record, meta) = (synthetic::record(420), synthetic::meta());
    let wanted = Wanted { series_csv: true, data_only: false };
    let all = artifacts(&record, &meta, wanted).unwrap();
    // Rasterizing is the slow part: of the second making, one picture stands for all.
    let again = Report::compose(&record, &meta, wanted).unwrap();
    let pieces = again.pieces().into_iter().filter(|p| !matches!(p, Piece::Figure(n) if *n > 0));
    for artifact in pieces.flat_map(|p| again.make(p).unwrap()) {
        assert!(all.contains(&artifact), "{} differs", artifact.path);
    }
    let paths: Vec<&str> = all.iter().map(|a| a.path.as_str()).collect();
    for stem in
        ["timeseries", "daily", "monthly", "yearly", "timeline", "branches", "summary", "ledgers", "break_evens"]
    {
        assert!(paths.contains(&format!("{stem}.csv").as_str()), "{stem}");
        assert!(paths.contains(&format!("{stem}.meta.json").as_str()), "{stem}");
    }
    #[cfg(feature = "plots")]
    for figure in figure::FIGURES.iter().filter(|f| !OF_STUDIES.contains(&f.id)) {
        for ending in ["svg", "png", "csv", "meta.json"] {
            assert!(paths.contains(&format!("plots/{}.{ending}", figure.id).as_str()), "{}", figure.id);
        }
    }
    assert_eq!(paths.last(), Some(&"manifest.json"));
    let mut unique = paths.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), paths.len());
    for text in all.iter().filter(|a| [Some("svg"), Some("html")].contains(&a.path.rsplit('.').next())) {
        let text = String::from_utf8(text.bytes.clone()).unwrap();
        assert!(!text.contains(">NaN") && !text.contains("interface</"), "a picture prints a word it must not");
    }
}

#[cfg(feature = "plots")]
#[test]
fn windows_of_any_length_can_be_drawn() {
    for days in [1, 5, 33, 1100] {
        let (record, meta) = (synthetic::record(days), synthetic::meta());
        let report = Report::compose(&record, &meta, Wanted::default()).unwrap();
        assert_eq!(report.absent(), OF_STUDIES, "{days} days");
        for drawing in &report.drawn {
            assert!(!drawing.svg.contains("NaN") && !drawing.svg.contains("inf"), "{} of {days} days", drawing.id);
            assert!(drawing.data.rows() > 0 && drawing.words.title.len() > 10, "{} of {days} days", drawing.id);
            let columns = drawing.data.columns.iter().all(|c| c.cells.len() == drawing.data.rows());
            assert!(columns, "{} of {days} days has columns of unequal length", drawing.id);
        }
    }
}

/// Looks that a graphics desk may ask for.
#[cfg(feature = "plots")]
fn looks() -> Vec<style::Look> {
    use style::{Look, Size, Theme};
    let light = [Size::Wide, Size::Square, Size::Phone].map(|size| Look { size, ..Look::default() });
    let mut all = light.to_vec();
    all.push(Look { theme: Theme::Dark, untitled: true, ..Look::default() });
    all
}

#[cfg(feature = "plots")]
#[test]
fn no_two_texts_touch_and_none_leaves_the_paper() {
    let meta = synthetic::meta();
    let mut faults = Vec::new();
    for days in [5, 730] {
        let mut record = synthetic::record(days);
        record.sheets.extend(synthetic::study_sheets());
        synthetic::add_fans(&mut record);
        for (look, language) in looks().into_iter().flat_map(|l| [(l, Language::En), (l, Language::Ru)]) {
            let view = view::View::new(&record, &meta).on(look).speaking(language);
            for figure in figure::FIGURES {
                let Some(drawing) = (figure.draw)(&view).unwrap() else { continue };
                let (width, height) = look.size.extent();
                let what = format!("{} {}{} {days} days", figure.id, language.code(), look.suffix());
                for (i, a) in drawing.places.iter().enumerate() {
                    let [left, top, right, bottom] = a.edges;
                    if left < 0.0 || top < 0.0 || right > width || bottom > height {
                        faults.push(format!("{what}: {:?} leaves the paper: {:?}", a.text, a.edges));
                    }
                    for b in drawing.places[i + 1..].iter().filter(|b| a.touches(b)) {
                        faults.push(format!("{what}: {:?} touches {:?}", a.text, b.text));
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}

#[cfg(feature = "plots")]
#[test]
fn russian_pictures_are_russian() {
    let (mut record, meta) = (synthetic::record(420), synthetic::meta());
    record.sheets.extend(synthetic::study_sheets());
    let view = view::View::new(&record, &meta).speaking(Language::Ru);
    for figure in figure::FIGURES {
        let Some(drawing) = (figure.draw)(&view).unwrap() else { continue };
        for text in [&drawing.words.title, &drawing.words.subtitle, &drawing.alt] {
            let latin = text
                .split_whitespace()
                .filter(|w| w.len() > 3 && *w != "irkutsk" && w.bytes().all(|b| b.is_ascii_lowercase()));
            assert_eq!(latin.count(), 0, "{}: {text}", figure.id);
        }
    }
}

#[test]
fn a_picture_without_data_is_listed_as_absent() {
    let (mut record, meta) = (synthetic::record(2), synthetic::meta());
    record.series.clear();
    record.sheets.clear();
    let report = Report::compose(&record, &meta, Wanted::default()).unwrap();
    #[cfg(feature = "plots")]
    assert_eq!(report.absent().len(), figure::FIGURES.len());
    assert!(report.make(Piece::Page).is_ok());
}

#[test]
#[ignore = "writes two years of pictures to a folder named by HASHWATT_LOOK, for people to look at"]
fn look() {
    let folder = std::path::PathBuf::from(std::env::var("HASHWATT_LOOK").unwrap());
    let (record, meta) = (synthetic::record(730), synthetic::meta());
    let start = std::time::Instant::now();
    let report = Report::compose(&record, &meta, Wanted::default()).unwrap();
    eprintln!("composed {:?}", start.elapsed());
    std::fs::create_dir_all(folder.join("plots")).unwrap();
    for piece in report.pieces().into_iter().chain([Piece::Manifest]) {
        let start = std::time::Instant::now();
        for artifact in report.make(piece).unwrap() {
            std::fs::write(folder.join(&artifact.path), &artifact.bytes).unwrap();
        }
        eprintln!("{piece:?} {:?}", start.elapsed());
    }
}
