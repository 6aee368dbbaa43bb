//! After an attempt: its row, the message's new status, and for what failed for good the next way or a task, all in
//! one transaction.

use agency::crm::{Channel, Priority, TaskKind};
use agency::messages::{Reach, fallback, kind};
use agency::outbox::MessageStatus;
use agency::phone::PhoneNumber;
use jiff::{SignedDuration, Timestamp};
use store::{Attempt, AttemptOutcome, ClaimedMessage, NewMessage, NewTask, Rich, Settled, StoreError, Tx};

use super::receipt::apply_receipts;
use crate::app::App;
use crate::delivery::{addresses, reach};
use crate::ladder;
use crate::packages::{self, Package};

/// What an attempt came to and where the message goes.
pub(super) struct Step {
    pub(super) status: MessageStatus,
    pub(super) outcome: AttemptOutcome,
    pub(super) sid: Option<String>,
    pub(super) http_status: Option<i64>,
    pub(super) code: Option<i64>,
    pub(super) again_in: Option<SignedDuration>,
    pub(super) possible_duplicate: bool,
    /// What was left out of it.
    pub(super) detail: Option<String>,
}

impl Step {
    pub(super) fn to(status: MessageStatus, outcome: AttemptOutcome) -> Self {
        Self {
            status,
            outcome,
            sid: None,
            http_status: None,
            code: None,
            again_in: None,
            possible_duplicate: false,
            detail: None,
        }
    }
}

pub(super) async fn settle(
    app: &App,
    message: &ClaimedMessage,
    started: Timestamp,
    step: Step,
) -> Result<(), StoreError> {
    let now = app.now();
    let attempt = Attempt {
        id: &app.id("attempt"),
        outcome: step.outcome,
        http_status: step.http_status,
        error_code: step.code,
        detail: step.detail.as_deref(),
        started,
        finished: now,
    };
    let settled = Settled {
        status: step.status,
        provider_sid: step.sid.as_deref(),
        error_code: step.code,
        again_at: step.again_in.map(|wait| now.saturating_add(wait).unwrap_or(now)),
        possible_duplicate: step.possible_duplicate,
    };
    let next =
        if step.status == MessageStatus::Failed { next_way(app, message).await? } else { NextWay::Nothing };
    let mut tx = app.store.begin().await?;
    let is_ours = tx.settle(&message.id, &app.worker, &attempt, &settled).await?;
    if is_ours && step.status == MessageStatus::Failed {
        give_up(app, &mut tx, message, next, step.code).await?;
    }
    tx.commit().await?;
    match &step.sid {
        Some(sid) => apply_receipts(app, sid).await,
        None => Ok(()),
    }
}

/// What is left for a message that failed for good.
pub(super) enum NextWay {
    Sms(PhoneNumber),
    /// The package it was part of goes another way.
    Package(Box<Package>),
    /// The same words go, or went, by SMS anyway.
    SmsAlready,
    Nothing,
}

pub(super) async fn next_way(app: &App, message: &ClaimedMessage) -> Result<NextWay, StoreError> {
    let Some(channel) = Channel::from_word(&message.channel) else { return Ok(NextWay::Nothing) };
    if message.package.is_some() {
        return next_way_of_package(app, message).await;
    }
    let number = message.to.strip_prefix("whatsapp:").unwrap_or(&message.to);
    let Ok(phone) = PhoneNumber::parse(number) else { return Ok(NextWay::Nothing) };
    let reach = reach(app, &phone, &message.kind).await?;
    let sms_already = app.store.has_sms_twin(message).await?;
    Ok(match fallback(channel, &reach, sms_already) {
        Some(_) => NextWay::Sms(phone),
        None if channel == Channel::WhatsApp && sms_already => NextWay::SmsAlready,
        None => NextWay::Nothing,
    })
}

async fn next_way_of_package(app: &App, message: &ClaimedMessage) -> Result<NextWay, StoreError> {
    let number = message.to.strip_prefix("whatsapp:").unwrap_or(&message.to);
    let reach = match PhoneNumber::parse(number) {
        Ok(phone) => reach(app, &phone, &message.kind).await?,
        Err(_) => Reach::default(),
    };
    let package = packages::another_way(app, message, &reach).await?;
    Ok(package.map_or(NextWay::Nothing, |package| NextWay::Package(Box::new(package))))
}

/// The words go another way, or a person is told. A WhatsApp that failed beside its SMS needs neither.
pub(super) async fn give_up(
    app: &App,
    tx: &mut Tx,
    message: &ClaimedMessage,
    next: NextWay,
    code: Option<i64>,
) -> Result<(), StoreError> {
    let now = app.now();
    if message.channel == Channel::Voice.word() {
        return ladder::call_failed(app, tx, message).await;
    }
    if let NextWay::Sms(phone) = &next {
        let (to, from) = addresses(&app.settings.twilio, phone, Channel::Sms);
        let again = NewMessage {
            id: &app.id("msg"),
            channel: Channel::Sms,
            kind: &message.kind,
            lead: message.lead,
            conversation: message.conversation.as_deref(),
            appointment: message.appointment,
            alert: message.alert.as_deref(),
            to: &to,
            from: &from,
            body: &message.body,
            content_sid: None,
            content_variables: None,
            rich: Rich::default(),
            dedupe_key: &format!("fallback:{}", message.id),
            fallback_for: Some(&message.id),
            send_after: now,
            now,
        };
        tx.enqueue(&again).await?;
        app.outbox_rung.notify_one();
        return Ok(());
    }
    if let NextWay::Package(package) = &next {
        packages::write_another_way(app, tx, message, package).await?;
        app.outbox_rung.notify_one();
        return Ok(());
    }
    if matches!(next, NextWay::SmsAlready) {
        return Ok(());
    }
    metrics::counter!("messages_failed_total", "channel" => message.channel.clone()).increment(1);
    if message.kind == kind::TASK_OVERDUE {
        // Word of tasks makes no tasks: it would come back every day.
        tracing::error!(message = %message.id, "a manager could not be told of overdue tasks; correct their telephone number");
        return Ok(());
    }
    let whose = if message.channel == Channel::Email.word() { "the mail server's" } else { "Twilio's" };
    let why = code.map_or("it was never answered".to_owned(), |code| format!("{whose} error {code}"));
    let task = NewTask {
        id: &app.id("task"),
        kind: TaskKind::DeliveryFailed,
        priority: Priority::Urgent,
        title: &format!("Not delivered: {}", message.kind.replace('_', " ")),
        notes: Some(&format!("By {}; {why}. Ring the person.", message.channel)),
        lead: message.lead,
        conversation: message.conversation.as_deref(),
        message: Some(&message.id),
        dedupe_key: &format!("delivery_failed:{}", message.id),
        due: Some(app.hours().next_opening(now)),
        now,
    };
    tx.add_task(&task).await?;
    Ok(())
}
