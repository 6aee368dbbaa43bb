//! The booking: appointment, cells, the lead's change, the confirmations and the transcript line in one transaction.

use agency::crm::{AppointmentId, Channel, LeadId, Property};
use agency::diary::{DiaryFacts, Slot, judge};
use agency::messages::{AppointmentEmail, News, ViewingConfirmation, Way, kind, viewing_confirmation, ways};
use agency::phone::PhoneNumber;
use agency::tools::book_viewing::{self, BookViewing, BookingOutcome};
use agency::tools::viewing_slots::OfferedSlot;
use agency::tools::{ToolCall, ToolOutcome};
use jiff::Timestamp;
use store::{NewAppointment, StoreError, Tx};

use super::commit;
use super::reading::diary_facts;
use crate::app::App;
use crate::conversation::Talk;
use crate::delivery::reach;
use crate::outbox::{About, Post, post, post_email};

/// A slot lost to somebody with the same negotiator may still have another; lost for the home, it is gone.
const NEGOTIATORS_TRIED_MAX: usize = 3;

pub(super) async fn book_viewing(
    talk: &Talk<'_>,
    call: &BookViewing,
    key: &str,
) -> Result<ToolOutcome, StoreError> {
    let app = talk.app;
    for _ in 0..NEGOTIATORS_TRIED_MAX {
        let property = app.store.property(call.property.id).await?;
        let wished = [agency::london::date_of(call.offered.slot.start)];
        let facts = diary_facts(app, Some(call.property.id), property.as_ref(), &wished).await?;
        let slot = match book_viewing::decide(call, property.as_ref(), &facts) {
            Ok(slot) => slot,
            Err(refused) => return Ok(ToolOutcome::Booking(refused)),
        };
        match commit_booking(talk, call, &slot, key).await {
            Err(StoreError::SlotTaken) => {}
            Err(StoreError::OffTheMarket) => return Ok(ToolOutcome::Booking(BookingOutcome::OffTheMarket)),
            other => return other,
        }
    }
    gone(talk, call).await
}

async fn gone(talk: &Talk<'_>, call: &BookViewing) -> Result<ToolOutcome, StoreError> {
    let wished = [agency::london::date_of(call.offered.slot.start)];
    let facts: DiaryFacts =
        diary_facts(talk.app, Some(call.property.id), Some(&call.property), &wished).await?;
    Ok(ToolOutcome::Booking(book_viewing::gone(call, &facts)))
}

async fn commit_booking(
    talk: &Talk<'_>,
    call: &BookViewing,
    slot: &Slot,
    key: &str,
) -> Result<ToolOutcome, StoreError> {
    let ways = ways_of(talk.app, call.viewer_phone.as_ref(), kind::VIEWING_CONFIRMATION).await?;
    let mut tx = talk.app.store.begin().await?;
    let appointment = enter(talk.app, &mut tx, (&talk.about(), talk.lead), (call, slot), &ways).await?;
    let confirmed_by: Vec<Channel> = ways.iter().map(|way| way.channel()).collect();
    let negotiator_name = slot.negotiator_name.clone();
    let outcome = ToolOutcome::Booking(BookingOutcome::Booked {
        appointment,
        start: slot.start,
        negotiator_name,
        confirmed_by,
    });
    commit(talk, tx, &ToolCall::BookViewing(Box::new(call.clone())), outcome, key).await
}

