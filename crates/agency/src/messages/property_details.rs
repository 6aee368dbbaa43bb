//! The details of homes that were spoken of. Each letting with its exact rent (Renters' Rights Act 2025, s. 56), no full
//! address: that comes with a viewing.

use super::money::price;
use crate::crm::{Property, PropertyType};
use crate::settings::AgencyProfile;

/// Twilio takes 1,600 characters (error 21617).
const CHARACTERS_MAX: usize = 1_600;

pub fn property_details(homes: &[Property], agency: &AgencyProfile) -> String {
    let end = format!("To view one, reply here or ring {}.", agency.phone.national());
    let mut text = format!("{}: the homes we spoke about.", agency.short_name);
    for home in homes {
        let line = format!(" {}.", card(home));
        if text.len() + line.len() + end.len() + 1 > CHARACTERS_MAX {
            break;
        }
        text.push_str(&line);
    }
    format!("{text} {end}")
}

/// `JB-2024-001: 2-bed flat, Elgin Avenue, Maida Vale W9, £2,500 pcm, EPC C`
fn card(home: &Property) -> String {
    let kind = match (home.bedrooms, home.property_type) {
        (0, kind) | (_, kind @ PropertyType::Studio) => kind.to_string(),
        (beds, kind) => format!("{beds}-bed {kind}"),
    };
    let epc = home.epc_rating.as_ref().map_or_else(String::new, |rating| format!(", EPC {rating}"));
    format!(
        "{}: {kind}, {}, {} {}, {}{epc}",
        home.reference,
        home.street(),
        home.area,
        home.outward(),
        price(home)
    )
}
