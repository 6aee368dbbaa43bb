//! Messages: an outbox whose rows are the messages. Written with the fact they tell, claimed by lease, every attempt
//! a row. A lease that runs out is claimable again, so a crash may send twice but never loses: at least once.

use agency::crm::{AppointmentId, Channel, LeadId};
use agency::outbox::MessageStatus;
use jiff::Timestamp;

use crate::changes::Subject;
use crate::db::{Store, Tx, execute, read, sql, within};
use crate::error::StoreError;
use crate::types::{Int, Ts};

#[derive(Clone, Debug)]
pub struct NewMessage<'a> {
    pub id: &'a str,
    pub channel: Channel,
    pub kind: &'a str,
    pub lead: Option<LeadId>,
    pub conversation: Option<&'a str>,
    pub appointment: Option<AppointmentId>,
    /// The emergency it is about.
    pub alert: Option<&'a str>,
    pub to: &'a str,
    pub from: &'a str,
    pub body: &'a str,
    pub content_sid: Option<&'a str>,
    pub content_variables: Option<&'a str>,
    pub rich: Rich<'a>,
    pub dedupe_key: &'a str,
    pub fallback_for: Option<&'a str>,
    pub send_after: Timestamp,
    pub now: Timestamp,
}

/// Which messages are taken: a mail server that is slow keeps no text and no call waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageLine {
    Mail,
    Rest,
}

/// What a message is made of besides words.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rich<'a> {
    /// The package it is part of.
    pub package: Option<&'a str>,
    pub subject: Option<&'a str>,
    pub html: Option<&'a str>,
    /// A picture's address.
    pub media: Option<&'a str>,
    /// JSON: a list of `agency::messages::Attachment`.
    pub attachments: Option<&'a str>,
    pub unsubscribe: Option<&'a str>,
}

/// A message that this worker may send until its lease ends.
#[derive(Clone, Debug)]
pub struct ClaimedMessage {
    pub id: String,
    pub channel: String,
    pub kind: String,
    pub lead: Option<LeadId>,
    pub conversation: Option<String>,
    pub appointment: Option<AppointmentId>,
    pub alert: Option<String>,
    pub to: String,
    pub from: String,
    pub body: String,
    pub content_sid: Option<String>,
    pub content_variables: Option<String>,
    pub package: Option<String>,
    pub subject: Option<String>,
    pub html: Option<String>,
    pub media: Option<String>,
    pub attachments: Option<String>,
    pub unsubscribe: Option<String>,
    pub status: MessageStatus,
    pub attempts: i64,
}

impl ClaimedMessage {
    /// For the one message that must go out when nothing can be written.
    pub fn unrecorded(kind: &str, to: String, from: String, body: String) -> Self {
        Self {
            id: String::new(),
            channel: Channel::Sms.word().to_owned(),
            kind: kind.to_owned(),
            lead: None,
            conversation: None,
            appointment: None,
            alert: None,
            to,
            from,
            body,
            content_sid: None,
            content_variables: None,
            package: None,
            subject: None,
            html: None,
            media: None,
            attachments: None,
            unsubscribe: None,
            status: MessageStatus::Sending,
            attempts: 0,
        }
    }
}

