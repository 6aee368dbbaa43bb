//! Commit: one viewing in the diary, with the lead's change and the confirmations in the same transaction.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::viewing_slots::{OfferedSlot, issue};
use crate::crm::{AppointmentId, Channel, Property};
use crate::diary::{DiaryFacts, Refusal, Slot, TimeWish, judge, offers};
use crate::phone::PhoneNumber;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BookViewing {
    /// A slot that this call was offered.
    pub offered: OfferedSlot,
    pub property: Property,
    pub viewer_name: String,
    pub viewer_phone: Option<PhoneNumber>,
    pub viewer_email: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BookingOutcome {
    Booked {
        appointment: AppointmentId,
        start: Timestamp,
        negotiator_name: String,
        /// By which ways the confirmation goes out.
        confirmed_by: Vec<Channel>,
    },
    /// Somebody else was faster, or the time has passed its notice.
    Gone {
        alternatives: Vec<OfferedSlot>,
    },
    OffTheMarket,
}

/// Whether the slot can still be booked, judged again on fresh facts. The database's cells decide races after this.
pub fn decide(
    call: &BookViewing,
    property: Option<&Property>,
    facts: &DiaryFacts,
) -> Result<Slot, BookingOutcome> {
    if !property.is_some_and(Property::is_available) {
        return Err(BookingOutcome::OffTheMarket);
    }
    judge(call.offered.slot.start, facts).map_err(|_: Refusal| gone(call, facts))
}

/// The polite answer to a lost race: what is still free near the time that has gone.
pub fn gone(call: &BookViewing, facts: &DiaryFacts) -> BookingOutcome {
    let wish = TimeWish::exactly(call.offered.slot.start);
    let still_free =
        offers(&wish, facts).into_iter().filter(|slot| slot.start != call.offered.slot.start).collect();
    BookingOutcome::Gone { alternatives: issue(Some(call.property.id), still_free) }
}
