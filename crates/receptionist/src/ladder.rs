//! The on-call ladder: one person after the other is rung and texted until somebody takes the emergency. Every step is
//! one transaction with the messages it causes, so a process that dies between two loses and repeats nothing; a call that
//! Twilio did not take is no step lost, as the next person's turn comes by the clock.

use agency::crm::{LeadId, Priority, TaskKind, TicketId, UserId};
use agency::messages::{Incident, emergency_alert, emergency_call, help_is_coming, kind, stand_down};
use agency::oncall::{self, OnCall};
use agency::outbox::MessageStatus;
use agency::phone::PhoneNumber;
use jiff::SignedDuration;
use store::{Alert, ClaimedMessage, NewRing, NewTask, Reporter, Ring, RingAnswer, StoreError, Tx};

use crate::app::App;
use crate::outbox::{About, post_all_ways, post_call, post_to_slack};

/// Whoever is rung at this hour, in order.
pub(crate) async fn people(app: &App) -> Result<Vec<OnCall>, StoreError> {
    let now = app.now();
    let rota = app.store.oncall_rota(now).await?;
    Ok(oncall::ladder(&rota, app.settings.emergency.contact_phone.as_ref(), now))
}

/// Makes every step that is due; a test steps it, the worker loops it.
pub async fn climb_due(app: &App) -> Result<usize, StoreError> {
    let mut made = 0;
    while app.store.has_due_alert(app.now()).await? {
        let people = people(app).await?;
        let mut tx = app.store.begin().await?;
        let Some(alert) = tx.due_alert(app.now()).await? else { return Ok(made) };
        let told = Told::of(app, &alert).await?;
        climb(app, &mut tx, &alert, &told, &people).await?;
        tx.commit().await?;
        app.outbox_rung.notify_one();
        made += 1;
    }
    Ok(made)
}

/// An emergency with what is known of it, for the words about it.
pub(crate) struct Told {
    pub(crate) alert: Alert,
    reference: Option<String>,
    name: Option<String>,
    phone: Option<PhoneNumber>,
}

impl Told {
    pub(crate) async fn of(app: &App, alert: &Alert) -> Result<Self, StoreError> {
        let reporters = app.store.reporters(&alert.id).await?;
        Ok(Self::by(alert, reporters.first()))
    }

    pub(crate) fn new(alert: &Alert, name: Option<String>, phone: Option<PhoneNumber>) -> Self {
        let reference = alert.ticket().map(TicketId::reference);
        Self { alert: alert.clone(), reference, name, phone }
    }

    pub(crate) fn by(alert: &Alert, reporter: Option<&Reporter>) -> Self {
        let number = |reporter: &Reporter| PhoneNumber::parse(reporter.phone.as_deref()?).ok();
        Self::new(alert, reporter.and_then(|reporter| reporter.name.clone()), reporter.and_then(number))
    }

    pub(crate) fn incident(&self) -> Incident<'_> {
        Incident {
            hazard: &self.alert.hazard,
            evidence: &self.alert.evidence,
            place: self.alert.place.as_deref(),
            reference: self.reference.as_deref(),
            name: self.name.as_deref(),
            phone: self.phone.as_ref(),
        }
    }

    pub(crate) fn about(&self) -> About<'_> {
        About {
            lead: Some(self.alert.lead()),
            conversation: Some(&self.alert.conversation_id),
            alert: Some(&self.alert.id),
        }
    }
}

/// Rings and texts the next person, and says when the one after is due.
pub(crate) async fn climb(
    app: &App,
    tx: &mut Tx,
    alert: &Alert,
    told: &Told,
    people: &[OnCall],
) -> Result<(), StoreError> {
    let now = app.now();
    let next_at =
        now.saturating_add(SignedDuration::from_secs(app.settings.emergency.next_person_s)).unwrap_or(now);
    let Some(rung) = oncall::rung(people, alert.rungs()) else {
        nobody_to_ring(app, tx, told).await?;
        return tx.climbed(&alert.id, 0, next_at).await;
    };
    let (ring, person) = (app.id("ring"), rung.person);
    let new = NewRing {
        id: &ring,
        alert: &alert.id,
        user: person.user,
        name: &person.name,
        phone: &person.phone,
        ends_round: rung.ends_round,
        now,
    };
    tx.add_ring(&new).await?;
    let door = format!("/api/voice/oncall?ring={ring}");
    post_call(app, tx, &told.about(), (kind::EMERGENCY_CALL, &person.phone, &door), &ring_key(&ring)).await?;
    let body = emergency_alert(&told.incident(), app.agency());
    let key = format!("alert:{}:{}:{}", alert.id, person.phone, rung.round);
    post_all_ways(app, tx, &told.about(), (kind::EMERGENCY_ALERT, &person.phone, &body), &key).await?;
    let detail = format!("{}, round {}", person.name, rung.round + 1);
    tx.add_alert_step(&app.id("step"), &alert.id, "rung and texted", Some(&detail), now).await?;
    tx.climbed(&alert.id, alert.rungs() + 1, next_at).await
}

