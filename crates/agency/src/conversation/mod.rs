//! A conversation is `handle(event) → effects`. The state serialises whole: it is saved with every turn, so any
//! node can carry on after a crash, and a list of events replays a call. Nothing here waits, reads a clock or speaks
//! to the network; the app's driver performs the effects.

mod effect;
mod event;
mod machine;
mod state;
mod step;

pub use effect::Effect;
pub use event::Event;
pub use machine::handle;
pub use state::{Change, Details, Sending, State};
pub use step::Step;

use jiff::Timestamp;

use crate::language::Lexicon;
use crate::office::Office;
use crate::settings::{AgencyProfile, Greetings, OpeningHours};
use crate::triage::Choices;

/// What the conversation may know of the world at one event.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    pub now: Timestamp,
    pub agency: &'a AgencyProfile,
    pub greetings: &'a Greetings,
    pub hours: &'a OpeningHours,
    pub lexicon: &'a Lexicon,
    pub office: &'a Office,
    /// Where agencies differ in what is an emergency.
    pub triage: &'a Choices,
    /// Whether a language model may be asked.
    pub has_model: bool,
}
