//! What people have to do, with who it is for.

use jiff::Timestamp;

use super::row::row;
use crate::changes::Subject;
use crate::db::{Store, Tx, execute, read};
use crate::error::StoreError;
use crate::types::Ts;

#[derive(Clone, Debug, Default)]
pub struct TaskFilter {
    pub status: Option<String>,
    /// A colleague's; `Some(None)`: nobody's yet.
    pub assigned_to: Option<Option<i64>>,
    pub kind: Option<String>,
}

row! {
    TaskView {
        id: String,
        kind: String,
        /// open, done or cancelled.
        status: String,
        /// urgent or normal.
        priority: String,
        title: String,
        notes: Option<String>,
        lead: Option<i64>,
        lead_name: Option<String>,
        lead_phone: Option<String>,
        /// The conversation it comes from.
        call: Option<String>,
        assigned_to: Option<i64>,
        assigned_name: Option<String>,
        /// What was promised; none: no time was named.
        due: Option<Timestamp>,
        created: Timestamp,
        done: Option<Timestamp>,
    }
}

macro_rules! select_tasks {
    ($rest:literal) => {
        concat!(
            "SELECT t.id, t.kind, t.status, t.priority, t.title, t.notes, t.lead_id AS lead, l.name AS lead_name, l.phone AS lead_phone, \
             t.conversation_id AS call, t.assigned_to, u.name AS assigned_name, t.due_at AS due, t.created_at AS created, t.done_at AS done \
             FROM tasks t LEFT JOIN voice_leads l ON l.id = t.lead_id LEFT JOIN users u ON u.id = t.assigned_to ",
            $rest
        )
    };
}

impl Store {
    /// The urgent first, then by the time they are due; of those that are closed, the latest first.
    pub async fn tasks(&self, filter: &TaskFilter, limit: i64) -> Result<Vec<TaskView>, StoreError> {
        const SQL: &str = select_tasks!(
            "WHERE ($1 IS NULL OR t.status = $1) AND ($2 IS NULL OR t.kind = $2) AND ($3 IS NULL OR t.assigned_to = $3) \
             AND ($4 = (1 = 0) OR t.assigned_to IS NULL) \
             ORDER BY CASE WHEN t.status = 'open' THEN 0 ELSE 1 END, CASE WHEN t.priority = 'urgent' THEN 0 ELSE 1 END, CASE WHEN t.status = 'open' THEN COALESCE(t.due_at, t.created_at) END, t.done_at DESC, t.id LIMIT $5"
        );
        Ok(read!(self, |c| sqlx::query_as(SQL)
            .bind(filter.status.as_deref())
            .bind(filter.kind.as_deref())
            .bind(filter.assigned_to.flatten())
            .bind(filter.assigned_to == Some(None))
            .bind(limit)
            .fetch_all(c)
            .await)?)
    }

    pub async fn task(&self, id: &str) -> Result<Option<TaskView>, StoreError> {
        const SQL: &str = select_tasks!("WHERE t.id = $1");
        Ok(read!(self, |c| sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?)
    }
}

impl Tx {
    /// What staff change of a task. Says whether there is one.
    pub async fn change_task(&mut self, task: &TaskView) -> Result<bool, StoreError> {
        const SQL: &str =
            "UPDATE tasks SET status = $2, assigned_to = $3, due_at = $4, done_at = $5 WHERE id = $1";
        self.changed(Subject::Task, Some(&task.id));
        let changed = execute!(
            self,
            sqlx::query(SQL)
                .bind(&task.id)
                .bind(&task.status)
                .bind(task.assigned_to)
                .bind(task.due.map(Ts))
                .bind(task.done.map(Ts))
        )?;
        Ok(changed > 0)
    }
}
