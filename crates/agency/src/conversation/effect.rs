//! Everything a conversation can ask for.

use serde::{Deserialize, Serialize};

use crate::language::Expecting;
use crate::tools::ToolCall;
use crate::tools::hand_off::Transfer;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    Say {
        words: String,
    },
    /// Safety words: said whole, before anything else, and not to be interrupted.
    Warn {
        words: String,
    },
    /// Listen for speech and keys; `expecting` tells the recogniser and the keypad what may come.
    Listen {
        expecting: Expecting,
    },
    /// Run this and come back with [`super::Event::ToolFinished`].
    RunTool {
        call: ToolCall,
    },
    /// Put the caller through, after what was said.
    Transfer {
        transfer: Transfer,
    },
    /// Have the model answer.
    AskModel,
    /// For the model only: why what it asked for is not done.
    Tell {
        words: String,
    },
    /// Hang up after what was said.
    End,
}
