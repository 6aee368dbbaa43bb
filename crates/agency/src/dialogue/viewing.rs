//! A viewing that the caller has already: found by what they know of it, then told, moved or called off. Nothing of it is
//! said before all of that is right (the second rung of the disclosure ladder).

use super::{booking, closing, message, recovery, slots};
use crate::conversation::{Change, Effect, State, Step};
use crate::crm::ActionTaken;
use crate::language::{Act, Heard, Intent, plain};
use crate::speech;
use crate::tools::ToolCall;
use crate::tools::book_viewing::BookingOutcome;
use crate::tools::cancel_viewing::{CancelOutcome, CancelViewing};
use crate::tools::find_viewing::{BookedViewing, is_full_name};
use crate::tools::move_viewing::{MoveOutcome, MoveViewing};
use crate::tools::running_late::RunningLate;

/// Whether the words are about a viewing that was booked before.
pub(super) fn is_meant(heard: &Heard, words: &str) -> bool {
    heard.intent == Some(Intent::ExistingViewing) || says_late(words)
}

fn says_late(words: &str) -> bool {
    const LATE: &[&str] =
        &["running late", "be late for", "late for my", "late for the viewing", "stuck in traffic"];
    let said = plain(words);
    LATE.iter().any(|late| said.contains(&format!(" {late} ")))
}

pub(crate) fn begin(state: &mut State, heard: &Heard) -> Vec<Effect> {
    state.change = if says_late(&state.last_heard) { Change::Late } else { wished(heard) };
    state.intent = Some(Intent::ExistingViewing);
    if state.viewing.is_some() {
        // Booked in this very call, or found in it.
        return go_on(state, heard);
    }
    note(state, heard);
    if state.change == Change::Late {
        return late(state);
    }
    next(state, "I can help with that. ")
}

fn wished(heard: &Heard) -> Change {
    if heard.did(Act::Cancel) && !heard.did(Act::Change) {
        Change::Cancel
    } else if heard.did(Act::Change) || heard.did(Act::Cancel) {
        Change::Move
    } else {
        Change::LookUp
    }
}

fn note(state: &mut State, heard: &Heard) {
    // A name that the number told is no proof: it must be said.
    if let Some(name) = &heard.name {
        state.find.name.clone_from(name);
    }
    if !heard.streets.is_empty() {
        state.find.streets.clone_from(&heard.streets);
    }
    state.find.reference = heard.reference.clone().or_else(|| state.find.reference.take());
    if !heard.wish.dates.is_empty() && state.find.dates.is_empty() {
        state.find.dates.clone_from(&heard.wish.dates);
    }
}

/// Whoever is late is late today; what was said of it goes to the negotiator as it is.
fn late(state: &mut State) -> Vec<Effect> {
    state.find.late = true;
    state.message = Some(state.last_heard.clone());
    next(state, "Thank you for letting us know. ")
}

/// The next thing they must know, or the look-up.
fn next(state: &mut State, lead_in: &str) -> Vec<Effect> {
    if !is_full_name(&state.find.name) {
        return state.ask(Step::FindName, format!("{lead_in}What's the full name that it's booked under?"));
    }
    if state.find.streets.is_empty() && state.find.reference.is_none() {
        return state.ask(Step::FindHome, "Thank you. Which home is it: the street, or its reference?");
    }
    if state.find.dates.is_empty() && !state.find.late {
        return state.ask(Step::FindDay, "And which day is it on?");
    }
    State::run(ToolCall::FindViewing(state.find.clone()))
}

/// An answer to who, which home, which day.
pub(super) fn answer(state: &mut State, heard: &Heard) -> Vec<Effect> {
    if heard.did(Act::Goodbye) {
        return closing::goodbye(state);
    }
    let before = state.find.clone();
    note(state, heard);
    let is_partial = state.step == Step::FindName && !is_full_name(&state.find.name);
    if state.find != before && !is_partial {
        return next(state, "");
    }
    let rephrased = match state.step {
        Step::FindName => "Could you give me the first name and the surname that it's booked under?",
        Step::FindHome => "Which street is the home in, or what is its reference?",
        _ => "Which day is the viewing on? You can say the weekday or the date.",
    };
    recovery::not_understood(state, rephrased)
}

pub(super) fn found(state: &mut State, found: Option<Box<BookedViewing>>) -> Vec<Effect> {
    let Some(viewing) = found else {
        state.find = crate::tools::find_viewing::FindViewing::default();
        return message::offer(
            state,
            "I can't find that one, so I'll have a colleague look it up and ring you.",
        );
    };
    state.viewing = Some(*viewing);
    go_on(state, &Heard::default())
}

pub(crate) fn go_on(state: &mut State, heard: &Heard) -> Vec<Effect> {
    let Some(viewing) = state.viewing.clone() else { return next(state, "") };
    let told = format!(
        "{} in {}, {}",
        speech::kind(&viewing.property),
        viewing.property.street(),
        state.manner.moment(viewing.start)
    );
    match state.change {
        Change::Late => {
            let words = state.message.take().unwrap_or_else(|| state.last_heard.clone());
            let phone = state.details.phone.clone();
            State::run(ToolCall::RunningLate(Box::new(RunningLate { viewing, words, phone })))
        }
        Change::LookUp => {
            state.did(ActionTaken::InfoGiven);
            let words = format!(
                "You're booked to see {told}. {} will meet you there. Would you like to keep it, move it or cancel it?",
                viewing.negotiator_name
            );
            state.ask(Step::AskChange, words)
        }
        Change::Cancel => {
            state.ask(Step::ConfirmCancel, format!("That's your viewing of {told}. Shall I cancel it?"))
        }
        Change::Move => {
            state.chosen = Some(viewing.property);
            state.slots.clear();
            state.slot = None;
            state.wish = heard.wish.clone();
            if state.wish.is_empty() {
                return state.ask(
                    Step::ChooseSlot,
                    format!("That's your viewing of {told}. Which day and time would suit you instead?"),
                );
            }
            slots::look_up(state)
        }
    }
}

