//! A conversation: begun with its lead, saved with every turn, ended once. What each webhook was answered is kept
//! beside the change it made, so that a repeat gets the same answer and changes nothing.

use agency::crm::{ActionTaken, CallOutcome, LeadId, PropertyId};
use agency::language::Intent;
use agency::phone::PhoneNumber;
use jiff::Timestamp;

use crate::changes::Subject;
use crate::db::{Store, Tx, execute, read, within};
use crate::error::StoreError;
use crate::types::{IdList, Int, TextList, Ts};

/// One line of a transcript.
#[derive(Clone, Debug)]
pub struct TurnLine {
    pub id: String,
    pub speaker: &'static str,
    pub words: String,
    pub confidence: Option<f64>,
    pub times: TurnTimes,
}

/// Where the time of a turn went, in milliseconds from the caller's last word, and what the model's answers cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TurnTimes {
    pub took_ms: Option<i64>,
    /// To the first word that left.
    pub first_token_ms: Option<i64>,
    /// The model's own, to its first token.
    pub model_ms: Option<i64>,
    /// All tools together.
    pub tools_ms: Option<i64>,
    pub prompt_tokens: Option<i64>,
    pub answer_tokens: Option<i64>,
}

/// A call that was just answered.
#[derive(Clone, Debug)]
pub struct BeginCall<'a> {
    pub conversation: &'a str,
    pub call_sid: &'a str,
    pub phone: Option<&'a PhoneNumber>,
    /// As the CRM knows whoever has this number; kept on a lead that has none yet.
    pub name: Option<&'a str>,
    pub email: Option<&'a str>,
    pub direction: &'a str,
    pub now: Timestamp,
}

/// A turn that was just answered. `turn` is its number; the saved state must hold the one before.
#[derive(Clone, Debug)]
pub struct SavedTurn<'a> {
    pub conversation: &'a str,
    pub turn: u32,
    pub state: &'a str,
    pub lines: &'a [TurnLine],
    pub now: Timestamp,
}

/// What a call came to.
#[derive(Clone, Debug)]
pub struct EndedCall<'a> {
    pub conversation: &'a str,
    /// The turn that the outcome was read from.
    pub turn: u32,
    pub duration_s: Option<i64>,
    pub outcome: CallOutcome,
    pub intent: Option<Intent>,
    pub discussed: &'a [PropertyId],
    pub actions: &'a [ActionTaken],
    pub follow_up_notes: Option<&'a str>,
    /// Of a million tokens, prompt and answer; none: not set.
    pub model_prices: Option<(f64, f64)>,
    /// What the model stated and was checked, and how much of that nothing backed.
    pub statements: (u32, u32),
    pub now: Timestamp,
}

/// The saved memory of a conversation.
#[derive(Clone, Debug)]
pub struct Conversation {
    pub id: String,
    pub lead: LeadId,
    pub state: String,
    pub turn: u32,
    pub ended: bool,
}

#[derive(sqlx::FromRow)]
pub(crate) struct ConversationRow {
    id: String,
    lead_id: Int,
    state: String,
    turn: Int,
    ended: bool,
}

impl From<ConversationRow> for Conversation {
    fn from(row: ConversationRow) -> Self {
        Self {
            id: row.id,
            lead: LeadId(row.lead_id.0),
            state: row.state,
            turn: u32::try_from(row.turn.0).unwrap_or_default(),
            ended: row.ended,
        }
    }
}

impl Store {
    pub async fn conversation(&self, call_sid: &str) -> Result<Option<Conversation>, StoreError> {
        const SQL: &str = "SELECT id, lead_id, state, turn, (ended_at IS NOT NULL) AS ended FROM conversations WHERE call_sid = $1";
        let row: Option<ConversationRow> =
            read!(self, |c| sqlx::query_as(SQL).bind(call_sid).fetch_optional(c).await)?;
        Ok(row.map(Conversation::from))
    }

    /// What this door answered to this request before, if it did.
    pub async fn answer(&self, door: &str, request: &str) -> Result<Option<String>, StoreError> {
        const SQL: &str = "SELECT body FROM webhook_answers WHERE door = $1 AND request = $2";
        Ok(read!(self, |c| sqlx::query_scalar(SQL).bind(door).bind(request).fetch_optional(c).await)?)
    }

