//! The model's answer on the line: its words leave as they come, and the caller may speak over them.

use agency::conversation::Effect;
use agency::language::is_back_channel;
use axum::extract::ws::Message;
use jiff::Timestamp;

use super::super::talk::said;
use super::super::thinking::{Thinking, Thought};
use super::session::{FILLER, Over, Session, Spoken, with_filler};
use super::wire::{Received, Sent, read};

enum Next {
    Thought(Thought),
    Message(Option<Result<Message, axum::Error>>),
}

impl Session<'_> {
    /// The model answers: its words go out as they come, the line stays open for whoever speaks over them.
    pub(super) async fn think(&mut self, began: Timestamp) -> Result<Spoken, Over> {
        let mut thinking = Thinking::begin(&self.talk, began);
        let app = self.talk.app;
        loop {
            let next = tokio::select! {
                thought = thinking.next() => Next::Thought(thought),
                message = self.socket.recv() => Next::Message(message),
                () = app.stopping.cancelled() => return Err(Over),
            };
            let thought = match next {
                Next::Thought(thought) => thought,
                Next::Message(message) => {
                    if self.talks_over(message) {
                        return Ok(self.cut(&mut thinking));
                    }
                    continue;
                }
            };
            match thought {
                Thought::Say(words) => self.send(&Sent::words(&words)).await?,
                Thought::Filler => self.send(&Sent::words(FILLER)).await?,
                Thought::Done => {
                    let words = said(&self.talk.thought(&mut thinking).await);
                    return Ok(Spoken::whole(words, false));
                }
                Thought::Calls(calls) => {
                    let work = thinking.go_on(&mut self.talk, &calls);
                    if let Some(effects) = with_filler(&mut self.socket, app, app.now(), work).await {
                        return self.after(&thinking.spoken, effects).await;
                    }
                }
                Thought::Failed => {
                    let effects = thinking.give_up(&mut self.talk).await;
                    return self.after(&thinking.spoken, effects).await;
                }
            }
        }
    }

    /// What the rules say after the model had begun to speak.
    async fn after(&mut self, begun: &str, effects: Vec<Effect>) -> Result<Spoken, Over> {
        if !begun.trim().is_empty() {
            self.send(&Sent::words(" ")).await?;
        }
        let spoken = self.say(effects).await?;
        Ok(Spoken { words: format!("{begun} {}", spoken.words).trim().to_owned(), ..spoken })
    }

    /// Whether the caller wants to be heard now.
    fn talks_over(&mut self, message: Option<Result<Message, axum::Error>>) -> bool {
        self.active_at = self.talk.app.now();
        let text = match message {
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(_)) => return false,
            // The next read says the same, once this turn is saved.
            Some(Err(_)) | None => return true,
        };
        match read(&text) {
            Received::Prompt { words, last: true }
                if !words.trim().is_empty() && !is_back_channel(&words) =>
            {
                self.waiting = Some(words);
                true
            }
            Received::Key(key) => {
                self.keys.push(key);
                true
            }
            Received::Interrupted { heard } => {
                self.cut_at = Some(heard);
                true
            }
            _ => false,
        }
    }

    /// The answer ends where the caller spoke over it.
    fn cut(&mut self, thinking: &mut Thinking<'_>) -> Spoken {
        metrics::counter!("answers_cut_total").increment(1);
        thinking.tell(&mut self.talk);
        self.talk.state.last_words.clone_from(&thinking.spoken);
        let words = thinking.spoken.trim().to_owned();
        let is_void = words.is_empty() && !thinking.has_asked_for_tools();
        Spoken { words, ends: false, transfer: None, is_cut: true, is_void }
    }
}
