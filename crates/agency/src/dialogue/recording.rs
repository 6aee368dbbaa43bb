//! "Please don't record this": it is stopped, whatever else is going on, and the open question is put again. Said in the same breath
//! as a danger, it waits for the alert and no longer.

use super::{heard_last, recovery, repeat};
use crate::conversation::{Context, Effect, State, Step};
use crate::language::{Act, Heard};
use crate::tools::ToolCall;
use crate::tools::stop_recording::StopRecording;

pub(super) fn stop(heard: &Heard, words: &str) -> Option<Vec<Effect>> {
    let words = words.to_owned();
    heard.did(Act::StopRecording).then(|| State::run(ToolCall::StopRecording(StopRecording { words })))
}

/// What the caller just said was taken for a danger, and an objection may be in it as well.
pub(crate) fn objects_too(state: &mut State, context: &Context) {
    let objects = heard_last(state, context).did(Act::StopRecording);
    let before = state.objection.take();
    state.objection = objects.then(|| state.last_heard.clone()).or(before);
}

/// Once the danger is certain and nothing else is to be run for it; the question at the end is put when the recording has stopped.
pub(crate) fn stop_recording_too(state: &mut State, mut effects: Vec<Effect>) -> Vec<Effect> {
    let is_busy = effects.iter().any(|effect| matches!(effect, Effect::RunTool { .. }));
    if is_busy || state.doubt.is_some() {
        return effects;
    }
    let Some(words) = state.objection.take() else { return effects };
    let question = recovery::last_sentence(&state.last_words);
    for effect in &mut effects {
        if let Effect::Say { words } = effect {
            *words = words.strip_suffix(question).unwrap_or(words).trim_end().to_owned();
        }
    }
    effects.retain(|effect| !matches!(effect, Effect::Listen { .. }));
    effects.extend(State::run(ToolCall::StopRecording(StopRecording { words })));
    effects
}

pub(super) fn stopped(state: &mut State) -> Vec<Effect> {
    let was_recorded = std::mem::take(&mut state.recorded);
    state.objection = None;
    if state.step == Step::Ended {
        // The safety words were the last: the caller must go.
        return Vec::new();
    }
    let what = if was_recorded {
        "I've stopped the recording, and what there is of it will be deleted."
    } else {
        "You are not being recorded."
    };
    let question = recovery::last_sentence(&state.last_words).to_owned();
    let rest = "I still write down what it is about; if you'd rather not, ask me for a colleague.";
    repeat(state, format!("{what} {rest} {question}"))
}
