//! `GET /api/voice/relay`, the socket of ConversationRelay, and `POST /api/voice/relay-ended`, where a call goes on when
//! its socket is over.

use agency::conversation::Event;
use axum::extract::{State, WebSocketUpgrade};
use axum::response::Response;

use super::voice::turn_of;
use super::{Refused, Signed, SignedSocket, twiml};
use crate::app::App;
use crate::conversation::{Farewell, Turn, answer_lost_relay, last_words, relay};

/// A message of Twilio's is a few kilobytes; more is nobody we know.
const MESSAGE_BYTES_MAX: usize = 64 * 1024;
const BUFFER_BYTES: usize = 4 * 1024;

pub(super) async fn socket(
    State(app): State<App>,
    _signed: SignedSocket,
    upgrade: WebSocketUpgrade,
) -> Response {
    // The buffers' defaults are a quarter of a megabyte a call.
    upgrade
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(0)
        .max_write_buffer_size(MESSAGE_BYTES_MAX)
        .max_message_size(MESSAGE_BYTES_MAX)
        .on_upgrade(move |socket| relay(app, socket))
}

/// `ended`: we said so, and hand over the last words. `completed`: the caller hung up. `failed`: the socket is gone, and
/// the call goes on with Gather.
pub(super) async fn relay_ended(State(app): State<App>, signed: Signed) -> Result<Response, Refused> {
    let form = &signed.form;
    let status = form.get("SessionStatus").unwrap_or("failed");
    metrics::counter!("relay_sessions_total", "status" => status.to_owned()).increment(1);
    if status == "completed" {
        return Ok(twiml("<Response/>".to_owned()));
    }
    let farewell = form.get("HandoffData").and_then(|data| serde_json::from_str::<Farewell>(data).ok());
    if let Some(farewell) = farewell.filter(|_| status == "ended") {
        return Ok(twiml(last_words(&app, &farewell)));
    }
    let code = form.get("ErrorCode").unwrap_or("none");
    tracing::warn!(twilio.error_code = code, status, "a relay is over before its call; Gather goes on");
    let was_heard = form.get("SessionDuration").and_then(|s| s.parse::<f64>().ok()).is_some_and(|s| s >= 1.0);
    let turn = Turn { event: Event::TurnLost { greeted: was_heard }, ..turn_of(&signed)? };
    Ok(twiml(answer_lost_relay(&app, &turn, form.get("SessionId").unwrap_or("none")).await?))
}
