//! Commit, in two steps: the question, and after a plain yes the cancelling.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Answer;
use crate::conversation::{Change, State, Step};
use crate::dialogue::viewing;
use crate::language::Heard;

pub(super) const DESCRIPTION: &str = "Cancel the viewing that was found or booked in this call. The first call gives the question to ask; once the caller has agreed, call it again.";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {}

pub(super) fn run(state: &mut State, _: &Arguments) -> Answer {
    if state.viewing.is_none() {
        return Err("No viewing was found in this call; use find_viewing.".into());
    }
    if state.step == Step::ConfirmCancel && state.agreed {
        return Ok(viewing::cancel_it(state));
    }
    state.change = Change::Cancel;
    Ok(viewing::go_on(state, &Heard::default()))
}
