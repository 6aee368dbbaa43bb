//! One conversation while one turn of it runs: the machine, its tools, and the one commit of everything the turn left.

use agency::conversation::{Effect, Event, State, handle};
use agency::crm::LeadId;
use agency::messages::Way;
use agency::model::Line;
use agency::triage;
use jiff::Timestamp;
use store::{LeadChange, SavedTurn, StoreError, TurnLine, TurnTimes};

use super::thinking::{Thinking, Thought};
use crate::app::{App, Words};
use crate::outbox::About;
use crate::tools;

/// What a turn leaves behind.
pub(super) struct Kept<'a> {
    pub(super) event: &'a Event,
    pub(super) confidence: Option<f64>,
    pub(super) before: Option<&'a State>,
    pub(super) said: &'a str,
    pub(super) began: Timestamp,
}

/// What has become of it.
pub(super) struct Written {
    pub(super) lead: LeadId,
    /// The end of the call was faster, and is to be written again.
    pub(super) was_over: bool,
}

/// Everything that is said, in one line of the transcript.
pub(super) fn said(effects: &[Effect]) -> String {
    let words: Vec<&str> = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Say { words } | Effect::Warn { words } => Some(words.as_str()),
            _ => None,
        })
        .collect();
    words.join(" ")
}

pub(super) fn ms_between(from: Timestamp, to: Timestamp) -> i64 {
    i64::try_from(to.duration_since(from).as_millis()).unwrap_or_default()
}

/// One conversation while one turn of it runs.
pub(crate) struct Talk<'a> {
    pub(crate) app: &'a App,
    pub(super) words: &'a Words,
    pub(crate) conversation: String,
    /// None: they write.
    pub(crate) call_sid: Option<String>,
    /// How they write, if they do.
    pub(crate) writes_by: Option<Way>,
    pub(crate) lead: LeadId,
    pub(crate) state: State,
    /// The caller's line of the transcript: it stands before the tools it caused.
    pub(super) heard_id: String,
    /// Where the time of this turn goes.
    pub(super) times: TurnTimes,
}

impl<'a> Talk<'a> {
    pub(super) fn new(
        app: &'a App,
        words: &'a Words,
        (conversation, call_sid, lead): (String, Option<&str>, LeadId),
        state: State,
    ) -> Self {
        let heard_id = app.id("turn");
        Self {
            app,
            words,
            conversation,
            call_sid: call_sid.map(str::to_owned),
            writes_by: None,
            lead,
            state,
            heard_id,
            times: TurnTimes::default(),
        }
    }