#[derive(sqlx::FromRow)]
struct MessageRow {
    id: String,
    channel: String,
    kind: String,
    lead_id: Option<Int>,
    conversation_id: Option<String>,
    appointment_id: Option<Int>,
    alert_id: Option<String>,
    to_address: String,
    from_address: String,
    body: String,
    content_sid: Option<String>,
    content_variables: Option<String>,
    package_id: Option<String>,
    subject: Option<String>,
    html: Option<String>,
    media: Option<String>,
    attachments: Option<String>,
    unsubscribe: Option<String>,
    status: String,
    attempts: Int,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptOutcome {
    Sent,
    Transient,
    Permanent,
    Unknown,
    /// A message of unknown outcome was found at the provider.
    Reconciled,
    /// It was not found there, so it may be sent again.
    NotFound,
    /// The provider could not be asked.
    NoAnswer,
}

impl AttemptOutcome {
    fn word(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Transient => "transient",
            Self::Permanent => "permanent",
            Self::Unknown => "unknown",
            Self::Reconciled => "reconciled",
            Self::NotFound => "not_found",
            Self::NoAnswer => "no_answer",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Attempt<'a> {
    pub id: &'a str,
    pub outcome: AttemptOutcome,
    pub http_status: Option<i64>,
    pub error_code: Option<i64>,
    /// What was left out, or what the other side said.
    pub detail: Option<&'a str>,
    pub started: Timestamp,
    pub finished: Timestamp,
}

/// Where a message goes after an attempt.
#[derive(Clone, Debug)]
pub struct Settled<'a> {
    pub status: MessageStatus,
    pub provider_sid: Option<&'a str>,
    pub error_code: Option<i64>,
    /// When to look at it again, if it is not finished.
    pub again_at: Option<Timestamp>,
    pub possible_duplicate: bool,
}

macro_rules! message_columns {
    () => {
        "id, channel, kind, lead_id, conversation_id, appointment_id, alert_id, to_address, from_address, body, content_sid, content_variables, package_id, subject, html, media, attachments, unsubscribe, status, attempts"
    };
}

/// Due, unclaimed, and first in line for its recipient on its channel; an emergency waits for nobody.
macro_rules! claim {
    ($skip_locked:literal) => {
        concat!(
            "UPDATE messages SET status = CASE WHEN status = 'queued' THEN 'sending' ELSE 'unknown' END, claimed_by = $1, claimed_until = $3, updated_at = $2 WHERE id IN ( \
             SELECT m.id FROM messages m WHERE m.direction = 'outbound' AND m.status IN ('queued', 'sending', 'unknown') \
             AND (m.channel = 'email') = $5 AND m.send_after <= $2 AND (m.claimed_until IS NULL OR m.claimed_until <= $2) \
             AND (m.alert_id IS NOT NULL OR NOT EXISTS (SELECT 1 FROM messages e WHERE e.to_address = m.to_address AND e.channel = m.channel \
               AND e.direction = 'outbound' AND e.status IN ('queued', 'sending', 'unknown') AND e.id < m.id \
               AND (e.attempts > 0 OR e.send_after <= $2))) \
             ORDER BY (m.alert_id IS NULL), m.id LIMIT $4 ",
            $skip_locked,
            ") AND (claimed_until IS NULL OR claimed_until <= $2) RETURNING ",
            message_columns!()
        )
    };
}

impl Store {
    /// Takes due messages under a lease. One that was being sent when its lease ended comes back as `unknown`: it may
    /// have gone out, so it is looked for before it is sent again.
    pub async fn claim_messages(
        &self,
        worker: &str,
        now: Timestamp,
        lease_until: Timestamp,
        (limit, line): (i64, MessageLine),
    ) -> Result<Vec<ClaimedMessage>, StoreError> {
        const PG: &str = claim!("FOR UPDATE SKIP LOCKED");
        const LITE: &str = claim!("");
        let text = sql!(self, pg: PG, lite: LITE);
        let mut tx = self.begin().await?;
        let rows: Vec<MessageRow> = within!(&mut tx, |c| sqlx::query_as(text)
            .bind(worker)
            .bind(Ts(now))
            .bind(Ts(lease_until))
            .bind(limit)
            .bind(line == MessageLine::Mail)
            .fetch_all(c)
            .await)?;
        tx.commit().await?;
        let mut claimed: Vec<ClaimedMessage> = rows.into_iter().map(MessageRow::claimed).collect();
        claimed.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(claimed)
    }

    /// When the first attempt at a message began.
    pub async fn first_tried(&self, message: &str) -> Result<Option<Timestamp>, StoreError> {
        const SQL: &str =
            "SELECT started_at FROM message_attempts WHERE message_id = $1 ORDER BY number LIMIT 1";
        let at: Option<Ts> = read!(self, |c| sqlx::query_scalar(SQL).bind(message).fetch_optional(c).await)?;
        Ok(at.map(|at| at.0))
    }

    /// How often it was looked for at the provider and not found, since it was last sent.
    pub async fn looks_in_vain(&self, message: &str) -> Result<i64, StoreError> {
        const SQL: &str = "SELECT count(*) FROM message_attempts WHERE message_id = $1 AND outcome = 'not_found' \
             AND number > (SELECT COALESCE(max(number), 0) FROM message_attempts WHERE message_id = $1 AND outcome = 'unknown')";
        let looks: Int = read!(self, |c| sqlx::query_scalar(SQL).bind(message).fetch_one(c).await)?;
        Ok(looks.0)
    }

    /// Whether some message of ours has, or had, this id at the provider.
    pub async fn is_known_sid(&self, sid: &str) -> Result<bool, StoreError> {
        const SQL: &str = "SELECT 1 FROM message_attempts WHERE provider_sid = $1 UNION ALL SELECT 1 FROM messages WHERE provider_sid = $1 LIMIT 1";
        let found: Option<Int> = read!(self, |c| sqlx::query_scalar(SQL).bind(sid).fetch_optional(c).await)?;
        Ok(found.is_some())
    }

    pub async fn message_by_provider_sid(&self, sid: &str) -> Result<Option<ClaimedMessage>, StoreError> {
        const SQL: &str = concat!("SELECT ", message_columns!(), " FROM messages WHERE provider_sid = $1");
        let row: Option<MessageRow> = read!(self, |c| sqlx::query_as(SQL).bind(sid).fetch_optional(c).await)?;
        Ok(row.map(MessageRow::claimed))
    }

