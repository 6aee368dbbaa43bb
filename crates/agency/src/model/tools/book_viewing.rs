//! Commit, in two steps: the first call reads back, or asks what is missing; after the caller has said a plain yes, the
//! second books. A model cannot do both in one turn.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Answer;
use crate::conversation::{State, Step};
use crate::dialogue::{booking, slots};

pub(super) const DESCRIPTION: &str = "Book a viewing at a slot the caller chose. The first call gives what to ask or read back; once the caller has agreed to the read-back, call it again.";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    /// The id of a slot that was offered in this call.
    slot: String,
}

pub(super) fn run(state: &mut State, arguments: &Arguments) -> Answer {
    let is_read_back = state.step == Step::ConfirmBooking
        && state.slot.as_ref().is_some_and(|slot| slot.id == arguments.slot);
    if is_read_back && state.agreed {
        return Ok(booking::book(state));
    }
    let offered = state.slots.iter().chain(&state.slot).find(|offered| offered.id == arguments.slot).cloned();
    let slot = offered.ok_or("That slot was not offered in this call; use viewing_times.")?;
    if state.chosen.is_none() {
        return Err("No home is chosen; use viewing_times with a home first.".into());
    }
    Ok(slots::take(state, slot))
}
