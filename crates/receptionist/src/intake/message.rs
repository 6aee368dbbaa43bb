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
use crate::conversation::{Answer, answer_chat, in_time};
use crate::delivery::TwilioMessage;
use crate::limits::writes_often;
use crate::outbox::{About, Post, post};
use crate::{ladder, tools, untold};

pub(super) async fn sms(State(app): State<App>, signed: Signed) -> Result<Response, Refused> {
    take(&app, &signed.form, Channel::Sms).await
}

pub(super) async fn whatsapp(State(app): State<App>, signed: Signed) -> Result<Response, Refused> {
    take(&app, &signed.form, Channel::WhatsApp).await
}

/// What somebody wrote, as a webhook tells it or Twilio's log.
#[derive(Clone, Debug)]
struct Written {
    sid: String,
    from: String,
    to: String,
    body: String,
    phone: PhoneNumber,
    channel: Channel,
    danger: Option<Emergency>,
    /// Twilio has answered the word itself.
    is_handled: bool,
    profile_name: Option<String>,
    /// (address, what it is said to be) of each file.
    files: Vec<(String, Option<String>)>,
}

/// None: no telephone wrote it.
fn phone_of(from: &str) -> Option<PhoneNumber> {
    PhoneNumber::parse(from.strip_prefix("whatsapp:").unwrap_or(from)).ok()
}

fn danger(app: &App, body: &str) -> Option<Emergency> {
    triage::emergency(&[body.to_owned()], app.now(), &app.settings.triage)
}

/// As Twilio numbers them, from 0 (twilio.com/docs/messaging/guides/webhook-request).
fn files(form: &Form) -> Vec<(String, Option<String>)> {
    const FILES_MAX: usize = 10;
    let count = form.get("NumMedia").and_then(|count| count.parse().ok()).unwrap_or(0).min(FILES_MAX);
    let field = |name: String| form.get(&name).map(str::to_owned);
    let file = |n| Some((field(format!("MediaUrl{n}"))?, field(format!("MediaContentType{n}"))));
    (0..count).filter_map(file).collect()
}

fn told(app: &App, form: &Form, channel: Channel) -> Result<Written, Refused> {
    let needed = |name, why| form.get(name).ok_or(Refused::bad_request(why)).map(str::to_owned);
    let from = needed("From", "From is missing; is this a message webhook?")?;
    // A place they share says where they mean; where it is on the earth alone says nothing to us.
    let place = || form.get("Address").or_else(|| form.get("Label"));
    let body = form.get("Body").filter(|body| !body.is_empty()).or_else(place).unwrap_or_default();
    Ok(Written {
        sid: needed("MessageSid", "MessageSid is missing")?,
        to: needed("To", "To is missing")?,
        phone: phone_of(&from).ok_or(Refused::bad_request("From is not a telephone number"))?,
        from,
        body: body.to_owned(),
        channel,
        danger: danger(app, body),
        is_handled: form.get("OptOutType").is_some(),
        profile_name: form.get("ProfileName").map(str::to_owned),
        files: files(form),
    })
}

async fn take(app: &App, form: &Form, channel: Channel) -> Result<Response, Refused> {
    let written = told(app, form, channel)?;
    let (app_of_work, work) = (app.clone(), written.clone());
    let work = tokio::spawn(async move { keep_and_answer(&app_of_work, &work).await.ok() });
    if let Answer::Kept(()) = in_time(app, work).await {
        return Ok(twiml("<Response/>".to_owned()));
    }
    if let Some(emergency) = &written.danger {
        tools::alert_without_store(app, emergency, Some(&written.phone));
    }
    untold::note(app);
    Err(Refused::try_again())
}

/// A message that no webhook of ours took, found in Twilio's log. One that is here already changes nothing.
pub(crate) async fn take_from_log(
    app: &App,
    message: &TwilioMessage,
    files: Vec<(String, Option<String>)>,
) -> Result<(), StoreError> {
    let Some(phone) = phone_of(&message.from) else { return Ok(()) };
    let is_whatsapp = message.from.starts_with("whatsapp:");
    let written = Written {
        sid: message.sid.clone(),
        from: message.from.clone(),
        to: message.to.clone(),
        body: message.body.clone(),
        phone,
        channel: if is_whatsapp { Channel::WhatsApp } else { Channel::Sms },
        danger: danger(app, &message.body),
        is_handled: false,
        profile_name: None,
        files,
    };
    tracing::warn!(message_sid = message.sid, "a message that nobody took was found in Twilio's log");
    keep_and_answer(app, &written).await
}

