//! The two databases behind one type. A query is written once; the macros compile it for both. Where the text must
//! differ, both texts stand side by side in `sql!`.

use std::collections::BTreeSet;
use std::str::FromStr;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, Executor, PgPool, Postgres, Sqlite, SqlitePool, Transaction};

use crate::changes::{Change, Changes};
use crate::error::StoreError;

/// SQLite has one writer and a pool of readers (reference: 0 lost writes, half the time of a shared pool).
#[derive(Clone, Debug)]
pub(crate) enum Db {
    Lite { reader: SqlitePool, writer: SqlitePool },
    Pg(PgPool),
}

/// The records. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) db: Db,
    pub(crate) changes: Changes,
}

/// Writes that commit together. Dropped without [`Tx::commit`], nothing is written.
#[derive(Debug)]
pub struct Tx {
    pub(crate) open: Open,
    /// What it wrote to, told when it commits.
    pub(crate) changed: BTreeSet<Change>,
    changes: Changes,
}

#[derive(Debug)]
pub(crate) enum Open {
    Lite(Transaction<'static, Sqlite>),
    Pg(Transaction<'static, Postgres>),
}

/// Runs one body against whichever pool reads.
macro_rules! read {
    ($store:expr, |$c:ident| $body:expr) => {
        match &$store.db {
            $crate::db::Db::Lite { reader: $c, .. } => $body,
            $crate::db::Db::Pg($c) => $body,
        }
    };
}

/// Runs one body inside a transaction.
macro_rules! within {
    ($tx:expr, |$c:ident| $body:expr) => {
        match &mut $tx.open {
            $crate::db::Open::Lite(tx) => {
                let $c = &mut **tx;
                $body
            }
            $crate::db::Open::Pg(tx) => {
                let $c = &mut **tx;
                $body
            }
        }
    };
}

/// Executes one statement inside a transaction; gives the number of rows it changed.
macro_rules! execute {
    ($tx:expr, $query:expr) => {
        match &mut $tx.open {
            $crate::db::Open::Lite(tx) => $query.execute(&mut **tx).await.map(|done| done.rows_affected()),
            $crate::db::Open::Pg(tx) => $query.execute(&mut **tx).await.map(|done| done.rows_affected()),
        }
    };
}

/// The text for this database, where the two differ.
macro_rules! sql {
    ($of:expr, pg: $pg:expr, lite: $lite:expr) => {
        if $of.is_postgres() { $pg } else { $lite }
    };
}
pub(crate) use {execute, read, sql, within};

const READERS: u32 = 4;
const PG_CONNECTIONS: u32 = 16;
const ACQUIRE_WAIT: Duration = Duration::from_secs(5);
/// A node that is frozen or cut off in the middle of a commit keeps nobody from the rows it has locked.
const LOCKS_FREED: &str = "SET idle_in_transaction_session_timeout = '5s'";

impl Store {
    /// Opens `sqlite:PATH` (created if missing) or `postgres://…`, migrates, and checks the CRM's tables.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let store = Self { db: Db::connect(url).await?, changes: Changes::default() };
        crate::schema::prepare(&store).await?;
        Ok(store)
    }

    /// Opens it and changes nothing: for looking at a database that may be of another release.
    pub async fn open_as_it_is(url: &str) -> Result<Self, StoreError> {
        let store = Self { db: Db::connect(url).await?, changes: Changes::default() };
        store.ping().await?;
        Ok(store)
    }

    pub async fn begin(&self) -> Result<Tx, StoreError> {
        let open = match &self.db {
            // IMMEDIATE: a transaction that reads before it writes would otherwise fail at once under load.
            Db::Lite { writer, .. } => Open::Lite(writer.begin_with("BEGIN IMMEDIATE").await?),
            Db::Pg(pool) => Open::Pg(pool.begin().await?),
        };
        Ok(Tx { open, changed: BTreeSet::new(), changes: self.changes.clone() })
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        read!(self, |c| sqlx::query("SELECT 1").execute(c).await.map(|_| ()))?;
        Ok(())
    }

    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self.db, Db::Pg(_))
    }

    /// For people: which of the two it is.
    pub fn kind(&self) -> &'static str {
        sql!(self, pg: "PostgreSQL", lite: "embedded")
    }

    /// Waits for running statements and closes the files.
    pub async fn close(&self) {
        match &self.db {
            Db::Lite { reader, writer } => {
                reader.close().await;
                writer.close().await;
            }
            Db::Pg(pool) => pool.close().await,
        }
    }
}

impl Tx {
    pub async fn commit(mut self) -> Result<(), StoreError> {
        self.notify().await?;
        match self.open {
            Open::Lite(tx) => {
                tx.commit().await?;
                self.changes.tell(self.changed);
            }
            Open::Pg(tx) => tx.commit().await?,
        }
        Ok(())
    }

    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self.open, Open::Pg(_))
    }
}

impl Db {
    async fn connect(url: &str) -> Result<Self, StoreError> {
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let pool = sqlx::postgres::PgPoolOptions::new()
                .max_connections(PG_CONNECTIONS)
                .acquire_timeout(ACQUIRE_WAIT)
                .after_connect(|connection, _| {
                    Box::pin(async move { connection.execute(LOCKS_FREED).await.map(drop) })
                })
                .connect(url)
                .await?;
            return Ok(Self::Pg(pool));
        }
        let Some(path) = url.strip_prefix("sqlite:") else {
            return Err(StoreError::Unfit(
                "DATABASE_URL must begin with postgres:// or sqlite: (leave it out for the embedded database)".into(),
            ));
        };
        Self::open_sqlite(path).await
    }

    async fn open_sqlite(path: &str) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::from_str("sqlite:")?
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(ACQUIRE_WAIT);
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(ACQUIRE_WAIT)
            // A full disk ends SQLite's transaction, and sqlx still counts it: such a connection could never begin another.
            .before_acquire(|connection, _| {
                let is_free = !connection.is_in_transaction();
                Box::pin(async move { Ok(is_free) })
            })
            .connect_with(options.clone())
            .await?;
        let reader = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(ACQUIRE_WAIT)
            .connect_with(options.read_only(true).create_if_missing(false))
            .await?;
        Ok(Self::Lite { reader, writer })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As after `SQLITE_FULL`: SQLite has rolled back by itself, and the rollback that follows fails.
    #[tokio::test]
    async fn a_transaction_that_sqlite_ended_by_itself_does_not_block_the_next() {
        let path = std::env::temp_dir().join(format!("receptionist-ended-{}.db", std::process::id()));
        let store = Store::open(&format!("sqlite:{}", path.display())).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        execute!(tx, sqlx::query("ROLLBACK")).unwrap();
        drop(tx);
        store.begin().await.unwrap().commit().await.unwrap();
        store.close().await;
        std::fs::remove_file(path).unwrap();
    }
}
