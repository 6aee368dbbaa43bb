//! What an agency has tried out, for the checks before it goes live.

use jiff::Timestamp;

use super::row::row;
use crate::db::{Store, read};
use crate::error::StoreError;
use crate::types::Ts;

row! {
    Rehearsed {
        /// Calls by telephone that came to an outcome.
        calls_answered: i64,
        /// Calls that booked a viewing which is in the diary.
        bookings: i64,
        /// Confirmations by SMS that Twilio reported as delivered.
        confirmations: i64,
        /// Emergencies that somebody took.
        emergencies: i64,
        days_counted: i64,
    }
}

impl Store {
    pub async fn rehearsed(&self) -> Result<Rehearsed, StoreError> {
        const SQL: &str = "SELECT (SELECT count(*) FROM voice_lead_calls WHERE channel = 'voice' AND outcome IS NOT NULL AND outcome NOT IN ('abandoned', 'failed')) AS calls_answered, \
             (SELECT count(*) FROM voice_lead_calls c WHERE outcome = 'viewing_booked' \
                AND EXISTS (SELECT 1 FROM viewing_appointments a WHERE a.lead_id = c.lead_id)) AS bookings, \
             (SELECT count(*) FROM messages WHERE kind = 'viewing_confirmation' AND channel = 'sms' AND status IN ('delivered', 'read')) AS confirmations, \
             (SELECT count(*) FROM alerts WHERE acknowledged_at IS NOT NULL) AS emergencies, \
             (SELECT count(DISTINCT day) FROM call_tallies) AS days_counted";
        Ok(read!(self, |c| sqlx::query_as(SQL).fetch_one(c).await)?)
    }

    /// When this was last done, as the audit has it.
    pub async fn last_done(&self, action: &str) -> Result<Option<Timestamp>, StoreError> {
        const SQL: &str = "SELECT max(happened_at) FROM audit_log WHERE action = $1";
        let at: Option<Ts> = read!(self, |c| sqlx::query_scalar(SQL).bind(action).fetch_one(c).await)?;
        Ok(at.map(|at| at.0))
    }
}