async fn keep_and_answer(app: &App, written: &Written) -> Result<(), StoreError> {
    let done = answer(app, written).await;
    if let Err(error) = &done {
        tracing::error!(error = %error, code = error.code(), "a message could not be kept");
    }
    done
}

async fn answer(app: &App, written: &Written) -> Result<(), StoreError> {
    let ring = app.store.open_ring_to(&written.phone).await?;
    let accepted = ring.filter(|_| says_ok(&written.body));
    // First the emergency: accepting it twice changes nothing, losing it would.
    if let Some(ring) = &accepted {
        ladder::accept(app, ring, &format!("OK by {}", written.channel)).await?;
    }
    keep(app, written, accepted.as_ref()).await?;
    app.outbox_rung.notify_one();
    if written.danger.is_some() {
        return answer_chat(app, &written.from).await;
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
async fn keep(app: &App, written: &Written, accepted: Option<&Ring>) -> Result<(), StoreError> {
    let now = app.now();
    let is_callers = accepted.is_none() && !app.store.is_staff(&written.phone).await?;
    let chat = app.store.chat(&written.from).await?;
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
        to: &written.to,
        from: &written.from,
        body: &written.body,
        provider_sid: &written.sid,
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
            answers::keep(app, &mut tx, (&id, lead), &answered, &written.body).await?;
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
    files: &[(String, Option<String>)],
) -> Result<(), StoreError> {
    for (position, (url, said_type)) in (0..).zip(files) {
        let id = app.id("media");
        let new =
            NewMedia { id: &id, message, position, url, said_type: said_type.as_deref(), now: app.now() };
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

async fn to_do(app: &App, written: &Written, chat: Option<&Chat>) -> Result<ToDo, StoreError> {
    if let Some(word) = keyword(&written.body, written.channel) {
        return Ok(ToDo::Keyword(word));
    }
    // What the receptionist has just asked goes before what was asked a day ago.
    let was_asked = chat.is_some_and(|chat| chat.asks);
    if was_asked || written.danger.is_some() || may_be_danger(app, &written.body) {
        return Ok(ToDo::Answer);
    }
    if writes_often(app, &written.phone).await? {
        return Ok(ToDo::TooMuch);
    }
    Ok(match answers::to_question(app, &written.phone, &written.body).await? {
        Some(answered) => {
            let asks_besides = !answered.is_score() && asks_something(app, &written.body).await?;
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
    written: &Written,
    (lead, chat): (LeadId, Option<&Chat>),
) -> Result<(), StoreError> {
    let (now, settings) = (app.now(), &app.settings.chat);
    let typing = SignedDuration::from_millis(settings.typing_pause_ms);
    let was_asked = chat.is_some_and(|chat| chat.asks);
    let pause = match written.danger {
        Some(_) => SignedDuration::ZERO,
        None => pause(&written.body, was_asked, typing),
    };
    let after = |from: Timestamp, time| from.saturating_add(time).unwrap_or(from);
    let since = chat.and_then(|chat| chat.waiting_since).unwrap_or(now);
    let latest = after(since, SignedDuration::from_millis(settings.wait_max_ms)).max(now);
    let who = (written.from.as_str(), written.channel, lead);
    tx.await_answer(who, written.profile_name.as_deref(), after(now, pause).min(latest), now).await
}

/// STOP, START and HELP.
async fn obey(
    app: &App,
    tx: &mut Tx,
    written: &Written,
    (word, lead): (Keyword, LeadId),
) -> Result<(), StoreError> {
    let now = app.now();
    match word {
        Keyword::Stop => {
            tx.opt_out(&app.id("opt_out"), &written.phone, now).await?;
            tx.end_search(lead, (&app.id("consent"), &written.body), now).await
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
    written: &Written,
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
        notes: Some(&written.body),
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
