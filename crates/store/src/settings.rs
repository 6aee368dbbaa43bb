//! Settings that staff may edit: filled from the configuration at the first start, then the database's own.

use jiff::Timestamp;

use crate::db::{Store, execute, read};
use crate::error::StoreError;
use crate::types::Ts;

impl Store {
    /// The kept value of a section; the given one is kept if there is none yet.
    pub async fn setting_or_keep(
        &self,
        section: &str,
        value: &str,
        now: Timestamp,
    ) -> Result<String, StoreError> {
        const INSERT: &str = "INSERT INTO settings (section, value, updated_at) VALUES ($1, $2, $3) ON CONFLICT (section) DO NOTHING";
        const SELECT: &str = "SELECT value FROM settings WHERE section = $1";
        if let Some(kept) = read!(self, |c| sqlx::query_scalar(SELECT).bind(section).fetch_optional(c).await)?
        {
            return Ok(kept);
        }
        let mut tx = self.begin().await?;
        execute!(&mut tx, sqlx::query(INSERT).bind(section).bind(value).bind(Ts(now)))?;
        tx.commit().await?;
        Ok(read!(self, |c| sqlx::query_scalar(SELECT).bind(section).fetch_one(c).await)?)
    }
}
