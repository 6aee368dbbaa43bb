//! Receipts: late, repeated and unordered, they end in one truth per message.

use agency::outbox::{Failure, MessageStatus, Next, after_failure, classify_receipt, receipt};
use store::StoreError;

use super::settle::{NextWay, give_up, next_way};
use crate::app::App;

/// Takes over what Twilio reports of a message. A receipt for one we do not know (its create has not been answered
/// yet, or it is not ours) changes nothing: reconciliation learns the rest.
pub async fn take_receipt(app: &App, sid: &str, reported: &str, code: Option<i64>) -> Result<(), StoreError> {
    let Some(message) = app.store.message_by_provider_sid(sid).await? else {
        metrics::counter!("receipts_unknown_total").increment(1);
        return Ok(());
    };
    let Some(status) = receipt(message.status, reported) else { return Ok(()) };
    let now = app.now();
    let failed = matches!(status, MessageStatus::Undelivered | MessageStatus::Failed);
    let next = if failed { next_way(app, &message).await? } else { NextWay::Nothing };
    let mut tx = app.store.begin().await?;
    tx.apply_receipt(&message.id, status, code, now).await?;
    if failed {
        let attempts = usize::try_from(message.attempts).unwrap_or(usize::MAX);
        let passes = classify_receipt(code.unwrap_or_default()) == Failure::Transient;
        match after_failure(attempts, &app.settings.outbox.retry, app.ids.jitter()) {
            Next::RetryIn(wait) if passes => {
                tx.requeue(&message.id, now.saturating_add(wait).unwrap_or(now), now).await?;
            }
            _ => give_up(app, &mut tx, &message, next, code).await?,
        }
    }
    tx.commit().await
}
