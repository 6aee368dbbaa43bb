//! When a message is tried again, when it is given up, and what a receipt changes. Delivery is at least once: a
//! message whose outcome stayed unknown may arrive twice, and is marked so.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::crm::vocabulary;

vocabulary! {
    /// The one truth about a message, in the order it can move.
    MessageStatus {
        Queued = "queued", Sending = "sending", Unknown = "unknown", Sent = "sent", Delivered = "delivered",
        Read = "read", Undelivered = "undelivered", Failed = "failed", Received = "received", Cancelled = "cancelled",
    }
}

/// Waits between attempts, in seconds, from the settings; after the last the message is given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetrySchedule {
    pub waits_s: Vec<i64>,
    /// Each wait is lengthened by up to this much, so that a crowd does not return at once.
    pub jitter_percent: i64,
}

/// What one attempt came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The provider took nothing and may take it later.
    Transient,
    /// Trying again cannot help.
    Permanent,
    /// It may have been taken: look before sending again.
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    RetryIn(SignedDuration),
    GiveUp,
}

/// Twilio's answer to a create request that did not succeed. A 5xx may come after the message was accepted.
pub fn classify(http_status: u16, twilio_code: Option<i64>) -> Failure {
    if http_status == 429 || twilio_code.is_some_and(is_transient) {
        return Failure::Transient;
    }
    if http_status >= 500 { Failure::Unknown } else { Failure::Permanent }
}

/// Codes (twilio.com/docs/api/errors) that pass by themselves: too many requests, queue full, handset unreachable,
/// congestion, provider time-out, channel rate.
fn is_transient(code: i64) -> bool {
    matches!(code, 20_429 | 21_611 | 30_001 | 30_003 | 30_017 | 30_410 | 63_017 | 63_018)
}

/// Whether a failed delivery, reported by receipt, is worth another attempt.
pub fn classify_receipt(twilio_code: i64) -> Failure {
    if is_transient(twilio_code) { Failure::Transient } else { Failure::Permanent }
}

/// `attempts` counts those made; `jitter` is a fraction from 0 to 1.
pub fn after_failure(attempts: usize, schedule: &RetrySchedule, jitter: f64) -> Next {
    let Some(wait) = attempts.checked_sub(1).and_then(|made| schedule.waits_s.get(made)) else {
        return Next::GiveUp;
    };
    let base = SignedDuration::from_secs(*wait);
    let percent = u32::try_from(schedule.jitter_percent).map_or(0.0, f64::from);
    Next::RetryIn(base.saturating_add(base.mul_f64(percent / 100.0 * jitter.clamp(0.0, 1.0))))
}

/// Twilio's word for a message, late and unordered, against what is known: the status to keep, or none if the
/// receipt tells nothing new. Final states stay, except `delivered` → `read`.
pub fn receipt(known: MessageStatus, reported: &str) -> Option<MessageStatus> {
    use MessageStatus::{Delivered, Failed, Queued, Read, Sending, Sent, Undelivered, Unknown};
    let reported = match reported {
        "sent" => Sent,
        "delivered" => Delivered,
        "read" => Read,
        "undelivered" => Undelivered,
        "failed" => Failed,
        _ => return None,
    };
    let news = match known {
        Queued | Sending | Unknown => true,
        Sent => reported != Sent,
        Delivered => reported == Read,
        _ => false,
    };
    news.then_some(reported)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule() -> RetrySchedule {
        RetrySchedule { waits_s: vec![5, 30], jitter_percent: 20 }
    }

    #[test]
    fn retries_follow_the_schedule_and_end() {
        assert_eq!(after_failure(1, &schedule(), 0.0), Next::RetryIn(SignedDuration::from_secs(5)));
        assert_eq!(after_failure(2, &schedule(), 1.0), Next::RetryIn(SignedDuration::from_secs(36)));
        assert_eq!(after_failure(3, &schedule(), 0.5), Next::GiveUp);
    }

    #[test]
    fn twilio_codes_decide_whether_trying_again_can_help() {
        for (status, code, failure) in [
            (400, Some(21_211), Failure::Permanent),
            (400, Some(21_610), Failure::Permanent),
            (400, Some(21_611), Failure::Transient),
            (429, Some(20_429), Failure::Transient),
            (429, None, Failure::Transient),
            (401, Some(20_003), Failure::Permanent),
            (500, None, Failure::Unknown),
            (503, None, Failure::Unknown),
        ] {
            assert_eq!(classify(status, code), failure, "{status} {code:?}");
        }
        assert_eq!(classify_receipt(30_003), Failure::Transient);
        assert_eq!(classify_receipt(63_016), Failure::Permanent);
    }

    #[test]
    fn receipts_in_any_order_end_in_one_truth() {
        use MessageStatus::{Delivered, Read, Sent, Undelivered};
        assert_eq!(receipt(Sent, "delivered"), Some(Delivered));
        assert_eq!(receipt(Delivered, "sent"), None);
        assert_eq!(receipt(Delivered, "read"), Some(Read));
        assert_eq!(receipt(Read, "delivered"), None);
        assert_eq!(receipt(Undelivered, "sent"), None);
        assert_eq!(receipt(Sent, "something-new"), None);
    }
}
