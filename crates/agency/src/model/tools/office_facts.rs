//! Read: hours, address, fees and policies, as they were approved.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Answer, heard};
use crate::conversation::{Context, Effect, State};
use crate::dialogue::office;
use crate::language::Expecting;

pub(super) const DESCRIPTION: &str = "The office's hours and address, fees and policies, as approved.";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    /// The caller's question, in their own words.
    question: String,
}

pub(super) fn run(state: &mut State, arguments: &Arguments, context: &Context) -> Answer {
    let heard = heard(state, &arguments.question, Expecting::Anything, context);
    let words = office::approved(state, &heard, &arguments.question, context)
        .ok_or("Nothing approved answers that; a colleague can ring them.")?;
    Ok(vec![Effect::Say { words }])
}
