//! Commit, in steps: times, the read-back, and after a plain yes the move.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Answer, heard};
use crate::conversation::{Change, Context, State, Step};
use crate::dialogue::viewing;
use crate::language::Expecting;

pub(super) const DESCRIPTION: &str = "Move the viewing that was found or booked in this call. Gives times, then the read-back; once the caller has agreed, call it again.";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    /// When the caller would like it instead, in their own words; null if they have not said.
    when: Option<String>,
}

pub(super) fn run(state: &mut State, arguments: &Arguments, context: &Context) -> Answer {
    if state.viewing.is_none() {
        return Err("No viewing was found in this call; use find_viewing.".into());
    }
    if state.step == Step::ConfirmMove && state.agreed {
        return Ok(viewing::move_it(state));
    }
    let heard = heard(state, arguments.when.as_deref().unwrap_or_default(), Expecting::Slot, context);
    state.change = Change::Move;
    Ok(viewing::go_on(state, &heard))
}
