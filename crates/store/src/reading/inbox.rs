//! People who write, each with the latest message and with who answers them.

use jiff::Timestamp;

use super::row::row;
use super::{ByRank, Paging, anywhere, unzip};
use crate::db::{Store, read};
use crate::error::StoreError;
use crate::types::Ts;

row! {
    /// Messages to and from one person by one channel.
    ThreadView {
        /// Lead and channel, such as `12-whatsapp`.
        id: String,
        lead: i64,
        /// whatsapp or sms.
        channel: String,
        name: Option<String>,
        /// Masked for read-only accounts.
        address: String,
        /// The latest conversation, going on or over.
        conversation: Option<String>,
        last_words: Option<String>,
        /// inbound or outbound.
        last_direction: Option<String>,
        last_status: Option<String>,
        last: Timestamp,
        /// When they last wrote: free text by WhatsApp may be sent for 24 hours from then.
        last_inbound: Option<Timestamp>,
        /// The task of the person who answers; none: Sarah does.
        held_by_task: Option<String>,
        held_by: Option<String>,
        /// Their words have no answer yet, of Sarah or of whoever answers.
        waits: bool,
    }
}

impl ThreadView {
    #[must_use]
    pub fn place(&self) -> ByRank<String> {
        (i64::from(!self.waits), self.last, self.id.clone())
    }
}

macro_rules! select_threads {
    ($rest:literal) => {
        concat!(
            "SELECT * FROM (SELECT t.id, t.lead, t.channel, t.name, t.address, t.conversation, m.body AS last_words, m.direction AS last_direction, \
             m.status AS last_status, COALESCE(m.created_at, t.updated) AS last, t.last_inbound, t.held_by_task, t.held_by, \
             CASE WHEN t.held_by_task IS NULL THEN t.waits ELSE COALESCE(m.direction = 'inbound', 1 = 0) END AS waits FROM ( \
               SELECT CAST(ch.lead_id AS TEXT) || '-' || ch.channel AS id, ch.lead_id AS lead, ch.channel, COALESCE(l.name, ch.profile_name) AS name, \
               ch.address, ch.conversation_id AS conversation, ch.updated_at AS updated, \
               (SELECT m.id FROM messages m WHERE m.lead_id = ch.lead_id AND (m.channel = ch.channel OR m.kind = 'from_staff') ORDER BY m.created_at DESC, m.id DESC LIMIT 1) AS last_id, \
               (SELECT max(m.created_at) FROM messages m WHERE m.from_address = ch.address AND m.channel = ch.channel AND m.direction = 'inbound') AS last_inbound, \
               k.id AS held_by_task, COALESCE(u.name, CASE WHEN k.id IS NOT NULL THEN 'A colleague' END) AS held_by, \
               ch.waiting_since IS NOT NULL AS waits \
               FROM chats ch JOIN voice_leads l ON l.id = ch.lead_id LEFT JOIN tasks k ON k.id = ch.passed_to AND k.status = 'open' \
               LEFT JOIN users u ON u.id = k.assigned_to) t \
             LEFT JOIN messages m ON m.id = t.last_id) t ",
            $rest
        )
    };
}

impl Store {
    /// Whoever waits first, then by the latest message. `words`: part of a name or of the latest message, or of a number where `by_number`.
    pub async fn threads(
        &self,
        waits: Option<bool>,
        (words, by_number): (Option<&str>, bool),
        paging: &Paging<ByRank<String>>,
    ) -> Result<Vec<ThreadView>, StoreError> {
        const SQL: &str = select_threads!(
            "WHERE ($1 IS NULL OR CASE WHEN waits THEN 0 ELSE 1 END > $1 \
               OR (CASE WHEN waits THEN 0 ELSE 1 END = $1 AND (last, id) < ($2, $3))) AND ($5 IS NULL OR waits = $5) \
             AND ($6 IS NULL OR lower(COALESCE(name, '') || ' ' || CASE WHEN $7 THEN address ELSE '' END || ' ' || COALESCE(last_words, '')) LIKE $6 ESCAPE '\\') \
             ORDER BY CASE WHEN waits THEN 0 ELSE 1 END, last DESC, id DESC LIMIT $4"
        );
        let (rank, at, id) = unzip(paging.after.clone());
        Ok(read!(self, |c| sqlx::query_as(SQL)
            .bind(rank)
            .bind(at.map(Ts))
            .bind(id)
            .bind(paging.limit)
            .bind(waits)
            .bind(words.map(anywhere))
            .bind(by_number)
            .fetch_all(c)
            .await)?)
    }

    pub async fn thread(&self, id: &str) -> Result<Option<ThreadView>, StoreError> {
        const SQL: &str = select_threads!("WHERE id = $1");
        Ok(read!(self, |c| sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?)
    }
}
