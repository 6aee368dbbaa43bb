//! One webhook, one turn: load the state, run the machine until it listens or ends, commit the turn with its answer.
//! (CallSid, turn) is the turn's id: a repeat gets the kept answer, and a crash anywhere is followed by the same turn
//! from the same state.

use agency::conversation::{Effect, Event, State, handle};
use agency::crm::{Caller, LeadId};
use agency::phone::PhoneNumber;
use agency::triage;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use store::{BeginCall, LeadChange, SavedTurn, StoreError, TurnLine};

use super::ending::end_known_call;
use super::twiml::{Document, render};
use crate::app::{App, Words};
use crate::tools;

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

/// What a turn leaves behind.
struct Kept<'a> {
    turn: &'a Turn,
    before: Option<&'a State>,
    effects: &'a [Effect],
    door: &'static str,
    request: &'a str,
    began: Timestamp,
}

/// One conversation while one turn of it runs.
pub(crate) struct Talk<'a> {
    pub(crate) app: &'a App,
    words: &'a Words,
    pub(crate) conversation: String,
    pub(crate) lead: LeadId,
    pub(crate) state: State,
    /// The caller's line of the transcript: it stands before the tools it caused.
    heard_id: String,
}

impl Talk<'_> {
    /// Runs the machine, and the tools it asks for, until it listens or ends.
    async fn run(&mut self, event: Event) -> Vec<Effect> {
        /// No answer needs more; a rule that goes round in a circle must not.
        const TOOLS_MAX: usize = 6;
        let mut all = Vec::new();
        let mut next = handle(&mut self.state, event, &self.app.context(self.words));
        for _ in 0..TOOLS_MAX {
            let call = next.iter().find_map(|effect| match effect {
                Effect::RunTool { call } => Some(call.clone()),
                _ => None,
            });
            all.extend(next.into_iter().filter(|effect| !matches!(effect, Effect::RunTool { .. })));
            let Some(call) = call else { return all };
            let outcome = tools::run(self, &call).await;
            next = handle(&mut self.state, Event::ToolFinished { outcome }, &self.app.context(self.words));
        }
        tracing::error!("a conversation asked for too many tools in one turn");
        all.extend(handle(&mut self.state, Event::TurnLost, &self.app.context(self.words)));
        all
    }

    /// A turn died after its tools had committed. What they came to is told now, instead of asking for it again; only a
    /// danger is more important.
    async fn resume(&mut self, unfinished: &[String], event: &Event) -> Result<Vec<Effect>, StoreError> {
        let mut effects = Vec::new();
        for result in unfinished {
            effects = self.run(Event::ToolFinished { outcome: serde_json::from_str(result)? }).await;
        }
        let words = match event {
            Event::CallerSpoke { alternatives } => alternatives.as_slice(),
            _ => &[],
        };
        if triage::triage(words).is_some() {
            effects = self.run(event.clone()).await;
        }
        Ok(effects)
    }

    async fn commit(&self, kept: &Kept<'_>) -> Result<String, StoreError> {
        let mut tx = self.app.store.begin().await?;
        let body = self.keep(&mut tx, kept).await?;
        tx.commit().await?;
        Ok(body)
    }

    /// State, transcript, the lead's changes and the answer, in one transaction.
    async fn keep(&self, tx: &mut store::Tx, kept: &Kept<'_>) -> Result<String, StoreError> {
        let now = self.app.now();
        let state = serde_json::to_string(&self.state)?;
        let lines = self.lines(kept, now);
        let saved = SavedTurn {
            conversation: &self.conversation,
            turn: self.state.turn,
            state: &state,
            lines: &lines,
            now,
        };
        tx.save_turn(&saved).await?;
        self.keep_lead(tx, kept.before, now).await?;
        let document = Document {
            voice: &self.app.settings.voice,
            words: Some(self.words),
            next_turn: self.state.turn + 1,
            times_lost: 0,
        };
        let body = render(kept.effects, &document);
        tx.keep_answer(kept.door, kept.request, &body, now).await?;
        Ok(body)
    }

    fn lines(&self, kept: &Kept<'_>, now: Timestamp) -> Vec<TurnLine> {
        let line = |speaker, words, confidence, took_ms| TurnLine {
            id: self.app.id("turn"),
            speaker,
            words,
            confidence,
            took_ms,
        };
        let took_ms = i64::try_from(now.duration_since(kept.began).as_millis()).ok();
        let caller = match &kept.turn.event {
            Event::CallerSpoke { alternatives } => alternatives.first().cloned(),
            Event::KeysPressed { digits } => Some(format!("[keys {digits}]")),
            Event::CallerSilent => Some("[silence]".to_owned()),
            _ => None,
        };
        let said: Vec<&str> = kept
            .effects
            .iter()
            .filter_map(|effect| match effect {
                Effect::Say { words } | Effect::Warn { words } => Some(words.as_str()),
                _ => None,
            })
            .collect();
        let heard = caller.map(|words| TurnLine {
            id: self.heard_id.clone(),
            ..line("caller", words, kept.turn.confidence, None)
        });
        heard.into_iter().chain([line("receptionist", said.join(" "), None, took_ms)]).collect()
    }

    /// What this turn told about the lead, and the homes it spoke of.
    async fn keep_lead(
        &self,
        tx: &mut store::Tx,
        before: Option<&State>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let Some(before) = before else { return Ok(()) };
        let (wants, details) = (&self.state.wants, &self.state.details);
        let is_new_number = self.state.caller.phone.is_none() && details.phone != before.details.phone;
        let lead = match details.phone.as_ref().filter(|_| is_new_number) {
            Some(phone) => tx.give_phone(self.lead, &self.conversation, phone, now).await?,
            None => self.lead,
        };
        // A lead that this call has just come to is told everything, not only what is new.
        let has_moved = lead != self.lead;
        let changed = *wants != before.wants
            || details.name != before.details.name
            || details.email != before.details.email;
        if changed || has_moved {
            let change = LeadChange {
                name: details.name.clone(),
                email: details.email.clone(),
                wants: (has_moved || *wants != before.wants).then(|| wants.clone()),
                keeps_person: self.state.caller.phone.is_none(),
                conversation: Some(self.conversation.clone()),
                change_ids: (0..8).map(|_| self.app.id("change")).collect(),
            };
            tx.change_lead(lead, &change, now).await?;
        }
        for property in self.state.discussed.iter().filter(|id| has_moved || !before.discussed.contains(id)) {
            tx.discuss(lead, *property, now).await?;
        }
        Ok(())
    }
}

