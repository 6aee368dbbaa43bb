//! `POST /api/webhooks/twilio/sms` and `POST /api/webhooks/whatsapp`: somebody has written. Kept once by its id, answered
//! with empty TwiML. A colleague's OK takes the emergency they were rung about; STOP is an opt-out; a figure may answer a
//! survey; everything else waits for the receptionist's answer (`conversation/chat.rs`), an emergency not a moment.

use agency::chat::{Keyword, keyword, pause};
use agency::crm::{Channel, LeadId, Priority, TaskKind};
use agency::language::{Expecting, Said, hear};
use agency::messages::{Way, help, kind};
use agency::phone::PhoneNumber;
use agency::tools::take_message::call_back_due;
use agency::triage::{self, Emergency};
use axum::extract::State;
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use store::{Chat, NewInbound, NewMedia, NewTask, Ring, StoreError, Tx};

use super::answers::{self, Answered};
use super::form::Form;
use super::{Refused, Signed, twiml};
use crate::app::App;
use crate::conversation::answer_chat;
use crate::limits::writes_often;
use crate::outbox::{About, Post, post};
use crate::{ladder, tools};

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
    /// Twilio has answered the word itself.
    is_handled: bool,
    profile_name: Option<&'f str>,
    /// (address, what it is said to be) of each file.
    files: Vec<(&'f str, Option<&'f str>)>,
}

/// As Twilio numbers them, from 0 (twilio.com/docs/messaging/guides/webhook-request).
fn files(form: &Form) -> Vec<(&str, Option<&str>)> {
    const FILES_MAX: usize = 10;
    let count = form.get("NumMedia").and_then(|count| count.parse().ok()).unwrap_or(0).min(FILES_MAX);
    let file = |n| Some((form.get(&format!("MediaUrl{n}"))?, form.get(&format!("MediaContentType{n}"))));
    (0..count).filter_map(file).collect()
}

async fn take(app: &App, form: &Form, channel: Channel) -> Result<Response, Refused> {
    let needed = |name, why| form.get(name).ok_or(Refused::bad_request(why));
    let from = needed("From", "From is missing; is this a message webhook?")?;
    let phone = PhoneNumber::parse(from.strip_prefix("whatsapp:").unwrap_or(from))
        .map_err(|_| Refused::bad_request("From is not a telephone number"))?;
    // A place they share says where they mean; where it is on the earth alone says nothing to us.
    let place = || form.get("Address").or_else(|| form.get("Label"));
    let body = form.get("Body").filter(|body| !body.is_empty()).or_else(place).unwrap_or_default();
    let written = Written {
        sid: needed("MessageSid", "MessageSid is missing")?,
        from,
        to: needed("To", "To is missing")?,
        body,
        phone,
        channel,
        danger: triage::emergency(&[body.to_owned()], app.now(), &app.settings.triage),
        is_handled: form.get("OptOutType").is_some(),
        profile_name: form.get("ProfileName"),
        files: files(form),
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
    keep(app, written, accepted.as_ref()).await?;
    app.outbox_rung.notify_one();
    if written.danger.is_some() {
        return answer_chat(app, written.from).await;
    }
    app.chats_rung.notify_one();
    app.media_rung.notify_one();
    Ok(())
}

fn says_ok(body: &str) -> bool {
    let word = body.trim().trim_end_matches(['.', '!']).to_lowercase();
    matches!(word.as_str(), "ok" | "okay" | "yes" | "1" | "accept")
}

/// The message, and what becomes of it; nothing if it was here before.
async fn keep(app: &App, written: &Written<'_>, accepted: Option<&Ring>) -> Result<(), StoreError> {
    let now = app.now();
    let is_callers = accepted.is_none() && !app.store.is_staff(&written.phone).await?;
    let chat = app.store.chat(written.from).await?;
    let to_do = if is_callers { to_do(app, written, chat.as_ref()).await? } else { ToDo::ForStaff };
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
        is_answered: !to_do.is_to_be_answered(),
        now,
    };
    if !tx.receive(&new).await? {
        return Ok(());
    }
    keep_files(app, &mut tx, &id, &written.files).await?;
    match (to_do, lead) {
        (ToDo::Keyword(word), Some(lead)) => obey(app, &mut tx, written, (word, lead)).await?,
        (ToDo::Question(answered, asks_besides), Some(lead)) => {
            answers::keep(app, &mut tx, (&id, lead), &answered, written.body).await?;
            if asks_besides {
                wait(app, &mut tx, written, (lead, chat.as_ref())).await?;
            } else if !answered.is_score() {
                leave_task(app, &mut tx, written, (&id, Some(lead)), false).await?;
            }
        }
        (ToDo::Answer, Some(lead)) => wait(app, &mut tx, written, (lead, chat.as_ref())).await?,
        (ToDo::TooMuch, lead) => leave_task(app, &mut tx, written, (&id, lead), true).await?,
        _ if accepted.is_none() => leave_task(app, &mut tx, written, (&id, lead), false).await?,
        _ => {}
    }
    tx.commit().await
}

async fn keep_files(
    app: &App,
    tx: &mut Tx,
    message: &str,
    files: &[(&str, Option<&str>)],
) -> Result<(), StoreError> {
    for (position, (url, said_type)) in (0..).zip(files) {
        let id = app.id("media");
        let new = NewMedia { id: &id, message, position, url, said_type: *said_type, now: app.now() };
        tx.keep_media(&new).await?;
    }
    Ok(())
}

