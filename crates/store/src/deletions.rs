//! Copies outside the database that have to go: at Twilio, and on the shelf of files.

use jiff::Timestamp;

use crate::db::{Store, Tx, execute, read};
use crate::error::StoreError;
use crate::types::{Int, Ts};

/// Something that Twilio keeps.
#[derive(Clone, Debug)]
pub struct DueDeletion {
    pub id: String,
    /// call, message or recording.
    pub kind: String,
    pub sid: String,
    pub attempts: i64,
}

impl Store {
    /// What is due to be deleted at Twilio, the longest waiting first.
    pub async fn due_deletions(&self, now: Timestamp, limit: i64) -> Result<Vec<DueDeletion>, StoreError> {
        const SQL: &str = "SELECT id, kind, provider_sid, attempts FROM provider_deletions \
             WHERE next_attempt_at <= $1 ORDER BY next_attempt_at, id LIMIT $2";
        let rows: Vec<(String, String, String, Int)> =
            read!(self, |c| sqlx::query_as(SQL).bind(Ts(now)).bind(limit).fetch_all(c).await)?;
        let due = |(id, kind, sid, attempts): (String, String, String, Int)| DueDeletion {
            id,
            kind,
            sid,
            attempts: attempts.0,
        };
        Ok(rows.into_iter().map(due).collect())
    }

    /// Whether we have let go of what has this id at Twilio, and it has not gone there yet.
    pub async fn is_to_be_deleted(&self, sid: &str) -> Result<bool, StoreError> {
        const SQL: &str = "SELECT 1 FROM provider_deletions WHERE provider_sid = $1";
        let found: Option<Int> = read!(self, |c| sqlx::query_scalar(SQL).bind(sid).fetch_optional(c).await)?;
        Ok(found.is_some())
    }

    /// Files that nobody may see any more.
    pub async fn files_to_delete(&self, limit: i64) -> Result<Vec<String>, StoreError> {
        const SQL: &str = "SELECT path FROM file_deletions ORDER BY created_at, path LIMIT $1";
        Ok(read!(self, |c| sqlx::query_scalar(SQL).bind(limit).fetch_all(c).await)?)
    }
}

impl Tx {
    /// Twilio need not keep this any longer; the worker tells it so. (kind, its id)
    pub(crate) async fn delete_at_provider(
        &mut self,
        (kind, sid): (&str, &str),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO provider_deletions (id, kind, provider_sid, next_attempt_at, created_at) \
             VALUES ('deletion_' || $2, $1, $2, $3, $3) ON CONFLICT DO NOTHING";
        execute!(self, sqlx::query(SQL).bind(kind).bind(sid).bind(Ts(now)))?;
        Ok(())
    }

    /// A file that nobody may see any more; the worker takes it from the shelf.
    pub(crate) async fn delete_file(&mut self, path: &str, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str =
            "INSERT INTO file_deletions (path, created_at) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        execute!(self, sqlx::query(SQL).bind(path).bind(Ts(now)))?;
        Ok(())
    }

    pub async fn deleted_at_provider(&mut self, id: &str) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM provider_deletions WHERE id = $1";
        execute!(self, sqlx::query(SQL).bind(id))?;
        Ok(())
    }

    /// It is tried again then; never: a person looks after it.
    pub async fn deletion_failed(&mut self, id: &str, again: Option<Timestamp>) -> Result<(), StoreError> {
        const SQL: &str =
            "UPDATE provider_deletions SET attempts = attempts + 1, next_attempt_at = $2 WHERE id = $1";
        execute!(self, sqlx::query(SQL).bind(id).bind(again.map(Ts)))?;
        Ok(())
    }

    pub async fn file_deleted(&mut self, path: &str) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM file_deletions WHERE path = $1";
        execute!(self, sqlx::query(SQL).bind(path))?;
        Ok(())
    }
}
