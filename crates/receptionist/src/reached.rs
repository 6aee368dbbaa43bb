//! What this process depends on, and whether it last answered: readiness tells the truth from it.

use std::sync::{Mutex, PoisonError};

use agency::outbox::Failure;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::delivery::Undelivered;

/// One of them.
#[derive(Debug, Default)]
pub struct Reached(Mutex<Seen>);

#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    success: Option<Timestamp>,
    failure: Option<Timestamp>,
}

/// All of them.
#[derive(Debug, Default)]
pub struct Dependencies {
    pub database: Reached,
    pub twilio: Reached,
    pub email: Reached,
    pub slack: Reached,
    pub model: Reached,
}

impl Reached {
    pub fn note(&self, has_answered: bool, now: Timestamp) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = if has_answered { &mut seen.success } else { &mut seen.failure };
        *last = Some(now);
    }

    /// A refusal of one message is an answer; that we are not let in, are too many, or shall come again is none.
    pub fn note_delivery<T>(&self, outcome: &Result<T, Undelivered>, now: Timestamp) {
        /// HTTP's, then a mail server's (RFC 4954).
        const NOT_LET_IN: [i64; 4] = [401, 403, 530, 535];
        let has_answered = match outcome {
            Ok(_) => true,
            Err(refused) => {
                refused.failure == Failure::Permanent
                    && refused.http_status.is_some_and(|status| !NOT_LET_IN.contains(&status))
            }
        };
        self.note(has_answered, now);
    }

    /// None: it was not needed yet.
    pub fn is_well(&self) -> Option<bool> {
        let seen = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (seen.success.is_some() || seen.failure.is_some()).then(|| seen.success >= seen.failure)
    }

    pub fn json(&self, now: Timestamp) -> Value {
        let seen = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let age = |at: Option<Timestamp>| at.map(|at| now.duration_since(at).as_secs());
        json!({"ok": self.is_well(), "last_success_s": age(seen.success), "last_failure_s": age(seen.failure)})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_counts() {
        let (first, later): (Timestamp, Timestamp) =
            ("2026-11-23T10:00:00Z".parse().unwrap(), "2026-11-23T10:00:30Z".parse().unwrap());
        let reached = Reached::default();
        assert_eq!(reached.is_well(), None);
        reached.note(true, first);
        assert_eq!(reached.is_well(), Some(true));
        reached.note(false, later);
        assert_eq!(reached.json(later), json!({"ok": false, "last_success_s": 30, "last_failure_s": 0}));
    }
}
