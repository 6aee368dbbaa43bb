//! The confirmation of a viewing. A message that names a letting always carries its exact rent (Renters' Rights Act
//! 2025, s. 56). It never invites the word CANCEL: Twilio takes that as an opt-out.

use jiff::Timestamp;
use serde::Serialize;

use super::letter::AgencyView;
use super::money::price;
use super::plan::Way;
use super::template;
use crate::crm::Property;
use crate::settings::AgencyProfile;
use crate::speech;

pub struct ViewingConfirmation<'a> {
    pub property: &'a Property,
    pub start: Timestamp,
    pub negotiator_name: &'a str,
    pub viewer_name: &'a str,
}

#[derive(Serialize)]
pub(super) struct Confirmation<'a> {
    pub(super) agency: AgencyView<'a>,
    pub(super) when: String,
    pub(super) home: &'a str,
    pub(super) reference: &'a str,
    pub(super) staff: &'a str,
    pub(super) first_name: &'a str,
    pub(super) map: &'a str,
}

/// The words for one way, at most one long SMS and in its plain alphabet where the data allow.
pub fn viewing_confirmation(viewing: &ViewingConfirmation, agency: &AgencyProfile, way: Way) -> String {
    let property = viewing.property;
    let confirmation = Confirmation {
        agency: AgencyView::new(agency),
        when: speech::moment_in_writing(viewing.start),
        home: &format!(
            "{}, {} {} ({})",
            property.address_line1,
            property.area,
            property.postcode,
            price(property)
        ),
        reference: &property.reference,
        staff: viewing.negotiator_name,
        first_name: viewing.viewer_name.split_whitespace().next().unwrap_or_default(),
        map: &format!("https://maps.google.com/?q={}", property.postcode.replace(' ', "+")),
    };
    match way {
        Way::Sms => template::text("viewing_confirmation.sms.txt", &confirmation),
        // An email has its own words and an invitation: [`super::AppointmentEmail`].
        Way::WhatsAppText | Way::WhatsAppTemplate | Way::Email => {
            template::text("viewing_confirmation.whatsapp.txt", &confirmation)
        }
    }
}
