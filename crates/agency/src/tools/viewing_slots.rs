//! Read: times at which a home can be viewed, or a valuer can come. The diary issues them with ids; nothing else can be booked.

use serde::{Deserialize, Serialize};

use crate::crm::{Property, PropertyId};
use crate::diary::{DiaryFacts, Slot, TimeWish, offers};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ViewingSlots {
    /// None: a valuation.
    pub property: Option<PropertyId>,
    pub wish: TimeWish,
}

/// A slot this call was offered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferedSlot {
    /// Opaque, such as `slot-7-29664`: the home and the start.
    pub id: String,
    #[serde(flatten)]
    pub slot: Slot,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlotsOutcome {
    Offered {
        slots: Vec<OfferedSlot>,
        /// Whether the slots are what was wished for, or only near it.
        as_wished: bool,
        /// Whether the office is closed on every day that was wished for.
        closed: bool,
    },
    /// No free time at all in the days looked at.
    NoneFree,
    /// The home is no longer available.
    OffTheMarket,
}

pub fn decide(call: &ViewingSlots, property: Option<&Property>, facts: &DiaryFacts) -> SlotsOutcome {
    if call.property.is_some() && !property.is_some_and(Property::is_available) {
        return SlotsOutcome::OffTheMarket;
    }
    let slots = issue(call.property, offers(&call.wish, facts));
    if slots.is_empty() {
        return SlotsOutcome::NoneFree;
    }
    let as_wished = slots.iter().all(|offered| call.wish.fits(offered.slot.start));
    let dates = &call.wish.dates;
    let closed = !dates.is_empty() && dates.iter().all(|date| !facts.hours.is_working_day(*date));
    SlotsOutcome::Offered { slots, as_wished, closed }
}

/// Gives slots their ids.
pub fn issue(property: Option<PropertyId>, slots: Vec<Slot>) -> Vec<OfferedSlot> {
    let of = property.map_or(0, |id| id.0);
    slots
        .into_iter()
        .map(|slot| OfferedSlot { id: format!("slot-{of}-{}", slot.start.as_second() / 60), slot })
        .collect()
}
