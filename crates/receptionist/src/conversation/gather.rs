//! One webhook, one turn: load the state, run the machine until it listens or ends, commit the turn with its answer.
//! (CallSid, turn, input) is the turn's id: a repeat gets the kept answer, and a crash anywhere is followed by the
//! same turn from the same state.

use agency::conversation::{Event, State, handle};
use agency::crm::Caller;
use agency::phone::PhoneNumber;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use store::{BeginCall, StoreError};

use super::ending::end_known_call;
use super::talk::{Kept, Talk};
use super::without_store::answer_without_store;
use crate::app::{App, Words};

/// A voice webhook, parsed.
#[derive(Clone, Debug)]
pub struct Turn {
    pub call_sid: String,
    /// As the Gather's action URL says; 0 for the greeting.
    pub number: u32,
    /// How often in a row it could not be kept.
    pub times_lost: u32,
    pub from: Option<PhoneNumber>,
    pub direction: &'static str,
    pub confidence: Option<f64>,
    pub event: Event,
}

const INBOUND: &str = "voice/inbound";
const PROCESS_SPEECH: &str = "voice/process-speech";
const FALLBACK: &str = "voice/fallback";
/// Another request may move the conversation on between our reading and writing; more often than this it cannot.
const TRIES_MAX: usize = 4;

/// Answers a new call with its greeting.
pub async fn answer_call(app: &App, turn: &Turn) -> String {
    let request = turn.call_sid.clone();
    answer(app, turn, INBOUND, &request).await
}

/// Answers what the caller said, pressed, or did not say. Other words under the same number (the caller was asked again
/// after a commit whose answer was lost) are another request.
pub async fn answer_turn(app: &App, turn: &Turn) -> String {
    let event = serde_json::to_vec(&turn.event).unwrap_or_default();
    let request = format!("{}:{}:{}", turn.call_sid, turn.number, hex::encode(&Sha256::digest(event)[..8]));
    answer(app, turn, PROCESS_SPEECH, &request).await
}

/// Answers after Twilio lost a turn of ours, with this code.
pub async fn answer_lost_turn(app: &App, turn: &Turn, code: &str) -> String {
    let request = format!("{}:{}:{code}", turn.call_sid, turn.number);
    answer(app, turn, FALLBACK, &request).await
}

/// A turn that has begun is finished even if Twilio no longer waits for it.
async fn answer(app: &App, turn: &Turn, door: &'static str, request: &str) -> String {
    let (app_of_turn, turn_again, request) = (app.clone(), turn.clone(), request.to_owned());
    let answered =
        tokio::spawn(async move { try_often(&app_of_turn, &turn_again, door, &request).await }).await;
    answered.ok().flatten().unwrap_or_else(|| {
        tracing::error!(door, "the caller is asked again: this turn could not be kept");
        metrics::counter!("turns_lost_total").increment(1);
        answer_without_store(app, turn)
    })
}

async fn try_often(app: &App, turn: &Turn, door: &'static str, request: &str) -> Option<String> {
    let began = app.now();
    for _ in 0..TRIES_MAX {
        match try_answer(app, turn, door, request, began).await {
            Ok(body) => return Some(body),
            // Another request for the same call was faster: its answer, or its state, is there now.
            Err(StoreError::TurnTaken | StoreError::AlreadyDone) => {}
            Err(error) => {
                tracing::error!(error = %error, code = error.code(), door, "a turn could not be kept");
                return None;
            }
        }
    }
    None
}

async fn try_answer(
    app: &App,
    turn: &Turn,
    door: &'static str,
    request: &str,
    began: Timestamp,
) -> Result<String, StoreError> {
    if let Some(kept) = app.store.answer(door, request).await? {
        return Ok(kept);
    }
    let words = app.words().await?;
    let Some(saved) = app.store.conversation(&turn.call_sid).await? else {
        let greeting = begin(app, turn, &words, began).await?;
        // A call that begins in the middle (its beginning was lost) is there now: what was said is answered on it.
        return if turn.event == Event::Started { Ok(greeting) } else { Err(StoreError::TurnTaken) };
    };
    let before: State = serde_json::from_str(&saved.state)?;
    let unfinished = app.store.unfinished_tools(&saved.id, saved.turn).await?;
    let heard_id = app.id("turn");
    let mut talk = Talk {
        app,
        words: &words,
        conversation: saved.id,
        lead: saved.lead,
        state: before.clone(),
        heard_id,
    };
    talk.state.turn = saved.turn + 1;
    let effects = if unfinished.is_empty() {
        talk.run(turn.event.clone()).await
    } else {
        talk.resume(&unfinished, &turn.event).await?
    };
    let turn_kept = Kept { turn, before: Some(&before), effects: &effects, door, request, began };
    let body = talk.commit(&turn_kept).await?;
    if saved.ended {
        // The end overtook this turn: it is written again, with what the turn did.
        end_known_call(app, turn, None).await?;
    }
    Ok(body)
}

/// A call we have not seen: lead, call row and greeting in one commit.
async fn begin(app: &App, turn: &Turn, words: &Words, began: Timestamp) -> Result<String, StoreError> {
    let caller: Caller = app.store.who_is_calling(turn.from.as_ref()).await?;
    let conversation = app.id("call");
    let mut tx = app.store.begin().await?;
    let begin = BeginCall {
        conversation: &conversation,
        call_sid: &turn.call_sid,
        phone: turn.from.as_ref(),
        name: caller.name.as_deref(),
        email: caller.email.as_deref(),
        direction: turn.direction,
        now: began,
    };
    let lead = tx.begin_call(&begin).await?;
    let mut state = State::new(caller);
    let effects = handle(&mut state, Event::Started, &app.context(words));
    let talk = Talk { app, words, conversation, lead, state, heard_id: app.id("turn") };
    let started = Turn { event: Event::Started, ..turn.clone() };
    let kept = Kept {
        turn: &started,
        before: None,
        effects: &effects,
        door: INBOUND,
        request: &turn.call_sid,
        began,
    };
    let body = talk.keep(&mut tx, &kept).await?;
    tx.commit().await?;
    metrics::counter!("calls_total").increment(1);
    Ok(body)
}
