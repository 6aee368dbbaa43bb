//! Work for people.

use agency::crm::{LeadId, Priority, TaskKind, UserId};
use jiff::Timestamp;

use crate::changes::Subject;
use crate::db::{Store, Tx, execute, read};
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

/// A task as staff see it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Task {
    pub id: String,
    pub kind: String,
    pub priority: String,
    pub title: String,
    due_at: Option<Ts>,
    pub assigned_name: Option<String>,
}

impl Task {
    pub fn due(&self) -> Option<Timestamp> {
        self.due_at.map(|at| at.0)
    }
}

/// What became of the call-backs that were promised by a time. Those of emergencies are promised at once, by no time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Promises {
    /// Made in time, and made late.
    pub kept: i64,
    pub broken: i64,
    /// Not made yet, and of these past their time.
    pub open: i64,
    pub overdue: i64,
}

impl Store {
    /// Open tasks, the urgent first, then by when they are due.
    pub async fn open_tasks(&self) -> Result<Vec<Task>, StoreError> {
        const SQL: &str = "SELECT t.id, t.kind, t.priority, t.title, t.due_at, u.name AS assigned_name \
             FROM tasks t LEFT JOIN users u ON u.id = t.assigned_to WHERE t.status = 'open' \
             ORDER BY t.priority DESC, t.due_at IS NULL, t.due_at, t.id";
        Ok(read!(self, |c| sqlx::query_as(SQL).fetch_all(c).await)?)
    }

    /// Open tasks that nobody has made a fuss of, the oldest first: what was promised or urgent if it was due before the first
    /// instant, the rest before the second.
    pub async fn overdue_tasks(
        &self,
        (promised, ordinary): (Timestamp, Timestamp),
    ) -> Result<Vec<Task>, StoreError> {
        const SQL: &str = "SELECT t.id, t.kind, t.priority, t.title, t.due_at, u.name AS assigned_name \
             FROM tasks t LEFT JOIN users u ON u.id = t.assigned_to WHERE t.status = 'open' AND t.escalated_at IS NULL \
             AND t.due_at < CASE WHEN t.kind = 'call_back' OR t.priority = 'urgent' THEN $1 ELSE $2 END ORDER BY t.due_at, t.id LIMIT 100";
        Ok(read!(self, |c| sqlx::query_as(SQL).bind(Ts(promised)).bind(Ts(ordinary)).fetch_all(c).await)?)
    }

    pub async fn promises(&self, now: Timestamp) -> Result<Promises, StoreError> {
        const SQL: &str = "SELECT COUNT(*) FILTER (WHERE status = 'done' AND done_at <= due_at) AS kept, \
             COUNT(*) FILTER (WHERE status = 'done' AND done_at > due_at) AS broken, \
             COUNT(*) FILTER (WHERE status = 'open') AS open, \
             COUNT(*) FILTER (WHERE status = 'open' AND due_at < $1) AS overdue \
             FROM tasks WHERE kind = 'call_back' AND due_at > created_at";
        Ok(read!(self, |c| sqlx::query_as(SQL).bind(Ts(now)).fetch_one(c).await)?)
    }
}

impl Tx {
    /// Writes a task once for its key; says whether it is new.
    pub async fn add_task(&mut self, new: &NewTask<'_>) -> Result<bool, StoreError> {
        self.changed(Subject::Task, Some(new.id));
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

    /// This colleague is to do it, unless it is somebody's already.
    pub async fn give_task(&mut self, dedupe_key: &str, user: UserId) -> Result<(), StoreError> {
        self.changed(Subject::Task, None);
        const SQL: &str = "UPDATE tasks SET assigned_to = $2 WHERE dedupe_key = $1 AND assigned_to IS NULL";
        execute!(self, sqlx::query(SQL).bind(dedupe_key).bind(user.0))?;
        Ok(())
    }

    /// Whoever is to ring this lead reads when not to.
    pub async fn note_calling_times(&mut self, lead: LeadId, words: &str) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE tasks SET notes = COALESCE(notes || ' ', '') || $2 WHERE lead_id = $1 AND status = 'open' \
             AND kind IN ('call_back', 'follow_up') AND COALESCE(notes, '') NOT LIKE '%' || $2";
        execute!(self, sqlx::query(SQL).bind(lead.0).bind(words))?;
        Ok(())
    }

    /// Somebody has taken these on.
    pub async fn assign_tasks(&mut self, conversation: &str, user: UserId) -> Result<(), StoreError> {
        self.changed(Subject::Task, None);
        const SQL: &str = "UPDATE tasks SET assigned_to = $2 WHERE conversation_id = $1 AND status = 'open' AND assigned_to IS NULL";
        execute!(self, sqlx::query(SQL).bind(conversation).bind(user.0))?;
        Ok(())
    }

    /// A task past its time is urgent, and said to be; false if somebody was faster.
    pub async fn escalate_task(&mut self, id: &str, now: Timestamp) -> Result<bool, StoreError> {
        self.changed(Subject::Task, Some(id));
        const SQL: &str = "UPDATE tasks SET priority = 'urgent', escalated_at = $2 WHERE id = $1 AND status = 'open' AND escalated_at IS NULL";
        Ok(execute!(self, sqlx::query(SQL).bind(id).bind(Ts(now)))? > 0)
    }

    /// A task is done; false where it is not open.
    pub async fn finish_task(&mut self, id: &str, now: Timestamp) -> Result<bool, StoreError> {
        self.changed(Subject::Task, Some(id));
        const SQL: &str = "UPDATE tasks SET status = 'done', done_at = $2 WHERE id = $1 AND status = 'open'";
        Ok(execute!(self, sqlx::query(SQL).bind(id).bind(Ts(now)))? > 0)
    }

    /// What it is for is at another time.
    pub async fn put_task_off(&mut self, dedupe_key: &str, due: Timestamp) -> Result<(), StoreError> {
        self.changed(Subject::Task, None);
        const SQL: &str = "UPDATE tasks SET due_at = $2 WHERE dedupe_key = $1 AND status = 'open'";
        execute!(self, sqlx::query(SQL).bind(dedupe_key).bind(Ts(due)))?;
        Ok(())
    }

    /// Calls off a task that turned out not to be needed.
    pub async fn cancel_task(&mut self, dedupe_key: &str) -> Result<(), StoreError> {
        self.changed(Subject::Task, None);
        const SQL: &str = "UPDATE tasks SET status = 'cancelled' WHERE dedupe_key = $1 AND status = 'open'";
        execute!(self, sqlx::query(SQL).bind(dedupe_key))?;
        Ok(())
    }
}
