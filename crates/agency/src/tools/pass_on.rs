//! Commit: a chat goes to a person. It lies in their inbox, and we are quiet in it until they are done.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::crm::TaskKind;
use crate::handoff::Reason;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PassOn {
    pub reason: Reason,
    /// What kind of task it is.
    pub about: TaskKind,
    /// Who, why and what was found.
    pub summary: String,
}

/// By when a person answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassedOn {
    pub due: Timestamp,
    pub office_open: bool,
}