/// The database does not answer. Safety words need none; a new caller still hears who we are; otherwise the caller is
/// asked again, and after the second time in vain told what to do.
fn answer_without_store(app: &App, turn: &Turn) -> String {
    let words = match &turn.event {
        Event::CallerSpoke { alternatives } => alternatives.as_slice(),
        _ => &[],
    };
    let emergency = triage::triage(words);
    if let Some(emergency) = &emergency {
        tools::alert_without_store(app, emergency, turn.from.as_ref());
    }
    let effects = match emergency.and_then(|emergency| triage::hazard(&emergency.hazard)) {
        Some(hazard) if hazard.ends_call => vec![Effect::Warn { words: hazard.script.clone() }, Effect::End],
        Some(hazard) => vec![Effect::Warn { words: hazard.script.clone() }, listen_again()],
        None if turn.event == Event::Started => vec![say(app.greeting_for_anybody()), listen_again()],
        None if turn.times_lost >= LOST_MAX => vec![say(NOTHING_ANSWERS.to_owned()), Effect::End],
        None => vec![
            say("I'm sorry, I need a moment. Could you say that once more, please?".to_owned()),
            listen_again(),
        ],
    };
    let document = Document {
        voice: &app.settings.voice,
        words: None,
        next_turn: turn.number.max(1),
        times_lost: turn.times_lost + 1,
    };
    render(&effects, &document)
}

const LOST_MAX: u32 = 2;
const NOTHING_ANSWERS: &str = "I'm sorry, our systems aren't answering at the moment, so I can't help you now. Please ring again \
     in a few minutes. If anybody is in danger, call nine nine nine. Goodbye.";

fn say(words: String) -> Effect {
    Effect::Say { words }
}

fn listen_again() -> Effect {
    Effect::Listen { expecting: agency::language::Expecting::Anything }
}
