//! Commit: the details of the homes that were offered.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Answer;
use crate::conversation::State;
use crate::dialogue::sending;
use crate::language::{Act, Heard};

pub(super) const DESCRIPTION: &str =
    "Send the details of the homes that were offered. What is missing is named in `say`.";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    by: Way,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Way {
    Text,
    Email,
}

pub(super) fn run(state: &mut State, arguments: &Arguments) -> Answer {
    if state.offered.is_empty() {
        return Err("No homes were offered in this call; search first.".into());
    }
    let act = match arguments.by {
        Way::Text => Act::ByText,
        Way::Email => Act::ByEmail,
    };
    Ok(sending::answer(state, &Heard { acts: vec![act], ..Heard::default() }))
}
