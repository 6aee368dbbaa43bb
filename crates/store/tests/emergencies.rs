//! An emergency from its report to its acknowledgement, a repair, and a call put through, told to both databases.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod support;

use agency::crm::{Channel, LeadId, ManagedHomeId, Priority, Role, TaskKind, UserId};
use agency::handoff::Reason;
use agency::language::Address;
use agency::outbox::MessageStatus;
use agency::triage::Level;
use serde_json::json;
use store::{
    BeginCall, NewAlert, NewAppointment, NewInbound, NewMessage, NewReporter, NewRing, NewTask, NewTicket,
    NewTransfer, Promises, Rich, RingAnswer, Store, StoreError,
};
use support::{later, now, phone, rows};

async fn given(store: &Store) -> LeadId {
    let staff = json!([
        {"id": 1, "name": "Amy Hart", "phone": "+447700900201", "role": "negotiator", "active": true},
        {"id": 5, "name": "Ruth Adeyemi", "phone": "+447700900205", "role": "property_manager", "active": true},
        {"id": 6, "name": "Owen Price", "phone": "+447700900206", "role": "property_manager", "active": true},
        {"id": 7, "name": "Left Long Ago", "phone": "+447700900207", "role": "director", "active": false}
    ]);
    let home = json!([
        {"id": 1, "property_id": null, "address_line1": "Flat 2, 18 Elgin Avenue", "postcode": "W9 2QL", "landlord_id": 1, "manager_id": 5}
    ]);
    let rota = json!([
        {"id": 1, "user_id": 6, "position": 1, "days": ["monday"], "starts": "09:00", "ends": "18:00"},
        {"id": 2, "user_id": 5, "position": 2, "days": [], "starts": null, "ends": null},
        {"id": 3, "user_id": 7, "position": 3, "days": [], "starts": null, "ends": null}
    ]);
    let absence = json!([{
        "id": "absence_1", "user_id": 6, "starts_at": "2026-11-24T00:00:00.000000Z", "ends_at": "2026-11-25T00:00:00.000000Z"
    }]);
    let mut tx = store.begin().await.unwrap();
    for (table, given) in [
        ("users", staff),
        ("pm_landlords", json!([{"id": 1, "name": "Peter Lindqvist", "phone": "+447700900120"}])),
        ("pm_properties", home),
        (
            "pm_tenants",
            json!([{"id": 1, "name": "Grace Mensah", "phone": "+447700900110", "pm_property_id": 1}]),
        ),
        (
            "contractors",
            json!([{"id": 1, "trade": "plumber", "name": "Brightwater", "phone": "+442079460161", "hours": "24 hours"}]),
        ),
        ("oncall_rota", rota),
        ("absences", absence),
    ] {
        tx.insert_rows(table, &rows(given)).await.unwrap();
    }
    let begin = BeginCall {
        conversation: "call_1",
        call_sid: "CA1",
        phone: Some(&phone("07700900110")),
        name: None,
        email: None,
        direction: "inbound",
        now: now(),
    };
    let lead = tx.begin_call(&begin).await.unwrap();
    tx.commit().await.unwrap();
    lead
}

async fn knows_the_home(store: &Store) {
    let home = store.home_of_tenant(&phone("07700900110")).await.unwrap().unwrap();
    assert_eq!((home.id, home.tenant), (ManagedHomeId(1), Some(1)));
    assert_eq!(home.manager.unwrap().user, Some(UserId(5)));
    assert_eq!(home.landlord.unwrap().phone, Some(phone("07700900120")));
    assert!(store.home_of_tenant(&phone("07700900199")).await.unwrap().is_none());
    let there = Address::of_line("Flat 2, 18 Elgin Avenue");
    assert!(store.home_at(&there).await.unwrap().is_some());
    assert!(store.home_at(&Address { flat: Some("3".into()), ..there }).await.unwrap().is_none());
    assert_eq!(store.contractors("plumber").await.unwrap()[0].phone, phone("02079460161"));
    assert!(store.contractors("roofer").await.unwrap().is_empty());
    let on_call = |minutes: i64| async move {
        let rota = store.oncall_rota(later(minutes)).await.unwrap();
        rota.iter().map(|shift| shift.person.user.unwrap().0).collect::<Vec<_>>()
    };
    assert_eq!(on_call(0).await, [6, 5], "who has left is not on call");
    assert_eq!(on_call(24 * 60).await, [5], "nor is who is absent");
}

