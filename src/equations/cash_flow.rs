//! Money over time: present and future values, rates of return, annuities, payback.
//!
//! Conventions of the spreadsheet functions and of numpy-financial: money received is positive, money paid negative, the
//! first value of a series lies at time 0, payments fall at the end of a period unless [`Due::Begin`]. A function that has
//! no answer, or several, says so: no silent number.

/// When an annuity pays within its period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Due {
    /// At the end.
    #[default]
    End,
    /// At the beginning.
    Begin,
}

impl Due {
    const fn shift(self) -> f64 {
        match self {
            Self::End => 0.0,
            Self::Begin => 1.0,
        }
    }
}

/// The rates at which a series is worth nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum Returns {
    /// No rate above −100 % does.
    None,
    /// One rate.
    One(f64),
    /// Several rates, ascending: the series changes sign more than once and none of them is *the* return.
    Several(Vec<f64>),
}

/// How long money takes to come back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Payback {
    /// After so many days.
    Days(f64),
    /// Not at all.
    Never,
}

/// Net present value: Σ vᵢ / (1 + r)ⁱ, i from 0.
pub fn npv(rate: f64, values: &[f64]) -> f64 {
    values.iter().rev().fold(0.0, |sum, v| sum / (1.0 + rate) + v)
}

/// Internal rates of return: every rate above −100 % at which the net present value is zero.
///
/// With x = 1/(1 + r) the value is a polynomial in x, and its positive roots are found without guesses: multiplying by x⁻ᵏ
/// with k inside a change of sign and differentiating removes that change (the argument behind Descartes' rule), and the
/// roots of the simpler polynomial separate those of the other (Rolle).
pub fn irr(values: &[f64]) -> Returns {
    let mut rates: Vec<f64> = positive_roots(values).into_iter().map(|x| 1.0 / x - 1.0).collect();
    rates.sort_by(f64::total_cmp);
    match rates.as_slice() {
        [] => Returns::None,
        [one] => Returns::One(*one),
        _ => Returns::Several(rates),
    }
}

/// Σ aᵢxⁱ for x > 0 over Σ|aᵢ|xⁱ: between −1 and 1 and never an overflow.
fn balance_at(a: &[f64], x: f64) -> f64 {
    let step = |(sum, size): (f64, f64), c: &f64, x: f64| (sum * x + c, size * x + c.abs());
    let (sum, size) = if x <= 1.0 {
        a.iter().rev().fold((0.0, 0.0), |acc, c| step(acc, c, x))
    } else {
        a.iter().fold((0.0, 0.0), |acc, c| step(acc, c, 1.0 / x))
    };
    if size > 0.0 { sum / size } else { 0.0 }
}

/// Positive roots of Σ aᵢxⁱ, ascending.
fn positive_roots(a: &[f64]) -> Vec<f64> {
    if a.iter().any(|c| !c.is_finite()) {
        return Vec::new();
    }
    let mut changes = Vec::new();
    let mut last: Option<(usize, f64)> = None;
    for (i, c) in a.iter().enumerate().filter(|(_, c)| **c != 0.0) {
        if last.is_some_and(|(_, before)| before * c < 0.0) {
            changes.push(i as f64 - 0.5);
        }
        last = Some((i, *c));
    }
    let Some(k) = changes.first() else { return Vec::new() };
    let simpler: Vec<f64> = a.iter().enumerate().map(|(i, c)| c * (i as f64 - k)).collect();
    let separators = positive_roots(&simpler);
    let (low, high) = (1e-12, 1e12);
    let edges: Vec<f64> = core::iter::once(low).chain(separators).chain(core::iter::once(high)).collect();
    let mut roots: Vec<f64> = Vec::new();
    for pair in edges.windows(2) {
        let (mut x0, mut x1) = (pair[0], pair[1]);
        // A separator that is itself a root: the value touches zero there.
        if x1 < high && balance_at(a, x1).abs() < 1e-13 {
            roots.push(x1);
            continue;
        }
        let (y0, y1) = (balance_at(a, x0), balance_at(a, x1));
        if y0.abs() < 1e-13 || y0 * y1 > 0.0 {
            continue;
        }
        for _ in 0..200 {
            let mid = libm::sqrt(x0 * x1);
            if mid <= x0 || mid >= x1 {
                break;
            }
            if balance_at(a, mid) * y0 > 0.0 { x0 = mid } else { x1 = mid }
        }
        roots.push(0.5 * (x0 + x1));
    }
    roots
}

