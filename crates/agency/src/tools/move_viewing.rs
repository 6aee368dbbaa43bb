//! Commit: a viewing goes to another time of the same home. The new time is claimed before the old one is freed, in one
//! transaction: a lost race leaves the viewing where it was.

use serde::{Deserialize, Serialize};

use super::book_viewing::BookingOutcome;
use super::find_viewing::BookedViewing;
use super::viewing_slots::OfferedSlot;
use crate::phone::PhoneNumber;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MoveViewing {
    pub viewing: BookedViewing,
    /// A slot that this call was offered.
    pub offered: OfferedSlot,
    /// Where the new time is confirmed to.
    pub phone: Option<PhoneNumber>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MoveOutcome {
    /// As a booking comes out.
    To(BookingOutcome),
    /// It was called off, moved or held in the meantime.
    NotThere,
}
