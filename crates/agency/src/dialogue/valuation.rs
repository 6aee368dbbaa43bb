//! A valuation: the address, read back, to sell or to let, a time of the valuers' diary. What the home is worth is for the
//! valuer to say.

use serde::{Deserialize, Serialize};

use super::{booking, closing, recovery, slots};
use crate::conversation::{Context, Effect, State, Step};
use crate::crm::{ActionTaken, Listing, PropertyType};
use crate::language::{Act, Address, Heard, address_in};
use crate::manner::Manner;
use crate::tools::ToolCall;
use crate::tools::book_valuation::BookValuation;
use crate::tools::book_viewing::BookingOutcome;

/// What is to be valued.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Valuation {
    address: Option<Address>,
    confirmed: bool,
    listing: Option<Listing>,
    property_type: Option<PropertyType>,
    bedrooms: Option<i64>,
    asked_kind: bool,
}

pub(crate) fn begin(state: &mut State, heard: &Heard, words: &str, context: &Context) -> Vec<Effect> {
    state.chosen = None;
    state.slots.clear();
    state.wish = heard.wish.clone();
    let address = address_in(words, context.lexicon).filter(|address| address.number.is_some());
    if address.is_none() && state.actions.contains(&ActionTaken::ValuationBooked) {
        let words = "The valuer will tell you when they come; I can't name a figure.";
        return closing::anything_else(state, words);
    }
    state.valuation = Some(Valuation { address, ..Valuation::default() });
    note(state, heard, words);
    next(state, "Of course. A valuation is free. ")
}

/// Type, bedrooms, and whether it is to sell or to let, wherever they are said.
fn note(state: &mut State, heard: &Heard, words: &str) {
    let Some(valuation) = &mut state.valuation else { return };
    let said = crate::language::plain(words);
    let says = |options: &[&str]| options.iter().any(|option| said.contains(&format!(" {option} ")));
    let sells = says(&["sell", "selling", "sale", "sold"]);
    let lets = says(&["let", "letting", "rent it out", "renting it out", "rent out", "rental"]);
    if sells != lets {
        valuation.listing = Some(if sells { Listing::Sale } else { Listing::Rent });
    }
    valuation.property_type = heard.wants.property_type.or(valuation.property_type);
    valuation.bedrooms = heard.wants.bedrooms_min.or(valuation.bedrooms);
}

fn next(state: &mut State, lead_in: &str) -> Vec<Effect> {
    let Some(valuation) = &mut state.valuation else { return closing::anything_else(state, "") };
    let Some(address) = &valuation.address else {
        let words = format!("{lead_in}What's the address of the home, with the house number and postcode?");
        return state.ask(Step::ValuationAddress, words);
    };
    if !valuation.confirmed {
        let words = format!("{lead_in}I have {}. Is that right?", whole(address, state.manner));
        return state.ask(Step::ConfirmAddress, words);
    }
    if valuation.listing.is_none() {
        return state.ask(Step::ValuationListing, "Is it to sell or to let?");
    }
    if (valuation.bedrooms.is_none() || valuation.property_type.is_none()) && !valuation.asked_kind {
        valuation.asked_kind = true;
        return state.ask(Step::ValuationKind, "Is it a flat or a house, and how many bedrooms has it?");
    }
    slots::look_up(state)
}

fn whole(address: &Address, manner: Manner) -> String {
    let postcode = address.postcode.as_deref().map(|code| format!(", {}", manner.postcode(code)));
    let rest = Address { postcode: None, ..address.clone() };
    format!("{rest}{}", postcode.unwrap_or_default())
}

pub(super) fn answer(state: &mut State, heard: &Heard, words: &str, context: &Context) -> Vec<Effect> {
    if heard.did(Act::Goodbye) && heard.entities.is_empty() {
        return closing::goodbye(state);
    }
    let step = state.step;
    note(state, heard, words);
    if !heard.wish.is_empty() {
        state.wish = heard.wish.clone();
    }
    let said = address_in(words, context.lexicon)
        .filter(|address| address.number.is_some() || address.postcode.is_some());
    let Some(valuation) = &mut state.valuation else { return closing::anything_else(state, "") };
    match (step, said) {
        (Step::ValuationAddress | Step::ConfirmAddress, Some(address)) => {
            let whole = address.or(valuation.address.take());
            valuation.address =
                Some(whole.clone()).filter(|whole| whole.number.is_some() && whole.street.is_some());
            if valuation.address.is_none() {
                valuation.address = None;
                return recovery::not_understood(state, "Which house number and street is it?");
            }
        }
        (Step::ValuationAddress, None) => {
            return recovery::not_understood(state, "Which house number and street is it, and the postcode?");
        }
        // Who goes on to something else has nothing to correct.
        (Step::ConfirmAddress, None)
            if !heard.did(Act::Deny) && (heard.did(Act::PlainYes) || !heard.entities.is_empty()) =>
        {
            valuation.confirmed = true;
        }
        (Step::ConfirmAddress, None) => {
            valuation.address = None;
            return recovery::not_understood(state, "Could you say the whole address again?");
        }
        (Step::ValuationListing, _) if valuation.listing.is_none() => {
            return recovery::not_understood(state, "Would you like to sell it, or to let it?");
        }
        _ => {}
    }
    next(state, "")
}

/// Who, where and when, before anything is written. The address is the caller's own, said in this call.
pub(super) fn read_back(state: &mut State) -> Vec<Effect> {
    let (Some(valuation), Some(offered)) = (&state.valuation, &state.slot) else {
        return slots::look_up(state);
    };
    let Some(address) = &valuation.address else { return next(state, "") };
    let words = format!(
        "So that's a valuation of {}, {}, in the name of {}. Shall I book it?",
        whole(address, state.manner),
        state.manner.at(offered.slot.start),
        state.name_to_say()
    );
    state.ask(Step::ConfirmBooking, words)
}

pub(crate) fn book(state: &State) -> Vec<Effect> {
    let (Some(valuation), Some(offered)) = (&state.valuation, &state.slot) else {
        return slots::look_up(state);
    };
    let Some(address) = valuation.address.clone() else { return slots::look_up(state) };
    State::run(ToolCall::BookValuation(Box::new(BookValuation {
        offered: offered.clone(),
        address,
        listing: valuation.listing.unwrap_or(Listing::Sale),
        property_type: valuation.property_type,
        bedrooms: valuation.bedrooms,
        name: state.details.name.clone().unwrap_or_default(),
        phone: state.details.phone.clone(),
        email: state.details.email.clone(),
    })))
}

pub(super) fn finished(state: &mut State, outcome: BookingOutcome) -> Vec<Effect> {
    match outcome {
        BookingOutcome::Booked { start, negotiator_name, confirmed_by, .. } => {
            state.did(ActionTaken::ValuationBooked);
            (state.valuation, state.slot) = (None, None);
            state.slots.clear();
            let words = format!(
                "That's booked: {}. {negotiator_name} will come to you.{}",
                state.manner.moment(start),
                booking::confirmation(&confirmed_by)
            );
            closing::anything_else(state, &words)
        }
        BookingOutcome::Gone { alternatives } => {
            state.slot = None;
            state.slots = alternatives;
            slots::offer_or_message(state, "I'm sorry, that one has just gone. I can do")
        }
        BookingOutcome::OffTheMarket => slots::look_up(state),
    }
}
