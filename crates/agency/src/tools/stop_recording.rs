//! Commit: the caller does not want to be recorded, in this call or a later one. Whatever was recorded of it goes.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StopRecording {
    /// The words by which they objected.
    pub words: String,
}