fn alert<'a>(id: &'a str, incident: Option<&'a str>, lead: LeadId) -> NewAlert<'a> {
    NewAlert {
        id,
        hazard: "water",
        evidence: "pipe has burst",
        place: None,
        home: None,
        incident,
        lead,
        conversation: "call_1",
        dedupe_key: id,
        now: now(),
    }
}

fn reporter<'a>(alert: &'a str, conversation: &'a str, lead: LeadId) -> NewReporter<'a> {
    NewReporter { alert, conversation, lead, name: None, phone: None, words: "a pipe has burst", now: now() }
}

/// Two reports of one building are one incident; a second caller's alert joins once its place is known.
async fn one_incident(store: &Store, lead: LeadId) {
    let mut tx = store.begin().await.unwrap();
    let first = tx.raise_alert(&alert("alert_1", Some("water: 18 elgin avenue"), lead)).await.unwrap();
    assert_eq!(first, ("alert_1".to_owned(), true));
    let same = tx.raise_alert(&alert("alert_2", Some("water: 18 elgin avenue"), lead)).await.unwrap();
    assert_eq!(same, ("alert_1".to_owned(), false));
    let repeated = tx.raise_alert(&NewAlert { id: "alert_x", ..alert("alert_1", None, lead) }).await.unwrap();
    assert_eq!(repeated, ("alert_1".to_owned(), false), "the same key is written once");
    let third = tx.raise_alert(&alert("alert_3", None, lead)).await.unwrap();
    assert!(third.1);
    let home = store.home_of_tenant(&phone("07700900110")).await.unwrap();
    let new = NewTicket {
        home: home.as_ref(),
        category: "plumbing and leaks",
        urgency: Level::Emergency,
        description: "A pipe has burst",
        call_sid: Some("CA1"),
        now: now(),
    };
    let ticket = tx.open_ticket(&new).await.unwrap();
    let spare = tx.open_ticket(&NewTicket { home: None, ..new }).await.unwrap();
    assert_eq!(ticket.reference, format!("T-{}", ticket.id.0));
    tx.set_alert_ticket("alert_1", ticket.id).await.unwrap();
    tx.add_to_ticket(ticket.id, " / in the kitchen", home.as_ref()).await.unwrap();
    tx.close_ticket(spare.id, " / the same").await.unwrap();
    assert!(tx.add_reporter(&reporter("alert_1", "call_1", lead)).await.unwrap());
    let more = NewReporter {
        name: Some("Grace"),
        phone: Some(&phone("07700900110")),
        words: "in the kitchen",
        ..reporter("alert_1", "call_1", lead)
    };
    assert!(!tx.add_reporter(&more).await.unwrap());
    assert!(tx.add_reporter(&reporter("alert_3", "call_3", lead)).await.unwrap());
    let own =
        tx.place_alert("alert_1", "18 Elgin Avenue", None, Some("water: 18 elgin avenue")).await.unwrap();
    assert_eq!(own, None);
    let other =
        tx.place_alert("alert_3", "18 Elgin Avenue", None, Some("water: 18 elgin avenue")).await.unwrap();
    assert_eq!(other.as_deref(), Some("alert_1"));
    tx.merge_alert("alert_3", "alert_1", now()).await.unwrap();
    tx.place_others("call_1", "18 Elgin Avenue").await.unwrap();
    tx.commit().await.unwrap();
    let reporters = store.reporters("alert_1").await.unwrap();
    assert_eq!(
        reporters.iter().map(|one| one.conversation_id.as_str()).collect::<Vec<_>>(),
        ["call_1", "call_3"]
    );
    assert_eq!(
        (reporters[0].lead(), reporters[0].words.as_str()),
        (lead, "a pipe has burst / in the kitchen")
    );
    assert!(store.alert("alert_3").await.unwrap().unwrap().is_merged());
    let tickets = store.rows("support_tickets").await.unwrap();
    assert_eq!((&tickets[0]["assigned_to"], &tickets[1]["status"]), (&json!(5), &json!("closed")));
}

