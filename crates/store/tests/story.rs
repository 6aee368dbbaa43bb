//! One story, told to both databases: every public function of the store is called here. A test below counts them.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod support;

use std::path::Path;

use agency::crm::{
    ActionTaken, CallOutcome, Channel, LeadId, Listing, Priority, PropertyId, Role, TaskKind, UserId,
    WantedArea, Wants,
};
use agency::language::Intent;
use agency::outbox::MessageStatus;
use agency::search::attempts;
use serde_json::{Value, json};
use store::{
    Attempt, AttemptOutcome, BeginCall, EndedCall, LeadChange, MessageLine, NewAppointment, NewMessage,
    NewTask, Place, Rich, SavedTurn, Settled, Store, StoreError, TABLES, TurnLine,
};
use support::{later, now, phone, rows};

fn property(id: i64, address: &str, price: i64) -> Value {
    json!({
        "id": id, "reference": format!("JB-2024-{id:03}"), "listing_type": "rent", "status": "available",
        "address_line1": address, "area": "Maida Vale", "city": "London", "postcode": "W9 1AB", "bedrooms": 2,
        "bathrooms": 1, "property_type": "flat", "price": price, "rent_period": "month",
        "description": "A bright flat, \"with quotes\", commas\\ and é.", "features": ["Balcony, south", "", "O'Neill's \"choice\""],
        "images": [], "available_from": "2026-12-01", "agent_id": 1,
        "created_at": "2026-11-01T09:00:00.000000Z", "updated_at": "2026-11-01T09:00:00.000000Z"
    })
}

