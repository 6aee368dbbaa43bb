//! To the negotiator who waits at a home: their caller is late.

use crate::phone::PhoneNumber;
use crate::settings::AgencyProfile;
use crate::speech;
use crate::tools::running_late::RunningLate;

pub fn running_late(call: &RunningLate, agency: &AgencyProfile) -> String {
    let number = call
        .phone
        .as_ref()
        .map(PhoneNumber::national)
        .map_or_else(String::new, |phone| format!(" ({phone})"));
    format!(
        "{}: {}{number} is running late for {} at {}: \"{}\".",
        agency.short_name,
        call.viewing.viewer_name,
        call.viewing.property.reference,
        speech::moment_in_writing(call.viewing.start),
        call.words
    )
}
