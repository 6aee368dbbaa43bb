//! The answer to HELP, and to a file that cannot be taken.

use crate::settings::AgencyProfile;

/// What may be sent instead.
pub fn file_refused(bytes_max: usize) -> String {
    let megabytes = bytes_max / (1024 * 1024);
    format!(
        "I couldn't open a file you sent. A photo, a video or a PDF of up to {megabytes} MB works; or tell me in words."
    )
}

/// Who we are, how to reach a person, and how to end it.
pub fn help(agency: &AgencyProfile) -> String {
    format!(
        "{}: {} (AI assistant) answers here. Ask for homes, viewings, valuations or repairs, or ring us on {}. Write PERSON for a colleague, STOP to end messages.",
        agency.short_name,
        agency.persona,
        agency.phone.national()
    )
}
