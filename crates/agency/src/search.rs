//! Which properties to look for, and what to look for instead when nothing fits.

use serde::{Deserialize, Serialize};

use crate::crm::{Listing, Property, PropertyType, WantedArea, Wants};

/// Exact conditions of one look-up; absent means any. Prices are whole pounds, a month for lettings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Criteria {
    pub listing: Option<Listing>,
    pub property_type: Option<PropertyType>,
    pub bedrooms_min: Option<i64>,
    pub bedrooms_max: Option<i64>,
    pub price_min: Option<i64>,
    pub price_max: Option<i64>,
    /// Names as the listings spell them; a property matches by name or by outward code.
    pub area_names: Vec<String>,
    pub outwards: Vec<String>,
}

/// What had to give before something was found. Said to the caller, never hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Widened {
    Nothing,
    Nearby,
    Budget,
    Bedrooms,
    Area,
}

/// How far over the budget an alternative may lie, in percent of it.
const OVER_BUDGET_PERCENT: i64 = 15;

/// The look-ups to try in order, nearest first. Stop at the first that finds something.
pub fn attempts(wants: &Wants) -> Vec<(Widened, Criteria)> {
    let exact = criteria(wants);
    let nearby = Criteria { area_names: Vec::new(), outwards: outwards(&wants.areas), ..exact.clone() };
    // Without a code there is no telling what is near.
    let nearby = if nearby.outwards.is_empty() { exact.clone() } else { nearby };
    let dearer = Criteria {
        price_max: exact.price_max.map(|max| max + max * OVER_BUDGET_PERCENT / 100),
        ..nearby.clone()
    };
    let roomier = Criteria {
        bedrooms_min: exact.bedrooms_min.map(|beds| (beds - 1).max(0)),
        bedrooms_max: exact.bedrooms_max.map(|beds| beds + 1),
        property_type: None,
        ..dearer.clone()
    };
    let anywhere = Criteria { area_names: Vec::new(), outwards: Vec::new(), ..dearer.clone() };
    let mut attempts = vec![
        (Widened::Nothing, exact),
        (Widened::Nearby, nearby),
        (Widened::Budget, dearer),
        (Widened::Area, anywhere),
        (Widened::Bedrooms, roomier),
    ];
    attempts.dedup_by(|next, previous| next.1 == previous.1);
    attempts
}

fn criteria(wants: &Wants) -> Criteria {
    let (named, coded): (Vec<_>, Vec<_>) = wants.areas.iter().partition(|area| area.name.is_some());
    Criteria {
        listing: wants.listing,
        property_type: wants.property_type,
        bedrooms_min: wants.bedrooms_min,
        bedrooms_max: wants.bedrooms_max,
        price_min: wants.budget_min,
        price_max: wants.budget_max,
        area_names: named.iter().filter_map(|area| area.name.clone()).collect(),
        outwards: coded.iter().filter_map(|area| area.outward.clone()).collect(),
    }
}

fn outwards(areas: &[WantedArea]) -> Vec<String> {
    let mut codes: Vec<String> = areas.iter().filter_map(|area| area.outward.clone()).collect();
    codes.sort();
    codes.dedup();
    codes
}

/// Whether a home is what somebody wants, in every point they named; the higher, the better it fits.
pub fn fit(wants: &Wants, home: &Property) -> Option<i64> {
    let price = home.comparable_price();
    let is_fit = home.is_available()
        && wants.listing.is_none_or(|listing| listing == home.listing)
        && wants.property_type.is_none_or(|kind| kind == home.property_type)
        && wants.bedrooms_min.is_none_or(|min| home.bedrooms >= min)
        && wants.bedrooms_max.is_none_or(|max| home.bedrooms <= max)
        && wants.budget_max.is_none_or(|max| price <= max)
        && wants.budget_min.is_none_or(|min| price >= min)
        && (wants.areas.is_empty() || wants.areas.iter().any(|area| lies_in(home, area)))
        && wants.must_haves.iter().all(|feature| home.names(*feature))
        && !wants.deal_breakers.iter().any(|feature| home.names(*feature));
    let spared = wants.budget_max.filter(|max| *max > 0).map_or(0, |max| 100 - price * 100 / max);
    let room = wants.bedrooms_min.map_or(0, |min| 20 * (home.bedrooms - min));
    is_fit.then_some(spared + room)
}

