//! The question of how a call was, and its answers.

use agency::crm::LeadId;
use jiff::Timestamp;

use crate::db::{Store, Tx, execute, read, within};
use crate::error::StoreError;
use crate::types::{Int, Ts};

/// A question that waits for its answer.
#[derive(Clone, Debug)]
pub struct OpenSurvey {
    pub id: String,
    pub score: Option<i64>,
}

impl Store {
    /// The question this person was asked last, since then.
    pub async fn survey_since(
        &self,
        lead: LeadId,
        since: Timestamp,
    ) -> Result<Option<OpenSurvey>, StoreError> {
        const SQL: &str = "SELECT id, score FROM surveys WHERE lead_id = $1 AND asked_at >= $2 AND comment IS NULL ORDER BY asked_at DESC LIMIT 1";
        let row: Option<(String, Option<Int>)> =
            read!(self, |c| sqlx::query_as(SQL).bind(lead.0).bind(Ts(since)).fetch_optional(c).await)?;
        Ok(row.map(|(id, score)| OpenSurvey { id, score: score.map(|n| n.0) }))
    }
}

impl Tx {
    /// Notes that somebody is asked; false if they were asked since then.
    pub async fn ask_survey(
        &mut self,
        id: &str,
        (lead, conversation): (LeadId, &str),
        since: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const ASKED: &str = "SELECT 1 FROM surveys WHERE lead_id = $1 AND asked_at >= $2 LIMIT 1";
        const SQL: &str =
            "INSERT INTO surveys (id, lead_id, conversation_id, asked_at) VALUES ($1, $2, $3, $4)";
        let asked: Option<Int> = within!(self, |c| sqlx::query_scalar(ASKED)
            .bind(lead.0)
            .bind(Ts(since))
            .fetch_optional(c)
            .await)?;
        if asked.is_some() {
            return Ok(false);
        }
        execute!(self, sqlx::query(SQL).bind(id).bind(lead.0).bind(conversation).bind(Ts(now)))?;
        Ok(true)
    }

    pub async fn answer_survey(&mut self, id: &str, score: i64, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE surveys SET score = $2, answered_at = $3 WHERE id = $1";
        execute!(self, sqlx::query(SQL).bind(id).bind(score).bind(Ts(now)))?;
        Ok(())
    }

    pub async fn comment_survey(&mut self, id: &str, comment: &str) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE surveys SET comment = $2 WHERE id = $1";
        execute!(self, sqlx::query(SQL).bind(id).bind(comment))?;
        Ok(())
    }
}
