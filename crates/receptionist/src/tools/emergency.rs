//! Emergencies and repairs: alert, ticket, and word to everybody who must know, in one transaction.

use agency::crm::{Channel, Priority, TaskKind};
use agency::language::Address;
use agency::messages::{Incident, emergency_alert, emergency_notice, kind, repair_reported, stand_down};
use agency::oncall;
use agency::phone::PhoneNumber;
use agency::repairs;
use agency::tools::emergency_details::{EmergencyContractor, EmergencyDetails, EmergencyNoted};
use agency::tools::raise_emergency::{EmergencyRaised, RaiseEmergency};
use agency::tools::report_repair::{RepairReported, ReportRepair};
use agency::tools::{ToolCall, ToolOutcome};
use agency::triage::{Emergency, Level};
use store::{ClaimedMessage, ManagedHome, NewAlert, NewReporter, NewTicket, StoreError, Tx};

use super::commit;
use super::task::{Task, leave};
use crate::app::App;
use crate::conversation::Talk;
use crate::delivery::addresses;
use crate::ladder::{self, Told};
use crate::outbox::{post_all_ways, post_to_slack};

/// Where it is: the home at the address that was said; or the caller's own, if they said no other. A number is a hint, and
/// nothing of this is ever told to the caller.
async fn home_of(
    app: &App,
    place: Option<&Address>,
    phone: Option<&PhoneNumber>,
) -> Result<Option<ManagedHome>, StoreError> {
    if let Some(place) = place
        && let Some(home) = app.store.home_at(place).await?
    {
        return Ok(Some(home));
    }
    let Some(phone) = phone else { return Ok(None) };
    let building = place.and_then(Address::building);
    let own = app.store.home_of_tenant(phone).await?;
    Ok(own.filter(|home| building.is_none() || building == Address::of_line(&home.address_line1).building()))
}

/// How it is written, and how reports of the same are known.
struct Where {
    home: Option<ManagedHome>,
    place: Option<String>,
    incident: Option<String>,
}

impl Where {
    async fn find(
        app: &App,
        hazard: &str,
        place: Option<&Address>,
        phone: Option<&PhoneNumber>,
    ) -> Result<Self, StoreError> {
        let home = home_of(app, place, phone).await?;
        let at_home = home.as_ref().map(|home| Address::of_line(&home.address_line1));
        let building = at_home.as_ref().or(place).and_then(Address::building);
        Ok(Self {
            place: home
                .as_ref()
                .map(|home| home.address_line1.clone())
                .or_else(|| place.map(ToString::to_string)),
            incident: building.map(|building| format!("{hazard}: {building}")),
            home,
        })
    }
}

pub(super) async fn raise_emergency(
    talk: &Talk<'_>,
    call: &RaiseEmergency,
    key: &str,
) -> Result<ToolOutcome, StoreError> {
    let app = talk.app;
    let emergency = &call.emergency;
    let at = Where::find(app, &emergency.hazard, call.place.as_ref(), call.phone.as_ref()).await?;
    let people = ladder::people(app).await?;
    let new = NewAlert {
        id: &app.id("alert"),
        hazard: &emergency.hazard,
        evidence: &emergency.evidence,
        place: at.place.as_deref(),
        home: at.home.as_ref().map(|home| home.id),
        incident: at.incident.as_deref(),
        lead: talk.lead,
        conversation: &talk.conversation,
        dedupe_key: &format!("alert:{key}"),
        now: app.now(),
    };
    let mut tx = app.store.begin().await?;
    let (alert, is_new) = tx.raise_alert(&new).await?;
    // Held before anything is written about it: neighbours who ring at once wait for one another here.
    tx.hold_alert(&alert).await?;
    let reporter = NewReporter {
        alert: &alert,
        conversation: &talk.conversation,
        lead: talk.lead,
        name: call.name.as_deref(),
        phone: call.phone.as_ref(),
        words: &call.words,
        now: app.now(),
    };
    tx.add_reporter(&reporter).await?;
    promise_call(talk, &mut tx, emergency, key).await?;
    if let Some(place) = &at.place {
        tx.place_others(&talk.conversation, place).await?;
    }
    let step = if is_new {
        "reported; safety words spoken"
    } else {
        "reported by another caller; safety words spoken"
    };
    tx.add_alert_step(&app.id("step"), &alert, step, Some(&emergency.evidence), app.now()).await?;
    if is_new {
        open_ticket(talk, &mut tx, call, &at, &alert).await?;
    }
    let held = tx.hold_alert(&alert).await?.ok_or(StoreError::TurnTaken)?;
    let told = Told::new(&held, call.name.clone(), call.phone.clone());
    if is_new {
        tell_owners(talk, &mut tx, &told, at.home.as_ref()).await?;
        let body = emergency_alert(&told.incident(), app.agency());
        let slack_key = format!("alert:{alert}");
        post_to_slack(app, &mut tx, &told.about(), (kind::EMERGENCY_ALERT, &body), &slack_key).await?;
        ladder::climb(app, &mut tx, &held, &told, &people).await?;
    }
    let reference = told.incident().reference.map(str::to_owned);
    let raised = EmergencyRaised { hazard: emergency.hazard.clone(), alert, reference };
    let call = ToolCall::RaiseEmergency(Box::new(call.clone()));
    commit(talk, tx, &call, ToolOutcome::EmergencyRaised(raised), key).await
}

