//! Conversations, on the line and over.

use jiff::Timestamp;

use super::row::row;
use super::{ByTime, Paging, anywhere};
use crate::db::{Store, read};
use crate::error::StoreError;
use crate::types::Ts;

/// All of them narrow; none: everything.
#[derive(Clone, Debug, Default)]
pub struct CallFilter {
    pub channel: Option<String>,
    /// One, or several with commas between.
    pub outcome: Option<String>,
    pub intent: Option<String>,
    pub lead: Option<i64>,
    pub from: Option<Timestamp>,
    pub until: Option<Timestamp>,
    /// Still going on, or over.
    pub is_live: Option<bool>,
    pub has_emergency: Option<bool>,
    /// A colleague has assessed it.
    pub is_assessed: Option<bool>,
    /// Words that were said.
    pub words: Option<String>,
    /// Begun in this hour of a week, such as `1-09`: Mondays from 9 to 10 in London. Hours are known of days that are counted.
    pub hour: Option<String>,
}

row! {
    CallRow {
        id: String,
        /// voice, whatsapp, sms or web.
        channel: String,
        /// inbound or outbound.
        direction: String,
        lead: i64,
        name: Option<String>,
        /// Masked for read-only accounts; none: withheld.
        phone: Option<String>,
        started: Timestamp,
        /// When anything last happened.
        updated: Timestamp,
        ended: Option<Timestamp>,
        duration_s: Option<i64>,
        intent: Option<String>,
        outcome: Option<String>,
        summary: Option<String>,
        needs_follow_up: bool,
        /// From the caller's last word to our first, on average.
        response_ms_mean: Option<i64>,
        response_ms_max: Option<i64>,
        has_emergency: bool,
        /// A colleague took it.
        was_taken: bool,
        /// The first line in which the words looked for were said.
        found: Option<String>,
        /// The saved memory of the conversation, JSON.
        #[serde(skip)]
        state: String,
    }
}

row! {
    /// One line of a transcript: words, or a tool with what it was given and came to.
    LineView {
        id: String,
        turn: i64,
        /// caller, receptionist, tool or staff.
        speaker: String,
        words: Option<String>,
        /// As much as the caller heard before they spoke over it.
        words_heard: Option<String>,
        tool: Option<String>,
        /// JSON.
        arguments: Option<String>,
        /// JSON.
        result: Option<String>,
        spoken: Timestamp,
        /// From the caller's last word to the whole answer, and its parts.
        took_ms: Option<i64>,
        first_token_ms: Option<i64>,
        model_ms: Option<i64>,
        tools_ms: Option<i64>,
    }
}

macro_rules! select_calls {
    ($rest:literal) => {
        concat!(
            "SELECT c.id, c.channel, v.direction, c.lead_id AS lead, l.name, l.phone, c.started_at AS started, c.updated_at AS updated, \
             c.ended_at AS ended, v.duration AS duration_s, v.intent, \
             v.outcome, v.ai_summary AS summary, v.follow_up_required AS needs_follow_up, v.response_ms_mean, v.response_ms_max, \
             EXISTS (SELECT 1 FROM alerts a WHERE a.conversation_id = c.id) AS has_emergency, \
             EXISTS (SELECT 1 FROM transfers t WHERE t.conversation_id = c.id AND t.status IN ('accepted', 'connected')) AS was_taken, c.state, ",
            $rest
        )
    };
}

impl Store {
    /// The newest first.
    pub async fn calls(
        &self,
        filter: &CallFilter,
        paging: &Paging<ByTime<String>>,
    ) -> Result<Vec<CallRow>, StoreError> {
        const SQL: &str = select_calls!(
            "(SELECT t.words FROM conversation_turns t WHERE t.conversation_id = c.id AND lower(t.words) LIKE $9 ESCAPE '\\' \
              ORDER BY t.turn, t.id LIMIT 1) AS found \
             FROM conversations c JOIN voice_lead_calls v ON v.conversation_id = c.id JOIN voice_leads l ON l.id = c.lead_id \
             WHERE ($1 IS NULL OR c.channel = $1) AND ($2 IS NULL OR $2 LIKE '%,' || v.outcome || ',%') AND ($3 IS NULL OR v.intent = $3) \
             AND ($4 IS NULL OR c.lead_id = $4) AND ($5 IS NULL OR c.started_at >= $5) AND ($6 IS NULL OR c.started_at < $6) \
             AND ($7 IS NULL OR (c.ended_at IS NULL) = $7) \
             AND ($8 IS NULL OR EXISTS (SELECT 1 FROM alerts a WHERE a.conversation_id = c.id) = $8) \
             AND ($9 IS NULL OR EXISTS (SELECT 1 FROM conversation_turns t WHERE t.conversation_id = c.id AND lower(t.words) LIKE $9 ESCAPE '\\')) \
             AND ($10 IS NULL OR c.started_at < $10 OR (c.started_at = $10 AND c.id < $11)) \
             AND ($13 IS NULL OR EXISTS (SELECT 1 FROM assessments a WHERE a.conversation_id = c.id) = $13) \
             AND ($14 IS NULL OR $14 = (SELECT h.weekday_hour FROM london_hours h WHERE h.begins <= c.started_at ORDER BY h.begins DESC LIMIT 1)) \
             ORDER BY c.started_at DESC, c.id DESC LIMIT $12"
        );
        let (at, id) = paging.after.clone().unzip();
        Ok(read!(self, |c| sqlx::query_as(SQL)
            .bind(filter.channel.as_deref())
            .bind(filter.outcome.as_ref().map(|outcomes| format!(",{outcomes},")))
            .bind(filter.intent.as_deref())
            .bind(filter.lead)
            .bind(filter.from.map(Ts))
            .bind(filter.until.map(Ts))
            .bind(filter.is_live)
            .bind(filter.has_emergency)
            .bind(filter.words.as_deref().map(anywhere))
            .bind(at.map(Ts))
            .bind(id)
            .bind(paging.limit)
            .bind(filter.is_assessed)
            .bind(filter.hour.as_deref())
            .fetch_all(c)
            .await)?)
    }

    pub async fn call(&self, id: &str) -> Result<Option<CallRow>, StoreError> {
        const SQL: &str = select_calls!(
            "NULL AS found FROM conversations c JOIN voice_lead_calls v ON v.conversation_id = c.id \
             JOIN voice_leads l ON l.id = c.lead_id WHERE c.id = $1"
        );
        Ok(read!(self, |c| sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?)
    }

    pub async fn call_lines(&self, id: &str) -> Result<Vec<LineView>, StoreError> {
        const SQL: &str = "SELECT id, turn, speaker, words, words_heard, tool, arguments, result, spoken_at AS spoken, took_ms, first_token_ms, model_ms, tools_ms \
             FROM conversation_turns WHERE conversation_id = $1 ORDER BY turn, id";
        Ok(read!(self, |c| sqlx::query_as(SQL).bind(id).fetch_all(c).await)?)
    }
}