pub(super) fn late_told(state: &mut State) -> Vec<Effect> {
    state.did(ActionTaken::InfoGiven);
    state.change = Change::LookUp;
    // The same words whoever it is: they confirm nobody's viewing.
    closing::anything_else(state, "I've passed that on.")
}

/// Keep, move or cancel.
pub(super) fn change(state: &mut State, heard: &Heard) -> Vec<Effect> {
    if heard.did(Act::Cancel) || heard.did(Act::Change) || !heard.wish.is_empty() {
        state.change = if heard.wish.is_empty() { wished(heard) } else { Change::Move };
        return go_on(state, heard);
    }
    let keeps =
        heard.did(Act::Affirm) || heard.did(Act::Deny) || heard.did(Act::Thanks) || heard.did(Act::Goodbye);
    if keeps || heard.did(Act::DontKnow) {
        return closing::anything_else(state, "It stays as it is, then.");
    }
    recovery::not_understood(state, "Shall I keep the viewing, move it or cancel it?")
}

pub(super) fn confirm_cancel(state: &mut State, heard: &Heard) -> Vec<Effect> {
    if state.viewing.is_none() {
        return next(state, "");
    }
    if !heard.wish.is_empty() || (heard.did(Act::Change) && !heard.did(Act::PlainYes)) {
        state.change = Change::Move;
        return go_on(state, heard);
    }
    if heard.did(Act::PlainYes)
        || (heard.did(Act::Cancel) && !heard.did(Act::Deny) && !heard.did(Act::Unsure))
    {
        return cancel_it(state);
    }
    if heard.did(Act::Deny) {
        return closing::anything_else(state, "I've left it as it is.");
    }
    recovery::not_understood(state, "Shall I cancel that viewing, yes or no?")
}

/// The new time is read back before it is taken.
pub(super) fn read_back(state: &mut State) -> Vec<Effect> {
    let Some(offered) = &state.slot else { return slots::look_up(state) };
    let words = format!("So I'll move it to {}. Shall I do that?", state.manner.moment(offered.slot.start));
    state.ask(Step::ConfirmMove, words)
}

pub(super) fn confirm_move(state: &mut State, heard: &Heard) -> Vec<Effect> {
    if state.viewing.is_none() || state.slot.is_none() {
        return slots::look_up(state);
    }
    if !heard.wish.is_empty() {
        state.slot = None;
        state.wish = heard.wish.clone();
        return slots::look_up(state);
    }
    if heard.did(Act::PlainYes) {
        return move_it(state);
    }
    if heard.did(Act::Cancel) {
        state.change = Change::Cancel;
        return go_on(state, heard);
    }
    if heard.did(Act::Deny) {
        state.slot = None;
        return state.ask(Step::ChooseSlot, "I haven't moved it. Which day and time would suit you?");
    }
    recovery::not_understood(state, "Shall I move the viewing to that time, yes or no?")
}

pub(crate) fn move_it(state: &State) -> Vec<Effect> {
    let (Some(viewing), Some(offered)) = (state.viewing.clone(), state.slot.clone()) else {
        return slots::look_up(state);
    };
    let call = MoveViewing { viewing, offered, phone: state.details.phone.clone() };
    State::run(ToolCall::MoveViewing(Box::new(call)))
}

pub(crate) fn cancel_it(state: &mut State) -> Vec<Effect> {
    let Some(viewing) = state.viewing.clone() else { return next(state, "") };
    State::run(ToolCall::CancelViewing(Box::new(CancelViewing { viewing })))
}

pub(super) fn moved(state: &mut State, outcome: MoveOutcome) -> Vec<Effect> {
    match outcome {
        MoveOutcome::To(BookingOutcome::Booked { start, negotiator_name, confirmed_by, .. }) => {
            state.did(ActionTaken::ViewingChanged);
            if let Some(viewing) = &mut state.viewing {
                viewing.start = start;
                viewing.negotiator_name.clone_from(&negotiator_name);
            }
            let words = format!(
                "That's moved to {}. {negotiator_name} will meet you there.{}",
                state.manner.moment(start),
                booking::confirmation(&confirmed_by)
            );
            (state.slot, state.chosen) = (None, None);
            closing::anything_else(state, &words)
        }
        MoveOutcome::To(BookingOutcome::Gone { alternatives }) => {
            state.slot = None;
            state.slots = alternatives;
            slots::offer_or_message(
                state,
                "I'm sorry, that one has just gone. Your viewing stands as it was. I can do",
            )
        }
        MoveOutcome::To(BookingOutcome::OffTheMarket) => message::offer(
            state,
            "I'm sorry, that home has just come off the market, so a colleague will ring you about it.",
        ),
        MoveOutcome::NotThere => not_there(state),
    }
}

pub(super) fn cancelled(state: &mut State, outcome: CancelOutcome) -> Vec<Effect> {
    if outcome == CancelOutcome::NotThere {
        return not_there(state);
    }
    state.did(ActionTaken::ViewingChanged);
    state.viewing = None;
    (state.slot, state.chosen) = (None, None);
    closing::anything_else(state, "That's cancelled, thank you for letting us know.")
}

fn not_there(state: &mut State) -> Vec<Effect> {
    state.viewing = None;
    message::offer(
        state,
        "That viewing has just been changed by somebody else, so a colleague will ring you about it.",
    )
}
