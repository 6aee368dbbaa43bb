//! People who write: what waits for an answer, under a lease so that one worker answers one person at a time, and the
//! conversation it belongs to.

use agency::crm::{Channel, LeadId};
use jiff::Timestamp;

use crate::calls::{Conversation, ConversationRow};
use crate::changes::Subject;
use crate::db::{Store, Tx, execute, read, within};
use crate::error::StoreError;
use crate::lease::{Claim, claim};
use crate::types::{Int, Ts};

/// Somebody who writes, by the address they write from.
#[derive(Clone, Debug)]
pub struct Chat {
    pub address: String,
    pub channel: Channel,
    pub lead: LeadId,
    /// As they call themselves on WhatsApp: a hint, and nobody's name.
    pub profile_name: Option<String>,
    /// The latest, open or ended.
    pub conversation: Option<String>,
    pub waiting_since: Option<Timestamp>,
    /// How often answering was begun, this time included.
    pub attempts: i64,
    /// We have asked them something.
    pub asks: bool,
    /// We have asked whether there is a danger.
    pub in_doubt: bool,
    /// A person answers: we are quiet.
    pub is_with_a_person: bool,
}

/// A message that waits for its answer.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Waiting {
    pub id: String,
    pub body: String,
    /// They spoke instead of writing.
    pub has_voice: bool,
}

/// A chat that begins, or begins anew.
#[derive(Clone, Copy, Debug)]
pub struct BeginChat<'a> {
    pub address: &'a str,
    pub conversation: &'a str,
    pub lead: LeadId,
    pub channel: Channel,
    /// As the CRM knows whoever has this number; kept on a lead that has none yet.
    pub name: Option<&'a str>,
    pub email: Option<&'a str>,
    pub now: Timestamp,
}

#[derive(sqlx::FromRow)]
struct ChatRow {
    address: String,
    channel: String,
    lead_id: Int,
    profile_name: Option<String>,
    conversation_id: Option<String>,
    waiting_since: Option<Ts>,
    attempts: Int,
    asks: bool,
    in_doubt: bool,
    with_a_person: bool,
}

impl From<ChatRow> for Chat {
    fn from(row: ChatRow) -> Self {
        Self {
            channel: Channel::from_word(&row.channel).unwrap_or(Channel::Sms),
            address: row.address,
            lead: LeadId(row.lead_id.0),
            profile_name: row.profile_name,
            conversation: row.conversation_id,
            waiting_since: row.waiting_since.map(|at| at.0),
            attempts: row.attempts.0,
            asks: row.asks,
            in_doubt: row.in_doubt,
            is_with_a_person: row.with_a_person,
        }
    }
}

/// Quiet as long as the task of whoever took over is open.
macro_rules! columns {
    () => {
        "address, channel, lead_id, profile_name, conversation_id, waiting_since, attempts, asks, in_doubt, \
         EXISTS (SELECT 1 FROM tasks t WHERE t.id = chats.passed_to AND t.status = 'open') AS with_a_person"
    };
}

const CLAIM: Claim = claim!(
    due: "SELECT 1 FROM chats WHERE answer_at <= $1 LIMIT 1",
    take: "UPDATE chats SET claimed_until = $2, attempts = attempts + 1 WHERE address IN ( \
           SELECT address FROM chats WHERE answer_at <= $1 AND (claimed_until IS NULL OR claimed_until <= $1) ORDER BY answer_at LIMIT $3",
    concat!(") RETURNING ", columns!())
);

impl Store {
    pub async fn chat(&self, address: &str) -> Result<Option<Chat>, StoreError> {
        const SQL: &str = concat!("SELECT ", columns!(), " FROM chats WHERE address = $1");
        let row: Option<ChatRow> =
            read!(self, |c| sqlx::query_as(SQL).bind(address).fetch_optional(c).await)?;
        Ok(row.map(Chat::from))
    }

    /// Takes those whose answer is due, whoever waits longest first.
    pub async fn claim_chats(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: i64,
    ) -> Result<Vec<Chat>, StoreError> {
        let rows: Vec<ChatRow> = self.claim(&CLAIM, now, lease_until, limit).await?;
        Ok(rows.into_iter().map(Chat::from).collect())
    }

    /// A worker could not answer: another may try then.
    pub async fn let_go_of_chat(&self, address: &str, at: Timestamp) -> Result<(), StoreError> {
        const SQL: &str =
            "UPDATE chats SET claimed_until = $2 WHERE address = $1 AND claimed_until IS NOT NULL";
        let mut tx = self.begin().await?;
        execute!(&mut tx, sqlx::query(SQL).bind(address).bind(Ts(at)))?;
        tx.commit().await
    }

    /// When the next answer is due.
    pub async fn next_answer(&self) -> Result<Option<Timestamp>, StoreError> {
        const SQL: &str = "SELECT min(CASE WHEN claimed_until > answer_at THEN claimed_until ELSE answer_at END) FROM chats WHERE answer_at IS NOT NULL";
        let at: Option<Ts> = read!(self, |c| sqlx::query_scalar(SQL).fetch_one(c).await)?;
        Ok(at.map(|at| at.0))
    }

