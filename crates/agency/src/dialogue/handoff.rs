//! Putting a caller through to a person: said first, tried where somebody is free, and back to us if nobody takes it, with
//! the reason and a call-back. Never into silence.

use serde::{Deserialize, Serialize};

use super::message;
use crate::conversation::{Effect, State, Step};
use crate::crm::{ActionTaken, TaskKind};
use crate::handoff::Reason;
use crate::language::Expecting;
use crate::model::Line;
use crate::speech;
use crate::tools::ToolCall;
use crate::tools::hand_off::{HandOff, Transfer};
use crate::tools::pass_on::{PassOn, PassedOn};

/// What is said before, and what if nobody can take it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handover {
    pub reason: Reason,
    lead_in: String,
    otherwise: String,
}

/// A person should take over. `lead_in` is said in any case; `otherwise` where nobody is free.
pub(crate) fn begin(state: &mut State, reason: Reason, lead_in: &str, otherwise: &str) -> Vec<Effect> {
    if matches!(reason, Reason::Complaint | Reason::Legal | Reason::Press | Reason::Bereavement) {
        state.is_delicate = true;
    }
    if matches!(reason, Reason::Complaint | Reason::Legal | Reason::Press) {
        state.message_about = TaskKind::Complaint;
    }
    if state.manner.is_written() {
        let call = PassOn { reason, about: state.message_about, summary: summary(state, reason) };
        state.handover = Some(Handover { reason, lead_in: lead_in.to_owned(), otherwise: String::new() });
        return State::run(ToolCall::PassOn(call));
    }
    let is_second_try = state.was_put_through;
    state.handover = Some(Handover { reason, lead_in: lead_in.to_owned(), otherwise: otherwise.to_owned() });
    if is_second_try {
        // Nobody took it a moment ago: they are not rung again in the same call.
        return nobody(state);
    }
    let call = HandOff {
        reason,
        caller: state.caller.role,
        summary: summary(state, reason),
        home: state.chosen.as_ref().or(state.offered.first()).map(|home| home.id),
    };
    State::run(ToolCall::HandOff(call))
}

/// Whether anybody is free was found out.
pub(super) fn found(state: &mut State, transfer: Option<Transfer>) -> Vec<Effect> {
    let Some(transfer) = transfer else { return nobody(state) };
    state.was_put_through = true;
    let lead_in = state.handover.as_ref().map_or("", |handover| handover.lead_in.as_str());
    let what_comes = if transfer.people.is_empty() {
        "All my colleagues are on a call at the moment. Please hold, and I'll put you through as soon as one is free."
    } else {
        "I'm putting you through to a colleague now. One moment, please."
    };
    let words = format!("{lead_in} {what_comes}");
    state.step = Step::Transferring;
    words.trim_start().clone_into(&mut state.last_words);
    vec![Effect::Say { words: state.last_words.clone() }, Effect::Transfer { transfer }]
}

fn nobody(state: &mut State) -> Vec<Effect> {
    let Some(handover) = state.handover.take() else { return message::offer(state, "") };
    message::offer(state, format!("{} {}", handover.lead_in, handover.otherwise).trim())
}

/// A chat lies in somebody's inbox.
pub(super) fn passed_on(state: &mut State, passed: &PassedOn) -> Vec<Effect> {
    let lead_in = state.handover.take().map(|handover| handover.lead_in).unwrap_or_default();
    state.message_about = TaskKind::CallBack;
    state.did(ActionTaken::CallbackPromised);
    let when = if passed.office_open {
        "within the hour".to_owned()
    } else {
        format!("when we open, {}", state.manner.moment(passed.due))
    };
    let words = format!("{lead_in} I've passed this chat to a colleague, who will answer you here {when}.");
    state.ask(Step::AnythingElse, words.trim_start())
}

/// Nobody took the call, or they would rather be rung back.
pub(crate) fn failed(state: &mut State, by_choice: bool) -> Vec<Effect> {
    state.handover = None;
    let lead_in = if by_choice { "Of course." } else { "I'm sorry, nobody could take the call just now." };
    message::offer(state, &format!("{lead_in} I'll have a colleague ring you back."))
}

/// The caller is back with us where they were: no second greeting, and the question that was open is put again.
pub(crate) fn handed_back(state: &mut State, taken: bool, note: Option<String>) -> Vec<Effect> {
    if let Some(note) = note {
        state.history.push(Line::Colleague(note));
    }
    let lead_in =
        if taken { "I'm back with you." } else { "I'm sorry, my colleague could not take the call." };
    let question = if state.step.expecting() == Expecting::Anything {
        "How can I help?".to_owned()
    } else {
        state.last_words.clone()
    };
    state.ask(state.step, format!("{lead_in} {question}"))
}

/// Who rings, why, and what was found: whispered before the call is taken.
pub fn summary(state: &State, reason: Reason) -> String {
    const WORDS_CHARS_MAX: usize = 160;
    let who = state.details.name.as_deref().unwrap_or("A caller who gave no name");
    let why = match reason {
        Reason::Asked => "asks for a person",
        Reason::NotUnderstood => "could not be understood",
        Reason::Complaint => "has a complaint",
        Reason::Price => "is looking above two million pounds",
        Reason::Vip => "is on the list of special clients",
        Reason::Landlord => "says they are a landlord",
        Reason::Bereavement => "rings about somebody who died",
        Reason::Legal => "rings about a legal matter",
        Reason::Press => "says they are from the press",
        Reason::TakenOver => "is on the line",
    };
    let wanted = if state.wants.is_empty() {
        String::new()
    } else {
        format!(" Looking for {}.", state.manner.search(&state.wants))
    };
    let home = state.chosen.as_ref().map(|home| format!(" In hand: {}.", speech::kind(home)));
    let said: String = state.last_heard.chars().take(WORDS_CHARS_MAX).collect();
    let said = if said.is_empty() { said } else { format!(" They said: {said}.") };
    format!("{who} {why}.{wanted}{}{said}", home.unwrap_or_default())
}
