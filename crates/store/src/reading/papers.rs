//! Papers that staff attached to tenancies.

use jiff::Timestamp;

use super::row::row;
use super::{ByTime, Paging};
use crate::db::{Store, read};
use crate::error::StoreError;
use crate::types::Ts;

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
    pub async fn papers(&self, paging: &Paging<ByTime<String>>) -> Result<Vec<PaperView>, StoreError> {
        const SQL: &str = "SELECT d.id, d.kind, d.name, d.tenant_id AS tenant, COALESCE(t.name, '') AS tenant_name, d.media_type, d.bytes, \
             d.created_at AS created FROM documents d LEFT JOIN pm_tenants t ON t.id = d.tenant_id \
             WHERE ($1 IS NULL OR (d.created_at, d.id) < ($1, $2)) ORDER BY d.created_at DESC, d.id DESC LIMIT $3";
        let (at, id) = paging.after.clone().unzip();
        Ok(read!(self, |c| sqlx::query_as(SQL)
            .bind(at.map(Ts))
            .bind(id)
            .bind(paging.limit)
            .fetch_all(c)
            .await)?)
    }
}
