//! `POST /api/voice/whisper`, `/whisper-accept`, `/dial-ended`, `/taken-over`, `/handed-back` and `/marked`: what a colleague hears before
//! they are joined to a caller, the key that takes the call, what becomes of a caller nobody took, and calls that staff take over.

use agency::conversation::Event;
use agency::crm::UserId;
use agency::tools::hand_off::Transfer;
use axum::extract::State;
use axum::response::Response;
use store::{KeptTransfer, StoreError};

use super::voice::turn_of;
use super::{Refused, Signed, twiml};
use crate::app::App;
use crate::conversation::{Turn, answer_return, put_through, staff};

const KEYS: &str = "Press 1 to take the call.";

pub(super) fn failed(error: &StoreError) -> Refused {
    tracing::error!(error = %error, code = error.code(), "a transfer could not be looked up or written");
    Refused::try_again()
}

pub(super) fn transfer_id(signed: &Signed) -> Result<&str, Refused> {
    signed.query.get("transfer").ok_or(Refused::bad_request("transfer is missing from the address"))
}

async fn transfer(app: &App, id: &str) -> Result<Option<KeptTransfer>, Refused> {
    app.store.transfer(id).await.map_err(|error| failed(&error))
}

pub(super) async fn whisper(State(app): State<App>, signed: Signed) -> Result<Response, Refused> {
    let id = transfer_id(&signed)?;
    let document = match transfer(&app, id).await?.filter(|transfer| !transfer.is_taken()) {
        Some(transfer) => {
            let user = signed.query.get("user").unwrap_or_default();
            let action = format!("/api/voice/whisper-accept?transfer={id}&user={user}");
            staff::ask_key(&app, &format!("{} {KEYS}", transfer.summary), KEYS, &action)
        }
        None => staff::say(&app, "Somebody has taken this call already. Goodbye."),
    };
    Ok(twiml(document))
}

/// An empty document joins the two; anything else hangs up on the colleague, and the next is rung.
pub(super) async fn whisper_accept(State(app): State<App>, signed: Signed) -> Result<Response, Refused> {
    let id = transfer_id(&signed)?;
    let user = signed.query.get("user").and_then(|user| user.parse().ok()).map(UserId);
    let (Some("1"), Some(user)) = (signed.form.get("Digits"), user) else {
        return Ok(twiml(staff::say(&app, "The call goes to somebody else. Goodbye.")));
    };
    let mut tx = app.store.begin().await.map_err(|error| failed(&error))?;
    let is_first = tx.take_transfer(id, user).await.map_err(|error| failed(&error))?;
    tx.commit().await.map_err(|error| failed(&error))?;
    let taken = transfer(&app, id).await?.and_then(|transfer| transfer.taken_by());
    let is_theirs = is_first || taken == Some(user);
    Ok(twiml(if is_theirs { staff::nothing() } else { staff::say(&app, "Somebody was faster. Goodbye.") }))
}

/// The colleague's call is over. If somebody had taken it, so is the caller's; else the caller is back with us.
pub(super) async fn dial_ended(State(app): State<App>, signed: Signed) -> Result<Response, Refused> {
    let id = transfer_id(&signed)?;
    app.store.end_transfer(id, app.now()).await.map_err(|error| failed(&error))?;
    let kept = transfer(&app, id).await?;
    let taken = kept.as_ref().is_some_and(KeptTransfer::is_taken);
    metrics::counter!("transfers_total", "taken" => taken.to_string()).increment(1);
    if taken {
        return Ok(twiml(staff::hang_up()));
    }
    let was_taken_over = kept.is_some_and(|transfer| transfer.was_taken_over());
    let event = if was_taken_over {
        Event::HandedBack { taken: false, note: None }
    } else {
        Event::TransferFailed { by_choice: false }
    };
    back_to_us(&app, &signed, event).await
}

/// A colleague takes a call over: they are rung, and the caller hears that they are coming.
pub(super) async fn taken_over(State(app): State<App>, signed: Signed) -> Result<Response, Refused> {
    let id = transfer_id(&signed)?;
    let user = signed.query.get("user").and_then(|user| user.parse().ok()).map(UserId);
    let colleagues = crate::tools::colleagues(&app).await.map_err(|error| failed(&error))?;
    let people = colleagues.into_iter().filter(|colleague| Some(colleague.user) == user);
    let people: Vec<_> = people.map(|colleague| (colleague.user, colleague.phone)).collect();
    if people.is_empty() {
        return dial_ended(State(app), signed).await;
    }
    let words = "One moment, please: a colleague would like to speak to you.";
    let line = signed.query.get("line").unwrap_or("gather");
    Ok(twiml(put_through(words, &Transfer { id: id.to_owned(), people }, &app.settings, line)))
}

/// They give it back.
pub(super) async fn handed_back(State(app): State<App>, signed: Signed) -> Result<Response, Refused> {
    let id = transfer_id(&signed)?;
    app.store.end_transfer(id, app.now()).await.map_err(|error| failed(&error))?;
    let note = transfer(&app, id).await?.and_then(|transfer| transfer.note);
    back_to_us(&app, &signed, Event::HandedBack { taken: true, note }).await
}

/// A colleague who listens sees a danger: the caller hears the safety words at once.
pub(super) async fn marked(State(app): State<App>, signed: Signed) -> Result<Response, Refused> {
    let missing = Refused::bad_request("mark and hazard are missing from the address");
    let (Some(mark), Some(hazard)) = (signed.query.get("mark"), signed.query.get("hazard")) else {
        return Err(missing);
    };
    goes_on(&app, &signed, mark, Event::EmergencyMarked { hazard: hazard.to_owned() }).await
}

pub(super) async fn back_to_us(app: &App, signed: &Signed, event: Event) -> Result<Response, Refused> {
    goes_on(app, signed, transfer_id(signed)?, event).await
}

/// The conversation goes on where it was, over a new relay if it came over one.
async fn goes_on(app: &App, signed: &Signed, request: &str, event: Event) -> Result<Response, Refused> {
    let over_relay = signed.query.get("line") == Some("relay");
    let turn = Turn { over_relay, event, ..turn_of(signed)? };
    Ok(twiml(answer_return(app, &turn, request).await?))
}
