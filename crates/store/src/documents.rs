//! Documents that staff attach to a tenancy: what they are called, and where the files lie.

use jiff::Timestamp;

use crate::accounts::Audited;
use crate::db::{Store, Tx, execute, read};
use crate::error::StoreError;
use crate::types::Ts;

/// A file of somebody's.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Document {
    pub id: String,
    pub name: String,
    pub path: String,
    pub media_type: String,
}

#[derive(Clone, Copy, Debug)]
pub struct NewDocument<'a> {
    pub id: &'a str,
    /// contract or other
    pub kind: &'a str,
    pub tenant: i64,
    pub name: &'a str,
    pub path: &'a str,
    pub media_type: &'a str,
    pub bytes: i64,
    pub now: Timestamp,
}

impl Store {
    pub async fn document(&self, id: &str) -> Result<Option<Document>, StoreError> {
        const SQL: &str = "SELECT id, name, path, media_type FROM documents WHERE id = $1";
        Ok(read!(self, |c| sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?)
    }

    /// The papers of a tenancy, the newest first.
    pub async fn papers_of(&self, tenant: i64) -> Result<Vec<Document>, StoreError> {
        const SQL: &str = "SELECT id, name, path, media_type FROM documents WHERE tenant_id = $1 AND kind IN ('contract', 'other') \
             ORDER BY created_at DESC, id DESC LIMIT 5";
        Ok(read!(self, |c| sqlx::query_as(SQL).bind(tenant).fetch_all(c).await)?)
    }
}

impl Tx {
    /// It is nobody's any more; the file is for the caller to delete.
    pub async fn remove_document(&mut self, id: &str) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM documents WHERE id = $1";
        execute!(self, sqlx::query(SQL).bind(id))?;
        Ok(())
    }

    /// Attached, and noted in the audit trail by whom.
    pub async fn attach_document(
        &mut self,
        new: &NewDocument<'_>,
        (audit_id, actor): (&str, &str),
    ) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO documents (id, kind, tenant_id, name, path, media_type, bytes, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        execute!(
            self,
            sqlx::query(SQL)
                .bind(new.id)
                .bind(new.kind)
                .bind(new.tenant)
                .bind(new.name)
                .bind(new.path)
                .bind(new.media_type)
                .bind(new.bytes)
                .bind(Ts(new.now))
        )?;
        let (action, subject) = ("document_attached", new.id);
        self.audit(&Audited { id: audit_id, actor, action, subject, detail: None, now: new.now }).await
    }
}
