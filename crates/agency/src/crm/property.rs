//! A property on the market and how it is spoken of.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{PropertyId, UserId, vocabulary};

vocabulary! {
    /// To let or to sell.
    Listing { Rent = "rent", Sale = "sale" }
}

vocabulary! {
    /// What the advertised rent is for.
    RentPeriod { Month = "month", Week = "week" }
}

vocabulary! {
    /// The kinds of homes the agency lists.
    PropertyType { Flat = "flat", House = "house", Studio = "studio", Maisonette = "maisonette" }
}

vocabulary! {
    /// What a home may have.
    Feature {
        Parking = "parking", Garage = "garage", Garden = "garden", Balcony = "balcony", Terrace = "terrace",
        Lift = "lift", Furnished = "furnished", Unfurnished = "unfurnished", Pets = "pets", Bills = "bills_included",
        Laundry = "laundry", Dishwasher = "dishwasher", Concierge = "concierge", Gym = "gym", GroundFloor = "ground_floor",
        TopFloor = "top_floor", Ensuite = "ensuite", EpcGood = "good_epc", ChainFree = "chain_free",
        Freehold = "freehold", Leasehold = "leasehold", NewBuild = "new_build", Period = "period", NearTube = "near_tube",
        StudyRoom = "study", Storage = "storage", StepFree = "step_free", AirConditioning = "air_conditioning",
        Smoking = "smoking", Bath = "bath", OpenPlan = "open_plan", Quiet = "quiet", Basement = "basement",
    }
}

impl Feature {
    /// Words by which a listing names it.
    pub fn words(self) -> &'static [&'static str] {
        match self {
            Self::Parking => &["parking", "garage", "driveway"],
            Self::Garage => &["garage"],
            Self::Garden => &["garden", "patio"],
            Self::Balcony => &["balcony", "terrace"],
            Self::Terrace => &["terrace"],
            Self::Lift => &["lift"],
            Self::Pets => &["pets", "pet friendly"],
            Self::Bills => &["bills included"],
            Self::Laundry => &["washer", "washing machine"],
            Self::Dishwasher => &["dishwasher"],
            Self::Concierge => &["porter", "concierge"],
            Self::Gym => &["gym"],
            Self::GroundFloor => &["ground floor", "ground-floor"],
            Self::TopFloor => &["top floor", "top-floor"],
            Self::Ensuite => &["en suite", "ensuite"],
            Self::Storage => &["storage", "bike store", "fitted wardrobes"],
            Self::Period => &["period", "victorian", "edwardian"],
            Self::NewBuild => &["new build", "purpose-built"],
            Self::OpenPlan => &["open plan"],
            Self::Quiet => &["quiet", "peaceful"],
            Self::Basement => &["basement", "lower ground"],
            Self::ChainFree => &["chain free", "no chain"],
            _ => &[],
        }
    }
}

/// One row of `properties`, with what is needed to talk about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Property {
    pub id: PropertyId,
    pub reference: String,
    pub listing: Listing,
    pub status: String,
    pub address_line1: String,
    pub area: String,
    pub postcode: String,
    pub bedrooms: i64,
    pub bathrooms: i64,
    pub property_type: PropertyType,
    /// Whole pounds, as advertised.
    pub price: i64,
    pub rent_period: Option<RentPeriod>,
    pub description: String,
    pub features: Vec<String>,
    pub epc_rating: Option<String>,
    pub council_tax_band: Option<String>,
    pub tenure: Option<String>,
    pub furnished: Option<String>,
    pub available_from: Option<Date>,
    pub agent: Option<UserId>,
}

impl Property {
    pub fn is_available(&self) -> bool {
        self.status == "available"
    }

    /// Whole pounds a month for a letting (weekly × 52 ÷ 12, rounded); the price for a sale.
    pub fn comparable_price(&self) -> i64 {
        if self.rent_period == Some(RentPeriod::Week) { (self.price * 52 + 6) / 12 } else { self.price }
    }

    /// Whether the record names it. That it does not is no proof that it is not there.
    pub fn names(&self, feature: Feature) -> bool {
        let named = |text: &str| feature.words().iter().any(|word| text.to_lowercase().contains(word));
        let furnished = self.furnished.as_deref();
        match feature {
            Feature::Furnished => furnished == Some("furnished"),
            Feature::Unfurnished => furnished == Some("unfurnished"),
            Feature::Freehold | Feature::Leasehold => self.tenure.as_deref() == Some(feature.word()),
            _ => self.features.iter().any(|feature| named(feature)) || named(&self.description),
        }
    }

    /// `Elgin Avenue` of `Flat 3, 12 Elgin Avenue`: the part of the address that may be said to anybody.
    pub fn street(&self) -> &str {
        street_of(&self.address_line1)
    }

    /// `W9` of `W9 1AB`.
    pub fn outward(&self) -> &str {
        self.postcode.split_whitespace().next().unwrap_or_default()
    }
}

/// The street of an address line: the last part after a comma, without its house number.
pub fn street_of(address_line1: &str) -> &str {
    let last = address_line1.rsplit(',').next().unwrap_or(address_line1).trim();
    match last.split_once(' ') {
        Some((number, street)) if number.starts_with(|c: char| c.is_ascii_digit()) => street.trim(),
        _ => last,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_street_is_said_without_its_number() {
        for (line, street) in [
            ("12 Elgin Avenue", "Elgin Avenue"),
            ("Flat 3, 12A Elgin Avenue", "Elgin Avenue"),
            ("Clifton Gardens", "Clifton Gardens"),
            ("Garden Flat, 7-9 Salusbury Road", "Salusbury Road"),
        ] {
            assert_eq!(street_of(line), street);
        }
    }
}
