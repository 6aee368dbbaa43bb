//! SGD Homes: intents and slots of people who look for a home.

use agency::crm::Listing;
use agency::language::{Expecting, Feature, Understanding, Value};
use serde_json::Value as Json;

use super::super::Figure;
use super::super::rows::{days, heard, moment, rows, text};

pub(super) fn homes() -> anyhow::Result<Vec<Figure>> {
    let mut beds = Figure::new("beds, SGD Homes", "the number of bedrooms", Some(98.0));
    let mut baths = Figure::new("baths, SGD Homes", "the number of bathrooms", None);
    let mut areas = Figure::new("areas, SGD Homes", "the place by its name, none of them ours", None);
    let mut visits = Figure::new("visit dates, SGD Homes", "the date is among those understood", Some(97.0));
    let mut features = Figure::new("features, SGD Homes", "furnished, pets: heard as wanted", None);
    let mut intents = Figure::new(
        "intents, SGD Homes",
        "turns that state one: FindApartment is an enquiry, ScheduleVisit a viewing",
        Some(93.0),
    );
    let mut rents =
        Figure::new("rent or buy, SGD Homes", "never heard as buying, where the words say one", Some(98.0));
    for row in rows("sgd_homes1_only_train.jsonl")? {
        let words = text(&row, "utterance");
        let expecting = asked(&row);
        let found = heard(words, expecting, moment("2019-03-01"));
        for act in row["user_acts"].as_array().into_iter().flatten() {
            let value = act["canonical_values"][0].as_str().unwrap_or_default();
            let miss = || format!("{value} | {:?} | {expecting:?} {words}", found.entities);
            match (text(act, "act"), text(act, "slot")) {
                ("INFORM", "number_of_beds") => beds.count(rooms(&found, true) == value, miss),
                ("INFORM", "number_of_baths") => baths.count(rooms(&found, false) == value, miss),
                ("INFORM", "area") => areas.count(has_area(&found, value), miss),
                ("INFORM", "visit_date") => visits.count(days(&found).iter().any(|day| day == value), miss),
                ("INFORM", "furnished") => features.count(wants(&found, Feature::Furnished), miss),
                ("INFORM", "pets_allowed") => features.count(wants(&found, Feature::Pets), miss),
                ("INFORM_INTENT", _) => intents.count(fits(&found, value), || {
                    format!("{value} | {:?} {} | {words}", found.intent, found.confidence)
                }),
                _ => {}
            }
        }
        if let Some(listing) = found
            .entities
            .iter()
            .find_map(|e| if let Value::Listing { value } = e.value { Some(value) } else { None })
        {
            rents.count(listing == Listing::Rent, || words.to_owned());
        }
    }
    Ok(vec![beds, baths, areas, visits, features, intents, rents])
}

/// What the assistant had asked for, in our words.
fn asked(row: &Json) -> Option<Expecting> {
    let asked: Vec<&str> = row["prev_system_acts"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|act| text(act, "act") == "REQUEST")
        .map(|act| text(act, "slot"))
        .collect();
    match asked.as_slice() {
        ["number_of_beds"] => Some(Expecting::Bedrooms),
        ["number_of_baths"] => Some(Expecting::Bathrooms),
        ["area"] => Some(Expecting::Area),
        ["visit_date"] => Some(Expecting::Date),
        _ => None,
    }
}

fn rooms(found: &Understanding, bedrooms: bool) -> String {
    let count = found.entities.iter().find_map(|entity| match entity.value {
        Value::Bedrooms { min, max } if bedrooms => Some(min.or(max)),
        Value::Bathrooms { min, max } if !bedrooms => Some(min.or(max)),
        _ => None,
    });
    count.flatten().map(|count| count.to_string()).unwrap_or_default()
}

fn has_area(found: &Understanding, area: &str) -> bool {
    found.entities.iter().any(
        |entity| matches!(&entity.value, Value::Area { value, .. } if value.to_lowercase() == area.to_lowercase()),
    )
}

fn wants(found: &Understanding, feature: Feature) -> bool {
    found.entities.iter().any(|entity| entity.value == Value::Feature { value: feature, wanted: true })
}

fn fits(found: &Understanding, intent: &str) -> bool {
    let word = found.intent.map_or("", |intent| intent.word());
    match intent {
        "FindApartment" => word.starts_with("property_enquiry"),
        _ => word == "book_viewing",
    }
}
