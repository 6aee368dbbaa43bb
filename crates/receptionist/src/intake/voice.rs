//! `POST /api/voice/inbound` and `POST /api/voice/process-speech`: a call comes in; the caller has spoken.

use agency::conversation::Event;
use agency::phone::PhoneNumber;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::form::Form;
use super::{Refused, Signed, twiml};
use crate::app::App;
use crate::conversation::{Turn, answer_call, answer_turn};

/// Greets. Asked again about the same call, it gives the same answer.
pub(super) async fn inbound(State(app): State<App>, Signed(form): Signed) -> Result<Response, Refused> {
    let turn = Turn { event: Event::Started, ..turn_of(&form, 0)? };
    Ok(twiml(answer_call(&app, &turn).await))
}

#[derive(Debug, Deserialize)]
pub(super) struct TurnNumber {
    #[serde(default)]
    turn: u32,
}

/// A `<Gather>` result: keys, speech, or nothing at all.
pub(super) async fn process_speech(
    State(app): State<App>,
    Query(number): Query<TurnNumber>,
    Signed(form): Signed,
) -> Result<Response, Refused> {
    let turn = turn_of(&form, number.turn)?;
    Ok(twiml(answer_turn(&app, &turn).await))
}

/// Reads a voice webhook into a turn.
pub(super) fn turn_of(form: &Form, number: u32) -> Result<Turn, Refused> {
    let call_sid =
        form.get("CallSid").ok_or(Refused::bad_request("CallSid is missing; is this a voice webhook?"))?;
    Ok(Turn {
        call_sid: call_sid.to_owned(),
        number,
        from: form.get("From").and_then(PhoneNumber::from_caller_id),
        direction: if form.get("Direction").is_some_and(|d| d.starts_with("outbound")) {
            "outbound"
        } else {
            "inbound"
        },
        confidence: form.get("Confidence").and_then(|confidence| confidence.parse().ok()),
        event: event_of(form),
    })
}

/// Nobody needs more words than this to say what they want; the rest is not looked at.
const SPEECH_CHARACTERS_MAX: usize = 4_000;

fn event_of(form: &Form) -> Event {
    if let Some(digits) = form.get("Digits") {
        return Event::KeysPressed { digits: digits.chars().take(40).collect() };
    }
    match form.get("SpeechResult").map(str::trim).filter(|speech| !speech.is_empty()) {
        Some(speech) => {
            let words = speech.chars().filter(|c| !c.is_control()).take(SPEECH_CHARACTERS_MAX).collect();
            Event::CallerSpoke { alternatives: vec![words] }
        }
        None => Event::CallerSilent,
    }
}
