//! The confirmation of a viewing. A message that names a letting always carries its exact rent (Renters' Rights Act
//! 2025, s. 56). It never invites the word CANCEL: Twilio takes that as an opt-out.

use jiff::Timestamp;

use super::money::price;
use super::plan::Way;
use crate::crm::Property;
use crate::settings::AgencyProfile;
use crate::speech;

pub struct ViewingConfirmation<'a> {
    pub property: &'a Property,
    pub start: Timestamp,
    pub negotiator_name: &'a str,
    pub viewer_name: &'a str,
}

/// The words for one way, at most one long SMS and in its plain alphabet where the data allow.
pub fn viewing_confirmation(viewing: &ViewingConfirmation, agency: &AgencyProfile, way: Way) -> String {
    let when = speech::moment_in_writing(viewing.start);
    let property = viewing.property;
    let home =
        format!("{}, {} {} ({})", property.address_line1, property.area, property.postcode, price(property));
    let map = format!("https://maps.google.com/?q={}", property.postcode.replace(' ', "+"));
    let (agency_name, meets, office) = (&agency.short_name, viewing.negotiator_name, agency.phone.national());
    match way {
        Way::Sms => format!(
            "{agency_name}: your viewing is booked for {when} at {home}. {meets} will meet you there. Map: {map} To change it, reply here or ring {office}."
        ),
        // An email has its own words and an invitation: [`super::AppointmentEmail`].
        Way::WhatsAppText | Way::WhatsAppTemplate | Way::Email => {
            let first_name = viewing.viewer_name.split_whitespace().next().unwrap_or_default();
            format!(
                "Hello {first_name}, your viewing is booked.\n\n*{when}*\n{home}\nReference {}\n\n{meets} will meet you there.\nMap: {map}\n\nTo change it, reply here or ring {office}.\n{agency_name}",
                property.reference
            )
        }
    }
}
