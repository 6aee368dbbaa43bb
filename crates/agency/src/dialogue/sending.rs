//! Before goodbye: a name, if none is known, and the offer to send the details of the homes that were spoken of.

use super::{closing, facts, recovery};
use crate::conversation::{Context, Effect, Sending, State, Step};
use crate::crm::ActionTaken;
use crate::language::{Act, Expecting, Heard, Said, hear, plain};
use crate::phone::PhoneNumber;
use crate::tools::ToolCall;
use crate::tools::send_brochure::SendBrochure;
use crate::tools::send_details::{DetailsSent, Recipient, SendDetails};

/// What is still to be asked of somebody who is about to go; nothing: goodbye.
pub(super) fn before_goodbye(state: &mut State) -> Option<Vec<Effect>> {
    let spoke_of_homes = !state.offered.is_empty();
    let has_promise = state.actions.contains(&ActionTaken::CallbackPromised)
        || state.actions.contains(&ActionTaken::MessageTaken)
        || state.actions.contains(&ActionTaken::Emergency);
    let words = state.last_heard.to_lowercase();
    let is_going = words.contains("bye");
    let wants_nothing = is_going && words.split(|c: char| !c.is_alphabetic()).any(|word| word == "no");
    if !spoke_of_homes || has_promise || wants_nothing || state.held_back > 0 {
        return None;
    }
    state.held_back += u8::from(is_going);
    if state.sending == Sending::NotOffered && !state.did_send_or_book() {
        return Some(offer(
            state,
            "Before you go, shall I send you the details of those homes, by text or by email?",
        ));
    }
    if state.details.name.is_none() && !state.name_asked {
        (state.name_asked, state.leaving) = (true, true);
        return Some(state.ask(Step::AskNameToEnd, "And may I take your name?"));
    }
    None
}

pub(super) fn offer(state: &mut State, words: &str) -> Vec<Effect> {
    state.sending = Sending::Offered;
    state.ask(Step::OfferDetails, words)
}

/// Whether somebody asks for the details, wherever in the call.
pub(super) fn is_asked(state: &State, heard: &Heard) -> bool {
    let by_a_way = heard.did(Act::ByEmail) || heard.did(Act::ByText) || heard.email.is_some();
    (by_a_way || wants_them_here(state))
        && !state.offered.is_empty()
        && matches!(state.step, Step::ChooseProperty | Step::AnythingElse)
        && !heard.did(Act::Deny)
}

/// "Can I have the brochure of the second one": a document of its own, sent at once to where a text goes.
pub(super) fn brochure(state: &State, heard: &Heard, context: &Context) -> Option<Vec<Effect>> {
    let asks =
        plain(&state.last_heard).contains("brochure") && !heard.did(Act::Deny) && !heard.did(Act::ByEmail);
    let to = state.details.phone.clone().filter(PhoneNumber::takes_texts).filter(|_| asks)?;
    // "And of the third": they choose, whatever was asked last.
    let said = Said {
        alternatives: std::slice::from_ref(&state.last_heard),
        expecting: Expecting::Property,
        listing: state.wants.listing,
        offers: &[],
        now: context.now,
    };
    let homes = facts::subjects(state, &hear(&said, context.lexicon));
    (!homes.is_empty()).then(|| State::run(ToolCall::SendBrochure(SendBrochure { homes, to })))
}

pub(super) fn brochure_sent(state: &mut State) -> Vec<Effect> {
    state.did(ActionTaken::InfoSent);
    closing::anything_else(state, "I've sent it to you just now.")
}

/// "Send me the three you mentioned", written: here is where.
fn wants_them_here(state: &State) -> bool {
    let words = plain(&state.last_heard);
    state.manner.is_written()
        && ["send me", "send them", "send details", "send it"].iter().any(|said| words.contains(said))
}

/// By text, by email, or not at all.
pub(crate) fn answer(state: &mut State, heard: &Heard) -> Vec<Effect> {
    state.sending = Sending::Offered;
    if let Some(email) = &heard.email {
        state.details.email = Some(email.clone());
        return send(state, Recipient::Email(email.clone()));
    }
    if heard.did(Act::ByEmail) {
        return match state.details.email.clone() {
            Some(email) => send(state, Recipient::Email(email)),
            None => state.ask(Step::AskEmailToSend, "Which email address shall I send them to?"),
        };
    }
    if heard.did(Act::ByText) || wants_them_here(state) || heard.did(Act::Affirm) || heard.phone.is_some() {
        return by_text(state, heard);
    }
    if heard.did(Act::Deny) || heard.did(Act::Goodbye) || heard.did(Act::Thanks) {
        state.sending = Sending::Declined;
        return closing::goodbye(state);
    }
    if state.misses >= 1 {
        return closing::goodbye(state);
    }
    recovery::not_understood(state, "Shall I send you the details: by text, by email, or not at all?")
}

fn by_text(state: &mut State, heard: &Heard) -> Vec<Effect> {
    if let Some(phone) = &heard.phone {
        state.details.phone = Some(phone.clone());
    }
    match state.details.phone.clone().filter(PhoneNumber::takes_texts) {
        Some(phone) => send(state, Recipient::Phone(phone)),
        None => {
            state.ask(Step::AskPhoneToSend, "Which mobile number shall I text? You can say it or key it in.")
        }
    }
}

pub(super) fn email(state: &mut State, heard: &Heard) -> Vec<Effect> {
    if heard.email.is_some() || heard.did(Act::ByText) {
        return answer(state, heard);
    }
    if heard.did(Act::Deny) || state.misses >= 1 {
        return closing::goodbye(state);
    }
    recovery::not_understood(
        state,
        "Could you say the email address slowly, with at and dot? Or say no to leave it.",
    )
}

pub(super) fn phone(state: &mut State, heard: &Heard) -> Vec<Effect> {
    if heard.phone.is_some() {
        return by_text(state, heard);
    }
    if heard.did(Act::Deny) || state.misses >= 1 {
        return closing::goodbye(state);
    }
    recovery::number_not_understood(state)
}

fn send(state: &State, to: Recipient) -> Vec<Effect> {
    let homes = state.offered.clone();
    State::run(ToolCall::SendDetails(SendDetails { homes, to, name: state.details.name.clone() }))
}

pub(super) fn sent(state: &mut State, sent: &DetailsSent) -> Vec<Effect> {
    state.did(ActionTaken::InfoSent);
    let words = if sent.by.is_empty() {
        "A colleague will send them to you shortly."
    } else {
        "I've sent them to you just now."
    };
    state.misses = 0;
    if state.details.name.is_none() && !state.name_asked {
        state.name_asked = true;
        return state.ask(Step::AskNameToEnd, format!("{words} May I take your name?"));
    }
    closing::anything_else(state, words)
}

/// The name, or without it: goodbye, or what else there is.
pub(super) fn name(state: &mut State, heard: &Heard) -> Vec<Effect> {
    if let Some(name) = &heard.name {
        state.details.name = Some(name.clone());
    }
    if state.leaving || heard.did(Act::Goodbye) {
        return closing::goodbye(state);
    }
    closing::anything_else(state, "Thank you.")
}