    /// (waiting, oldest due) for readiness and metrics.
    pub async fn outbox_backlog(&self, now: Timestamp) -> Result<(i64, Option<Timestamp>), StoreError> {
        const SQL: &str = "SELECT count(*), min(send_after) FROM messages WHERE direction = 'outbound' \
             AND status IN ('queued', 'sending', 'unknown') AND send_after <= $1";
        let (waiting, oldest): (Int, Option<Ts>) =
            read!(self, |c| sqlx::query_as(SQL).bind(Ts(now)).fetch_one(c).await)?;
        Ok((waiting.0, oldest.map(|at| at.0)))
    }
}

impl Tx {
    /// Writes a message to be sent. Says whether it is new: the same key is never written twice.
    pub async fn enqueue(&mut self, new: &NewMessage<'_>) -> Result<bool, StoreError> {
        self.changed(Subject::Message, Some(new.id));
        const SQL: &str = "INSERT INTO messages (id, direction, channel, kind, lead_id, conversation_id, appointment_id, alert_id, to_address, \
             from_address, body, content_sid, content_variables, status, dedupe_key, fallback_for, send_after, created_at, updated_at, \
             package_id, subject, html, media, attachments, unsubscribe) \
             VALUES ($1, 'outbound', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'queued', $13, $14, $15, $16, $16, $17, $18, $19, $20, $21, $22) \
             ON CONFLICT (dedupe_key) DO NOTHING";
        let written = execute!(
            self,
            sqlx::query(SQL)
                .bind(new.id)
                .bind(new.channel.word())
                .bind(new.kind)
                .bind(new.lead.map(|id| id.0))
                .bind(new.conversation)
                .bind(new.appointment.map(|id| id.0))
                .bind(new.alert)
                .bind(new.to)
                .bind(new.from)
                .bind(new.body)
                .bind(new.content_sid)
                .bind(new.content_variables)
                .bind(new.dedupe_key)
                .bind(new.fallback_for)
                .bind(Ts(new.send_after))
                .bind(Ts(new.now))
                .bind(new.rich.package)
                .bind(new.rich.subject)
                .bind(new.rich.html)
                .bind(new.rich.media)
                .bind(new.rich.attachments)
                .bind(new.rich.unsubscribe)
        )?;
        Ok(written > 0)
    }

    /// Records an attempt and settles the message, if the lease is still this worker's.
    pub async fn settle(
        &mut self,
        message: &str,
        worker: &str,
        attempt: &Attempt<'_>,
        settled: &Settled<'_>,
    ) -> Result<bool, StoreError> {
        self.changed(Subject::Message, Some(message));
        const ATTEMPT: &str = "INSERT INTO message_attempts (id, message_id, number, started_at, finished_at, outcome, http_status, error_code, provider_sid, detail) \
             VALUES ($1, $2, (SELECT count(*) + 1 FROM message_attempts WHERE message_id = $2), $3, $4, $5, $6, $7, $8, $9)";
        execute!(
            self,
            sqlx::query(ATTEMPT)
                .bind(attempt.id)
                .bind(message)
                .bind(Ts(attempt.started))
                .bind(Ts(attempt.finished))
                .bind(attempt.outcome.word())
                .bind(attempt.http_status)
                .bind(attempt.error_code)
                .bind(settled.provider_sid)
                .bind(attempt.detail)
        )?;
        const MESSAGE: &str = "UPDATE messages SET status = $3, provider_sid = COALESCE($4, provider_sid), error_code = $5, \
             send_after = COALESCE($6, send_after), possible_duplicate = (possible_duplicate OR $7), attempts = attempts + $8, \
             claimed_by = NULL, claimed_until = NULL, updated_at = $9 WHERE id = $1 AND claimed_by = $2";
        let is_try = !matches!(
            attempt.outcome,
            AttemptOutcome::Reconciled | AttemptOutcome::NotFound | AttemptOutcome::NoAnswer
        );
        let written = execute!(
            self,
            sqlx::query(MESSAGE)
                .bind(message)
                .bind(worker)
                .bind(settled.status.word())
                .bind(settled.provider_sid)
                .bind(settled.error_code)
                .bind(settled.again_at.map(Ts))
                .bind(settled.possible_duplicate)
                .bind(i64::from(is_try))
                .bind(Ts(attempt.finished))
        )?;
        Ok(written > 0)
    }
}

impl MessageRow {
    fn claimed(self) -> ClaimedMessage {
        ClaimedMessage {
            id: self.id,
            channel: self.channel,
            kind: self.kind,
            lead: self.lead_id.map(|id| LeadId(id.0)),
            conversation: self.conversation_id,
            appointment: self.appointment_id.map(|id| AppointmentId(id.0)),
            alert: self.alert_id,
            to: self.to_address,
            from: self.from_address,
            body: self.body,
            content_sid: self.content_sid,
            content_variables: self.content_variables,
            package: self.package_id,
            subject: self.subject,
            html: self.html,
            media: self.media,
            attachments: self.attachments,
            unsubscribe: self.unsubscribe,
            status: MessageStatus::from_word(&self.status).unwrap_or(MessageStatus::Unknown),
            attempts: self.attempts.0,
        }
    }
}
