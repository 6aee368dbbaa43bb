//! Which of the homes offered, and what it is like.

use super::{closing, comparing, enquiry, handoff, recovery, sending, slots, viewing};
use crate::conversation::{Change, Effect, Sending, State, Step};
use crate::crm::{Listing, Property, PropertyId};
use crate::handoff::Reason;
use crate::language::{Act, Heard};
use crate::manner::Manner;
use crate::speech;
use crate::tools::find_properties::SPOKEN_MAX;

/// How the homes that are told together are called.
pub(super) const ORDINALS: [&str; SPOKEN_MAX] = ["first", "second", "third"];

/// The answer to "which one would you like to view".
pub(super) fn property(state: &mut State, heard: &Heard) -> Vec<Effect> {
    if heard.did(Act::Goodbye) {
        return closing::goodbye(state);
    }
    if let Some(effects) = comparing::answer(state, heard) {
        return effects;
    }
    if turns_around(state, heard) {
        return enquiry::answer(state, heard);
    }
    if let Some(first) = several(state, heard) {
        return choose(state, heard, first);
    }
    if heard.did(Act::More) && heard.choices.is_empty() {
        return enquiry::search_more(state);
    }
    if let Some(chosen) = picked(state, heard) {
        return choose(state, heard, chosen);
    }
    if viewing::is_meant(heard, &state.last_heard) && state.viewing.is_some() {
        return viewing::begin(state, heard);
    }
    if changes_wants(state, heard) {
        return enquiry::answer(state, heard);
    }
    if !heard.wish.is_empty() {
        state.wish = heard.wish.clone();
        let offered: Vec<String> =
            ORDINALS.iter().zip(&state.offered).map(|(ordinal, _)| format!("the {ordinal}")).collect();
        let words = format!("Of course. Which home would that be for: {}?", speech::any_of(&offered));
        return state.ask(Step::ChooseProperty, words);
    }
    if heard.did(Act::Deny) {
        return declined(state);
    }
    if heard.did(Act::SeeThem) && state.step == Step::AnythingElse {
        let words = format!(
            "Of course. {} Which one would you like to view?",
            enquiry::listed(&state.offered, state.manner)
        );
        return state.ask(Step::ChooseProperty, words);
    }
    recovery::not_understood(
        state,
        "You can say the first, the second, or the street. Which one would you like to view?",
    )
}

/// "Actually we should be buying": what was offered is not what they want any more.
fn turns_around(state: &State, heard: &Heard) -> bool {
    let other =
        heard.wants.listing.is_some_and(|listing| state.offered.iter().all(|home| home.listing != listing));
    other && heard.choices.is_empty()
}

/// None of them, for now: the details may be sent all the same.
fn declined(state: &mut State) -> Vec<Effect> {
    if state.sending != Sending::NotOffered || state.did_send_or_book() {
        return closing::anything_else(state, "No problem.");
    }
    sending::offer(state, "No problem. Shall I send you the details instead, by text or by email?")
}

/// "Both of them", "the first and the third": one after the other.
fn several(state: &mut State, heard: &Heard) -> Option<Property> {
    let homes: Vec<Property> = match heard.choices.as_slice() {
        [_, _, ..] => heard.choices.iter().filter_map(|index| nth(&state.offered, *index).cloned()).collect(),
        _ if heard.did(Act::Both) => state.offered.clone(),
        _ => return None,
    };
    let (first, rest) = homes.split_first().filter(|(_, rest)| !rest.is_empty())?;
    state.next_up = rest.to_vec();
    Some(first.clone())
}

/// New facts about the wish, as opposed to words that only describe one of the homes offered.
fn changes_wants(state: &State, heard: &Heard) -> bool {
    if heard.wants.names_features_only() && (heard.did(Act::Deny) || heard.did(Act::Asks)) {
        return enquiry::names_a_home(heard);
    }
    let mut after = state.wants.clone();
    after.merge(&heard.wants);
    after != state.wants || enquiry::names_a_home(heard)
}

fn picked(state: &State, heard: &Heard) -> Option<Property> {
    let the_only_one = || {
        let said_yes = heard.did(Act::Affirm)
            || heard.did(Act::Details)
            || heard.did(Act::SeeThem)
            || !heard.wish.is_empty();
        let in_focus = || state.offered.iter().find(|home| Some(home.id) == state.focus);
        let only = state.offered.first().filter(|_| state.offered.len() == 1).or_else(in_focus);
        only.filter(|home| said_yes && !heard.did(Act::Deny) && !is_another(home, heard)).cloned()
    };
    named(state, heard).or_else(the_only_one)
}

