//! The outbox: claim what is due, send it, record the attempt, settle. No transaction is open while sending. Delivery
//! is at least once; what is given up raises a task.

mod post;
mod receipt;
mod settle;
mod wanted;

pub(crate) use post::{
    About, Post, post, post_all_ways, post_at, post_call, post_email, post_to_slack, post_with_choices,
    post_with_file,
};
pub use receipt::{apply_waiting_receipts, ask_for_receipts, take_receipt};

use agency::crm::Channel;
use agency::outbox::{Failure, MessageStatus, Next, after_failure};
use jiff::{SignedDuration, Timestamp};
use store::{AttemptOutcome, ClaimedMessage, MessageLine, StoreError};

use crate::app::App;
use crate::delivery::{Sent, Undelivered};
use crate::limits::may_leave;
use crate::telemetry::of_conversation;
use settle::{Step, settle};
use tracing::Instrument;
use wanted::{Wanted, wanted};

/// Sends everything that is due now; says how many messages it looked at. A test steps this.
pub async fn send_due(app: &App) -> Result<usize, StoreError> {
    Ok(send_line(app, MessageLine::Rest).await? + send_line(app, MessageLine::Mail).await?)
}

/// Sends what is due on one line; the worker loops it for each.
pub async fn send_line(app: &App, line: MessageLine) -> Result<usize, StoreError> {
    let mut done = 0;
    loop {
        let now = app.now();
        let lease_until =
            now.saturating_add(SignedDuration::from_secs(app.settings.outbox.lease_s)).unwrap_or(now);
        let claimed = app
            .store
            .claim_messages(&app.worker, now, lease_until, (app.settings.outbox.batch, line))
            .await?;
        if claimed.is_empty() {
            return Ok(done);
        }
        done += claimed.len();
        let sending = claimed.into_iter().map(|message| {
            let app = app.clone();
            let span = tracing::info_span!("deliver", channel = message.channel, kind = message.kind);
            let span = of_conversation(span, message.conversation.as_deref().unwrap_or(&message.id));
            tokio::spawn(async move { handle(&app, &message).await }.instrument(span))
        });
        for sent in sending.collect::<Vec<_>>() {
            if let Ok(Err(error)) = sent.await {
                // The lease runs out and the message is looked at again.
                tracing::error!(error = %error, code = error.code(), "an attempt could not be recorded");
            }
        }
    }
}

async fn handle(app: &App, message: &ClaimedMessage) -> Result<(), StoreError> {
    if message.status == MessageStatus::Unknown && message.channel == Channel::Email.word() {
        // Nobody can be asked. It has the same Message-ID, is marked, and waits as after any failure.
        let attempts = usize::try_from(message.attempts).unwrap_or(usize::MAX);
        let step = match after_failure(attempts, &app.settings.outbox.retry, app.ids.jitter()) {
            Next::RetryIn(wait) => Step {
                possible_duplicate: true,
                again_in: Some(wait),
                ..Step::to(MessageStatus::Queued, AttemptOutcome::NotFound)
            },
            Next::GiveUp => Step::to(MessageStatus::Failed, AttemptOutcome::Unknown),
        };
        return settle(app, message, app.now(), step).await;
    }
    if message.status == MessageStatus::Unknown {
        return reconcile(app, message).await;
    }
    send(app, message).await
}

async fn send(app: &App, message: &ClaimedMessage) -> Result<(), StoreError> {
    let started = app.now();
    match wanted(app, message).await? {
        Wanted::Now => {}
        Wanted::Later(at) => {
            let mut tx = app.store.begin().await?;
            tx.requeue(&message.id, at, started).await?;
            return tx.commit().await;
        }
        Wanted::NoMore => {
            let mut tx = app.store.begin().await?;
            tx.set_status(&message.id, MessageStatus::Cancelled, None, started).await?;
            return tx.commit().await;
        }
    }
    if !may_leave(app, message).await? {
        let step = Step {
            detail: Some(
                "beyond [limits]: the country, what the number costs, or how often it was texted today"
                    .to_owned(),
            ),
            ..Step::to(MessageStatus::Failed, AttemptOutcome::Permanent)
        };
        metrics::counter!("messages_limited_total").increment(1);
        return settle(app, message, started, step).await;
    }
    let step = match deliver(app, message).await {
        Ok(Sent { sid, http_status, detail }) => {
            metrics::counter!("messages_sent_total", "channel" => message.channel.clone()).increment(1);
            // Slack and SMTP send no receipts: what they took is there.
            let is_there = [Channel::Slack.word(), Channel::Email.word()].contains(&message.channel.as_str());
            let status = if is_there { MessageStatus::Delivered } else { MessageStatus::Sent };
            let step = Step::to(status, AttemptOutcome::Sent);
            Step { http_status: Some(http_status), sid: Some(sid), detail, ..step }
        }
        Err(undelivered) => after(app, message, &undelivered),
    };
    settle(app, message, started, step).await
}

