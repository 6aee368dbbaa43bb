//! Calls that nobody could write down: the database was away, or nobody answered at all. Twilio's own log has them
//! (twilio.com/docs/voice/api/call-resource): each becomes a lead, and somebody rings back.

use std::sync::PoisonError;

use agency::crm::{Priority, TaskKind};
use agency::phone::PhoneNumber;
use jiff::{SignedDuration, Timestamp};
use store::{NewTask, StoreError};

use crate::app::App;
use crate::conversation::{Turn, end_call};

/// A call may have begun a while before what was noted.
const BEGUN_BEFORE: SignedDuration = SignedDuration::from_mins(30);

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

/// Whoever rang and is not known. What fails is tried again, from the same time.
pub async fn look_for_missed_calls(app: &App) -> Result<(), StoreError> {
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
    let can_be_rung = from.is_some();
    let turn = Turn::untold_end(call_sid.to_owned(), from);
    end_call(app, &turn, None).await?;
    let Some(call) = app.store.conversation(call_sid).await? else { return Ok(()) };
    tracing::warn!(conversation = call.id, "a call that could not be written down was found in Twilio's log");
    if can_be_rung {
        ring_back(app, &call, app.now()).await?;
    }
    Ok(())
}

async fn ring_back(app: &App, call: &store::Conversation, now: Timestamp) -> Result<(), StoreError> {
    let mut tx = app.store.begin().await?;
    let task = NewTask {
        id: &app.id("task"),
        kind: TaskKind::CallBack,
        priority: Priority::Urgent,
        title: "They rang while our systems were away",
        notes: None,
        lead: Some(call.lead),
        conversation: Some(&call.id),
        message: None,
        dedupe_key: &format!("missed:{}", call.id),
        due: Some(app.hours().next_opening(now)),
        now,
    };
    tx.add_task(&task).await?;
    tx.commit().await
}
