//! The rules engine: carries a call to an outcome without any model. One file per part of the talk; each takes what
//! was heard and answers with effects.

mod booking;
mod choosing;
mod closing;
mod details;
mod enquiry;
mod keypad;
mod message;
mod recovery;
mod slots;

pub(crate) use keypad::keys;
pub(crate) use message::after_emergency;
pub(crate) use recovery::silence;

use crate::conversation::{Context, Effect, State, Step};
use crate::language::{Act, Heard, Intent};
use crate::tools::ToolOutcome;

/// Answers one thing the caller said.
pub(crate) fn turn(state: &mut State, heard: &Heard, words: &str, context: &Context) -> Vec<Effect> {
    if let Some(effects) = at_any_time(state, heard, context) {
        return effects;
    }
    let misses_before = state.misses;
    let effects = match state.step {
        Step::Opening | Step::AnythingElse | Step::Ended => enquiry::opening(state, heard, context),
        Step::AskListing | Step::AskArea | Step::AskBedrooms | Step::AskBudget => {
            enquiry::answer(state, heard)
        }
        Step::ChooseProperty => choosing::property(state, heard),
        Step::ChooseSlot => slots::choose(state, heard),
        Step::AskName => details::name(state, heard),
        Step::AskPhone => details::phone(state, heard),
        Step::AskEmail => details::email(state, heard),
        Step::ConfirmBooking => booking::confirm(state, heard),
        Step::AskMessage => message::words(state, words),
        Step::AskMessageName => message::name(state, heard),
        Step::AskMessagePhone => message::phone(state, heard),
    };
    if state.misses == misses_before {
        state.misses = 0;
    }
    effects
}

/// What may be said at any point of a call.
fn at_any_time(state: &mut State, heard: &Heard, context: &Context) -> Option<Vec<Effect>> {
    let taking_message =
        matches!(state.step, Step::AskMessage | Step::AskMessageName | Step::AskMessagePhone);
    if heard.did(Act::AreYouHuman) {
        let again =
            format!("I'm {}, the agency's AI assistant. {}", context.agency.persona, state.last_words);
        return Some(repeat(state, again));
    }
    if taking_message {
        return None;
    }
    if heard.did(Act::Repeat) {
        let again = state.last_words.clone();
        return Some(repeat(state, again));
    }
    if !heard.topics.is_empty() && !state.offered.is_empty() && state.step != Step::AnythingElse {
        let question = recovery::last_sentence(&state.last_words);
        let words = format!("I don't have that to hand; the negotiator you meet can tell you. {question}");
        return Some(repeat(state, words));
    }
    if heard.did(Act::Wait) && heard.acts.len() == 1 {
        return Some(repeat(state, "Of course, take your time.".to_owned()));
    }
    if heard.did(Act::HandOff) || heard.intent == Some(Intent::SpeakToAgent) {
        return Some(message::offer(state, "Of course. I'll have a colleague ring you back."));
    }
    None
}

/// Says something without changing what is being asked.
fn repeat(state: &mut State, words: String) -> Vec<Effect> {
    let asked = state.last_words.clone();
    let effects = state.ask(state.step, words);
    state.last_words = asked;
    effects
}

/// Goes on when a tool has finished.
pub(crate) fn after_tool(state: &mut State, outcome: ToolOutcome) -> Vec<Effect> {
    match outcome {
        ToolOutcome::Found(found) => enquiry::found(state, found),
        ToolOutcome::Slots(outcome) => slots::offered(state, outcome),
        ToolOutcome::Booking(outcome) => booking::finished(state, outcome),
        ToolOutcome::MessageTaken(taken) => message::taken(state, &taken),
        ToolOutcome::EmergencyRaised { hazard } => {
            state.hazards.push(hazard);
            after_emergency(state, state.step == Step::Ended)
        }
        ToolOutcome::Failed => recovery::tool_failed(state),
    }
}
