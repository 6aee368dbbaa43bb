//! The details of homes that were spoken of: sent at once by text or WhatsApp, or given to a colleague to email.

use agency::crm::{Channel, Priority, TaskKind};
use agency::messages::{kind, property_details};
use agency::tools::send_details::{DetailsSent, Recipient, SendDetails};
use agency::tools::take_message::call_back_due;
use agency::tools::{ToolCall, ToolOutcome};
use store::StoreError;

use super::booking::ways_to;
use super::commit;
use super::task::{Task, leave};
use crate::conversation::Talk;
use crate::outbox::{Post, post};

pub(super) async fn send_details(
    talk: &Talk<'_>,
    call: &SendDetails,
    key: &str,
) -> Result<ToolOutcome, StoreError> {
    let app = talk.app;
    let phone = match &call.to {
        Recipient::Phone(phone) => Some(phone),
        Recipient::Email(_) => None,
    };
    let ways = ways_to(talk, phone, kind::PROPERTY_DETAILS).await?;
    let by: Vec<Channel> = ways.iter().map(|way| way.channel()).collect();
    let mut tx = app.store.begin().await?;
    let body = property_details(&call.homes, app.agency());
    for (way, to) in ways.iter().filter_map(|way| phone.map(|to| (*way, to))) {
        let kind = kind::PROPERTY_DETAILS;
        let dedupe_key = format!("{kind}:{key}:{}", way.channel());
        post(
            app,
            &mut tx,
            &talk.about(),
            &Post { kind, to, way, body: &body, appointment: None, dedupe_key: &dedupe_key },
        )
        .await?;
    }
    match by.as_slice() {
        [] => ask_colleague(talk, &mut tx, call, key).await?,
        [only] => mark(talk, &mut tx, call, only.word()).await?,
        _ => mark(talk, &mut tx, call, "both").await?,
    }
    let outcome = ToolOutcome::DetailsSent(DetailsSent { by });
    commit(talk, tx, &ToolCall::SendDetails(call.clone()), outcome, key).await
}

async fn mark(talk: &Talk<'_>, tx: &mut store::Tx, call: &SendDetails, by: &str) -> Result<(), StoreError> {
    for home in &call.homes {
        tx.details_sent(talk.lead, home.id, by, talk.app.now()).await?;
    }
    Ok(())
}

/// Nothing of ours goes there: the promise is a task, due when a call-back would be.
async fn ask_colleague(
    talk: &Talk<'_>,
    tx: &mut store::Tx,
    call: &SendDetails,
    key: &str,
) -> Result<(), StoreError> {
    let app = talk.app;
    let homes: Vec<&str> = call.homes.iter().map(|home| home.reference.as_str()).collect();
    let to = match &call.to {
        Recipient::Phone(phone) => phone.national(),
        Recipient::Email(email) => email.clone(),
    };
    let task = Task {
        kind: TaskKind::FollowUp,
        priority: Priority::Urgent,
        title: "Send the details that were promised",
        notes: &format!("{} to {to}", homes.join(", ")),
        due: call_back_due(app.hours(), app.now()),
    };
    leave(talk, tx, &task, key).await
}
