//! Conversations, on the line and over.

use jiff::Timestamp;

use super::{Paging, anywhere};
use crate::db::{Store, read};
use crate::error::StoreError;
use crate::types::{Int, Ts};

/// All of them narrow; none: everything.
#[derive(Clone, Debug, Default)]
pub struct CallFilter {
    pub channel: Option<String>,
    pub outcome: Option<String>,
    pub intent: Option<String>,
    pub lead: Option<i64>,
    pub from: Option<Timestamp>,
    pub until: Option<Timestamp>,
    /// Still going on, or over.
    pub is_live: Option<bool>,
    pub has_emergency: Option<bool>,
    /// Words that were said.
    pub words: Option<String>,
}

#[derive(Clone, Debug)]
pub struct CallRow {
    pub id: String,
    pub channel: String,
    pub direction: String,
    pub lead: i64,
    pub name: Option<String>,
    pub phone: Option<String>,
    pub started: Timestamp,
    pub updated: Timestamp,
    pub ended: Option<Timestamp>,
    pub duration_s: Option<i64>,
    pub intent: Option<String>,
    pub outcome: Option<String>,
    pub summary: Option<String>,
    pub needs_follow_up: bool,
    pub response_ms_mean: Option<i64>,
    pub response_ms_max: Option<i64>,
    pub has_emergency: bool,
    /// A colleague took it.
    pub was_taken: bool,
    /// The first line in which the words looked for were said.
    pub found: Option<String>,
    /// The saved memory of the conversation, JSON.
    pub state: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    channel: String,
    direction: String,
    lead_id: Int,
    name: Option<String>,
    phone: Option<String>,
    started_at: Ts,
    updated_at: Ts,
    ended_at: Option<Ts>,
    duration: Option<Int>,
    intent: Option<String>,
    outcome: Option<String>,
    ai_summary: Option<String>,
    needs_follow_up: bool,
    response_ms_mean: Option<Int>,
    response_ms_max: Option<Int>,
    has_emergency: bool,
    was_taken: bool,
    found: Option<String>,
    state: String,
}

impl From<Row> for CallRow {
    fn from(row: Row) -> Self {
        let number = |value: Option<Int>| value.map(|value| value.0);
        Self {
            id: row.id,
            channel: row.channel,
            direction: row.direction,
            lead: row.lead_id.0,
            name: row.name,
            phone: row.phone,
            started: row.started_at.0,
            updated: row.updated_at.0,
            ended: row.ended_at.map(|at| at.0),
            duration_s: number(row.duration),
            intent: row.intent,
            outcome: row.outcome,
            summary: row.ai_summary,
            needs_follow_up: row.needs_follow_up,
            response_ms_mean: number(row.response_ms_mean),
            response_ms_max: number(row.response_ms_max),
            has_emergency: row.has_emergency,
            was_taken: row.was_taken,
            found: row.found,
            state: row.state,
        }
    }
}