/// Into the diary, with the lead's change and the confirmations, however it was asked for.
pub(crate) async fn enter(
    app: &App,
    tx: &mut Tx,
    (about, lead): (&About<'_>, LeadId),
    (call, slot): (&BookViewing, &Slot),
    ways: &[Way],
) -> Result<AppointmentId, StoreError> {
    let now = app.now();
    let appointment = tx
        .book(&NewAppointment {
            property: Some(call.property.id),
            address: None,
            negotiator: slot.negotiator,
            lead,
            start: slot.start,
            minutes: slot.minutes,
            viewer_name: &call.viewer_name,
            viewer_email: call.viewer_email.as_deref(),
            viewer_phone: call.viewer_phone.as_ref(),
            now,
        })
        .await?;
    tx.viewing_booked(lead, call.property.id, slot.start, now).await?;
    confirm(app, tx, about, &Confirmed { call, slot, appointment, key: None }, ways).await?;
    Ok(appointment)
}

/// Books for somebody who is not in a conversation: by a page that was sent to them, or by a colleague; the transaction is the
/// caller's to commit. None: the time is not free any more.
pub(crate) async fn book_for(
    app: &App,
    lead: LeadId,
    home: &Property,
    start: Timestamp,
) -> Result<Option<(Tx, AppointmentId)>, StoreError> {
    let mut tx = app.store.begin().await?;
    let known = tx.lead_facts(lead).await?;
    tx.commit().await?;
    let diary = diary_facts(app, Some(home.id), Some(home), &[agency::london::date_of(start)]).await?;
    let Some(slot) = judge(start, &diary).ok().filter(|_| home.is_available()) else { return Ok(None) };
    let call = BookViewing {
        offered: OfferedSlot { id: String::new(), slot: slot.clone() },
        property: home.clone(),
        viewer_name: known.name.unwrap_or_else(|| "An applicant".to_owned()),
        viewer_phone: known.phone,
        viewer_email: known.email,
    };
    let ways = ways_of(app, call.viewer_phone.as_ref(), kind::VIEWING_CONFIRMATION).await?;
    let about = About { lead: Some(lead), conversation: None, alert: None };
    let mut tx = app.store.begin().await?;
    match enter(app, &mut tx, (&about, lead), (&call, &slot), &ways).await {
        Err(StoreError::SlotTaken | StoreError::OffTheMarket) => Ok(None),
        other => Ok(Some((tx, other?))),
    }
}

/// By which ways this person gets this kind of message.
pub(crate) async fn ways_of(
    app: &App,
    phone: Option<&PhoneNumber>,
    kind: &str,
) -> Result<Vec<Way>, StoreError> {
    let Some(phone) = phone else { return Ok(Vec::new()) };
    Ok(ways(&reach(app, phone, kind).await?, app.now()))
}

/// A viewing that stands at a time, to be confirmed.
pub(super) struct Confirmed<'a> {
    pub(super) call: &'a BookViewing,
    pub(super) slot: &'a Slot,
    pub(super) appointment: AppointmentId,
    /// Tells a new time's confirmation from the first one's.
    pub(super) key: Option<&'a str>,
}

pub(super) async fn confirm(
    app: &App,
    tx: &mut Tx,
    about: &About<'_>,
    confirmed: &Confirmed<'_>,
    ways: &[Way],
) -> Result<(), StoreError> {
    let (call, slot) = (confirmed.call, confirmed.slot);
    let again = confirmed.key.map_or_else(String::new, |key| format!(":{key}"));
    let key = |channel: Channel| {
        format!("{}:{}:{channel}{again}", kind::VIEWING_CONFIRMATION, confirmed.appointment.0)
    };
    for (way, to) in ways.iter().zip(call.viewer_phone.iter().cycle()) {
        let viewing = ViewingConfirmation {
            property: &call.property,
            start: slot.start,
            negotiator_name: &slot.negotiator_name,
            viewer_name: &call.viewer_name,
        };
        let message = Post {
            kind: kind::VIEWING_CONFIRMATION,
            to,
            way: *way,
            body: &viewing_confirmation(&viewing, app.agency(), *way),
            appointment: Some(confirmed.appointment),
            dedupe_key: &key(way.channel()),
        };
        post(app, tx, about, &message).await?;
    }
    let news = if confirmed.key.is_some() { News::Moved } else { News::Booked };
    let told = Told {
        appointment: confirmed.appointment,
        news,
        home: Some(&call.property),
        address: "",
        start: slot.start,
        minutes: slot.minutes,
        staff_name: &slot.negotiator_name,
        name: &call.viewer_name,
        email: call.viewer_email.as_deref(),
        sales: &[],
    };
    tell_by_email(app, tx, about, &told, (kind::VIEWING_CONFIRMATION, &key(Channel::Email))).await
}

/// An appointment that has news, for whoever has it, by email.
pub(super) struct Told<'a> {
    pub(super) appointment: AppointmentId,
    pub(super) news: News,
    /// None: a valuation, of this address.
    pub(super) home: Option<&'a Property>,
    pub(super) address: &'a str,
    pub(super) start: Timestamp,
    pub(super) minutes: i64,
    pub(super) staff_name: &'a str,
    pub(super) name: &'a str,
    pub(super) email: Option<&'a str>,
    pub(super) sales: &'a [Property],
}

/// With the invitation, its update, or its cancellation; nothing where no address is known.
pub(super) async fn tell_by_email(
    app: &App,
    tx: &mut Tx,
    about: &About<'_>,
    told: &Told<'_>,
    (kind, key): (&str, &str),
) -> Result<(), StoreError> {
    let (Some(to), Some(mailer)) = (told.email, &app.mailer) else { return Ok(()) };
    let email = AppointmentEmail {
        appointment: told.appointment,
        news: told.news,
        home: told.home,
        address: told.address,
        start: told.start,
        minutes: told.minutes,
        staff_name: told.staff_name,
        name: told.name,
        email: to,
        from: &mailer.address(),
        sales: told.sales,
        now: app.now(),
    }
    .email(app.agency());
    post_email(app, tx, about, (kind, to, &email), (Some(told.appointment), key)).await
}
