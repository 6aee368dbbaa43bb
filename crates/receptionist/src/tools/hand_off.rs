//! Putting a caller through: who is free, and the row by which the transfer is followed to its end.

use agency::handoff::{Availability, who_takes};
use agency::messages::kind;
use agency::tools::hand_off::{HandOff, Transfer};
use agency::tools::{ToolCall, ToolOutcome};
use store::{NewTransfer, StoreError};

use super::commit;
use crate::conversation::Talk;
use crate::outbox::post_to_slack;

pub(super) async fn hand_off(talk: &Talk<'_>, call: &HandOff, key: &str) -> Result<ToolOutcome, StoreError> {
    let app = talk.app;
    let settings = &app.settings.transfer;
    if !settings.enabled {
        return Ok(ToolOutcome::HandOff(None));
    }
    let colleagues = app.store.colleagues(app.now()).await?;
    let home = match call.home {
        Some(home) => app.store.property(home).await?,
        None => None,
    };
    let facts = Availability {
        now: app.now(),
        hours: app.hours(),
        colleagues: &colleagues,
        agent: home.and_then(|home| home.agent),
        people_max: settings.people_max,
    };
    let people = who_takes(call.reason, call.caller, &facts);
    if people.is_empty() {
        return Ok(ToolOutcome::HandOff(None));
    }
    let id = app.id("transfer");
    let new = NewTransfer {
        id: &id,
        conversation: &talk.conversation,
        lead: talk.lead,
        reason: call.reason,
        summary: &call.summary,
        now: app.now(),
    };
    let mut tx = app.store.begin().await?;
    tx.begin_transfer(&new).await?;
    let body = format!("Putting a caller through: {}", call.summary);
    post_to_slack(app, &mut tx, &talk.about(), (kind::HAND_OFF, &body), &id).await?;
    let people = people.into_iter().map(|colleague| (colleague.user, colleague.phone)).collect();
    let outcome = ToolOutcome::HandOff(Some(Transfer { id, people }));
    commit(talk, tx, &ToolCall::HandOff(call.clone()), outcome, key).await
}
