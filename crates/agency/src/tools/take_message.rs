//! Commit: a message for a person, with a call-back task and, where a text can reach the caller, a promise in writing.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::crm::{Priority, TaskKind};
use crate::phone::PhoneNumber;
use crate::settings::OpeningHours;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TakeMessage {
    pub words: String,
    pub name: Option<String>,
    pub phone: Option<PhoneNumber>,
    /// What kind of task it becomes: a call-back, unless it is a complaint or about the caller's data.
    pub about: TaskKind,
    /// Not to be written to any more: recorded at once, and no text says so.
    #[serde(default)]
    pub opts_out: bool,
}

/// Within the hour while open; at the next opening otherwise (`spec.md` §6.8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageTaken {
    pub due: Timestamp,
    pub office_open: bool,
    /// None: nobody can be called back, so the message is only noted.
    pub call_back: Option<PhoneNumber>,
}

const WITHIN: SignedDuration = SignedDuration::from_hours(1);

/// When somebody who was promised something hears from us at the latest.
pub fn call_back_due(hours: &OpeningHours, now: Timestamp) -> Timestamp {
    if hours.is_open(now) { now.saturating_add(WITHIN).unwrap_or(now) } else { hours.next_opening(now) }
}

pub fn decide(call: &TakeMessage, hours: &OpeningHours, now: Timestamp) -> MessageTaken {
    MessageTaken {
        due: call_back_due(hours, now),
        office_open: hours.is_open(now),
        call_back: call.phone.clone(),
    }
}

impl MessageTaken {
    /// A promised call is urgent; a message that nobody waits for is not.
    pub fn priority(&self) -> Priority {
        if self.call_back.is_some() { Priority::Urgent } else { Priority::Normal }
    }
}