/// Modified internal rate of return: outlays financed at one rate, receipts reinvested at another.
///
/// `None` if the series lacks outlays or receipts.
pub fn mirr(values: &[f64], finance_rate: f64, reinvest_rate: f64) -> Option<f64> {
    let n = values.len();
    let part = |keep: fn(f64) -> f64, rate: f64| npv(rate, &values.iter().map(|v| keep(*v)).collect::<Vec<_>>());
    let receipts = part(|v| v.max(0.0), reinvest_rate);
    let outlays = part(|v| v.min(0.0), finance_rate);
    if n < 2 || receipts <= 0.0 || outlays >= 0.0 {
        return None;
    }
    Some(libm::pow(receipts / -outlays, 1.0 / (n - 1) as f64) * (1.0 + reinvest_rate) - 1.0)
}

/// (1 + r)ⁿ and the future value of one unit paid each period, ((1 + r)ⁿ − 1)/r · (1 + r·due).
fn growth(rate: f64, periods: f64, due: Due) -> (f64, f64) {
    if rate == 0.0 {
        return (1.0, periods);
    }
    let exponent = periods * libm::log1p(rate);
    (libm::exp(exponent), libm::expm1(exponent) / rate * (1.0 + rate * due.shift()))
}

/// Future value of a present value and a payment each period: fv + pv(1 + r)ⁿ + pmt·((1 + r)ⁿ − 1)/r = 0.
pub fn fv(rate: f64, periods: f64, payment: f64, present: f64, due: Due) -> f64 {
    let (one, each) = growth(rate, periods, due);
    -(present * one + payment * each)
}

/// Present value of a future value and a payment each period.
pub fn pv(rate: f64, periods: f64, payment: f64, future: f64, due: Due) -> f64 {
    let (one, each) = growth(rate, periods, due);
    -(future + payment * each) / one
}

/// Payment each period that turns a present value into a future value.
pub fn pmt(rate: f64, periods: f64, present: f64, future: f64, due: Due) -> f64 {
    let (one, each) = growth(rate, periods, due);
    -(future + present * one) / each
}

/// Number of periods until payments turn a present value into a future value; `None` if they never do.
pub fn nper(rate: f64, payment: f64, present: f64, future: f64, due: Due) -> Option<f64> {
    let n = if rate == 0.0 {
        -(future + present) / payment
    } else {
        let z = payment * (1.0 + rate * due.shift()) / rate;
        libm::log((z - future) / (z + present)) / libm::log1p(rate)
    };
    n.is_finite().then_some(n)
}

/// Rates per period at which an annuity balances, between −99.99 % and 10,000 %.
///
/// The balance is scanned on 4,000 points of ln(1 + r) and each change of sign bisected; two roots nearer than 0.3 % of
/// (1 + r) may be missed, which no annuity with payments of one sign has.
pub fn rate(periods: f64, payment: f64, present: f64, future: f64, due: Due) -> Returns {
    let off = |log_one_plus: f64| {
        let r = libm::expm1(log_one_plus);
        // Divided by the larger of 1 and (1 + r)ⁿ, so that neither end overflows.
        let (one, each) = growth(r, periods, due);
        (future + present * one + payment * each) / one.max(1.0)
    };
    let (low, high, points) = (-9.21, 4.62, 4_000);
    let at = |i: i32| low + (high - low) * (f64::from(i) + 0.37) / f64::from(points);
    let mut rates = Vec::new();
    for i in 0..points - 1 {
        let (mut a, mut b) = (at(i), at(i + 1));
        let ya = off(a);
        if ya == 0.0 {
            rates.push(libm::expm1(a));
            continue;
        }
        if ya * off(b) >= 0.0 {
            continue;
        }
        for _ in 0..80 {
            let mid = 0.5 * (a + b);
            if off(mid) * ya > 0.0 { a = mid } else { b = mid }
        }
        rates.push(libm::expm1(0.5 * (a + b)));
    }
    match rates.as_slice() {
        [] => Returns::None,
        [one] => Returns::One(*one),
        _ => Returns::Several(rates),
    }
}

/// Days of a mean month, for trends given by month.
pub const DAYS_PER_MONTH: f64 = 365.25 / 12.0;

/// Payback at a steady daily income.
pub fn payback(cost: f64, daily: f64) -> Payback {
    payback_on_trend(cost, daily, 0.0)
}

