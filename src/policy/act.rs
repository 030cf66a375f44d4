//! What an event does: a closed list of acts, each an edit of rules that a component owns.

use super::Law;
use crate::calendar::Day;
use crate::fleet::Curfew;
use crate::ids::{BranchId, ChannelId, InterfaceId, OperatorId, SiteId};
use crate::units::{Fraction, Power, Tariff};

pub use crate::operator::{Jurisdiction, Jurisdictions};

/// An act. Lists name whom it concerns; each edit only tightens or sets what its field says.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// An operator is put on a sanctions list: clients of complying jurisdictions must leave it within the grace, and the
    /// named channels no longer serve it.
    Designate {
        /// Who.
        operator: OperatorId,
        /// Whose clients must leave.
        complying: Jurisdictions,
        /// Channels that refuse it once the grace is over.
        refused_by: Vec<ChannelId>,
        /// Days until compliance is complete.
        grace_days: i32,
    },
    /// A channel closes: its capacity falls evenly to the share that stays open over the grace.
    CloseChannel {
        /// Which.
        channel: ChannelId,
        /// Share of its capacity that stays.
        remaining: Fraction,
        /// Days until then.
        grace_days: i32,
    },
    /// Detection and closure hazards of a channel are multiplied.
    Enforcement {
        /// Which.
        channel: ChannelId,
        /// By how much, at least 1.
        hazard_factor: f64,
    },
    /// Machines through a procurement channel cost more and come later.
    Embargo {
        /// Which.
        channel: ChannelId,
        /// Added to the price premium (0.2: 20 points).
        premium: f64,
        /// Added to the delay.
        delay_days: u32,
        /// Share of the channel's capacity that stays.
        remaining: Fraction,
    },
    /// Miners pay at least a price of their own for power.
    MachineTariff {
        /// The price, levies apart.
        rate: Tariff,
        /// Where.
        sites: Vec<SiteId>,
    },
    /// Miners must register; a home may use no more than a cap for mining, so that its registered machines run in part.
    Register {
        /// Homes.
        sites: Vec<SiteId>,
        /// Share of a mining home's use that the cap leaves.
        allowed: Fraction,
    },
    /// The grid companies connect no more than a power in a month.
    ConnectionQueue {
        /// The power, over all sites.
        most: Power,
    },
    /// Inspections find and disconnect hidden machines.
    Inspections {
        /// Where.
        sites: Vec<SiteId>,
        /// Share of hidden power that is found in a month.
        found_per_month: f64,
    },
    /// No new mining connections at sites.
    Moratorium {
        /// Where.
        sites: Vec<SiteId>,
    },
    /// Sites must be off between two hours in the trigger's season.
    Curfew {
        /// Where.
        sites: Vec<SiteId>,
        /// First hour off.
        from_hour: u32,
        /// First hour on again; equal to `from_hour`: all day.
        to_hour: u32,
    },
    /// Tariffs are set or scaled.
    Tariff {
        /// The home rate that behavior follows.
        home: Option<Tariff>,
        /// Factor on the business tariff.
        business_factor: Option<f64>,
    },
    /// A levy on each kilowatt hour of mining.
    Levy {
        /// The levy.
        rate: Tariff,
    },
    /// Pools that may still serve the region's miners are fewer and dearer.
    PoolFee {
        /// Added to the fee, of what it leaves.
        added: Fraction,
    },
    /// Sites sign away a share of their power, to be shed first.
    Interruptible {
        /// Where.
        sites: Vec<SiteId>,
        /// Share of each bid.
        share: Fraction,
    },
    /// Branches are out of service, or named consumers are off.
    Outage {
        /// Which branches.
        branches: Vec<BranchId>,
        /// Which consumers, by place.
        consumers: Vec<usize>,
        /// Share of each consumer that is off.
        share: Fraction,
    },
    /// A controlled section is allowed more.
    Reinforce {
        /// Which.
        interface: InterfaceId,
        /// Added to its limit in both directions.
        added: Power,
    },
}

/// How far a grace has run: 0 on the first day, 1 when it is over.
fn elapsed(since: Day, today: Day, grace_days: i32) -> f64 {
    if grace_days <= 0 { 1.0 } else { (f64::from(today.0 - since.0) / f64::from(grace_days)).clamp(0.0, 1.0) }
}

