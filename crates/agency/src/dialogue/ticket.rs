//! How a repair stands, for whoever reported it. Nothing of it is said before name, address and reference are right, or the
//! code that went to the number on file is read back; and nobody learns which of them was wrong.

use super::{closing, message, recovery};
use crate::conversation::{Context, Effect, State, Step};
use crate::crm::ActionTaken;
use crate::language::{Act, Heard, address_in, plain};
use crate::manner::Manner;
use crate::speech;
use crate::tools::ToolCall;
use crate::tools::find_ticket::{FindTicket, TicketOutcome, TicketStatus};
use crate::tools::find_viewing::is_full_name;

/// Whether somebody asks how a repair stands.
pub(super) fn is_meant(words: &str) -> bool {
    const ASKS: &[&str] = &[
        "update on my repair",
        "update on the repair",
        "news on my repair",
        "news about my repair",
        "chasing my repair",
        "chasing a repair",
        "chasing up a repair",
        "happening with my repair",
        "happened to my repair",
        "status of my repair",
        "repair i reported",
        "repair that i reported",
        "reported a repair",
        "my repair reference",
        "about my ticket",
        "my ticket",
        "when is the plumber coming",
        "when is somebody coming to fix",
        "when is someone coming to fix",
    ];
    let said = plain(words);
    ASKS.iter().any(|asks| said.contains(&format!(" {asks} ")))
}

/// Whether somebody asks for a document of their tenancy. It goes to the number on file, and only after a code that went there was
/// read back.
pub(super) fn papers_are_meant(words: &str) -> bool {
    const PAPERS: &[&str] = &[
        "my contract", "tenancy agreement", "rental agreement", "my agreement", "my lease",
        "rental contract", "tenancy contract",
    ];
    const ASKS: &[&str] = &["send", "copy", "have", "get", "email", "need", "see"];
    let said = plain(words);
    let holds = |all: &[&str]| all.iter().any(|one| said.contains(&format!(" {one} ")));
    holds(PAPERS) && holds(ASKS)
}

pub(super) fn begin_papers(state: &mut State, heard: &Heard, words: &str, context: &Context) -> Vec<Effect> {
    state.ticket = FindTicket { papers: true, ..FindTicket::default() };
    state.ticket_tries = 0;
    note(state, heard, words, context);
    next(state, "I can send that to the number we hold, once I know it's you. ")
}

pub(super) fn begin(state: &mut State, heard: &Heard, words: &str, context: &Context) -> Vec<Effect> {
    state.ticket = FindTicket::default();
    state.ticket_tries = 0;
    note(state, heard, words, context);
    next(state, "I can look that up. ")
}

fn note(state: &mut State, heard: &Heard, words: &str, context: &Context) {
    // A name that the number told is no proof: it must be said.
    if let Some(name) = &heard.name {
        state.ticket.name.clone_from(name);
    }
    let place = address_in(words, context.lexicon);
    state.ticket.place = place.map(|place| place.or(state.ticket.place.take())).or(state.ticket.place.take());
    if let Some(figures) = reference_in(words) {
        state.ticket.reference = Some(figures);
    }
}

/// `T 12`, `tee twelve`, or figures alone where the reference was asked for.
fn reference_in(words: &str) -> Option<String> {
    let said = plain(words);
    let words: Vec<&str> = said.split_whitespace().collect();
    let at = words.iter().position(|word| matches!(*word, "t" | "tee" | "reference" | "ticket"))?;
    figures(&words[at + 1..])
}

fn figures(words: &[&str]) -> Option<String> {
    let read: String = words
        .iter()
        .filter(|word| !matches!(**word, "t" | "tee" | "is" | "number" | "its" | "dash"))
        .map_while(|word| figure(word))
        .collect();
    (!read.is_empty()).then_some(read)
}

fn figure(word: &str) -> Option<String> {
    const WORDS: &[&str] = &[
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
        "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
    ];
    if word.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(word.to_owned());
    }
    let word = if word == "oh" { "zero" } else { word };
    WORDS.iter().position(|known| *known == word).map(|number| number.to_string())
}

fn next(state: &mut State, lead_in: &str) -> Vec<Effect> {
    if !is_full_name(&state.ticket.name) {
        return state.ask(Step::TicketName, format!("{lead_in}What's your full name, please?"));
    }
    if state.ticket.place.as_ref().is_none_or(|place| place.number.is_none() && place.postcode.is_none()) {
        return state.ask(Step::TicketHome, "And the address, with the flat number?");
    }
    if state.ticket.papers {
        return State::run(ToolCall::SendCode(state.ticket.clone()));
    }
    if state.ticket.reference.is_none() {
        let words = "And the reference, the letter T and a number? If you don't have it, just say so.";
        return state.ask(Step::TicketReference, words);
    }
    State::run(ToolCall::FindTicket(state.ticket.clone()))
}

