//! Commit: a repair's ticket, given to the property manager, and the reference in writing to whoever reported it.

use serde::{Deserialize, Serialize};

use crate::language::Address;
use crate::phone::PhoneNumber;
use crate::triage::Level;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReportRepair {
    pub category: String,
    pub urgency: Level,
    /// Everything that was said of it, under its headings.
    pub description: String,
    pub place: Option<Address>,
    pub name: Option<String>,
    pub phone: Option<PhoneNumber>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepairReported {
    pub reference: String,
    pub texted: bool,
}
