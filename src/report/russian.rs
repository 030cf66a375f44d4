//! Russian for the names that the shipped worlds give in English: places, plants, lines, operators, tariffs. A name that is
//! not known stays as the scenario writes it.

/// Places, plants and further names.
const KNOWN: &[(&str, &str)] = &[
    ("Angarsk", "Ангарск"),
    ("Bodaibo", "Бодайбо"),
    ("Boguchany hydro", "Богучанская ГЭС"),
    ("Bratsk", "Братск"),
    ("Bratsk switching point", "Братский ПП"),
    ("Cheremkhovo", "Черемхово"),
    ("Gusinoozersk", "Гусиноозёрск"),
    ("Irkutsk", "Иркутск"),
    ("Irkutsk hydro", "Иркутская ГЭС"),
    ("Kamala", "Камала"),
    ("Kirensk", "Киренск"),
    ("Korshunikha", "Коршуниха"),
    ("Nizhneudinsk", "Нижнеудинск"),
    ("Ozernaya", "Озёрная"),
    ("Sayansk", "Саянск"),
    ("Severobaikalsk", "Северобайкальск"),
    ("Shelekhov", "Шелехов"),
    ("Slyudyanka", "Слюдянка"),
    ("Taishet", "Тайшет"),
    ("Taksimo", "Таксимо"),
    ("Tulun", "Тулун"),
    ("Usolye", "Усолье"),
    ("Usolye-Sibirskoye", "Усолье-Сибирское"),
    ("Ust-Ilimsk", "Усть-Илимск"),
    ("Ust-Kut", "Усть-Кут"),
    ("Irkutsk hydro plant", "Иркутская ГЭС"),
    ("Bratsk hydro plant", "Братская ГЭС"),
    ("Ust-Ilimsk hydro plant", "Усть-Илимская ГЭС"),
    ("Boguchany hydro plant", "Богучанская ГЭС"),
    ("Mamakan hydro", "Мамаканская ГЭС"),
    ("Angarsk CHP-10", "Ангарская ТЭЦ-10"),
    ("Angarsk CHP-9", "Ангарская ТЭЦ-9"),
    ("Novo-Irkutsk CHP", "Ново-Иркутская ТЭЦ"),
    ("Ust-Ilimsk CHP", "Усть-Илимская ТЭЦ"),
    ("Usolye CHP-11", "Усольская ТЭЦ-11"),
    ("Bratsk CHP-6", "Братская ТЭЦ-6"),
    ("Novo-Ziminskaya CHP", "Ново-Зиминская ТЭЦ"),
    ("Zheleznogorsk CHP-16", "Железногорская ТЭЦ-16"),
    ("Cheremkhovo CHP-12", "Черемховская ТЭЦ-12"),
    ("Shelekhov CHP", "Шелеховская ТЭЦ"),
    ("Baikalsk CHP", "Байкальская ТЭЦ"),
    ("Ust-Kut gas plant", "Усть-Кутская газовая станция"),
    (
        "Gusinoozersk and the CHPs of Buryatia and Zabaikalye, net",
        "Гусиноозёрская ГРЭС и ТЭЦ Бурятии и Забайкалья, сальдо",
    ),
    ("north–south corridor", "коридор север – юг"),
    ("Krasnoyarsk–Irkutsk corridor", "коридор Красноярск – Иркутск"),
    ("corridor to Buryatia", "коридор в Бурятию"),
    ("northern corridor to Bodaibo", "северный коридор на Бодайбо"),
    ("Host with three sites, BitRiver-like", "Хостинг с тремя площадками, по типу BitRiver"),
    ("Industrial miners", "Промышленные майнеры"),
    ("Home mining", "Домашний майнинг"),
    ("north", "север"),
    ("south", "юг"),
    ("rural", "село"),
    ("urban", "город"),
    ("home rate of the scenario", "ставка сценария для домов"),
    ("published home tariff", "опубликованный тариф для домов"),
];

/// Places in the genitive: "suburbs of Irkutsk".
const OF: &[(&str, &str)] = &[
    ("Angarsk", "Ангарска"),
    ("Bratsk", "Братска"),
    ("Cheremkhovo", "Черемхова"),
    ("Irkutsk", "Иркутска"),
    ("Shelekhov", "Шелехова"),
    ("Usolye", "Усолья"),
    ("Ust-Ilimsk", "Усть-Илимска"),
];

fn of(table: &[(&'static str, &'static str)], name: &str) -> Option<&'static str> {
    table.iter().find(|n| n.0 == name).map(|n| n.1)
}

/// A name in Russian, part by part; nothing where a part is not known.
fn known(name: &str) -> Option<String> {
    if let Some(whole) = of(KNOWN, name) {
        return Some(whole.to_owned());
    }
    if let Some(plain) = name.strip_suffix(" (modeled)") {
        return Some(format!("{} (модель)", known(plain)?));
    }
    if let Some(place) = name.strip_prefix("suburbs of ") {
        return Some(format!("пригороды {}", of(OF, place)?));
    }
    if let Some((line, circuit)) = name.split_once(", circuit ") {
        return Some(format!("{}, цепь {circuit}", known(line)?));
    }
    if let Some((a, b)) = name.split_once('–') {
        return Some(format!("{}–{}", known(a.trim())?, known(b.trim())?));
    }
    if let Some((kind, which)) = name.rsplit_once(", ") {
        return Some(format!("{}, {}", known(kind)?, known(which)?));
    }
    None
}

/// A unit's symbol in Russian; those that Russian texts write in Latin letters too stay.
pub fn unit(symbol: &str) -> &str {
    match symbol {
        "MW" => "МВт",
        "MWh" => "МВт·ч",
        "GWh" => "ГВт·ч",
        "kWh" => "кВт·ч",
        "h" => "ч",
        "m" => "м",
        "m³/s" => "м³/с",
        "kt" => "кт",
        "kt CO₂" => "кт CO₂",
        "USD" => "долл.",
        "USD/PH/day" => "долл./PH/сутки",
        "USD/kWh" => "долл./кВт·ч",
        "USD/MWh" => "долл./МВт·ч",
        "RUB/MWh" => "руб./МВт·ч",
        other => other,
    }
}

/// A name of a shipped world in Russian; any other name as it is.
pub fn name(english: &str) -> String {
    known(english).unwrap_or_else(|| english.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_translated_part_by_part_or_not_at_all() {
        assert_eq!(name("Home mining, suburbs of Irkutsk (modeled)"), "Домашний майнинг, пригороды Иркутска (модель)");
        assert_eq!(name("Ust-Ilimsk–Bratsk switching point, circuit 2"), "Усть-Илимск–Братский ПП, цепь 2");
        assert_eq!(name("published home tariff, rural"), "опубликованный тариф для домов, село");
        // Half a translation would be worse than none.
        for other in ["Home mining, Atlantis", "Bratsk–Nowhere", "\"><img onerror=…>", ""] {
            assert_eq!(name(other), other);
        }
    }
}
