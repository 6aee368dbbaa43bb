//! `POST /api/webhooks/twilio/sms` and `POST /api/webhooks/whatsapp`: somebody has written. Kept once by its id, answered
//! with empty TwiML. A colleague's OK takes the emergency they were rung about; STOP is an opt-out; everything else is a
//! colleague's to answer until the receptionist writes herself, and nothing is lost.

use agency::crm::{Channel, Priority, TaskKind};
use agency::phone::PhoneNumber;
use agency::tools::take_message::call_back_due;
use agency::triage;
use axum::extract::State;
use axum::response::Response;
use store::{NewInbound, NewTask, Ring, StoreError};

use super::form::Form;
use super::{Refused, Signed, twiml};
use crate::app::App;
use crate::ladder;

pub(super) async fn sms(State(app): State<App>, signed: Signed) -> Result<Response, Refused> {
    take(&app, &signed.form, Channel::Sms).await
}

pub(super) async fn whatsapp(State(app): State<App>, signed: Signed) -> Result<Response, Refused> {
    take(&app, &signed.form, Channel::WhatsApp).await
}

/// What somebody wrote.
struct Written<'f> {
    sid: &'f str,
    from: &'f str,
    to: &'f str,
    body: &'f str,
    phone: PhoneNumber,
    channel: Channel,
}

async fn take(app: &App, form: &Form, channel: Channel) -> Result<Response, Refused> {
    let needed = |name, why| form.get(name).ok_or(Refused::bad_request(why));
    let from = needed("From", "From is missing; is this a message webhook?")?;
    let phone = PhoneNumber::parse(from.strip_prefix("whatsapp:").unwrap_or(from))
        .map_err(|_| Refused::bad_request("From is not a telephone number"))?;
    let written = Written {
        sid: needed("MessageSid", "MessageSid is missing")?,
        from,
        to: needed("To", "To is missing")?,
        body: form.get("Body").unwrap_or_default(),
        phone,
        channel,
    };
    answer(app, &written).await.map_err(|error| {
        tracing::error!(error = %error, code = error.code(), "a message could not be kept");
        Refused::try_again()
    })?;
    Ok(twiml("<Response/>".to_owned()))
}

async fn answer(app: &App, written: &Written<'_>) -> Result<(), StoreError> {
    let ring = app.store.open_ring_to(&written.phone).await?;
    let accepted = ring.filter(|_| says_ok(written.body));
    // First the emergency: accepting it twice changes nothing, losing it would.
    if let Some(ring) = &accepted {
        ladder::accept(app, ring, &format!("OK by {}", written.channel)).await?;
    }
    keep(app, written, accepted.as_ref()).await
}

fn says_ok(body: &str) -> bool {
    let word = body.trim().trim_end_matches(['.', '!']).to_lowercase();
    matches!(word.as_str(), "ok" | "okay" | "yes" | "1" | "accept")
}

/// Twilio takes these itself and tells us (twilio.com/docs/messaging/tutorials/advanced-opt-out).
fn says_stop(body: &str) -> bool {
    let word = body.trim().to_uppercase();
    matches!(word.as_str(), "STOP" | "STOPALL" | "UNSUBSCRIBE" | "CANCEL" | "END" | "QUIT")
}

/// The message, and what it asks for; nothing if it was here before.
async fn keep(app: &App, written: &Written<'_>, accepted: Option<&Ring>) -> Result<(), StoreError> {
    let now = app.now();
    let is_staff = app.store.is_staff(&written.phone).await?;
    let mut tx = app.store.begin().await?;
    let lead = if is_staff || accepted.is_some() {
        None
    } else {
        Some(tx.lead_for_message(&written.phone, written.channel, now).await?)
    };
    let new = NewInbound {
        id: &app.id("msg"),
        channel: written.channel,
        lead,
        to: written.to,
        from: written.from,
        body: written.body,
        provider_sid: written.sid,
        now,
    };
    if !tx.receive(&new).await? {
        return Ok(());
    }
    if says_stop(written.body) {
        tx.opt_out(&app.id("opt_out"), &written.phone, now).await?;
    } else if accepted.is_none() {
        let danger = triage::emergency(&[written.body.to_owned()], now, &app.settings.triage);
        let title = if danger.is_some() { "EMERGENCY in writing: ring them now" } else { "Answer a message" };
        let due = if danger.is_some() { now } else { call_back_due(app.hours(), now) };
        let task = NewTask {
            id: &app.id("task"),
            kind: TaskKind::CallBack,
            priority: Priority::Urgent,
            title,
            notes: Some(written.body),
            lead,
            conversation: None,
            message: Some(new.id),
            dedupe_key: &format!("inbound:{}", written.sid),
            due: Some(due),
            now,
        };
        tx.add_task(&task).await?;
    }
    tx.commit().await
}