    /// What a commit of this key came to, if it was made.
    pub async fn tool_result(&self, dedupe_key: &str) -> Result<Option<String>, StoreError> {
        const SQL: &str = "SELECT result FROM conversation_turns WHERE dedupe_key = $1";
        Ok(read!(self, |c| sqlx::query_scalar(SQL).bind(dedupe_key).fetch_optional(c).await)?)
    }

    /// What tools came to in turns that were never kept: the process died in between.
    pub async fn unfinished_tools(&self, conversation: &str, turn: u32) -> Result<Vec<String>, StoreError> {
        const SQL: &str = "SELECT result FROM conversation_turns WHERE conversation_id = $1 AND speaker = 'tool' AND turn > $2 ORDER BY id";
        Ok(read!(self, |c| sqlx::query_scalar(SQL)
            .bind(conversation)
            .bind(i64::from(turn))
            .fetch_all(c)
            .await)?)
    }

    /// The call as text, one line a turn.
    pub async fn transcript(&self, conversation: &str) -> Result<Vec<(String, String)>, StoreError> {
        const SQL: &str = "SELECT speaker, COALESCE(words, tool || ': ' || result) FROM conversation_turns \
             WHERE conversation_id = $1 ORDER BY turn, id";
        Ok(read!(self, |c| sqlx::query_as(SQL).bind(conversation).fetch_all(c).await)?)
    }

    /// What colleagues who listen have said to Sarah after that line, each with its id.
    pub async fn whispers(
        &self,
        conversation: &str,
        after: &str,
    ) -> Result<Vec<(String, String)>, StoreError> {
        const SQL: &str = "SELECT id, words FROM conversation_turns WHERE conversation_id = $1 AND speaker = 'staff' AND id > $2 ORDER BY id";
        Ok(read!(self, |c| sqlx::query_as(SQL).bind(conversation).bind(after).fetch_all(c).await)?)
    }

    /// When a call was last written down.
    pub async fn last_call_touched(&self) -> Result<Option<Timestamp>, StoreError> {
        const SQL: &str = "SELECT max(updated_at) FROM conversations WHERE call_sid IS NOT NULL";
        let last: Option<Ts> = read!(self, |c| sqlx::query_scalar(SQL).fetch_one(c).await)?;
        Ok(last.map(|last| last.0))
    }

    /// Calls that nothing has touched since then and that nobody ended, with when it was.
    pub async fn abandoned_calls(&self, since: Timestamp) -> Result<Vec<(String, Timestamp)>, StoreError> {
        const SQL: &str = "SELECT call_sid, updated_at FROM conversations WHERE ended_at IS NULL AND updated_at < $1 AND call_sid IS NOT NULL ORDER BY updated_at LIMIT 100";
        let rows: Vec<(String, Ts)> =
            read!(self, |c| sqlx::query_as(SQL).bind(Ts(since)).fetch_all(c).await)?;
        Ok(rows.into_iter().map(|(sid, touched)| (sid, touched.0)).collect())
    }
}

impl Tx {
    /// Lead, call row and conversation in one go: every call leaves a lead, whatever happens next.
    pub async fn begin_call(&mut self, call: &BeginCall<'_>) -> Result<LeadId, StoreError> {
        self.changed(Subject::Call, Some(call.conversation));
        let lead = self.lead_for_call(call).await?;
        const CALL: &str = "INSERT INTO voice_lead_calls (lead_id, call_sid, direction, channel, created_at, conversation_id) VALUES ($1, $2, $3, 'voice', $4, $5)";
        const CONVERSATION: &str = "INSERT INTO conversations (id, call_sid, lead_id, channel, state, turn, started_at, updated_at) \
             VALUES ($1, $2, $3, 'voice', '', -1, $4, $4)";
        execute!(
            self,
            sqlx::query(CONVERSATION)
                .bind(call.conversation)
                .bind(call.call_sid)
                .bind(lead.0)
                .bind(Ts(call.now))
        )
        .map_err(|error| StoreError::unique_as(error, StoreError::AlreadyDone))?;
        execute!(
            self,
            sqlx::query(CALL)
                .bind(lead.0)
                .bind(call.call_sid)
                .bind(call.direction)
                .bind(Ts(call.now))
                .bind(call.conversation)
        )
        .map_err(|error| StoreError::unique_as(error, StoreError::AlreadyDone))?;
        Ok(lead)
    }

