//! One webhook, one turn: load the state, run the machine until it listens or ends, commit the turn with its answer.
//! (CallSid, turn, input) is the turn's id: a repeat gets the kept answer, and a crash anywhere is followed by the
//! same turn from the same state.

use agency::conversation::{Effect, Event, State, handle};
use agency::crm::Caller;
use agency::phone::PhoneNumber;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use store::{BeginCall, Conversation, StoreError};
use tracing::Instrument;

use super::ending::end_known_call;
use super::in_time::{Answer, in_time};
use super::relay::{Farewell, relay_token};
use super::talk::{Kept, Talk, said};
use super::twiml::{Document, Line, put_through, render};
use super::without_store::answer_without_store;
use crate::app::{App, Words};
use crate::limits::rings_often;
use crate::recordings::{self, is_recorded};
use crate::settings::VoiceMode;
use crate::telemetry::of_conversation;
use crate::untold;

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
    /// The call was over a relay until it was put through.
    pub over_relay: bool,
    /// Without the database it is another node's to answer.
    pub others_may_answer: bool,
    pub confidence: Option<f64>,
    pub event: Event,
}

impl Turn {
    /// The end of a call of which nobody told us.
    pub fn untold_end(call_sid: String, from: Option<PhoneNumber>) -> Self {
        Self {
            call_sid,
            number: 0,
            times_lost: 0,
            from,
            direction: "inbound",
            over_relay: false,
            others_may_answer: false,
            confidence: None,
            event: Event::HungUp,
        }
    }
}

/// The database does not answer this node, and another may be asked.
#[derive(Debug)]
pub struct NotHere;

const INBOUND: &str = "voice/inbound";
const PROCESS_SPEECH: &str = "voice/process-speech";
const RELAY_ENDED: &str = "voice/relay-ended";
const FALLBACK: &str = "voice/fallback";
const DIAL_ENDED: &str = "voice/dial-ended";
/// Another request may move the conversation on between our reading and writing; more often than this it cannot.
const TRIES_MAX: usize = 4;

/// Answers a new call with its greeting.
pub async fn answer_call(app: &App, turn: &Turn) -> Result<String, NotHere> {
    let request = turn.call_sid.clone();
    answer(app, turn, INBOUND, &request).await
}

/// Answers what the caller said, pressed, or did not say. Other words under the same number (the caller was asked again
/// after a commit whose answer was lost) are another request.
pub async fn answer_turn(app: &App, turn: &Turn) -> Result<String, NotHere> {
    let event = serde_json::to_vec(&turn.event).unwrap_or_default();
    let request = format!("{}:{}:{}", turn.call_sid, turn.number, hex::encode(&Sha256::digest(event)[..8]));
    answer(app, turn, PROCESS_SPEECH, &request).await
}

/// Answers after Twilio lost a turn of ours, with this code.
pub async fn answer_lost_turn(app: &App, turn: &Turn, code: &str) -> Result<String, NotHere> {
    let request = format!("{}:{}:{code}", turn.call_sid, turn.number);
    answer(app, turn, FALLBACK, &request).await
}

/// Goes on with Gather after the relay of a call failed: `session` is the one that did.
pub async fn answer_lost_relay(app: &App, turn: &Turn, session: &str) -> Result<String, NotHere> {
    let request = format!("{}:{session}", turn.call_sid);
    answer(app, turn, RELAY_ENDED, &request).await
}

/// Goes on with a caller who was with somebody else, or was called back: over a new relay if the call came over one.
pub async fn answer_return(app: &App, turn: &Turn, from: &str) -> Result<String, NotHere> {
    let request = format!("{}:{from}", turn.call_sid);
    answer(app, turn, DIAL_ENDED, &request).await
}

/// Says the last words of a call whose socket we have ended, and puts it through if that is what comes next.
pub fn last_words(app: &App, farewell: &Farewell) -> String {
    if let Some(transfer) = &farewell.transfer {
        return put_through(&farewell.say, transfer, &app.settings, "relay");
    }
    let effects = [Effect::Say { words: farewell.say.clone() }, Effect::End];
    render(&effects, &Document::bare(&app.settings))
}

/// A turn that has begun is finished even if nobody waits for it any more.
async fn answer(app: &App, turn: &Turn, door: &'static str, request: &str) -> Result<String, NotHere> {
    let (app_of_turn, turn_again, request) = (app.clone(), turn.clone(), request.to_owned());
    let work = tokio::spawn(async move { try_often(&app_of_turn, &turn_again, door, &request).await });
    match in_time(app, work).await {
        Answer::Kept(body) => return Ok(body),
        Answer::NoDatabase if turn.others_may_answer => {
            metrics::counter!("turns_passed_on_total").increment(1);
            return Err(NotHere);
        }
        Answer::NoDatabase | Answer::Slow => {}
    }
    tracing::error!(door, "the caller is asked again: this turn could not be kept");
    metrics::counter!("turns_lost_total").increment(1);
    untold::note(app);
    Ok(answer_without_store(app, turn))
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
        let conversation = app.id("call");
        let span = of_conversation(tracing::info_span!("turn", door), &conversation);
        let greeting = begin(app, turn, (&words, conversation), began).instrument(span).await?;
        // A call that begins in the middle (its beginning was lost) is there now: what was said is answered on it.
        return if turn.event == Event::Started { Ok(greeting) } else { Err(StoreError::TurnTaken) };
    };
    let span = of_conversation(tracing::info_span!("turn", door), &saved.id);
    go_on(app, turn, (door, request), (&words, &saved), began).instrument(span).await
}

