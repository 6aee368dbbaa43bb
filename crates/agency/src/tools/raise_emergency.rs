//! Commit: an alert with its first step, an urgent task, and word to the emergency contact.

use serde::{Deserialize, Serialize};

use crate::phone::PhoneNumber;
use crate::triage::Emergency;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RaiseEmergency {
    pub emergency: Emergency,
    pub phone: Option<PhoneNumber>,
}
