//! What nobody asked for at this moment is judged once more before it leaves: it may have waited, for the morning or for a provider,
//! and meanwhile somebody said stop, a viewing was called off, or night has come.

use agency::messages::{Occasion, kind};
use agency::outbox::MessageStatus;
use jiff::Timestamp;
use store::{ClaimedMessage, StoreError};

use crate::app::App;
use crate::review::NEW_HOMES;

pub(super) enum Wanted {
    Now,
    Later(Timestamp),
    NoMore,
}

pub(super) async fn wanted(app: &App, message: &ClaimedMessage) -> Result<Wanted, StoreError> {
    debug_assert_ne!(message.status, MessageStatus::Sent, "it has left");
    let now = app.now();
    let in_the_day = app.settings.following_up.not_quiet(now);
    let by_day = if in_the_day > now { Wanted::Later(in_the_day) } else { Wanted::Now };
    if message.kind == kind::VIEWING_REMINDER {
        return Ok(match still_booked(app, message, now).await? {
            None => Wanted::NoMore,
            // At night rather than too late.
            Some(start) if start <= in_the_day => Wanted::Now,
            Some(_) => by_day,
        });
    }
    let purpose = match message.kind.as_str() {
        kind::NEW_MATCH => NEW_HOMES,
        kind::PROPERTY_DETAILS if was_unasked(app, message).await? => NEW_HOMES,
        kind::SURVEY => "surveys",
        kind::VIEWING_FEEDBACK | kind::VIEWING_MISSED => "viewings",
        _ => return Ok(Wanted::Now),
    };
    let address = message.to.strip_prefix("whatsapp:").unwrap_or(&message.to);
    if app.store.has_stopped(&[address], purpose).await? {
        return Ok(Wanted::NoMore);
    }
    Ok(by_day)
}

/// The details of homes that go out by themselves after a call.
async fn was_unasked(app: &App, message: &ClaimedMessage) -> Result<bool, StoreError> {
    let Some(id) = &message.package else { return Ok(false) };
    let package = app.store.package(id).await?;
    Ok(package.is_some_and(|package| package.occasion == Occasion::AfterCall.word()))
}

/// When the viewing is, if it is still at the time that the message tells: one that was moved has another reminder.
async fn still_booked(
    app: &App,
    message: &ClaimedMessage,
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let Some(appointment) = message.appointment else { return Ok(None) };
    let start = app.store.booked_start(appointment).await?;
    let told = app.store.reminded_of(appointment).await?;
    Ok(start.filter(|start| *start > now && Some(*start) == told))
}
