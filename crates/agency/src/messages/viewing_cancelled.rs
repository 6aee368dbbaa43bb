//! Word that a viewing was called off, for who was to come.

use jiff::Timestamp;

use super::money::price;
use crate::crm::Property;
use crate::settings::AgencyProfile;
use crate::speech;

pub fn viewing_cancelled(property: &Property, start: Timestamp, agency: &AgencyProfile) -> String {
    format!(
        "{}: your viewing of {} ({}) on {} is off, as you asked. To book another, reply here or ring {}.",
        agency.short_name,
        property.street(),
        price(property),
        speech::moment_in_writing(start),
        agency.phone.national()
    )
}