/// The message that is the call of a ring.
fn ring_key(ring: &str) -> String {
    format!("ring:{ring}")
}

/// There is no rota and no emergency contact: everybody who looks must see it.
async fn nobody_to_ring(app: &App, tx: &mut Tx, told: &Told) -> Result<(), StoreError> {
    let alert = &told.alert.id;
    tracing::error!(alert, "nobody is on call; fill oncall_rota or set EMERGENCY_CONTACT_PHONE");
    let task = NewTask {
        id: &app.id("task"),
        kind: TaskKind::Other,
        priority: Priority::Urgent,
        title: "EMERGENCY with nobody on call",
        notes: Some(&emergency_alert(&told.incident(), app.agency())),
        lead: Some(told.alert.lead()),
        conversation: Some(&told.alert.conversation_id),
        message: None,
        dedupe_key: &format!("nobody_on_call:{alert}"),
        due: Some(app.now()),
        now: app.now(),
    };
    if tx.add_task(&task).await? {
        tx.add_alert_step(&app.id("step"), alert, "nobody is on call", None, app.now()).await?;
    }
    Ok(())
}

/// What somebody on call hears when they answer: the emergency, or that it is taken.
pub async fn words_for(app: &App, ring: &Ring) -> Result<Option<String>, StoreError> {
    let Some(alert) = app.store.alert(&ring.alert_id).await? else { return Ok(None) };
    if alert.is_acknowledged() || alert.is_merged() {
        return Ok(None);
    }
    let told = Told::of(app, &alert).await?;
    let mut tx = app.store.begin().await?;
    tx.add_alert_step(
        &format!("step_{}_answered", ring.id),
        &ring.alert_id,
        "answered the call",
        Some(&ring.name),
        app.now(),
    )
    .await?;
    tx.commit().await?;
    Ok(Some(emergency_call(&told.incident(), app.agency())))
}

/// Whoever takes an emergency: by the telephone that was rung for it, or signed in.
pub(crate) struct Taker<'a> {
    pub(crate) user: Option<UserId>,
    pub(crate) name: &'a str,
    pub(crate) ring: Option<&'a Ring>,
    /// Such as "key 1".
    pub(crate) how: &'a str,
}

/// Somebody who was rung takes it. Says whether they are the first: only then are others told.
pub async fn accept(app: &App, ring: &Ring, how: &str) -> Result<bool, StoreError> {
    let Some(alert) = app.store.alert(&ring.alert_id).await? else { return Ok(false) };
    let mut tx = app.store.begin().await?;
    let taker = Taker { user: ring.user(), name: &ring.name, ring: Some(ring), how };
    if !take(app, &mut tx, &alert, &taker).await? {
        return Ok(alert.acknowledged_name.as_deref() == Some(ring.name.as_str()));
    }
    tx.commit().await?;
    app.outbox_rung.notify_one();
    Ok(true)
}

/// Takes an emergency, with everybody told who has it. Says whether they are the first.
pub(crate) async fn take(
    app: &App,
    tx: &mut Tx,
    alert: &Alert,
    taker: &Taker<'_>,
) -> Result<bool, StoreError> {
    let reporters = app.store.reporters(&alert.id).await?;
    let rung = app.store.rung_for(&alert.id).await?;
    if !tx.acknowledge_alert(&alert.id, taker.user, taker.name, app.now()).await? {
        return Ok(false);
    }
    if let Some(ring) = taker.ring {
        tx.answer_ring(&ring.id, RingAnswer::Accepted, app.now()).await?;
    }
    let detail = format!("{}, {}", taker.name, taker.how);
    tx.add_alert_step(&app.id("step"), &alert.id, "accepted", Some(&detail), app.now()).await?;
    let told = Told::by(alert, reporters.first());
    tell_reporters(app, tx, &told, &reporters, taker).await?;
    tell_others(app, tx, &told, &rung, taker).await?;
    Ok(true)
}

