//! Read: a viewing the caller says they have. Told only to who knows the name, the home and the day (the second rung of
//! the disclosure ladder).

use schemars::JsonSchema;
use serde::Deserialize;

use super::heard;
use crate::conversation::{Context, Effect, State};
use crate::dialogue::viewing;
use crate::language::Expecting;

pub(super) const DESCRIPTION: &str = "Look up a viewing that the caller has already booked, by what the caller says of it. What is missing is named in `say`.";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    /// The full name it is booked under, as the caller said it; null if they have not.
    name: Option<String>,
    /// The street or the reference of the home, as the caller said it; null if they have not.
    home: Option<String>,
    /// The day it is on, as the caller said it; null if they have not.
    day: Option<String>,
}

pub(super) fn run(state: &mut State, arguments: &Arguments, context: &Context) -> Vec<Effect> {
    let read = |words: &Option<String>, expecting| {
        heard(state, words.as_deref().unwrap_or_default(), expecting, context)
    };
    let mut all = read(&arguments.home, Expecting::Address);
    all.name = read(&arguments.name, Expecting::Name).name;
    all.wish = read(&arguments.day, Expecting::Date).wish;
    viewing::begin(state, &all)
}
