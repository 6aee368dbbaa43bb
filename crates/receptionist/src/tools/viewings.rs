//! Viewings that are in the diary already: looked up, called off, moved; each with its messages and a task that tells the
//! negotiator.

use agency::crm::{Priority, TaskKind};
use agency::diary::Slot;
use agency::messages::{CalledOff, News, Way, kind, running_late as running_late_words, viewing_cancelled};
use agency::phone::PhoneNumber;
use agency::speech;
use agency::tools::book_viewing::{self, BookViewing, BookingOutcome};
use agency::tools::cancel_viewing::{CancelOutcome, CancelViewing};
use agency::tools::find_viewing::{self, BookedViewing, FindViewing};
use agency::tools::move_viewing::{MoveOutcome, MoveViewing};
use agency::tools::running_late::RunningLate;
use agency::tools::{ToolCall, ToolOutcome};
use jiff::SignedDuration;
use store::{Place, StoreError, Tx};

use super::booking::{Confirmed, Told, confirm, tell_by_email, ways_of};
use super::commit;
use super::reading::diary_facts;
use super::task::{Task, leave};
use crate::app::App;
use crate::conversation::Talk;
use crate::outbox::{About, Post, post, post_all_ways};

pub(super) async fn find_viewing(app: &App, call: &FindViewing) -> Result<ToolOutcome, StoreError> {
    let mut homes = app.store.homes_in_streets(&call.streets).await?;
    if let Some(reference) = &call.reference {
        homes.extend(app.store.property_by_reference(reference).await?.map(|property| property.id));
    }
    homes.sort_unstable();
    homes.dedup();
    /// One who is this late is not expected any more.
    const LATE_MAX: SignedDuration = SignedDuration::from_hours(1);
    let now = app.now();
    let since = if call.late { now.saturating_sub(LATE_MAX).unwrap_or(now) } else { now };
    let mut booked = app.store.booked_viewings(&homes, since).await?;
    if call.late {
        booked.retain(|viewing| agency::london::date_of(viewing.start) == agency::london::date_of(now));
    }
    Ok(ToolOutcome::Viewing(find_viewing::decide(call, booked).map(Box::new)))
}

pub(super) async fn cancel_viewing(
    talk: &Talk<'_>,
    call: &CancelViewing,
    key: &str,
) -> Result<ToolOutcome, StoreError> {
    let app = talk.app;
    let viewing = &call.viewing;
    let phone = talk.state.details.phone.as_ref();
    let off =
        call_off(app, &talk.about(), (viewing, phone), (CalledOff::ByThem, "cancelled by the caller", key))
            .await?;
    let Some(tx) = off else { return Ok(ToolOutcome::Cancelled(CancelOutcome::NotThere)) };
    let outcome = ToolOutcome::Cancelled(CancelOutcome::Cancelled);
    commit(talk, tx, &ToolCall::CancelViewing(Box::new(call.clone())), outcome, key).await
}

/// Out of the diary, with word to whoever was to come and to whoever was to show it; the transaction is the caller's to commit.
/// None: it is no longer booked for that time.
pub(crate) async fn call_off(
    app: &App,
    about: &About<'_>,
    (viewing, phone): (&BookedViewing, Option<&PhoneNumber>),
    (by, why, key): (CalledOff, &str, &str),
) -> Result<Option<Tx>, StoreError> {
    let ways = ways_of(app, phone, kind::VIEWING_CANCELLED).await?;
    let email = app.store.viewer_email(viewing.appointment).await?;
    let mut tx = app.store.begin().await?;
    if !tx.cancel_viewing(viewing).await? {
        return Ok(None);
    }
    let body = viewing_cancelled(&viewing.property, viewing.start, by, app.agency());
    for (way, to) in ways.into_iter().zip(phone.into_iter().cycle()) {
        let kind = kind::VIEWING_CANCELLED;
        let dedupe_key = format!("{kind}:{}:{}", viewing.appointment.0, way.channel());
        let appointment = Some(viewing.appointment);
        post(app, &mut tx, about, &Post { kind, to, way, body: &body, appointment, dedupe_key: &dedupe_key })
            .await?;
    }
    let told = Told {
        appointment: viewing.appointment,
        news: News::Cancelled(by),
        home: Some(&viewing.property),
        address: "",
        start: viewing.start,
        minutes: app.settings.diary.slot_minutes,
        staff_name: &viewing.negotiator_name,
        name: &viewing.viewer_name,
        email: email.as_deref(),
        sales: &[],
    };
    let email_key = format!("{}:{}:email", kind::VIEWING_CANCELLED, viewing.appointment.0);
    tell_by_email(app, &mut tx, about, &told, (kind::VIEWING_CANCELLED, &email_key)).await?;
    tell_negotiator(app, &mut tx, about, viewing, (why, key)).await?;
    Ok(Some(tx))
}

