//! What the stories share: a Monday morning, and short ways to write values.
#![allow(dead_code, reason = "each story uses its own part of this")]

use agency::phone::PhoneNumber;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use store::Rows;

pub(crate) fn now() -> Timestamp {
    "2026-11-23T10:00:00Z".parse().unwrap()
}

pub(crate) fn later(minutes: i64) -> Timestamp {
    now().checked_add(SignedDuration::from_mins(minutes)).unwrap()
}

pub(crate) fn phone(text: &str) -> PhoneNumber {
    PhoneNumber::parse(text).unwrap()
}

pub(crate) fn rows(value: Value) -> Rows {
    serde_json::from_value(value).unwrap()
}
