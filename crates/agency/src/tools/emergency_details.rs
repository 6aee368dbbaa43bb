//! Commit: what the caller of an emergency says next, one answer at a time, so that none is lost if the line is. A place
//! may show that it is an incident which others have reported.

use serde::{Deserialize, Serialize};

use crate::language::Address;
use crate::phone::PhoneNumber;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EmergencyDetails {
    pub alert: String,
    pub hazard: String,
    pub words: String,
    pub name: Option<String>,
    pub phone: Option<PhoneNumber>,
    pub place: Option<Address>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmergencyNoted {
    /// Another's, if this was reported before.
    pub alert: String,
    pub reference: Option<String>,
    /// Whom the caller may ring at this hour.
    pub contractor: Option<EmergencyContractor>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmergencyContractor {
    pub trade: String,
    pub name: String,
    pub phone: PhoneNumber,
}
