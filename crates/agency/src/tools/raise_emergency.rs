//! Commit: an alert with its ticket, an urgent task, the first person on call rung and texted, the manager and the landlord
//! told. Of one incident there is one alert, however many report it.

use serde::{Deserialize, Serialize};

use crate::language::Address;
use crate::phone::PhoneNumber;
use crate::triage::Emergency;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RaiseEmergency {
    pub emergency: Emergency,
    /// What the caller said, whole.
    pub words: String,
    pub name: Option<String>,
    pub phone: Option<PhoneNumber>,
    pub place: Option<Address>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmergencyRaised {
    pub hazard: String,
    pub alert: String,
    /// The ticket's, as it may be told.
    pub reference: Option<String>,
}
