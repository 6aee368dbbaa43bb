//! Files that people send, behind their messages: fetched with our account, known by their own bytes, pictures made anew
//! without what they tell of place and camera, stored, and deleted at Twilio. What was spoken is a colleague's to hear.

mod inspect;
mod shelf;

pub use shelf::Shelf;

use agency::chat::MediaKind;
use agency::crm::{Priority, TaskKind};
use agency::messages::{Way, kind};
use agency::phone::PhoneNumber;
use agency::tools::take_message::call_back_due;
use jiff::SignedDuration;
use store::{DueMedia, NewTask, StoreError, StoredMedia, Tx};

use crate::app::App;
use crate::delivery::Unfetched;
use crate::outbox::{About, Post, post};
use inspect::Inspected;
pub(crate) use inspect::{inspect, made_anew};

/// A worker that dies over a file holds it no longer.
const LEASE: SignedDuration = SignedDuration::from_mins(2);
const AT_ONCE: i64 = 8;
/// Twilio keeps what is not deleted; trying for a day is enough.
const ATTEMPTS_MAX: i64 = 8;

/// Does what is left to do with files; says how many it looked at. A test steps this, the worker loops it.
pub async fn look_after_media(app: &App) -> Result<usize, StoreError> {
    let mut done = 0;
    loop {
        let now = app.now();
        let due = app.store.claim_media(now, now.saturating_add(LEASE).unwrap_or(now), AT_ONCE).await?;
        if due.is_empty() {
            return Ok(done);
        }
        done += due.len();
        for media in due {
            if media.is_fetched { delete(app, &media).await? } else { take_in(app, &media).await? }
        }
    }
}

async fn take_in(app: &App, media: &DueMedia) -> Result<(), StoreError> {
    let settings = &app.settings.media;
    let bytes = match app.twilio.fetch_media(&media.url, settings.bytes_max).await {
        Ok(bytes) => bytes,
        Err(Unfetched::Refused(why)) => return refuse(app, media, why).await,
        Err(Unfetched::Later) => return later(app, media, "it could not be fetched").await,
    };
    let pixels_max = settings.pixels_max;
    let inspected = tokio::task::spawn_blocking(move || inspect(&bytes, pixels_max)).await;
    match inspected {
        Ok(Ok(inspected)) => keep(app, media, inspected).await,
        Ok(Err(why)) => refuse(app, media, why).await,
        // A file that makes our reader fail is none we can show.
        Err(_) => refuse(app, media, "it cannot be read").await,
    }
}

async fn keep(app: &App, media: &DueMedia, file: Inspected) -> Result<(), StoreError> {
    let path = format!("{}/{}.{}", media.came.strftime("%Y/%m"), media.id, file.extension);
    let bytes = i64::try_from(file.bytes.len()).unwrap_or(i64::MAX);
    if let Err(error) = app.shelf.put(&path, file.bytes).await {
        tracing::error!(error = %error, media = media.id, "a file could not be stored; it is tried again");
        return later(app, media, "it could not be stored").await;
    }
    let stored = StoredMedia { kind: file.kind, media_type: file.media_type, bytes, path: &path };
    let mut tx = app.store.begin().await?;
    tx.media_stored(&media.id, &stored, app.now()).await?;
    if file.kind == MediaKind::Voice {
        leave(app, &mut tx, media, "Listen to a voice note", &path).await?;
    }
    tx.commit().await
}

/// They are told, once for a message: what they meant to show we have not seen.
async fn refuse(app: &App, media: &DueMedia, why: &str) -> Result<(), StoreError> {
    let mut tx = app.store.begin().await?;
    tx.media_refused(&media.id, why, app.now()).await?;
    let whatsapp = media.from.strip_prefix("whatsapp:");
    if let Ok(phone) = PhoneNumber::parse(whatsapp.unwrap_or(&media.from)) {
        let about = About { lead: media.lead, conversation: media.conversation.as_deref(), alert: None };
        let reply = Post {
            kind: kind::REPLY,
            to: &phone,
            way: if whatsapp.is_some() { Way::WhatsAppText } else { Way::Sms },
            body: &agency::messages::file_refused(app.settings.media.bytes_max),
            appointment: None,
            dedupe_key: &format!("refused:{}", media.message),
        };
        post(app, &mut tx, &about, &reply).await?;
    }
    tx.commit().await?;
    app.outbox_rung.notify_one();
    Ok(())
}

/// Again after one, two, four … minutes; then a colleague hears of it.
async fn later(app: &App, media: &DueMedia, why: &str) -> Result<(), StoreError> {
    let mut tx = app.store.begin().await?;
    if media.attempts >= ATTEMPTS_MAX {
        tx.media_failed(&media.id, why).await?;
        leave(app, &mut tx, media, "A file that somebody sent could not be fetched: ask for it again", why)
            .await?;
    } else {
        tx.media_again(&media.id, again_at(app, media)).await?;
    }
    tx.commit().await
}

fn again_at(app: &App, media: &DueMedia) -> jiff::Timestamp {
    let minutes = 1_i64 << media.attempts.clamp(1, 8).saturating_sub(1);
    app.now().saturating_add(SignedDuration::from_mins(minutes)).unwrap_or_default()
}

async fn delete(app: &App, media: &DueMedia) -> Result<(), StoreError> {
    let is_gone = app.twilio.delete_media(&media.url).await.is_ok();
    let mut tx = app.store.begin().await?;
    if is_gone {
        tx.media_done(&media.id, Some(app.now())).await?;
    } else if media.attempts >= ATTEMPTS_MAX {
        tracing::warn!(media = media.id, "a file could not be deleted at Twilio");
        tx.media_done(&media.id, None).await?;
    } else {
        tx.media_again(&media.id, again_at(app, media)).await?;
    }
    tx.commit().await
}

async fn leave(app: &App, tx: &mut Tx, media: &DueMedia, title: &str, notes: &str) -> Result<(), StoreError> {
    let now = app.now();
    let task = NewTask {
        id: &app.id("task"),
        kind: TaskKind::FollowUp,
        priority: Priority::Urgent,
        title,
        notes: Some(notes),
        lead: media.lead,
        conversation: media.conversation.as_deref(),
        message: Some(&media.message),
        dedupe_key: &format!("media:{}", media.id),
        due: Some(call_back_due(app.hours(), now)),
        now,
    };
    tx.add_task(&task).await?;
    Ok(())
}
