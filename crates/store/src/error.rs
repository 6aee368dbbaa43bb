//! The few ways the store can fail, each with what to do next.

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else's booking holds one of the cells. Offer other times.
    #[error("the slot has just been taken")]
    SlotTaken,
    /// This very change was written before. Read what it came to.
    #[error("this was done already")]
    AlreadyDone,
    /// Another request moved the conversation on. Read the state again.
    #[error("the conversation has moved on")]
    TurnTaken,
    /// The database cannot be used as it is; nothing was changed.
    #[error("{0}")]
    Unfit(String),
    #[error("the database did not answer as expected")]
    Database(#[from] sqlx::Error),
    #[error("the migrations could not be applied; the database is as it was before")]
    Migration(#[from] sqlx::migrate::MigrateError),
    #[error("a stored value cannot be read; see the source")]
    Unreadable(#[from] serde_json::Error),
}

impl StoreError {
    /// A unique constraint said no: turns it into the domain's own answer.
    pub(crate) fn unique_as(error: sqlx::Error, meaning: Self) -> Self {
        match &error {
            sqlx::Error::Database(database) if database.is_unique_violation() => meaning,
            _ => Self::Database(error),
        }
    }

    /// Whether trying the same again may help.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Database(
                sqlx::Error::PoolTimedOut
                    | sqlx::Error::Io(_)
                    | sqlx::Error::PoolClosed
                    | sqlx::Error::WorkerCrashed
            )
        )
    }
}
