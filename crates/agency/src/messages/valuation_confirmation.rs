//! A valuation, confirmed: when, where, who comes, what to expect. No value is ever named before the visit.

use jiff::Timestamp;

use crate::settings::AgencyProfile;
use crate::speech;

pub fn valuation_confirmation(
    address: &str,
    start: Timestamp,
    valuer_name: &str,
    agency: &AgencyProfile,
) -> String {
    format!(
        "{}: your free valuation of {address} is booked for {}. {valuer_name} will look round with you for about half an hour and \
         talk you through recent prices nearby. To change it ring {}.",
        agency.short_name,
        speech::moment_in_writing(start),
        agency.phone.national()
    )
}
