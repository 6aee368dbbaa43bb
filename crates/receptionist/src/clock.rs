//! The only place that reads the clock or draws a random number. Everything else is given a [`Clock`] and [`Ids`].

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::sync::Notify;
use ulid::Ulid;

/// What time it is: really, in rehearsal, or in a test.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Source>);

#[derive(Debug)]
enum Source {
    System,
    /// Starts at an instant and runs.
    From {
        at: Timestamp,
        since: Instant,
    },
    /// Stands still until moved.
    Stepped {
        at: Mutex<Timestamp>,
        moved: Notify,
    },
}

impl Clock {
    pub fn system() -> Self {
        Self(Arc::new(Source::System))
    }

    pub fn running_from(at: Timestamp) -> Self {
        Self(Arc::new(Source::From { at, since: Instant::now() }))
    }

    pub fn stepped(at: Timestamp) -> Self {
        Self(Arc::new(Source::Stepped { at: Mutex::new(at), moved: Notify::new() }))
    }

    /// Now, in whole microseconds: no database keeps more.
    #[expect(clippy::disallowed_methods, reason = "this is where the clock is read")]
    pub fn now(&self) -> Timestamp {
        let now = match &*self.0 {
            Source::System => Timestamp::now(),
            Source::From { at, since } => {
                let run = SignedDuration::try_from(since.elapsed()).unwrap_or(SignedDuration::ZERO);
                at.saturating_add(run).unwrap_or(*at)
            }
            Source::Stepped { at, .. } => *at.lock().unwrap_or_else(PoisonError::into_inner),
        };
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }

    /// Moves a stepped clock on. The others run by themselves.
    pub fn advance(&self, by: SignedDuration) {
        if let Source::Stepped { at, moved } = &*self.0 {
            let mut at = at.lock().unwrap_or_else(PoisonError::into_inner);
            *at = at.saturating_add(by).unwrap_or(*at);
            drop(at);
            moved.notify_waiters();
        }
    }

    /// Waits until it is that late: a stepped clock until somebody moves it.
    pub async fn wait_until(&self, at: Timestamp) {
        loop {
            let moved = match &*self.0 {
                Source::Stepped { moved, .. } => Some(moved.notified()),
                _ => None,
            };
            let left = at.duration_since(self.now());
            if left <= SignedDuration::ZERO {
                return;
            }
            match moved {
                Some(moved) => moved.await,
                None => tokio::time::sleep(left.unsigned_abs()).await,
            }
        }
    }
}

/// Prefixed ids that sort by time (`msg_01J…`), and the jitter of retries.
#[derive(Clone, Debug)]
pub struct Ids(Arc<Mutex<Last>>);

#[derive(Debug)]
struct Last {
    ms: u64,
    tail: u128,
    rng: StdRng,
}

impl Ids {
    #[expect(clippy::disallowed_methods, reason = "this is where randomness comes from")]
    pub fn random() -> Self {
        Self::of(StdRng::from_rng(&mut rand::rng()))
    }

    pub fn seeded(seed: u64) -> Self {
        Self::of(StdRng::seed_from_u64(seed))
    }

    fn of(rng: StdRng) -> Self {
        Self(Arc::new(Mutex::new(Last { ms: 0, tail: 0, rng })))
    }

    /// A new id, greater than every one before it from this process.
    pub fn next(&self, prefix: &str, now: Timestamp) -> String {
        /// Leaves room to count up within one millisecond.
        const TAIL_BITS: u128 = (1 << 79) - 1;
        let ms = u64::try_from(now.as_millisecond()).unwrap_or_default();
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if ms > last.ms {
            last.ms = ms;
            last.tail = last.rng.random::<u128>() & TAIL_BITS;
        } else {
            last.tail += 1;
        }
        format!("{prefix}_{}", Ulid::from_parts(last.ms, last.tail))
    }

    /// Six figures, for a one-time code.
    pub fn code(&self) -> String {
        format!(
            "{:06}",
            self.0.lock().unwrap_or_else(PoisonError::into_inner).rng.random_range(0..1_000_000_u32)
        )
    }

    /// A key of 256 bits, in hexadecimal.
    pub fn key(&self) -> String {
        hex::encode(self.0.lock().unwrap_or_else(PoisonError::into_inner).rng.random::<[u8; 32]>())
    }

    /// From 0 to 1.
    pub fn jitter(&self) -> f64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).rng.random::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_in_the_order_they_were_made() {
        let ids = Ids::seeded(7);
        let now: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        let made: Vec<String> = (0..500).map(|_| ids.next("turn", now)).collect();
        let mut sorted = made.clone();
        sorted.sort();
        assert_eq!(made, sorted);
        assert!(made[0].starts_with("turn_"));
    }
}
