//! What came of a conversation, and the files that were sent in it.

use jiff::Timestamp;

use super::row::row;
use crate::db::{Store, read};
use crate::error::StoreError;

row! {
    /// One thing that a conversation led to.
    MadeView {
        /// viewing, valuation, ticket, task, message or alert.
        kind: String,
        /// Its id in its own list.
        id: String,
        /// What it is: an address, a reference, a title, the kind of a message, a danger.
        about: Option<String>,
        status: String,
        /// When a viewing begins, or a task is due.
        at: Option<Timestamp>,
        lead: Option<i64>,
    }
}

row! {
    /// A file that somebody sent.
    MediaView {
        id: String,
        /// The message it came with.
        message: String,
        lead: Option<i64>,
        /// picture, video, voice or document.
        kind: String,
        media_type: String,
        bytes: i64,
        sent: Timestamp,
        #[serde(skip)]
        path: String,
    }
}

macro_rules! select_media {
    ($rest:literal) => {
        concat!(
            "SELECT d.id, d.message_id AS message, m.lead_id AS lead, d.kind, d.media_type, d.bytes, d.created_at AS sent, d.path \
             FROM message_media d JOIN messages m ON m.id = d.message_id ",
            $rest
        )
    };
}

impl Store {
    /// Everything a conversation led to. An appointment is known by the messages about it.
    pub async fn made_in(&self, conversation: &str) -> Result<Vec<MadeView>, StoreError> {
        const SQL: &str = "SELECT COALESCE(a.kind, 'viewing') AS kind, CAST(a.id AS TEXT) AS id, COALESCE(p.address_line1, a.address) AS about, a.status, a.scheduled_date AS at, a.lead_id AS lead \
               FROM viewing_appointments a LEFT JOIN properties p ON p.id = a.property_id \
               WHERE a.id IN (SELECT m.appointment_id FROM messages m WHERE m.conversation_id = $1) \
             UNION ALL SELECT 'ticket', CAST(k.id AS TEXT), k.reference, k.status, NULL, NULL FROM support_tickets k \
               JOIN conversations c ON c.ticket_id = k.id OR c.call_sid = k.call_sid WHERE c.id = $1 \
             UNION ALL SELECT 'task', t.id, t.title, t.status, t.due_at, t.lead_id FROM tasks t WHERE t.conversation_id = $1 \
             UNION ALL SELECT 'message', m.id, m.kind, m.status, NULL, m.lead_id FROM messages m \
               WHERE m.conversation_id = $1 AND m.direction = 'outbound' AND m.kind NOT IN ('reply', 'from_staff') \
             UNION ALL SELECT 'alert', a.id, a.hazard, CASE WHEN a.acknowledged_at IS NULL THEN 'open' ELSE 'taken' END, a.raised_at, a.lead_id \
               FROM alerts a WHERE a.conversation_id = $1";
        Ok(read!(self, |c| sqlx::query_as(SQL).bind(conversation).fetch_all(c).await)?)
    }

    /// What was sent of a repair, in the order it came.
    pub async fn media_of_ticket(&self, ticket: i64) -> Result<Vec<MediaView>, StoreError> {
        const SQL: &str = select_media!(
            "JOIN conversations v ON v.id = m.conversation_id WHERE v.ticket_id = $1 AND d.status = 'stored' ORDER BY d.created_at, d.id"
        );
        Ok(read!(self, |c| sqlx::query_as(SQL).bind(ticket).fetch_all(c).await)?)
    }

    /// What somebody has sent, the latest 100 in the order they came.
    pub async fn media_of_lead(&self, lead: i64) -> Result<Vec<MediaView>, StoreError> {
        const SQL: &str = select_media!(
            "WHERE m.lead_id = $1 AND d.status = 'stored' ORDER BY d.created_at DESC, d.id DESC LIMIT 100"
        );
        let mut sent: Vec<MediaView> = read!(self, |c| sqlx::query_as(SQL).bind(lead).fetch_all(c).await)?;
        sent.reverse();
        Ok(sent)
    }

    pub async fn medium(&self, id: &str) -> Result<Option<MediaView>, StoreError> {
        const SQL: &str = select_media!("WHERE d.id = $1 AND d.status = 'stored'");
        Ok(read!(self, |c| sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?)
    }
}
