//! The caller is done.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::conversation::{Effect, State};
use crate::dialogue::closing;

pub(super) const DESCRIPTION: &str =
    "The caller has said goodbye. Gives the last thing to ask, or ends the call.";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {}

pub(super) fn run(state: &mut State, _: &Arguments) -> Vec<Effect> {
    closing::goodbye(state)
}
