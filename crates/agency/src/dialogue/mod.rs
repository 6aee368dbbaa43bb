//! The rules engine: carries a call to an outcome without any model. One file per part of the talk; each takes what
//! was heard and answers with effects.

pub(crate) mod booking;
mod business;
pub(crate) mod choosing;
pub(crate) mod closing;
mod comparing;
mod details;
pub(crate) mod enquiry;
pub(crate) mod facts;
pub(crate) mod handoff;
mod keypad;
pub(crate) mod message;
pub(crate) mod office;
mod recording;
mod recovery;
pub(crate) mod report;
pub(crate) mod sending;
pub(crate) mod slots;
mod ticket;
pub(crate) mod valuation;
pub(crate) mod viewing;

pub use handoff::{Handover, summary};
pub(crate) use keypad::keys;
pub(crate) use recording::{objects_too, stop_recording_too};
pub(crate) use recovery::{in_circles, no_danger, silence};
pub use report::Report;
pub use valuation::Valuation;

use crate::conversation::{Context, Effect, State, Step};
use crate::crm::{ActionTaken, TaskKind, Wants};
use crate::handoff::{Reason, subject};
use crate::language::{Act, Expecting, Heard, Intent, Said, hear};
use crate::model;
use crate::tools::ToolOutcome;

/// Answers one thing the caller said.
pub(crate) fn turn(state: &mut State, heard: &Heard, words: &str, context: &Context) -> Vec<Effect> {
    volunteered(state, heard);
    if let Some(effects) = at_any_time(state, heard, words, context) {
        return effects;
    }
    let misses_before = state.misses;
    let effects = answer_to_step(state, heard, words, context);
    if state.misses == misses_before {
        state.misses = 0;
    }
    effects
}

/// What the rules settle without any model: what may be said at any time, and answers they asked for and understood.
pub(crate) fn before_model(
    state: &mut State,
    heard: &Heard,
    words: &str,
    context: &Context,
) -> Option<Vec<Effect>> {
    volunteered(state, heard);
    if let Some(effects) = at_any_time(state, heard, words, context) {
        return Some(effects);
    }
    if !model::rules_know(state.step) {
        return None;
    }
    let mut tried = state.clone();
    let effects = answer_to_step(&mut tried, heard, words, context);
    (tried.misses == state.misses).then(|| {
        *state = tried;
        state.misses = 0;
        effects
    })
}

/// The rules answer the caller's latest words.
pub(crate) fn by_rules(state: &mut State, context: &Context) -> Vec<Effect> {
    let heard = heard_last(state, context);
    let words = state.last_heard.clone();
    turn(state, &heard, &words, context)
}

/// The caller's latest words, understood once more.
pub(crate) fn heard_last(state: &State, context: &Context) -> Heard {
    let said = Said {
        alternatives: std::slice::from_ref(&state.last_heard),
        expecting: state.step.expecting(),
        listing: state.wants.listing,
        offers: &[],
        now: context.now,
    };
    hear(&said, context.lexicon)
}

/// A name, a number or an address that nobody asked for yet is kept: it is never asked again.
fn volunteered(state: &mut State, heard: &Heard) {
    // The name that a viewing is booked under may be another's.
    let is_of_others = matches!(
        state.step,
        Step::FindName | Step::FindHome | Step::FindDay | Step::TicketName | Step::TicketCode
    );
    if is_of_others
        || matches!(state.step, Step::AskMessageName | Step::AskMessagePhone | Step::ConfirmBooking)
    {
        return;
    }
    let details = &mut state.details;
    details.name = details.name.take().or_else(|| heard.name.clone());
    details.email = details.email.take().or_else(|| heard.email.clone());
    details.phone = details.phone.take().or_else(|| heard.phone.clone());
}

