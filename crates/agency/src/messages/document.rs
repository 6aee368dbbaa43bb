//! A document that somebody on our books asked for, to the number we hold.

use crate::settings::AgencyProfile;

pub fn document(name: &str, agency: &AgencyProfile, link: &str) -> String {
    format!(
        "{}: {name}, as you asked for it. The link is good for a day and for you alone: {link}",
        agency.short_name
    )
}
