//! Read: the caller has chosen one of the homes; times follow.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Answer, home};
use crate::conversation::State;
use crate::dialogue::choosing;
use crate::language::Heard;

pub(super) const DESCRIPTION: &str = "The caller wants to view this home: gives times for it.";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    /// The id of a home that was offered, such as home-1.
    home: String,
}

pub(super) fn run(state: &mut State, arguments: &Arguments) -> Answer {
    let home = home(state, &arguments.home)?;
    Ok(choosing::choose(state, &Heard::default(), home))
}
