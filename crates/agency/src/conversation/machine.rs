//! The one entry: an event comes in, the state changes, effects go out.

use super::{Context, Effect, Event, State, Step};
use crate::language::{Act, Expecting, Said, hear, plain};
use crate::model::{self, Line};
use crate::triage::Emergency;
use crate::{dialogue, greeting, triage};

/// Changes the state and says what to do. Only dispatches: each step of the talk has a file in [`dialogue`].
pub fn handle(state: &mut State, event: Event, context: &Context) -> Vec<Effect> {
    let done = matches!(&event, Event::ToolFinished { outcome } if outcome.must_be_told());
    let is_heard = !matches!(event, Event::Interrupted { .. });
    let effects = answer(state, event, context);
    let effects = dialogue::stop_recording_too(state, effects);
    let effects = state.manner.put(effects);
    learn(state, &effects, context);
    if !is_heard {
        return effects;
    }
    let effects = not_for_the_third_time(state, effects);
    tell_what_was_done(state, effects, done)
}

/// What the rules and tools say may be said again by the model.
fn learn(state: &mut State, effects: &[Effect], context: &Context) {
    if !context.has_model {
        return;
    }
    for effect in effects {
        if let Effect::Say { words } | Effect::Warn { words } = effect {
            state.grounds.learn(words, context);
        }
    }
}

/// What was written must be heard. Words that tell of it are kept until the caller speaks without having cut them off; if
/// they did, they are told again before anything else.
fn tell_what_was_done(state: &mut State, mut effects: Vec<Effect>, done: bool) -> Vec<Effect> {
    let Some(words) = effects.iter_mut().find_map(|effect| match effect {
        Effect::Say { words } => Some(words),
        _ => None,
    }) else {
        if effects.contains(&Effect::AskModel) {
            state.must_hear = state.untold.take();
            effects.splice(0..0, state.must_hear.clone().map(|words| Effect::Say { words }));
        }
        return effects;
    };
    if done {
        state.must_hear = Some(words.clone());
        return effects;
    }
    if let Some(untold) = state.untold.take() {
        *words = format!("{untold} {words}");
        state.must_hear = Some(untold);
    } else {
        state.must_hear = None;
    }
    effects
}

/// The question at the end need not have been heard; the statement before it must.
fn interrupted(state: &mut State, heard: &str) {
    state.history.cut(heard);
    let Some(words) = state.must_hear.take() else { return };
    let statement =
        words.trim_end_matches('?').rsplit_once(['.', '!', ';']).map_or(words.as_str(), |(first, _)| first);
    if plain(heard).len() < plain(statement).len() {
        state.untold = Some(statement.to_owned() + ".");
    }
}

/// Whatever led there, the same words are not said three times in a row: a person takes over.
fn not_for_the_third_time(state: &mut State, effects: Vec<Effect>) -> Vec<Effect> {
    const TIMES_MAX: u8 = 2;
    let goes_on =
        effects.iter().any(|effect| matches!(effect, Effect::Listen { .. } | Effect::Transfer { .. }));
    let said = effects.iter().rev().find_map(|effect| match effect {
        Effect::Say { words } => Some(words.clone()),
        _ => None,
    });
    let Some(words) = said.filter(|_| goes_on) else { return effects };
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
        // They have written already, and what was offered on the telephone is still open.
        Event::Started if state.manner.is_written() => state.ask(state.step, "How can I help?"),
        Event::Started => {
            let (caller, notice) =
                (&state.caller, greeting::notice(context.agency, context.greetings, state.recorded));
            let words = greeting::words(caller, context.agency, context.greetings, &notice, context.now);
            state.ask(Step::Opening, words)
        }
        Event::CallerSpoke { alternatives } => caller_spoke(state, &alternatives, context),
        Event::KeysPressed { digits } => {
            state.silences = 0;
            state.caller_spoke = true;
            dialogue::keys(state, &digits, context)
        }
        // Whoever was asked about a danger and says nothing may not be able to.
        Event::CallerSilent => match state.doubt.take() {
            Some(doubt) => dialogue::report::raise(state, doubt, context).unwrap_or_default(),
            None => dialogue::silence(state),
        },
        Event::ToolFinished { outcome } => dialogue::after_tool(state, outcome),
        Event::TurnLost { greeted } => turn_lost(state, greeted),
        Event::Interrupted { heard } => {
            interrupted(state, &heard);
            Vec::new()
        }
        Event::ModelCalled { name, arguments } => model::tools::call(state, &name, &arguments, context),
        Event::ModelSaid { words } => model_said(state, words, context),
        Event::ModelFailed => dialogue::by_rules(state, context),
        Event::TransferFailed { by_choice } => dialogue::handoff::failed(state, by_choice),
        Event::HandedBack { taken, note } => dialogue::handoff::handed_back(state, taken, note),
        Event::EmergencyMarked { hazard } => {
            let evidence = format!("Marked by a colleague who listened: {}", state.last_heard);
            dialogue::report::raise(state, Emergency { hazard, evidence }, context).unwrap_or_default()
        }
        Event::FilesCame { voice } => dialogue::files(state, voice),
        Event::HungUp => {
            state.step = Step::Ended;
            Vec::new()
        }
    }
}

