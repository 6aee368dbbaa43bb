//! Files that people send: noted with the message, fetched and stored behind it, then deleted where they came from. A file
//! belongs to the repair that its conversation is about.

use agency::chat::MediaKind;
use agency::crm::{LeadId, TicketId};
use jiff::Timestamp;

use crate::changes::Subject;
use crate::db::{Store, Tx, execute, read};
use crate::error::StoreError;
use crate::lease::{Claim, claim};
use crate::types::{Int, Ts};

/// A file that came with a message.
#[derive(Clone, Copy, Debug)]
pub struct NewMedia<'a> {
    pub id: &'a str,
    pub message: &'a str,
    pub position: i64,
    pub url: &'a str,
    pub said_type: Option<&'a str>,
    pub now: Timestamp,
}

/// A file with something left to do: to fetch it, or to delete it at the provider.
#[derive(Clone, Debug)]
pub struct DueMedia {
    pub id: String,
    pub message: String,
    pub url: String,
    pub from: String,
    pub lead: Option<LeadId>,
    pub conversation: Option<String>,
    pub is_fetched: bool,
    pub attempts: i64,
    pub came: Timestamp,
}

#[derive(sqlx::FromRow)]
struct DueRow {
    id: String,
    message_id: String,
    provider_url: String,
    from_address: String,
    lead_id: Option<Int>,
    conversation_id: Option<String>,
    status: String,
    attempts: Int,
    created_at: Ts,
}

/// Where it lies, and what it is.
#[derive(Clone, Copy, Debug)]
pub struct StoredMedia<'a> {
    pub kind: MediaKind,
    pub media_type: &'a str,
    pub bytes: i64,
    pub path: &'a str,
}

const CLAIM: Claim = claim!(
    due: "SELECT 1 FROM message_media WHERE next_attempt_at <= $1 LIMIT 1",
    take: "UPDATE message_media SET next_attempt_at = $2, attempts = attempts + 1 WHERE id IN ( \
           SELECT id FROM message_media WHERE next_attempt_at <= $1 ORDER BY next_attempt_at, id LIMIT $3",
    ") RETURNING id"
);

impl Store {
    /// Takes files with something left to do, under a lease.
    pub async fn claim_media(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: i64,
    ) -> Result<Vec<DueMedia>, StoreError> {
        const ROW: &str = "SELECT d.id, d.message_id, d.provider_url, m.from_address, m.lead_id, m.conversation_id, d.status, d.attempts, d.created_at \
             FROM message_media d JOIN messages m ON m.id = d.message_id WHERE d.id = $1";
        let mut claimed = Vec::new();
        for (id,) in self.claim::<(String,)>(&CLAIM, now, lease_until, limit).await? {
            let row: Option<DueRow> = read!(self, |c| sqlx::query_as(ROW).bind(&id).fetch_optional(c).await)?;
            claimed.extend(row.map(DueMedia::from));
        }
        Ok(claimed)
    }
}

impl From<DueRow> for DueMedia {
    fn from(row: DueRow) -> Self {
        Self {
            id: row.id,
            message: row.message_id,
            url: row.provider_url,
            from: row.from_address,
            lead: row.lead_id.map(|id| LeadId(id.0)),
            conversation: row.conversation_id,
            is_fetched: row.status != "waiting",
            attempts: row.attempts.0,
            came: row.created_at.0,
        }
    }
}

impl Tx {
    pub async fn keep_media(&mut self, new: &NewMedia<'_>) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO message_media (id, message_id, position, provider_url, said_type, status, next_attempt_at, created_at) \
             VALUES ($1, $2, $3, $4, $5, 'waiting', $6, $6)";
        execute!(
            self,
            sqlx::query(SQL)
                .bind(new.id)
                .bind(new.message)
                .bind(new.position)
                .bind(new.url)
                .bind(new.said_type)
                .bind(Ts(new.now))
        )?;
        Ok(())
    }

    /// It is ours now, and may be deleted where it came from.
    pub async fn media_stored(
        &mut self,
        id: &str,
        stored: &StoredMedia<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE message_media SET status = 'stored', kind = $2, media_type = $3, bytes = $4, path = $5, attempts = 0, next_attempt_at = $6 WHERE id = $1";
        execute!(
            self,
            sqlx::query(SQL)
                .bind(id)
                .bind(stored.kind.word())
                .bind(stored.media_type)
                .bind(stored.bytes)
                .bind(stored.path)
                .bind(Ts(now))
        )?;
        Ok(())
    }

    /// We do not keep it, and say why; it is deleted where it came from all the same.
    pub async fn media_refused(&mut self, id: &str, why: &str, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE message_media SET status = 'refused', detail = $2, attempts = 0, next_attempt_at = $3 WHERE id = $1";
        execute!(self, sqlx::query(SQL).bind(id).bind(why).bind(Ts(now)))?;
        Ok(())
    }

    /// It could not be fetched, and is not tried any more.
    pub async fn media_failed(&mut self, id: &str, why: &str) -> Result<(), StoreError> {
        const SQL: &str =
            "UPDATE message_media SET status = 'failed', detail = $2, next_attempt_at = NULL WHERE id = $1";
        execute!(self, sqlx::query(SQL).bind(id).bind(why))?;
        Ok(())
    }

    /// Nothing is left to do: it is gone at the provider, or that was given up.
    pub async fn media_done(&mut self, id: &str, deleted: Option<Timestamp>) -> Result<(), StoreError> {
        const SQL: &str =
            "UPDATE message_media SET deleted_at_provider = $2, next_attempt_at = NULL WHERE id = $1";
        execute!(self, sqlx::query(SQL).bind(id).bind(deleted.map(Ts)))?;
        Ok(())
    }

    pub async fn media_again(&mut self, id: &str, at: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE message_media SET next_attempt_at = $2 WHERE id = $1";
        execute!(self, sqlx::query(SQL).bind(id).bind(Ts(at)))?;
        Ok(())
    }

    /// What is sent in this conversation is of this repair.
    pub async fn link_ticket(&mut self, conversation: &str, ticket: TicketId) -> Result<(), StoreError> {
        self.changed(Subject::Ticket, Some(&ticket.0.to_string()));
        const SQL: &str = "UPDATE conversations SET ticket_id = $2 WHERE id = $1";
        execute!(self, sqlx::query(SQL).bind(conversation).bind(ticket.0))?;
        Ok(())
    }
}
