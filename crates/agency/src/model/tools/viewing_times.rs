//! Read: free times for a viewing, near what the caller wished.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Answer, heard, home};
use crate::conversation::{Context, State};
use crate::dialogue::slots;
use crate::language::Expecting;

pub(super) const DESCRIPTION: &str = "Free times to view a home. Gives slot ids; only those can be booked.";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    /// The id of a home that was offered, such as home-1.
    home: String,
    /// When the caller would like to come, in their own words ("Tuesday week after work"); null for any time.
    when: Option<String>,
}

pub(super) fn run(state: &mut State, arguments: &Arguments, context: &Context) -> Answer {
    let home = home(state, &arguments.home)?;
    state.chosen = Some(home);
    state.slot = None;
    let heard = heard(state, arguments.when.as_deref().unwrap_or_default(), Expecting::Slot, context);
    Ok(slots::with_wish(state, &heard))
}
