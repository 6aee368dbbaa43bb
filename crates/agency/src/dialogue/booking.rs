//! The read-back, the booking, and what is said once the row is committed, never before.

use jiff::Timestamp;

use super::{closing, details, enquiry, recovery, slots, valuation};
use crate::conversation::{Effect, State, Step};
use crate::crm::{ActionTaken, AppointmentId, Channel};
use crate::diary::TimeWish;
use crate::language::{Act, Heard, Intent};
use crate::speech;
use crate::tools::ToolCall;
use crate::tools::book_viewing::{BookViewing, BookingOutcome};
use crate::tools::find_viewing::BookedViewing;

/// Who, where and when, before anything is written. The area and street only: the full address goes into the
/// confirmation.
pub(super) fn read_back(state: &mut State) -> Vec<Effect> {
    if state.valuation.is_some() {
        return valuation::read_back(state);
    }
    let (Some(property), Some(offered)) = (&state.chosen, &state.slot) else { return slots::look_up(state) };
    let name = state.name_to_say();
    let number = match &state.details.phone {
        Some(phone) if Some(phone) == state.caller.phone.as_ref() => {
            "the number you're calling from".to_owned()
        }
        Some(phone) => state.manner.phone(phone),
        None => "your number".to_owned(),
    };
    let email = state.details.email.as_ref().filter(|email| Some(*email) != state.caller.email.as_ref());
    let email =
        email.map_or_else(String::new, |email| format!(" Your email is {}.", state.manner.email(email)));
    let words = format!(
        "So that's a viewing of {} in {}, {}, {}, in the name of {name}, and I'll confirm it to {number}.{email} Shall I book it?",
        speech::kind(property),
        property.street(),
        property.area,
        state.manner.at(offered.slot.start)
    );
    state.ask(Step::ConfirmBooking, words)
}

/// The answer to "shall I book it": a plain yes books; anything with a no, a but or a correction in it does not.
pub(super) fn confirm(state: &mut State, heard: &Heard) -> Vec<Effect> {
    if !heard.wish.is_empty() {
        state.slot = None;
        return slots::with_wish(state, heard);
    }
    if state.valuation.is_none()
        && !heard.streets.is_empty()
        && !heard.streets.iter().any(|street| is_chosen(state, street))
    {
        (state.chosen, state.slot) = (None, None);
        return enquiry::search_streets(state, heard);
    }
    if correct(state, heard) {
        return details::next(state);
    }
    if heard.did(Act::PlainYes) {
        return book(state);
    }
    if heard.did(Act::Goodbye) || (heard.did(Act::Deny) && state.misses > 0) {
        return not_booked(state);
    }
    if heard.did(Act::Deny) {
        state.misses += 1;
        return state.ask(
            Step::ConfirmBooking,
            "I haven't booked it. What shall I change: the home, the time, the name, the number or the email? Or say no to leave it.",
        );
    }
    recovery::not_understood(state, "Shall I book that, yes or no?")
}

fn is_chosen(state: &State, street: &str) -> bool {
    state.chosen.as_ref().is_some_and(|property| property.street() == street)
}

fn not_booked(state: &mut State) -> Vec<Effect> {
    (state.slot, state.chosen, state.valuation) = (None, None, None);
    state.slots.clear();
    closing::anything_else(state, "That's fine, I haven't booked anything.")
}

fn correct(state: &mut State, heard: &Heard) -> bool {
    let before = state.details.clone();
    state.details.name = heard.name.clone().or_else(|| before.name.clone());
    details::note_reach(state, heard);
    state.details != before
}

pub(crate) fn book(state: &State) -> Vec<Effect> {
    if state.valuation.is_some() {
        return valuation::book(state);
    }
    let (Some(property), Some(offered)) = (state.chosen.clone(), state.slot.clone()) else {
        return slots::look_up(state);
    };
    let call = BookViewing {
        offered,
        property,
        viewer_name: state.details.name.clone().unwrap_or_default(),
        viewer_phone: state.details.phone.clone(),
        viewer_email: state.details.email.clone(),
    };
    State::run(ToolCall::BookViewing(Box::new(call)))
}

pub(super) fn finished(state: &mut State, outcome: BookingOutcome) -> Vec<Effect> {
    match outcome {
        BookingOutcome::Booked { appointment, start, negotiator_name, confirmed_by } => {
            state.did(ActionTaken::ViewingBooked);
            state.intent = state.intent.or(Some(Intent::BookViewing));
            let words = format!(
                "That's booked: {}. {negotiator_name} will meet you there.{}",
                state.manner.moment(start),
                confirmation(&confirmed_by)
            );
            keep_booked(state, appointment, start, &negotiator_name);
            and_the_next(state, &words)
        }
        BookingOutcome::Gone { alternatives } => {
            state.slot = None;
            state.slots = alternatives;
            slots::offer_or_message(state, "I'm sorry, that one has just gone. I can do")
        }
        BookingOutcome::OffTheMarket => slots::off_the_market(state),
    }
}

/// What was booked in this call may be moved or cancelled in it.
fn keep_booked(state: &mut State, appointment: AppointmentId, start: Timestamp, negotiator: &str) {
    state.viewing = state.chosen.take().map(|property| BookedViewing {
        appointment,
        property,
        start,
        viewer_name: state.details.name.clone().unwrap_or_default(),
        negotiator_name: negotiator.to_owned(),
    });
    state.slot = None;
    state.slots.clear();
    state.wish = TimeWish::default();
}

/// The next home that was asked for, or the open question.
fn and_the_next(state: &mut State, booked: &str) -> Vec<Effect> {
    if state.next_up.is_empty() {
        return closing::anything_else(state, booked);
    }
    let home = state.next_up.remove(0);
    let words = format!("{booked} Now {} in {}.", speech::kind(&home), home.street());
    state.chosen = Some(home);
    slots::straight_after(state);
    let look_up = slots::look_up(state);
    std::iter::once(Effect::Say { words }).chain(look_up).collect()
}

pub(super) fn confirmation(by: &[Channel]) -> &'static str {
    match (by.contains(&Channel::Sms), by.contains(&Channel::WhatsApp)) {
        (true, true) => " I'm sending the confirmation by text and WhatsApp.",
        (true, false) => " I'm texting you the confirmation.",
        (false, true) => " I'm sending you the confirmation on WhatsApp.",
        (false, false) => "",
    }
}