/// By its name where one was said, else by its code.
fn lies_in(home: &Property, area: &WantedArea) -> bool {
    match (&area.name, &area.outward) {
        (Some(name), _) => name.eq_ignore_ascii_case(&home.area),
        (None, Some(code)) => code.eq_ignore_ascii_case(home.outward()),
        (None, None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crm::Feature;

    fn two_beds_in_maida_vale() -> Wants {
        Wants {
            listing: Some(Listing::Rent),
            bedrooms_min: Some(2),
            bedrooms_max: Some(2),
            budget_max: Some(2000),
            areas: vec![WantedArea { name: Some("Maida Vale".into()), outward: Some("W9".into()) }],
            ..Wants::default()
        }
    }

    #[test]
    fn the_first_attempt_is_what_was_asked() {
        let attempts = attempts(&two_beds_in_maida_vale());
        assert_eq!(attempts[0].0, Widened::Nothing);
        assert_eq!(attempts[0].1.area_names, ["Maida Vale"]);
        assert!(attempts[0].1.outwards.is_empty());
    }

    #[test]
    fn alternatives_stay_near_before_they_cost_more() {
        let widened: Vec<_> = attempts(&two_beds_in_maida_vale()).into_iter().map(|(w, _)| w).collect();
        assert_eq!(
            widened,
            [Widened::Nothing, Widened::Nearby, Widened::Budget, Widened::Area, Widened::Bedrooms]
        );
        assert_eq!(attempts(&two_beds_in_maida_vale())[2].1.price_max, Some(2300));
    }

    #[test]
    fn a_home_fits_in_every_point_or_not_at_all() {
        let wants = two_beds_in_maida_vale();
        let home = |price, bedrooms, area: &str| Property {
            id: crate::crm::PropertyId(1),
            reference: "JB-2024-001".into(),
            listing: Listing::Rent,
            status: "available".into(),
            address_line1: "12 Elgin Avenue".into(),
            area: area.into(),
            postcode: "W9 1AB".into(),
            bedrooms,
            bathrooms: 1,
            property_type: PropertyType::Flat,
            price,
            rent_period: Some(crate::crm::RentPeriod::Month),
            description: "With a lift.".into(),
            features: vec!["Private balcony".into()],
            epc_rating: None,
            council_tax_band: None,
            tenure: None,
            furnished: None,
            available_from: None,
            agent: None,
        };
        let cheaper = fit(&wants, &home(1800, 2, "Maida Vale"));
        assert!(cheaper > fit(&wants, &home(2000, 2, "Maida Vale")));
        for other in [home(2001, 2, "Maida Vale"), home(1900, 3, "Maida Vale"), home(1900, 2, "Kilburn")] {
            assert_eq!(fit(&wants, &other), None);
        }
        let gone = Property { status: "let_agreed".into(), ..home(1800, 2, "Maida Vale") };
        assert_eq!(fit(&wants, &gone), None);
        let with = |must: &[Feature], not: &[Feature]| Wants {
            must_haves: must.to_vec(),
            deal_breakers: not.to_vec(),
            ..wants.clone()
        };
        assert!(fit(&with(&[Feature::Balcony], &[]), &home(1800, 2, "Maida Vale")).is_some());
        assert_eq!(fit(&with(&[Feature::Garden], &[]), &home(1800, 2, "Maida Vale")), None);
        assert_eq!(fit(&with(&[], &[Feature::Lift]), &home(1800, 2, "Maida Vale")), None);
    }

    #[test]
    fn never_looks_twice_for_the_same() {
        let open = Wants { listing: Some(Listing::Sale), ..Wants::default() };
        assert_eq!(attempts(&open).len(), 1);
    }
}
