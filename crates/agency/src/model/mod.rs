//! The second mind: what a language model is told, what it may ask for, and what of its words may be spoken. It chooses
//! words; homes, times, names and bookings come from the same rules and tools as without it. Pure: the app holds the
//! line to the model.

pub mod grounds;
pub mod guard;
mod history;
mod prompt;
pub mod tools;

pub use grounds::Grounds;
pub use guard::Guard;
pub use history::{History, Line};
pub use prompt::{ToolSpec, constant, messages};

use crate::conversation::{Effect, State, Step};

/// What the rules settle by themselves, faster and surer than any model: an answer they asked for and understood.
pub(crate) fn rules_know(step: Step) -> bool {
    !matches!(
        step,
        Step::Opening
            | Step::AskListing
            | Step::AskArea
            | Step::AskBedrooms
            | Step::AskBudget
            | Step::ChooseProperty
            | Step::ChooseSlot
            | Step::OfferDetails
            | Step::AnythingElse
            | Step::Ended
    )
}

/// What the model is told a tool came to: words that may be spoken as they are, and the ids it may use next.
pub fn told(state: &State, effects: &[Effect]) -> String {
    let mut told = serde_json::Map::new();
    let mut say = Vec::new();
    for effect in effects {
        match effect {
            Effect::Say { words } | Effect::Warn { words } => say.push(words.as_str()),
            Effect::Tell { words } => {
                told.insert("refused".into(), words.as_str().into());
            }
            _ => {}
        }
    }
    if !say.is_empty() {
        told.insert("say".into(), say.join(" ").into());
    }
    let homes =
        state.offered.iter().enumerate().map(
            |(n, home)| serde_json::json!({"id": tools::home_id(n), "about": state.manner.property(home)}),
        );
    told.insert("homes".into(), homes.collect());
    let slots = state.slots.iter().map(
        |offered| serde_json::json!({"id": offered.id, "when": state.manner.moment(offered.slot.start)}),
    );
    told.insert("slots".into(), slots.collect());
    serde_json::Value::Object(told).to_string()
}
