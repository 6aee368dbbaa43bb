//! The few ways the store can fail, each with what to do next.

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else's booking holds one of the cells. Offer other times.
    #[error("the slot has just been taken")]
    SlotTaken,
    /// The home is no longer available. Say so.
    #[error("the home is off the market")]
    OffTheMarket,
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

    /// The database's code for what went wrong (SQLSTATE, or SQLite's), for logs: the text of a cause may hold values
    /// that callers gave.
    pub fn code(&self) -> String {
        match self {
            Self::Database(sqlx::Error::Database(error)) => error.code().unwrap_or_default().into_owned(),
            Self::Database(sqlx::Error::PoolTimedOut) => "no connection in time".to_owned(),
            Self::Database(sqlx::Error::InvalidSavePointStatement | sqlx::Error::BeginFailed) => {
                "no transaction could begin".to_owned()
            }
            Self::Database(sqlx::Error::PoolClosed) => "closed".to_owned(),
            Self::Database(sqlx::Error::Io(error)) => error.kind().to_string(),
            Self::Database(sqlx::Error::ColumnDecode { index, .. }) => {
                format!("column {index} cannot be read")
            }
            Self::Unreadable(error) => format!("line {} column {}", error.line(), error.column()),
            _ => String::new(),
        }
    }
}
