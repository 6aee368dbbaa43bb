//! Questions about a home, answered from its record; what the record lacks is not guessed: a colleague confirms it.

use super::{choosing, closing, recovery, repeat};
use crate::conversation::{Effect, State, Step};
use crate::crm::{ActionTaken, Feature, Listing, Property};
use crate::language::{Act, Heard, Topic};
use crate::manner::Manner;
use crate::speech;

/// Answers what was asked of the home in hand, or of each of those offered, and puts the open question again.
pub(super) fn answer(state: &mut State, heard: &Heard) -> Option<Vec<Effect>> {
    let asks = heard.did(Act::Asks) && !heard.topics.is_empty() && !heard.did(Act::Deny) && may_ask(state);
    let homes = asks.then(|| subjects(state, heard)).filter(|homes| !homes.is_empty())?;
    if let ([only], true) = (homes.as_slice(), state.offered.len() > 1) {
        state.focus = Some(only.id);
    }
    let said = match homes.as_slice() {
        [only] => about(state, only, &heard.topics),
        several => each(state, several, heard.topics[0]),
    };
    state.did(ActionTaken::InfoGiven);
    let words = if state.step == Step::AnythingElse {
        format!("{said} {}", closing::ANYTHING_ELSE)
    } else {
        format!("{said} {}", recovery::last_sentence(&state.last_words))
    };
    Some(repeat(state, words))
}

/// While details are taken a stray word is no question about the home.
fn may_ask(state: &State) -> bool {
    matches!(
        state.step,
        Step::ChooseProperty
            | Step::ChooseSlot
            | Step::ConfirmBooking
            | Step::AnythingElse
            | Step::AskName
            | Step::AskEmail
    )
}

/// The home that was named, the one that is being booked, or all that were offered.
pub(super) fn subjects(state: &State, heard: &Heard) -> Vec<Property> {
    let named = choosing::named(state, heard);
    match (named, &state.chosen) {
        (Some(home), _) => vec![home],
        (None, Some(chosen)) => vec![chosen.clone()],
        _ => state.offered.clone(),
    }
}

pub(crate) fn about(state: &mut State, home: &Property, topics: &[Topic]) -> String {
    let answers: Vec<String> = topics
        .iter()
        .take(2)
        .map(|topic| fact(*topic, home, state.manner).unwrap_or_else(|| promise(state, *topic, home)))
        .collect();
    answers.join(" ")
}

/// One fact of several homes, in the order they were offered.
fn each(state: &mut State, homes: &[Property], topic: Topic) -> String {
    let known: Vec<String> = choosing::ORDINALS
        .iter()
        .zip(homes)
        .filter_map(|(ordinal, home)| {
            fact(topic, home, state.manner).map(|fact| format!("The {ordinal}: {fact}"))
        })
        .collect();
    if known.is_empty() {
        return homes.first().map(|home| promise(state, topic, home)).unwrap_or_default();
    }
    known.join(" ")
}

/// Nothing is invented; somebody is asked, and the call's end leaves the task.
fn promise(state: &mut State, topic: Topic, home: &Property) -> String {
    let question = format!("{} of {}", topic.word().replace('_', " "), home.reference);
    if !state.to_confirm.contains(&question) {
        state.to_confirm.push(question);
    }
    format!("I don't have {} in front of me, so I'll have it confirmed for you.", spoken(topic))
}

fn spoken(topic: Topic) -> &'static str {
    match topic {
        Topic::Parking => "the parking",
        Topic::Pets => "whether pets are allowed",
        Topic::Lease => "the lease",
        Topic::ServiceCharge => "the service charge",
        Topic::Deposit => "the deposit",
        Topic::CouncilTax => "the council tax band",
        Topic::Epc => "the energy rating",
        Topic::AvailableFrom => "the date",
        Topic::Furnished => "whether it's furnished",
        Topic::Garden => "whether there's a garden",
        Topic::Balcony => "whether there's a balcony",
        Topic::Lift => "whether there's a lift",
        Topic::Floor => "the floor",
        Topic::Bills => "the bills",
        Topic::Size => "the measurements",
        Topic::Smoking => "the rule on smoking",
        Topic::Transport => "the distance",
        Topic::Heating => "the heating",
        Topic::Laundry => "the appliances",
        Topic::Chain => "the chain",
        Topic::Schools => "the schools",
        Topic::Storage => "the storage",
        _ => "that",
    }
}

/// What the record says; nothing where it is silent.
fn fact(topic: Topic, home: &Property, manner: Manner) -> Option<String> {
    match topic {
        Topic::Price => Some(format!("It's {}.", manner.price(home))),
        Topic::CouncilTax => {
            home.council_tax_band.as_ref().map(|band| format!("It's in council tax band {band}."))
        }
        Topic::Epc => home.epc_rating.as_ref().map(|rating| format!("It has an {}.", manner.epc(rating))),
        Topic::AvailableFrom => available(home, manner),
        Topic::Furnished => home.furnished.as_ref().map(|furnished| format!("It comes {furnished}.")),
        Topic::Bedrooms => Some(format!("It's {}.", speech::bedrooms(home.bedrooms))),
        Topic::Bathrooms => Some(format!("It has {}.", speech::bathrooms(home.bathrooms))),
        Topic::Tenure => home.tenure.as_ref().map(|tenure| format!("It's {tenure}.")),
        Topic::Status => Some(
            if home.is_available() {
                "Yes, it's still available."
            } else {
                "I'm afraid it's no longer available."
            }
            .to_owned(),
        ),
        Topic::Reference => Some(format!("Its reference is {}.", manner.reference(&home.reference))),
        Topic::Address => Some(format!(
            "It's in {}, {}. The full address comes with the confirmation of a viewing.",
            home.street(),
            home.area
        )),
        _ => among_features(topic, home),
    }
}

fn available(home: &Property, manner: Manner) -> Option<String> {
    let from = home.available_from.map(|date| format!("It's available from {}.", manner.date(date)));
    from.or_else(|| (home.listing == Listing::Sale).then(|| "It's on the market now.".to_owned()))
}

fn words_of(topic: Topic) -> Vec<&'static str> {
    let (features, others): (&[Feature], &[&str]) = match topic {
        Topic::Parking => (&[Feature::Parking], &[]),
        Topic::Garden => (&[Feature::Garden], &[]),
        Topic::Balcony => (&[Feature::Balcony], &[]),
        Topic::Lift => (&[Feature::Lift], &[]),
        Topic::Pets => (&[Feature::Pets], &[]),
        Topic::Laundry => (&[Feature::Laundry, Feature::Dishwasher], &[]),
        Topic::Storage => (&[Feature::Storage], &[]),
        Topic::Bills => (&[Feature::Bills], &[]),
        Topic::Heating => (&[], &["central heating", "double glazing", "fireplace"]),
        Topic::Floor => (&[Feature::GroundFloor, Feature::TopFloor], &["first floor"]),
        _ => (&[], &[]),
    };
    features.iter().flat_map(|feature| feature.words()).chain(others).copied().collect()
}

/// A listing that does not name it does not say it is not there.
fn among_features(topic: Topic, home: &Property) -> Option<String> {
    let words = words_of(topic);
    let named = |text: &str| words.iter().any(|word| text.to_lowercase().contains(word));
    if let Some(feature) = home.features.iter().find(|feature| named(feature)) {
        return Some(format!("Yes, it has {}.", speech::with_article(&feature.to_lowercase())));
    }
    let sentence = home.description.split_inclusive('.').find(|sentence| named(sentence))?;
    Some(format!("The details say: {}", sentence.trim()))
}