/// The caller is asked again; one who has not spoken yet may not have heard who we are either.
fn turn_lost(state: &mut State, greeted: bool) -> Vec<Effect> {
    if !greeted && !state.caller_spoke && state.step == Step::Opening {
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
    let in_danger = emergency_first(state, alternatives, context);
    if let Some(effects) = in_danger.or_else(|| settle_doubt(state, alternatives, context)) {
        dialogue::objects_too(state, context);
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
    if !context.has_model || state.caller.rings_often {
        return dialogue::turn(state, &heard, words, context);
    }
    state.history.push(Line::Caller(words.to_owned()));
    state.said_by_caller.learn(words, context);
    state.agreed = heard.did(Act::PlainYes);
    state.asked_by_model.clear();
    dialogue::before_model(state, &heard, words, context).unwrap_or_else(|| vec![Effect::AskModel])
}

/// The model's words are on their way to the caller; what the caller had said is kept for both minds.
fn model_said(state: &mut State, words: String, context: &Context) -> Vec<Effect> {
    let heard = dialogue::heard_last(state, context);
    state.wants.merge(&heard.wants);
    if state.step == Step::Opening {
        state.step = Step::AnythingElse;
    }
    state.misses = 0;
    state.last_words = words;
    vec![Effect::Listen { expecting: state.step.expecting() }]
}

/// Safety words come before any question, and the alert is written before the caller is asked anything. What is said of
/// a repair later may make it an emergency: the words so far are judged with it.
fn emergency_first(state: &mut State, alternatives: &[String], context: &Context) -> Option<Vec<Effect>> {
    let so_far = state.report.as_ref().and_then(|report| report.with(&state.last_heard));
    let emergency = triage::emergency(alternatives, context.now, context.triage)
        .or_else(|| triage::emergency_together(&so_far?, context.now, context.triage))?;
    let is_alerted = state.hazards.contains(&emergency.hazard);
    // They heard the safety words just before; the answer may be in the same breath.
    let answers = is_alerted && state.step.is_report();
    if answers { None } else { dialogue::report::raise(state, emergency, context) }
}

/// Words that may mean a danger are asked about once. Where life is in danger anything but a no is taken for a yes.
fn settle_doubt(state: &mut State, alternatives: &[String], context: &Context) -> Option<Vec<Effect>> {
    if let Some(doubt) = state.doubt.take() {
        let said =
            Said { alternatives, expecting: Expecting::YesNo, listing: None, offers: &[], now: context.now };
        let heard = hear(&said, context.lexicon);
        let is_of_life = triage::hazard(&doubt.hazard).is_some_and(triage::Hazard::is_of_life);
        let denies = heard.did(Act::Deny) && !heard.did(Act::PlainYes);
        if denies {
            return Some(dialogue::no_danger(state, context));
        }
        if !is_of_life && !heard.did(Act::Affirm) {
            state.last_heard = format!("{}, {}", std::mem::take(&mut state.doubted_words), state.last_heard);
            // Together they may say it: "no heating", "my mum is eighty-four".
            return match triage::emergency(
                std::slice::from_ref(&state.last_heard),
                context.now,
                context.triage,
            ) {
                Some(emergency) => dialogue::report::raise(state, emergency, context),
                None => Some(dialogue::by_rules(state, context)),
            };
        }
        return dialogue::report::raise(state, doubt, context);
    }
    let doubt = triage::doubt(alternatives, context.now, context.triage)
        .filter(|doubt| !state.doubted.contains(&doubt.hazard))?;
    if state.hazards.contains(&doubt.hazard) {
        return None;
    }
    state.doubted.push(doubt.hazard.clone());
    state.doubted_words.clone_from(&state.last_heard);
    state.doubt = Some(Emergency { hazard: doubt.hazard, evidence: doubt.evidence });
    Some(vec![Effect::Say { words: doubt.question }, Effect::Listen { expecting: Expecting::YesNo }])
}
