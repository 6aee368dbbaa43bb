//! Work for people.

use agency::crm::{LeadId, Priority, TaskKind, UserId};
use jiff::Timestamp;

use crate::db::{Tx, execute};
use crate::error::StoreError;
use crate::types::Ts;

#[derive(Clone, Debug)]
pub struct NewTask<'a> {
    pub id: &'a str,
    pub kind: TaskKind,
    pub priority: Priority,
    pub title: &'a str,
    pub notes: Option<&'a str>,
    pub lead: Option<LeadId>,
    pub conversation: Option<&'a str>,
    pub message: Option<&'a str>,
    pub dedupe_key: &'a str,
    pub due: Option<Timestamp>,
    pub now: Timestamp,
}

impl Tx {
    /// Writes a task once for its key; says whether it is new.
    pub async fn add_task(&mut self, new: &NewTask<'_>) -> Result<bool, StoreError> {
        const SQL: &str = "INSERT INTO tasks (id, kind, status, priority, title, notes, lead_id, conversation_id, message_id, dedupe_key, due_at, created_at) \
             VALUES ($1, $2, 'open', $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (dedupe_key) DO NOTHING";
        let written = execute!(
            self,
            sqlx::query(SQL)
                .bind(new.id)
                .bind(new.kind.word())
                .bind(new.priority.word())
                .bind(new.title)
                .bind(new.notes)
                .bind(new.lead.map(|id| id.0))
                .bind(new.conversation)
                .bind(new.message)
                .bind(new.dedupe_key)
                .bind(new.due.map(Ts))
                .bind(Ts(new.now))
        )?;
        Ok(written > 0)
    }

    /// Somebody has taken these on.
    pub async fn assign_tasks(&mut self, conversation: &str, user: UserId) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE tasks SET assigned_to = $2 WHERE conversation_id = $1 AND status = 'open' AND assigned_to IS NULL";
        execute!(self, sqlx::query(SQL).bind(conversation).bind(user.0))?;
        Ok(())
    }

    /// Calls off a task that turned out not to be needed.
    pub async fn cancel_task(&mut self, dedupe_key: &str) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE tasks SET status = 'cancelled' WHERE dedupe_key = $1 AND status = 'open'";
        execute!(self, sqlx::query(SQL).bind(dedupe_key))?;
        Ok(())
    }
}