/// What was asked decides what the words are taken for.
fn answer_to_step(state: &mut State, heard: &Heard, words: &str, context: &Context) -> Vec<Effect> {
    match state.step {
        Step::TicketName | Step::TicketHome | Step::TicketReference | Step::TicketCode => {
            ticket::answer(state, heard, words, context)
        }
        Step::ValuationAddress | Step::ConfirmAddress | Step::ValuationListing | Step::ValuationKind => {
            valuation::answer(state, heard, words, context)
        }
        Step::AskListing | Step::AskArea | Step::AskBedrooms | Step::AskBudget => {
            enquiry::answer(state, heard)
        }
        Step::ChooseProperty => choosing::property(state, heard),
        Step::ChooseSlot => slots::choose(state, heard),
        Step::AskWhichDay => slots::which_day(state, heard),
        Step::AskName => details::name(state, heard),
        Step::AskPhone => details::phone(state, heard),
        Step::AskEmail => details::email(state, heard),
        Step::ConfirmBooking => booking::confirm(state, heard),
        Step::AskMessage => message::words(state, words),
        Step::AskMessageName => message::name(state, heard),
        Step::AskMessagePhone => message::phone(state, heard),
        step if step.is_report() => report::answer(state, heard, words, context),
        Step::FindName | Step::FindHome | Step::FindDay => viewing::answer(state, heard),
        Step::AskChange => viewing::change(state, heard),
        Step::ConfirmCancel => viewing::confirm_cancel(state, heard),
        Step::ConfirmMove => viewing::confirm_move(state, heard),
        Step::OfferDetails => sending::answer(state, heard),
        Step::AskEmailToSend => sending::email(state, heard),
        Step::AskPhoneToSend => sending::phone(state, heard),
        Step::AskNameToEnd => sending::name(state, heard),
        _ => enquiry::opening(state, heard, words, context),
    }
}

/// What may be said at any point of a call.
fn at_any_time(state: &mut State, heard: &Heard, words: &str, context: &Context) -> Option<Vec<Effect>> {
    let taking_message =
        matches!(state.step, Step::AskMessage | Step::AskMessageName | Step::AskMessagePhone);
    let is_report = state.step.is_report();
    if heard.did(Act::AreYouHuman) {
        let question = recovery::last_sentence(&state.last_words);
        let again =
            format!("I'm {}, the agency's AI assistant, not a person. {question}", context.agency.persona);
        return Some(repeat(state, again));
    }
    if heard.did(Act::Abuse) {
        return Some(recovery::abuse(state));
    }
    if let Some(stopping) = recording::stop(heard, words) {
        return Some(stopping);
    }
    if taking_message {
        return None;
    }
    if heard.did(Act::Repeat) {
        let again = state.last_words.clone();
        return Some(repeat(state, again));
    }
    if is_report {
        return None;
    }
    if heard.did(Act::WrongNumber) {
        state.wants = Wants::default();
        return Some(state.end("No problem at all. Goodbye."));
    }
    let says_what =
        heard.wants.listing.is_some() || heard.wants.bedrooms_min.is_some() || !heard.topics.is_empty();
    if heard.did(Act::AsksWho) && !says_what && state.step == Step::Opening {
        let words = format!("You've reached {}. How can I help?", context.agency.name);
        return Some(state.ask(Step::Opening, words));
    }
    if let Some(handed_on) = to_a_person(state, heard, words) {
        return Some(handed_on);
    }
    if let Some(noted) = enquiry::keep_posted(state, heard) {
        return Some(noted);
    }
    if let Some(sent) = sending::brochure(state, heard, context) {
        return Some(sent);
    }
    if sending::is_asked(state, heard) {
        return Some(sending::answer(state, heard));
    }
    // What is approved goes before what a record may say: "how much is the deposit" is no question about one home.
    if let Some(said) = office::in_passing(state, heard, words, context) {
        return Some(said);
    }
    if let Some(answered) = facts::answer(state, heard) {
        return Some(answered);
    }
    if heard.did(Act::Wait) && heard.entities.is_empty() && !heard.did(Act::Affirm) && !heard.did(Act::Deny) {
        return Some(repeat(state, "Of course, take your time.".to_owned()));
    }
    None
}

