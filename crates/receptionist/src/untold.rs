//! Calls whose beginning or end nobody told us: the database was away, or no node answered. Twilio's own log has them
//! (twilio.com/docs/voice/api/call-resource): each becomes a lead, somebody rings back, and what is over is ended.

use std::sync::PoisonError;

use agency::crm::{LeadId, Priority, TaskKind};
use agency::phone::PhoneNumber;
use jiff::{SignedDuration, Timestamp};
use store::{NewTask, StoreError, Tx};

use crate::app::App;
use crate::conversation::{Turn, end_call};

/// A call may have begun a while before what was noted.
const BEGUN_BEFORE: SignedDuration = SignedDuration::from_mins(30);
/// A call that nothing has touched for so long is over, whatever Twilio says.
const CALL_SILENT_FOR: SignedDuration = SignedDuration::from_hours(4);

/// A turn could not be kept: once the database is back, Twilio is asked who rang.
pub fn note(app: &App) {
    let since = app.now().saturating_sub(BEGUN_BEFORE).unwrap_or_default();
    let mut missed = app.missed_since.lock().unwrap_or_else(PoisonError::into_inner);
    *missed = Some(missed.map_or(since, |earlier| earlier.min(since)));
}

/// When a process starts, it asks about the time since a call was last written down, and a little before.
pub async fn note_start(app: &App) -> Result<(), StoreError> {
    const DAY: SignedDuration = SignedDuration::from_hours(24);
    if let Some(last) = app.store.last_call_touched().await? {
        let earliest = app.now().saturating_sub(DAY).unwrap_or_default();
        let since = last.saturating_sub(BEGUN_BEFORE).unwrap_or_default().max(earliest);
        *app.missed_since.lock().unwrap_or_else(PoisonError::into_inner) = Some(since);
    }
    Ok(())
}

/// Asks Twilio about both; a test steps it.
pub async fn look_for_calls(app: &App) -> Result<(), StoreError> {
    look_for_missed_calls(app).await?;
    end_abandoned_calls(app).await
}

/// Whoever rang and is not known. What fails is tried again, from the same time.
async fn look_for_missed_calls(app: &App) -> Result<(), StoreError> {
    let missed = || app.missed_since.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(since) = *missed() else { return Ok(()) };
    let Ok(calls) = app.twilio.calls_since(&app.settings.twilio.phone_number, since).await else {
        return Ok(());
    };
    let mut still_talking = false;
    for call in calls {
        let is_known = app.store.conversation(&call.sid).await?.is_some();
        if !is_known && !call.is_over() {
            still_talking = true;
        } else if !is_known {
            write_down(app, &call.sid, PhoneNumber::from_caller_id(&call.from)).await?;
        }
    }
    let mut noted = missed();
    if *noted == Some(since) && !still_talking {
        *noted = None;
    }
    Ok(())
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
