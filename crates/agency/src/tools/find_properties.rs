//! Read: homes on the market that fit, or the nearest to it.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use crate::crm::{Property, PropertyId, Wants};
use crate::search::Widened;

/// How many are spoken at once.
pub const SPOKEN_MAX: usize = 3;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FindProperties {
    pub wants: Wants,
    /// Streets the caller named; then only homes there are meant.
    pub streets: Vec<String>,
    /// A home's reference, as its digits; then only that home is meant.
    pub reference: Option<String>,
    /// Already offered in this call, and not liked.
    pub except: Vec<PropertyId>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FoundProperties {
    pub properties: Vec<Property>,
    /// What had to give; `Nothing` when they are exactly what was asked for.
    pub widened: Widened,
    /// The home that was asked for is there, but has this status.
    pub off_market: Option<String>,
}

/// Keeps what can be said in one breath: never a home already refused, never one off the market.
pub fn decide(call: &FindProperties, found: Vec<Property>, widened: Widened) -> FoundProperties {
    let wants = &call.wants;
    let mut properties: Vec<Property> = found
        .into_iter()
        .filter(|property| property.is_available() && !call.except.contains(&property.id))
        .filter(|property| !wants.deal_breakers.iter().any(|feature| property.names(*feature)))
        .collect();
    // Those whose record names more of what is wished for come first; else the order stays.
    properties
        .sort_by_key(|home| Reverse(wants.must_haves.iter().filter(|feature| home.names(**feature)).count()));
    properties.truncate(SPOKEN_MAX);
    FoundProperties { properties, widened, off_market: None }
}

/// Homes in a street that was named: those that fit what is known of the wish, or else all of them.
pub fn decide_streets(call: &FindProperties, there: Vec<Property>) -> FoundProperties {
    let fitting: Vec<Property> =
        there.iter().filter(|property| fits(&call.wants, property)).cloned().collect();
    if fitting.is_empty() {
        decide(call, there, Widened::Bedrooms)
    } else {
        decide(call, fitting, Widened::Nothing)
    }
}

fn fits(wants: &Wants, property: &Property) -> bool {
    wants.listing.is_none_or(|listing| listing == property.listing)
        && wants.property_type.is_none_or(|kind| kind == property.property_type)
        && wants.bedrooms_min.is_none_or(|least| property.bedrooms >= least)
        && wants.bedrooms_max.is_none_or(|most| property.bedrooms <= most)
        && wants.budget_max.is_none_or(|most| property.comparable_price() <= most)
}

/// One home by its reference: itself, or what became of it.
pub fn decide_one(property: Option<Property>) -> FoundProperties {
    let off_market =
        property.as_ref().filter(|property| !property.is_available()).map(|property| property.status.clone());
    let properties = property.into_iter().filter(Property::is_available).collect();
    FoundProperties { properties, widened: Widened::Nothing, off_market }
}
