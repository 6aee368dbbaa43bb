//! Drafts and versions of the settings that staff may edit.

use jiff::Timestamp;

use super::row::row;
use crate::db::{Store, read};
use crate::error::StoreError;

row! {
    DraftView {
        section: String,
        /// JSON.
        value: String,
        by: String,
        updated: Timestamp,
    }
}

row! {
    VersionView {
        version: i64,
        /// JSON.
        value: String,
        /// None: from the configuration, at the first start.
        by: Option<String>,
        published: Timestamp,
    }
}

impl Store {
    pub async fn setting_drafts(&self) -> Result<Vec<DraftView>, StoreError> {
        const SQL: &str = "SELECT d.section, d.value, COALESCE(a.name, d.account_id) AS by, d.updated_at AS updated FROM setting_drafts d \
             LEFT JOIN staff_accounts a ON a.id = d.account_id ORDER BY d.section";
        Ok(read!(self, |c| sqlx::query_as(SQL).fetch_all(c).await)?)
    }

    /// The latest first, at most 50.
    pub async fn setting_versions(&self, section: &str) -> Result<Vec<VersionView>, StoreError> {
        const SQL: &str = "SELECT v.version, v.value, COALESCE(a.name, v.account_id) AS by, v.published_at AS published FROM setting_versions v \
             LEFT JOIN staff_accounts a ON a.id = v.account_id WHERE v.section = $1 ORDER BY v.version DESC LIMIT 50";
        Ok(read!(self, |c| sqlx::query_as(SQL).bind(section).fetch_all(c).await)?)
    }
}
