//! Emergencies: alert, ticket, and word to everybody who must know, in one transaction.

use std::time::Duration;

use agency::crm::{Channel, LeadId, Priority, TaskKind, TicketId};
use agency::language::Address;
use agency::messages::{Incident, emergency_alert, emergency_notice, kind, stand_down};
use agency::oncall::{self, OnCall};
use agency::phone::PhoneNumber;
use agency::repairs;
use agency::tools::emergency_details::{EmergencyContractor, EmergencyDetails, EmergencyNoted};
use agency::tools::raise_emergency::{EmergencyRaised, RaiseEmergency};
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
pub(super) async fn home_of(
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

/// What is read for an emergency, before its transaction holds a connection: where it is, and who is rung.
pub(crate) struct Known {
    at: Where,
    people: Vec<OnCall>,
}

impl Known {
    pub(crate) async fn read(app: &App, call: &RaiseEmergency) -> Result<Self, StoreError> {
        let at = Where::find(app, &call.emergency.hazard, call.place.as_ref(), call.phone.as_ref()).await?;
        Ok(Self { at, people: ladder::people(app).await? })
    }
}

/// A conversation in which an emergency is reported, spoken or written.
pub(crate) struct Reported<'a> {
    pub(crate) app: &'a App,
    pub(crate) conversation: &'a str,
    pub(crate) call_sid: Option<&'a str>,
    pub(crate) lead: LeadId,
}

pub(super) async fn raise_emergency(
    talk: &Talk<'_>,
    call: &RaiseEmergency,
    key: &str,
) -> Result<ToolOutcome, StoreError> {
    let (app, conversation, lead) = (talk.app, talk.conversation.as_str(), talk.lead);
    let known = Known::read(app, call).await?;
    let mut tx = app.store.begin().await?;
    let reported = Reported { app, conversation, call_sid: talk.call_sid.as_deref(), lead };
    let raised = raise(&reported, &mut tx, call, &known, key).await?;
    promise_call(talk, &mut tx, &call.emergency, key).await?;
    let call = ToolCall::RaiseEmergency(Box::new(call.clone()));
    commit(talk, tx, &call, ToolOutcome::EmergencyRaised(raised), key).await
}

/// Alert, ticket, and word to everybody who must know: a new incident, or one more reporter of one that is known.
pub(crate) async fn raise(
    reported: &Reported<'_>,
    tx: &mut Tx,
    call: &RaiseEmergency,
    known: &Known,
    key: &str,
) -> Result<EmergencyRaised, StoreError> {
    let app = reported.app;
    let emergency = &call.emergency;
    let at = &known.at;
    let new = NewAlert {
        id: &app.id("alert"),
        hazard: &emergency.hazard,
        evidence: &emergency.evidence,
        place: at.place.as_deref(),
        home: at.home.as_ref().map(|home| home.id),
        incident: at.incident.as_deref(),
        lead: reported.lead,
        conversation: reported.conversation,
        dedupe_key: &format!("alert:{key}"),
        now: app.now(),
    };
    let (alert, is_new) = tx.raise_alert(&new).await?;
    // Held before anything is written about it: neighbours who ring at once wait for one another here.
    tx.hold_alert(&alert).await?;
    report(reported, tx, call, at, (&alert, is_new)).await?;
    let held = tx.hold_alert(&alert).await?.ok_or(StoreError::TurnTaken)?;
    let told = Told::new(&held, call.name.clone(), call.phone.clone());
    if is_new {
        tell_owners(app, tx, &told, at.home.as_ref()).await?;
        let body = emergency_alert(&told.incident(), app.agency());
        let slack_key = format!("alert:{alert}");
        post_to_slack(app, tx, &told.about(), (kind::EMERGENCY_ALERT, &body), &slack_key).await?;
        ladder::climb(app, tx, &held, &told, &known.people).await?;
    }
    let reference = told.incident().reference.map(str::to_owned);
    Ok(EmergencyRaised { hazard: emergency.hazard.clone(), alert, reference })
}

/// Who reports it, in the timeline and in a ticket.
async fn report(
    reported: &Reported<'_>,
    tx: &mut Tx,
    call: &RaiseEmergency,
    at: &Where,
    (alert, is_new): (&str, bool),
) -> Result<(), StoreError> {
    let app = reported.app;
    let reporter = NewReporter {
        alert,
        conversation: reported.conversation,
        lead: reported.lead,
        name: call.name.as_deref(),
        phone: call.phone.as_ref(),
        words: &call.words,
        now: app.now(),
    };
    tx.add_reporter(&reporter).await?;
    if let Some(place) = &at.place {
        tx.place_others(reported.conversation, place).await?;
    }
    let step = if is_new {
        "reported; safety words given"
    } else {
        "reported by another caller; safety words given"
    };
    tx.add_alert_step(&app.id("step"), alert, step, Some(&call.emergency.evidence), app.now()).await?;
    if is_new { open_ticket(reported, tx, call, at, alert).await } else { Ok(()) }
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
    leave(talk.app, tx, &talk.about(), (&task, key)).await
}

async fn open_ticket(
    reported: &Reported<'_>,
    tx: &mut Tx,
    call: &RaiseEmergency,
    at: &Where,
    alert: &str,
) -> Result<(), StoreError> {
    let app = reported.app;
    let emergency = &call.emergency;
    let place = at.place.as_deref().unwrap_or("not known yet");
    let category =
        repairs::category(Some(&emergency.hazard), "").map_or(repairs::OTHER, |kind| kind.name.as_str());
    let description = format!(
        "EMERGENCY: {}. Heard: \"{}\". Where: {place}. The caller said: {} (conversation {}, incident {alert})",
        emergency.hazard.replace('_', " "),
        emergency.evidence,
        call.words,
        reported.conversation
    );
    let ticket = tx
        .open_ticket(&NewTicket {
            home: at.home.as_ref(),
            category,
            urgency: Level::Emergency,
            description: &description,
            call_sid: reported.call_sid,
            now: app.now(),
        })
        .await?;
    tx.set_alert_ticket(alert, ticket.id).await?;
    tx.link_ticket(reported.conversation, ticket.id).await?;
    tx.add_alert_step(&app.id("step"), alert, "ticket opened", Some(&ticket.reference), app.now()).await
}

/// The property manager and the landlord of a home that is known, beside the ladder; each once.
async fn tell_owners(
    app: &App,
    tx: &mut Tx,
    told: &Told,
    home: Option<&ManagedHome>,
) -> Result<(), StoreError> {
    let alert = &told.alert.id;
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
        tell_owners(app, &mut tx, &told, at.home.as_ref()).await?;
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
    let reference = into.ticket().map(TicketId::reference).unwrap_or_default();
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

const AGAIN_AFTER_S: [u64; 5] = [1, 2, 5, 10, 30];

/// The database does not take the alert: the emergency contact is texted all the same, without a record; rather twice than not.
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
        let text = ClaimedMessage::unrecorded(kind::EMERGENCY_ALERT, to, from, body);
        let mut is_sent = app.twilio.create(&text).await.is_ok();
        for seconds in AGAIN_AFTER_S {
            if is_sent {
                break;
            }
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            is_sent = app.twilio.create(&text).await.is_ok();
        }
        tracing::error!(
            texted = is_sent,
            "an emergency could not be written; its contact was texted directly"
        );
    });
}
