//! The end of a call, written once: outcome, transcript, homes discussed, and what is left to do.

use agency::conversation::{Event, State};
use agency::crm::{CallOutcome, Priority, TaskKind};
use agency::speech;
use store::{EndedCall, NewTask, StoreError};

use super::gather::{Turn, answer_call};
use crate::app::App;

/// Ends a call that Twilio, or the sweep, says is over. A call whose beginning never reached us leaves a lead all the
/// same. Asked again, it changes nothing.
pub async fn end_call(app: &App, turn: &Turn, seconds: Option<i64>) -> Result<(), StoreError> {
    if app.store.conversation(&turn.call_sid).await?.is_none() {
        answer_call(app, &Turn { event: Event::Started, ..turn.clone() }).await;
    }
    // Still not there: the database does not answer, and Twilio or the sweep asks again.
    let saved = app.store.conversation(&turn.call_sid).await?.ok_or(StoreError::TurnTaken)?;
    if saved.ended {
        return Ok(());
    }
    let state: State = serde_json::from_str(&saved.state)?;
    let now = app.now();
    let follow_up = follow_up(&state);
    let summary = summary(&state);
    let ended = EndedCall {
        call_sid: &turn.call_sid,
        duration_s: seconds,
        outcome: state.outcome(),
        intent: state.intent,
        discussed: &state.discussed,
        actions: &state.actions,
        follow_up_notes: follow_up.as_deref(),
        summary: &summary,
        now,
    };
    let mut tx = app.store.begin().await?;
    if tx.end_call(&ended).await?
        && let Some(notes) = &follow_up
    {
        let task = NewTask {
            id: &app.id("task"),
            kind: TaskKind::FollowUp,
            priority: Priority::Normal,
            title: "Caller rang off before an outcome",
            notes: Some(notes),
            lead: Some(saved.lead),
            conversation: Some(&saved.id),
            message: None,
            dedupe_key: &format!("follow_up:{}", saved.id),
            due: Some(app.hours().next_opening(now)),
            now,
        };
        tx.add_task(&task).await?;
    }
    tx.commit().await
}

/// A caller who was looking for a home and hung up in the middle should be rung.
fn follow_up(state: &State) -> Option<String> {
    let unfinished =
        matches!(state.outcome(), CallOutcome::Abandoned | CallOutcome::InfoGiven) && !state.wants.is_empty();
    unfinished.then(|| format!("Was looking for {}.", speech::search(&state.wants)))
}

/// Three facts, from what was done, not from what was said.
fn summary(state: &State) -> String {
    let wanted = if state.wants.is_empty() {
        "Said nothing about a home.".to_owned()
    } else {
        format!("Wanted {}.", speech::search(&state.wants))
    };
    let discussed = match state.discussed.len() {
        0 => "No homes were discussed.".to_owned(),
        1 => "One home was discussed.".to_owned(),
        n => format!("{n} homes were discussed."),
    };
    format!("{wanted} {discussed} Outcome: {}.", state.outcome().word().replace('_', " "))
}