/// The ladder is climbed step by step until somebody has it; then what waits is called off.
async fn climbs(store: &Store, lead: LeadId) {
    assert!(store.has_due_alert(now()).await.unwrap());
    let mut tx = store.begin().await.unwrap();
    let due = tx.due_alert(now()).await.unwrap().unwrap();
    assert_eq!((due.id.as_str(), due.rungs(), due.lead(), due.raised_at()), ("alert_1", 0, lead, now()));
    let owen = phone("07700900206");
    let ring = NewRing {
        id: "ring_1",
        alert: "alert_1",
        user: Some(UserId(6)),
        name: "Owen Price",
        phone: &owen,
        ends_round: false,
        now: now(),
    };
    tx.add_ring(&ring).await.unwrap();
    let call = NewMessage {
        id: "msg_1",
        channel: Channel::Voice,
        kind: "emergency_call",
        lead: Some(lead),
        conversation: Some("call_1"),
        appointment: None,
        alert: Some("alert_1"),
        to: owen.as_str(),
        from: "+442079460100",
        body: "/api/voice/oncall?ring=ring_1",
        content_sid: None,
        content_variables: None,
        rich: Rich::default(),
        dedupe_key: "ring:ring_1",
        fallback_for: None,
        send_after: now(),
        now: now(),
    };
    tx.enqueue(&call).await.unwrap();
    tx.climbed("alert_1", 1, later(1)).await.unwrap();
    tx.add_alert_step("step_1", "alert_1", "rung and texted", Some("Owen Price"), now()).await.unwrap();
    tx.add_alert_step("step_1", "alert_1", "rung and texted", Some("Owen Price"), now()).await.unwrap();
    tx.commit().await.unwrap();
    assert!(!store.has_due_alert(now()).await.unwrap());
    let mut tx = store.begin().await.unwrap();
    tx.add_ring(&NewRing { id: "ring_2", now: later(1), ..ring.clone() }).await.unwrap();
    tx.commit().await.unwrap();
    let messages = store.rows("messages").await.unwrap();
    assert_eq!(messages[0]["status"], "cancelled", "one waiting call to a number is enough");
}

/// They do not answer, pass it on, and in the end take it.
async fn is_taken(store: &Store, lead: LeadId) {
    let owen = phone("07700900206");
    let mut tx = store.begin().await.unwrap();
    tx.set_status_by_key("ring:ring_1", MessageStatus::Undelivered, later(1)).await.unwrap();
    assert!(tx.ring_unanswered("ring_1", later(1)).await.unwrap());
    assert!(!tx.ring_unanswered("ring_1", later(1)).await.unwrap());
    assert!(tx.answer_ring("ring_2", RingAnswer::PassedOn, later(1)).await.unwrap());
    assert!(
        !tx.answer_ring("ring_2", RingAnswer::Accepted, later(1)).await.unwrap(),
        "the first answer counts"
    );
    tx.hurry_alert("alert_1", now()).await.unwrap();
    tx.commit().await.unwrap();
    assert!(store.has_due_alert(now()).await.unwrap());
    assert_eq!(store.open_ring_to(&owen).await.unwrap().unwrap().id, "ring_2");
    assert_eq!(store.ring("ring_1").await.unwrap().unwrap().user(), Some(UserId(6)));
    assert_eq!(store.rung_for("alert_1").await.unwrap(), [owen.as_str()]);
    let mut tx = store.begin().await.unwrap();
    let task = NewTask {
        id: "task_1",
        kind: TaskKind::CallBack,
        priority: Priority::Urgent,
        title: "EMERGENCY",
        notes: None,
        lead: Some(lead),
        conversation: Some("call_1"),
        message: None,
        dedupe_key: "t1",
        due: None,
        now: now(),
    };
    tx.add_task(&task).await.unwrap();
    assert!(tx.hold_alert("alert_1").await.unwrap().is_some());
    assert!(tx.acknowledge_alert("alert_1", Some(UserId(6)), "Owen Price", later(2)).await.unwrap());
    assert!(!tx.acknowledge_alert("alert_1", Some(UserId(5)), "Ruth Adeyemi", later(2)).await.unwrap());
    tx.assign_tasks("call_1", UserId(6)).await.unwrap();
    tx.forget_incidents(later(60)).await.unwrap();
    tx.commit().await.unwrap();
    let stands = &store.alerts(5).await.unwrap()[0];
    assert_eq!((stands.is_acknowledged(), stands.acknowledged_name.as_deref()), (true, Some("Owen Price")));
    assert_eq!(stands.ticket().map(|id| id.0), Some(1));
    assert!(!store.has_due_alert(later(600)).await.unwrap());
    assert!(store.open_ring_to(&owen).await.unwrap().is_none());
    assert_eq!(store.alert_steps("alert_1").await.unwrap().len(), 1, "a step is written once");
    assert_eq!(store.rows("tasks").await.unwrap()[0]["assigned_to"], 6);
    promises_are_tracked(store, lead, &task).await;
}

