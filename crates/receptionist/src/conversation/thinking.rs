//! One turn of the model: its tokens as they may be spoken, the tools it asks for, and the clock that gives up on it.
//! Whoever drives it (a socket, a webhook) speaks, and may stop it at any moment.

use agency::conversation::{Effect, Event};
use agency::crm::{ActionTaken, Listing};
use agency::model::guard::Measure;
use agency::model::{Grounds, Guard, Line, messages, told};
use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use tracing::Instrument;

use super::talk::{Talk, ms_between, said};
use crate::app::{App, Words};
use crate::model::{Answer, Call, ModelError, Part, Usage};

/// What comes next.
pub(super) enum Thought {
    /// May be spoken now.
    Say(String),
    /// Nothing has come for a while; the caller should hear something.
    Filler,
    Calls(Vec<Call>),
    Done,
    /// It was told to whoever counts failures.
    Failed,
}

pub(super) struct Thinking<'a> {
    app: &'a App,
    words: &'a Words,
    asking: Asking,
    guard: Guard,
    grounds: Grounds,
    said_by_caller: Grounds,
    listing: Option<Listing>,
    done: Vec<ActionTaken>,
    /// Everything that was let through in this turn.
    pub(super) spoken: String,
    began: Timestamp,
    last_part: Option<Timestamp>,
    filled: bool,
    ended: bool,
    rounds: u8,
    /// What could be said if the model has no better words.
    suggestion: Option<String>,
    /// To the first token of the first answer.
    model_ms: Option<i64>,
    usage: Usage,
}

enum Asking {
    Connecting(BoxFuture<'static, Result<(Answer, usize), ModelError>>),
    Streaming(Box<Answer>, usize),
}

impl Asking {
    async fn next(&mut self) -> Result<Part, ModelError> {
        if let Self::Connecting(request) = self {
            let (answer, model) = request.await?;
            *self = Self::Streaming(Box::new(answer), model);
        }
        match self {
            Self::Streaming(answer, _) => answer.next().await,
            Self::Connecting(_) => Err(ModelError::Unreachable),
        }
    }
}

/// After so many tools in one turn the rules engine answers.
const ROUNDS_MAX: u8 = 5;

impl<'a> Thinking<'a> {
    pub(super) fn begin(talk: &Talk<'a>, began: Timestamp) -> Self {
        Self {
            app: talk.app,
            words: talk.words,
            asking: ask(talk),
            guard: Guard::default(),
            grounds: talk.state.grounds.clone(),
            said_by_caller: talk.state.said_by_caller.clone(),
            listing: talk.state.wants.listing,
            done: talk.state.actions.clone(),
            spoken: String::new(),
            began,
            last_part: None,
            filled: false,
            ended: false,
            rounds: 0,
            suggestion: None,
            model_ms: None,
            usage: Usage::default(),
        }
    }

    /// Runs the tools it asks for, and asks again; or gives what is to be said now.
    pub(super) async fn go_on(&mut self, talk: &mut Talk<'a>, calls: &[Call]) -> Option<Vec<Effect>> {
        let carried = carry_out(talk, calls).await;
        if carried.direct.is_some() {
            self.tell(talk);
            return carried.direct;
        }
        self.suggestion = carried.suggestion.or(self.suggestion.take());
        let circling = self.again(talk).err()?;
        // What it found while it went round is not what the caller asked.
        self.failed(&circling, self.app.now());
        self.suggestion = None;
        Some(self.give_up(talk).await)
    }

    /// It is of no use this time: what its tools have found is told, or the rules engine answers.
    pub(super) async fn give_up(&mut self, talk: &mut Talk<'a>) -> Vec<Effect> {
        self.tell(talk);
        match self.suggestion.take() {
            Some(words) => {
                vec![Effect::Say { words }, Effect::Listen { expecting: talk.state.step.expecting() }]
            }
            None => talk.run(Event::ModelFailed).await,
        }
    }

    /// Leaves its part of the turn's record: times, tokens, and the sentences that were held back for good.
    pub(super) fn tell(&mut self, talk: &mut Talk<'_>) {
        let count = |tokens: u64| i64::try_from(tokens).ok().filter(|tokens| *tokens > 0);
        talk.times.model_ms = self.model_ms;
        talk.times.prompt_tokens = count(self.usage.prompt);
        talk.times.answer_tokens = count(self.usage.answer);
        talk.flag(std::mem::take(&mut self.guard.checked), std::mem::take(&mut self.guard.flagged));
    }

    /// Asks again, now that the tools have answered.
    fn again(&mut self, talk: &Talk<'a>) -> Result<(), ModelError> {
        self.rounds += 1;
        if self.rounds >= ROUNDS_MAX {
            return Err(ModelError::Circling);
        }
        self.asking = ask(talk);
        self.grounds = talk.state.grounds.clone();
        self.done.clone_from(&talk.state.actions);
        self.last_part = None;
        self.ended = false;
        self.began = self.app.now();
        Ok(())
    }

    /// May be dropped while it waits.
    pub(super) async fn next(&mut self) -> Thought {
        loop {
            if self.ended {
                if !self.spoken.trim().is_empty() {
                    return Thought::Done;
                }
                self.failed(&ModelError::Empty, self.app.now());
                return Thought::Failed;
            }
            let (filler_at, late_at) = self.deadlines();
            let may_fill = !self.filled && self.spoken.is_empty();
            let part = tokio::select! {
                biased;
                part = self.asking.next() => part,
                () = self.app.clock.wait_until(filler_at), if may_fill => {
                    self.filled = true;
                    return Thought::Filler;
                }
                () = self.app.clock.wait_until(late_at) => Err(ModelError::Late),
            };
            if let Some(thought) = self.take(part) {
                return thought;
            }
        }
    }

