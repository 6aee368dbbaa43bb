//! The sound of calls: Twilio records whoever was told so and does not object, we fetch it, and it is deleted there. The greeting
//! tells (`greetings.notice`); the settings decide (`[voice] record`); `tools/stop_recording.rs` is the caller's switch.

use agency::crm::{Caller, Priority, TaskKind};
use jiff::SignedDuration;
use store::{DueRecording, NewTask, StoreError};

use crate::app::App;
use crate::delivery::{TwilioRecording, Unfetched};

/// A worker that dies over a recording holds it no longer.
const LEASE: SignedDuration = SignedDuration::from_mins(5);
/// Twilio is asked about what it has not told us of.
pub(crate) const ASKED_EVERY: SignedDuration = SignedDuration::from_hours(1);
const AT_ONCE: i64 = 4;
const ATTEMPTS_MAX: i64 = 8;
/// Four hours, as Twilio ends every call, at what an MP3 of speech takes.
const BYTES_MAX: usize = 128 << 20;

/// Whether a call of theirs is recorded.
pub(crate) fn is_recorded(app: &App, caller: &Caller, direction: &str) -> bool {
    app.settings.voice.record
        && direction == "inbound"
        && !caller.refuses_recording
        && app.tells_of_recording()
}

/// Twilio says how a recording stands.
pub(crate) async fn told(app: &App, call_sid: &str, recording: &TwilioRecording) -> Result<(), StoreError> {
    let mut tx = app.store.begin().await?;
    if recording.is_whole() {
        tx.recording_told(call_sid, &recording.sid, recording.seconds(), app.now()).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Fetches what is whole, and asks Twilio about what it has not told us of. A test steps this, the worker loops it.
pub async fn look_after_recordings(app: &App) -> Result<usize, StoreError> {
    let now = app.now();
    let lease = now.saturating_add(LEASE).unwrap_or(now);
    let due = app.store.claim_recordings(now, lease, AT_ONCE).await?;
    for recording in &due {
        match &recording.sid {
            Some(sid) => fetch(app, recording, sid).await?,
            None => ask(app, recording).await?,
        }
    }
    Ok(due.len())
}

async fn fetch(app: &App, due: &DueRecording, sid: &str) -> Result<(), StoreError> {
    let bytes = match app.twilio.fetch_recording(sid, BYTES_MAX).await {
        Ok(bytes) => bytes,
        Err(Unfetched::Refused(why)) => return fail(app, due, why).await,
        Err(Unfetched::Later) => return later(app, due).await,
    };
    let path = format!("{}/{}.mp3", due.began.strftime("%Y/%m"), due.conversation);
    let length = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    if let Err(error) = app.shelf.put(&path, bytes).await {
        tracing::error!(error = %error, conversation = due.conversation, "a recording could not be stored; it is tried again");
        return later(app, due).await;
    }
    let mut tx = app.store.begin().await?;
    tx.recording_stored(due, (&path, length), app.now()).await?;
    tx.commit().await
}

/// The call may go on, or its callback was lost.
async fn ask(app: &App, due: &DueRecording) -> Result<(), StoreError> {
    let (true, Some(call_sid)) = (due.call_ended, &due.call_sid) else {
        return again(app, due, ASKED_EVERY).await;
    };
    match app.twilio.recordings_of(call_sid).await {
        Ok(found) => match found.iter().find(|recording| recording.is_whole()) {
            Some(recording) => told(app, call_sid, recording).await,
            None if found.iter().any(TwilioRecording::is_coming) => again(app, due, ASKED_EVERY).await,
            None => end(app, due, "gone").await,
        },
        Err(_) => later(app, due).await,
    }
}

/// Again after one, two, four … minutes; then a colleague hears of it.
async fn later(app: &App, due: &DueRecording) -> Result<(), StoreError> {
    if due.attempts >= ATTEMPTS_MAX {
        return fail(app, due, "Twilio did not give it, or it could not be stored").await;
    }
    again(app, due, SignedDuration::from_mins(1_i64 << due.attempts.clamp(1, 8).saturating_sub(1))).await
}

async fn again(app: &App, due: &DueRecording, wait: SignedDuration) -> Result<(), StoreError> {
    let at = app.now().saturating_add(wait).unwrap_or_default();
    let mut tx = app.store.begin().await?;
    tx.recording_again(&due.conversation, at).await?;
    tx.commit().await
}

async fn end(app: &App, due: &DueRecording, status: &str) -> Result<(), StoreError> {
    let mut tx = app.store.begin().await?;
    tx.end_recording(&due.conversation, status).await?;
    tx.commit().await
}

async fn fail(app: &App, due: &DueRecording, why: &str) -> Result<(), StoreError> {
    let now = app.now();
    let task = NewTask {
        id: &app.id("task"),
        kind: TaskKind::Other,
        priority: Priority::Normal,
        title: "The recording of a call could not be fetched",
        notes: Some(&format!("{why}. Look for it in Twilio's console, and delete it there.")),
        lead: None,
        conversation: Some(&due.conversation),
        message: None,
        dedupe_key: &format!("recording:{}", due.conversation),
        due: Some(app.hours().next_opening(now)),
        now,
    };
    let mut tx = app.store.begin().await?;
    tx.end_recording(&due.conversation, "failed").await?;
    tx.add_task(&task).await?;
    tx.commit().await
}
