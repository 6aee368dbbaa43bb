//! Papers that staff attached to tenancies.

use jiff::Timestamp;

use super::row::row;
use crate::db::{Store, read};
use crate::error::StoreError;

row! {
    PaperView {
        id: String,
        /// contract or other.
        kind: String,
        name: String,
        tenant: i64,
        tenant_name: String,
        media_type: String,
        bytes: i64,
        created: Timestamp,
    }
}

impl Store {
    /// Papers of all tenancies, the newest first.
    pub async fn papers(&self, limit: i64) -> Result<Vec<PaperView>, StoreError> {
        const SQL: &str = "SELECT d.id, d.kind, d.name, d.tenant_id AS tenant, COALESCE(t.name, '') AS tenant_name, d.media_type, d.bytes, \
             d.created_at AS created FROM documents d LEFT JOIN pm_tenants t ON t.id = d.tenant_id ORDER BY d.created_at DESC, d.id DESC LIMIT $1";
        Ok(read!(self, |c| sqlx::query_as(SQL).bind(limit).fetch_all(c).await)?)
    }
}
