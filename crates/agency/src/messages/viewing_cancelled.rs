//! Word that a viewing or a valuation was called off, for who was to come or who was to be visited.

use jiff::Timestamp;

use super::appointment::CalledOff;
use super::money::price;
use crate::crm::Property;
use crate::settings::AgencyProfile;
use crate::speech;

pub fn viewing_cancelled(
    property: &Property,
    start: Timestamp,
    by: CalledOff,
    agency: &AgencyProfile,
) -> String {
    let what = format!("viewing of {} ({})", property.street(), price(property));
    is_off(&what, start, by, agency)
}

pub fn valuation_cancelled(address: &str, start: Timestamp, by: CalledOff, agency: &AgencyProfile) -> String {
    is_off(&format!("valuation of {address}"), start, by, agency)
}

fn is_off(what: &str, start: Timestamp, by: CalledOff, agency: &AgencyProfile) -> String {
    format!(
        "{}: your {what} on {} {} To book another, reply here or ring {}.",
        agency.short_name,
        speech::moment_in_writing(start),
        by.words(),
        agency.phone.national()
    )
}
