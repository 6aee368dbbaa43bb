//! One thing that was named, with the words that named it: the shapes of `spec.md` §3.

use std::ops::Range;

use jiff::civil::{Date, Time};
use serde::Serialize;

use crate::crm::{Feature, Listing, PropertyType, vocabulary};

/// `{kind, text, …}`
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entity {
    #[serde(flatten)]
    pub value: Value,
    /// The words, as they were said.
    pub text: String,
}

/// What was named. Absent bounds are open.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Value {
    Bedrooms {
        min: Option<i64>,
        max: Option<i64>,
    },
    Bathrooms {
        min: Option<i64>,
        max: Option<i64>,
    },
    /// Whole pounds.
    Money {
        min: Option<i64>,
        max: Option<i64>,
        per: Option<Per>,
    },
    Date(Days),
    Time(Clock),
    Listing {
        value: Listing,
    },
    PropertyType {
        value: PropertyType,
    },
    Area {
        value: String,
        #[serde(skip)]
        outward: Option<String>,
        /// Whether it is one of the agency's.
        #[serde(skip)]
        is_ours: bool,
    },
    Postcode {
        outward: String,
        inward: Option<String>,
    },
    Property {
        #[serde(skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        street: Option<String>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        candidates: Vec<String>,
    },
    Reference {
        value: String,
    },
    Name {
        first: Option<String>,
        last: Option<String>,
    },
    /// E.164
    Phone {
        value: String,
    },
    Email {
        value: String,
    },
    /// From 1; -1 for the last of a number that is not known.
    Choice {
        index: i64,
    },
    Feature {
        value: Feature,
        wanted: bool,
    },
    /// People and the like.
    Count {
        value: i64,
    },
}

/// One day, some days to choose from, or a run of days.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Days {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Date>,
    /// Where callers differ: every day that may be meant.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ambiguous: Vec<Date>,
}

/// One time of day, or a range of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Clock {
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "hour_and_minute")]
    pub time: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "hour_and_minute")]
    pub from: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "hour_and_minute")]
    pub to: Option<Time>,
}

#[expect(clippy::ref_option, reason = "serde hands a reference to the field")]
fn hour_and_minute<S: serde::Serializer>(time: &Option<Time>, serializer: S) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => serializer.serialize_str(&format!("{:02}:{:02}", time.hour(), time.minute())),
        None => serializer.serialize_none(),
    }
}

vocabulary! {
    /// What an amount is for.
    Per { Month = "month", Week = "week" }
}

/// Something a parser found, before it knows its words.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Found<T> {
    pub(super) value: T,
    pub(super) run: Range<usize>,
}

impl<T> Found<T> {
    pub(super) fn new(value: T, run: Range<usize>) -> Self {
        Self { value, run }
    }
}

impl Days {
    pub(super) fn one(date: Date) -> Self {
        Self { date: Some(date), ..Self::default() }
    }

    pub(super) fn run(from: Date, to: Date) -> Self {
        Self { from: Some(from), to: Some(to), ..Self::default() }
    }

    pub(super) fn either(dates: Vec<Date>) -> Self {
        Self { date: dates.first().copied(), ambiguous: dates, ..Self::default() }
    }

    /// Every day that may be meant, in order.
    pub(super) fn all(&self) -> Vec<Date> {
        const RUN_MAX: usize = 62;
        match (self.from, self.to) {
            (Some(from), Some(to)) => {
                from.series(jiff::ToSpan::day(1)).take_while(|date| *date <= to).take(RUN_MAX).collect()
            }
            _ if !self.ambiguous.is_empty() => self.ambiguous.clone(),
            _ => self.date.into_iter().collect(),
        }
    }
}

impl Clock {
    pub(super) fn at(time: Time) -> Self {
        Self { time: Some(time), ..Self::default() }
    }

    pub(super) fn between(from: Time, to: Time) -> Self {
        Self { from: Some(from), to: Some(to), ..Self::default() }
    }

    pub(super) fn covers(self, time: Time) -> bool {
        match self.time {
            Some(exact) => exact == time,
            None => self.from.is_none_or(|from| from <= time) && self.to.is_none_or(|to| time <= to),
        }
    }
}
