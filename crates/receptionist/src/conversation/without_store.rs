//! What a caller hears while the database does not answer.

use agency::conversation::{Effect, Event};
use agency::language::Expecting;
use agency::triage;

use super::gather::Turn;
use super::twiml::{Document, render};
use crate::app::App;
use crate::tools;

/// The database does not answer. Safety words need none; a new caller still hears who we are; otherwise the caller is
/// asked again, and after the second time in vain told what to do.
pub(super) fn answer_without_store(app: &App, turn: &Turn) -> String {
    let emergency = triage::emergency(turn.event.words(), app.now(), &app.settings.triage);
    if let Some(emergency) = &emergency {
        tools::alert_without_store(app, emergency, turn.from.as_ref());
    }
    let effects = match emergency.and_then(|emergency| triage::hazard(&emergency.hazard)) {
        Some(hazard) if hazard.ends_call => vec![Effect::Warn { words: hazard.script.clone() }, Effect::End],
        Some(hazard) => vec![Effect::Warn { words: hazard.script.clone() }, listen_again()],
        None if has_heard_nothing(turn) => vec![say(app.greeting_for_anybody()), listen_again()],
        None if turn.times_lost >= LOST_MAX => vec![say(NOTHING_ANSWERS.to_owned()), Effect::End],
        None => vec![
            say("I'm sorry, I need a moment. Could you say that once more, please?".to_owned()),
            listen_again(),
        ],
    };
    let document = Document {
        next_turn: turn.number.max(1),
        times_lost: turn.times_lost + 1,
        ..Document::bare(&app.settings)
    };
    render(&effects, &document)
}

/// The call is new, or was lost before they had heard who we are.
fn has_heard_nothing(turn: &Turn) -> bool {
    match turn.event {
        Event::Started => true,
        Event::TurnLost { greeted } => !greeted && turn.number == 0,
        _ => false,
    }
}

const LOST_MAX: u32 = 2;
const NOTHING_ANSWERS: &str = "I'm sorry, our systems aren't answering at the moment, so I can't help you now. Please ring again \
     in a few minutes. If anybody is in danger, call nine nine nine. Goodbye.";

fn say(words: String) -> Effect {
    Effect::Say { words }
}

fn listen_again() -> Effect {
    Effect::Listen { expecting: Expecting::Anything }
}
