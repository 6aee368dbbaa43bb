//! Commit: a message for a colleague, who rings back. What the caller said stands in it, not only what the model made of it.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::conversation::{Effect, State};
use crate::dialogue::message;

pub(super) const DESCRIPTION: &str =
    "Take a message for a colleague, who will ring back. What is missing is named in `say`.";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    /// What it is about, as the caller put it.
    message: String,
}

pub(super) fn run(state: &mut State, arguments: &Arguments) -> Vec<Effect> {
    state.message = Some(state.last_heard.clone()).filter(|words| !words.is_empty());
    message::words(state, &arguments.message)
}
