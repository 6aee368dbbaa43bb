//! The one-time code, to the number on file.

use crate::settings::AgencyProfile;

pub fn verification_code(code: &str, agency: &AgencyProfile) -> String {
    format!(
        "{}: your code is {code}. It is good for ten minutes, for the call you are making now. If you are not ringing us, ignore it.",
        agency.short_name
    )
}