    /// What its messages are about.
    pub(crate) fn about(&self) -> About<'_> {
        About { lead: Some(self.lead), conversation: Some(&self.conversation), alert: None }
    }

    /// A turn begins: it has a number, a line of its own, and its own times.
    pub(super) fn next_turn(&mut self) {
        self.state.turn += 1;
        self.heard_id = self.app.id("turn");
        self.times = TurnTimes::default();
    }

    /// Runs the machine, and the tools it asks for, until it listens or ends.
    pub(super) async fn run(&mut self, event: Event) -> Vec<Effect> {
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
            let Some(call) = call else {
                self.hear_colleagues(&all).await;
                return all;
            };
            let began = self.app.now();
            let outcome = tools::run(self, &call).await;
            *self.times.tools_ms.get_or_insert(0) += ms_between(began, self.app.now());
            next = handle(&mut self.state, Event::ToolFinished { outcome }, &self.app.context(self.words));
        }
        tracing::error!("a conversation asked for too many tools in one turn");
        all.extend(handle(
            &mut self.state,
            Event::TurnLost { greeted: false },
            &self.app.context(self.words),
        ));
        all
    }

    /// What colleagues who listen would like, for the model that is asked next.
    async fn hear_colleagues(&mut self, effects: &[Effect]) {
        if !effects.contains(&Effect::AskModel) {
            return;
        }
        let since = self.state.whispered.clone().unwrap_or_default();
        match self.app.store.whispers(&self.conversation, &since).await {
            Ok(whispers) => {
                for (id, words) in whispers {
                    self.state.history.push(Line::Colleague(words));
                    self.state.whispered = Some(id);
                }
            }
            Err(error) => {
                tracing::error!(error = %error, code = error.code(), "what a colleague whispered could not be read");
            }
        }
    }

    /// Runs a turn to its end, the model's part included, for a caller who hears the whole of it at once.
    pub(super) async fn answer(&mut self, event: Event, began: Timestamp) -> Vec<Effect> {
        let mut effects = self.run(event).await;
        if let Some(at) = effects.iter().position(|effect| *effect == Effect::AskModel) {
            effects.remove(at);
            effects.extend(self.think_whole(began).await);
        }
        self.has_said(&said(&effects));
        effects
    }

    async fn think_whole(&mut self, began: Timestamp) -> Vec<Effect> {
        let mut thinking = Thinking::begin(self, began);
        loop {
            match thinking.next().await {
                Thought::Say(_) | Thought::Filler => {}
                Thought::Done => return self.thought(&mut thinking).await,
                Thought::Calls(calls) => {
                    if let Some(effects) = thinking.go_on(self, &calls).await {
                        return effects;
                    }
                }
                Thought::Failed => return thinking.give_up(self).await,
            }
        }
    }

    /// The model has answered.
    pub(super) async fn thought(&mut self, thinking: &mut Thinking<'_>) -> Vec<Effect> {
        thinking.tell(self);
        let words = thinking.spoken.trim().to_owned();
        let listens = self.run(Event::ModelSaid { words: words.clone() }).await;
        std::iter::once(Effect::Say { words }).chain(listens).collect()
    }

    /// What the model said without ground is looked at by a person.
    pub(super) fn flag(&mut self, checked: u32, sentences: Vec<String>) {
        const FLAGGED_MAX: usize = 10;
        self.state.statements.0 += checked;
        self.state.statements.1 += u32::try_from(sentences.len()).unwrap_or_default();
        metrics::counter!("model_sentences_held_total").increment(sentences.len() as u64);
        self.state.flagged.extend(sentences);
        self.state.flagged.truncate(FLAGGED_MAX);
    }

    /// The model is told of it next time.
    pub(super) fn has_said(&mut self, words: &str) {
        if self.app.models.is_some() && !words.is_empty() {
            self.state.history.push(Line::Us(words.to_owned()));
        }
    }

    /// Something that asks for no answer.
    pub(super) fn note(&mut self, event: Event) {
        let effects = handle(&mut self.state, event, &self.app.context(self.words));
        debug_assert!(effects.is_empty(), "a note is not answered");
    }

    /// A turn died after its tools had committed. What they came to is told now, instead of asking for it again; only a
    /// danger that was not told yet is more important.
    pub(super) async fn resume(
        &mut self,
        unfinished: &[String],
        event: &Event,
    ) -> Result<Vec<Effect>, StoreError> {
        let mut effects = Vec::new();
        for result in unfinished {
            effects = self.run(Event::ToolFinished { outcome: serde_json::from_str(result)? }).await;
        }
        let danger = triage::emergency(event.words(), self.app.now(), &self.app.settings.triage);
        if danger.is_some_and(|danger| !self.state.hazards.contains(&danger.hazard)) {
            effects.retain(|effect| matches!(effect, Effect::Warn { .. }));
            effects.extend(self.run(event.clone()).await);
        }
        Ok(effects)
    }

    /// State, transcript and the lead's changes, in the turn's transaction. Gives the lead that the call belongs to from now on.
    pub(super) async fn keep(
        &self,
        tx: &mut store::Tx,
        kept: &Kept<'_>,
        lines: &[TurnLine],
    ) -> Result<Written, StoreError> {
        let now = self.app.now();
        let state = serde_json::to_string(&self.state)?;
        let saved =
            SavedTurn { conversation: &self.conversation, turn: self.state.turn, state: &state, lines, now };
        let was_over = tx.save_turn(&saved).await?;
        Ok(Written { lead: self.keep_lead(tx, kept.before, now).await?, was_over })
    }

    /// What the transcript says of a turn.
    pub(super) fn lines(&self, kept: &Kept<'_>) -> Vec<TurnLine> {
        let now = self.app.now();
        let line = |speaker, words, confidence, times| TurnLine {
            id: self.app.id("turn"),
            speaker,
            words,
            confidence,
            times,
        };
        let times = TurnTimes { took_ms: Some(ms_between(kept.began, now)), ..self.times };
        let caller = match kept.event {
            Event::CallerSpoke { alternatives } => alternatives.first().cloned(),
            Event::KeysPressed { digits } => Some(format!("[keys {digits}]")),
            Event::CallerSilent => Some("[silence]".to_owned()),
            Event::FilesCame { voice } => Some(if *voice { "[voice note]" } else { "[files]" }.to_owned()),
            _ => None,
        };
        let heard = caller.map(|words| TurnLine {
            id: self.heard_id.clone(),
            ..line("caller", words, kept.confidence, TurnTimes::default())
        });
        heard.into_iter().chain([line("receptionist", kept.said.to_owned(), None, times)]).collect()
    }

    /// What this turn told about the lead, and the homes it spoke of.
    async fn keep_lead(
        &self,
        tx: &mut store::Tx,
        before: Option<&State>,
        now: Timestamp,
    ) -> Result<LeadId, StoreError> {
        let Some(before) = before else { return Ok(self.lead) };
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
                words: Some(self.state.last_heard.clone()).filter(|words| !words.is_empty()),
                change_ids: (0..10).map(|_| self.app.id("change")).collect(),
            };
            tx.change_lead(lead, &change, now).await?;
        }
        for property in self.state.discussed.iter().filter(|id| has_moved || !before.discussed.contains(id)) {
            tx.discuss(lead, *property, now).await?;
        }
        Ok(lead)
    }
}
