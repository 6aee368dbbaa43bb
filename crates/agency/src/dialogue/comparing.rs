//! "Anything cheaper?", "the bigger one", "what's the difference?": among the homes offered, or by another search.

use super::{choosing, enquiry, recovery};
use crate::conversation::{Effect, State, Step};
use crate::crm::{Property, Wants};
use crate::language::{Act, Compare, Heard};
use crate::speech;

/// Answers a comparison, if the homes offered allow one.
pub(super) fn answer(state: &mut State, heard: &Heard) -> Option<Vec<Effect>> {
    let compare = heard.compare?;
    if state.offered.is_empty() || !heard.choices.is_empty() {
        return None;
    }
    match compare {
        Compare::Cheaper => Some(search_below(state)),
        Compare::Bigger | Compare::Nicer => Some(search_bigger(state)),
        Compare::Smaller => Some(search_smaller(state)),
        Compare::Nearer => Some(search_nearer(state)),
        Compare::Cheapest => Some(pick(state, heard, Property::comparable_price)),
        Compare::Biggest => Some(pick(state, heard, |home| -(home.bedrooms * 10 + home.bathrooms))),
        Compare::Difference => Some(difference(state)),
    }
}

/// Below the cheapest that was offered. What the caller said of their budget stands.
fn search_below(state: &State) -> Vec<Effect> {
    let least = state.offered.iter().map(Property::comparable_price).min();
    let wants = Wants { budget_min: None, budget_max: least.map(|price| price - 1), ..state.wants.clone() };
    enquiry::search_others(state, wants)
}

fn search_bigger(state: &State) -> Vec<Effect> {
    let most = state.offered.iter().map(|home| home.bedrooms).max();
    let wants = Wants { bedrooms_min: most.map(|beds| beds + 1), bedrooms_max: None, ..state.wants.clone() };
    enquiry::search_others(state, wants)
}

fn search_smaller(state: &State) -> Vec<Effect> {
    let least = state.offered.iter().map(|home| home.bedrooms).min();
    let wants = Wants {
        bedrooms_min: None,
        bedrooms_max: least.map(|beds| (beds - 1).max(0)),
        ..state.wants.clone()
    };
    enquiry::search_others(state, wants)
}

/// Nearer to what? The place is theirs to say.
fn search_nearer(state: &mut State) -> Vec<Effect> {
    state.wants.areas.clear();
    state.asked.retain(|asked| *asked != Step::AskArea.expecting());
    state.ask(Step::AskArea, "Of course. Which area or postcode should it be nearer to?")
}

/// The one that has least of it; asked of with "tell me", told; wished for, chosen.
fn pick(state: &mut State, heard: &Heard, measure: fn(&Property) -> i64) -> Vec<Effect> {
    let mut homes = state.offered.clone();
    homes.sort_by_key(measure);
    let tie = homes.len() > 1 && measure(&homes[0]) == measure(&homes[1]);
    match homes.into_iter().next() {
        Some(_) if tie => recovery::not_understood(
            state,
            "Two of them are alike in that. Is it the first, the second or the third?",
        ),
        Some(home) if heard.did(Act::Asks) && !heard.did(Act::SeeThem) => {
            let words = format!("That's {}. Would you like to view it?", state.manner.property(&home));
            state.offered = vec![home];
            state.ask(Step::ChooseProperty, words)
        }
        Some(home) => choosing::choose(state, heard, home),
        None => enquiry::search(state),
    }
}

fn difference(state: &mut State) -> Vec<Effect> {
    let parts: Vec<String> = choosing::ORDINALS
        .iter()
        .zip(&state.offered)
        .map(|(ordinal, home)| {
            let (beds, baths) = (speech::bedrooms(home.bedrooms), speech::bathrooms(home.bathrooms));
            format!("the {ordinal} has {beds} and {baths}, at {}", state.manner.price(home))
        })
        .collect();
    let words = format!("In short, {}. Which one would you like to view?", speech::all_of(&parts));
    state.ask(Step::ChooseProperty, words)
}