async fn given(store: &Store) {
    let mut tx = store.begin().await.unwrap();
    let staff = json!([
        {"id": 1, "name": "Amy Hart", "role": "negotiator", "active": true},
        {"id": 2, "name": "Ben Okoye", "role": "negotiator", "active": true},
        {"id": 3, "name": "Left Long Ago", "role": "negotiator", "active": false}
    ]);
    let absence = json!([{
        "id": "absence_1", "user_id": 2, "starts_at": "2026-11-23T00:00:00.000000Z", "ends_at": "2026-11-24T00:00:00.000000Z"
    }]);
    for (table, given) in [
        ("users", staff),
        (
            "properties",
            json!([property(1, "12 Elgin Avenue", 2200), property(2, "Flat 3, 4 Lauderdale Road", 2500)]),
        ),
        ("pm_tenants", json!([{"id": 1, "name": "Tess Tenant", "phone": "+447700900001"}])),
        (
            "unified_contacts",
            json!([{"id": 1, "name": "Vera Important", "phone": "+447700900002", "vip": true}]),
        ),
        ("working_hours", json!([{"user_id": 1, "weekday": "monday", "starts": "09:00", "ends": "18:00"}])),
        ("absences", absence),
        (
            "viewing_rules",
            json!([{"property_id": 2, "notice_hours": 24, "weekdays": ["saturday"], "earliest": "10:00", "keys_with": 1}]),
        ),
    ] {
        tx.insert_rows(table, &rows(given)).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn finds_homes(store: &Store) {
    let wants = Wants {
        listing: Some(Listing::Rent),
        bedrooms_min: Some(2),
        budget_max: Some(2300),
        areas: vec![WantedArea { name: Some("maida vale".into()), outward: Some("W9".into()) }],
        ..Wants::default()
    };
    for (_, criteria) in attempts(&wants).iter().take(2) {
        let found = store.find_properties(criteria, 5).await.unwrap();
        assert_eq!(found.iter().map(|p| p.id).collect::<Vec<_>>(), [PropertyId(1)]);
        assert_eq!(
            found[0].features,
            ["Balcony, south", "", "O'Neill's \"choice\""],
            "lists come back as they were"
        );
        assert_eq!(found[0].available_from.unwrap().to_string(), "2026-12-01");
    }
    assert_eq!(store.property(PropertyId(2)).await.unwrap().unwrap().reference, "JB-2024-002");
    assert!(store.property(PropertyId(99)).await.unwrap().is_none());
    assert_eq!(store.property_by_reference("2024001").await.unwrap().unwrap().id, PropertyId(1));
    let there = store.properties_in_streets(&["Lauderdale Road".into()]).await.unwrap();
    assert_eq!(there[0].id, PropertyId(2));
    let lexicon = store.lexicon().await.unwrap();
    assert_eq!(lexicon.streets().collect::<Vec<_>>(), ["Elgin Avenue", "Lauderdale Road"]);
    assert_eq!(lexicon.areas().next().unwrap().outward.as_deref(), Some("W9"));
    assert_eq!(store.staff_names().await.unwrap().len(), 2);
}

async fn answers_a_call(store: &Store) -> LeadId {
    let caller = phone("07700900123");
    let begin = BeginCall {
        conversation: "call_1",
        call_sid: "CA1",
        phone: Some(&caller),
        name: None,
        email: None,
        direction: "inbound",
        now: now(),
    };
    let lines = [TurnLine {
        id: "turn_1".into(),
        speaker: "receptionist",
        words: "Hello".into(),
        confidence: None,
        times: store::TurnTimes {
            took_ms: Some(3),
            model_ms: Some(2),
            prompt_tokens: Some(1_000),
            answer_tokens: Some(100),
            ..Default::default()
        },
    }];
    let first = SavedTurn { conversation: "call_1", turn: 0, state: "{}", lines: &lines, now: now() };
    let mut tx = store.begin().await.unwrap();
    let lead = tx.begin_call(&begin).await.unwrap();
    assert!(!tx.save_turn(&first).await.unwrap(), "it is not over");
    tx.keep_words_heard("turn_1", "Hel").await.unwrap();
    tx.keep_answer("inbound", "CA1", "<Response/>", now()).await.unwrap();
    tx.commit().await.unwrap();

    let mut again = store.begin().await.unwrap();
    assert!(matches!(again.begin_call(&begin).await, Err(StoreError::AlreadyDone)));
    drop(again);
    assert_eq!(store.answer("inbound", "CA1").await.unwrap().as_deref(), Some("<Response/>"));
    assert!(store.answer("inbound", "CA2").await.unwrap().is_none());

    let mut stale = store.begin().await.unwrap();
    assert!(matches!(
        stale.save_turn(&SavedTurn { turn: 5, ..first.clone() }).await,
        Err(StoreError::TurnTaken)
    ));
    drop(stale);
    let saved = store.conversation("CA1").await.unwrap().unwrap();
    assert_eq!((saved.lead, saved.turn, saved.ended), (lead, 0, false));
    assert_eq!(store.transcript("call_1").await.unwrap(), [("receptionist".to_owned(), "Hello".to_owned())]);
    let long_ago = later(-60);
    assert_eq!(store.calls_from(&caller, long_ago).await.unwrap(), 1);
    assert_eq!(store.calls_from(&caller, later(60)).await.unwrap(), 0);
    assert_eq!(store.messages_from(&caller, long_ago).await.unwrap(), 0);
    assert_eq!(store.texts_to(caller.as_str(), long_ago).await.unwrap(), 0);
    assert!(store.last_call_touched().await.unwrap().is_some());
    let abandoned = store.abandoned_calls(later(60)).await.unwrap();
    assert!(
        matches!(abandoned.as_slice(), [(sid, touched)] if sid == "CA1" && *touched < later(60)),
        "{abandoned:?}"
    );
    lead
}

async fn merges_the_lead(store: &Store, lead: LeadId) {
    let change = |name: Option<&str>, budget, tag: &str| LeadChange {
        name: name.map(str::to_owned),
        wants: Some(Wants { listing: Some(Listing::Rent), budget_max: Some(budget), ..Wants::default() }),
        conversation: Some("call_1".into()),
        words: None,
        change_ids: (0..10).map(|n| format!("change_{tag}_{n}")).collect(),
        ..LeadChange::default()
    };
    let mut tx = store.begin().await.unwrap();
    tx.change_lead(lead, &change(Some("Sam Okoro"), 2200, "a"), now()).await.unwrap();
    tx.change_lead(lead, &change(None, 2600, "b"), later(1)).await.unwrap();
    tx.discuss(lead, PropertyId(1), now()).await.unwrap();
    tx.discuss(lead, PropertyId(1), later(1)).await.unwrap();
    tx.commit().await.unwrap();
    let kept = &store.rows("voice_leads").await.unwrap()[0];
    assert_eq!((kept["name"].as_str(), kept["budget_max"].as_i64()), (Some("Sam Okoro"), Some(2600)));
    assert_eq!(store.rows("requirement_changes").await.unwrap().len(), 3, "renting, 2200, then 2600");
    assert_eq!(store.rows("voice_lead_properties").await.unwrap()[0]["times_discussed"], 2);

    let caller = store.who_is_calling(Some(&phone("07700900123"))).await.unwrap();
    assert_eq!(
        (caller.role, caller.wants.budget_max, caller.last_searched),
        (Role::Applicant, Some(2600), Some(later(1)))
    );
    assert_eq!(store.who_is_calling(Some(&phone("07700900001"))).await.unwrap().role, Role::Tenant);
    assert!(store.who_is_calling(Some(&phone("07700900002"))).await.unwrap().vip);
    assert_eq!(store.who_is_calling(None).await.unwrap().role, Role::Unknown);
}

async fn books_once(store: &Store, lead: LeadId) {
    let viewer = phone("07700900123");
    let new = NewAppointment {
        property: Some(PropertyId(1)),
        address: None,
        negotiator: UserId(1),
        lead,
        start: later(120),
        minutes: 30,
        viewer_name: "Sam Okoro",
        viewer_email: None,
        viewer_phone: Some(&viewer),
        now: now(),
    };
    let mut tx = store.begin().await.unwrap();
    let appointment = tx.book(&new).await.unwrap();
    tx.viewing_booked(lead, PropertyId(1), new.start, now()).await.unwrap();
    tx.record_tool("turn_2", "call_1", 1, "book_viewing", "{}", "\"booked\"", "key-1", now()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.unfinished_tools("call_1", 0).await.unwrap(), ["\"booked\""]);
    assert!(store.unfinished_tools("call_1", 1).await.unwrap().is_empty());
    assert_eq!(store.tool_result("key-1").await.unwrap().as_deref(), Some("\"booked\""));

    for (start, negotiator, home) in [(120, 1, 2), (120, 2, 1), (135, 2, 1), (105, 1, 2)] {
        let mut tx = store.begin().await.unwrap();
        let (negotiator, property) = (UserId(negotiator), PropertyId(home));
        let rival =
            NewAppointment { start: later(start), negotiator, property: Some(property), ..new.clone() };
        assert!(matches!(tx.book(&rival).await, Err(StoreError::SlotTaken)), "{start} {negotiator:?} {home}");
    }
    let mut twice = store.begin().await.unwrap();
    let same_key = twice.record_tool("turn_3", "call_1", 1, "book_viewing", "{}", "x", "key-1", now()).await;
    assert!(matches!(same_key, Err(StoreError::AlreadyDone)));
    drop(twice);

    let busy = store.busy_times(later(0), later(600)).await.unwrap();
    assert_eq!((busy.len(), busy[0].negotiator), (1, Some(UserId(1))));
    let negotiators = store.diaries_of(&["negotiator".into()], now(), later(600)).await.unwrap();
    assert_eq!((negotiators.len(), negotiators[0].shifts.len(), negotiators[1].absences.len()), (2, 1, 1));
    assert_eq!(store.viewing_rules(PropertyId(2)).await.unwrap().notice_hours, Some(24));
    assert_eq!(store.viewing_rules(PropertyId(1)).await.unwrap().notice_hours, None);
    reconciles(store, appointment.0).await;
}

/// A viewing is looked up, moved and called off by the caller; a time that is taken leaves it where it was, and what it
/// leaves is free again.
async fn moves_and_cancels(store: &Store, lead: LeadId) {
    let homes = store.homes_in_streets(&["Elgin Avenue".into()]).await.unwrap();
    assert_eq!(homes, [PropertyId(1)]);
    let booked = store.booked_viewings(&homes, now()).await.unwrap();
    let [viewing] = booked.as_slice() else { panic!("{booked:?}") };
    assert_eq!((viewing.viewer_name.as_str(), viewing.negotiator_name.as_str()), ("Sam Okoro", "Amy Hart"));
    let place = |start: i64| Place {
        property: Some(PropertyId(1)),
        negotiator: UserId(1),
        start: later(start),
        minutes: 30,
    };

    let mut tx = store.begin().await.unwrap();
    let other = NewAppointment {
        property: Some(PropertyId(2)),
        address: None,
        negotiator: UserId(1),
        lead,
        start: later(240),
        minutes: 30,
        viewer_name: "Jo Marsh",
        viewer_email: None,
        viewer_phone: None,
        now: now(),
    };
    tx.book(&other).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.begin().await.unwrap();
    assert!(
        matches!(tx.move_viewing(viewing, place(240)).await, Err(StoreError::SlotTaken)),
        "Amy is with Jo"
    );
    drop(tx);
    assert_eq!(store.booked_viewings(&homes, now()).await.unwrap(), booked, "a lost race moves nothing");

    let mut tx = store.begin().await.unwrap();
    assert!(tx.move_viewing(viewing, place(300)).await.unwrap());
    tx.commit().await.unwrap();
    let moved = store.booked_viewings(&homes, now()).await.unwrap().swap_remove(0);
    assert_eq!(moved.start, later(300));
    let mut tx = store.begin().await.unwrap();
    assert!(!tx.move_viewing(viewing, place(360)).await.unwrap(), "it is no longer at the old time");
    assert!(!tx.cancel_viewing(viewing).await.unwrap());
    tx.book(&NewAppointment { start: viewing.start, ..other }).await.expect("the old time is free again");
    drop(tx);

    calls_a_valuation_off(store, other, moved.appointment).await;

    let mut tx = store.begin().await.unwrap();
    assert!(tx.cancel_viewing(&moved).await.unwrap());
    tx.details_sent(lead, PropertyId(1), "sms", now()).await.unwrap();
    tx.opt_out("opt_out_1", &phone("07700900777"), now()).await.unwrap();
    tx.opt_out("opt_out_2", &phone("07700900777"), now()).await.unwrap();
    tx.commit().await.unwrap();
    assert!(store.booked_viewings(&homes, now()).await.unwrap().is_empty());
    assert_eq!(store.rows("opt_outs").await.unwrap().len(), 1);
    let links = store.rows("voice_lead_properties").await.unwrap();
    let link = links.iter().find(|row| row["property_id"] == 1).unwrap();
    assert_eq!((link["info_sent_via"].as_str(), link["viewing_booked_date"].is_null()), (Some("sms"), true));
}

/// A valuation is no viewing, and is called off without a home of ours.
async fn calls_a_valuation_off(store: &Store, like: NewAppointment<'_>, viewing: agency::crm::AppointmentId) {
    let mut tx = store.begin().await.unwrap();
    let valued =
        NewAppointment { property: None, address: Some("4 Elgin Avenue"), start: later(480), ..like };
    let valuation = tx.book(&valued).await.unwrap();
    tx.commit().await.unwrap();
    let kept = store.booked_valuation(valuation).await.unwrap().unwrap();
    assert_eq!(
        (kept.address.as_str(), kept.valuer.as_str(), kept.minutes),
        ("4 Elgin Avenue", "Amy Hart", 30)
    );
    assert!(store.booked_valuation(viewing).await.unwrap().is_none());
    let mut tx = store.begin().await.unwrap();
    let there = Place { property: None, negotiator: valued.negotiator, start: later(540), minutes: 30 };
    assert!(!tx.move_booked(valuation, later(485), there).await.unwrap(), "it is not at that time");
    assert!(tx.move_booked(valuation, later(480), there).await.unwrap());
    assert!(!tx.cancel_booked(valuation, later(480)).await.unwrap(), "it is there no more");
    tx.book(&valued).await.expect("its time is free again");
    assert!(tx.cancel_booked(valuation, later(540)).await.unwrap());
    tx.book(&NewAppointment { start: later(540), ..valued }).await.expect("and this one too");
    drop(tx);
}

/// The CRM books, moves and cancels by itself; the cells follow.
async fn reconciles(store: &Store, ours: i64) {
    let foreign = |id: i64, at: &str| {
        json!([{"id": id, "property_id": 2, "agent_id": 2, "kind": "viewing", "scheduled_date": at, "duration_minutes": 30,
                "status": "booked", "created_at": "2026-11-01T09:00:00.000000Z"}])
    };
    let mut tx = store.begin().await.unwrap();
    tx.insert_rows("viewing_appointments", &rows(foreign(501, "2026-11-23T15:10:00.000000Z"))).await.unwrap();
    tx.insert_rows("viewing_appointments", &rows(foreign(502, "2026-11-23T15:30:00.000000Z"))).await.unwrap();
    let claimed = tx.reconcile_cells(now()).await.unwrap();
    let clashes: Vec<_> = claimed.iter().map(|c| (c.appointment.0, c.clashes)).collect();
    assert_eq!(
        clashes,
        [(501, false), (502, true)],
        "the second overlaps the first in the quarter from half past"
    );
    let again: Vec<_> =
        tx.reconcile_cells(now()).await.unwrap().iter().map(|c| (c.appointment.0, c.clashes)).collect();
    assert_eq!(again, [(502, true)], "nothing is claimed twice, and a clash is told until it is gone");
    tx.commit().await.unwrap();
    let held = store.rows("diary_cells").await.unwrap();
    assert_eq!(held.iter().filter(|cell| cell["appointment_id"] == ours).count(), 4);
    assert_eq!(held.iter().filter(|cell| cell["appointment_id"] == 501).count(), 6);
}

async fn sends_messages(store: &Store, lead: LeadId) {
    let message = |id: &'static str, key: &'static str| NewMessage {
        id,
        channel: Channel::Sms,
        kind: "viewing_confirmation",
        lead: Some(lead),
        conversation: Some("call_1"),
        appointment: None,
        alert: None,
        to: "+447700900123",
        from: "+442079460100",
        body: "Booked 😀",
        content_sid: None,
        content_variables: None,
        rich: Rich::default(),
        dedupe_key: key,
        fallback_for: None,
        send_after: now(),
        now: now(),
    };
    let mut tx = store.begin().await.unwrap();
    assert!(tx.enqueue(&message("msg_1", "k1")).await.unwrap());
    assert!(!tx.enqueue(&message("msg_2", "k1")).await.unwrap(), "the same key is written once");
    assert!(tx.enqueue(&message("msg_3", "k3")).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(store.outbox_backlog(now()).await.unwrap().0, 2);

    let claimed = store.claim_messages("a", now(), later(1), (10, MessageLine::Rest)).await.unwrap();
    assert_eq!(
        claimed.iter().map(|m| m.id.as_str()).collect::<Vec<_>>(),
        ["msg_1"],
        "one recipient's order is kept"
    );
    assert!(store.claim_messages("b", now(), later(1), (10, MessageLine::Rest)).await.unwrap().is_empty());
    assert!(store.has_sms_twin(&claimed[0]).await.unwrap());
    let attempt = Attempt {
        id: "attempt_1",
        outcome: AttemptOutcome::Sent,
        http_status: Some(201),
        error_code: None,
        detail: None,
        started: now(),
        finished: now(),
    };
    let settled = Settled {
        status: MessageStatus::Sent,
        provider_sid: Some("SM1"),
        error_code: None,
        again_at: None,
        possible_duplicate: false,
    };
    let mut tx = store.begin().await.unwrap();
    assert!(tx.settle("msg_1", "a", &attempt, &settled).await.unwrap());
    let lost = Attempt { id: "attempt_2", outcome: AttemptOutcome::Unknown, http_status: None, ..attempt };
    assert!(!tx.settle("msg_3", "a", &lost, &settled).await.unwrap(), "without a lease nothing is settled");
    tx.commit().await.unwrap();
    let unheard_of = store.messages_without_receipt(later(1)).await.unwrap();
    assert_eq!(unheard_of, [("msg_1".to_owned(), "SM1".to_owned())]);
    assert!(store.is_known_sid("SM1").await.unwrap() && !store.is_known_sid("SM2").await.unwrap());
    assert_eq!(store.looks_in_vain("msg_1").await.unwrap(), 0);
    assert_eq!(store.first_tried("msg_1").await.unwrap(), Some(now()));
    let known = store.message_by_provider_sid("SM1").await.unwrap().unwrap();
    assert_eq!((known.status, known.attempts), (MessageStatus::Sent, 1));

    takes_receipts(store).await;
    let reach = store.reach(&phone("07700900123")).await.unwrap();
    assert_eq!((reach.last_whatsapp, reach.prefers_whatsapp, reach.opted_out.len()), (None, false, 0));
}

/// Receipts wait until they are taken; a lost lease settles nothing; a lease that ran out hands its message on.
async fn takes_receipts(store: &Store) {
    let mut tx = store.begin().await.unwrap();
    tx.keep_receipt("receipt_1", "SM1", "undelivered", Some(30003), later(1)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.receipts_waiting().await.unwrap(), ["SM1"]);
    let mut tx = store.begin().await.unwrap();
    assert_eq!(tx.take_receipts("SM1", later(1)).await.unwrap(), [("undelivered".to_owned(), Some(30003))]);
    assert!(tx.take_receipts("SM1", later(1)).await.unwrap().is_empty(), "a receipt is taken once");
    tx.set_status("msg_1", MessageStatus::Undelivered, Some(30003), later(1)).await.unwrap();
    tx.requeue("msg_1", later(5), later(1)).await.unwrap();
    tx.commit().await.unwrap();
    let sending = store.claim_messages("a", later(6), later(7), (1, MessageLine::Rest)).await.unwrap();
    assert_eq!(sending[0].status, MessageStatus::Sending);
    let after_lease = store.claim_messages("b", later(8), later(9), (1, MessageLine::Rest)).await.unwrap();
    assert_eq!((after_lease[0].id.as_str(), after_lease[0].status), ("msg_1", MessageStatus::Unknown));
}

async fn raises_and_ends(store: &Store, lead: LeadId) {
    let task = NewTask {
        id: "task_1",
        kind: TaskKind::CallBack,
        priority: Priority::Urgent,
        title: "Ring back",
        notes: None,
        lead: Some(lead),
        conversation: Some("call_1"),
        message: None,
        dedupe_key: "t1",
        due: Some(later(60)),
        now: now(),
    };
    let ended = EndedCall {
        conversation: "call_1",
        turn: 0,
        duration_s: Some(61),
        outcome: CallOutcome::ViewingBooked,
        intent: Some(Intent::BookViewing),
        discussed: &[PropertyId(1)],
        actions: &[ActionTaken::ViewingBooked],
        follow_up_notes: None,
        model_prices: Some((2.0, 8.0)),
        statements: (4, 1),
        now: later(2),
    };
    let mut tx = store.begin().await.unwrap();
    assert!(tx.add_task(&task).await.unwrap());
    assert!(!tx.add_task(&NewTask { id: "task_2", ..task.clone() }).await.unwrap());
    tx.put_task_off("t1", later(90)).await.unwrap();
    tx.cancel_task("t1").await.unwrap();
    assert!(!tx.end_call(&EndedCall { turn: 7, ..ended.clone() }).await.unwrap(), "the call has moved on");
    assert!(tx.end_call(&ended).await.unwrap());
    assert!(!tx.end_call(&ended).await.unwrap(), "a call ends once");
    tx.commit().await.unwrap();
    let late = SavedTurn {
        conversation: ended.conversation,
        turn: ended.turn + 1,
        state: "{}",
        lines: &[],
        now: now(),
    };
    assert!(store.begin().await.unwrap().save_turn(&late).await.unwrap(), "it was over already");
    let call = &store.rows("voice_lead_calls").await.unwrap()[0];
    assert_eq!(
        (call["outcome"].as_str(), call["response_ms_max"].as_i64()),
        (Some("viewing_booked"), Some(3))
    );
    assert_eq!(call["transcript"], "receptionist: Hello");
    assert_eq!(call["model_cost_micros"], 2_800, "1,000 tokens at 2 and 100 at 8 a million");
}

/// A withheld number is a lead without a phone until one is given; a known one joins its lead.
async fn joins_leads(store: &Store, known: LeadId) {
    let mut tx = store.begin().await.unwrap();
    let withheld = BeginCall {
        conversation: "call_2",
        call_sid: "CA2",
        phone: None,
        name: Some("Known To The CRM"),
        email: None,
        direction: "inbound",
        now: later(3),
    };
    let stranger = tx.begin_call(&withheld).await.unwrap();
    assert_ne!(stranger, known);
    let new = tx.give_phone(stranger, "call_2", &phone("07700900555"), later(3)).await.unwrap();
    assert_eq!(new, stranger);
    let hidden = BeginCall { conversation: "call_3", call_sid: "CA3", ..withheld };
    let other = tx.begin_call(&hidden).await.unwrap();
    tx.discuss(other, PropertyId(1), later(3)).await.unwrap();
    assert_eq!(tx.give_phone(other, "call_3", &phone("07700900123"), later(4)).await.unwrap(), known);
    // A corrected number takes this call along, and leaves the other person's past where it is.
    let corrected = tx.give_phone(known, "call_3", &phone("07700900777"), later(5)).await.unwrap();
    assert_ne!(corrected, known);
    assert_eq!(tx.give_phone(corrected, "call_3", &phone("07700900123"), later(6)).await.unwrap(), known);
    // Whoever was sent something is kept, with what they were sent.
    let again = tx.give_phone(known, "call_3", &phone("07700900778"), later(7)).await.unwrap();
    let package = json!([{"id": "package_1", "lead_id": again.0, "occasion": "asked", "homes": [], "created_at": "2026-11-23T10:07:00.000000Z"}]);
    tx.insert_rows("packages", &rows(package)).await.unwrap();
    assert_eq!(tx.give_phone(again, "call_3", &phone("07700900123"), later(8)).await.unwrap(), known);
    tx.commit().await.unwrap();
    assert_eq!(store.rows("packages").await.unwrap().len(), 1);
    let leads = store.rows("voice_leads").await.unwrap();
    assert_eq!(leads.len(), 3);
    let joined = leads.iter().find(|lead| lead["id"] == known.0).unwrap();
    assert_eq!(joined["total_calls"], 2);
}

async fn story(url: &str) {
    let store = Store::open(url).await.unwrap();
    given(&store).await;
    finds_homes(&store).await;
    let lead = answers_a_call(&store).await;
    merges_the_lead(&store, lead).await;
    books_once(&store, lead).await;
    sends_messages(&store, lead).await;
    raises_and_ends(&store, lead).await;
    joins_leads(&store, lead).await;
    moves_and_cancels(&store, lead).await;
    assert_eq!(store.setting_or_keep("hours", "{\"a\":1}", now()).await.unwrap(), "{\"a\":1}");
    assert_eq!(
        store.setting_or_keep("hours", "{\"b\":2}", now()).await.unwrap(),
        "{\"a\":1}",
        "the database's own wins"
    );
    for table in TABLES {
        store.rows(table).await.unwrap();
    }
    assert!(matches!(store.rows("pg_user").await, Err(StoreError::Unfit(_))));
    store.ping().await.unwrap();
    store.close().await;
    let again = Store::open(url).await.unwrap();
    assert!(!again.rows("voice_leads").await.unwrap().is_empty(), "opening again keeps everything");
}

#[tokio::test]
async fn the_story_on_sqlite() {
    story(&testkit::sqlite().url).await;
}

#[tokio::test]
async fn the_story_on_postgres() {
    story(&testkit::postgres().url).await;
}

#[test]
fn every_public_function_is_in_the_story() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let told: String = std::fs::read_dir(folder.join("tests"))
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    let mut missing = Vec::new();
    let sources =
        ["src", "src/reading"].into_iter().flat_map(|part| std::fs::read_dir(folder.join(part)).unwrap());
    for file in sources.map(|file| file.unwrap().path()).filter(|path| path.is_file()) {
        let text = std::fs::read_to_string(file).unwrap();
        for line in text.lines().filter(|line| line.trim_start().starts_with("pub async fn ")) {
            let name =
                line.trim_start().trim_start_matches("pub async fn ").split(['(', '<']).next().unwrap();
            if !told.contains(&format!(".{name}(")) && !told.contains(&format!("::{name}(")) {
                missing.push(name.to_owned());
            }
        }
    }
    assert!(missing.is_empty(), "not told in the story: {missing:?}");
}