    /// What they wrote and nobody has answered, in the order it came.
    pub async fn waiting(&self, address: &str) -> Result<Vec<Waiting>, StoreError> {
        const SQL: &str = "SELECT id, body, EXISTS (SELECT 1 FROM message_media d WHERE d.message_id = m.id AND d.said_type LIKE 'audio/%') AS has_voice FROM messages m \
             WHERE from_address = $1 AND direction = 'inbound' AND answered_at IS NULL ORDER BY created_at, id";
        Ok(read!(self, |c| sqlx::query_as(SQL).bind(address).fetch_all(c).await)?)
    }

    pub async fn conversation_with_id(&self, id: &str) -> Result<Option<Conversation>, StoreError> {
        const SQL: &str = "SELECT id, lead_id, state, turn, (ended_at IS NOT NULL) AS ended FROM conversations WHERE id = $1";
        let row: Option<ConversationRow> =
            read!(self, |c| sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?;
        Ok(row.map(Conversation::from))
    }

    /// What was last talked of with this person, by whatever way.
    pub async fn state_since(&self, lead: LeadId, since: Timestamp) -> Result<Option<String>, StoreError> {
        const SQL: &str = "SELECT state FROM conversations WHERE lead_id = $1 AND updated_at >= $2 AND turn >= 0 ORDER BY updated_at DESC LIMIT 1";
        Ok(read!(self, |c| sqlx::query_scalar(SQL).bind(lead.0).bind(Ts(since)).fetch_optional(c).await)?)
    }

    /// How many replies went to this address since then.
    pub async fn replies_since(&self, address: &str, since: Timestamp) -> Result<i64, StoreError> {
        const SQL: &str =
            "SELECT count(*) FROM messages WHERE to_address = $1 AND kind = 'reply' AND created_at >= $2";
        let count: Int =
            read!(self, |c| sqlx::query_scalar(SQL).bind(address).bind(Ts(since)).fetch_one(c).await)?;
        Ok(count.0)
    }

    /// How often they have written just this since then.
    pub async fn same_words_since(
        &self,
        address: &str,
        body: &str,
        since: Timestamp,
    ) -> Result<i64, StoreError> {
        const SQL: &str = "SELECT count(*) FROM messages WHERE from_address = $1 AND direction = 'inbound' AND body = $2 AND created_at >= $3";
        let count: Int = read!(self, |c| sqlx::query_scalar(SQL)
            .bind(address)
            .bind(body)
            .bind(Ts(since))
            .fetch_one(c)
            .await)?;
        Ok(count.0)
    }

    /// Chats in which nothing has happened since then and that nobody has closed.
    pub async fn silent_chats(&self, since: Timestamp) -> Result<Vec<String>, StoreError> {
        const SQL: &str = "SELECT id FROM conversations WHERE ended_at IS NULL AND updated_at < $1 AND call_sid IS NULL ORDER BY updated_at LIMIT 100";
        Ok(read!(self, |c| sqlx::query_scalar(SQL).bind(Ts(since)).fetch_all(c).await)?)
    }
}

impl Tx {
    /// Somebody waits for an answer, which is due then.
    pub async fn await_answer(
        &mut self,
        (address, channel, lead): (&str, Channel, LeadId),
        profile_name: Option<&str>,
        answer_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO chats (address, channel, lead_id, waiting_since, answer_at, updated_at, profile_name) VALUES ($1, $2, $3, $5, $4, $5, $6) \
             ON CONFLICT (address) DO UPDATE SET lead_id = excluded.lead_id, waiting_since = COALESCE(chats.waiting_since, excluded.waiting_since), \
             answer_at = excluded.answer_at, updated_at = excluded.updated_at, profile_name = COALESCE(excluded.profile_name, chats.profile_name)";
        execute!(
            self,
            sqlx::query(SQL)
                .bind(address)
                .bind(channel.word())
                .bind(lead.0)
                .bind(Ts(answer_at))
                .bind(Ts(now))
                .bind(profile_name)
        )?;
        Ok(())
    }

    /// Conversation and row of the calls in one go.
    pub async fn begin_chat(&mut self, chat: &BeginChat<'_>) -> Result<(), StoreError> {
        self.changed(Subject::Call, Some(chat.conversation));
        const CONVERSATION: &str = "INSERT INTO conversations (id, lead_id, channel, state, turn, started_at, updated_at) VALUES ($1, $2, $3, '', -1, $4, $4)";
        const CALL: &str = "INSERT INTO voice_lead_calls (lead_id, direction, channel, conversation_id, created_at) VALUES ($2, 'inbound', $3, $1, $4)";
        for text in [CONVERSATION, CALL] {
            execute!(
                self,
                sqlx::query(text)
                    .bind(chat.conversation)
                    .bind(chat.lead.0)
                    .bind(chat.channel.word())
                    .bind(Ts(chat.now))
            )?;
        }
        const LEAD: &str =
            "UPDATE voice_leads SET name = COALESCE(name, $2), email = COALESCE(email, $3) WHERE id = $1";
        execute!(self, sqlx::query(LEAD).bind(chat.lead.0).bind(chat.name).bind(chat.email))?;
        const CHAT: &str = "UPDATE chats SET conversation_id = $2 WHERE address = $1";
        execute!(self, sqlx::query(CHAT).bind(chat.address).bind(chat.conversation))?;
        Ok(())
    }

