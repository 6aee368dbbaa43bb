//! The caller wants a person, or needs one.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::conversation::{Effect, State};
use crate::dialogue::{RING_BACK, handoff};
use crate::handoff::Reason;

pub(super) const DESCRIPTION: &str = "Put the caller through to a colleague, or have one ring back: they ask for a person, complain, or want what you cannot do.";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {}

pub(super) fn run(state: &mut State, _: &Arguments) -> Vec<Effect> {
    handoff::begin(state, Reason::Asked, "Of course.", RING_BACK)
}
