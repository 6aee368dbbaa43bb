//! Commit: a viewing is called off, its time is free again, and the negotiator has a task that says so.

use serde::{Deserialize, Serialize};

use super::find_viewing::BookedViewing;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CancelViewing {
    pub viewing: BookedViewing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelOutcome {
    Cancelled,
    /// It was called off, moved or held in the meantime.
    NotThere,
}
