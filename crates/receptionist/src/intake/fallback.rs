//! `POST /api/voice/fallback`: Twilio could not get or run our TwiML. The caller is apologised to and the conversation
//! goes on from its saved state; without a database, the caller hears what to do.

use agency::conversation::Event;
use axum::extract::State;
use axum::response::Response;

use super::voice::turn_of;
use super::{Refused, Signed, twiml};
use crate::app::App;
use crate::conversation::{Turn, answer_lost_turn};

pub(super) async fn fallback(State(app): State<App>, Signed(form): Signed) -> Result<Response, Refused> {
    // Twilio tells why; the reason is a code and an address of ours, never a caller's words.
    let code = form.get("ErrorCode").unwrap_or("none");
    tracing::warn!(twilio.error_code = code, "Twilio asked the fallback URL");
    metrics::counter!("voice_fallbacks_total").increment(1);
    let turn = Turn { event: Event::TurnLost, ..turn_of(&form, 0)? };
    Ok(twiml(answer_lost_turn(&app, &turn).await))
}
