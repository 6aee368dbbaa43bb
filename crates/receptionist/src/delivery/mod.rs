//! Sending: each provider one file. A failure says retry, give up, or look first.

mod twilio;

pub use twilio::{Sent, TwilioClient, Undelivered};

use agency::crm::Channel;
use agency::phone::PhoneNumber;

use crate::settings::Twilio;

/// (to, from) as the provider wants them: `whatsapp:` on both sides or on none.
pub fn addresses(twilio: &Twilio, phone: &PhoneNumber, channel: Channel) -> (String, String) {
    match (channel, &twilio.whatsapp_number) {
        (Channel::WhatsApp, Some(from)) => (format!("whatsapp:{phone}"), from.clone()),
        _ => (phone.to_string(), twilio.phone_number.clone()),
    }
}