pub(crate) const RING_BACK: &str = "I'll have a colleague ring you back.";

/// Matters for a manager, requests about data, and whoever asks for a person.
fn to_a_person(state: &mut State, heard: &Heard, words: &str) -> Option<Vec<Effect>> {
    if let Some(subject) = subject(words) {
        return Some(handoff::begin(
            state,
            subject.reason,
            &subject.lead_in,
            "A manager will ring you about it.",
        ));
    }
    // Before a complaint: one about data has a time set by law.
    if heard.did(Act::DataRequest) {
        state.message_about = TaskKind::DataRequest;
        return Some(message::told(state, "I'll pass that on, and a colleague will see to it."));
    }
    if heard.did(Act::Complaint) {
        let lead_in = "I'm sorry to hear that.";
        return Some(handoff::begin(state, Reason::Complaint, lead_in, "A manager will ring you about it."));
    }
    if heard.did(Act::OptOut) {
        state.opts_out = true;
        state.message_about = TaskKind::DataRequest;
        return Some(message::told(state, "I'll see to that at once."));
    }
    let takes_details =
        matches!(state.step.expecting(), Expecting::Name | Expecting::Email | Expecting::Phone);
    let by_intent = heard.intent == Some(Intent::SpeakToAgent) && !takes_details;
    (heard.did(Act::HandOff) || by_intent)
        .then(|| handoff::begin(state, Reason::Asked, "Of course.", RING_BACK))
}

/// Files alone: of what is being reported, or else of something that has not been told yet. What was spoken a colleague
/// hears; we cannot.
pub(crate) fn files(state: &mut State, voice: bool) -> Vec<Effect> {
    if voice {
        let words =
            "I can't listen to voice notes, so a colleague will. Could you write to me what it is about?";
        return repeat(state, words.to_owned());
    }
    if state.step.is_report() {
        let question = recovery::last_sentence(&state.last_words).to_owned();
        return repeat(state, format!("Thank you, that goes with your report. {question}"));
    }
    if state.actions.contains(&ActionTaken::TicketRaised) || state.actions.contains(&ActionTaken::Emergency) {
        return repeat(state, "Thank you, that goes with your report.".to_owned());
    }
    repeat(state, "Thank you for that. What is it about?".to_owned())
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
        ToolOutcome::Valuation(outcome) => valuation::finished(state, outcome),
        ToolOutcome::Ticket(outcome) => ticket::outcome(state, outcome),
        ToolOutcome::Viewing(found) => viewing::found(state, found),
        ToolOutcome::Moved(outcome) => viewing::moved(state, outcome),
        ToolOutcome::Cancelled(outcome) => viewing::cancelled(state, outcome),
        ToolOutcome::LateTold => viewing::late_told(state),
        ToolOutcome::BrochureSent => sending::brochure_sent(state),
        ToolOutcome::DetailsSent(outcome) => sending::sent(state, &outcome),
        ToolOutcome::MessageTaken(taken) => message::taken(state, &taken),
        ToolOutcome::EmergencyRaised(raised) => report::raised(state, raised),
        ToolOutcome::EmergencyNoted(noted) => report::noted(state, noted),
        ToolOutcome::RepairReported(reported) => report::written(state, &reported),
        ToolOutcome::HandOff(transfer) => handoff::found(state, transfer),
        ToolOutcome::PassedOn(passed) => handoff::passed_on(state, &passed),
        ToolOutcome::RecordingStopped => recording::stopped(state),
        // Who could not be looked for is not rung.
        ToolOutcome::Failed if state.handover.is_some() && !state.manner.is_written() => {
            handoff::found(state, None)
        }
        ToolOutcome::Failed => recovery::tool_failed(state),
    }
}
