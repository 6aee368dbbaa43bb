//! Commit: a valuation in the valuers' diary, with its confirmation in the same transaction.

use serde::{Deserialize, Serialize};

use super::book_viewing::BookingOutcome;
use super::viewing_slots::{OfferedSlot, issue};
use crate::crm::{Listing, PropertyType};
use crate::diary::{DiaryFacts, Refusal, Slot, TimeWish, judge, offers};
use crate::language::Address;
use crate::phone::PhoneNumber;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BookValuation {
    /// A slot that this call was offered.
    pub offered: OfferedSlot,
    pub address: Address,
    /// To sell or to let.
    pub listing: Listing,
    pub property_type: Option<PropertyType>,
    pub bedrooms: Option<i64>,
    pub name: String,
    pub phone: Option<PhoneNumber>,
    pub email: Option<String>,
}

impl BookValuation {
    /// `to sell, flat, 2 bedrooms`
    pub fn about(&self) -> String {
        let to = if self.listing == Listing::Sale { "to sell" } else { "to let" };
        let kind = self.property_type.map(|kind| kind.word().to_owned());
        let beds = self.bedrooms.map(|beds| format!("{beds} bedroom{}", if beds == 1 { "" } else { "s" }));
        [Some(to.to_owned()), kind, beds].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// Whether the slot can still be booked, judged again on fresh facts.
pub fn decide(call: &BookValuation, facts: &DiaryFacts) -> Result<Slot, BookingOutcome> {
    judge(call.offered.slot.start, facts).map_err(|_: Refusal| gone(call, facts))
}

/// What is still free near the time that has gone.
pub fn gone(call: &BookValuation, facts: &DiaryFacts) -> BookingOutcome {
    let start = call.offered.slot.start;
    let near =
        offers(&TimeWish::exactly(start), facts).into_iter().filter(|slot| slot.start != start).collect();
    BookingOutcome::Gone { alternatives: issue(None, near) }
}