    /// State and transcript together. Says whether it was over already, and goes on with this. Refused with [`StoreError::TurnTaken`] if
    /// another request was faster.
    pub async fn save_turn(&mut self, saved: &SavedTurn<'_>) -> Result<bool, StoreError> {
        self.changed(Subject::Call, Some(saved.conversation));
        const SQL: &str = "UPDATE conversations SET state = $3, turn = $2, updated_at = $4, reviewed_at = NULL \
             WHERE id = $1 AND turn = $2 - 1 RETURNING (ended_at IS NOT NULL)";
        const REOPEN: &str = "UPDATE conversations SET ended_at = NULL WHERE id = $1";
        let was_over: Option<bool> = within!(self, |c| sqlx::query_scalar(SQL)
            .bind(saved.conversation)
            .bind(i64::from(saved.turn))
            .bind(saved.state)
            .bind(Ts(saved.now))
            .fetch_optional(c)
            .await)?;
        let was_over = was_over.ok_or(StoreError::TurnTaken)?;
        if was_over {
            execute!(self, sqlx::query(REOPEN).bind(saved.conversation))?;
        }
        for line in saved.lines {
            self.add_line(saved, line).await?;
        }
        Ok(was_over)
    }

    /// A colleague who listens says something to Sarah, not to the caller. Says whether the call goes on.
    pub async fn whisper(
        &mut self,
        id: &str,
        (conversation, words): (&str, &str),
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.changed(Subject::Call, Some(conversation));
        const SQL: &str = "INSERT INTO conversation_turns (id, conversation_id, turn, speaker, words, spoken_at) \
             SELECT $1, id, turn, 'staff', $3, $4 FROM conversations WHERE id = $2 AND ended_at IS NULL";
        Ok(execute!(self, sqlx::query(SQL).bind(id).bind(conversation).bind(words).bind(Ts(now)))? > 0)
    }

