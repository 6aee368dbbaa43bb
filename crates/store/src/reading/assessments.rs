//! What colleagues thought of calls, and which calls they should look at next.

use jiff::Timestamp;

use super::row::row;
use crate::db::{Store, read};
use crate::error::StoreError;
use crate::types::Ts;

row! {
    AssessmentView {
        id: String,
        account: String,
        by: String,
        /// 1 to 5.
        score: i64,
        /// What the caller really wanted.
        intent: Option<String>,
        intent_is_right: Option<bool>,
        tags: Vec<String>,
        comment: Option<String>,
        updated: Timestamp,
    }
}

row! {
    /// A call that this account has not assessed yet, with why it should be looked at.
    ToAssess {
        id: String,
        channel: String,
        started: Timestamp,
        name: Option<String>,
        duration_s: Option<i64>,
        had_emergency: bool,
        was_unhappy: bool,
        was_refused: bool,
        went_nowhere: bool,
        needed_person: bool,
        was_slow: bool,
        /// The recogniser was unsure of at least two things they said.
        was_unsure: bool,
        /// How many colleagues have assessed it.
        assessments: i64,
    }
}

row! {
    /// How far colleagues who assessed the same call agree, of all pairs of them.
    Agreement {
        pairs: i64,
        /// Their scores are at most one apart.
        close: i64,
        /// Both say what the caller wanted.
        named: i64,
        same_intent: i64,
    }
}

impl Store {
    pub async fn agreement(&self) -> Result<Agreement, StoreError> {
        const SQL: &str = "SELECT count(*) AS pairs, count(CASE WHEN abs(a.score - b.score) <= 1 THEN 1 END) AS close, \
             count(CASE WHEN a.intent IS NOT NULL AND b.intent IS NOT NULL THEN 1 END) AS named, \
             count(CASE WHEN a.intent = b.intent THEN 1 END) AS same_intent \
             FROM assessments a JOIN assessments b ON b.conversation_id = a.conversation_id AND b.account_id > a.account_id";
        Ok(read!(self, |c| sqlx::query_as(SQL).fetch_one(c).await)?)
    }

    pub async fn assessments_of(&self, conversation: &str) -> Result<Vec<AssessmentView>, StoreError> {
        const SQL: &str = "SELECT a.id, a.account_id AS account, COALESCE(s.name, a.account_id) AS by, a.score, a.intent, a.intent_is_right, a.tags, \
             a.comment, a.updated_at AS updated FROM assessments a LEFT JOIN staff_accounts s ON s.id = a.account_id \
             WHERE a.conversation_id = $1 ORDER BY a.created_at, a.id";
        Ok(read!(self, |c| sqlx::query_as(SQL).bind(conversation).fetch_all(c).await)?)
    }

    /// Calls of the time since then that are over and that this account has not assessed: those most likely to have gone wrong
    /// first, then one in twenty of the rest (by the last figure pair of their ids, the same for everybody).
    pub async fn to_assess(
        &self,
        account: &str,
        since: Timestamp,
        limit: i64,
    ) -> Result<Vec<ToAssess>, StoreError> {
        const SQL: &str = "SELECT * FROM (SELECT v.conversation_id AS id, v.channel, v.created_at AS started, l.name, v.duration AS duration_s, \
               EXISTS (SELECT 1 FROM alerts a WHERE a.conversation_id = v.conversation_id) AS had_emergency, \
               EXISTS (SELECT 1 FROM surveys s WHERE s.conversation_id = v.conversation_id AND s.score <= 2) AS was_unhappy, \
               COALESCE(v.statements_refused, 0) > 0 AS was_refused, \
               COALESCE(v.outcome IN ('abandoned', 'failed'), 1 = 0) AS went_nowhere, \
               COALESCE(v.outcome IN ('transferred', 'callback_promised'), 1 = 0) AS needed_person, \
               COALESCE(v.response_ms_max, 0) > 5000 AS was_slow, \
               (SELECT count(*) FROM conversation_turns t WHERE t.conversation_id = v.conversation_id AND t.confidence < 0.5) >= 2 AS was_unsure, \
               (SELECT count(*) FROM assessments a WHERE a.conversation_id = v.conversation_id) AS assessments \
             FROM voice_lead_calls v JOIN voice_leads l ON l.id = v.lead_id \
             WHERE v.created_at >= $2 AND v.ended_at IS NOT NULL AND v.conversation_id IS NOT NULL \
             AND NOT EXISTS (SELECT 1 FROM assessments a WHERE a.conversation_id = v.conversation_id AND a.account_id = $1)) c \
             WHERE had_emergency OR was_unhappy OR was_refused OR went_nowhere OR needed_person OR was_slow OR was_unsure OR substr(id, length(id) - 1) < '1K' \
             ORDER BY CASE WHEN had_emergency THEN 0 WHEN was_unhappy THEN 1 WHEN was_refused THEN 2 WHEN went_nowhere THEN 3 \
               WHEN needed_person THEN 4 WHEN was_slow THEN 5 WHEN was_unsure THEN 6 ELSE 7 END, started DESC, id DESC LIMIT $3";
        Ok(read!(self, |c| sqlx::query_as(SQL).bind(account).bind(Ts(since)).bind(limit).fetch_all(c).await)?)
    }
}
