//! Read: homes that fit what the caller wants.

use schemars::JsonSchema;
use serde::Deserialize;

use super::heard;
use crate::conversation::{Context, Effect, State};
use crate::dialogue::enquiry;
use crate::language::Expecting;

pub(super) const DESCRIPTION: &str = "Find homes to rent or buy, or one home by its street or reference. What is still missing is named in `say`.";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    /// What the caller wants, in their own words: "two bed flat to rent in Maida Vale up to 2,500 a month".
    wish: String,
    /// Whether they want others than those offered before.
    others: bool,
}

pub(super) fn run(state: &mut State, arguments: &Arguments, context: &Context) -> Vec<Effect> {
    if arguments.others && !state.offered.is_empty() {
        return enquiry::search_more(state);
    }
    let heard = heard(state, &arguments.wish, Expecting::Anything, context);
    enquiry::answer(state, &heard)
}
