//! What goes wrong, how often, and always the same for the same seed.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// Shares from 0 (never) to 1 (always).
#[derive(Clone, Debug, Default)]
pub struct Faults {
    pub seed: u64,
    /// A webhook is sent twice at the same time, as a retry overtaking its original.
    pub webhook_twice: f64,
    /// A REST create is accepted, but the answer comes after the client has given up.
    pub accepted_in_silence: f64,
    /// A REST create hangs and is not accepted.
    pub lost_in_silence: f64,
    /// A REST create fails with 500 and is not accepted.
    pub server_error: f64,
    /// A REST create fails with 429.
    pub too_many_requests: f64,
    /// Callbacks are held back until [`crate::Network::deliver_late`].
    pub callbacks_late: f64,
    pub callback_twice: f64,
    pub callbacks_out_of_order: f64,
}

/// How one number takes messages. Everybody else receives them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// The create request fails at once with this code.
    Refused(i64),
    /// Accepted, then reported `undelivered` with this code.
    Undelivered(i64),
    /// Accepted, then reported `undelivered` with this code once; delivered afterwards.
    UndeliveredOnce(i64),
    /// The first create fails with 429.
    BusyOnce,
    /// The first create is accepted in silence: the client never hears of it.
    SilentOnce,
    /// The first create hangs without being accepted.
    LostOnce,
}

/// What somebody does when the app rings them. Everybody else does not answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phone {
    #[default]
    NoAnswer,
    Busy,
    /// Voicemail answers, and nobody presses a key.
    Machine,
    /// They answer and press these keys, one after the other.
    Presses(&'static str),
    /// They answer, take the call with key 1, and talk until somebody ends it.
    Talks,
}

#[derive(Debug)]
pub(crate) struct Dice {
    rng: StdRng,
}

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self { rng: StdRng::seed_from_u64(seed) }
    }

    pub(crate) fn happens(&mut self, share: f64) -> bool {
        share > 0.0 && self.rng.random_bool(share.min(1.0))
    }
}