/// Every caller of an emergency is rung back.
async fn promise_call(
    talk: &Talk<'_>,
    tx: &mut Tx,
    emergency: &Emergency,
    key: &str,
) -> Result<(), StoreError> {
    let task = Task {
        kind: TaskKind::CallBack,
        priority: Priority::Urgent,
        title: &format!("EMERGENCY: {}", emergency.hazard.replace('_', " ")),
        notes: &format!(
            "The caller said \"{}\" and was given the safety advice. Ring them now.",
            emergency.evidence
        ),
        due: talk.app.now(),
    };
    leave(talk, tx, &task, key).await
}

async fn open_ticket(
    talk: &Talk<'_>,
    tx: &mut Tx,
    call: &RaiseEmergency,
    at: &Where,
    alert: &str,
) -> Result<(), StoreError> {
    let app = talk.app;
    let emergency = &call.emergency;
    let place = at.place.as_deref().unwrap_or("not known yet");
    let category =
        repairs::category(Some(&emergency.hazard), "").map_or(repairs::OTHER, |kind| kind.name.as_str());
    let description = format!(
        "EMERGENCY: {}. Heard: \"{}\". Where: {place}. The caller said: {} (conversation {}, incident {alert})",
        emergency.hazard.replace('_', " "),
        emergency.evidence,
        call.words,
        talk.conversation
    );
    let ticket = tx
        .open_ticket(&NewTicket {
            home: at.home.as_ref(),
            category,
            urgency: Level::Emergency,
            description: &description,
            call_sid: &talk.call_sid,
            now: app.now(),
        })
        .await?;
    tx.set_alert_ticket(alert, ticket.id).await?;
    tx.add_alert_step(&app.id("step"), alert, "ticket opened", Some(&ticket.reference), app.now()).await
}

/// The property manager and the landlord of a home that is known, beside the ladder; each once.
async fn tell_owners(
    talk: &Talk<'_>,
    tx: &mut Tx,
    told: &Told,
    home: Option<&ManagedHome>,
) -> Result<(), StoreError> {
    let (app, alert) = (talk.app, &told.alert.id);
    let Some(home) = home else { return Ok(()) };
    let incident: Incident = told.incident();
    if let Some((manager, phone)) = home.manager.as_ref().and_then(|who| Some((who, who.phone.as_ref()?))) {
        // The very key of the first round: a manager who is on call is texted once.
        let key = format!("alert:{alert}:{phone}:0");
        let body = match &told.alert.acknowledged_name {
            Some(taken_by) => stand_down(taken_by, &incident, app.agency()),
            None => emergency_alert(&incident, app.agency()),
        };
        post_all_ways(app, tx, &told.about(), (kind::EMERGENCY_ALERT, phone, &body), &key).await?;
        tx.add_alert_step(
            &format!("step_{alert}_manager"),
            alert,
            "told the property manager",
            Some(&manager.name),
            app.now(),
        )
        .await?;
    }
    if let Some((landlord, phone)) = home.landlord.as_ref().and_then(|who| Some((who, who.phone.as_ref()?))) {
        let key = format!("alert:{alert}:landlord");
        let body = emergency_notice(&incident, app.agency());
        post_all_ways(app, tx, &told.about(), (kind::EMERGENCY_NOTICE, phone, &body), &key).await?;
        tx.add_alert_step(
            &format!("step_{alert}_landlord"),
            alert,
            "told the landlord",
            Some(&landlord.name),
            app.now(),
        )
        .await?;
    }
    Ok(())
}

pub(super) async fn emergency_details(
    talk: &Talk<'_>,
    call: &EmergencyDetails,
    key: &str,
) -> Result<ToolOutcome, StoreError> {
    let app = talk.app;
    let at = Where::find(app, &call.hazard, call.place.as_ref(), call.phone.as_ref()).await?;
    let contractor =
        contractor(app, &call.hazard).await?.filter(|_| at.home.is_some() && call.place.is_some());
    let mut tx = app.store.begin().await?;
    let alert = tx.hold_alert(&call.alert).await?.ok_or(StoreError::TurnTaken)?;
    let reporter = NewReporter {
        alert: &call.alert,
        conversation: &talk.conversation,
        lead: talk.lead,
        name: call.name.as_deref(),
        phone: call.phone.as_ref(),
        words: &call.words,
        now: app.now(),
    };
    tx.add_reporter(&reporter).await?;
    tx.add_alert_step(&app.id("step"), &call.alert, "the caller said", Some(&call.words), app.now()).await?;
    if let Some(ticket) = alert.ticket() {
        tx.add_to_ticket(ticket, &format!(" / {}", call.words), at.home.as_ref()).await?;
    }
    // One who reports what was reported before may be in another flat of the house.
    let is_theirs = alert.conversation_id == talk.conversation;
    let same = match at.place.as_ref().filter(|_| is_theirs) {
        Some(place) => {
            let home = at.home.as_ref().map(|home| home.id);
            tx.place_alert(&call.alert, place, home, at.incident.as_deref()).await?
        }
        None => None,
    };
    let stands = match &same {
        Some(other) => join(talk, &mut tx, &alert, other).await?,
        None => tx.hold_alert(&call.alert).await?.ok_or(StoreError::TurnTaken)?,
    };
    let told = Told::new(&stands, call.name.clone(), call.phone.clone());
    if same.is_none() {
        tell_owners(talk, &mut tx, &told, at.home.as_ref()).await?;
    }
    let noted = EmergencyNoted {
        alert: stands.id.clone(),
        reference: told.incident().reference.map(str::to_owned),
        contractor,
    };
    commit(talk, tx, &ToolCall::EmergencyDetails(call.clone()), ToolOutcome::EmergencyNoted(noted), key).await
}

