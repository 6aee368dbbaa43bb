//! What the diary knows when it judges a time: hours, absences, appointments, and the home's own rules.

use jiff::civil::{Time, Weekday};
use jiff::{SignedDuration, Timestamp};

use crate::crm::{PropertyId, UserId};
use crate::settings::{DiaryRules, OpeningHours};

/// One person's working hours on one day of the week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shift {
    pub weekday: Weekday,
    pub starts: Time,
    pub ends: Time,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absence {
    pub from: Timestamp,
    pub until: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Negotiator {
    pub id: UserId,
    pub name: String,
    /// None at all: works the office's hours.
    pub shifts: Vec<Shift>,
    pub absences: Vec<Absence>,
}

/// A time already taken, by an appointment of ours or of the CRM's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Busy {
    pub negotiator: Option<UserId>,
    pub property: Option<PropertyId>,
    pub from: Timestamp,
    pub until: Timestamp,
}

impl Busy {
    pub fn overlaps(&self, from: Timestamp, until: Timestamp) -> bool {
        self.from < until && from < self.until
    }
}

/// How one home may be viewed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PropertyRules {
    /// Notice for a tenant in place, in hours.
    pub notice_hours: Option<i64>,
    /// The only days on which it may be viewed; empty means any.
    pub weekdays: Vec<Weekday>,
    pub earliest: Option<Time>,
    pub latest_end: Option<Time>,
    /// The one person who holds the keys.
    pub keys_with: Option<UserId>,
}

/// Everything [`super::judge`] looks at.
#[derive(Clone, Debug)]
pub struct DiaryFacts {
    pub now: Timestamp,
    pub hours: OpeningHours,
    pub rules: DiaryRules,
    /// None: a valuation.
    pub property: Option<PropertyId>,
    pub property_rules: PropertyRules,
    /// The home's own negotiator, asked first.
    pub agent: Option<UserId>,
    pub negotiators: Vec<Negotiator>,
    pub busy: Vec<Busy>,
}

impl DiaryFacts {
    /// When an appointment that starts then is over.
    pub fn end_of(&self, start: Timestamp) -> Timestamp {
        start.saturating_add(SignedDuration::from_mins(self.rules.slot_minutes)).unwrap_or(start)
    }

    pub fn is_property_busy(&self, from: Timestamp, until: Timestamp) -> bool {
        self.property.is_some()
            && self.busy.iter().any(|busy| busy.property == self.property && busy.overlaps(from, until))
    }

    pub fn is_negotiator_busy(&self, who: UserId, from: Timestamp, until: Timestamp) -> bool {
        self.busy.iter().any(|busy| busy.negotiator == Some(who) && busy.overlaps(from, until))
    }
}