async fn deliver(app: &App, message: &ClaimedMessage) -> Result<Sent, Undelivered> {
    let (outcome, by) = match (Channel::from_word(&message.channel), &app.slack, &app.mailer) {
        (Some(Channel::Slack), Some(slack), _) => (slack.create(message).await, &app.reached.slack),
        (Some(Channel::Email), _, Some(mailer)) => {
            (mailer.create(message, app.now()).await, &app.reached.email)
        }
        (Some(Channel::Slack | Channel::Email), ..) => return Err(Undelivered::NOT_SET_UP),
        (Some(Channel::Voice), ..) => (app.twilio.create_call(message).await, &app.reached.twilio),
        _ => (app.twilio.create(message).await, &app.reached.twilio),
    };
    by.note_delivery(&outcome, app.now());
    outcome
}

/// Longer than this nobody waits to learn what became of a message: a person is told.
const UNKNOWN_FOR_MAX: SignedDuration = SignedDuration::from_hours(24);

/// Attempts after the first that the schedule allows.
fn tries_max(app: &App) -> i64 {
    i64::try_from(app.settings.outbox.retry.waits_s.len()).unwrap_or(i64::MAX)
}

/// Where a message goes that was not taken.
fn after(app: &App, message: &ClaimedMessage, undelivered: &Undelivered) -> Step {
    let outbox = &app.settings.outbox;
    let (http_status, code) = (undelivered.http_status, undelivered.code);
    let step = match undelivered.failure {
        // A call that may have been made is not made again: the ladder's next step is.
        Failure::Unknown if message.channel == Channel::Voice.word() => {
            Step::to(MessageStatus::Failed, AttemptOutcome::Unknown)
        }
        Failure::Permanent => Step::to(MessageStatus::Failed, AttemptOutcome::Permanent),
        Failure::Unknown if message.attempts >= tries_max(app) => {
            Step::to(MessageStatus::Failed, AttemptOutcome::Unknown)
        }
        Failure::Unknown => Step {
            again_in: Some(SignedDuration::from_secs(outbox.reconcile_after_s)),
            ..Step::to(MessageStatus::Unknown, AttemptOutcome::Unknown)
        },
        Failure::Transient => {
            let attempts = usize::try_from(message.attempts + 1).unwrap_or(usize::MAX);
            match after_failure(attempts, &outbox.retry, app.ids.jitter()) {
                Next::RetryIn(wait) => Step {
                    again_in: Some(wait),
                    ..Step::to(MessageStatus::Queued, AttemptOutcome::Transient)
                },
                Next::GiveUp => Step::to(MessageStatus::Failed, AttemptOutcome::Transient),
            }
        }
    };
    Step { http_status, code, ..step }
}

/// A message whose outcome is unknown is looked for at Twilio. Found, it is sent; looked for often enough and not
/// found, it is sent again and marked as a possible duplicate.
async fn reconcile(app: &App, message: &ClaimedMessage) -> Result<(), StoreError> {
    let started = app.now();
    let outbox = &app.settings.outbox;
    let since: Timestamp = app.store.first_tried(&message.id).await?.unwrap_or(started);
    let wait = Some(SignedDuration::from_secs(outbox.reconcile_after_s));
    let step = match find_unknown(app, message, since).await? {
        Looked::Found(sid) => {
            Step { sid: Some(sid), ..Step::to(MessageStatus::Sent, AttemptOutcome::Reconciled) }
        }
        Looked::NoAnswer if started.duration_since(since) > UNKNOWN_FOR_MAX => {
            Step::to(MessageStatus::Failed, AttemptOutcome::NoAnswer)
        }
        Looked::NoAnswer => {
            Step { again_in: wait, ..Step::to(MessageStatus::Unknown, AttemptOutcome::NoAnswer) }
        }
        Looked::NotThere => {
            let looks = app.store.looks_in_vain(&message.id).await? + 1;
            if looks >= outbox.reconcile_looks {
                // As after any failure: an hour without an answer must not use up all attempts.
                let attempts = usize::try_from(message.attempts).unwrap_or(usize::MAX);
                let wait = match after_failure(attempts, &outbox.retry, app.ids.jitter()) {
                    Next::RetryIn(wait) if attempts > 1 => wait,
                    _ => SignedDuration::ZERO,
                };
                Step {
                    possible_duplicate: true,
                    again_in: Some(wait),
                    ..Step::to(MessageStatus::Queued, AttemptOutcome::NotFound)
                }
            } else {
                Step { again_in: wait, ..Step::to(MessageStatus::Unknown, AttemptOutcome::NotFound) }
            }
        }
    };
    settle(app, message, started, step).await
}

enum Looked {
    Found(String),
    NotThere,
    NoAnswer,
}

/// The one at Twilio that is not, and was not, another message or another attempt of ours.
async fn find_unknown(app: &App, message: &ClaimedMessage, since: Timestamp) -> Result<Looked, StoreError> {
    let Ok(candidates) = app.twilio.find(message, since).await else { return Ok(Looked::NoAnswer) };
    for sid in candidates {
        if !app.store.is_known_sid(&sid).await? {
            return Ok(Looked::Found(sid));
        }
    }
    Ok(Looked::NotThere)
}