/// What becomes of a message.
enum ToDo {
    Keyword(Keyword),
    /// It answers what we asked: a survey, or how a viewing went; and may ask something besides.
    Question(Answered, bool),
    Answer,
    /// They write so often that a person shall look.
    TooMuch,
    ForStaff,
}

impl ToDo {
    fn is_to_be_answered(&self) -> bool {
        matches!(self, Self::Answer | Self::Question(_, true))
    }
}

async fn to_do(app: &App, written: &Written<'_>, chat: Option<&Chat>) -> Result<ToDo, StoreError> {
    if let Some(word) = keyword(written.body, written.channel) {
        return Ok(ToDo::Keyword(word));
    }
    // What the receptionist has just asked goes before what was asked a day ago.
    let was_asked = chat.is_some_and(|chat| chat.asks);
    if was_asked || written.danger.is_some() || may_be_danger(app, written.body) {
        return Ok(ToDo::Answer);
    }
    if writes_often(app, &written.phone).await? {
        return Ok(ToDo::TooMuch);
    }
    Ok(match answers::to_question(app, &written.phone, written.body).await? {
        Some(answered) => {
            let asks_besides = !answered.is_score() && asks_something(app, written.body).await?;
            ToDo::Question(answered, asks_besides)
        }
        None => ToDo::Answer,
    })
}

/// "It was lovely. Can I book another one for Friday?"
async fn asks_something(app: &App, body: &str) -> Result<bool, StoreError> {
    let words = app.words().await?;
    let said = Said {
        alternatives: &[body.to_owned()],
        expecting: Expecting::Anything,
        listing: None,
        offers: &[],
        now: app.now(),
    };
    Ok(body.contains('?') && hear(&said, &words.lexicon).intent.is_some())
}

/// They wait for an answer: at once if it is plain that they have finished, else once they have stopped typing.
async fn wait(
    app: &App,
    tx: &mut Tx,
    written: &Written<'_>,
    (lead, chat): (LeadId, Option<&Chat>),
) -> Result<(), StoreError> {
    let (now, settings) = (app.now(), &app.settings.chat);
    let typing = SignedDuration::from_millis(settings.typing_pause_ms);
    let was_asked = chat.is_some_and(|chat| chat.asks);
    let pause = match written.danger {
        Some(_) => SignedDuration::ZERO,
        None => pause(written.body, was_asked, typing),
    };
    let after = |from: Timestamp, time| from.saturating_add(time).unwrap_or(from);
    let since = chat.and_then(|chat| chat.waiting_since).unwrap_or(now);
    let latest = after(since, SignedDuration::from_millis(settings.wait_max_ms)).max(now);
    let who = (written.from, written.channel, lead);
    tx.await_answer(who, written.profile_name, after(now, pause).min(latest), now).await
}

/// STOP, START and HELP.
async fn obey(
    app: &App,
    tx: &mut Tx,
    written: &Written<'_>,
    (word, lead): (Keyword, LeadId),
) -> Result<(), StoreError> {
    let now = app.now();
    match word {
        Keyword::Stop => {
            tx.opt_out(&app.id("opt_out"), &written.phone, now).await?;
            tx.end_search(lead, (&app.id("consent"), written.body), now).await
        }
        Keyword::Start => tx.opt_in(&written.phone).await,
        Keyword::Help if written.is_handled => Ok(()),
        Keyword::Help => {
            let way = if written.channel == Channel::WhatsApp { Way::WhatsAppText } else { Way::Sms };
            let reply = Post {
                kind: kind::REPLY,
                to: &written.phone,
                way,
                body: &help(app.agency()),
                appointment: None,
                dedupe_key: &format!("{}:{}", kind::REPLY, written.sid),
            };
            let about = About { lead: Some(lead), conversation: None, alert: None };
            post(app, tx, &about, &reply).await
        }
    }
}

/// Words that on the telephone would be asked about.
fn may_be_danger(app: &App, words: &str) -> bool {
    triage::doubt(&[words.to_owned()], app.now(), &app.settings.triage).is_some()
}

/// Somebody answers them: each message, or of one who writes too much the first of an hour.
async fn leave_task(
    app: &App,
    tx: &mut Tx,
    written: &Written<'_>,
    (message, lead): (&str, Option<LeadId>),
    is_too_much: bool,
) -> Result<(), StoreError> {
    let now = app.now();
    let (title, key) = if is_too_much {
        metrics::counter!("messages_unanswered_total").increment(1);
        let hour = now.strftime("%Y-%m-%dT%H");
        let title = "They write so often that they are not answered: look at it";
        (title, format!("too_much:{}:{hour}", written.phone))
    } else {
        ("Answer a message", format!("inbound:{}", written.sid))
    };
    let task = NewTask {
        id: &app.id("task"),
        kind: TaskKind::CallBack,
        priority: Priority::Urgent,
        title,
        notes: Some(written.body),
        lead,
        conversation: None,
        message: Some(message),
        dedupe_key: &key,
        due: Some(call_back_due(app.hours(), now)),
        now,
    };
    tx.add_task(&task).await?;
    Ok(())
}
