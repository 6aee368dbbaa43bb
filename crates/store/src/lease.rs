//! Work that several processes share: whoever takes a row has it until its lease is over, and nobody else meanwhile.

use jiff::Timestamp;
use sqlx::FromRow;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;

use crate::db::{Store, read, within};
use crate::error::StoreError;
use crate::types::{Int, Ts};

/// How rows of one table are taken. In the texts, `$1` is now, `$2` the end of the lease, `$3` how many at most.
pub(crate) struct Claim {
    /// Whether there are any; the writer is not asked while there are none.
    pub(crate) due: &'static str,
    pub(crate) postgres: &'static str,
    pub(crate) sqlite: &'static str,
}

/// The text up to the end of the inner select, and the rest.
macro_rules! claim {
    (due: $due:expr, take: $select:expr, $rest:expr) => {
        $crate::lease::Claim {
            due: $due,
            postgres: concat!($select, " FOR UPDATE SKIP LOCKED", $rest),
            sqlite: concat!($select, $rest),
        }
    };
}
pub(crate) use claim;

impl Store {
    /// Takes what is due, as its own commit.
    pub(crate) async fn claim<T>(
        &self,
        of: &Claim,
        now: Timestamp,
        lease_until: Timestamp,
        limit: i64,
    ) -> Result<Vec<T>, StoreError>
    where
        T: for<'r> FromRow<'r, PgRow> + for<'r> FromRow<'r, SqliteRow> + Send + Unpin,
    {
        let due: Option<Int> =
            read!(self, |c| sqlx::query_scalar(of.due).bind(Ts(now)).fetch_optional(c).await)?;
        if due.is_none() {
            return Ok(Vec::new());
        }
        let text = if self.is_postgres() { of.postgres } else { of.sqlite };
        let mut tx = self.begin().await?;
        let rows = within!(&mut tx, |c| sqlx::query_as(text)
            .bind(Ts(now))
            .bind(Ts(lease_until))
            .bind(limit)
            .fetch_all(c)
            .await)?;
        tx.commit().await?;
        Ok(rows)
    }
}
