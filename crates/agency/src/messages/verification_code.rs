//! The one-time code, to the number on file.

use crate::settings::AgencyProfile;

pub fn verification_code(code: &str, agency: &AgencyProfile) -> String {
    format!(
        "{}: your code is {code}. It is good for ten minutes, for what you are asking us just now. If that is not you, ignore it.",
        agency.short_name
    )
}
