//! Tasks that a tool leaves for a colleague, within the tool's own transaction.

use agency::crm::{Priority, TaskKind};
use jiff::Timestamp;
use store::{NewTask, StoreError};

use crate::app::App;
use crate::outbox::About;

/// Something for a colleague to do.
pub(super) struct Task<'a> {
    pub(super) kind: TaskKind,
    pub(super) priority: Priority,
    pub(super) title: &'a str,
    pub(super) notes: &'a str,
    pub(super) due: Timestamp,
}

/// The key keeps a repeated call from leaving another.
pub(super) async fn leave(
    app: &App,
    tx: &mut store::Tx,
    about: &About<'_>,
    (task, key): (&Task<'_>, &str),
) -> Result<(), StoreError> {
    let new = NewTask {
        id: &app.id("task"),
        kind: task.kind,
        priority: task.priority,
        title: task.title,
        notes: Some(task.notes),
        lead: about.lead,
        conversation: about.conversation,
        message: None,
        dedupe_key: &format!("task:{key}"),
        due: Some(task.due),
        now: app.now(),
    };
    tx.add_task(&new).await?;
    Ok(())
}
