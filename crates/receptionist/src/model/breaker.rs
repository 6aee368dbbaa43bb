//! After some failures in a row a model rests; then one request tries it again.

use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

#[derive(Debug, Default)]
pub(super) struct Breaker(Mutex<Record>);

#[derive(Debug, Default)]
struct Record {
    failures: u32,
    rests_until: Option<Timestamp>,
}

impl Breaker {
    pub(super) fn is_closed(&self, now: Timestamp) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).rests_until.is_none_or(|until| until <= now)
    }

    pub(super) fn succeeded(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Record::default();
    }

    pub(super) fn failed(&self, most: u32, rest: SignedDuration, now: Timestamp) {
        let mut record = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        record.failures += 1;
        if record.failures >= most {
            record.rests_until = now.checked_add(rest).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_rests_after_failures_in_a_row_and_tries_again() {
        let breaker = Breaker::default();
        let now: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        let rest = SignedDuration::from_secs(30);
        breaker.failed(2, rest, now);
        breaker.succeeded();
        breaker.failed(2, rest, now);
        assert!(breaker.is_closed(now));
        breaker.failed(2, rest, now);
        assert!(!breaker.is_closed(now) && breaker.is_closed(now + rest));
        // Still failing after the rest, it rests at once.
        breaker.failed(2, rest, now + rest);
        assert!(!breaker.is_closed(now + rest));
        breaker.succeeded();
        assert!(breaker.is_closed(now));
    }
}