/// This was reported before: one incident, one ladder, one ticket.
async fn join(
    talk: &Talk<'_>,
    tx: &mut Tx,
    alert: &store::Alert,
    other: &str,
) -> Result<store::Alert, StoreError> {
    let app = talk.app;
    tx.merge_alert(&alert.id, other, app.now()).await?;
    let into = tx.hold_alert(other).await?.ok_or(StoreError::TurnTaken)?;
    let reference = into.ticket().map(|ticket| format!("T-{}", ticket.0)).unwrap_or_default();
    if let Some(ticket) = alert.ticket() {
        tx.close_ticket(ticket, &format!(" / The same incident as {reference}.")).await?;
    }
    tx.add_alert_step(&app.id("step"), other, "reported by another caller", Some(&alert.evidence), app.now())
        .await?;
    Ok(into)
}

/// Who can come at this hour.
async fn contractor(app: &App, hazard: &str) -> Result<Option<EmergencyContractor>, StoreError> {
    let Some(trade) = repairs::emergency_trade(hazard) else { return Ok(None) };
    let all = app.store.contractors(trade).await?;
    let on = all.into_iter().find(|one| oncall::is_on_duty(one.hours.as_deref(), app.now()));
    Ok(on.map(|one| EmergencyContractor { trade: trade.to_owned(), name: one.name, phone: one.phone }))
}

pub(super) async fn report_repair(
    talk: &Talk<'_>,
    call: &ReportRepair,
    key: &str,
) -> Result<ToolOutcome, StoreError> {
    let app = talk.app;
    let home = home_of(app, call.place.as_ref(), call.phone.as_ref()).await?;
    let who = [call.name.clone(), call.phone.as_ref().map(PhoneNumber::national)];
    let who: Vec<String> = who.into_iter().flatten().collect();
    let description =
        format!("{}\nReported by: {} (conversation {})", call.description, who.join(", "), talk.conversation);
    let mut tx = app.store.begin().await?;
    let ticket = tx
        .open_ticket(&NewTicket {
            home: home.as_ref(),
            category: &call.category,
            urgency: call.urgency,
            description: &description,
            call_sid: &talk.call_sid,
            now: app.now(),
        })
        .await?;
    let has_manager = home.as_ref().is_some_and(|home| home.manager.is_some());
    if !has_manager || call.urgency != Level::Normal {
        let priority = if call.urgency == Level::Normal { Priority::Normal } else { Priority::Urgent };
        let task = Task {
            kind: TaskKind::FollowUp,
            priority,
            title: &format!("{}: {} repair, {}", ticket.reference, call.urgency, call.category),
            notes: &description,
            due: agency::tools::take_message::call_back_due(app.hours(), app.now()),
        };
        leave(talk, &mut tx, &task, key).await?;
    }
    let texted = call.phone.as_ref().filter(|phone| phone.takes_texts());
    if let Some(phone) = texted {
        let body = repair_reported(&ticket.reference, app.whatsapp_number().as_ref(), app.agency());
        let to = (kind::REPAIR_REPORTED, phone, body.as_str());
        post_all_ways(app, &mut tx, &talk.about(), to, &format!("{}:{key}", kind::REPAIR_REPORTED)).await?;
    }
    let reported = RepairReported { reference: ticket.reference, texted: texted.is_some() };
    let call = ToolCall::ReportRepair(Box::new(call.clone()));
    commit(talk, tx, &call, ToolOutcome::RepairReported(reported), key).await
}

/// The database does not take the alert: the emergency contact is texted all the same, once, without a record.
pub(crate) fn alert_without_store(app: &App, emergency: &Emergency, caller: Option<&PhoneNumber>) {
    let Some(contact) = app.settings.emergency.contact_phone.clone() else {
        tracing::error!(
            "an emergency could be neither written nor texted: EMERGENCY_CONTACT_PHONE is not set"
        );
        return;
    };
    let incident = Incident {
        hazard: &emergency.hazard,
        evidence: &emergency.evidence,
        place: None,
        reference: None,
        name: None,
        phone: caller,
    };
    let body = emergency_alert(&incident, app.agency());
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
