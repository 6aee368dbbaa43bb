//! Emergencies, with where they are and who reported them.

use jiff::Timestamp;

use super::row::row;
use crate::db::{Store, read};
use crate::error::StoreError;

row! {
    AlertView {
        id: String,
        /// Of the triage table, such as `gas`.
        hazard: Option<String>,
        /// The caller's words.
        evidence: Option<String>,
        place: Option<String>,
        call: Option<String>,
        ticket: Option<i64>,
        raised: Timestamp,
        acknowledged: Option<Timestamp>,
        acknowledged_by: Option<String>,
        /// How many callers have reported it.
        reporters: i64,
        /// How many people have been rung.
        rungs: i64,
    }
}

impl Store {
    /// Incidents: those nobody has taken first, then the newest. Reports of the same are one.
    pub async fn incidents(&self, only_open: bool, limit: i64) -> Result<Vec<AlertView>, StoreError> {
        const SQL: &str = "SELECT a.id, a.hazard, a.evidence, a.place, a.conversation_id AS call, a.ticket_id AS ticket, \
             a.raised_at AS raised, a.acknowledged_at AS acknowledged, \
             a.acknowledged_name AS acknowledged_by, (SELECT count(*) FROM alert_reporters r WHERE r.alert_id = a.id) AS reporters, a.rungs \
             FROM alerts a WHERE a.merged_into IS NULL AND ($1 = (1 = 0) OR a.acknowledged_at IS NULL) \
             ORDER BY CASE WHEN a.acknowledged_at IS NULL THEN 0 ELSE 1 END, a.raised_at DESC, a.id DESC LIMIT $2";
        Ok(read!(self, |c| sqlx::query_as(SQL).bind(only_open).bind(limit).fetch_all(c).await)?)
    }
}