/// One line of a transcript, as it was kept.
#[derive(Clone, Debug)]
pub struct CallLine {
    pub id: String,
    pub turn: i64,
    pub speaker: String,
    pub words: Option<String>,
    /// As much as the caller heard before they spoke over it.
    pub words_heard: Option<String>,
    pub tool: Option<String>,
    pub arguments: Option<String>,
    pub result: Option<String>,
    pub spoken: Timestamp,
    pub took_ms: Option<i64>,
    pub first_token_ms: Option<i64>,
    pub model_ms: Option<i64>,
    pub tools_ms: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct LineRow {
    id: String,
    turn: Int,
    speaker: String,
    words: Option<String>,
    words_heard: Option<String>,
    tool: Option<String>,
    arguments: Option<String>,
    result: Option<String>,
    spoken_at: Ts,
    took_ms: Option<Int>,
    first_token_ms: Option<Int>,
    model_ms: Option<Int>,
    tools_ms: Option<Int>,
}

impl From<LineRow> for CallLine {
    fn from(row: LineRow) -> Self {
        let number = |value: Option<Int>| value.map(|value| value.0);
        Self {
            id: row.id,
            turn: row.turn.0,
            speaker: row.speaker,
            words: row.words,
            words_heard: row.words_heard,
            tool: row.tool,
            arguments: row.arguments,
            result: row.result,
            spoken: row.spoken_at.0,
            took_ms: number(row.took_ms),
            first_token_ms: number(row.first_token_ms),
            model_ms: number(row.model_ms),
            tools_ms: number(row.tools_ms),
        }
    }
}

macro_rules! select_calls {
    ($rest:literal) => {
        concat!(
            "SELECT c.id, c.channel, v.direction, c.lead_id, l.name, l.phone, c.started_at, c.updated_at, c.ended_at, v.duration, v.intent, \
             v.outcome, v.ai_summary, v.follow_up_required AS needs_follow_up, v.response_ms_mean, v.response_ms_max, \
             EXISTS (SELECT 1 FROM alerts a WHERE a.conversation_id = c.id) AS has_emergency, \
             EXISTS (SELECT 1 FROM transfers t WHERE t.conversation_id = c.id AND t.status IN ('accepted', 'connected')) AS was_taken, c.state, ",
            $rest
        )
    };
}

impl Store {
    /// The newest first.
    pub async fn calls(&self, filter: &CallFilter, paging: &Paging) -> Result<Vec<CallRow>, StoreError> {
        const SQL: &str = select_calls!(
            "(SELECT t.words FROM conversation_turns t WHERE t.conversation_id = c.id AND lower(t.words) LIKE $9 ESCAPE '\\' \
              ORDER BY t.turn, t.id LIMIT 1) AS found \
             FROM conversations c JOIN voice_lead_calls v ON v.conversation_id = c.id JOIN voice_leads l ON l.id = c.lead_id \
             WHERE ($1 IS NULL OR c.channel = $1) AND ($2 IS NULL OR v.outcome = $2) AND ($3 IS NULL OR v.intent = $3) \
             AND ($4 IS NULL OR c.lead_id = $4) AND ($5 IS NULL OR c.started_at >= $5) AND ($6 IS NULL OR c.started_at < $6) \
             AND ($7 IS NULL OR (c.ended_at IS NULL) = $7) \
             AND ($8 IS NULL OR EXISTS (SELECT 1 FROM alerts a WHERE a.conversation_id = c.id) = $8) \
             AND ($9 IS NULL OR EXISTS (SELECT 1 FROM conversation_turns t WHERE t.conversation_id = c.id AND lower(t.words) LIKE $9 ESCAPE '\\')) \
             AND ($10 IS NULL OR c.started_at < $10 OR (c.started_at = $10 AND c.id < $11)) \
             ORDER BY c.started_at DESC, c.id DESC LIMIT $12"
        );
        let (at, id) = paging.after.clone().unzip();
        let rows: Vec<Row> = read!(self, |c| sqlx::query_as(SQL)
            .bind(filter.channel.as_deref())
            .bind(filter.outcome.as_deref())
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
            .fetch_all(c)
            .await)?;
        Ok(rows.into_iter().map(CallRow::from).collect())
    }

    pub async fn call(&self, id: &str) -> Result<Option<CallRow>, StoreError> {
        const SQL: &str = select_calls!(
            "NULL AS found FROM conversations c JOIN voice_lead_calls v ON v.conversation_id = c.id \
             JOIN voice_leads l ON l.id = c.lead_id WHERE c.id = $1"
        );
        let row: Option<Row> = read!(self, |c| sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?;
        Ok(row.map(CallRow::from))
    }

    pub async fn call_lines(&self, id: &str) -> Result<Vec<CallLine>, StoreError> {
        const SQL: &str = "SELECT id, turn, speaker, words, words_heard, tool, arguments, result, spoken_at, took_ms, first_token_ms, model_ms, tools_ms \
             FROM conversation_turns WHERE conversation_id = $1 ORDER BY turn, id";
        let rows: Vec<LineRow> = read!(self, |c| sqlx::query_as(SQL).bind(id).fetch_all(c).await)?;
        Ok(rows.into_iter().map(CallLine::from).collect())
    }
}
