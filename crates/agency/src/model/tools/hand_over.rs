//! The caller wants a person, or needs one.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::conversation::{Effect, State};
use crate::dialogue::message;

pub(super) const DESCRIPTION: &str =
    "Have a colleague ring the caller: they ask for a person, complain, or want what you cannot do.";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {}

pub(super) fn run(state: &mut State, _: &Arguments) -> Vec<Effect> {
    message::offer(state, "Of course. I'll have a colleague ring you back.")
}
