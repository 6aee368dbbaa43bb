//! What people have to do, with who it is for.

use jiff::Timestamp;

use super::row::row;
use super::{ByRank, Paging, unzip};
use crate::changes::Subject;
use crate::db::{Store, Tx, execute, read};
use crate::error::StoreError;
use crate::types::Ts;

#[derive(Clone, Debug)]
pub struct TaskFilter {
    /// open, done or cancelled.
    pub status: String,
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

impl TaskView {
    #[must_use]
    pub fn place(&self) -> ByRank<String> {
        if self.status == "open" {
            let rank = i64::from(self.priority != "urgent");
            return (rank, self.due.unwrap_or(self.created), self.id.clone());
        }
        (0, self.done.unwrap_or(self.created), self.id.clone())
    }
}

impl Store {
    /// The urgent first, then by the time they are due; those that are closed: the latest first.
    pub async fn tasks(
        &self,
        filter: &TaskFilter,
        paging: &Paging<ByRank<String>>,
    ) -> Result<Vec<TaskView>, StoreError> {
        const OPEN: &str = select_tasks!(
            "WHERE t.status = $1 AND ($2 IS NULL OR t.kind = $2) AND ($3 IS NULL OR t.assigned_to = $3) \
             AND ($4 = (1 = 0) OR t.assigned_to IS NULL) \
             AND ($5 IS NULL OR (CASE WHEN t.priority = 'urgent' THEN 0 ELSE 1 END, COALESCE(t.due_at, t.created_at), t.id) > ($5, $6, $7)) \
             ORDER BY CASE WHEN t.priority = 'urgent' THEN 0 ELSE 1 END, COALESCE(t.due_at, t.created_at), t.id LIMIT $8"
        );
        const CLOSED: &str = select_tasks!(
            "WHERE t.status = $1 AND ($2 IS NULL OR t.kind = $2) AND ($3 IS NULL OR t.assigned_to = $3) \
             AND ($4 = (1 = 0) OR t.assigned_to IS NULL) \
             AND ($5 IS NULL OR (COALESCE(t.done_at, t.created_at), t.id) < ($6, $7)) \
             ORDER BY COALESCE(t.done_at, t.created_at) DESC, t.id DESC LIMIT $8"
        );
        let sql = if filter.status == "open" { OPEN } else { CLOSED };
        let (rank, at, id) = unzip(paging.after.clone());
        Ok(read!(self, |c| sqlx::query_as(sql)
            .bind(filter.status.as_str())
            .bind(filter.kind.as_deref())
            .bind(filter.assigned_to.flatten())
            .bind(filter.assigned_to == Some(None))
            .bind(rank)
            .bind(at.map(Ts))
            .bind(id)
            .bind(paging.limit)
            .fetch_all(c)
            .await)?)
    }

    pub async fn task(&self, id: &str) -> Result<Option<TaskView>, StoreError> {
        const SQL: &str = select_tasks!("WHERE t.id = $1");
        Ok(read!(self, |c| sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?)
    }
}

impl Tx {
    /// Whoever changes this task after us waits until we have committed.
    pub async fn lock_task(&mut self, id: &str) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE tasks SET status = status WHERE id = $1";
        execute!(self, sqlx::query(SQL).bind(id))?;
        Ok(())
    }

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
