//! The loop of one socket: what Twilio sends becomes events, what the machine answers becomes speech, every turn is
//! saved before it is called complete.

use std::time::Duration;

use agency::conversation::{Effect, Event, State};
use agency::language::{Expecting, is_back_channel};
use agency::tools::hand_off::Transfer;
use axum::extract::ws::{Message, WebSocket};
use futures_util::FutureExt;
use jiff::{SignedDuration, Timestamp};
use store::{StoreError, TurnLine};
use tracing::Instrument;

use super::super::ending::end_known_call;
use super::super::talk::{Kept, Talk, ms_between, said};
use super::wire::{Farewell, Received, Sent, read};
use crate::app::App;
use crate::telemetry::of_conversation;

pub(super) struct Session<'a> {
    pub(super) talk: Talk<'a>,
    pub(super) socket: WebSocket,
    /// Lines of turns that could not be saved yet.
    unsaved: Vec<TurnLine>,
    /// The line that was said last, and what of it was heard when it was interrupted.
    last_line: Option<String>,
    heard: Option<String>,
    /// What was heard of the answer in hand when it was interrupted.
    pub(super) cut_at: Option<String>,
    pub(super) keys: String,
    /// Said while an answer was under way; the next turn.
    pub(super) waiting: Option<String>,
    /// When the turn in hand began.
    began: Timestamp,
    /// When the caller will have been silent for too long.
    silent_at: Timestamp,
    pub(super) active_at: Timestamp,
}

/// Said while the caller has to wait.
pub(super) const FILLER: &str = "One moment. ";

/// Does the work; when it takes long the caller hears that we are on it.
pub(super) async fn with_filler<T>(
    socket: &mut WebSocket,
    app: &App,
    began: Timestamp,
    work: impl Future<Output = T>,
) -> T {
    let after = i64::try_from(app.settings.model.filler_ms).unwrap_or(i64::MAX);
    let filler_at = began.saturating_add(SignedDuration::from_millis(after)).unwrap_or(began);
    let mut work = std::pin::pin!(work);
    tokio::select! {
        biased;
        done = &mut work => return done,
        () = app.clock.wait_until(filler_at) => {}
    }
    if let Ok(text) = serde_json::to_string(&Sent::words(FILLER)) {
        // A socket that is gone is noticed by whoever speaks next.
        let _ = socket.send(Message::Text(text.into())).await;
    }
    work.await
}

/// What a turn came to.
pub(super) struct Spoken {
    pub(super) words: String,
    pub(super) ends: bool,
    /// The call is put through.
    pub(super) transfer: Option<Transfer>,
    pub(super) is_cut: bool,
    /// Cut before anything was said or asked for.
    pub(super) is_void: bool,
}

impl Spoken {
    pub(super) fn whole(words: String, ends: bool) -> Self {
        Self { words, ends, transfer: None, is_cut: false, is_void: false }
    }
}

/// Why the loop ends.
pub(super) struct Over;

pub(super) type Flow = Result<(), Over>;

impl<'a> Session<'a> {
    pub(super) fn new(talk: Talk<'a>, socket: WebSocket) -> Self {
        let now = talk.app.now();
        let mut session = Self {
            talk,
            socket,
            unsaved: Vec::new(),
            last_line: None,
            heard: None,
            cut_at: None,
            keys: String::new(),
            waiting: None,
            began: now,
            silent_at: now,
            active_at: now,
        };
        session.await_caller(session.talk.state.last_words.len());
        session
    }

    pub(super) async fn run(mut self) {
        while self.step().await.is_ok() {}
    }

    /// Waits for the next thing to happen, and answers it.
    async fn step(&mut self) -> Flow {
        if let Some(words) = self.waiting.take() {
            return Box::pin(self.prompt(words)).await;
        }
        let app = self.talk.app;
        let pause = Duration::from_millis(app.settings.relay.keys_pause_ms);
        let idle_at = self.active_at + SignedDuration::from_secs(app.settings.relay.idle_s);
        // What a turn needs is taken when it runs: a call that waits holds little.
        tokio::select! {
            message = self.socket.recv() => Box::pin(self.take(message)).await,
            () = app.clock.wait_until(self.silent_at) => Box::pin(self.turn(Event::CallerSilent)).await,
            () = app.clock.wait_until(idle_at) => Err(Over),
            () = tokio::time::sleep(pause), if !self.keys.is_empty() => Box::pin(self.keys_end()).await,
            () = app.stopping.cancelled() => Err(Over),
        }
    }

