//! Commit, through the rules' own questions: a valuation. The address is read back before anything is booked.

use schemars::JsonSchema;
use serde::Deserialize;

use super::heard;
use crate::conversation::{Context, Effect, State};
use crate::dialogue::valuation;
use crate::language::Expecting;

pub(super) const DESCRIPTION: &str =
    "Begin to book a free valuation of the caller's home; what is missing is asked. Never name a value.";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    /// All they said of it, in their words: the address, whether to sell or to let, type and bedrooms.
    home: String,
}

pub(super) fn run(state: &mut State, arguments: &Arguments, context: &Context) -> Vec<Effect> {
    let heard = heard(state, &arguments.home, Expecting::Address, context);
    valuation::begin(state, &heard, &arguments.home, context)
}
