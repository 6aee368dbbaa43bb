//! What a lead wants, and the words used for leads and calls.

use serde::{Deserialize, Serialize};

use super::{Feature, Listing, PropertyType, vocabulary};

vocabulary! {
    /// What a lead thinks of a property.
    Interest { High = "high", Medium = "medium", Low = "low", Rejected = "rejected" }
}

vocabulary! {
    /// How soon a lead wants to move.
    MoveUrgency {
        Immediate = "immediate", WithinMonth = "within_month", Within3Months = "within_3_months", Browsing = "browsing",
    }
}

vocabulary! {
    /// What a score comes to.
    Temperature { Hot = "hot", Warm = "warm", Cold = "cold" }
}

vocabulary! {
    /// How far a lead has come. The first four move forward by themselves; the rest is set by staff.
    LeadStatus {
        New = "new", Contacted = "contacted", Qualified = "qualified", ViewingBooked = "viewing_booked",
        OfferMade = "offer_made", Converted = "converted", Lost = "lost",
    }
}

vocabulary! {
    /// How a call ended.
    CallOutcome {
        ViewingBooked = "viewing_booked", ViewingChanged = "viewing_changed", ValuationBooked = "valuation_booked",
        TicketRaised = "ticket_raised", Emergency = "emergency", Transferred = "transferred",
        CallbackPromised = "callback_promised", InfoSent = "info_sent", InfoGiven = "info_given",
        MessageTaken = "message_taken", Abandoned = "abandoned", Failed = "failed",
    }
}

vocabulary! {
    /// What was done in a call besides its outcome.
    ActionTaken {
        ViewingBooked = "viewing_booked", CallbackPromised = "callback_promised", MessageTaken = "message_taken",
        Emergency = "emergency", LeadUpdated = "lead_updated", InfoGiven = "info_given",
        ViewingChanged = "viewing_changed", InfoSent = "info_sent",
        OptedOut = "opted_out", TicketRaised = "ticket_raised", Transferred = "transferred",
        ValuationBooked = "valuation_booked", SavedSearch = "saved_search",
    }
}

/// What an applicant is looking for. Absent means not said yet, never "any".
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Wants {
    pub listing: Option<Listing>,
    pub property_type: Option<PropertyType>,
    pub bedrooms_min: Option<i64>,
    pub bedrooms_max: Option<i64>,
    /// Whole pounds; a month for lettings.
    pub budget_min: Option<i64>,
    pub budget_max: Option<i64>,
    pub areas: Vec<WantedArea>,
    /// What the home must have, and what it must not: kept with the lead, and asked of the record before homes are told.
    pub must_haves: Vec<Feature>,
    pub deal_breakers: Vec<Feature>,
}

/// An area as the caller said it, with the outward code it lies in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct WantedArea {
    /// `Queen's Park`; none when only a postcode was said.
    pub name: Option<String>,
    /// `NW6`
    pub outward: Option<String>,
}

impl Wants {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether nothing is wanted but some feature: a question about a garden names one too.
    pub fn names_features_only(&self) -> bool {
        let rest = Self { must_haves: Vec::new(), deal_breakers: Vec::new(), ..self.clone() };
        rest.is_empty()
    }

    /// Enough to look for something sensible: what kind of listing, and one more thing.
    pub fn can_search(&self) -> bool {
        self.listing.is_some()
            && (!self.areas.is_empty() || self.bedrooms_min.is_some() || self.budget_max.is_some())
    }

    /// One more count of bedrooms said in the same breath ("a two bed or a three bed") widens the range.
    pub fn add_bedrooms(&mut self, min: Option<i64>, max: Option<i64>) {
        let said_before = self.bedrooms_min.is_some() || self.bedrooms_max.is_some();
        self.bedrooms_min = if said_before { self.bedrooms_min.min(min) } else { min };
        self.bedrooms_max = match (self.bedrooms_max, max) {
            (Some(before), Some(now)) => Some(before.max(now)),
            (None, most) if !said_before => most,
            _ => None,
        };
    }

    /// Takes over what was said now; what was not mentioned stays.
    pub fn merge(&mut self, said: &Self) {
        if said.listing.is_some() && self.listing != said.listing {
            // A budget for renting says nothing about buying.
            (self.budget_min, self.budget_max) = (None, None);
        }
        self.listing = said.listing.or(self.listing);
        self.property_type = said.property_type.or(self.property_type);
        if said.bedrooms_min.is_some() || said.bedrooms_max.is_some() {
            (self.bedrooms_min, self.bedrooms_max) = (said.bedrooms_min, said.bedrooms_max);
        }
        if said.budget_min.is_some() || said.budget_max.is_some() {
            (self.budget_min, self.budget_max) = (said.budget_min, said.budget_max);
        }
        if !said.areas.is_empty() {
            self.areas.clone_from(&said.areas);
        }
        self.deal_breakers.retain(|feature| !said.must_haves.contains(feature));
        self.must_haves.retain(|feature| !said.deal_breakers.contains(feature));
        add(&mut self.must_haves, &said.must_haves);
        add(&mut self.deal_breakers, &said.deal_breakers);
    }
}

fn add(known: &mut Vec<Feature>, said: &[Feature]) {
    let fresh: Vec<Feature> = said.iter().filter(|feature| !known.contains(feature)).copied().collect();
    known.extend(fresh);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merging_keeps_what_was_not_mentioned() {
        let mut wants = Wants {
            bedrooms_min: Some(2),
            budget_max: Some(2500),
            listing: Some(Listing::Rent),
            ..Wants::default()
        };
        wants.merge(&Wants { budget_max: Some(2800), ..Wants::default() });
        assert_eq!((wants.bedrooms_min, wants.budget_max), (Some(2), Some(2800)));
    }

    #[test]
    fn a_rent_budget_is_dropped_when_the_caller_turns_to_buying() {
        let mut wants = Wants { budget_max: Some(2500), listing: Some(Listing::Rent), ..Wants::default() };
        wants.merge(&Wants { listing: Some(Listing::Sale), ..Wants::default() });
        assert_eq!(wants.budget_max, None);
    }
}
