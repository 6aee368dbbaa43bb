//! Commit: a message for a person, with a call-back task and, where a text can reach the caller, a promise in writing.

use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use crate::crm::{Priority, TaskKind};
use crate::london::date_of;
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

/// The task's title. What somebody asks of their data is answered within a month of the day they asked (UK GDPR, article 12.3), and a
/// complaint about it acknowledged within 30 days (Data (Use and Access) Act 2025, section 103): by whichever is sooner.
pub fn title(call: &TakeMessage, now: Timestamp) -> String {
    let who = call.name.as_deref().unwrap_or("somebody who gave no name");
    if call.about != TaskKind::DataRequest {
        return format!("Message from {who}");
    }
    let asked = date_of(now);
    let by = asked.saturating_add(1.month()).min(asked.saturating_add(30.days()));
    format!("Message from {who} about their data: to be answered by {}", by.strftime("%-d %B %Y"))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_month_and_no_more_than_thirty_days() {
        let call = |about| TakeMessage {
            words: String::new(),
            name: Some("Ida Vale".into()),
            phone: None,
            about,
            opts_out: false,
        };
        let asked = |at: &str| title(&call(TaskKind::DataRequest), at.parse().unwrap());
        assert!(asked("2026-11-23T10:00:00Z").ends_with("by 23 December 2026"));
        assert!(asked("2027-01-31T10:00:00Z").ends_with("by 28 February 2027"));
        // It is the first of July in London, and July has 31 days.
        assert!(asked("2026-06-30T23:30:00Z").ends_with("by 31 July 2026"));
        assert_eq!(title(&call(TaskKind::CallBack), Timestamp::UNIX_EPOCH), "Message from Ida Vale");
    }
}
