//! Heat and aging of an oil-immersed transformer: IEC 60076-7, differential equations (clause 8.2.3 of the 2018 edition,
//! 8.2.2 of 2005).
//!
//! Top oil: k11 τo dθo/dt = ((1 + R K²)/(1 + R))^x Δθor − (θo − θa). Hot spot: θh = θo + Δθh1 − Δθh2 with
//! k22 τw dΔθh1/dt = k21 K^y Δθhr − Δθh1 and (τo/k22) dΔθh2/dt = (k21 − 1) K^y Δθhr − Δθh2.
//! Aging: V = 2^((θh − 98)/6) for ordinary paper, exp(15000/383 − 15000/(θh + 273)) for thermally upgraded paper; loss of life
//! is the time integral of V.
//!
//! While load and ambient hold still the equations are linear, so a step of any length is solved exactly by three
//! exponentials: no step size limits the accuracy, where the standard's difference equations need steps below half the
//! winding's time constant and miss by 1 to 2 K after a sudden step of load. The aging integral takes three-point
//! Gauss–Legendre quadrature on pieces of a third of the fastest time constant, relative error below 1e-6.
//!
//! Limits: the standard's constants hold between −25 °C and 40 °C of ambient; colder, oil grows viscous and the hot spot lies
//! higher than computed. One winding phase; unbalance is the caller's (oil by the mean loss of the phases, hot spot by the
//! worst).

/// Ambient temperature below which the standard's constants are not vouched for, °C.
pub const COLDEST_AMBIENT_C: f64 = -25.0;

/// Everything that the equations need of one transformer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Constants {
    /// Oil exponent x.
    pub x: f64,
    /// Winding exponent y.
    pub y: f64,
    /// Factor k11 on the oil time constant.
    pub k11: f64,
    /// Factor k21: how far the hot spot overshoots.
    pub k21: f64,
    /// Factor k22 on the time constants of the overshoot.
    pub k22: f64,
    /// Oil time constant τo, minutes.
    pub oil_min: f64,
    /// Winding time constant τw, minutes.
    pub winding_min: f64,
    /// Top-oil rise at rated losses Δθor, K.
    pub top_oil_rise_k: f64,
    /// Hot spot over top oil at rated current Δθhr, K.
    pub hot_spot_gradient_k: f64,
    /// Load losses at rated current over no-load losses, R.
    pub loss_ratio: f64,
}

/// A class of the standard: how the oil moves and what size the transformer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Distribution transformer, oil and air by convection.
    DistributionOnan,
    /// Medium or large power transformer, oil and air by convection.
    PowerOnan,
    /// … with fans.
    Onaf,
    /// … with pumped oil.
    Of,
    /// … with pumped oil led through the windings.
    Od,
}

/// Names of the classes, in the order of [`Class::named`].
pub const CLASSES: &[&str] = &["distribution_onan", "power_onan", "onaf", "of", "od"];

impl Class {
    /// The class of a name.
    pub fn named(name: &str) -> Option<Self> {
        let all = [Self::DistributionOnan, Self::PowerOnan, Self::Onaf, Self::Of, Self::Od];
        CLASSES.iter().position(|n| *n == name).map(|i| all[i])
    }

    /// Exponents, factors and time constants of the standard's table of recommended thermal characteristics (Table 4 of
    /// 2018), and rises and loss ratio of its example table of loadability, whose rows add up to 98 °C at 20 °C. Typed from
    /// general knowledge of the standard, not from a copy.
    pub fn constants(self) -> Constants {
        let of = |x, y, (k11, k21, k22), (oil_min, winding_min), (top_oil_rise_k, hot_spot_gradient_k), loss_ratio| {
            Constants { x, y, k11, k21, k22, oil_min, winding_min, top_oil_rise_k, hot_spot_gradient_k, loss_ratio }
        };
        match self {
            Self::DistributionOnan => of(0.8, 1.6, (1.0, 1.0, 2.0), (180.0, 4.0), (55.0, 23.0), 5.0),
            Self::PowerOnan => of(0.8, 1.3, (0.5, 2.0, 2.0), (210.0, 10.0), (52.0, 26.0), 6.0),
            Self::Onaf => of(0.8, 1.3, (0.5, 2.0, 2.0), (150.0, 7.0), (52.0, 26.0), 6.0),
            Self::Of => of(1.0, 1.3, (1.0, 1.3, 1.0), (90.0, 7.0), (56.0, 22.0), 6.0),
            Self::Od => of(1.0, 2.0, (1.0, 1.0, 1.0), (90.0, 7.0), (49.0, 29.0), 6.0),
        }
    }
}

