//! Commit: a transfer to whoever is free, with what they are told before they take it. Nobody free: a call-back.

use serde::{Deserialize, Serialize};

use crate::crm::{PropertyId, Role, UserId};
use crate::handoff::Reason;
use crate::phone::PhoneNumber;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HandOff {
    pub reason: Reason,
    pub caller: Role,
    /// Who, why and what was found, in one breath.
    pub summary: String,
    /// The home in hand: its own negotiator is rung first.
    pub home: Option<PropertyId>,
}

/// A transfer that rings; with nobody to ring yet, the caller holds until somebody is free.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    pub id: String,
    pub people: Vec<(UserId, PhoneNumber)>,
}