/// Two call-backs are made, one in time; one is not made. That of the emergency was promised by no time.
async fn promises_are_tracked(store: &Store, lead: LeadId, emergency: &NewTask<'_>) {
    let mut tx = store.begin().await.unwrap();
    for id in ["early", "late", "never"] {
        let call_back = NewTask { id, dedupe_key: id, due: Some(later(60)), ..emergency.clone() };
        tx.add_task(&NewTask { priority: Priority::Normal, lead: Some(lead), ..call_back }).await.unwrap();
    }
    assert!(tx.finish_task("early", later(60)).await.unwrap());
    assert!(tx.finish_task("late", later(61)).await.unwrap());
    assert!(!tx.finish_task("late", later(62)).await.unwrap(), "done once");
    tx.commit().await.unwrap();
    let promises = Promises { kept: 1, broken: 1, open: 1, overdue: 0 };
    assert_eq!(store.promises(later(60)).await.unwrap(), promises);
    assert_eq!(store.promises(later(61)).await.unwrap(), Promises { overdue: 1, ..promises });
    let open = store.open_tasks().await.unwrap();
    let first = (open[0].id.as_str(), open[0].assigned_name.as_deref(), open[0].due());
    assert_eq!(first, ("task_1", Some("Owen Price"), None), "the urgent first");
    assert_eq!(open[1].id, "never");
}

async fn puts_through(store: &Store, lead: LeadId) {
    let busy = |colleagues: &[agency::handoff::Colleague]| {
        colleagues.iter().filter(|one| one.is_busy).map(|one| one.user.0).collect::<Vec<_>>()
    };
    let colleagues = store.colleagues(now()).await.unwrap();
    assert_eq!((colleagues.len(), busy(&colleagues)), (3, vec![]));
    let mut tx = store.begin().await.unwrap();
    let new = NewTransfer {
        id: "transfer_1",
        caller: Role::Unknown,
        home: None,
        holds: false,
        conversation: "call_1",
        lead,
        reason: Reason::Asked,
        summary: "Sam asks.",
        now: now(),
    };
    tx.begin_transfer(&new).await.unwrap();
    tx.begin_transfer(&NewTransfer { id: "transfer_2", ..new }).await.unwrap();
    tx.commit().await.unwrap();
    assert!(!store.was_taken("call_1").await.unwrap());
    let mut tx = store.begin().await.unwrap();
    assert!(tx.take_transfer("transfer_1", UserId(1)).await.unwrap());
    assert!(!tx.take_transfer("transfer_1", UserId(5)).await.unwrap(), "one of them takes it");
    tx.commit().await.unwrap();
    assert_eq!(busy(&store.colleagues(now()).await.unwrap()), [1]);
    let mut tx = store.begin().await.unwrap();
    tx.end_transfer("transfer_1", later(5)).await.unwrap();
    tx.end_transfer("transfer_2", later(5)).await.unwrap();
    assert!(!tx.take_transfer("transfer_2", UserId(5)).await.unwrap(), "it is over");
    tx.commit().await.unwrap();
    let kept = store.transfer("transfer_1").await.unwrap().unwrap();
    assert_eq!(
        (kept.is_taken(), kept.taken_by(), kept.summary.as_str()),
        (true, Some(UserId(1)), "Sam asks.")
    );
    assert!(!store.transfer("transfer_2").await.unwrap().unwrap().is_taken());
    assert!(store.was_taken("call_1").await.unwrap());
    assert_eq!(busy(&store.colleagues(now()).await.unwrap()), [0_i64; 0]);
    let mut tx = store.begin().await.unwrap();
    let valuation = NewAppointment {
        property: None,
        address: Some("12 Acacia Avenue"),
        negotiator: UserId(1),
        lead,
        start: now(),
        minutes: 30,
        viewer_name: "Sam",
        viewer_email: None,
        viewer_phone: None,
        now: now(),
    };
    tx.book(&valuation).await.unwrap();
    assert!(matches!(tx.book(&valuation).await, Err(StoreError::SlotTaken)), "a valuer is in one place");
    drop(tx);
    let mut tx = store.begin().await.unwrap();
    let appointment = tx.book(&valuation).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.phone_of_shower(appointment).await.unwrap(), Some(phone("07700900201")));
    assert_eq!(busy(&store.colleagues(now()).await.unwrap()), [1], "whoever is at an appointment is busy");
}

