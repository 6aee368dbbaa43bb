//! "Please don't record this": it is stopped, whatever else is going on, and the open question is put again.

use super::{recovery, repeat};
use crate::conversation::{Effect, State};
use crate::language::{Act, Heard};
use crate::tools::ToolCall;
use crate::tools::stop_recording::StopRecording;

pub(super) fn stop(heard: &Heard, words: &str) -> Option<Vec<Effect>> {
    let words = words.to_owned();
    heard.did(Act::StopRecording).then(|| State::run(ToolCall::StopRecording(StopRecording { words })))
}

pub(super) fn stopped(state: &mut State) -> Vec<Effect> {
    let what = if std::mem::take(&mut state.recorded) {
        "I've stopped the recording, and what there is of it will be deleted."
    } else {
        "You are not being recorded."
    };
    let question = recovery::last_sentence(&state.last_words).to_owned();
    let rest = "I still write down what it is about; if you'd rather not, ask me for a colleague.";
    repeat(state, format!("{what} {rest} {question}"))
}
