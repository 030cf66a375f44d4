//! What happened when, in sentences: law, limits first met, records, retargets, orders.

use super::Happening;
use super::tally::SHADOW_PRICE_FLOOR;
use super::totals::Totals;
use crate::region::Region;
use crate::step::Step;

/// Collects happenings of a run.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    happenings: Vec<Happening>,
    section_met: Vec<bool>,
    shed: bool,
    level_below: bool,
}

impl Timeline {
    fn add(&mut self, step: &Step, kind: &'static str, subject: &str, text: String) {
        self.happenings.push(Happening {
            day: step.now.day,
            minute: step.now.minute,
            kind,
            subject: subject.into(),
            text,
        });
    }

    /// Adds what a step brought.
    pub fn record(&mut self, world: &Region, step: &Step, t: &Totals) {
        for change in &step.enacted {
            let event = &world.policy.events[change.event];
            let what = if change.begins { "in force" } else { "lifted" };
            self.add(step, "event", &event.id, format!("{}: {what}.", event.title));
        }
        self.section_met.resize(step.dispatch.sections.len(), false);
        for (i, (s, section)) in step.dispatch.sections.iter().zip(world.atlas.interfaces.iter()).enumerate() {
            if s.shadow_price.as_rub_per_mwh() > SHADOW_PRICE_FLOOR && !self.section_met[i] {
                self.section_met[i] = true;
                let text = format!("{} at its limit of {:.0} MW for the first time.", section.name, s.limit_mw);
                self.add(step, "limit", &section.id, text);
            }
        }
        if t.unserved_mw > 0.5 && !self.shed {
            self.shed = true;
            self.add(step, "limit", "unserved", format!("First ordinary load not served: {:.0} MW.", t.unserved_mw));
        }
        for difficulty in &step.coin.retargets {
            self.add(step, "retarget", "bitcoin", format!("Difficulty {:.2} trillion.", difficulty / 1e12));
        }
        if let Some(upper) = step.water.reaches.iter().next() {
            let below = upper.level.as_m() < 456.0;
            if below != self.level_below && world.atlas.reservoirs.iter().next().is_some_and(|r| r.id == "baikal") {
                self.level_below = below;
                let text = if below { "Baikal falls below 456.00 m." } else { "Baikal is above 456.00 m." };
                self.add(step, "limit", "baikal", text.into());
            }
        }
        if !step.orders.orders.is_empty() {
            let (arriving, leaving) = step
                .orders
                .orders
                .iter()
                .fold((0, 0), |(a, l), o| if o.machines > 0 { (a + o.machines, l) } else { (a, l - o.machines) });
            let text = match (arriving, leaving) {
                (a, 0) => format!("{a} machines ordered."),
                (0, l) => format!("{l} machines leave."),
                (a, l) => format!("{a} machines ordered, {l} leave."),
            };
            self.add(step, "order", "operators", text);
        }
    }

    /// The happenings in order.
    pub fn finish(self) -> Vec<Happening> {
        self.happenings
    }
}
