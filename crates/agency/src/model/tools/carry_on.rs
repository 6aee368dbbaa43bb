//! The rules engine answers this turn.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::conversation::{Context, Effect, State};
use crate::dialogue;

pub(super) const DESCRIPTION: &str =
    "Let the agency's own procedure answer what the caller just said. It speaks for itself.";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {}

pub(super) fn run(state: &mut State, _: &Arguments, context: &Context) -> Vec<Effect> {
    dialogue::by_rules(state, context)
}
