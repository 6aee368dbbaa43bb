//! The diary: which times a viewing may have, why each other time may not, and the cells that make a double
//! booking impossible. Decisions are pure; the database's unique cells have the last word.

mod cells;
mod facts;
mod judge;
mod offer;

pub use cells::{CELL_MINUTES, cells};
pub use facts::{Absence, Busy, DiaryFacts, Negotiator, PropertyRules, Shift};
pub use judge::{Refusal, Slot, day, judge};
pub use offer::{Avoids, TimeWish, free_slots, offers};
