//! The one entry: an event comes in, the state changes, effects go out.

use super::{Context, Effect, Event, State, Step};
use crate::crm::ActionTaken;
use crate::language::{Said, hear};
use crate::tools::ToolCall;
use crate::tools::raise_emergency::RaiseEmergency;
use crate::{dialogue, greeting, triage};

/// Changes the state and says what to do. Only dispatches: each step of the talk has a file in [`dialogue`].
pub fn handle(state: &mut State, event: Event, context: &Context) -> Vec<Effect> {
    let effects = answer(state, event, context);
    not_for_the_third_time(state, effects)
}

/// Whatever led there, the same words are not said three times in a row: a person takes over.
fn not_for_the_third_time(state: &mut State, effects: Vec<Effect>) -> Vec<Effect> {
    const TIMES_MAX: u8 = 2;
    let listens = effects.iter().any(|effect| matches!(effect, Effect::Listen { .. }));
    let said = effects.iter().rev().find_map(|effect| match effect {
        Effect::Say { words } => Some(words.clone()),
        _ => None,
    });
    let Some(words) = said.filter(|_| listens) else { return effects };
    state.same_words = if words == state.said { state.same_words + 1 } else { 1 };
    if state.same_words <= TIMES_MAX {
        state.said = words;
        return effects;
    }
    (state.same_words, state.said) = (0, String::new());
    dialogue::in_circles(state)
}

fn answer(state: &mut State, event: Event, context: &Context) -> Vec<Effect> {
    match event {
        Event::Started => {
            let words = greeting::words(&state.caller, context.agency, context.greetings, context.now);
            state.ask(Step::Opening, words)
        }
        Event::CallerSpoke { alternatives } => caller_spoke(state, &alternatives, context),
        Event::KeysPressed { digits } => {
            state.silences = 0;
            state.caller_spoke = true;
            dialogue::keys(state, &digits, context)
        }
        Event::CallerSilent => dialogue::silence(state),
        Event::ToolFinished { outcome } => dialogue::after_tool(state, outcome),
        Event::TurnLost => turn_lost(state),
        Event::HungUp => {
            state.step = Step::Ended;
            Vec::new()
        }
    }
}

/// The caller is asked again; one who has not spoken yet may not have heard who we are either.
fn turn_lost(state: &mut State) -> Vec<Effect> {
    if !state.caller_spoke && state.step == Step::Opening {
        let greeting = state.last_words.clone();
        return state.ask(Step::Opening, greeting);
    }
    let step = if state.step == Step::Ended { Step::AnythingElse } else { state.step };
    state.ask(step, "I'm sorry, I lost that for a moment. Could you say it again?")
}

fn caller_spoke(state: &mut State, alternatives: &[String], context: &Context) -> Vec<Effect> {
    state.silences = 0;
    state.caller_spoke = true;
    const HEARD_CHARS_MAX: usize = 1_000;
    state.last_heard =
        alternatives.first().map(|words| words.chars().take(HEARD_CHARS_MAX).collect()).unwrap_or_default();
    if let Some(effects) = emergency_first(state, alternatives, context) {
        return effects;
    }
    let said = Said {
        alternatives,
        expecting: state.step.expecting(),
        listing: state.wants.listing,
        offers: &[],
        now: context.now,
    };
    let heard = hear(&said, context.lexicon);
    state.intent = heard.intent.or(state.intent);
    state.avoids.learn(&heard.avoids, &heard.wish);
    let words = alternatives.first().map(String::as_str).unwrap_or_default();
    dialogue::turn(state, &heard, words, context)
}

/// Safety words come before any question, and the alert is written before the caller is asked anything.
fn emergency_first(state: &mut State, alternatives: &[String], context: &Context) -> Option<Vec<Effect>> {
    let emergency = triage::emergency(alternatives, context.now)?;
    let hazard = triage::hazard(&emergency.hazard)?;
    // An address given in the same breath as another danger belongs to the message.
    state.message = state.message.take().map(|begun| format!("{begun} / {}", state.last_heard));
    let is_alerted = state.hazards.contains(&emergency.hazard);
    state.did(ActionTaken::Emergency);
    state.last_words.clone_from(&hazard.script);
    let mut effects = vec![Effect::Warn { words: hazard.script.clone() }];
    if is_alerted {
        effects.extend(dialogue::after_emergency(state, hazard.ends_call));
    } else {
        state.step = if hazard.ends_call { Step::Ended } else { Step::AskMessage };
        let call = RaiseEmergency { emergency, phone: state.details.phone.clone() };
        effects.push(Effect::RunTool { call: ToolCall::RaiseEmergency(call) });
    }
    Some(effects)
}
