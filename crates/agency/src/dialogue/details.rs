//! Name, telephone number and e-mail address, each asked only where it is unknown.

use super::{booking, recovery, slots};
use crate::conversation::{Effect, State, Step};
use crate::language::{Act, Heard};
use crate::phone::PhoneNumber;

/// The next thing to ask for, or the read-back when all is known.
pub(super) fn next(state: &mut State) -> Vec<Effect> {
    if state.details.name.is_none() {
        return state.ask(Step::AskName, "Lovely. What's your full name, please?");
    }
    if state.details.phone.is_none() {
        return state
            .ask(Step::AskPhone, "And what's the best number to reach you on? You can say it or key it in.");
    }
    if state.details.email.is_none() && !state.details.email_declined {
        return state.ask(
            Step::AskEmail,
            "And which email address shall I send the details to? If you'd rather not, just say no.",
        );
    }
    booking::read_back(state)
}

pub(super) fn name(state: &mut State, heard: &Heard) -> Vec<Effect> {
    note_reach(state, heard);
    if heard.name.is_none() && !heard.wish.is_empty() {
        return slots::with_wish(state, heard);
    }
    let Some(name) = heard.name.clone() else {
        return recovery::not_understood(state, "Could you tell me your first name and surname?");
    };
    state.details.name = Some(name);
    next(state)
}

/// How to reach them, as said last; what is volunteered beside an answer is not asked for again.
pub(super) fn note_reach(state: &mut State, heard: &Heard) {
    let details = &mut state.details;
    details.email = heard.email.clone().or_else(|| details.email.take());
    details.phone = heard.phone.clone().or_else(|| details.phone.take());
}

pub(super) fn phone(state: &mut State, heard: &Heard) -> Vec<Effect> {
    note_reach(state, heard);
    let joined = joined_number(state, heard);
    let Some(phone) = heard.phone.clone().or(joined) else {
        if (1..PHONE_DIGITS).contains(&state.figures.len()) && !heard.figures.is_empty() {
            return state.ask(Step::AskPhone, "Yes, and the rest of the number?");
        }
        return recovery::number_not_understood(state);
    };
    state.details.phone = Some(phone);
    next(state)
}

const PHONE_DIGITS: usize = 11;

/// A number told in two breaths.
pub(super) fn joined_number(state: &mut State, heard: &Heard) -> Option<PhoneNumber> {
    state.figures.push_str(&heard.figures);
    let number = PhoneNumber::parse(&state.figures).ok();
    if number.is_some() || state.figures.len() >= PHONE_DIGITS {
        state.figures.clear();
    }
    number
}

/// An address is never insisted on by voice: after two failures the number alone does.
pub(super) fn email(state: &mut State, heard: &Heard) -> Vec<Effect> {
    if let Some(email) = heard.email.clone() {
        state.details.email = Some(email);
        return next(state);
    }
    if !heard.wish.dates.is_empty() {
        return slots::with_wish(state, heard);
    }
    let declined = heard.did(Act::Deny) || heard.did(Act::DontKnow);
    if declined || state.misses >= 1 {
        state.details.email_declined = true;
        return next(state);
    }
    recovery::not_understood(
        state,
        "Could you say the email address slowly, with at and dot? Or say no to skip it.",
    )
}
