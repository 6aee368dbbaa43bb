//! Everything that can happen to a conversation.

use serde::{Deserialize, Serialize};

use crate::tools::ToolOutcome;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The call was answered.
    Started,
    /// Transcripts of the same words, the best first.
    CallerSpoke {
        alternatives: Vec<String>,
    },
    KeysPressed {
        digits: String,
    },
    CallerSilent,
    ToolFinished {
        outcome: ToolOutcome,
    },
    /// Listening went wrong on our side; the caller is asked again and loses nothing.
    TurnLost {
        /// Whether they have heard who we are.
        greeted: bool,
    },
    /// They spoke over us, and had heard this much of what was said last.
    Interrupted {
        heard: String,
    },
    /// The model asks for a tool.
    ModelCalled {
        name: String,
        arguments: String,
    },
    /// The model has answered, with these words.
    ModelSaid {
        words: String,
    },
    /// The model gave no answer that can be used.
    ModelFailed,
    /// Nobody took the call that was put through, or the caller would rather be rung back than hold.
    TransferFailed {
        by_choice: bool,
    },
    /// A colleague had taken the call over and gives it back, or did not get to it.
    HandedBack {
        taken: bool,
        /// For the model: what was agreed meanwhile.
        note: Option<String>,
    },
    /// A colleague who listens sees a danger that was not recognised.
    EmergencyMarked {
        /// Of the triage table.
        hazard: String,
    },
    /// They sent files without a word: pictures, or what they said instead of writing.
    FilesCame {
        voice: bool,
    },
    HungUp,
}

impl Event {
    /// What the caller said, in every transcript there is of it.
    pub fn words(&self) -> &[String] {
        match self {
            Self::CallerSpoke { alternatives } => alternatives,
            _ => &[],
        }
    }
}