/// Payback of an income that grows by a share each month: ∫₀ᵗ d·e^{λs} ds = c, so t = ln(1 + λc/d)/λ.
///
/// A falling income may never bring the cost back.
pub fn payback_on_trend(cost: f64, daily: f64, trend_per_month: f64) -> Payback {
    if cost <= 0.0 {
        return Payback::Days(0.0);
    }
    if daily.is_nan() || daily <= 0.0 || trend_per_month.is_nan() || trend_per_month <= -1.0 || cost.is_nan() {
        return Payback::Never;
    }
    let lambda = libm::log1p(trend_per_month) / DAYS_PER_MONTH;
    let ratio = cost / daily;
    let days = if lambda == 0.0 { ratio } else { libm::log1p(lambda * ratio) / lambda };
    if days.is_finite() { Payback::Days(days) } else { Payback::Never }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(ours: f64, published: f64, tolerance: f64) {
        assert!((ours - published).abs() <= tolerance, "{ours} against {published}");
    }

    #[test]
    fn published_cases_are_met() {
        // Rows of published_cases.csv: numpy-financial's tests and documentation (BSD-3-Clause).
        close(npv(0.05, &[-15_000.0, 1500.0, 2500.0, 3500.0, 4500.0, 6000.0]), 122.89, 0.01);
        close(npv(0.08, &[-40_000.0, 5000.0, 8000.0, 12_000.0, 30_000.0]), 3065.22267, 1e-5);
        let one = |values: &[f64]| match irr(values) {
            Returns::One(r) => r,
            other => panic!("{other:?}"),
        };
        close(one(&[-150_000.0, 15_000.0, 25_000.0, 35_000.0, 45_000.0, 60_000.0]), 0.0524, 5e-5);
        close(one(&[-100.0, 39.0, 59.0, 55.0, 20.0]), 0.28095, 5e-6);
        close(pmt(0.08 / 12.0, 60.0, 15_000.0, 0.0, Due::End), -304.145914, 3e-5);
        close(pv(0.07, 20.0, 12_000.0, 0.0, Due::End), -127_128.170_946_193_9, 1e-5);
        close(fv(0.075, 20.0, -2000.0, 0.0, Due::End), 86_609.362_673_042_92, 1e-5);
        // numpy-financial's documentation: nper(0.07/12, -150, 8000) and mirr of its tests.
        close(nper(0.07 / 12.0, -150.0, 8000.0, 0.0, Due::End).unwrap(), 64.07334877, 1e-7);
        let values = [-120_000.0, 39_000.0, 30_000.0, 21_000.0, 37_000.0, 46_000.0];
        close(mirr(&values, 0.10, 0.12).unwrap(), 0.126094, 1e-6);
        assert_eq!(mirr(&[39_000.0, 30_000.0], 0.1, 0.12), None);
        let Returns::One(r) = rate(10.0, 0.0, -3500.0, 10_000.0, Due::End) else { panic!() };
        close(r, 0.110690853, 1e-8);
    }

    #[test]
    fn several_and_no_rates_are_told() {
        // (1 − 1.1x)(1 − 1.2x)(1 − 1.3x) and a series that is never worth nothing.
        let Returns::Several(rates) = irr(&[-1.0, 3.6, -4.31, 1.716]) else { panic!() };
        for (ours, exact) in rates.iter().zip([0.1, 0.2, 0.3]) {
            close(*ours, exact, 1e-9);
        }
        assert_eq!(rates.len(), 3);
        assert_eq!(irr(&[3.0, -2.0, 1.0]), Returns::None);
        assert_eq!(irr(&[1.0, 2.0]), Returns::None);
        assert_eq!(irr(&[]), Returns::None);
        assert_eq!(irr(&[f64::NAN, 1.0]), Returns::None);
    }

    #[test]
    fn annuities_invert_one_another() {
        for due in [Due::End, Due::Begin] {
            for r in [0.0, 0.01, -0.02] {
                let future = fv(r, 36.0, -250.0, 4000.0, due);
                close(pv(r, 36.0, -250.0, future, due), 4000.0, 1e-8);
                close(pmt(r, 36.0, 4000.0, future, due), -250.0, 1e-8);
                close(nper(r, -250.0, 4000.0, future, due).unwrap(), 36.0, 1e-8);
            }
        }
        assert_eq!(nper(0.05, -1.0, 100.0, 0.0, Due::End), None, "the payment does not cover the interest");
    }

    #[test]
    fn payback_says_never() {
        assert_eq!(payback(1000.0, 4.0), Payback::Days(250.0));
        assert_eq!(payback(1000.0, 0.0), Payback::Never);
        assert_eq!(payback(1000.0, -1.0), Payback::Never);
        let Payback::Days(slower) = payback_on_trend(1000.0, 4.0, -0.02) else { panic!() };
        assert!(slower > 250.0);
        // At −2 % a month the whole future of 4 a day is worth 4 / (−ln 0.98 / 30.4375) = 6,026.
        assert_eq!(payback_on_trend(6_100.0, 4.0, -0.02), Payback::Never);
        assert_eq!(payback(0.0, 0.0), Payback::Days(0.0));
        assert_eq!(payback(f64::NAN, 1.0), Payback::Never);
    }
}