/// The insulation of the windings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Paper {
    /// Ordinary kraft paper: rate 1 at 98 °C, doubled by 6 K.
    #[default]
    Kraft,
    /// Thermally upgraded: rate 1 at 110 °C.
    Upgraded,
}

impl Paper {
    /// Rate of aging over the normal rate at a hot spot.
    pub fn aging_rate(self, hot_spot_c: f64) -> f64 {
        match self {
            Self::Kraft => libm::exp2((hot_spot_c - 98.0) / 6.0),
            Self::Upgraded => libm::exp(15_000.0 / 383.0 - 15_000.0 / (hot_spot_c + 273.0)),
        }
    }
}

/// Load (per unit of rated current) and ambient temperature.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Strain {
    /// Load.
    pub load: f64,
    /// Ambient temperature, °C.
    pub ambient_c: f64,
}

/// How hot a transformer is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Heat {
    /// Top-oil temperature θo, °C.
    pub top_oil_c: f64,
    /// Fast part Δθh1 of the hot spot over top oil, K.
    pub fast_k: f64,
    /// Slow part Δθh2, K.
    pub slow_k: f64,
}

impl Heat {
    /// Hot-spot temperature, °C.
    pub fn hot_spot_c(&self) -> f64 {
        self.top_oil_c + self.fast_k - self.slow_k
    }

    /// On the way to a steady state, where shares `left` of its departures from it are left.
    #[must_use]
    pub fn toward(self, steady: Self, left: [f64; 3]) -> Self {
        Self {
            top_oil_c: steady.top_oil_c + (self.top_oil_c - steady.top_oil_c) * left[0],
            fast_k: steady.fast_k + (self.fast_k - steady.fast_k) * left[1],
            slow_k: steady.slow_k + (self.slow_k - steady.slow_k) * left[2],
        }
    }
}

impl Constants {
    /// Top oil over ambient in the steady state, K.
    pub fn top_oil_rise_k(&self, load: f64) -> f64 {
        let r = self.loss_ratio;
        self.top_oil_rise_k * libm::pow((1.0 + r * load * load) / (1.0 + r), self.x)
    }

    /// Hot spot over top oil in the steady state, K.
    pub fn gradient_k(&self, load: f64) -> f64 {
        self.hot_spot_gradient_k * libm::pow(load.abs(), self.y)
    }

    /// The state that a constant strain ends in.
    pub fn steady(&self, strain: Strain) -> Heat {
        let gradient = self.gradient_k(strain.load);
        Heat {
            top_oil_c: strain.ambient_c + self.top_oil_rise_k(strain.load),
            fast_k: self.k21 * gradient,
            slow_k: (self.k21 - 1.0) * gradient,
        }
    }

    /// Time constants of top oil and of the fast and the slow part of the hot spot, minutes.
    pub fn time_constants_min(&self) -> [f64; 3] {
        [self.k11 * self.oil_min, self.k22 * self.winding_min, self.oil_min / self.k22]
    }

    /// Shares of a departure from the steady state that are left after some minutes.
    pub fn left_after(&self, minutes: f64) -> [f64; 3] {
        self.time_constants_min().map(|tau| libm::exp(-minutes / tau))
    }

    /// The state some minutes later under a constant strain: exact.
    pub fn after(&self, heat: Heat, strain: Strain, minutes: f64) -> Heat {
        heat.toward(self.steady(strain), self.left_after(minutes))
    }

    /// The state after one step of the standard's difference equations (its Annex on the solution method), for comparison
    /// with answers that were made by them: right only for steps well below every time constant.
    pub fn after_difference(&self, heat: Heat, strain: Strain, minutes: f64) -> Heat {
        heat.toward(self.steady(strain), self.time_constants_min().map(|tau| 1.0 - minutes / tau))
    }

