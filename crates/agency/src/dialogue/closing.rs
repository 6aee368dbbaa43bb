//! Saying goodbye.

use super::sending;
use crate::conversation::{Effect, State, Step};

pub(crate) fn goodbye(state: &mut State) -> Vec<Effect> {
    match sending::before_goodbye(state) {
        Some(question) => question,
        None => state.end("Thank you for calling. Goodbye."),
    }
}

/// Something is done, and the call is open again.
pub(super) fn anything_else(state: &mut State, words: &str) -> Vec<Effect> {
    state.ask(Step::AnythingElse, format!("{words} {ANYTHING_ELSE}"))
}

pub(super) const ANYTHING_ELSE: &str = "Is there anything else I can help with?";

/// After a message the call may go on, unless nobody answers any more.
pub(super) fn after_message(state: &mut State, words: &str) -> Vec<Effect> {
    if state.silences > 0 {
        return state.end(format!("{words} Goodbye."));
    }
    state.misses = 0;
    anything_else(state, words)
}
