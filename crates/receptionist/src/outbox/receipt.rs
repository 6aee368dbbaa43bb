//! Receipts: late, repeated and unordered, they end in one truth per message. A receipt is kept before it is applied,
//! because it may overtake the answer that tells us the message's id.

use agency::outbox::{Failure, MessageStatus, Next, after_failure, classify_receipt, receipt};
use jiff::SignedDuration;
use store::{ClaimedMessage, StoreError, Tx};

use super::settle::{NextWay, give_up, next_way};
use crate::app::App;

/// Takes over what Twilio reports of a message.
pub async fn take_receipt(app: &App, sid: &str, reported: &str, code: Option<i64>) -> Result<(), StoreError> {
    let mut tx = app.store.begin().await?;
    tx.keep_receipt(&app.id("receipt"), sid, reported, code, app.now()).await?;
    tx.commit().await?;
    apply_receipts(app, sid).await
}

/// Applies what waits for this message. Run after a receipt was kept and after an id became known: whichever commits
/// last finds the other.
pub(super) async fn apply_receipts(app: &App, sid: &str) -> Result<(), StoreError> {
    let Some(message) = app.store.message_by_provider_sid(sid).await? else { return Ok(()) };
    let now = app.now();
    let next = next_way(app, &message).await?;
    let mut tx = app.store.begin().await?;
    let mut status = message.status;
    let mut error = None;
    for (reported, code) in tx.take_receipts(sid, now).await? {
        if let Some(news) = receipt(status, &reported) {
            status = news;
            error = code.or(error);
        }
    }
    if status != message.status {
        tx.set_status(&message.id, status, error, now).await?;
        if matches!(status, MessageStatus::Undelivered | MessageStatus::Failed) {
            not_delivered(app, &mut tx, &message, next, error).await?;
        }
    }
    tx.commit().await
}

/// What passes by itself is tried again; the rest goes another way, or to a person.
async fn not_delivered(
    app: &App,
    tx: &mut Tx,
    message: &ClaimedMessage,
    next: NextWay,
    code: Option<i64>,
) -> Result<(), StoreError> {
    let now = app.now();
    let attempts = usize::try_from(message.attempts).unwrap_or(usize::MAX);
    let passes = classify_receipt(code.unwrap_or_default()) == Failure::Transient;
    match after_failure(attempts, &app.settings.outbox.retry, app.ids.jitter()) {
        Next::RetryIn(wait) if passes => {
            tx.requeue(&message.id, now.saturating_add(wait).unwrap_or(now), now).await
        }
        _ => give_up(app, tx, message, next, code).await,
    }
}

/// Applies receipts that a process kept and then died.
pub async fn apply_waiting_receipts(app: &App) -> Result<(), StoreError> {
    for sid in app.store.receipts_waiting().await? {
        apply_receipts(app, &sid).await?;
    }
    Ok(())
}

/// Asks Twilio about messages whose receipt never came.
pub async fn ask_for_receipts(app: &App) -> Result<(), StoreError> {
    let now = app.now();
    let wait = SignedDuration::from_secs(app.settings.outbox.receipt_within_s);
    for (message, sid) in app.store.messages_without_receipt(now.saturating_sub(wait).unwrap_or(now)).await? {
        if let Ok((status, code)) = app.twilio.status(&sid).await {
            take_receipt(app, &sid, &status, code).await?;
        }
        if app
            .store
            .message_by_provider_sid(&sid)
            .await?
            .is_some_and(|known| known.status == MessageStatus::Sent)
        {
            // Still on its way: asked about again after the same wait.
            let mut tx = app.store.begin().await?;
            tx.set_status(&message, MessageStatus::Sent, None, now).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}
