//! `POST /api/voice/inbound` and `POST /api/voice/process-speech`: a call comes in; the caller has spoken.

use agency::conversation::Event;
use agency::phone::PhoneNumber;
use axum::extract::State;
use axum::response::Response;

use super::form::Form;
use super::{Refused, Signed, twiml};
use crate::app::App;
use crate::conversation::{Turn, answer_call, answer_turn};

/// Greets. Asked again about the same call, it gives the same answer.
pub(super) async fn inbound(State(app): State<App>, signed: Signed) -> Result<Response, Refused> {
    let turn = Turn { event: Event::Started, ..turn_of(&signed)? };
    Ok(twiml(answer_call(&app, &turn).await?))
}

/// A `<Gather>` result: keys, speech, or nothing at all.
pub(super) async fn process_speech(State(app): State<App>, signed: Signed) -> Result<Response, Refused> {
    let number = |name| signed.query.get(name).map_or(Ok(0), str::parse);
    let turn = Turn {
        number: number("turn").map_err(|_| Refused::bad_request("turn is not a number"))?,
        times_lost: number("lost").map_err(|_| Refused::bad_request("lost is not a number"))?,
        event: event_of(&signed.form),
        ..turn_of(&signed)?
    };
    Ok(twiml(answer_turn(&app, &turn).await?))
}

/// Reads what every voice webhook carries.
pub(super) fn turn_of(signed: &Signed) -> Result<Turn, Refused> {
    let form = &signed.form;
    let call_sid =
        form.get("CallSid").ok_or(Refused::bad_request("CallSid is missing; is this a voice webhook?"))?;
    let is_outbound = form.get("Direction").is_some_and(|direction| direction.starts_with("outbound"));
    Ok(Turn {
        call_sid: call_sid.to_owned(),
        number: 0,
        times_lost: 0,
        from: form.get("From").and_then(PhoneNumber::from_caller_id),
        over_relay: false,
        others_may_answer: signed.others_may_answer,
        direction: if is_outbound { "outbound" } else { "inbound" },
        confidence: form.get("Confidence").and_then(|confidence| confidence.parse().ok()),
        event: Event::HungUp,
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
