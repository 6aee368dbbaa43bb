//! Silence, words not understood, and tools that failed: never a dead end, never a hang-up without an outcome.

use super::{RING_BACK, by_rules, handoff, message, repeat, report};
use crate::conversation::{Context, Effect, State, Step};
use crate::handoff::Reason;

/// Two tries, each put differently; the third failure goes to a person.
pub(super) fn not_understood(state: &mut State, rephrased: &str) -> Vec<Effect> {
    state.misses += 1;
    let step = state.step;
    match state.misses {
        1 => state.ask(step, format!("I didn't quite get that. {rephrased}")),
        2 => state.ask(
            step,
            format!(
                "I'm sorry, the line isn't clear. {rephrased} You can also press zero to leave a message."
            ),
        ),
        _ => {
            state.misses = 0;
            handoff::begin(state, Reason::NotUnderstood, "I'm sorry, I'm not getting this right.", RING_BACK)
        }
    }
}

pub(super) fn number_not_understood(state: &mut State) -> Vec<Effect> {
    not_understood(state, "Could you give me the number again, digit by digit, or key it in?")
}

/// The talk goes round and round: a colleague rings back, and whoever is past that already is let go.
pub(crate) fn in_circles(state: &mut State) -> Vec<Effect> {
    match state.step {
        Step::AskMessage | Step::AskMessageName | Step::AskMessagePhone => message::take(state),
        step if step.is_report() => report::give_up(state),
        Step::AnythingElse => state.end("I'll leave it there, then. Thank you for calling. Goodbye."),
        _ => handoff::begin(
            state,
            Reason::NotUnderstood,
            "I'm sorry, we're going round in circles.",
            RING_BACK,
        ),
    }
}

/// It was a slip: the words are answered for what else they say.
pub(crate) fn no_danger(state: &mut State, context: &Context) -> Vec<Effect> {
    state.last_heard = std::mem::take(&mut state.doubted_words);
    let effects = by_rules(state, context);
    std::iter::once(Effect::Say { words: "Good.".to_owned() }).chain(effects).collect()
}

/// Once it is let pass; the second time a person takes over.
pub(super) fn abuse(state: &mut State) -> Vec<Effect> {
    state.rudeness += 1;
    if state.rudeness > 1 {
        state.last_heard.clear();
        return message::offer(state, "I'd rather a colleague helped you with this; they'll ring you back.");
    }
    let question = last_sentence(&state.last_words).to_owned();
    repeat(state, format!("I'd like to help, if we keep it friendly. {question}"))
}

/// The silence ladder: a gentle prompt, "are you still there", then a call-back and a polite end.
pub(crate) fn silence(state: &mut State) -> Vec<Effect> {
    state.silences += 1;
    let step = state.step;
    match state.silences {
        _ if step == Step::Ended => state.end("Thank you for calling. Goodbye."),
        1 => {
            let words = format!("Take your time. {}", last_sentence(&state.last_words));
            repeat(state, words)
        }
        2 => repeat(state, "Are you still there?".to_owned()),
        _ if is_leaving(step) => state.end("I'll leave it there, then. Thank you for calling. Goodbye."),
        _ if step.is_report() => report::give_up(state),
        _ => message::take(state),
    }
}

/// Nothing is open any more: silence is a goodbye.
fn is_leaving(step: Step) -> bool {
    matches!(
        step,
        Step::AnythingElse
            | Step::OfferDetails
            | Step::AskNameToEnd
            | Step::AskEmailToSend
            | Step::AskPhoneToSend
    )
}

/// Only the question is put again, not everything said before it.
pub(super) fn last_sentence(words: &str) -> &str {
    let trimmed = words.trim_end();
    let body = trimmed.strip_suffix(['?', '.', '!']).unwrap_or(trimmed);
    body.rfind(['.', '!', '?']).map_or(trimmed, |end| trimmed[end + 1..].trim_start())
}

/// The store could not be reached: nothing was written, and the caller is told no lie.
pub(super) fn tool_failed(state: &mut State) -> Vec<Effect> {
    if state.step == Step::Ended {
        // The safety words were the last: the caller must go, whatever could be written.
        return vec![Effect::End];
    }
    state.misses += 1;
    if state.misses >= 3 {
        return state.end(
            "I'm sorry, our diary isn't answering just now. Please ring again in a few minutes. Goodbye.",
        );
    }
    let step = state.step;
    state.ask(step, "I'm sorry, that took too long on our side. Could you say that once more?")
}

#[cfg(test)]
mod tests {
    use super::last_sentence;

    #[test]
    fn only_the_question_is_repeated() {
        assert_eq!(last_sentence("I have two. Which one?"), "Which one?");
        assert_eq!(last_sentence("Which one?"), "Which one?");
        assert_eq!(last_sentence(""), "");
    }
}
