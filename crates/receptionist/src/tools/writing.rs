//! Messages for people: a task, with the text that promises a call-back, in one transaction.

use agency::crm::TaskKind;
use agency::messages::{Way, callback_promise, kind};
use agency::tools::take_message::{self, TakeMessage};
use agency::tools::{ToolCall, ToolOutcome};
use store::StoreError;

use super::commit;
use super::task::{Task, leave};
use crate::conversation::Talk;
use crate::outbox::{Post, post};

pub(super) async fn take_message(
    talk: &Talk<'_>,
    call: &TakeMessage,
    key: &str,
) -> Result<ToolOutcome, StoreError> {
    let app = talk.app;
    let now = app.now();
    let taken = take_message::decide(call, app.hours(), now);
    let task = Task {
        kind: if taken.call_back.is_none() && call.about == TaskKind::CallBack {
            TaskKind::Other
        } else {
            call.about
        },
        priority: taken.priority(),
        title: &take_message::title(call, now),
        notes: &call.words,
        due: taken.due,
    };
    let mut tx = app.store.begin().await?;
    leave(talk.app, &mut tx, &talk.about(), (&task, key)).await?;
    if let Some(phone) = call.phone.as_ref().filter(|_| call.opts_out) {
        tx.opt_out(&app.id("opt_out"), phone, now).await?;
    }
    if let Some(phone) = taken.call_back.as_ref().filter(|phone| {
        // Whoever asks to be left alone is not texted about it; whoever writes reads it in the answer.
        phone.takes_texts() && !call.opts_out && !talk.state.manner.is_written()
    }) {
        let promise = Post {
            kind: kind::CALLBACK_PROMISE,
            to: phone,
            way: Way::Sms,
            body: &callback_promise(&taken, app.agency()),
            appointment: None,
            dedupe_key: &format!("{}:{key}", kind::CALLBACK_PROMISE),
        };
        post(app, &mut tx, &talk.about(), &promise).await?;
    }
    let outcome = ToolOutcome::MessageTaken(taken);
    commit(talk, tx, &ToolCall::TakeMessage(call.clone()), outcome, key).await
}