/// Only now are those who reported it told who is coming.
async fn tell_reporters(
    app: &App,
    tx: &mut Tx,
    told: &Told,
    reporters: &[Reporter],
    taker: &Taker<'_>,
) -> Result<(), StoreError> {
    let body = help_is_coming(taker.name, told.reference.as_deref(), app.agency());
    for reporter in reporters {
        if let Some(user) = taker.user {
            tx.assign_tasks(&reporter.conversation_id, user).await?;
        }
        let Some(phone) = reporter.phone.as_deref().and_then(|phone| PhoneNumber::parse(phone).ok()) else {
            continue;
        };
        let lead: LeadId = reporter.lead();
        let about = About { lead: Some(lead), conversation: Some(&reporter.conversation_id), alert: None };
        let key = format!("help:{}:{}", told.alert.id, reporter.conversation_id);
        post_all_ways(app, tx, &about, (kind::HELP_IS_COMING, &phone, &body), &key).await?;
        tx.add_alert_step(
            &app.id("step"),
            &told.alert.id,
            "told the caller who is dealing with it",
            reporter.name.as_deref(),
            app.now(),
        )
        .await?;
    }
    Ok(())
}

async fn tell_others(
    app: &App,
    tx: &mut Tx,
    told: &Told,
    rung: &[String],
    taker: &Taker<'_>,
) -> Result<(), StoreError> {
    let body = stand_down(taker.name, &told.incident(), app.agency());
    let key = |who: &str| format!("stand_down:{}:{who}", told.alert.id);
    for phone in rung.iter().filter(|phone| taker.ring.is_none_or(|ring| **phone != ring.phone)) {
        let Ok(number) = PhoneNumber::parse(phone) else { continue };
        post_all_ways(app, tx, &told.about(), (kind::STAND_DOWN, &number, &body), &key(phone)).await?;
    }
    post_to_slack(app, tx, &told.about(), (kind::STAND_DOWN, &body), &key("staff")).await
}

/// The next person is rung at once.
pub async fn pass_on(app: &App, ring: &Ring) -> Result<(), StoreError> {
    let mut tx = app.store.begin().await?;
    if tx.answer_ring(&ring.id, RingAnswer::PassedOn, app.now()).await? {
        tx.add_alert_step(&app.id("step"), &ring.alert_id, "passed on", Some(&ring.name), app.now()).await?;
        hurry(app, &mut tx, ring).await?;
    }
    tx.commit().await
}

/// Their telephone call is over, however it ended.
pub async fn call_ended(app: &App, ring: &Ring, status: &str) -> Result<(), StoreError> {
    let mut tx = app.store.begin().await?;
    let reached = status == "completed";
    let message = if reached { MessageStatus::Delivered } else { MessageStatus::Undelivered };
    tx.set_status_by_key(&ring_key(&ring.id), message, app.now()).await?;
    not_reached(app, &mut tx, ring, status).await?;
    tx.commit().await
}

/// Twilio did not take the call, or nobody knows whether it did.
pub(crate) async fn call_failed(app: &App, tx: &mut Tx, message: &ClaimedMessage) -> Result<(), StoreError> {
    let ring = message.body.split_once("ring=").map_or("", |(_, ring)| ring);
    match app.store.ring(ring).await? {
        Some(ring) => not_reached(app, tx, &ring, "the call could not be made").await,
        None => Ok(()),
    }
}

/// They did not take it: the next person's turn, at once within a round. A call that was answered before stays answered.
async fn not_reached(app: &App, tx: &mut Tx, ring: &Ring, why: &str) -> Result<(), StoreError> {
    if tx.ring_unanswered(&ring.id, app.now()).await? {
        let detail = format!("{}: {}", ring.name, why.replace('-', " "));
        tx.add_alert_step(&app.id("step"), &ring.alert_id, "did not take it", Some(&detail), app.now())
            .await?;
        hurry(app, tx, ring).await?;
    }
    Ok(())
}

/// At the end of a round the wait is kept, or telephones that nobody answers would ring without a pause.
async fn hurry(app: &App, tx: &mut Tx, ring: &Ring) -> Result<(), StoreError> {
    if !ring.ends_round {
        tx.hurry_alert(&ring.alert_id, app.now()).await?;
    }
    Ok(())
}
