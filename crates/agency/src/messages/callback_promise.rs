//! The promise of a call-back, with its time.

use crate::settings::AgencyProfile;
use crate::speech;
use crate::tools::take_message::MessageTaken;

pub fn callback_promise(taken: &MessageTaken, agency: &AgencyProfile) -> String {
    let when = speech::moment_in_writing(taken.due);
    let by = if taken.office_open { format!("by {when}") } else { format!("when we open on {when}") };
    format!(
        "{}: thank you for your call. A colleague will ring you back {by}. If it is urgent, ring {}.",
        agency.short_name,
        agency.phone.national()
    )
}
