//! Read: what the record says of a home.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Answer, heard, home};
use crate::conversation::{Context, Effect, State};
use crate::dialogue::{choosing, facts};
use crate::language::Expecting;

pub(super) const DESCRIPTION: &str =
    "What the record says of one home: parking, pets, council tax, when it is available, and the like.";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    /// The id of a home that was offered, such as home-1.
    home: String,
    /// The caller's question, in their own words.
    question: String,
}

pub(super) fn run(state: &mut State, arguments: &Arguments, context: &Context) -> Answer {
    let home = home(state, &arguments.home)?;
    let heard = heard(state, &arguments.question, Expecting::Anything, context);
    let words = if heard.topics.is_empty() {
        choosing::told(&home, state.manner)
    } else {
        facts::about(state, &home, &heard.topics)
    };
    Ok(vec![Effect::Say { words }])
}