    /// What the caller had heard of a line when they spoke over it.
    pub async fn keep_words_heard(&mut self, line: &str, heard: &str) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE conversation_turns SET words_heard = $2 WHERE id = $1";
        execute!(self, sqlx::query(SQL).bind(line).bind(heard))?;
        Ok(())
    }

    async fn add_line(&mut self, saved: &SavedTurn<'_>, line: &TurnLine) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO conversation_turns (id, conversation_id, turn, speaker, words, confidence, spoken_at, took_ms, first_token_ms, model_ms, tools_ms, prompt_tokens, answer_tokens) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
        execute!(
            self,
            sqlx::query(SQL)
                .bind(&line.id)
                .bind(saved.conversation)
                .bind(i64::from(saved.turn))
                .bind(line.speaker)
                .bind(&line.words)
                .bind(line.confidence)
                .bind(Ts(saved.now))
                .bind(line.times.took_ms)
                .bind(line.times.first_token_ms)
                .bind(line.times.model_ms)
                .bind(line.times.tools_ms)
                .bind(line.times.prompt_tokens)
                .bind(line.times.answer_tokens)
        )?;
        Ok(())
    }

    /// The transcript line of a commit, with its key: the same commit cannot be written twice.
    #[expect(clippy::too_many_arguments, reason = "the columns of one row")]
    pub async fn record_tool(
        &mut self,
        id: &str,
        conversation: &str,
        turn: u32,
        tool: &str,
        arguments: &str,
        result: &str,
        dedupe_key: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.changed(Subject::Call, Some(conversation));
        const SQL: &str = "INSERT INTO conversation_turns (id, conversation_id, turn, speaker, tool, arguments, result, dedupe_key, spoken_at) \
             VALUES ($1, $2, $3, 'tool', $4, $5, $6, $7, $8)";
        execute!(
            self,
            sqlx::query(SQL)
                .bind(id)
                .bind(conversation)
                .bind(i64::from(turn))
                .bind(tool)
                .bind(arguments)
                .bind(result)
                .bind(dedupe_key)
                .bind(Ts(now))
        )
        .map_err(|error| StoreError::unique_as(error, StoreError::AlreadyDone))?;
        Ok(())
    }

    /// Keeps what a door answered. Refused with [`StoreError::AlreadyDone`] for a repeat.
    pub async fn keep_answer(
        &mut self,
        door: &str,
        request: &str,
        body: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str =
            "INSERT INTO webhook_answers (door, request, body, created_at) VALUES ($1, $2, $3, $4)";
        execute!(self, sqlx::query(SQL).bind(door).bind(request).bind(body).bind(Ts(now)))
            .map_err(|error| StoreError::unique_as(error, StoreError::AlreadyDone))?;
        Ok(())
    }

    /// Ends a call once; says whether it was open, and still at that turn.
    pub async fn end_call(&mut self, ended: &EndedCall<'_>) -> Result<bool, StoreError> {
        self.changed(Subject::Call, Some(ended.conversation));
        const CONVERSATION: &str = "UPDATE conversations SET ended_at = $2, updated_at = $2 \
             WHERE id = $1 AND turn = $3 AND ended_at IS NULL";
        let open = execute!(
            self,
            sqlx::query(CONVERSATION)
                .bind(ended.conversation)
                .bind(Ts(ended.now))
                .bind(i64::from(ended.turn))
        )?;
        if open == 0 {
            return Ok(false);
        }
        const CHAT: &str = "UPDATE chats SET asks = (1 = 0) WHERE conversation_id = $1";
        execute!(self, sqlx::query(CHAT).bind(ended.conversation))?;
        let transcript = self.transcript_of(ended.conversation).await?;
        const CALL: &str = "UPDATE voice_lead_calls SET duration = COALESCE($2, duration), outcome = $3, intent = $4, properties_discussed = $5, \
             actions_taken = $6, follow_up_required = $7, follow_up_notes = $8, transcript = $9, ended_at = $10, \
             response_ms_mean = (SELECT CAST(avg(took_ms) AS INTEGER) FROM conversation_turns WHERE conversation_id = $1), \
             response_ms_max = (SELECT max(took_ms) FROM conversation_turns WHERE conversation_id = $1), \
             statements_checked = $11, statements_refused = $12 WHERE conversation_id = $1";
        self.keep_cost(ended).await?;
        execute!(
            self,
            sqlx::query(CALL)
                .bind(ended.conversation)
                .bind(ended.duration_s)
                .bind(ended.outcome.word())
                .bind(ended.intent.map(Intent::word))
                .bind(IdList(ended.discussed.iter().map(|id| id.0).collect()))
                .bind(TextList(ended.actions.iter().map(|action| action.word().to_owned()).collect()))
                .bind(ended.follow_up_notes.is_some())
                .bind(ended.follow_up_notes)
                .bind(transcript)
                .bind(Ts(ended.now))
                .bind(i64::from(ended.statements.0))
                .bind(i64::from(ended.statements.1))
        )?;
        Ok(true)
    }

    /// A price for a million tokens is millionths of it for one.
    async fn keep_cost(&mut self, ended: &EndedCall<'_>) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE voice_lead_calls SET model_cost_micros = (SELECT \
             CAST(round(COALESCE(sum(t.prompt_tokens), 0) * $2 + COALESCE(sum(t.answer_tokens), 0) * $3) AS BIGINT) \
             FROM conversation_turns t WHERE t.conversation_id = $1) WHERE conversation_id = $1";
        if let Some((prompt, answer)) = ended.model_prices {
            execute!(self, sqlx::query(SQL).bind(ended.conversation).bind(prompt).bind(answer))?;
        }
        Ok(())
    }

    async fn transcript_of(&mut self, conversation: &str) -> Result<String, StoreError> {
        const SQL: &str = "SELECT speaker, words FROM conversation_turns WHERE conversation_id = $1 AND speaker <> 'tool' ORDER BY turn, id";
        let lines: Vec<(String, String)> =
            within!(self, |c| sqlx::query_as(SQL).bind(conversation).fetch_all(c).await)?;
        let lines: Vec<String> = lines.iter().map(|(speaker, words)| format!("{speaker}: {words}")).collect();
        Ok(lines.join("\n"))
    }
}