/// The words name a street or an area that this home is not in.
fn is_another(home: &Property, heard: &Heard) -> bool {
    let in_street = heard.streets.is_empty() || heard.streets.iter().any(|street| street == home.street());
    let areas = &heard.wants.areas;
    let in_area = areas.is_empty()
        || areas.iter().any(|area| {
            area.name.as_deref() == Some(&home.area)
                || (area.name.is_none() && area.outward.as_deref() == Some(home.outward()))
        });
    !(in_street && in_area)
}

/// The home among those offered that the words point at: by number, by street, or by what only it is.
pub(super) fn named(state: &State, heard: &Heard) -> Option<Property> {
    let by_number = heard.choice().and_then(|index| nth(&state.offered, index));
    let by_street = || {
        let mut there =
            state.offered.iter().filter(|p| heard.streets.iter().any(|street| street == p.street()));
        there.next().filter(|_| there.next().is_none())
    };
    let by_description = || {
        let mut alike = state.offered.iter().filter(|p| is_described(p, heard));
        alike.next().filter(|_| alike.next().is_none())
    };
    by_number.or_else(by_street).or_else(by_description).cloned()
}

/// `the one in Maida Vale`, `the three bed`.
fn is_described(property: &Property, heard: &Heard) -> bool {
    let by_area = heard.wants.areas.iter().any(|area| area.name.as_deref() == Some(&property.area));
    let by_beds = heard.wants.bedrooms_min == Some(property.bedrooms);
    let by_type = heard.wants.property_type == Some(property.property_type);
    let by_feature = heard.features.iter().any(|(feature, wanted)| *wanted && property.names(*feature));
    by_area || by_beds || by_type || by_feature
}

pub(super) fn nth<T>(items: &[T], index: i64) -> Option<&T> {
    match index {
        -1 => items.last(),
        _ => usize::try_from(index).ok().and_then(|i| i.checked_sub(1)).and_then(|i| items.get(i)),
    }
}

/// Tells more of it, or looks for times to view it.
pub(crate) fn choose(state: &mut State, heard: &Heard, chosen: Property) -> Vec<Effect> {
    if heard.did(Act::Details) && !heard.did(Act::SeeThem) {
        state.offered = vec![chosen.clone()];
        return state.ask(Step::ChooseProperty, told(&chosen, state.manner));
    }
    if chosen.listing == Listing::Sale && chosen.price > enquiry::PERSON_FROM {
        return handoff::begin(state, Reason::Price, enquiry::DIRECTOR, "They'll ring you back.");
    }
    // Whoever wants to view a home to let is looking to rent.
    state.wants.listing = state.wants.listing.or(Some(chosen.listing));
    state.chosen = Some(chosen);
    if heard.wish.is_empty() && state.wish.is_empty() && state.last_heard.contains("after") {
        slots::straight_after(state);
    }
    state.change = Change::LookUp;
    slots::with_wish(state, heard)
}

/// One home, and whether they would like to see it.
pub(crate) fn told(home: &Property, manner: Manner) -> String {
    let (what, more) = (manner.property(home), describe(home, manner));
    format!("It's {what}. {more} Would you like to book a viewing?")
}

/// What the record says, and nothing else; what it lacks is left out.
fn describe(property: &Property, manner: Manner) -> String {
    let mut facts = Vec::new();
    let first_sentence = property.description.split_inclusive('.').next().unwrap_or_default().trim();
    if !first_sentence.is_empty() {
        facts.push(first_sentence.to_owned());
    }
    let bathrooms = speech::bathrooms(property.bathrooms);
    let features: Vec<String> =
        property.features.iter().take(3).map(|feature| feature.to_lowercase()).collect();
    let with: Vec<String> = std::iter::once(bathrooms).chain(features).collect();
    facts.push(format!("It has {}.", speech::all_of(&with)));
    facts.extend(property.furnished.as_ref().map(|furnished| format!("It comes {furnished}.")));
    facts.extend(property.available_from.map(|date| format!("It's available from {}.", manner.date(date))));
    facts.join(" ")
}

/// A home that has gone is not offered again.
pub(super) fn forget(state: &mut State, gone: PropertyId) {
    state.offered.retain(|property| property.id != gone);
    (state.chosen, state.slot) = (None, None);
    state.slots.clear();
}
