//! Taking a message, with a call-back. Every caller who is lost, or wants a person, ends here with an outcome.

use super::{closing, recovery};
use crate::conversation::{Effect, State, Step};
use crate::crm::{ActionTaken, TaskKind};
use crate::language::{Act, Heard};
use crate::tools::ToolCall;
use crate::tools::take_message::{MessageTaken, TakeMessage};

/// Says that a person will help, and asks what it is about. What led here is part of the message already.
pub(crate) fn offer(state: &mut State, lead_in: &str) -> Vec<Effect> {
    if state.message.is_none() && !state.last_heard.is_empty() {
        state.message = Some(state.last_heard.clone());
    }
    state.ask(Step::AskMessage, format!("{lead_in} What should I tell them?"))
}

/// What it is about was said already: only who it is from may be missing.
pub(super) fn told(state: &mut State, lead_in: &str) -> Vec<Effect> {
    state.message = Some(state.last_heard.clone());
    let effects = next(state);
    let lead_in = Effect::Say { words: lead_in.to_owned() };
    std::iter::once(lead_in).chain(effects).collect()
}

/// The message in the caller's own words, bounded.
pub(crate) fn words(state: &mut State, words: &str) -> Vec<Effect> {
    const MESSAGE_CHARS_MAX: usize = 2_000;
    let before = state.message.take().filter(|before| before != words);
    let whole = before.into_iter().chain([words.to_owned()]).collect::<Vec<_>>().join(" / ");
    state.message = Some(whole.chars().take(MESSAGE_CHARS_MAX).collect());
    next(state)
}

fn next(state: &mut State) -> Vec<Effect> {
    if state.details.name.is_none() {
        return state.ask(Step::AskMessageName, "Thank you. And your name, please?");
    }
    ask_phone_or_take(state)
}

/// The message matters more than the name: one that is not understood twice, or is refused, is left out.
pub(super) fn name(state: &mut State, heard: &Heard) -> Vec<Effect> {
    state.details.name.clone_from(&heard.name);
    if state.details.phone.is_none() {
        state.details.phone.clone_from(&heard.phone);
    }
    let gives_up = heard.did(Act::Goodbye) || heard.did(Act::Deny) || state.misses >= 1;
    if state.details.name.is_none() && !gives_up {
        return recovery::not_understood(state, "Could you tell me your name?");
    }
    ask_phone_or_take(state)
}

fn ask_phone_or_take(state: &mut State) -> Vec<Effect> {
    if state.details.phone.is_some() {
        return take(state);
    }
    state.ask(Step::AskMessagePhone, "And which number should they ring? You can say it or key it in.")
}

pub(super) fn phone(state: &mut State, heard: &Heard) -> Vec<Effect> {
    if heard.phone.is_none() && !heard.did(Act::Deny) && state.misses < 1 {
        return recovery::number_not_understood(state);
    }
    state.details.phone.clone_from(&heard.phone);
    take(state)
}

/// Writes the message with whatever is known.
pub(super) fn take(state: &State) -> Vec<Effect> {
    let silent = "The caller was lost before saying what it is about.";
    State::run(ToolCall::TakeMessage(TakeMessage {
        words: state.message.clone().unwrap_or_else(|| silent.to_owned()),
        name: state.details.name.clone(),
        phone: state.details.phone.clone(),
        about: state.message_about,
        opts_out: state.opts_out,
    }))
}

pub(super) fn taken(state: &mut State, taken: &MessageTaken) -> Vec<Effect> {
    state.message = None;
    state.message_about = TaskKind::CallBack;
    if std::mem::take(&mut state.opts_out) {
        state.did(ActionTaken::OptedOut);
        return closing::after_message(state, "You're off our list: we won't text you again.");
    }
    if taken.call_back.is_none() {
        state.did(ActionTaken::MessageTaken);
        return closing::after_message(state, "Thank you, I've noted that for my colleagues.");
    }
    state.did(ActionTaken::CallbackPromised);
    let words = if taken.office_open {
        "Thank you. A colleague will ring you back within the hour.".to_owned()
    } else {
        format!(
            "Thank you. We're closed now; a colleague will ring you when we open, {}.",
            state.manner.moment(taken.due)
        )
    };
    closing::after_message(state, &words)
}
