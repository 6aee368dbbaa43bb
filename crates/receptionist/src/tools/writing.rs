//! Messages for people, and emergencies: each a task or an alert with the texts it promises, in one transaction.

use agency::crm::{Channel, Priority, TaskKind};
use agency::messages::{Way, callback_promise, emergency_alert, kind};
use agency::phone::PhoneNumber;
use agency::tools::raise_emergency::RaiseEmergency;
use agency::tools::take_message::{self, TakeMessage};
use agency::tools::{ToolCall, ToolOutcome};
use agency::triage::Emergency;
use store::{ClaimedMessage, NewAlert, StoreError};

use super::commit;
use super::post::{Post, post};
use super::task::{Task, leave};
use crate::app::App;
use crate::conversation::Talk;
use crate::delivery::addresses;

pub(super) async fn take_message(
    talk: &Talk<'_>,
    call: &TakeMessage,
    key: &str,
) -> Result<ToolOutcome, StoreError> {
    let app = talk.app;
    let now = app.now();
    let taken = take_message::decide(call, app.hours(), now);
    let who = call.name.as_deref().unwrap_or("somebody who gave no name");
    let task = Task {
        kind: if taken.call_back.is_none() && call.about == TaskKind::CallBack {
            TaskKind::Other
        } else {
            call.about
        },
        priority: taken.priority(),
        title: &format!("Message from {who}"),
        notes: &call.words,
        due: taken.due,
    };
    let mut tx = app.store.begin().await?;
    leave(talk, &mut tx, &task, key).await?;
    if let Some(phone) = call.phone.as_ref().filter(|_| call.opts_out) {
        tx.opt_out(&app.id("opt_out"), phone, now).await?;
    }
    if let Some(phone) = taken.call_back.as_ref().filter(|phone| {
        // Whoever asks to be left alone is not texted about it.
        phone.takes_texts() && !call.emergency && !call.opts_out
    }) {
        let body = callback_promise(&taken, app.agency());
        text(talk, &mut tx, phone, kind::CALLBACK_PROMISE, &body, key).await?;
    }
    let outcome = ToolOutcome::MessageTaken(taken);
    commit(talk, tx, &ToolCall::TakeMessage(call.clone()), outcome, key).await
}

pub(super) async fn raise_emergency(
    talk: &Talk<'_>,
    call: &RaiseEmergency,
    key: &str,
) -> Result<ToolOutcome, StoreError> {
    let app = talk.app;
    let now = app.now();
    let emergency = &call.emergency;
    let alert = NewAlert {
        id: &app.id("alert"),
        step_id: &app.id("step"),
        hazard: &emergency.hazard,
        evidence: &emergency.evidence,
        lead: talk.lead,
        conversation: &talk.conversation,
        dedupe_key: &format!("alert:{key}"),
        now,
    };
    let task = Task {
        kind: TaskKind::CallBack,
        priority: Priority::Urgent,
        title: &format!("EMERGENCY: {}", emergency.hazard.replace('_', " ")),
        notes: &format!(
            "The caller said \"{}\" and was given the safety advice. Ring them now.",
            emergency.evidence
        ),
        due: now,
    };
    let mut tx = app.store.begin().await?;
    tx.raise_alert(&alert).await?;
    leave(talk, &mut tx, &task, key).await?;
    if let Some(contact) = &app.settings.emergency.contact_phone {
        let body = emergency_alert(emergency, call.phone.as_ref(), app.agency());
        text(talk, &mut tx, contact, kind::EMERGENCY_ALERT, &body, key).await?;
    }
    let outcome = ToolOutcome::EmergencyRaised { hazard: emergency.hazard.clone() };
    commit(talk, tx, &ToolCall::RaiseEmergency(call.clone()), outcome, key).await
}

/// The database does not take the alert: the emergency contact is texted all the same, once, without a record.
pub(crate) fn alert_without_store(app: &App, emergency: &Emergency, caller: Option<&PhoneNumber>) {
    let Some(contact) = app.settings.emergency.contact_phone.clone() else {
        tracing::error!(
            "an emergency could be neither written nor texted: EMERGENCY_CONTACT_PHONE is not set"
        );
        return;
    };
    let body = emergency_alert(emergency, caller, app.agency());
    let (to, from) = addresses(&app.settings.twilio, &contact, Channel::Sms);
    let app = app.clone();
    tokio::spawn(async move {
        let sent = app
            .twilio
            .create(&ClaimedMessage::unrecorded(kind::EMERGENCY_ALERT, to, from, body), app.now())
            .await;
        tracing::error!(
            texted = sent.is_ok(),
            "an emergency could not be written; its contact was texted directly"
        );
    });
}

async fn text(
    talk: &Talk<'_>,
    tx: &mut store::Tx,
    phone: &PhoneNumber,
    kind: &str,
    body: &str,
    key: &str,
) -> Result<(), StoreError> {
    let dedupe_key = &format!("{kind}:{key}");
    post(talk, tx, &Post { kind, to: phone, way: Way::Sms, body, appointment: None, dedupe_key }).await
}
