//! Settings that staff may edit: filled from the configuration at the first start, then the database's own. What is edited is a
//! draft until it is published, and every published version is kept.

use jiff::Timestamp;

use crate::db::{Store, Tx, execute, read, within};
use crate::error::StoreError;
use crate::types::{Int, Ts};

/// A published value of a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// JSON.
    pub value: String,
    pub version: i64,
}

impl Store {
    /// The kept value of a section; the given one is kept if there is none yet.
    pub async fn setting_or_keep(
        &self,
        section: &str,
        value: &str,
        now: Timestamp,
    ) -> Result<String, StoreError> {
        const INSERT: &str = "INSERT INTO settings (section, value, updated_at) VALUES ($1, $2, $3) ON CONFLICT (section) DO NOTHING";
        if let Some(kept) = self.setting(section).await? {
            return Ok(kept.value);
        }
        let mut tx = self.begin().await?;
        execute!(&mut tx, sqlx::query(INSERT).bind(section).bind(value).bind(Ts(now)))?;
        tx.commit().await?;
        Ok(self.setting(section).await?.map_or_else(|| value.to_owned(), |kept| kept.value))
    }

    pub async fn setting(&self, section: &str) -> Result<Option<Setting>, StoreError> {
        const SQL: &str = "SELECT value, version FROM settings WHERE section = $1";
        let row: Option<(String, Int)> =
            read!(self, |c| sqlx::query_as(SQL).bind(section).fetch_optional(c).await)?;
        Ok(row.map(|(value, version)| Setting { value, version: version.0 }))
    }

    /// Changes with every version that is published.
    pub async fn versions_published(&self) -> Result<i64, StoreError> {
        const SQL: &str = "SELECT CAST(COALESCE(sum(version), 0) AS BIGINT) FROM settings";
        let sum: Int = read!(self, |c| sqlx::query_scalar(SQL).fetch_one(c).await)?;
        Ok(sum.0)
    }
}

impl Tx {
    /// Keeps what somebody edits; nobody hears it yet. False: there is another draft than the one they have seen.
    pub async fn draft_setting(
        &mut self,
        section: &str,
        (value, account): (&str, &str),
        seen: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "INSERT INTO setting_drafts (section, value, account_id, updated_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (section) DO UPDATE SET value = excluded.value, account_id = excluded.account_id, updated_at = excluded.updated_at \
             WHERE setting_drafts.updated_at = $5";
        let kept = execute!(
            self,
            sqlx::query(SQL).bind(section).bind(value).bind(account).bind(Ts(now)).bind(seen.map(Ts))
        )?;
        Ok(kept > 0)
    }

    pub async fn drop_draft(&mut self, section: &str) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM setting_drafts WHERE section = $1";
        execute!(self, sqlx::query(SQL).bind(section))?;
        Ok(())
    }

    /// Makes the draft of a section its next version, if whoever publishes has seen this draft and the version before it. Gives
    /// what is published; none: somebody has drafted or published since.
    pub async fn publish_setting(
        &mut self,
        section: &str,
        (seen, draft): (i64, Timestamp),
        account: &str,
        now: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        // Whoever drafts meanwhile waits until we have committed.
        const LOCK: &str =
            "UPDATE setting_drafts SET section = section WHERE section = $1 AND updated_at = $2";
        const FIRST: &str = "INSERT INTO setting_versions (section, version, value, published_at) \
             SELECT section, version, value, updated_at FROM settings WHERE section = $1 ON CONFLICT DO NOTHING";
        const SET: &str = "UPDATE settings SET value = (SELECT d.value FROM setting_drafts d WHERE d.section = $1), version = version + 1, updated_at = $3 \
             WHERE section = $1 AND version = $2 AND EXISTS (SELECT 1 FROM setting_drafts d WHERE d.section = $1) RETURNING value";
        const KEEP: &str = "INSERT INTO setting_versions (section, version, value, account_id, published_at) VALUES ($1, $2, $3, $4, $5)";
        if execute!(self, sqlx::query(LOCK).bind(section).bind(Ts(draft)))? == 0 {
            return Ok(None);
        }
        execute!(self, sqlx::query(FIRST).bind(section))?;
        let value: Option<String> = within!(self, |c| sqlx::query_scalar(SET)
            .bind(section)
            .bind(seen)
            .bind(Ts(now))
            .fetch_optional(c)
            .await)?;
        let Some(value) = value else { return Ok(None) };
        execute!(
            self,
            sqlx::query(KEEP).bind(section).bind(seen + 1).bind(&value).bind(account).bind(Ts(now))
        )?;
        self.drop_draft(section).await?;
        Ok(Some(value))
    }
}
