//! Tasks that a tool leaves for a colleague, within the tool's own transaction.

use agency::crm::{Priority, TaskKind};
use jiff::Timestamp;
use store::{NewTask, StoreError};

use crate::conversation::Talk;

/// Something for a colleague to do about this conversation.
pub(super) struct Task<'a> {
    pub(super) kind: TaskKind,
    pub(super) priority: Priority,
    pub(super) title: &'a str,
    pub(super) notes: &'a str,
    pub(super) due: Timestamp,
}

/// One task a tool call: the key keeps a repeated call from leaving another.
pub(super) async fn leave(
    talk: &Talk<'_>,
    tx: &mut store::Tx,
    task: &Task<'_>,
    key: &str,
) -> Result<(), StoreError> {
    let new = NewTask {
        id: &talk.app.id("task"),
        kind: task.kind,
        priority: task.priority,
        title: task.title,
        notes: Some(task.notes),
        lead: Some(talk.lead),
        conversation: Some(&talk.conversation),
        message: None,
        dedupe_key: &format!("task:{key}"),
        due: Some(task.due),
        now: talk.app.now(),
    };
    tx.add_task(&new).await?;
    Ok(())
}
