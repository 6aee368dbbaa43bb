//! A valuation: appointment and cells in a valuer's diary, what they should know, and the confirmation, in one transaction.

use agency::crm::{AppointmentId, Channel, LeadId, Priority, Property, TaskKind};
use agency::diary::Slot;
use agency::messages::{CalledOff, News, Way, kind, valuation_cancelled, valuation_confirmation};
use agency::phone::PhoneNumber;
use agency::postcode::Postcode;
use agency::tools::book_valuation::{self, BookValuation};
use agency::tools::book_viewing::BookingOutcome;
use agency::tools::{ToolCall, ToolOutcome};
use store::{BookedValuation, NewAppointment, Place, StoreError, Tx};

use super::booking::{Told, tell_by_email, ways_of};
use super::commit;
use super::reading::diary_facts;
use super::task::{Task, leave};
use crate::app::App;
use crate::conversation::Talk;
use crate::outbox::{About, Post, post};

/// A slot lost to somebody with the same valuer may still have another.
const VALUERS_TRIED_MAX: usize = 3;

pub(super) async fn book_valuation(
    talk: &Talk<'_>,
    call: &BookValuation,
    key: &str,
) -> Result<ToolOutcome, StoreError> {
    let wished = [agency::london::date_of(call.offered.slot.start)];
    for _ in 0..VALUERS_TRIED_MAX {
        let facts = diary_facts(talk.app, None, None, &wished).await?;
        let slot = match book_valuation::decide(call, &facts) {
            Ok(slot) => slot,
            Err(refused) => return Ok(ToolOutcome::Valuation(refused)),
        };
        match commit_valuation(talk, call, &slot, key).await {
            Err(StoreError::SlotTaken) => {}
            other => return other,
        }
    }
    let facts = diary_facts(talk.app, None, None, &wished).await?;
    Ok(ToolOutcome::Valuation(book_valuation::gone(call, &facts)))
}

async fn commit_valuation(
    talk: &Talk<'_>,
    call: &BookValuation,
    slot: &Slot,
    key: &str,
) -> Result<ToolOutcome, StoreError> {
    let about = talk.about();
    let (tx, appointment, ways) = enter(talk.app, (&about, talk.lead), (call, slot)).await?;
    let outcome = ToolOutcome::Valuation(BookingOutcome::Booked {
        appointment,
        start: slot.start,
        negotiator_name: slot.negotiator_name.clone(),
        confirmed_by: ways.iter().map(|way| way.channel()).collect(),
    });
    commit(talk, tx, &ToolCall::BookValuation(Box::new(call.clone())), outcome, key).await
}

