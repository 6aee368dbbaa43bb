//! Which of the homes offered, and what it is like.

use super::{closing, enquiry, message, recovery, slots};
use crate::conversation::{Effect, State, Step};
use crate::crm::{Listing, Property, PropertyId};
use crate::language::{Act, Heard};
use crate::speech;

/// The answer to "which one would you like to view".
pub(super) fn property(state: &mut State, heard: &Heard) -> Vec<Effect> {
    if heard.did(Act::Goodbye) {
        return closing::goodbye(state);
    }
    if heard.did(Act::More) {
        return enquiry::search_more(state);
    }
    if let Some(chosen) = picked(state, heard) {
        return details_or_slots(state, heard, chosen);
    }
    let changes_the_wish = changes_wants(state, heard);
    if changes_the_wish {
        return enquiry::answer(state, heard);
    }
    if heard.did(Act::Deny) {
        return message::offer(state, "No problem.");
    }
    recovery::not_understood(
        state,
        "You can say the first, the second, or the street. Which one would you like to view?",
    )
}

/// New facts about the wish, as opposed to words that only describe one of the homes offered.
fn changes_wants(state: &State, heard: &Heard) -> bool {
    let mut after = state.wants.clone();
    after.merge(&heard.wants);
    after != state.wants || enquiry::names_a_home(heard)
}

fn picked(state: &State, heard: &Heard) -> Option<Property> {
    let by_number = heard.choice().and_then(|index| nth(&state.offered, index));
    let by_street = || {
        let mut there =
            state.offered.iter().filter(|p| heard.streets.iter().any(|street| street == p.street()));
        there.next().filter(|_| there.next().is_none())
    };
    let the_only_one = || {
        let said_yes = heard.did(Act::Affirm)
            || heard.did(Act::Details)
            || !heard.wish.is_empty()
            || heard.intent.is_some();
        state.offered.first().filter(|_| state.offered.len() == 1 && said_yes && !heard.did(Act::Deny))
    };
    let by_description = || {
        let mut alike = state.offered.iter().filter(|p| is_described(p, heard));
        alike.next().filter(|_| alike.next().is_none())
    };
    by_number.or_else(by_street).or_else(the_only_one).or_else(by_description).cloned()
}

/// `the one in Maida Vale`, `the three bed`.
fn is_described(property: &Property, heard: &Heard) -> bool {
    let by_area = heard.wants.areas.iter().any(|area| area.name.as_deref() == Some(&property.area));
    let by_beds = heard.wants.bedrooms_min == Some(property.bedrooms);
    by_area || by_beds
}

pub(super) fn nth<T>(items: &[T], index: i64) -> Option<&T> {
    match index {
        -1 => items.last(),
        _ => usize::try_from(index).ok().and_then(|i| i.checked_sub(1)).and_then(|i| items.get(i)),
    }
}

fn details_or_slots(state: &mut State, heard: &Heard, chosen: Property) -> Vec<Effect> {
    state.offered = vec![chosen.clone()];
    if heard.did(Act::Details) {
        let words = format!(
            "It's {}. {} Would you like to book a viewing?",
            speech::property(&chosen),
            describe(&chosen)
        );
        return state.ask(Step::ChooseProperty, words);
    }
    if chosen.listing == Listing::Sale && chosen.price > enquiry::PERSON_FROM {
        return message::offer(state, enquiry::DIRECTOR);
    }
    // Whoever wants to view a home to let is looking to rent.
    state.wants.listing = state.wants.listing.or(Some(chosen.listing));
    state.chosen = Some(chosen);
    if !heard.wish.is_empty() {
        state.wish = heard.wish.clone();
    }
    slots::look_up(state)
}

/// What the record says, and nothing else; what it lacks is left out.
pub(super) fn describe(property: &Property) -> String {
    let mut facts = Vec::new();
    let first_sentence = property.description.split_inclusive('.').next().unwrap_or_default().trim();
    if !first_sentence.is_empty() {
        facts.push(first_sentence.to_owned());
    }
    let bathrooms = match property.bathrooms {
        1 => "one bathroom".to_owned(),
        n => format!("{} bathrooms", speech::cardinal(n)),
    };
    let features: Vec<String> =
        property.features.iter().take(3).map(|feature| feature.to_lowercase()).collect();
    let with: Vec<String> = std::iter::once(bathrooms).chain(features).collect();
    facts.push(format!("It has {}.", speech::all_of(&with)));
    facts.extend(property.furnished.as_ref().map(|furnished| format!("It comes {furnished}.")));
    facts.extend(property.available_from.map(|date| format!("It's available from {}.", speech::date(date))));
    facts.join(" ")
}

/// A home that has gone is not offered again.
pub(super) fn forget(state: &mut State, gone: PropertyId) {
    state.offered.retain(|property| property.id != gone);
    (state.chosen, state.slot) = (None, None);
    state.slots.clear();
}