    /// When the caller should hear something, and when it is too late.
    fn deadlines(&self) -> (Timestamp, Timestamp) {
        let model = &self.app.settings.model;
        let after = |from: Timestamp, ms: u64| {
            from.saturating_add(SignedDuration::from_millis(i64::try_from(ms).unwrap_or(i64::MAX)))
                .unwrap_or(from)
        };
        let late = match self.last_part {
            Some(last) => after(last, model.stall_ms).min(after(self.began, model.total_ms)),
            None => after(self.began, model.first_token_ms),
        };
        (after(self.began, model.filler_ms), late)
    }

    fn take(&mut self, part: Result<Part, ModelError>) -> Option<Thought> {
        let now = self.app.now();
        match part {
            Ok(Part::Text(text)) => {
                self.first_part(now);
                let words = self.measured(|guard, measure| guard.take(&text, measure));
                (!words.is_empty()).then(|| self.say(words))
            }
            Ok(Part::Calls(calls)) => {
                self.first_part(now);
                self.succeeded();
                Some(Thought::Calls(calls))
            }
            Ok(Part::End) => {
                self.first_part(now);
                self.succeeded();
                self.ended = true;
                let words = self.measured(Guard::finish);
                (!words.is_empty()).then(|| self.say(words))
            }
            Err(error) => {
                self.failed(&error, now);
                Some(Thought::Failed)
            }
        }
    }

    fn say(&mut self, words: String) -> Thought {
        self.spoken.push_str(&words);
        Thought::Say(words)
    }

    fn measured(&mut self, pass: impl FnOnce(&mut Guard, &Measure) -> String) -> String {
        let context = self.app.context(self.words);
        let measure = Measure {
            grounds: [&self.grounds, &self.words.agency_grounds],
            said_by_caller: &self.said_by_caller,
            done: &self.done,
            listing: self.listing,
            context: &context,
        };
        pass(&mut self.guard, &measure)
    }

    pub(super) fn has_asked_for_tools(&self) -> bool {
        self.rounds > 0
    }

    fn first_part(&mut self, now: Timestamp) {
        if self.last_part.replace(now).is_none() {
            self.model_ms.get_or_insert(ms_between(self.began, now));
            let took = now.duration_since(self.began).as_secs_f64();
            metrics::histogram!("model_first_token_seconds").record(took);
        }
    }

    fn succeeded(&mut self) {
        if let (Some(models), Asking::Streaming(answer, model)) = (&self.app.models, &self.asking) {
            models.succeeded(*model);
            self.app.reached.model.note(true, self.app.now());
            let usage = answer.usage();
            self.usage.prompt += usage.prompt;
            self.usage.answer += usage.answer;
            metrics::counter!("model_tokens_total", "kind" => "prompt").increment(usage.prompt);
            metrics::counter!("model_tokens_total", "kind" => "cached").increment(usage.cached);
            metrics::counter!("model_tokens_total", "kind" => "answer").increment(usage.answer);
        }
    }

    /// A failure before the first token was counted where it happened; a late one is the first model's.
    fn failed(&self, error: &ModelError, now: Timestamp) {
        let Some(models) = &self.app.models else { return };
        self.app.reached.model.note(false, now);
        match (&self.asking, error) {
            (Asking::Streaming(_, model), _) => models.failed(*model, error, now),
            (Asking::Connecting(_), ModelError::Late) => models.failed(0, error, now),
            _ => {}
        }
    }
}

fn ask(talk: &Talk<'_>) -> Asking {
    let app = talk.app.clone();
    let (words, state, conversation) = (talk.words, &talk.state, &talk.conversation);
    let messages = app.models.as_ref().map(|_| messages(&words.constant_prompt, state, &app.context(words)));
    let conversation = conversation.clone();
    Asking::Connecting(Box::pin(
        async move {
            match (&app.models, messages) {
                (Some(models), Some(messages)) => models.ask(messages, &app, &conversation).await,
                _ => Err(ModelError::Resting),
            }
        }
        .instrument(tracing::info_span!("model")),
    ))
}

/// What the tools of one answer came to.
struct Carried {
    /// To be said as it is, by us: something was written, the call ends, or the rules engine was asked to answer.
    direct: Option<Vec<Effect>>,
    /// What could be said if the model has no better words.
    suggestion: Option<String>,
}

/// Runs them one after the other. A commit that has begun is finished, whoever interrupts.
async fn carry_out(talk: &mut Talk<'_>, calls: &[Call]) -> Carried {
    const CALLS_MAX: usize = 4;
    let mut suggestion = None;
    for call in calls.iter().take(CALLS_MAX) {
        let event = Event::ModelCalled { name: call.name.clone(), arguments: call.arguments.clone() };
        let effects = talk.run(event).await;
        talk.state.history.push(Line::Tool {
            id: call.id.clone(),
            name: call.name.clone(),
            arguments: call.arguments.clone(),
            result: told(&talk.state, &effects),
        });
        let is_refused = effects.iter().any(|effect| matches!(effect, Effect::Tell { .. }));
        let must_be_said = effects
            .iter()
            .any(|effect| matches!(effect, Effect::End | Effect::Warn { .. } | Effect::Transfer { .. }))
            || talk.state.must_hear.is_some()
            || call.name == "carry_on";
        if must_be_said && !is_refused {
            return Carried { direct: Some(effects), suggestion: None };
        }
        suggestion = Some(said(&effects)).filter(|words| !words.is_empty()).or(suggestion);
    }
    Carried { direct: None, suggestion }
}
