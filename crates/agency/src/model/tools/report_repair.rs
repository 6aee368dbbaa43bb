//! Commit, through the rules' own questions: something is wrong in a home. What the caller said stands in the ticket, not
//! what the model made of it; how urgent it is, triage decides.

use schemars::JsonSchema;
use serde::Deserialize;

use super::heard;
use crate::conversation::{Context, Effect, State};
use crate::dialogue::report;
use crate::language::Expecting;

pub(super) const DESCRIPTION: &str =
    "Begin a repair report for a tenant or landlord; what is missing is asked. Promise no time and no cost.";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    /// What is wrong and where, as the caller put it.
    problem: String,
}

pub(super) fn run(state: &mut State, arguments: &Arguments, context: &Context) -> Vec<Effect> {
    let words =
        if state.last_heard.is_empty() { arguments.problem.clone() } else { state.last_heard.clone() };
    let heard = heard(state, &words, Expecting::Message, context);
    report::begin(state, &heard, &words, context)
}
