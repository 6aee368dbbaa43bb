//! The end of a call, written once: outcome, transcript, homes discussed, and what is left to do.

use agency::conversation::{State, Step};
use agency::crm::{CallOutcome, Priority, TaskKind};
use agency::manner::Manner;
use store::{Conversation, EndedCall, NewTask, StoreError};

use super::gather::{Turn, answer_call};
use crate::app::App;

/// Ends a call that Twilio, or the sweep, says is over. A call whose beginning never reached us leaves a lead all the
/// same, and somebody rings back. Asked again, it changes nothing.
pub async fn end_call(app: &App, turn: &Turn, seconds: Option<i64>) -> Result<(), StoreError> {
    if app.store.conversation(&turn.call_sid).await?.is_none() {
        // What could not be written now is missed below, and Twilio or the sweep asks again.
        let _ = answer_call(app, turn).await;
    }
    end_known_call(app, &turn.call_sid, seconds).await
}

/// Ends a call that is there.
pub(super) async fn end_known_call(
    app: &App,
    call_sid: &str,
    seconds: Option<i64>,
) -> Result<(), StoreError> {
    /// Turns that may overtake the end while it is written.
    const TRIES_MAX: usize = 4;
    for _ in 0..TRIES_MAX {
        let saved = app.store.conversation(call_sid).await?.ok_or(StoreError::TurnTaken)?;
        if saved.ended || end_at(app, seconds, &saved).await? {
            return Ok(());
        }
    }
    Err(StoreError::TurnTaken)
}

/// Ends a chat as it stands; one that has moved on meanwhile is ended later.
pub(super) async fn end_conversation(app: &App, id: &str) -> Result<(), StoreError> {
    match app.store.conversation_with_id(id).await? {
        Some(saved) if !saved.ended => end_at(app, None, &saved).await.map(|_| ()),
        _ => Ok(()),
    }
}

/// Ends the conversation as it stood at that turn; false if it has moved on.
async fn end_at(app: &App, seconds: Option<i64>, saved: &Conversation) -> Result<bool, StoreError> {
    let mut state = State::read(&saved.state)?;
    if app.store.was_taken(&saved.id).await? {
        state.was_transferred();
    }
    let now = app.now();
    let left = left_to_do(&state);
    let ended = EndedCall {
        conversation: &saved.id,
        turn: saved.turn,
        duration_s: seconds,
        outcome: state.outcome(),
        intent: state.intent,
        discussed: &state.discussed,
        actions: &state.actions,
        follow_up_notes: left.as_ref().map(|left| left.notes.as_str()),
        model_prices: model_prices(app),
        statements: state.statements,
        now,
    };
    let mut tx = app.store.begin().await?;
    if !tx.end_call(&ended).await? {
        return Ok(false);
    }
    let key = format!("follow_up:{}", saved.id);
    match &left {
        Some(left) => {
            let task = NewTask {
                id: &app.id("task"),
                kind: left.kind,
                priority: left.priority,
                title: left.title,
                notes: Some(&left.notes),
                lead: Some(saved.lead),
                conversation: Some(&saved.id),
                message: None,
                dedupe_key: &key,
                due: Some(app.hours().next_opening(now)),
                now,
            };
            tx.add_task(&task).await?;
        }
        None => tx.cancel_task(&key).await?,
    }
    if !state.flagged.is_empty() {
        leave_review(app, &mut tx, saved, &state).await?;
    }
    tx.commit().await?;
    app.calls_ended.notify_one();
    Ok(true)
}

/// None while nobody has set what the model costs.
fn model_prices(app: &App) -> Option<(f64, f64)> {
    let model = &app.settings.model;
    let is_set = app.models.is_some() && (model.price_prompt > 0.0 || model.price_answer > 0.0);
    is_set.then_some((model.price_prompt, model.price_answer))
}

/// A person looks at what the model would have said without ground.
async fn leave_review(
    app: &App,
    tx: &mut store::Tx,
    saved: &Conversation,
    state: &State,
) -> Result<(), StoreError> {
    let now = app.now();
    let task = NewTask {
        id: &app.id("task"),
        kind: TaskKind::Review,
        priority: Priority::Normal,
        title: "The model said what nothing backs; the caller did not hear it",
        notes: Some(&state.flagged.join("\n")),
        lead: Some(saved.lead),
        conversation: Some(&saved.id),
        message: None,
        dedupe_key: &format!("review:{}", saved.id),
        due: Some(app.hours().next_opening(now)),
        now,
    };
    tx.add_task(&task).await?;
    Ok(())
}

struct LeftToDo {
    kind: TaskKind,
    priority: Priority,
    title: &'static str,
    notes: String,
}

/// A message that was begun is not lost with the call; a caller who was looking for a home and hung up in the middle
/// should be rung.
fn left_to_do(state: &State) -> Option<LeftToDo> {
    let gone = match state.manner {
        Manner::Spoken => "Caller rang off before an outcome",
        Manner::Written => "A chat ended before an outcome",
    };
    if let (None, [_, ..]) = (&state.message, state.to_confirm.as_slice()) {
        return Some(LeftToDo {
            kind: TaskKind::FollowUp,
            priority: Priority::Urgent,
            title: "Confirm to the caller what was asked",
            notes: state.to_confirm.join("; "),
        });
    }
    if state.step == Step::Transferring {
        return Some(LeftToDo {
            kind: TaskKind::CallBack,
            priority: Priority::Urgent,
            title: "Caller rang off while being put through",
            notes: state.last_heard.clone(),
        });
    }
    if let Some(words) = &state.message {
        return Some(LeftToDo {
            kind: TaskKind::CallBack,
            priority: Priority::Urgent,
            title: gone,
            notes: words.clone(),
        });
    }
    if state.wants_valuation() {
        return Some(LeftToDo {
            kind: TaskKind::FollowUp,
            priority: Priority::Urgent,
            title: gone,
            notes: "Was about to book a valuation.".to_owned(),
        });
    }
    // Who asked to hear of new homes will.
    let is_kept_posted = state.keeps_posted.is_some();
    let unfinished = matches!(state.outcome(), CallOutcome::Abandoned | CallOutcome::InfoGiven)
        && !state.wants.is_empty()
        && !is_kept_posted;
    unfinished.then(|| LeftToDo {
        kind: TaskKind::FollowUp,
        priority: Priority::Normal,
        title: gone,
        notes: format!("Was looking for {}.", state.manner.search(&state.wants)),
    })
}
