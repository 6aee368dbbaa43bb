//! `POST /api/voice/fallback`: Twilio could not get or run our TwiML. The caller is apologised to and the conversation
//! goes on from its saved state; without a database, the caller hears what to do.

use agency::conversation::Event;
use axum::extract::State;
use axum::response::Response;

use super::form::Form;
use super::voice::turn_of;
use super::{Refused, Signed, twiml};
use crate::app::App;
use crate::conversation::{Turn, answer_lost_turn};

pub(super) async fn fallback(State(app): State<App>, signed: Signed) -> Result<Response, Refused> {
    // Twilio tells why, and which address of ours failed; neither holds a caller's words.
    let code = signed.form.get("ErrorCode").unwrap_or("none");
    let failed =
        signed.form.get("ErrorUrl").and_then(|url| url.split_once('?')).map_or("", |(_, query)| query);
    let number =
        Form::parse(failed.as_bytes()).get("turn").and_then(|turn| turn.parse().ok()).unwrap_or_default();
    tracing::warn!(twilio.error_code = code, "Twilio asked the fallback URL");
    metrics::counter!("voice_fallbacks_total").increment(1);
    let turn = Turn { number, event: Event::TurnLost { greeted: false }, ..turn_of(&signed)? };
    Ok(twiml(answer_lost_turn(&app, &turn, code).await?))
}
