//! Copies of the whole database, made while it is used.

use std::path::Path;

use crate::db::{Db, Store, sql};
use crate::error::StoreError;
use crate::types::Int;

impl Store {
    /// Writes a copy of the embedded database as it is at this moment; calls go on (`VACUUM INTO`).
    pub async fn copy_into(&self, file: &Path) -> Result<(), StoreError> {
        const SQL: &str = "VACUUM INTO $1";
        let Db::Lite { reader, .. } = &self.db else {
            return Err(StoreError::Unfit("PostgreSQL is copied by pg_dump".to_owned()));
        };
        sqlx::query(SQL).bind(file.display().to_string()).execute(reader).await?;
        Ok(())
    }

    /// What is broken in the embedded database, if anything.
    pub async fn damage(&self) -> Result<Option<String>, StoreError> {
        const SQL: &str = "PRAGMA quick_check";
        let Db::Lite { reader, .. } = &self.db else { return Ok(None) };
        let found: String = sqlx::query_scalar(SQL).fetch_one(reader).await?;
        Ok((found != "ok").then_some(found))
    }

    /// Whether there is no table at all.
    pub async fn is_empty(&self) -> Result<bool, StoreError> {
        let text = sql!(self,
            pg: "SELECT count(*) FROM information_schema.tables WHERE table_schema = ANY (current_schemas(false))",
            lite: "SELECT count(*) FROM sqlite_master");
        let tables: Int = crate::db::read!(self, |c| sqlx::query_scalar(text).fetch_one(c).await)?;
        Ok(tables.0 == 0)
    }
}
