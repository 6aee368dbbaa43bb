//! What has changed, told to whoever listens once it is committed: which record, not what it holds now. On PostgreSQL every node
//! hears of it (`NOTIFY` in the transaction itself), on SQLite there is one process. A listener that was away has missed some:
//! it is told so, and reads anew.

use sqlx::postgres::PgListener;
use tokio::sync::broadcast;

use crate::db::{Db, Open, Store, Tx};
use crate::error::StoreError;

/// What a record is to the people who look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A conversation, by telephone or in writing.
    Call,
    Lead,
    Viewing,
    Ticket,
    Task,
    Message,
    Alert,
    Property,
}

/// One record that was written; no id: any of its kind.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Change {
    pub subject: Subject,
    pub id: Option<String>,
}

/// So many are kept for a listener that is slow.
const KEPT: usize = 1_024;
const CHANNEL: &str = "receptionist_changes";

#[derive(Clone, Debug)]
pub(crate) struct Changes(broadcast::Sender<Change>);

impl Default for Changes {
    fn default() -> Self {
        Self(broadcast::Sender::new(KEPT))
    }
}

impl Changes {
    pub(crate) fn tell(&self, changed: impl IntoIterator<Item = Change>) {
        for change in changed {
            // Nobody listens: nobody needs to know.
            let _ = self.0.send(change);
        }
    }
}

impl Store {
    /// Hears of every change that is committed from now on.
    pub fn changes(&self) -> broadcast::Receiver<Change> {
        self.changes.0.subscribe()
    }

    /// On PostgreSQL: carries the changes of all nodes to this one's listeners, until the connection breaks. Elsewhere there is
    /// nothing to carry, and it never returns.
    pub async fn carry_changes(&self) -> Result<(), StoreError> {
        let Db::Pg(pool) = &self.db else { return std::future::pending().await };
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen(CHANNEL).await?;
        // A closed store must not wait for this connection.
        let closed = pool.close_event();
        tokio::pin!(closed);
        loop {
            let notified = tokio::select! {
                notified = listener.recv() => notified?,
                () = &mut closed => return Ok(()),
            };
            if let Ok(change) = serde_json::from_str(notified.payload()) {
                self.changes.tell([change]);
            }
        }
    }
}

impl Tx {
    pub(crate) fn changed(&mut self, subject: Subject, id: Option<&str>) {
        self.changed.insert(Change { subject, id: id.map(str::to_owned) });
    }

    pub(crate) async fn notify(&mut self) -> Result<(), StoreError> {
        const SQL: &str = "SELECT pg_notify($1, told) FROM unnest($2::text[]) AS told";
        if let Open::Pg(tx) = &mut self.open
            && !self.changed.is_empty()
        {
            let told = self.changed.iter().map(serde_json::to_string).collect::<Result<Vec<String>, _>>()?;
            sqlx::query(SQL).bind(CHANNEL).bind(told).execute(&mut **tx).await?;
        }
        Ok(())
    }
}
