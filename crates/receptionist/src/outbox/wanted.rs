//! What nobody asked for at this moment is judged once more before it leaves: it may have waited, for the morning or for a provider,
//! and meanwhile somebody said stop, a viewing was called off, or night has come.

use agency::messages::kind;
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
    if message.kind == kind::VIEWING_REMINDER {
        return Ok(if still_booked(app, message, now).await? { Wanted::Now } else { Wanted::NoMore });
    }
    let purpose = match message.kind.as_str() {
        kind::NEW_MATCH => NEW_HOMES,
        kind::SURVEY => "surveys",
        kind::VIEWING_FEEDBACK | kind::VIEWING_MISSED => "viewings",
        _ => return Ok(Wanted::Now),
    };
    let address = message.to.strip_prefix("whatsapp:").unwrap_or(&message.to);
    if app.store.has_stopped(&[address], purpose).await? {
        return Ok(Wanted::NoMore);
    }
    let at = app.settings.following_up.not_quiet(now);
    Ok(if at > now { Wanted::Later(at) } else { Wanted::Now })
}

/// For the time that the message tells: a viewing that was moved has another reminder.
async fn still_booked(app: &App, message: &ClaimedMessage, now: Timestamp) -> Result<bool, StoreError> {
    let Some(appointment) = message.appointment else { return Ok(true) };
    let start = app.store.booked_start(appointment).await?;
    let told = app.store.reminded_of(appointment).await?;
    Ok(start.is_some_and(|start| start > now) && start == told)
}
