//! Sending: each provider one file. A failure says retry, give up, or look first.

mod calls;
mod files;
mod log;
mod number;
mod pictures;
mod slack;
mod smtp;
mod twilio;

pub use files::{TwilioRecording, Unfetched};
pub use log::TwilioMessage;
pub use number::NumberUrls;
pub use pictures::Pictures;
pub use slack::SlackClient;
pub use smtp::Mailer;
pub use twilio::{Sent, TwilioClient, TwilioContent, Undelivered};

use agency::crm::Channel;
use agency::messages::{Reach, kind};
use agency::phone::PhoneNumber;
use store::StoreError;

use crate::app::App;
use crate::settings::Twilio;

/// All our clients encrypt with ring (docs/decisions/0002-dependencies.md); whoever installed something before us keeps it.
pub(crate) fn encrypt() {
    drop(rustls::crypto::ring::default_provider().install_default());
}

/// (to, from) as the provider wants them: `whatsapp:` on both sides or on none.
pub fn addresses(twilio: &Twilio, phone: &PhoneNumber, channel: Channel) -> (String, String) {
    match (channel, &twilio.whatsapp_number) {
        (Channel::WhatsApp, Some(from)) => (format!("whatsapp:{phone}"), from.clone()),
        _ => (phone.to_string(), twilio.phone_number.clone()),
    }
}

/// Somebody of whom no telephone is known.
pub fn reach_by_email(app: &App, email: Option<&str>) -> Reach {
    Reach { email: email.filter(|_| app.mailer.is_some()).map(str::to_owned), ..Reach::default() }
}

/// How somebody can be reached for this kind of message, with what this agency has set up.
pub async fn reach(app: &App, phone: &PhoneNumber, of: &str) -> Result<Reach, StoreError> {
    let known = app.store.reach(phone).await?;
    let has_whatsapp = app.settings.twilio.whatsapp_number.is_some();
    Ok(Reach {
        last_whatsapp: known.last_whatsapp.filter(|_| has_whatsapp),
        prefers_whatsapp: known.prefers_whatsapp && has_whatsapp,
        has_template: app.settings.whatsapp_templates.contains_key(kind::template(of)),
        email: known.email.filter(|_| app.mailer.is_some()),
        ..known
    })
}
