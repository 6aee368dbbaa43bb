//! Delivery receipts. Each is kept first and applied after: one that comes before its message's id is known waits.

use agency::outbox::MessageStatus;
use jiff::Timestamp;

use crate::changes::Subject;
use crate::db::{Store, Tx, execute, read, within};
use crate::error::StoreError;
use crate::types::{Int, Ts};

impl Store {
    /// (message, provider id) of what was sent and not heard of since: its receipt may have met a dead process.
    pub async fn messages_without_receipt(
        &self,
        since: Timestamp,
    ) -> Result<Vec<(String, String)>, StoreError> {
        const SQL: &str = "SELECT id, provider_sid FROM messages WHERE status = 'sent' AND provider_sid IS NOT NULL \
             AND channel IN ('sms', 'whatsapp') AND updated_at < $1 ORDER BY updated_at LIMIT 20";
        Ok(read!(self, |c| sqlx::query_as(SQL).bind(Ts(since)).fetch_all(c).await)?)
    }

    /// Provider ids with receipts that wait though their message is known: a process died before it applied them.
    pub async fn receipts_waiting(&self) -> Result<Vec<String>, StoreError> {
        const SQL: &str = "SELECT DISTINCT r.provider_sid FROM message_receipts r JOIN messages m ON m.provider_sid = r.provider_sid \
             WHERE r.applied_at IS NULL LIMIT 100";
        Ok(read!(self, |c| sqlx::query_scalar(SQL).fetch_all(c).await)?)
    }
}

impl Tx {
    pub async fn keep_receipt(
        &mut self,
        id: &str,
        provider_sid: &str,
        status: &str,
        error_code: Option<i64>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO message_receipts (id, provider_sid, status, error_code, received_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (provider_sid, status) DO NOTHING";
        execute!(
            self,
            sqlx::query(SQL).bind(id).bind(provider_sid).bind(status).bind(error_code).bind(Ts(now))
        )?;
        Ok(())
    }

    /// Takes the waiting receipts of a message, each once, in the order they came.
    pub async fn take_receipts(
        &mut self,
        provider_sid: &str,
        now: Timestamp,
    ) -> Result<Vec<(String, Option<i64>)>, StoreError> {
        const SQL: &str = "UPDATE message_receipts SET applied_at = $2 WHERE provider_sid = $1 AND applied_at IS NULL \
             RETURNING id, status, error_code";
        let mut rows: Vec<(String, String, Option<Int>)> =
            within!(self, |c| sqlx::query_as(SQL).bind(provider_sid).bind(Ts(now)).fetch_all(c).await)?;
        rows.sort();
        Ok(rows.into_iter().map(|(_, status, code)| (status, code.map(|n| n.0))).collect())
    }

    /// The message's one truth, as it now is.
    pub async fn set_status(
        &mut self,
        message: &str,
        status: MessageStatus,
        error_code: Option<i64>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.changed(Subject::Message, None);
        const SQL: &str = "UPDATE messages SET status = $2, error_code = COALESCE($3, error_code), updated_at = $4 WHERE id = $1";
        execute!(self, sqlx::query(SQL).bind(message).bind(status.word()).bind(error_code).bind(Ts(now)))?;
        Ok(())
    }

    /// The same, by its key: of a call the provider's id may not be known when it ends.
    pub async fn set_status_by_key(
        &mut self,
        dedupe_key: &str,
        status: MessageStatus,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.changed(Subject::Message, None);
        const SQL: &str = "UPDATE messages SET status = $2, claimed_by = NULL, claimed_until = NULL, updated_at = $3 WHERE dedupe_key = $1";
        execute!(self, sqlx::query(SQL).bind(dedupe_key).bind(status.word()).bind(Ts(now)))?;
        Ok(())
    }

    /// Sends a message once more, after a receipt said it did not arrive this time.
    pub async fn requeue(
        &mut self,
        message: &str,
        again_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE messages SET status = 'queued', provider_sid = NULL, send_after = $2, updated_at = $3 WHERE id = $1";
        execute!(self, sqlx::query(SQL).bind(message).bind(Ts(again_at)).bind(Ts(now)))?;
        Ok(())
    }
}