    /// Hours of normal life used up while a constant strain holds for some minutes.
    pub fn life_lost_h(&self, paper: Paper, heat: Heat, strain: Strain, minutes: f64) -> f64 {
        let taus = self.time_constants_min();
        let (slowest, fastest) =
            (taus.iter().fold(0.0, |a: f64, b| a.max(*b)), taus.iter().fold(f64::MAX, |a, b| a.min(*b)));
        let steady = self.steady(strain);
        // After thirty of the slowest time constants nothing moves anymore.
        let moving = minutes.min(30.0 * slowest);
        let at_rest = (minutes - moving) * paper.aging_rate(steady.hot_spot_c());
        let pieces = libm::ceil(moving / (fastest / 3.0)).clamp(1.0, 1e6) as u32;
        let piece = moving / f64::from(pieces);
        // Nodes and weights of Gauss–Legendre on the unit interval; powers of the decay step from piece to piece.
        let offset = libm::sqrt(0.6) / 2.0;
        let nodes = [(0.5 - offset, 5.0 / 18.0), (0.5, 8.0 / 18.0), (0.5 + offset, 5.0 / 18.0)];
        let at_nodes = nodes.map(|(node, _)| self.left_after(node * piece));
        let over_piece = self.left_after(piece);
        let (mut here, mut sum) = (heat, 0.0);
        for _ in 0..pieces {
            for (left, (_, weight)) in at_nodes.iter().zip(nodes) {
                sum += weight * paper.aging_rate(here.toward(steady, *left).hot_spot_c());
            }
            here = here.toward(steady, over_piece);
        }
        (sum * piece + at_rest) / 60.0
    }
}

/// A state on its way to the steady one, with the shares of the departure that are left.
/// Between which moments a row of a series of strains holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hold {
    /// From the row before it to its own minute, as in the standard's example.
    #[default]
    Ending,
    /// From its own minute to the next row's.
    Starting,
    /// Load and ambient move on a straight line from row to row.
    Linear,
}

/// How the equations are solved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Solution {
    /// Exactly, by exponentials.
    #[default]
    Exact,
    /// By the standard's difference equations, one step from row to row.
    Difference,
}

/// What a transformer is at one row of a series.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reading {
    /// How hot it is.
    pub heat: Heat,
    /// Rate of aging over the normal rate.
    pub aging_rate: f64,
    /// Hours of normal life lost since the first row.
    pub life_lost_h: f64,
}

/// A transformer through a series of (minute, strain), minutes rising. `start` is its state at the first row; without it, the
/// steady state of the first row's strain, as in the standard's example.
pub fn through(
    constants: &Constants,
    paper: Paper,
    rows: &[(f64, Strain)],
    start: Option<Heat>,
    hold: Hold,
    solution: Solution,
) -> Vec<Reading> {
    let Some((_, first)) = rows.first() else { return Vec::new() };
    let mut heat = start.unwrap_or_else(|| constants.steady(*first));
    let mut lost = 0.0;
    let reading =
        |heat: Heat, life_lost_h| Reading { heat, aging_rate: paper.aging_rate(heat.hot_spot_c()), life_lost_h };
    let mut out = vec![reading(heat, 0.0)];
    for pair in rows.windows(2) {
        let ((from, before), (to, here)) = (pair[0], pair[1]);
        let minutes = to - from;
        if solution == Solution::Difference {
            // The standard's example ages by the rate at the end of the step.
            let strain = if hold == Hold::Starting { before } else { here };
            heat = constants.after_difference(heat, strain, minutes);
            lost += paper.aging_rate(heat.hot_spot_c()) * minutes / 60.0;
        } else {
            // A straight line is taken in pieces of a minute or less, each at its middle.
            let pieces = if hold == Hold::Linear { libm::ceil(minutes).clamp(1.0, 1e5) as u32 } else { 1 };
            for piece in 0..pieces {
                let middle = (f64::from(piece) + 0.5) / f64::from(pieces);
                let between = |a: f64, b: f64| a + (b - a) * middle;
                let strain = match hold {
                    Hold::Ending => here,
                    Hold::Starting => before,
                    Hold::Linear => Strain {
                        load: between(before.load, here.load),
                        ambient_c: between(before.ambient_c, here.ambient_c),
                    },
                };
                let span = minutes / f64::from(pieces);
                lost += constants.life_lost_h(paper, heat, strain, span);
                heat = constants.after(heat, strain, span);
            }
        }
        out.push(reading(heat, lost));
    }
    out
}

#[cfg(test)]
mod tests;
