//! A chat goes to a person: the task in their inbox, and our silence in it until that task is done, in one transaction.

use agency::crm::Priority;
use agency::tools::pass_on::{PassOn, PassedOn};
use agency::tools::take_message::call_back_due;
use agency::tools::{ToolCall, ToolOutcome};
use store::{NewTask, StoreError};

use super::commit;
use crate::conversation::Talk;

pub(super) async fn pass_on(talk: &Talk<'_>, call: &PassOn, key: &str) -> Result<ToolOutcome, StoreError> {
    let app = talk.app;
    let now = app.now();
    let passed = PassedOn { due: call_back_due(app.hours(), now), office_open: app.hours().is_open(now) };
    let task = NewTask {
        id: &app.id("task"),
        kind: call.about,
        priority: Priority::Urgent,
        title: "Take over a chat: answer them in writing",
        notes: Some(&call.summary),
        lead: Some(talk.lead),
        conversation: Some(&talk.conversation),
        message: None,
        dedupe_key: &format!("task:{key}"),
        due: Some(passed.due),
        now,
    };
    let mut tx = app.store.begin().await?;
    tx.add_task(&task).await?;
    tx.pass_chat(&talk.conversation, task.id).await?;
    commit(talk, tx, &ToolCall::PassOn(call.clone()), ToolOutcome::PassedOn(passed), key).await
}
