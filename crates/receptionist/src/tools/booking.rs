//! The booking: appointment, cells, the lead's change, the confirmations and the transcript line in one transaction.

use agency::crm::{Channel, Property};
use agency::diary::{DiaryFacts, Slot};
use agency::messages::{ViewingConfirmation, Way, kind, viewing_confirmation, ways};
use agency::tools::book_viewing::{self, BookViewing, BookingOutcome};
use agency::tools::{ToolCall, ToolOutcome};
use store::{NewAppointment, NewMessage, StoreError};

use super::reading::diary_facts;
use super::record;
use crate::conversation::Talk;
use crate::delivery::{addresses, reach};

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
        let facts = diary_facts(app, call.property.id, property.as_ref(), &wished).await?;
        let slot = match book_viewing::decide(call, property.as_ref(), &facts) {
            Ok(slot) => slot,
            Err(refused) => return Ok(ToolOutcome::Booking(refused)),
        };
        match commit(talk, call, &slot, key).await {
            Err(StoreError::SlotTaken) => {}
            Err(StoreError::OffTheMarket) => return Ok(ToolOutcome::Booking(BookingOutcome::OffTheMarket)),
            other => return other,
        }
    }
    gone(talk, call).await
}

async fn gone(talk: &Talk<'_>, call: &BookViewing) -> Result<ToolOutcome, StoreError> {
    let wished = [agency::london::date_of(call.offered.slot.start)];
    let facts: DiaryFacts = diary_facts(talk.app, call.property.id, Some(&call.property), &wished).await?;
    Ok(ToolOutcome::Booking(book_viewing::gone(call, &facts)))
}

async fn commit(
    talk: &Talk<'_>,
    call: &BookViewing,
    slot: &Slot,
    key: &str,
) -> Result<ToolOutcome, StoreError> {
    let app = talk.app;
    let now = app.now();
    let ways = confirmation_ways(talk, call).await?;
    let mut tx = app.store.begin().await?;
    let appointment = tx
        .book(&NewAppointment {
            property: call.property.id,
            negotiator: slot.negotiator,
            lead: talk.lead,
            start: slot.start,
            minutes: slot.minutes,
            viewer_name: &call.viewer_name,
            viewer_email: call.viewer_email.as_deref(),
            viewer_phone: call.viewer_phone.as_ref(),
            now,
        })
        .await?;
    tx.viewing_booked(talk.lead, call.property.id, slot.start, now).await?;
    for way in &ways {
        let body = words(talk, &call.property, call, slot, *way);
        enqueue(talk, &mut tx, call, appointment, *way, &body).await?;
    }
    let confirmed_by: Vec<Channel> = ways.iter().map(|way| way.channel()).collect();
    let negotiator_name = slot.negotiator_name.clone();
    let outcome = ToolOutcome::Booking(BookingOutcome::Booked {
        appointment,
        start: slot.start,
        negotiator_name,
        confirmed_by,
    });
    record(talk, &mut tx, &ToolCall::BookViewing(Box::new(call.clone())), &outcome, key).await?;
    tx.commit().await?;
    app.outbox_rung.notify_one();
    Ok(outcome)
}

async fn confirmation_ways(talk: &Talk<'_>, call: &BookViewing) -> Result<Vec<Way>, StoreError> {
    let Some(phone) = &call.viewer_phone else { return Ok(Vec::new()) };
    let reach = reach(talk.app, phone, kind::VIEWING_CONFIRMATION).await?;
    Ok(ways(&reach, talk.app.now()))
}

fn words(talk: &Talk<'_>, property: &Property, call: &BookViewing, slot: &Slot, way: Way) -> String {
    let viewing = ViewingConfirmation {
        property,
        start: slot.start,
        negotiator_name: &slot.negotiator_name,
        viewer_name: &call.viewer_name,
    };
    viewing_confirmation(&viewing, talk.app.agency(), way)
}

async fn enqueue(
    talk: &Talk<'_>,
    tx: &mut store::Tx,
    call: &BookViewing,
    appointment: agency::crm::AppointmentId,
    way: Way,
    body: &str,
) -> Result<(), StoreError> {
    let app = talk.app;
    let Some(phone) = &call.viewer_phone else { return Ok(()) };
    let (to, from) = addresses(&app.settings.twilio, phone, way.channel());
    let template = app
        .settings
        .whatsapp_templates
        .get(kind::VIEWING_CONFIRMATION)
        .filter(|_| way == Way::WhatsAppTemplate);
    let variables = serde_json::json!({ "1": body.lines().collect::<Vec<_>>().join(" ") }).to_string();
    let message = NewMessage {
        id: &app.id("msg"),
        channel: way.channel(),
        kind: kind::VIEWING_CONFIRMATION,
        lead: Some(talk.lead),
        conversation: Some(&talk.conversation),
        appointment: Some(appointment),
        to: &to,
        from: &from,
        body,
        content_sid: template.map(String::as_str),
        content_variables: template.map(|_| variables.as_str()),
        dedupe_key: &format!("{}:{}:{}", kind::VIEWING_CONFIRMATION, appointment.0, way.channel()),
        fallback_for: None,
        send_after: app.now(),
        now: app.now(),
    };
    tx.enqueue(&message).await?;
    Ok(())
}
