//! `POST /api/voice/oncall` and `POST /api/voice/oncall-ack`: what the person on call hears, and the key they press. A key
//! must be pressed: an answering machine takes nothing on.

use axum::extract::State;
use axum::response::Response;
use store::Ring;

use super::{Refused, Signed, twiml};
use crate::app::App;
use crate::conversation::staff;
use crate::ladder;

const KEYS: &str = "Press 1 to take it, 2 to pass it on, or 0 to hear it again.";
const TAKEN: &str = "Somebody has taken this emergency already. You need do nothing. Goodbye.";

pub(super) async fn ring_of(app: &App, signed: &Signed) -> Result<Ring, Refused> {
    let id = signed.query.get("ring").ok_or(Refused::bad_request("ring is missing from the address"))?;
    let ring = app.store.ring(id).await.map_err(|error| {
        tracing::error!(error = %error, code = error.code(), "a call to staff could not be looked up");
        Refused::try_again()
    })?;
    ring.ok_or(Refused::bad_request("there is no such call to staff"))
}

pub(super) async fn oncall(State(app): State<App>, signed: Signed) -> Result<Response, Refused> {
    let ring = ring_of(&app, &signed).await?;
    tell(&app, &ring).await
}

async fn tell(app: &App, ring: &Ring) -> Result<Response, Refused> {
    let words = ladder::words_for(app, ring).await.map_err(|_| Refused::try_again())?;
    let document = match words {
        Some(words) => {
            let action = format!("/api/voice/oncall-ack?ring={}", ring.id);
            staff::ask_key(app, &format!("{words} {KEYS}"), KEYS, &action)
        }
        None => staff::say(app, TAKEN),
    };
    Ok(twiml(document))
}

pub(super) async fn oncall_ack(State(app): State<App>, signed: Signed) -> Result<Response, Refused> {
    let ring = ring_of(&app, &signed).await?;
    let failed = |_| Refused::try_again();
    match signed.form.get("Digits") {
        Some("1") => {
            let is_theirs = ladder::accept(&app, &ring, "key 1").await.map_err(failed)?;
            let thanks =
                "Thank you. It is yours now, and the caller is told so. Please ring them at once. Goodbye.";
            Ok(twiml(staff::say(&app, if is_theirs { thanks } else { TAKEN })))
        }
        Some("2") => {
            ladder::pass_on(&app, &ring).await.map_err(failed)?;
            Ok(twiml(staff::say(&app, "Passed on. Goodbye.")))
        }
        _ => tell(&app, &ring).await,
    }
}
