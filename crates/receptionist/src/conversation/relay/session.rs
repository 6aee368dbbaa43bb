//! The loop of one socket: what Twilio sends becomes events, what the machine answers becomes speech, every turn is
//! saved before it is called complete.

use std::time::Duration;

use agency::conversation::{Effect, Event, State};
use agency::language::Expecting;
use axum::extract::ws::{Message, WebSocket};
use futures_util::FutureExt;
use jiff::{SignedDuration, Timestamp};
use store::{StoreError, TurnLine};

use super::super::talk::{Kept, Talk, said};
use super::wire::{Farewell, Received, Sent, read};

pub(super) struct Session<'a> {
    talk: Talk<'a>,
    socket: WebSocket,
    /// Lines of turns that could not be saved yet.
    unsaved: Vec<TurnLine>,
    /// The line that was said last, and what of it was heard when it was interrupted.
    last_line: Option<String>,
    heard: Option<String>,
    keys: String,
    /// When the caller will have been silent for too long.
    silent_at: Timestamp,
    active_at: Timestamp,
}

/// Why the loop ends.
struct Over;

type Flow = Result<(), Over>;

impl<'a> Session<'a> {
    pub(super) fn new(talk: Talk<'a>, socket: WebSocket) -> Self {
        let now = talk.app.now();
        let mut session = Self {
            talk,
            socket,
            unsaved: Vec::new(),
            last_line: None,
            heard: None,
            keys: String::new(),
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
        let app = self.talk.app;
        let pause = Duration::from_millis(app.settings.relay.keys_pause_ms);
        let idle_at = self.active_at + SignedDuration::from_secs(app.settings.relay.idle_s);
        tokio::select! {
            message = self.socket.recv() => self.take(message).await,
            () = app.clock.wait_until(self.silent_at) => self.turn(Event::CallerSilent).await,
            () = app.clock.wait_until(idle_at) => Err(Over),
            () = tokio::time::sleep(pause), if !self.keys.is_empty() => self.keys_end().await,
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
                self.talk.note(Event::Interrupted { heard: heard.clone() });
                self.heard = Some(heard);
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

    /// Words that came in a burst are one turn.
    async fn prompt(&mut self, mut words: String) -> Flow {
        const WORDS_MAX: usize = 8_000;
        while let Some(Some(Ok(Message::Text(text)))) = self.socket.recv().now_or_never() {
            match read(&text) {
                Received::Prompt { words: more, last: true } if words.len() < WORDS_MAX => {
                    words.push(' ');
                    words.push_str(&more);
                }
                Received::Interrupted { heard } => self.heard = Some(heard),
                Received::Key(key) => self.keys.push(key),
                _ => {}
            }
        }
        self.turn(Event::CallerSpoke { alternatives: vec![words] }).await
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

    /// One turn: the machine and its tools, the words, the save, and only then the sign that this was all.
    async fn turn(&mut self, event: Event) -> Flow {
        let began = self.talk.app.now();
        let before = self.talk.state.clone();
        self.talk.state.turn += 1;
        self.talk.heard_id = self.talk.app.id("turn");
        let effects = self.talk.run(event.clone()).await;
        let ends = effects.iter().any(|effect| matches!(effect, Effect::End));
        if !ends {
            self.speak(&effects).await?;
        }
        let words = said(&effects);
        self.save(&event, &before, &words, began).await?;
        if ends {
            let handoff_data = serde_json::to_string(&Farewell { say: words }).unwrap_or_default();
            self.send(&Sent::End { handoff_data }).await?;
            return self.until_closed().await;
        }
        self.await_caller(words.len());
        self.send(&Sent::that_is_all()).await
    }

    async fn speak(&mut self, effects: &[Effect]) -> Flow {
        for effect in effects {
            match effect {
                Effect::Warn { words } => self.send(&Sent::warning(&format!("{words} "))).await?,
                Effect::Say { words } => self.send(&Sent::words(words)).await?,
                _ => {}
            }
        }
        Ok(())
    }

    async fn send(&mut self, message: &Sent<'_>) -> Flow {
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
        let lead = self.talk.keep(&mut tx, kept, &self.unsaved).await?;
        tx.commit().await?;
        self.talk.lead = lead;
        self.heard = None;
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
