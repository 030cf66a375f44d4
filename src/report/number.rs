//! Numbers for people and for files: thousands separators, sensible digits; shortest round-trip text.

/// The shortest text that reads back as the same number; whole numbers without a point; empty if not finite.
pub fn shortest(value: f64) -> String {
    let mut text = String::new();
    push_shortest(&mut text, value);
    text
}

/// Appends [`shortest`] to a text.
pub fn push_shortest(text: &mut String, value: f64) {
    use core::fmt::Write as _;
    if !value.is_finite() {
        return;
    }
    let whole = value as i64;
    // Writing to a String cannot fail.
    let _ =
        if value.abs() < 9.0e15 && whole as f64 == value { write!(text, "{whole}") } else { write!(text, "{value:?}") };
}

/// A JSON number: an integer where it is one, null where it is not finite.
pub fn json(value: f64) -> serde_json::Value {
    let whole = value as i64;
    if value.is_finite() && value.abs() < 9.0e15 && whole as f64 == value {
        serde_json::Value::from(whole)
    } else {
        serde_json::Value::from(value)
    }
}

/// With a fixed number of decimals, thousands separators and a true minus sign; an en dash if not finite.
pub fn fixed(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return "–".into();
    }
    let text = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = text.split_once('.').map_or((text.as_str(), None), |(w, f)| (w, Some(f)));
    let is_zero = text.bytes().all(|b| matches!(b, b'0' | b'.'));
    let mut out = String::with_capacity(text.len() + 6);
    if value < 0.0 && !is_zero {
        out.push('−');
    }
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// With about three significant digits, never fewer than the whole ones: 0.00123, 0.123, 1.23, 12.3, 123, 12,345.
pub fn plain(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() || size == 0.0 {
        return fixed(value, 0);
    }
    if size < 1e-4 {
        let exponent = libm::floor(libm::log10(size));
        let mantissa = value / libm::pow(10.0, exponent);
        return format!("{}×10{}", fixed(mantissa, 1), superscript(exponent as i32));
    }
    let magnitude = libm::floor(libm::log10(size)) as i32;
    let decimals = (2 - magnitude).clamp(0, 6) as usize;
    fixed(value, decimals)
}

/// Whole units from ten on, about three digits below: 10,168, 53, 9.50, 0.0552; what is next to nothing is 0.
pub fn whole(value: f64) -> String {
    if value.abs() >= 9.995 || value.abs() < 1e-6 { fixed(value, 0) } else { plain(value) }
}

/// A sum of dollars in the scale that a newspaper prints: $1.2 million, $3.45 billion, $740.
pub fn dollars(value: f64) -> String {
    let sign = if value < 0.0 { "−" } else { "" };
    let size = value.abs();
    let body = if size >= 0.9995e9 {
        format!("{}\u{a0}billion", fixed(size / 1e9, 2))
    } else if size >= 99.95e6 {
        format!("{}\u{a0}million", fixed(size / 1e6, 0))
    } else if size >= 0.9995e6 {
        format!("{}\u{a0}million", fixed(size / 1e6, 1))
    } else if size >= 1.0 || size == 0.0 {
        fixed(size, 0)
    } else {
        plain(size)
    };
    if value.is_finite() { format!("{sign}${body}") } else { "–".into() }
}

/// How a sentence prints numbers of a unit, and what follows them: dollars in a newspaper's scale, all else as they are.
pub fn printed(unit: &str) -> (fn(f64) -> String, String) {
    match unit {
        "USD" => (dollars, String::new()),
        "" => (plain, String::new()),
        other => (plain, format!(" {other}")),
    }
}

/// A tariff: $0.0012, $0.041, with as many digits as say something.
pub fn tariff(usd_per_kwh: f64) -> String {
    let decimals = if usd_per_kwh.abs() < 0.02 { 4 } else { 3 };
    format!("${}", fixed(usd_per_kwh, decimals))
}

/// A share as a percentage with sensible digits.
pub fn percent(share: f64) -> String {
    let p = share * 100.0;
    let decimals = if p.abs() >= 9.995 {
        0
    } else if p.abs() >= 0.995 {
        1
    } else {
        2
    };
    // A barn's share of the world is small, not nothing.
    let text = if p != 0.0 && p.abs() < 0.005 { plain(p) } else { fixed(p, decimals) };
    format!("{text}\u{a0}%")
}

