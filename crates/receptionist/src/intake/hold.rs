//! `POST /api/voice/hold`, `/hold-key` and `/hold-ended`: a caller who holds until a colleague is free. Twilio asks every few
//! seconds what they hear next; each time it is looked at whose turn it is and who is free. No answer of ours ends the call.

use agency::conversation::Event;
use agency::speech;
use agency::tools::hand_off::Transfer;
use axum::extract::State;
use axum::response::Response;
use store::StoreError;

use super::transfer::{back_to_us, failed, transfer_id};
use super::{Refused, Signed, twiml};
use crate::app::App;
use crate::conversation::{put_through, staff};
use crate::tools::{Held, held};

pub(super) async fn hold(State(app): State<App>, signed: Signed) -> Result<Response, Refused> {
    let id = transfer_id(&signed)?;
    Ok(twiml(next(&app, id).await.unwrap_or_else(|error| {
        tracing::error!(error = %error, code = error.code(), "a caller holds on: it could not be looked up whose turn it is");
        staff::pause()
    })))
}

async fn next(app: &App, id: &str) -> Result<String, StoreError> {
    let Some(held) = held(app, id).await? else { return Ok(staff::leave()) };
    if held.is_over || has_waited_enough(app, &held) || !held.people.is_empty() {
        return Ok(staff::leave());
    }
    let mut tx = app.store.begin().await?;
    tx.still_holds(id, app.now()).await?;
    tx.commit().await?;
    let place = speech::ordinal(i64::try_from(held.place).unwrap_or(i64::MAX));
    let words =
        format!("Thank you for holding. You are {place} in the queue. To be rung back instead, press 1.");
    Ok(staff::hold(app, &words, &format!("/api/voice/hold-key?transfer={id}")))
}

/// Key 1: they would rather be rung back.
pub(super) async fn hold_key(State(app): State<App>, signed: Signed) -> Result<Response, Refused> {
    let id = transfer_id(&signed)?.to_owned();
    if signed.form.get("Digits") != Some("1") {
        return hold(State(app), signed).await;
    }
    app.store.end_transfer(&id, app.now()).await.map_err(|error| failed(&error))?;
    Ok(twiml(staff::leave()))
}

/// They hold no longer: put through if somebody is free, back with us if they chose to be or nobody was in time.
pub(super) async fn hold_ended(State(app): State<App>, signed: Signed) -> Result<Response, Refused> {
    let id = transfer_id(&signed)?;
    let line = signed.query.get("line").unwrap_or("gather");
    if signed.form.get("QueueResult") == Some("hangup") {
        app.store.end_transfer(id, app.now()).await.map_err(|error| failed(&error))?;
        return Ok(twiml(staff::hang_up()));
    }
    let left = signed.form.get("QueueResult") == Some("leave");
    let held = held(&app, id).await.map_err(|error| failed(&error))?.filter(|_| left);
    let by_choice = match held {
        Some(held) if held.is_over => !has_waited_enough(&app, &held),
        // Whoever was free is not any more: they hold on.
        Some(held) if !held.people.is_empty() || !has_waited_enough(&app, &held) => {
            let transfer = Transfer { id: id.to_owned(), people: held.people };
            return Ok(twiml(put_through("Thank you for holding.", &transfer, &app.settings, line)));
        }
        _ => false,
    };
    app.store.end_transfer(id, app.now()).await.map_err(|error| failed(&error))?;
    back_to_us(&app, &signed, Event::TransferFailed { by_choice }).await
}

fn has_waited_enough(app: &App, held: &Held) -> bool {
    held.has_waited_s >= i64::from(app.settings.transfer.hold_s_max)
}