    async fn take(&mut self, message: Option<Result<Message, axum::Error>>) -> Flow {
        self.active_at = self.talk.app.now();
        let text = match message {
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Binary(_))) => return Ok(()),
            Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(Over),
        };
        match read(&text) {
            Received::Prompt { words, last: true } if !words.trim().is_empty() => self.prompt(words).await,
            // Somebody has begun to speak.
            Received::Prompt { .. } => {
                self.await_caller(0);
                Ok(())
            }
            Received::Key(key) => self.key(key).await,
            Received::Interrupted { heard } => {
                self.interrupted(heard);
                Ok(())
            }
            Received::AgentSpeaking(speaking) => {
                if !speaking {
                    self.await_caller(0);
                }
                Ok(())
            }
            Received::Refused(why) => {
                tracing::error!(%why, "Twilio did not understand a message of ours");
                metrics::counter!("relay_errors_total").increment(1);
                Ok(())
            }
            // A second setup comes after a reconnection; the state is here already.
            Received::Setup(_) | Received::Other => Ok(()),
        }
    }

    /// Words that came in a burst are one turn. "Mm-hm" over what we say is none: what was not heard is said again.
    async fn prompt(&mut self, mut words: String) -> Flow {
        if is_back_channel(&words) {
            return self.go_on().await;
        }
        const WORDS_MAX: usize = 8_000;
        while let Some(Some(Ok(Message::Text(text)))) = self.socket.recv().now_or_never() {
            match read(&text) {
                Received::Prompt { words: more, last: true }
                    if words.len() < WORDS_MAX && !is_back_channel(&more) =>
                {
                    words.push(' ');
                    words.push_str(&more);
                }
                Received::Interrupted { heard } => self.interrupted(heard),
                Received::Key(key) => self.keys.push(key),
                _ => {}
            }
        }
        self.turn(Event::CallerSpoke { alternatives: vec![words] }).await
    }

    /// The caller spoke over the words that were said last.
    fn interrupted(&mut self, heard: String) {
        self.talk.note(Event::Interrupted { heard: heard.clone() });
        self.heard = Some(heard);
    }

    async fn go_on(&mut self) -> Flow {
        let Some(heard) = self.heard.take() else { return Ok(()) };
        let rest =
            self.talk.state.last_words.split_at_checked(heard.trim().len()).map_or("", |(_, rest)| rest);
        let rest = rest.to_owned();
        self.await_caller(rest.len());
        self.send(&Sent::words(&rest)).await?;
        self.send(&Sent::that_is_all()).await
    }

    /// One key is an answer, except where a number is asked for.
    async fn key(&mut self, key: char) -> Flow {
        const KEYS_MAX: usize = 40;
        let takes_many = matches!(self.talk.state.step.expecting(), Expecting::Phone | Expecting::Money);
        if key == '#' && takes_many {
            return self.keys_end().await;
        }
        self.keys.push(key);
        if takes_many && self.keys.len() < KEYS_MAX { Ok(()) } else { self.keys_end().await }
    }

    async fn keys_end(&mut self) -> Flow {
        let digits = std::mem::take(&mut self.keys);
        self.turn(Event::KeysPressed { digits }).await
    }

    /// A turn that hangs (on a database that has fallen silent, say) is given up with its socket: the call goes on elsewhere, from
    /// what was saved, before the caller has waited in vain for long.
    async fn turn(&mut self, event: Event) -> Flow {
        const TURN_MAX: Duration = Duration::from_secs(12);
        let span = of_conversation(tracing::info_span!("turn", door = "relay"), &self.talk.conversation);
        let turn = tokio::time::timeout(TURN_MAX, Box::pin(self.whole_turn(event).instrument(span)));
        if turn.await.unwrap_or(Err(Over))? { Ok(()) } else { self.until_closed().await }
    }

    /// One turn: the machine and its tools, the words, the save, and only then the sign that this was all. Whether the call goes on.
    async fn whole_turn(&mut self, event: Event) -> Result<bool, Over> {
        let began = self.talk.app.now();
        let before = self.talk.state.clone();
        self.talk.next_turn();
        self.began = began;
        let app = self.talk.app;
        let work = self.talk.run(event.clone());
        let effects = with_filler(&mut self.socket, app, began, work).await;
        let spoken = if effects.contains(&Effect::AskModel) {
            self.speak(&effects).await?;
            let thought = self.think(began).await?;
            Spoken { words: format!("{} {}", said(&effects), thought.words).trim().to_owned(), ..thought }
        } else {
            self.say(effects).await?
        };
        if let (Event::CallerSpoke { alternatives }, Some(more)) = (&event, self.waiting.as_mut())
            && spoken.is_void
        {
            // Nothing was said or done yet: it is one thing that they say.
            *more = format!("{} {more}", alternatives.first().map(String::as_str).unwrap_or_default());
            self.talk.state = before;
            self.cut_at = None;
            return Ok(true);
        }
        self.talk.has_said(&spoken.words);
        if spoken.is_cut {
            self.talk.note(Event::Interrupted { heard: self.cut_at.clone().unwrap_or_default() });
        }
        self.save(&event, &before, &spoken.words, began).await?;
        self.heard = self.cut_at.take().or(self.heard.take());
        if spoken.ends {
            let farewell = Farewell { say: spoken.words, transfer: spoken.transfer };
            let handoff_data = serde_json::to_string(&farewell).unwrap_or_default();
            self.send(&Sent::End { handoff_data }).await?;
            return Ok(false);
        }
        self.await_caller(spoken.words.len());
        if !spoken.is_cut {
            self.send(&Sent::that_is_all()).await?;
        }
        Ok(true)
    }

    /// The last words of a call are handed over, not spoken here.
    pub(super) async fn say(&mut self, effects: Vec<Effect>) -> Result<Spoken, Over> {
        let transfer = effects.iter().find_map(|effect| match effect {
            Effect::Transfer { transfer } => Some(transfer.clone()),
            _ => None,
        });
        let ends = effects.contains(&Effect::End) || transfer.is_some();
        if !ends {
            self.speak(&effects).await?;
        }
        Ok(Spoken { transfer, ..Spoken::whole(said(&effects), ends) })
    }

    async fn speak(&mut self, effects: &[Effect]) -> Flow {
        for effect in effects {
            match effect {
                Effect::Warn { words } => self.send(&Sent::warning(&format!("{words} "))).await?,
                // What follows must not be run into it.
                Effect::Say { words }
                    if Some(effect) != effects.iter().rfind(|e| matches!(e, Effect::Say { .. })) =>
                {
                    self.send(&Sent::words(&format!("{words} "))).await?;
                }
                Effect::Say { words } => self.send(&Sent::words(words)).await?,
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) async fn send(&mut self, message: &Sent<'_>) -> Flow {
        let is_first = self.talk.times.first_token_ms.is_none() && message.has_words();
        if is_first {
            let took = ms_between(self.began, self.talk.app.now());
            self.talk.times.first_token_ms = Some(took);
            metrics::histogram!("first_token_seconds")
                .record(self.talk.app.now().duration_since(self.began).as_secs_f64());
        }
        let text = serde_json::to_string(message).map_err(|_| Over)?;
        self.socket.send(Message::Text(text.into())).await.map_err(|_| Over)
    }

    /// A turn that cannot be saved is saved with the next one: the database may be away for a moment.
    async fn save(&mut self, event: &Event, before: &State, words: &str, began: Timestamp) -> Flow {
        let kept = Kept { event, confidence: None, before: Some(before), said: words, began };
        let lines = self.talk.lines(&kept);
        let last_line = lines.last().map(|line| line.id.clone());
        self.unsaved.extend(lines);
        match self.try_save(&kept).await {
            Ok(()) => {
                self.unsaved.clear();
                self.last_line = last_line;
                Ok(())
            }
            Err(StoreError::TurnTaken) => Err(Over),
            Err(error) => {
                tracing::error!(error = %error, code = error.code(), "a turn of a relay could not be saved yet");
                metrics::counter!("turns_unsaved_total").increment(1);
                self.talk.state.turn -= 1;
                Ok(())
            }
        }
    }

    async fn try_save(&mut self, kept: &Kept<'_>) -> Result<(), StoreError> {
        let mut tx = self.talk.app.store.begin().await?;
        if let (Some(line), Some(heard)) = (&self.last_line, &self.heard) {
            tx.keep_words_heard(line, heard).await?;
        }
        let written = self.talk.keep(&mut tx, kept, &self.unsaved).await?;
        tx.commit().await?;
        self.talk.lead = written.lead;
        self.heard = None;
        if let Some(call_sid) = self.talk.call_sid.as_ref().filter(|_| written.was_over) {
            // What could not be written now is the sweep's.
            let _ = end_known_call(self.talk.app, call_sid, None).await;
        }
        Ok(())
    }

    /// From when the caller's silence counts: after what we say has been heard.
    fn await_caller(&mut self, letters: usize) {
        /// How fast a voice reads.
        const LETTERS_A_SECOND: usize = 14;
        let speaking = i64::try_from(letters / LETTERS_A_SECOND).unwrap_or_default();
        let silence = i64::from(self.talk.app.settings.voice.silence_s);
        self.silent_at = self.talk.app.now() + SignedDuration::from_secs(speaking + silence);
    }

    /// After `end` Twilio closes the socket.
    async fn until_closed(&mut self) -> Flow {
        const PATIENCE: Duration = Duration::from_secs(10);
        let closed = async { while let Some(Ok(_)) = self.socket.recv().await {} };
        let _ = tokio::time::timeout(PATIENCE, closed).await;
        Err(Over)
    }
}