/// A text as a language writes its numbers. The program writes English ones: for Russian the thousands' commas become
/// narrow spaces, the decimal point a comma, and scales of money get their names; versions (two points) stay.
pub fn localized(text: &str, language: super::Language) -> std::borrow::Cow<'_, str> {
    if language == super::Language::En || !text.bytes().any(|b| b.is_ascii_digit()) {
        return text.into();
    }
    let letters: Vec<char> = text.chars().collect();
    let digit = |i: Option<usize>| i.and_then(|i| letters.get(i)).is_some_and(char::is_ascii_digit);
    // Digits and points around a place, for telling a version from a number.
    let points = |at: usize| {
        let part = |c: &char| c.is_ascii_digit() || *c == '.';
        let before = letters[..at].iter().rev().take_while(|c| part(c)).filter(|c| **c == '.').count();
        before + letters[at..].iter().take_while(|c| part(c)).filter(|c| **c == '.').count()
    };
    let mut out = String::with_capacity(text.len() + 8);
    for (i, letter) in letters.iter().enumerate() {
        let between = digit(i.checked_sub(1)) && digit(Some(i + 1));
        // What follows a lone zero is a fraction that is Russian already.
        let zero = i.checked_sub(1).is_some_and(|z| letters.get(z) == Some(&'0') && !digit(z.checked_sub(1)));
        let triple = between && !zero && digit(Some(i + 2)) && digit(Some(i + 3)) && !digit(Some(i + 4));
        match letter {
            ',' if triple => out.push('\u{a0}'),
            '.' if between && points(i) == 1 => out.push(','),
            other => out.push(*other),
        }
    }
    for (en, ru) in [("\u{a0}billion", "\u{a0}млрд"), ("\u{a0}million", "\u{a0}млн"), (" trillion", "\u{a0}трлн")]
    {
        if out.contains(en) {
            out = out.replace(en, ru);
        }
    }
    out.into()
}

/// A Russian count with its noun in the right case: 1 час, 2 часа, 5 часов.
pub fn count_ru(n: f64, forms: [&str; 3]) -> String {
    let text = fixed(n, 0);
    let digits: u64 =
        text.bytes().filter(u8::is_ascii_digit).fold(0, |a, b| (a * 10 + u64::from(b - b'0')) % 1_000_000);
    let form = match (digits % 10, digits % 100) {
        (_, 11..=14) => 2,
        (1, _) => 0,
        (2..=4, _) => 1,
        _ => 2,
    };
    format!("{text} {}", forms[form])
}

/// A count with its noun: "1 hour", "1,204 hours".
pub fn count(n: f64, one: &str, many: &str) -> String {
    let text = fixed(n, 0);
    if text == "1" { format!("1 {one}") } else { format!("{text} {many}") }
}

fn superscript(n: i32) -> String {
    n.to_string()
        .chars()
        .map(|c| match c {
            '-' => '⁻',
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            '0' => '⁰',
            d => char::from_u32(0x2070 + d.to_digit(10).unwrap_or(0)).unwrap_or(d),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_read_back_as_the_same_number() {
        for v in [0.1, -1.0 / 3.0, 1e-300, 6.02e23, 17520.0, -0.0, 456.123456789] {
            assert_eq!(shortest(v).parse::<f64>().unwrap(), v);
        }
        assert_eq!((shortest(5.0), shortest(-0.0), shortest(f64::NAN)), ("5".into(), "0".into(), String::new()));
        assert_eq!(json(f64::INFINITY), serde_json::Value::Null);
        assert_eq!(json(3.0).to_string(), "3");
    }

    #[test]
    fn people_get_separators_and_no_meaningless_digits() {
        assert_eq!(fixed(-1234567.891, 1), "−1,234,567.9");
        assert_eq!(fixed(-0.01, 1), "0.0");
        assert_eq!(plain(0.001234), "0.00123");
        assert_eq!(plain(12345.6), "12,346");
        assert_eq!(plain(3.2e-12), "3.2×10⁻¹²");
        assert_eq!([whole(10_168.4), whole(-53.4), whole(0.055_17), whole(1e-12)], ["10,168", "−53", "0.0552", "0"]);
        assert_eq!(dollars(-1_234_567.0), "−$1.2\u{a0}million");
        assert_eq!(dollars(3.456e9), "$3.46\u{a0}billion");
        assert_eq!(dollars(740.0), "$740");
        assert_eq!(percent(0.0466), "4.7\u{a0}%");
        assert_eq!([percent(0.0), percent(7.46e-6)], ["0.00\u{a0}%", "0.000746\u{a0}%"]);
        assert_eq!(count(1.0, "hour", "hours"), "1 hour");
        assert_eq!(tariff(0.0012), "$0.0012");
    }

    #[test]
    fn russian_numbers_have_commas_and_spaces() {
        let ru = |t| localized(t, crate::report::Language::Ru).into_owned();
        assert_eq!(ru("1,234,567.9 MW, 2022"), "1\u{a0}234\u{a0}567,9 MW, 2022");
        assert_eq!(ru("hashwatt 0.1.0, $3.46\u{a0}billion."), "hashwatt 0.1.0, $3,46\u{a0}млрд.");
        assert_eq!(
            (ru("$0.065"), ru("$0,065"), ru("10,065")),
            ("$0,065".into(), "$0,065".into(), "10\u{a0}065".into())
        );
        let hours = |n| count_ru(n, ["час", "часа", "часов"]);
        assert_eq!([hours(1.0), hours(22.0), hours(1_112.0)], ["1 час", "22 часа", "1,112 часов"]);
    }
}
