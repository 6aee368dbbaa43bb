//! `POST /api/webhooks/twilio/sms` and `POST /api/webhooks/whatsapp`: somebody has written. Kept once by its id, answered
//! with empty TwiML. A colleague's OK takes the emergency they were rung about; STOP is an opt-out; an emergency is alarmed
//! like one on the telephone, and answered with its safety words; everything else is a colleague's to answer until the
//! receptionist writes herself, and nothing is lost.

use agency::crm::{Channel, LeadId, Priority, TaskKind};
use agency::language::address_in;
use agency::messages::{Way, kind};
use agency::phone::PhoneNumber;
use agency::tools::raise_emergency::RaiseEmergency;
use agency::tools::take_message::call_back_due;
use agency::triage::{self, Emergency};
use axum::extract::State;
use axum::response::Response;
use store::{NewInbound, NewTask, Ring, StoreError, Tx};

use super::form::Form;
use super::{Refused, Signed, answers, twiml};
use crate::app::App;
use crate::ladder;
use crate::outbox::{About, Post, post};
use crate::tools::{self, Known, Reported};

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
    danger: Option<Emergency>,
}

async fn take(app: &App, form: &Form, channel: Channel) -> Result<Response, Refused> {
    let needed = |name, why| form.get(name).ok_or(Refused::bad_request(why));
    let from = needed("From", "From is missing; is this a message webhook?")?;
    let phone = PhoneNumber::parse(from.strip_prefix("whatsapp:").unwrap_or(from))
        .map_err(|_| Refused::bad_request("From is not a telephone number"))?;
    let body = form.get("Body").unwrap_or_default();
    let written = Written {
        sid: needed("MessageSid", "MessageSid is missing")?,
        from,
        to: needed("To", "To is missing")?,
        body,
        phone,
        channel,
        danger: triage::emergency(&[body.to_owned()], app.now(), &app.settings.triage),
    };
    answer(app, &written).await.map_err(|error| {
        tracing::error!(error = %error, code = error.code(), "a message could not be kept");
        if let Some(emergency) = &written.danger {
            tools::alert_without_store(app, emergency, Some(&written.phone));
        }
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

/// As Twilio takes it, too.
fn says_start(body: &str) -> bool {
    matches!(body.trim().to_uppercase().as_str(), "START" | "UNSTOP")
}

/// The message, and what it asks for; nothing if it was here before.
async fn keep(app: &App, written: &Written<'_>, accepted: Option<&Ring>) -> Result<(), StoreError> {
    let now = app.now();
    let is_staff = app.store.is_staff(&written.phone).await?;
    let is_callers = !is_staff && accepted.is_none();
    let alarming = if is_callers { alarming(app, written).await? } else { None };
    let answered = if is_callers && written.danger.is_none() && !may_be_danger(app, written.body) {
        answers::to_question(app, &written.phone, written.body).await?
    } else {
        None
    };
    let mut tx = app.store.begin().await?;
    let lead = if is_callers {
        Some(tx.lead_for_message(&written.phone, written.channel, now).await?)
    } else {
        None
    };
    let id = app.id("msg");
    let new = NewInbound {
        id: &id,
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
        if let Some(lead) = lead {
            tx.end_search(lead, (&app.id("consent"), written.body), now).await?;
        }
    } else if says_start(written.body) {
        tx.opt_in(&written.phone).await?;
    } else if let (Some(answered), Some(lead)) = (&answered, lead) {
        answers::keep(app, &mut tx, (&id, lead), answered, written.body).await?;
        if !answered.is_score() {
            // Words may ask for something besides.
            leave_task(app, &mut tx, written, (&id, Some(lead))).await?;
        }
    } else if accepted.is_none() {
        if let (Some((call, known)), Some(lead)) = (&alarming, lead) {
            alarm(app, &mut tx, written, (&id, lead), (call, known)).await?;
        }
        leave_task(app, &mut tx, written, (&id, lead)).await?;
    }
    tx.commit().await?;
    app.outbox_rung.notify_one();
    Ok(())
}

/// The emergency that was written of, and what is known of it.
async fn alarming(app: &App, written: &Written<'_>) -> Result<Option<(RaiseEmergency, Known)>, StoreError> {
    let Some(emergency) = &written.danger else { return Ok(None) };
    let call = RaiseEmergency {
        emergency: emergency.clone(),
        words: written.body.to_owned(),
        name: None,
        phone: Some(written.phone.clone()),
        place: address_in(written.body, &app.words().await?.lexicon),
    };
    let known = Known::read(app, &call).await?;
    Ok(Some((call, known)))
}

/// The same alarm as on the telephone, and the safety words the way they wrote.
async fn alarm(
    app: &App,
    tx: &mut Tx,
    written: &Written<'_>,
    (message, lead): (&str, LeadId),
    (call, known): (&RaiseEmergency, &Known),
) -> Result<(), StoreError> {
    let key = format!("inbound:{}", written.sid);
    let reported = Reported { app, conversation: message, sid: written.sid, lead };
    let raised = tools::raise(&reported, tx, call, known, &key).await?;
    let body = triage::hazard(&raised.hazard).map(triage::Hazard::words_in_writing).unwrap_or_default();
    let way = if written.channel == Channel::WhatsApp { Way::WhatsAppText } else { Way::Sms };
    let about = About { lead: Some(lead), conversation: Some(message), alert: Some(&raised.alert) };
    let dedupe_key = format!("{}:{key}", kind::SAFETY_ADVICE);
    let advice = Post {
        kind: kind::SAFETY_ADVICE,
        to: &written.phone,
        way,
        body: &body,
        appointment: None,
        dedupe_key: &dedupe_key,
    };
    post(app, tx, &about, &advice).await
}

/// Words that on the telephone would be asked about.
fn may_be_danger(app: &App, words: &str) -> bool {
    triage::doubt(&[words.to_owned()], app.now(), &app.settings.triage).is_some()
}

async fn leave_task(
    app: &App,
    tx: &mut Tx,
    written: &Written<'_>,
    (message, lead): (&str, Option<LeadId>),
) -> Result<(), StoreError> {
    let (now, is_emergency) = (app.now(), written.danger.is_some());
    let (title, due) = if is_emergency {
        ("EMERGENCY in writing: ring them now", now)
    } else if may_be_danger(app, written.body) {
        ("May be an emergency: ring them now", now)
    } else {
        ("Answer a message", call_back_due(app.hours(), now))
    };
    let task = NewTask {
        id: &app.id("task"),
        kind: TaskKind::CallBack,
        priority: Priority::Urgent,
        title,
        notes: Some(written.body),
        lead,
        conversation: is_emergency.then_some(message),
        message: Some(message),
        dedupe_key: &format!("inbound:{}", written.sid),
        due: Some(due),
        now,
    };
    tx.add_task(&task).await?;
    Ok(())
}
