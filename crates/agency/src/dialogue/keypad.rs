//! Keys: digits where digits are asked, a choice where one is offered, zero for a person at any time.

use super::{RING_BACK, handoff, turn};
use crate::conversation::{Context, Effect, State, Step};
use crate::handoff::Reason;
use crate::language::{Act, Heard};
use crate::phone::PhoneNumber;

pub(crate) fn keys(state: &mut State, digits: &str, context: &Context) -> Vec<Effect> {
    if digits == "0" {
        state.last_heard.clear();
        return handoff::begin(state, Reason::Asked, "Of course.", RING_BACK);
    }
    let heard = read(state.step, digits);
    turn(state, &heard, digits, context)
}

fn read(step: Step, digits: &str) -> Heard {
    match step {
        Step::AskPhone | Step::AskMessagePhone | Step::AskPhoneToSend | Step::ReportPhone => {
            Heard { phone: PhoneNumber::parse(digits).ok(), ..Heard::default() }
        }
        Step::TicketCode => Heard { figures: digits.to_owned(), ..Heard::default() },
        Step::ChooseProperty | Step::ChooseSlot | Step::AskWhichDay => {
            Heard { choices: digits.parse().into_iter().collect(), ..Heard::default() }
        }
        Step::AnythingElse => match digits {
            "1" => Heard { acts: vec![Act::Affirm], ..Heard::default() },
            "2" => Heard { acts: vec![Act::Deny], ..Heard::default() },
            _ => Heard::default(),
        },
        Step::ConfirmBooking
        | Step::ConfirmAddress
        | Step::AskEmail
        | Step::ConfirmCancel
        | Step::ConfirmMove
        | Step::OfferDetails => match digits {
            "1" => Heard { acts: vec![Act::Affirm, Act::PlainYes], ..Heard::default() },
            "2" => Heard { acts: vec![Act::Deny], ..Heard::default() },
            _ => Heard::default(),
        },
        Step::AskBedrooms => {
            let mut heard = Heard::default();
            let beds = digits.parse().ok().filter(|beds| (0..=9).contains(beds));
            (heard.wants.bedrooms_min, heard.wants.bedrooms_max) = (beds, beds);
            heard
        }
        Step::AskBudget => {
            let mut heard = Heard::default();
            heard.wants.budget_max = digits.parse().ok();
            heard
        }
        _ => Heard::default(),
    }
}