pub(super) async fn move_viewing(
    talk: &Talk<'_>,
    call: &MoveViewing,
    key: &str,
) -> Result<ToolOutcome, StoreError> {
    let app = talk.app;
    let property = app.store.property(call.viewing.property.id).await?;
    let wished = [agency::london::date_of(call.offered.slot.start)];
    let facts = diary_facts(app, Some(call.viewing.property.id), property.as_ref(), &wished).await?;
    let booking = as_booking(call, app.store.viewer_email(call.viewing.appointment).await?);
    let slot = match book_viewing::decide(&booking, property.as_ref(), &facts) {
        Ok(slot) => slot,
        Err(refused) => return Ok(ToolOutcome::Moved(MoveOutcome::To(refused))),
    };
    match commit_move(talk, call, &booking, &slot, key).await {
        Err(StoreError::SlotTaken) => {
            Ok(ToolOutcome::Moved(MoveOutcome::To(book_viewing::gone(&booking, &facts))))
        }
        Err(StoreError::OffTheMarket) => {
            Ok(ToolOutcome::Moved(MoveOutcome::To(BookingOutcome::OffTheMarket)))
        }
        other => other,
    }
}

/// The new time, as if it were booked anew.
fn as_booking(call: &MoveViewing, viewer_email: Option<String>) -> BookViewing {
    BookViewing {
        offered: call.offered.clone(),
        property: call.viewing.property.clone(),
        viewer_name: call.viewing.viewer_name.clone(),
        viewer_phone: call.phone.clone(),
        viewer_email,
    }
}

async fn commit_move(
    talk: &Talk<'_>,
    call: &MoveViewing,
    booking: &BookViewing,
    slot: &Slot,
    key: &str,
) -> Result<ToolOutcome, StoreError> {
    let app = talk.app;
    let viewing = &call.viewing;
    let Some((tx, ways)) = move_to(app, &talk.about(), (viewing, booking, slot), key).await? else {
        return Ok(ToolOutcome::Moved(MoveOutcome::NotThere));
    };
    let outcome = ToolOutcome::Moved(MoveOutcome::To(BookingOutcome::Booked {
        appointment: viewing.appointment,
        start: slot.start,
        negotiator_name: slot.negotiator_name.clone(),
        confirmed_by: ways.iter().map(|way| way.channel()).collect(),
    }));
    commit(talk, tx, &ToolCall::MoveViewing(Box::new(call.clone())), outcome, key).await
}

/// To another place in the diary, with the confirmations, and by which ways; the transaction is the caller's to commit. None: it is no longer booked for its time.
pub(crate) async fn move_to(
    app: &App,
    about: &About<'_>,
    (viewing, booking, slot): (&BookedViewing, &BookViewing, &Slot),
    key: &str,
) -> Result<Option<(Tx, Vec<Way>)>, StoreError> {
    let ways = ways_of(app, booking.viewer_phone.as_ref(), kind::VIEWING_CONFIRMATION).await?;
    let place = Place {
        property: Some(viewing.property.id),
        negotiator: slot.negotiator,
        start: slot.start,
        minutes: slot.minutes,
    };
    let mut tx = app.store.begin().await?;
    if !tx.move_viewing(viewing, place).await? {
        return Ok(None);
    }
    let confirmed = Confirmed { call: booking, slot, appointment: viewing.appointment, key: Some(key) };
    confirm(app, &mut tx, about, &confirmed, &ways).await?;
    let moved = format!("moved to {}", speech::moment_in_writing(slot.start));
    tell_negotiator(app, &mut tx, about, viewing, (&moved, key)).await?;
    Ok(Some((tx, ways)))
}

pub(super) async fn running_late(
    talk: &Talk<'_>,
    call: &RunningLate,
    key: &str,
) -> Result<ToolOutcome, StoreError> {
    let app = talk.app;
    let phone = app.store.phone_of_shower(call.viewing.appointment).await?;
    let mut tx = app.store.begin().await?;
    tell_negotiator(app, &mut tx, &talk.about(), &call.viewing, ("the caller is running late", key)).await?;
    if let Some(phone) = &phone {
        let body = running_late_words(call, app.agency());
        let to = (kind::RUNNING_LATE, phone, body.as_str());
        post_all_ways(app, &mut tx, &talk.about(), to, &format!("{}:{key}", kind::RUNNING_LATE)).await?;
    }
    let call = ToolCall::RunningLate(Box::new(call.clone()));
    commit(talk, tx, &call, ToolOutcome::LateTold, key).await
}

async fn tell_negotiator(
    app: &App,
    tx: &mut Tx,
    about: &About<'_>,
    viewing: &BookedViewing,
    (what, key): (&str, &str),
) -> Result<(), StoreError> {
    let when = speech::moment_in_writing(viewing.start);
    let task = Task {
        kind: TaskKind::FollowUp,
        priority: Priority::Normal,
        title: &format!("Viewing of {} on {when}: {what}", viewing.property.reference),
        notes: &format!("{} was to show it.", viewing.negotiator_name),
        due: app.now(),
    };
    leave(app, tx, about, (&task, key)).await
}
