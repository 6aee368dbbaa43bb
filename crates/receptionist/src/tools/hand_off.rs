//! Putting a caller through: who is free, who holds until somebody is, and the row by which it is followed to its end.

use agency::crm::{PropertyId, UserId};
use agency::handoff::{Availability, Colleague, is_worth_holding, who_takes_in_turn};
use agency::messages::kind;
use agency::phone::PhoneNumber;
use agency::tools::hand_off::{HandOff, Transfer};
use agency::tools::{ToolCall, ToolOutcome};
use store::{NewTransfer, StoreError};

use super::commit;
use crate::app::App;
use crate::conversation::Talk;
use crate::limits::may_be_dialled;
use crate::outbox::post_to_slack;

pub(super) async fn hand_off(talk: &Talk<'_>, call: &HandOff, key: &str) -> Result<ToolOutcome, StoreError> {
    let app = talk.app;
    let settings = &app.settings.transfer;
    if !settings.enabled {
        return Ok(ToolOutcome::HandOff(None));
    }
    let colleagues = colleagues(app).await?;
    let waiting = (call.reason, call.caller);
    let facts = facts(app, &colleagues, agent_of(app, call.home).await?);
    let before =
        app.store.holding(app.now()).await?.into_iter().map(|(_, waiting)| waiting).collect::<Vec<_>>();
    let people = who_takes_in_turn(&before, waiting, &facts);
    let holds = people.is_empty() && settings.hold_s_max > 0 && is_worth_holding(waiting, &facts);
    if people.is_empty() && !holds {
        return Ok(ToolOutcome::HandOff(None));
    }
    let id = app.id("transfer");
    let new = NewTransfer {
        id: &id,
        conversation: &talk.conversation,
        lead: talk.lead,
        reason: call.reason,
        summary: &call.summary,
        caller: call.caller,
        home: call.home,
        holds,
        now: app.now(),
    };
    let mut tx = app.store.begin().await?;
    tx.begin_transfer(&new).await?;
    let what = if holds { "A caller holds" } else { "Putting a caller through" };
    let body = format!("{what}: {}", call.summary);
    post_to_slack(app, &mut tx, &talk.about(), (kind::HAND_OFF, &body), &id).await?;
    let outcome = ToolOutcome::HandOff(Some(Transfer { id, people: telephones(people) }));
    commit(talk, tx, &ToolCall::HandOff(call.clone()), outcome, key).await
}

/// A caller who holds.
#[derive(Debug)]
pub(crate) struct Held {
    /// From 1.
    pub place: usize,
    /// Who is free for them, now that it is their turn.
    pub people: Vec<(UserId, PhoneNumber)>,
    pub is_over: bool,
    pub has_waited_s: i64,
}

/// How it stands with a caller who holds. None: this transfer never held.
pub(crate) async fn held(app: &App, id: &str) -> Result<Option<Held>, StoreError> {
    let Some(transfer) = app.store.transfer(id).await? else { return Ok(None) };
    let Some((waiting, since)) = transfer.waiting() else { return Ok(None) };
    let holding = app.store.holding(app.now()).await?.into_iter();
    let before: Vec<_> = holding.take_while(|(held, _)| held != id).map(|(_, waiting)| waiting).collect();
    let colleagues = colleagues(app).await?;
    let facts = facts(app, &colleagues, agent_of(app, transfer.home()).await?);
    Ok(Some(Held {
        place: before.len() + 1,
        people: telephones(who_takes_in_turn(&before, waiting, &facts)),
        is_over: !transfer.is_open(),
        has_waited_s: app.now().duration_since(since).as_secs(),
    }))
}

fn facts<'a>(app: &'a App, colleagues: &'a [Colleague], agent: Option<UserId>) -> Availability<'a> {
    let people_max = app.settings.transfer.people_max;
    Availability { now: app.now(), hours: app.hours(), colleagues, agent, people_max }
}

/// The negotiator of a home.
async fn agent_of(app: &App, home: Option<PropertyId>) -> Result<Option<UserId>, StoreError> {
    let Some(home) = home else { return Ok(None) };
    Ok(app.store.property(home).await?.and_then(|home| home.agent))
}

fn telephones(people: Vec<Colleague>) -> Vec<(UserId, PhoneNumber)> {
    people.into_iter().map(|colleague| (colleague.user, colleague.phone)).collect()
}

/// Those whose telephone may be rung.
pub(crate) async fn colleagues(app: &App) -> Result<Vec<Colleague>, StoreError> {
    let all = app.store.colleagues(app.now()).await?;
    Ok(all.into_iter().filter(|colleague| may_be_dialled(app, &colleague.phone)).collect())
}
