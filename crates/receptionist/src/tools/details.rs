//! The details of homes that were spoken of: sent at once by the way that was asked for, or given to a colleague where
//! nothing of ours goes there.

use agency::crm::{Priority, TaskKind};
use agency::messages::{Occasion, Way, kind};
use agency::tools::send_details::{DetailsSent, Recipient, SendDetails};
use agency::tools::take_message::call_back_due;
use agency::tools::{ToolCall, ToolOutcome};
use store::StoreError;

use super::booking::ways_of;
use super::commit;
use super::task::{Task, leave};
use crate::conversation::Talk;
use crate::packages::{self, For};

pub(super) async fn send_details(
    talk: &Talk<'_>,
    call: &SendDetails,
    key: &str,
) -> Result<ToolOutcome, StoreError> {
    let app = talk.app;
    let (phone, email) = match &call.to {
        Recipient::Phone(phone) => (Some(phone), None),
        Recipient::Email(email) => (None, Some(email.as_str())),
    };
    let ways = match email {
        Some(_) if app.mailer.is_some() => vec![Way::Email],
        Some(_) => Vec::new(),
        // To whoever writes, where they write.
        None if phone == talk.state.caller.phone.as_ref() && talk.writes_by.is_some() => {
            talk.writes_by.into_iter().collect()
        }
        None => ways_of(talk.app, phone, kind::PROPERTY_DETAILS).await?,
    };
    let of = For {
        lead: talk.lead,
        conversation: Some(&talk.conversation),
        name: call.name.as_deref(),
        wants: &talk.state.wants,
        homes: &call.homes,
        occasion: Occasion::SpokenOf,
        phone,
        email,
        key,
        send_after: app.now(),
    };
    let package = packages::prepare(app, &of, &ways).await?;
    let by = package.channels();
    let mut tx = app.store.begin().await?;
    if by.is_empty() {
        ask_colleague(talk, &mut tx, call, key).await?;
    } else {
        packages::write(app, &mut tx, &package).await?;
    }
    let outcome = ToolOutcome::DetailsSent(DetailsSent { by });
    commit(talk, tx, &ToolCall::SendDetails(call.clone()), outcome, key).await
}

/// The promise is a task, due when a call-back would be.
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
    leave(talk.app, tx, &talk.about(), (&task, key)).await
}