impl Act {
    /// The grace of the act, if it has one.
    pub(super) fn grace_days(&self) -> Option<i32> {
        match self {
            Self::Designate { grace_days, .. } | Self::CloseChannel { grace_days, .. } => Some(*grace_days),
            _ => None,
        }
    }

    /// Edits the rules. `since` is the day on which the event came into force.
    pub(super) fn edit(&self, law: &mut Law, since: Day, today: Day) {
        match self {
            Self::Designate { operator, complying, refused_by, grace_days } => {
                let done = since.plus((*grace_days).max(0));
                let slot = &mut law.operator.designated[*operator];
                *slot = Some(slot.map_or(done, |d| if d < done { d } else { done }));
                law.operator.complying = law.operator.complying.and(*complying);
                if today >= done {
                    for channel in refused_by {
                        law.channel.barred[*operator][*channel] = true;
                    }
                }
            }
            Self::CloseChannel { channel, remaining, grace_days } => {
                let open = 1.0 - elapsed(since, today, *grace_days) * (1.0 - remaining.value());
                let slot = &mut law.channel.open[*channel];
                *slot = Fraction::new(slot.value().min(open));
            }
            Self::Enforcement { channel, hazard_factor } => {
                law.channel.enforcement[*channel] *= hazard_factor.max(1.0);
            }
            Self::Embargo { channel, premium, delay_days, remaining } => {
                law.channel.premium_add[*channel] += premium.max(0.0);
                law.channel.delay_add_days[*channel] += delay_days;
                let slot = &mut law.channel.open[*channel];
                *slot = Fraction::new(slot.value().min(remaining.value()));
            }
            Self::MachineTariff { rate, sites } => {
                for site in sites {
                    let slot = &mut law.finance.floor[*site];
                    *slot = if *slot < *rate { *rate } else { *slot };
                }
            }
            Self::Register { sites, allowed } => {
                for site in sites {
                    let slot = &mut law.fleet.allowed[*site];
                    *slot = Fraction::new(slot.value().min(allowed.value()));
                }
            }
            Self::ConnectionQueue { most } => {
                let slot = &mut law.operator.connections;
                *slot = Some(slot.map_or(*most, |m| m.min(*most)));
            }
            Self::Inspections { sites, found_per_month } => {
                for site in sites {
                    let slot = &mut law.operator.inspections[*site];
                    // Two campaigns find what neither would have missed.
                    *slot = 1.0 - (1.0 - *slot) * (1.0 - found_per_month.clamp(0.0, 1.0));
                }
            }
            Self::Moratorium { sites } => {
                for site in sites {
                    law.operator.moratorium[*site] = true;
                }
            }
            Self::Curfew { sites, from_hour, to_hour } => {
                for site in sites {
                    law.fleet.curfew[*site] =
                        Some(Curfew { from_hour: *from_hour, to_hour: *to_hour, months: [true; 12] });
                    law.operator.banned[*site] |= from_hour == to_hour;
                }
            }
            Self::Tariff { home, business_factor } => {
                if home.is_some() {
                    law.finance.home_usd_per_kwh = *home;
                }
                if let Some(factor) = business_factor {
                    law.finance.business_factor *= factor.max(0.0);
                }
            }
            Self::Levy { rate } => law.finance.levy += *rate,
            Self::PoolFee { added } => {
                let slot = &mut law.bitcoin.pool_fee_added;
                *slot = Fraction::new(1.0 - slot.rest().value() * added.rest().value());
            }
            Self::Interruptible { sites, share } => {
                for site in sites {
                    let slot = &mut law.grid.interruptible[*site];
                    *slot = Fraction::new(slot.value().max(share.value()));
                }
            }
            Self::Outage { branches, consumers, share } => {
                for consumer in consumers {
                    if let Some(slot) = law.demand.off.get_mut(*consumer) {
                        *slot = Fraction::new(slot.value().max(share.value()));
                    }
                }
                for branch in branches {
                    law.grid.branch_out[*branch] = true;
                }
            }
            Self::Reinforce { interface, added } => law.grid.interface_add[*interface] += *added,
        }
    }
}