async fn is_written_to(store: &Store) {
    assert!(store.is_staff(&phone("07700900201")).await.unwrap());
    assert!(!store.is_staff(&phone("07700900555")).await.unwrap());

    let mut tx = store.begin().await.unwrap();
    let writer = phone("07700900555");
    let lead = tx.lead_for_message(&writer, Channel::Sms, now()).await.unwrap();
    assert_eq!(tx.lead_for_message(&writer, Channel::WhatsApp, later(1)).await.unwrap(), lead);
    let new = NewInbound {
        id: "msg_in",
        channel: Channel::Sms,
        lead: Some(lead),
        to: "+442079460100",
        from: writer.as_str(),
        body: "OK",
        provider_sid: "SM1",
        is_answered: true,
        now: now(),
    };
    assert!(tx.receive(&new).await.unwrap());
    assert!(!tx.receive(&NewInbound { id: "msg_in_2", ..new }).await.unwrap(), "delivered twice, kept once");
    tx.commit().await.unwrap();
}

/// A code is right once, for its conversation, for ten minutes, and may be tried three times.
async fn proves_who_asks(store: &Store) {
    let tenants = store.tenants().await.unwrap();
    assert_eq!((tenants.len(), tenants[0].name.as_str()), (1, "Grace Mensah"));
    assert_eq!(store.tickets_with("1").await.unwrap()[0].reference, "T-1");
    assert_eq!(store.tickets_of(1).await.unwrap().len(), 1);
    assert!(store.may_send_code(1, now()).await.unwrap());
    let mut tx = store.begin().await.unwrap();
    tx.keep_code("code_1", "call_1", 1, "right", now()).await.unwrap();
    assert_eq!(tx.try_code("call_2", "right", now()).await.unwrap(), None, "another conversation's");
    assert_eq!(tx.try_code("call_1", "right", later(11)).await.unwrap(), None, "too late");
    assert_eq!(tx.try_code("call_1", "wrong", now()).await.unwrap(), None);
    assert_eq!(tx.try_code("call_1", "right", now()).await.unwrap(), Some(1));
    assert_eq!(tx.try_code("call_1", "right", now()).await.unwrap(), None, "used");
    tx.keep_code("code_2", "call_1", 1, "right", now()).await.unwrap();
    for _ in 0..3 {
        assert_eq!(tx.try_code("call_1", "wrong", now()).await.unwrap(), None);
    }
    assert_eq!(tx.try_code("call_1", "right", now()).await.unwrap(), None, "tried too often");
    tx.keep_code("code_3", "call_1", 1, "right", now()).await.unwrap();
    tx.commit().await.unwrap();
    assert!(!store.may_send_code(1, now()).await.unwrap(), "three in an hour are enough");
}

async fn story(url: &str) {
    let store = Store::open(url).await.unwrap();
    let lead = given(&store).await;
    knows_the_home(&store).await;
    one_incident(&store, lead).await;
    climbs(&store, lead).await;
    is_taken(&store, lead).await;
    puts_through(&store, lead).await;
    is_written_to(&store).await;
    proves_who_asks(&store).await;
}

#[tokio::test]
async fn the_story_on_sqlite() {
    story(&testkit::sqlite().url).await;
}

#[tokio::test]
async fn the_story_on_postgres() {
    story(&testkit::postgres().url).await;
}
