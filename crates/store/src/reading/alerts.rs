//! Emergencies, with where they are and who reported them.

use jiff::Timestamp;

use crate::db::{Store, read};
use crate::error::StoreError;
use crate::types::{Int, Ts};

#[derive(Clone, Debug)]
pub struct AlertRow {
    pub id: String,
    pub hazard: Option<String>,
    pub evidence: Option<String>,
    pub place: Option<String>,
    pub call: Option<String>,
    pub ticket: Option<i64>,
    pub raised: Timestamp,
    pub acknowledged: Option<Timestamp>,
    pub acknowledged_by: Option<String>,
    pub reporters: i64,
    pub rungs: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    hazard: Option<String>,
    evidence: Option<String>,
    place: Option<String>,
    conversation_id: Option<String>,
    ticket_id: Option<Int>,
    raised_at: Ts,
    acknowledged_at: Option<Ts>,
    acknowledged_name: Option<String>,
    reporters: Int,
    rungs: Int,
}

impl From<Row> for AlertRow {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            hazard: row.hazard,
            evidence: row.evidence,
            place: row.place,
            call: row.conversation_id,
            ticket: row.ticket_id.map(|id| id.0),
            raised: row.raised_at.0,
            acknowledged: row.acknowledged_at.map(|at| at.0),
            acknowledged_by: row.acknowledged_name,
            reporters: row.reporters.0,
            rungs: row.rungs.0,
        }
    }
}

impl Store {
    /// Incidents: those nobody has taken first, then the newest. Reports of the same are one.
    pub async fn incidents(&self, only_open: bool, limit: i64) -> Result<Vec<AlertRow>, StoreError> {
        const SQL: &str = "SELECT a.id, a.hazard, a.evidence, a.place, a.conversation_id, a.ticket_id, a.raised_at, a.acknowledged_at, \
             a.acknowledged_name, (SELECT count(*) FROM alert_reporters r WHERE r.alert_id = a.id) AS reporters, a.rungs \
             FROM alerts a WHERE a.merged_into IS NULL AND ($1 = (1 = 0) OR a.acknowledged_at IS NULL) \
             ORDER BY CASE WHEN a.acknowledged_at IS NULL THEN 0 ELSE 1 END, a.raised_at DESC, a.id DESC LIMIT $2";
        let rows: Vec<Row> =
            read!(self, |c| sqlx::query_as(SQL).bind(only_open).bind(limit).fetch_all(c).await)?;
        Ok(rows.into_iter().map(AlertRow::from).collect())
    }
}