pub(super) fn answer(state: &mut State, heard: &Heard, words: &str, context: &Context) -> Vec<Effect> {
    if heard.did(Act::Goodbye) && heard.entities.is_empty() {
        return closing::goodbye(state);
    }
    if state.step == Step::TicketCode {
        return code(state, heard, words);
    }
    let before = state.ticket.clone();
    note(state, heard, words, context);
    let said = plain(words);
    let all: Vec<&str> = said.split_whitespace().collect();
    if state.step == Step::TicketReference && state.ticket.reference.is_none() {
        state.ticket.reference = figures(&all);
        let has_none = state.ticket.reference.is_none() && (heard.did(Act::Deny) || heard.did(Act::DontKnow));
        if has_none || said.contains(" dont have ") || said.contains(" havent got ") {
            return State::run(ToolCall::SendCode(state.ticket.clone()));
        }
    }
    if state.ticket != before {
        return next(state, "");
    }
    recovery::not_understood(
        state,
        match state.step {
            Step::TicketName => "Could you give me your first name and surname?",
            Step::TicketHome => "Which house number and street is it, and the flat?",
            _ => "Which number stands after the T? Or say that you don't have it.",
        },
    )
}

fn code(state: &mut State, heard: &Heard, words: &str) -> Vec<Effect> {
    let said = plain(words);
    let all: Vec<&str> = said.split_whitespace().collect();
    let code = if heard.figures.is_empty() { figures(&all) } else { Some(heard.figures.clone()) };
    match code {
        Some(code) => State::run(ToolCall::CheckCode(code)),
        None if heard.did(Act::Deny) || heard.did(Act::DontKnow) => not_found(state),
        None => recovery::not_understood(state, "Which six figures are in the text? You can key them in."),
    }
}

/// Tries in vain before a colleague looks it up.
const TRIES_MAX: u8 = 2;

pub(super) fn outcome(state: &mut State, outcome: TicketOutcome) -> Vec<Effect> {
    match outcome {
        TicketOutcome::Told(tickets) => told(state, &tickets),
        TicketOutcome::PapersSent(count) => papers_sent(state, count),
        TicketOutcome::CodeSent => state.ask(
            Step::TicketCode,
            "If that matches our records, I've just texted a code of six figures to the number we hold. Which figures are they?",
        ),
        TicketOutcome::WrongCode => {
            state.ticket_tries += 1;
            if state.ticket_tries > TRIES_MAX {
                return not_found(state);
            }
            state.ask(Step::TicketCode, "That isn't it. Could you read me the six figures again?")
        }
        TicketOutcome::NotFound => {
            state.ticket_tries += 1;
            if state.ticket_tries >= TRIES_MAX {
                return not_found(state);
            }
            state.ticket = FindTicket::default();
            state.ask(Step::TicketName, "I can't find that. Let's try once more: what's your full name?")
        }
    }
}

fn not_found(state: &mut State) -> Vec<Effect> {
    state.ticket = FindTicket::default();
    let for_staff = "Asked how a repair stands and could not show who they are: ring the number on file.";
    state.message = Some(for_staff.to_owned());
    message::offer(state, "I can't find that, so I'll have someone call the number we hold.")
}

fn papers_sent(state: &mut State, count: usize) -> Vec<Effect> {
    state.ticket = FindTicket::default();
    if count == 0 {
        state.message = Some(
            "Has shown who they are and asks for the papers of their tenancy, which are not on file."
                .to_owned(),
        );
        return message::offer(
            state,
            "Thank you. I have none on file, so a colleague will send them to you.",
        );
    }
    state.did(ActionTaken::InfoSent);
    closing::anything_else(state, "Thank you. I've sent it to the number we hold.")
}

fn told(state: &mut State, tickets: &[TicketStatus]) -> Vec<Effect> {
    state.did(ActionTaken::InfoGiven);
    let each: Vec<String> = tickets.iter().map(|ticket| spoken(ticket, state.manner)).collect();
    let words = if each.is_empty() { "There is no repair open for you.".to_owned() } else { each.join(" ") };
    closing::anything_else(state, &words)
}

fn spoken(ticket: &TicketStatus, manner: Manner) -> String {
    let stands = match ticket.status.as_str() {
        "in_progress" => "is being dealt with",
        "resolved" => "is marked as done",
        "closed" => "is closed",
        _ => "is logged and open",
    };
    let who =
        ticket.manager_name.as_ref().map(|name| format!(" {name} is looking after it.")).unwrap_or_default();
    let figures: String = ticket.reference.chars().filter(char::is_ascii_digit).collect();
    let reference = match figures.parse() {
        Ok(number) if !manner.is_written() => format!("T {}", speech::cardinal(number)),
        _ => ticket.reference.clone(),
    };
    format!("Your repair {reference}, {}, {stands}.{who}", ticket.category)
}