/// The next turn of a call that is there.
async fn go_on(
    app: &App,
    turn: &Turn,
    (door, request): (&'static str, &str),
    (words, saved): (&Words, &Conversation),
    began: Timestamp,
) -> Result<String, StoreError> {
    let before = State::read(&saved.state)?;
    let unfinished = app.store.unfinished_tools(&saved.id, saved.turn).await?;
    let of = (saved.id.clone(), Some(turn.call_sid.as_str()), saved.lead);
    let mut talk = Talk::new(app, words, of, before.clone());
    talk.state.turn = saved.turn + 1;
    let effects = if unfinished.is_empty() {
        talk.answer(turn.event.clone(), began).await
    } else {
        talk.resume(&unfinished, &turn.event).await?
    };
    let mut tx = app.store.begin().await?;
    let answered = Answered { turn, before: Some(&before), effects: &effects, door, request, began };
    let (body, was_over) = answered.keep(&talk, &mut tx).await?;
    tx.commit().await?;
    if was_over {
        end_known_call(app, &turn.call_sid, None).await?;
    }
    Ok(body)
}

/// A call we have not seen: lead, call row and greeting in one commit. If it is over already, somebody rings back.
async fn begin(
    app: &App,
    turn: &Turn,
    (words, conversation): (&Words, String),
    began: Timestamp,
) -> Result<String, StoreError> {
    let mut caller: Caller = app.store.who_is_calling(turn.from.as_ref()).await?;
    caller.rings_often = rings_often(app, turn.from.as_ref()).await?;
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
    // A call that begins in the middle gets no first document.
    state.recorded = turn.event == Event::Started && is_recorded(app, &state.caller, turn.direction);
    if state.recorded {
        let asked = began.saturating_add(recordings::ASKED_EVERY).unwrap_or(began);
        tx.begin_recording(&conversation, began, asked).await?;
    }
    let effects = handle(&mut state, Event::Started, &app.context(words));
    let talk = Talk::new(app, words, (conversation, Some(&turn.call_sid), lead), state);
    let started = Turn { event: Event::Started, ..turn.clone() };
    let answered = Answered {
        turn: &started,
        before: None,
        effects: &effects,
        door: INBOUND,
        request: &turn.call_sid,
        began,
    };
    let (body, _) = answered.keep(&talk, &mut tx).await?;
    if turn.event == Event::HungUp && turn.direction == "inbound" && turn.from.is_some() {
        untold::ring_back(app, &mut tx, (&talk.conversation, lead), began).await?;
    }
    tx.commit().await?;
    metrics::counter!("calls_total").increment(1);
    Ok(body)
}

/// A turn with the document that answers it.
struct Answered<'a> {
    turn: &'a Turn,
    before: Option<&'a State>,
    effects: &'a [Effect],
    door: &'static str,
    request: &'a str,
    began: Timestamp,
}

impl Answered<'_> {
    /// The turn and its answer, in one transaction; and whether the call was over already.
    async fn keep(&self, talk: &Talk<'_>, tx: &mut store::Tx) -> Result<(String, bool), StoreError> {
        let kept = Kept {
            event: &self.turn.event,
            confidence: self.turn.confidence,
            before: self.before,
            said: &said(self.effects),
            began: self.began,
        };
        let written = talk.keep(tx, &kept, &talk.lines(&kept)).await?;
        let document = Document {
            settings: &talk.app.settings,
            words: Some(talk.words),
            begins_recording: talk.state.recorded && self.door == INBOUND,
            line: self.line(talk.app),
            next_turn: talk.state.turn + 1,
            times_lost: 0,
        };
        let body = render(self.effects, &document);
        tx.keep_answer(self.door, self.request, &body, talk.app.now()).await?;
        Ok((body, written.was_over))
    }

    /// A call begins as the settings say. Once it listens with Gather (it was begun so, or the relay failed) it stays so.
    fn line(&self, app: &App) -> Line {
        let begins = self.door == INBOUND || (self.door == DIAL_ENDED && self.turn.over_relay);
        if begins && app.settings.voice.mode == VoiceMode::Relay {
            Line::Relay { token: relay_token(app, &self.turn.call_sid) }
        } else {
            Line::Gather
        }
    }
}
