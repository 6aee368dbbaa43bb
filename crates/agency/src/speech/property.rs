//! A property, and a search, in one breath.

use super::money::{amount, price};
use super::numbers::cardinal;
use crate::crm::{Listing, Property, PropertyType, Wants};

/// `a lovely two-bedroom flat in Elgin Avenue, Maida Vale, at two thousand two hundred pounds per month`.
/// The street without its number: a full address is for the confirmation.
pub fn property(property: &Property) -> String {
    format!(
        "a lovely {} in {}, {}, at {}",
        bare_kind(property),
        property.street(),
        property.area,
        price(property)
    )
}

/// `the two-bedroom flat`
pub fn kind(property: &Property) -> String {
    format!("the {}", bare_kind(property))
}

fn bare_kind(property: &Property) -> String {
    let (bedrooms, name) = (property.bedrooms, property.property_type.word());
    if bedrooms == 0 || property.property_type == PropertyType::Studio {
        return name.to_owned();
    }
    format!("{}-bedroom {name}", cardinal(bedrooms))
}

/// `two bedrooms`, `a studio`
pub fn bedrooms(count: i64) -> String {
    match count {
        0 => "a studio".to_owned(),
        1 => "one bedroom".to_owned(),
        n => format!("{} bedrooms", cardinal(n)),
    }
}

pub fn bathrooms(count: i64) -> String {
    match count {
        1 => "one bathroom".to_owned(),
        n => format!("{} bathrooms", cardinal(n)),
    }
}

/// `a lift`, `an own garden` as "its own garden", `wooden floors`.
pub fn with_article(feature: &str) -> String {
    let is_plural = feature.ends_with('s') && !feature.ends_with("ss");
    match feature {
        _ if is_plural || feature.starts_with("a ") => feature.to_owned(),
        _ if feature.starts_with("own ") => format!("its {feature}"),
        _ if feature.starts_with(['a', 'e', 'i', 'o', 'u']) => format!("an {feature}"),
        _ => format!("a {feature}"),
    }
}

/// What somebody looks for, for a greeting or a read-back: `two-bedroom flats to rent in Maida Vale up to …`.
pub fn search(wants: &Wants) -> String {
    let mut words = Vec::new();
    match (wants.bedrooms_min, wants.bedrooms_max) {
        (_, Some(0)) => {}
        (Some(min), Some(max)) if min == max => words.push(format!("{}-bedroom", cardinal(min))),
        (Some(min), Some(max)) => words.push(format!("{} to {}-bedroom", cardinal(min), cardinal(max))),
        (Some(min), None) => words.push(format!("{}-bedroom or larger", cardinal(min))),
        _ => {}
    }
    words.push(wants.property_type.map_or("homes".to_owned(), |kind| format!("{kind}s")));
    words.extend(wants.listing.map(|listing| match listing {
        Listing::Rent => "to rent".to_owned(),
        Listing::Sale => "to buy".to_owned(),
    }));
    let areas: Vec<String> = wants
        .areas
        .iter()
        .filter_map(|a| a.name.clone().or_else(|| a.outward.as_deref().map(super::postcode)))
        .collect();
    if !areas.is_empty() {
        words.push(format!("in {}", super::any_of(&areas)));
    }
    if let Some(most) = wants.budget_max {
        let unit = if wants.listing == Some(Listing::Rent) { " a month" } else { "" };
        words.push(format!("up to {}{unit}", amount(most)));
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crm::WantedArea;

    #[test]
    fn a_search_is_said_in_one_breath() {
        let wants = Wants {
            listing: Some(Listing::Rent),
            property_type: Some(PropertyType::Flat),
            bedrooms_min: Some(2),
            bedrooms_max: Some(2),
            budget_max: Some(2200),
            areas: vec![WantedArea { name: Some("Maida Vale".into()), outward: Some("W9".into()) }],
            ..Wants::default()
        };
        assert_eq!(
            search(&wants),
            "two-bedroom flats to rent in Maida Vale up to two thousand two hundred pounds a month"
        );
    }
}
