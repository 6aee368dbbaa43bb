//! The first word to the emergency contact. It names the danger and the number to ring, nobody's name or address.

use crate::phone::PhoneNumber;
use crate::settings::AgencyProfile;
use crate::triage::Emergency;

pub fn emergency_alert(
    emergency: &Emergency,
    caller: Option<&PhoneNumber>,
    agency: &AgencyProfile,
) -> String {
    let number = caller.map_or("a withheld number".to_owned(), PhoneNumber::national);
    format!(
        "EMERGENCY, {}: a caller reported {} (\"{}\") from {number}. They had the safety advice. Ring them now.",
        agency.short_name,
        emergency.hazard.replace('_', " "),
        emergency.evidence
    )
}
