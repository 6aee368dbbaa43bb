//! Twilio's doors: check the signature, parse once, answer a repeat as before, hand over.

mod answers;
mod fallback;
mod form;
mod health;
mod hold;
mod message;
mod message_status;
mod oncall;
mod recording;
mod relay;
mod signature;
mod signed;
mod status;
mod transfer;
mod voice;

pub(crate) use message::take_from_log;
pub use signature::{Keys, Payload, verify};
pub use signed::{Signed, SignedSocket};

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use crate::app::App;
use crate::conversation::NotHere;

/// All doors, in the order of `spec.md` §2.
pub fn router() -> Router<App> {
    Router::new()
        .route("/api/voice/inbound", post(voice::inbound))
        .route("/api/voice/process-speech", post(voice::process_speech))
        .route("/api/voice/relay", get(relay::socket))
        .route("/api/voice/relay-ended", post(relay::relay_ended))
        .route("/api/voice/recording", post(recording::recording))
        .route("/api/voice/status", post(status::status))
        .route("/api/voice/dial-ended", post(transfer::dial_ended))
        .route("/api/voice/whisper", post(transfer::whisper))
        .route("/api/voice/whisper-accept", post(transfer::whisper_accept))
        .route("/api/voice/taken-over", post(transfer::taken_over))
        .route("/api/voice/handed-back", post(transfer::handed_back))
        .route("/api/voice/marked", post(transfer::marked))
        .route("/api/voice/hold", post(hold::hold))
        .route("/api/voice/hold-key", post(hold::hold_key))
        .route("/api/voice/hold-ended", post(hold::hold_ended))
        .route("/api/voice/oncall", post(oncall::oncall))
        .route("/api/voice/oncall-ack", post(oncall::oncall_ack))
        .route("/api/voice/fallback", post(fallback::fallback))
        .route("/api/webhooks/twilio/sms", post(message::sms))
        .route("/api/webhooks/whatsapp", post(message::whatsapp))
        .route("/api/webhooks/twilio/message-status", post(message_status::message_status))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(health::metrics))
}

/// A TwiML document as Twilio wants it.
fn twiml(body: String) -> Response {
    ([(header::CONTENT_TYPE, "text/xml; charset=utf-8")], body).into_response()
}

/// A door's refusal: a status and one line that says what to do.
pub struct Refused(StatusCode, &'static str);

impl Refused {
    fn bad_request(why: &'static str) -> Self {
        Self(StatusCode::BAD_REQUEST, why)
    }

    /// Twilio comes again with its own retries, or asks the fallback URL.
    fn try_again() -> Self {
        Self(StatusCode::SERVICE_UNAVAILABLE, "the database does not answer; try again")
    }
}

impl From<NotHere> for Refused {
    fn from(_: NotHere) -> Self {
        Self::try_again()
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, format!("{}\n", self.1)).into_response()
    }
}
