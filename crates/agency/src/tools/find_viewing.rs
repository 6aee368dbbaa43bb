//! Read: a viewing that the caller says they have. It is told only to who shows they know it: full name, the home (by its street or
//! its reference, which is in every advertisement) and the day, all matched in silence (the second rung of the disclosure ladder).

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::same_name::is_same_name;
use crate::crm::{AppointmentId, Property};
use crate::london;

/// What the caller has said of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FindViewing {
    pub name: String,
    pub streets: Vec<String>,
    /// A home's reference, as its digits.
    pub reference: Option<String>,
    pub dates: Vec<Date>,
    /// They are late for it: it may have begun.
    #[serde(default)]
    pub late: bool,
}

/// A viewing in the diary, still to come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BookedViewing {
    pub appointment: AppointmentId,
    pub property: Property,
    pub start: Timestamp,
    pub viewer_name: String,
    pub negotiator_name: String,
}

/// The one viewing that all of it fits; none when nothing does, or more than one.
pub fn decide(call: &FindViewing, booked: Vec<BookedViewing>) -> Option<BookedViewing> {
    let mut fitting = booked.into_iter().filter(|viewing| fits(call, viewing));
    fitting.next().filter(|_| fitting.next().is_none())
}

fn fits(call: &FindViewing, viewing: &BookedViewing) -> bool {
    let digits: String = viewing.property.reference.chars().filter(char::is_ascii_digit).collect();
    let by_reference = call.reference.as_deref() == Some(digits.as_str());
    let by_street = call.streets.iter().any(|street| street == viewing.property.street());
    let by_day = call.dates.contains(&london::date_of(viewing.start));
    let by_day = by_day || call.late;
    is_same_name(&call.name, &viewing.viewer_name) && (by_reference || by_street) && by_day
}

/// A first name alone is no proof of anything.
pub fn is_full_name(name: &str) -> bool {
    name.split_whitespace().count() >= 2
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::crm::{Listing, PropertyId, PropertyType};

    fn viewing() -> BookedViewing {
        let property = Property {
            id: PropertyId(7),
            reference: "JB-2024-007".into(),
            listing: Listing::Rent,
            status: "available".into(),
            address_line1: "12 Elgin Avenue".into(),
            area: "Maida Vale".into(),
            postcode: "W9 1AB".into(),
            bedrooms: 2,
            bathrooms: 1,
            property_type: PropertyType::Flat,
            price: 2_500,
            rent_period: None,
            description: String::new(),
            features: Vec::new(),
            epc_rating: None,
            council_tax_band: None,
            tenure: None,
            furnished: None,
            available_from: None,
            agent: None,
        };
        BookedViewing {
            appointment: AppointmentId(1),
            property,
            start: london::instant(date(2026, 11, 24).at(15, 30, 0, 0)),
            viewer_name: "Niamh O'Neill".into(),
            negotiator_name: "Amy Hart".into(),
        }
    }

    #[test]
    fn only_who_knows_all_of_it_is_told() {
        let knows = FindViewing {
            late: false,
            name: "niamh oneill".into(),
            streets: vec!["Elgin Avenue".into()],
            reference: None,
            dates: vec![date(2026, 11, 24)],
        };
        assert!(decide(&knows, vec![viewing()]).is_some());
        for missing in [
            FindViewing { name: "Niamh".into(), ..knows.clone() },
            FindViewing { name: "Jo Marsh".into(), ..knows.clone() },
            FindViewing { streets: vec!["Mill Lane".into()], ..knows.clone() },
            FindViewing { dates: vec![date(2026, 11, 25)], ..knows.clone() },
            FindViewing { dates: vec![], ..knows.clone() },
        ] {
            assert_eq!(decide(&missing, vec![viewing()]), None, "{missing:?}");
        }
        let by_reference = FindViewing { streets: vec![], reference: Some("2024007".into()), ..knows };
        assert!(decide(&by_reference, vec![viewing()]).is_some());
        // It is in every advertisement of the home.
        let public = FindViewing { dates: vec![], ..by_reference };
        assert_eq!(decide(&public, vec![viewing()]), None);
    }
}