    /// These messages have their answer, or need none. What came meanwhile is answered next. Refused with
    /// [`StoreError::TurnTaken`] if one of them has its answer already.
    pub async fn answered(
        &mut self,
        address: &str,
        messages: &[String],
        (conversation, asks): (Option<&str>, bool),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const MESSAGE: &str = "UPDATE messages SET answered_at = $2, conversation_id = COALESCE($3, conversation_id) WHERE id = $1 AND answered_at IS NULL";
        for message in messages {
            let is_ours =
                execute!(self, sqlx::query(MESSAGE).bind(message).bind(Ts(now)).bind(conversation))?;
            if is_ours == 0 {
                return Err(StoreError::TurnTaken);
            }
        }
        const CHAT: &str = "UPDATE chats SET claimed_until = NULL, attempts = 0, asks = $3, in_doubt = (1 = 0), updated_at = $2, \
             answer_at = CASE WHEN (SELECT count(*) FROM messages m WHERE m.from_address = chats.address AND m.direction = 'inbound' \
               AND m.answered_at IS NULL) > 0 THEN answer_at END, \
             waiting_since = CASE WHEN (SELECT count(*) FROM messages m WHERE m.from_address = chats.address AND m.direction = 'inbound' \
               AND m.answered_at IS NULL) > 0 THEN waiting_since END WHERE address = $1";
        execute!(self, sqlx::query(CHAT).bind(address).bind(Ts(now)).bind(asks))?;
        Ok(())
    }

    /// Whoever may be in danger is looked after then, even if they write no more.
    pub async fn ask_again(&mut self, address: &str, at: Timestamp) -> Result<(), StoreError> {
        const SQL: &str =
            "UPDATE chats SET answer_at = COALESCE(answer_at, $2), in_doubt = (1 = 1) WHERE address = $1";
        execute!(self, sqlx::query(SQL).bind(address).bind(Ts(at)))?;
        Ok(())
    }

    /// Answered no sooner than then.
    pub async fn answer_later(&mut self, address: &str, at: Timestamp) -> Result<(), StoreError> {
        const SQL: &str =
            "UPDATE chats SET answer_at = $2, claimed_until = NULL, attempts = 0 WHERE address = $1";
        execute!(self, sqlx::query(SQL).bind(address).bind(Ts(at)))?;
        Ok(())
    }

    /// We answer again.
    pub async fn take_chat_back(&mut self, conversation: &str) -> Result<(), StoreError> {
        self.changed(Subject::Call, Some(conversation));
        const SQL: &str = "UPDATE chats SET passed_to = NULL WHERE conversation_id = $1";
        execute!(self, sqlx::query(SQL).bind(conversation))?;
        Ok(())
    }

    /// As [`Tx::pass_chat`], if nobody answers it yet. Says whether it is theirs.
    pub async fn claim_chat(&mut self, conversation: &str, task: &str) -> Result<bool, StoreError> {
        // Two who want the same chat wait for one another here.
        const LOCK: &str = "UPDATE chats SET passed_to = passed_to WHERE conversation_id = $1";
        const HELD: &str = "SELECT 1 FROM chats ch JOIN tasks t ON t.id = ch.passed_to AND t.status = 'open' WHERE ch.conversation_id = $1";
        let there = execute!(self, sqlx::query(LOCK).bind(conversation))?;
        let held: Option<Int> =
            within!(self, |c| sqlx::query_scalar(HELD).bind(conversation).fetch_optional(c).await)?;
        if there == 0 || held.is_some() {
            return Ok(false);
        }
        self.pass_chat(conversation, task).await?;
        Ok(true)
    }

    /// As [`Tx::take_chat_back`], from whoever answers for this task. Says whether they did still.
    pub async fn give_chat_back(&mut self, conversation: &str, task: &str) -> Result<bool, StoreError> {
        self.changed(Subject::Call, Some(conversation));
        const SQL: &str = "UPDATE chats SET passed_to = NULL WHERE conversation_id = $1 AND passed_to = $2";
        Ok(execute!(self, sqlx::query(SQL).bind(conversation).bind(task))? > 0)
    }

    /// A person answers from now on, until their task is done.
    pub async fn pass_chat(&mut self, conversation: &str, task: &str) -> Result<(), StoreError> {
        self.changed(Subject::Call, Some(conversation));
        const SQL: &str = "UPDATE chats SET passed_to = $2 WHERE conversation_id = $1";
        execute!(self, sqlx::query(SQL).bind(conversation).bind(task))?;
        Ok(())
    }
}
