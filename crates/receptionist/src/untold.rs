//! Calls whose beginning or end nobody told us, and messages that nobody took: the database was away, or no node answered. Twilio's
//! own log has them (`delivery/log.rs`): each call becomes a lead, whom somebody rings back, and what is over is ended; each message
//! is answered as if it had just come.

use std::sync::{MutexGuard, PoisonError};

use agency::crm::{LeadId, Priority, TaskKind};
use agency::phone::PhoneNumber;
use jiff::{SignedDuration, Timestamp};
use store::{NewTask, StoreError, Tx};

use crate::app::App;
use crate::conversation::{Turn, end_call};
use crate::delivery::TwilioMessage;
use crate::intake::take_from_log;

/// A call may have begun a while before what was noted.
const BEGUN_BEFORE: SignedDuration = SignedDuration::from_mins(30);
/// While we had no database, whatever stands before us may have turned more away than it asked us.
const OTHERS_FAIL_FOR: SignedDuration = SignedDuration::from_secs(10);
/// A call that nothing has touched for so long is over, whatever Twilio says.
const CALL_SILENT_FOR: SignedDuration = SignedDuration::from_hours(4);

/// Since when Twilio's log is to be read, and when that was last noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missed {
    since: Timestamp,
    noted: Timestamp,
}

fn missed(app: &App) -> MutexGuard<'_, Option<Missed>> {
    app.missed.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Something could not be kept: once the database is back, Twilio is asked who rang or wrote.
pub fn note(app: &App) {
    let noted = app.now();
    let since = noted.saturating_sub(BEGUN_BEFORE).unwrap_or_default();
    let mut missed = missed(app);
    let since = missed.map_or(since, |earlier| earlier.since.min(since));
    *missed = Some(Missed { since, noted });
}

/// When a process starts, it asks about the time since a call was last written down, and a little before.
pub async fn note_start(app: &App) -> Result<(), StoreError> {
    const DAY: SignedDuration = SignedDuration::from_hours(24);
    if let Some(last) = app.store.last_call_touched().await? {
        let noted = app.now();
        let earliest = noted.saturating_sub(DAY).unwrap_or_default();
        let since = last.saturating_sub(BEGUN_BEFORE).unwrap_or_default().max(earliest);
        *missed(app) = Some(Missed { since, noted });
    }
    Ok(())
}

/// Asks Twilio about all of it; a test steps it.
pub async fn look_for_untold(app: &App) -> Result<(), StoreError> {
    look_for_missed(app).await?;
    end_abandoned_calls(app).await
}

/// Whoever rang or wrote and is not known. What fails is tried again, from the same time.
async fn look_for_missed(app: &App) -> Result<(), StoreError> {
    let Some(noted) = *missed(app) else { return Ok(()) };
    let waited = app.now().duration_since(noted.noted);
    let calls = all_calls_are_here(app, noted.since).await?;
    let messages = all_messages_are_here(app, noted.since).await?;
    let mut missed = missed(app);
    if *missed == Some(noted) && calls && messages && waited >= OTHERS_FAIL_FOR {
        *missed = None;
    }
    Ok(())
}

/// False: Twilio did not answer, or somebody is still talking.
async fn all_calls_are_here(app: &App, since: Timestamp) -> Result<bool, StoreError> {
    let number = &app.settings.twilio.phone_number;
    let Ok(calls) = app.twilio.calls_since(number, since).await else { return Ok(false) };
    let mut all = true;
    for call in calls {
        let is_known = app.store.conversation(&call.sid).await?.is_some()
            || app.store.is_to_be_deleted(&call.sid).await?;
        if !is_known && !call.is_over() {
            all = false;
        } else if !is_known {
            write_down(app, &call.sid, PhoneNumber::from_caller_id(&call.from)).await?;
        }
    }
    Ok(all)
}

/// False: Twilio did not answer, or one could not be kept.
async fn all_messages_are_here(app: &App, since: Timestamp) -> Result<bool, StoreError> {
    let twilio = &app.settings.twilio;
    let mut all = true;
    for number in std::iter::once(&twilio.phone_number).chain(&twilio.whatsapp_number) {
        let Ok(messages) = app.twilio.written_since(number, since).await else { return Ok(false) };
        for message in messages {
            let is_known = app.store.is_known_sid(&message.sid).await?
                || app.store.is_to_be_deleted(&message.sid).await?;
            all &= is_known || take(app, &message).await;
        }
    }
    Ok(all)
}

/// One that cannot be kept does not stand in the way of others.
async fn take(app: &App, message: &TwilioMessage) -> bool {
    let files = if message.has_files() { app.twilio.files_of(&message.sid).await } else { Ok(Vec::new()) };
    match files {
        // Boxed: its future is large, and is that of few.
        Ok(files) => Box::pin(take_from_log(app, message, files)).await.is_ok(),
        Err(_) => false,
    }
}

async fn write_down(app: &App, call_sid: &str, from: Option<PhoneNumber>) -> Result<(), StoreError> {
    end_call(app, &Turn::untold_end(call_sid.to_owned(), from), None).await?;
    tracing::warn!(call_sid, "a call that could not be written down was found in Twilio's log");
    Ok(())
}

/// Whoever rang, and of whom we first heard when the call was over, is rung.
pub async fn ring_back(
    app: &App,
    tx: &mut Tx,
    (conversation, lead): (&str, LeadId),
    now: Timestamp,
) -> Result<(), StoreError> {
    let task = NewTask {
        id: &app.id("task"),
        kind: TaskKind::CallBack,
        priority: Priority::Urgent,
        title: "Missed call",
        notes: None,
        lead: Some(lead),
        conversation: Some(conversation),
        message: None,
        dedupe_key: &format!("missed:{conversation}"),
        due: Some(app.hours().next_opening(now)),
        now,
    };
    tx.add_task(&task).await?;
    Ok(())
}

/// Ends calls whose last status never came: Twilio is asked whether they are over.
async fn end_abandoned_calls(app: &App) -> Result<(), StoreError> {
    let before = |time| app.now().saturating_sub(time).unwrap_or_default();
    let asked_about = SignedDuration::from_secs(app.settings.voice.asked_about_after_s);
    for (call_sid, touched) in app.store.abandoned_calls(before(asked_about)).await? {
        if touched > before(CALL_SILENT_FOR) && !app.twilio.is_over(&call_sid).await {
            continue;
        }
        end_call(app, &Turn::untold_end(call_sid, None), None).await?;
    }
    Ok(())
}