/// Into a valuer's diary, with a task for them and the confirmations, however it was asked for; the transaction is the caller's to
/// commit.
async fn enter(
    app: &App,
    (about, lead): (&About<'_>, LeadId),
    (call, slot): (&BookValuation, &Slot),
) -> Result<(Tx, AppointmentId, Vec<Way>), StoreError> {
    let address = call.address.to_string();
    let ways = ways_of(app, call.phone.as_ref(), kind::VALUATION_CONFIRMATION).await?;
    let sales = sold_nearby(app, call.address.postcode.as_deref()).await?;
    let mut tx = app.store.begin().await?;
    let appointment = tx
        .book(&NewAppointment {
            property: None,
            address: Some(&address),
            negotiator: slot.negotiator,
            lead,
            start: slot.start,
            minutes: slot.minutes,
            viewer_name: &call.name,
            viewer_email: call.email.as_deref(),
            viewer_phone: call.phone.as_ref(),
            now: app.now(),
        })
        .await?;
    let task = Task {
        kind: TaskKind::FollowUp,
        priority: Priority::Normal,
        title: &format!("Valuation of {address}: {}", call.about()),
        notes: &format!("{} goes there. Prepare comparable prices.", slot.negotiator_name),
        due: slot.start,
    };
    leave(app, &mut tx, about, (&task, &preparation(appointment))).await?;
    let told = Told {
        appointment,
        news: News::Booked,
        home: None,
        address: &address,
        start: slot.start,
        minutes: slot.minutes,
        staff_name: &slot.negotiator_name,
        name: &call.name,
        email: call.email.as_deref(),
        sales: &sales,
    };
    confirm(app, &mut tx, about, (&told, call.phone.as_ref(), &ways), "").await?;
    Ok((tx, appointment, ways))
}

/// Names the task of preparing it: it goes with the appointment.
fn preparation(appointment: AppointmentId) -> String {
    format!("valuation:{}", appointment.0)
}

/// That somebody comes then, by every way they are reached by. A confirmation of another time has a key of its own.
async fn confirm(
    app: &App,
    tx: &mut Tx,
    about: &About<'_>,
    (told, phone, ways): (&Told<'_>, Option<&PhoneNumber>, &[Way]),
    again: &str,
) -> Result<(), StoreError> {
    let kind = kind::VALUATION_CONFIRMATION;
    let key = |channel: Channel| format!("{kind}:{}:{channel}{again}", told.appointment.0);
    let body = valuation_confirmation(told.address, told.start, told.staff_name, app.agency());
    for (way, to) in ways.iter().zip(phone.into_iter().cycle()) {
        let (way, dedupe_key) = (*way, key(way.channel()));
        let appointment = Some(told.appointment);
        let message = Post { kind, to, way, body: &body, appointment, dedupe_key: &dedupe_key };
        post(app, tx, about, &message).await?;
    }
    tell_by_email(app, tx, about, told, (kind, &key(Channel::Email))).await
}

/// Books for a lead, as a colleague asks; the transaction is the caller's to commit. None: the time is not free any more.
pub(crate) async fn book_valuation_for(
    app: &App,
    lead: LeadId,
    call: &BookValuation,
) -> Result<Option<(Tx, AppointmentId)>, StoreError> {
    let about = About { lead: Some(lead), conversation: None, alert: None };
    match enter(app, (&about, lead), (call, &call.offered.slot)).await {
        Err(StoreError::SlotTaken) => Ok(None),
        entered => entered.map(|(tx, appointment, _)| Some((tx, appointment))),
    }
}

/// To another time, with word to whose home it is; the transaction is the caller's to commit. None: it is no longer booked for that
/// time.
pub(crate) async fn move_valuation(
    app: &App,
    valuation: &BookedValuation,
    slot: &Slot,
    key: &str,
) -> Result<Option<Tx>, StoreError> {
    let phone = valuation.phone.as_deref().and_then(|phone| PhoneNumber::parse(phone).ok());
    let about = About { lead: valuation.lead.map(LeadId), conversation: None, alert: None };
    let ways = ways_of(app, phone.as_ref(), kind::VALUATION_CONFIRMATION).await?;
    let id = AppointmentId(valuation.id);
    let place =
        Place { property: None, negotiator: slot.negotiator, start: slot.start, minutes: slot.minutes };
    let mut tx = app.store.begin().await?;
    if !tx.move_booked(id, valuation.start, place).await? {
        return Ok(None);
    }
    let told = Told {
        appointment: id,
        news: News::Moved,
        home: None,
        address: &valuation.address,
        start: slot.start,
        minutes: slot.minutes,
        staff_name: &slot.negotiator_name,
        name: &valuation.name,
        email: valuation.email.as_deref(),
        sales: &[],
    };
    confirm(app, &mut tx, &about, (&told, phone.as_ref(), &ways), &format!(":{key}")).await?;
    tx.put_task_off(&format!("task:{}", preparation(id)), slot.start).await?;
    let task = Task {
        kind: TaskKind::FollowUp,
        priority: Priority::Normal,
        title: &format!(
            "Valuation of {}: moved to {}",
            valuation.address,
            agency::speech::moment_in_writing(slot.start)
        ),
        notes: &format!("{} was to go there; now {} does.", valuation.valuer, slot.negotiator_name),
        due: slot.start,
    };
    leave(app, &mut tx, &about, (&task, key)).await?;
    Ok(Some(tx))
}

/// Out of the diary, with word to whose home it is; the transaction is the caller's to commit. None: it is no longer booked for
/// that time.
pub(crate) async fn call_off_valuation(
    app: &App,
    valuation: &BookedValuation,
    (why, key): (&str, &str),
) -> Result<Option<Tx>, StoreError> {
    let phone = valuation.phone.as_deref().and_then(|phone| PhoneNumber::parse(phone).ok());
    let about = About { lead: valuation.lead.map(LeadId), conversation: None, alert: None };
    // The message says what it is of: one approved wording serves both.
    let kind = kind::VIEWING_CANCELLED;
    let ways = ways_of(app, phone.as_ref(), kind).await?;
    let (id, by) = (AppointmentId(valuation.id), CalledOff::ByUs);
    let mut tx = app.store.begin().await?;
    if !tx.cancel_booked(id, valuation.start).await? {
        return Ok(None);
    }
    tx.cancel_task(&format!("task:{}", preparation(id))).await?;
    let body = valuation_cancelled(&valuation.address, valuation.start, by, app.agency());
    for (way, to) in ways.into_iter().zip(phone.iter().cycle()) {
        let dedupe_key = format!("{kind}:{}:{}", id.0, way.channel());
        let message = Post { kind, to, way, body: &body, appointment: Some(id), dedupe_key: &dedupe_key };
        post(app, &mut tx, &about, &message).await?;
    }
    let told = Told {
        appointment: id,
        news: News::Cancelled(by),
        home: None,
        address: &valuation.address,
        start: valuation.start,
        minutes: valuation.minutes,
        staff_name: &valuation.valuer,
        name: &valuation.name,
        email: valuation.email.as_deref(),
        sales: &[],
    };
    tell_by_email(app, &mut tx, &about, &told, (kind, &format!("{kind}:{}:email", id.0))).await?;
    let task = Task {
        kind: TaskKind::FollowUp,
        priority: Priority::Normal,
        title: &format!("Valuation of {}: {why}", valuation.address),
        notes: &format!("{} was to go there.", valuation.valuer),
        due: app.now(),
    };
    leave(app, &mut tx, &about, (&task, key)).await?;
    Ok(Some(tx))
}

/// What sold lately in the same part of town.
async fn sold_nearby(app: &App, postcode: Option<&str>) -> Result<Vec<Property>, StoreError> {
    const SALES_MAX: i64 = 3;
    let Some(postcode) = postcode.and_then(Postcode::parse) else { return Ok(Vec::new()) };
    let mut sales = Vec::new();
    for id in app.store.sold_nearby(&postcode.outward, SALES_MAX).await? {
        sales.extend(app.store.property(id).await?);
    }
    Ok(sales)
}
