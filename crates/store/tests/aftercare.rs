//! What follows a call, told to both databases: its review, the lead's score, packages, searches, surveys, the market, and
//! appointments as time passes them by.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod support;

use agency::crm::{
    AppointmentId, CallOutcome, Interest, LeadId, LeadStatus, Listing, MoveUrgency, Priority, PropertyId,
    TaskKind, UserId, Wants,
};
use agency::language::Qualification;
use agency::review::{score, status};
use serde_json::{Map, Value, json};
use store::{
    AppointmentStep, BeginCall, EndedCall, MarketNews, NewAppointment, NewPackage, NewSearch, NewTask,
    SavedTurn, SeenBefore, Store,
};
use support::{later, now, phone, rows};

const SAM: &str = "+447700900001";

fn home(id: i64, status: &str, price: i64) -> Value {
    json!({
        "id": id, "reference": format!("JB-2024-{id:03}"), "listing_type": "rent", "status": status,
        "address_line1": "12 Elgin Avenue", "area": "Maida Vale", "city": "London", "postcode": "W9 1AB", "bedrooms": 2,
        "bathrooms": 1, "property_type": "flat", "price": price, "rent_period": "month", "description": "Bright.",
        "features": [], "images": ["/1.jpg"], "floor_plan_url": "/plan.png", "agent_id": 1,
        "created_at": "2026-11-01T09:00:00.000000Z", "updated_at": "2026-11-01T09:00:00.000000Z"
    })
}

/// A lead, their call that has ended, and two homes.
async fn given(store: &Store) -> LeadId {
    let mut tx = store.begin().await.unwrap();
    let staff = json!([
        {"id": 1, "name": "Amy Hart", "email": "amy@agency.example", "phone": "+447700900201", "role": "negotiator", "active": true},
        {"id": 2, "name": "Margaret Barclay", "email": null, "phone": "+447700900207", "role": "director", "active": true}
    ]);
    tx.insert_rows("users", &rows(staff)).await.unwrap();
    tx.insert_rows("properties", &rows(json!([home(1, "available", 2200), home(2, "sold", 900_000)])))
        .await
        .unwrap();
    let begin = BeginCall {
        conversation: "call_1",
        call_sid: "CA1",
        phone: Some(&phone(SAM)),
        name: Some("Sam Okoro"),
        email: Some("sam@example.com"),
        direction: "inbound",
        now: now(),
    };
    let lead = tx.begin_call(&begin).await.unwrap();
    let saved = SavedTurn { conversation: "call_1", turn: 0, state: "{}", lines: &[], now: now() };
    tx.save_turn(&saved).await.unwrap();
    tx.discuss(lead, PropertyId(1), now()).await.unwrap();
    end(&mut tx, 0).await;
    tx.commit().await.unwrap();
    lead
}

async fn end(tx: &mut store::Tx, turn: u32) {
    let ended = EndedCall {
        conversation: "call_1",
        turn,
        duration_s: Some(60),
        outcome: CallOutcome::InfoGiven,
        intent: None,
        discussed: &[PropertyId(1)],
        actions: &[],
        follow_up_notes: None,
        model_prices: None,
        statements: (4, 1),
        now: later(1),
    };
    assert!(tx.end_call(&ended).await.unwrap());
}

async fn row(store: &Store, table: &str) -> Map<String, Value> {
    store.rows(table).await.unwrap().pop().unwrap()
}

async fn is_reviewed_once(store: &Store, lead: LeadId) {
    let claimed = store.claim_reviews(later(2), later(5), 10).await.unwrap();
    assert_eq!((claimed.len(), claimed[0].lead, claimed[0].attempts), (1, lead, 1));
    assert!(store.claim_reviews(later(3), later(6), 10).await.unwrap().is_empty(), "it is held");
    let again = store.claim_reviews(later(5), later(8), 10).await.unwrap();
    assert_eq!(again[0].attempts, 2, "the lease ran out");

    let mut tx = store.begin().await.unwrap();
    assert!(tx.finish_review(&again[0], later(5)).await.unwrap());
    assert!(!tx.finish_review(&claimed[0], later(5)).await.unwrap());
    tx.keep_review(&again[0], "{}", "Sam looks for a flat.").await.unwrap();
    for (n, (field, value)) in [
        (Qualification::HasDeposit, "true"),
        (Qualification::IsFirstTimeBuyer, "false"),
        (Qualification::MortgageApproved, "true"),
        (Qualification::Urgency, "immediate"),
        (Qualification::MoveInDate, "2026-12-01"),
        (Qualification::DoNotCallBefore, "10:00"),
        (Qualification::DoNotCallAfter, "20:00"),
        (Qualification::BestTimeToCall, "evenings"),
        (Qualification::CurrentSituation, "renting"),
        (Qualification::ReasonForMoving, "new job"),
        (Qualification::PreferredContactMethod, "email"),
    ]
    .into_iter()
    .enumerate()
    {
        for again in ["a", "b"] {
            let told = (field, value, "as they said");
            tx.qualify(lead, told, (&format!("change_{n}_{again}"), "call_1"), later(5)).await.unwrap();
        }
    }
    tx.qualify(
        lead,
        (Qualification::HasDeposit, "false", "no I have none"),
        ("change_x", "call_1"),
        later(6),
    )
    .await
    .unwrap();
    let contradictions = tx.contradictions("call_1").await.unwrap();
    tx.think_of(lead, PropertyId(1), Interest::Low).await.unwrap();
    tx.commit().await.unwrap();
    let told: Vec<(&str, &str)> =
        contradictions.iter().map(|it| (it.field.as_str(), it.was.as_str())).collect();
    assert!(told.contains(&("has_deposit", "true")), "{told:?}");
    assert_eq!(
        store.rows("requirement_changes").await.unwrap().len(),
        12,
        "what was known is not written again"
    );
    assert_eq!(row(store, "voice_lead_calls").await["ai_summary"], "Sam looks for a flat.");
    assert_eq!(row(store, "voice_lead_properties").await["interest"], "low");

    // It goes on, ends again, and is due again.
    let mut tx = store.begin().await.unwrap();
    let saved = SavedTurn { conversation: "call_1", turn: 1, state: "{}", lines: &[], now: later(7) };
    tx.save_turn(&saved).await.unwrap();
    end(&mut tx, 1).await;
    tx.commit().await.unwrap();
    assert_eq!(store.claim_reviews(later(9), later(12), 10).await.unwrap().len(), 1);
}

async fn is_scored(store: &Store, lead: LeadId) {
    let mut tx = store.begin().await.unwrap();
    let facts = tx.lead_facts(lead).await.unwrap();
    assert_eq!((facts.score.calls, facts.score.urgency), (1, Some(MoveUrgency::Immediate)));
    assert!(facts.score.mortgage_approved && !facts.score.has_deposit && facts.score.last_contact.is_some());
    assert_eq!((facts.name.as_deref(), facts.email.as_deref()), (Some("Sam Okoro"), Some("sam@example.com")));
    let scored = score(&facts.score, later(9));
    tx.keep_score(lead, &scored, status(facts.lead_status, facts.status), later(9)).await.unwrap();
    tx.commit().await.unwrap();
    let kept = row(store, "voice_leads").await;
    assert_eq!((kept["score"].as_i64(), kept["temperature"].as_str()), (Some(scored.value), Some("hot")));
    assert_eq!(facts.lead_status, LeadStatus::New);
    assert!(store.leads_to_score(later(8), 10).await.unwrap().is_empty());
    assert_eq!(store.leads_to_score(later(10), 10).await.unwrap(), [lead]);
}

async fn is_sent_packages(store: &Store, lead: LeadId) {
    let media = store.media(PropertyId(1)).await.unwrap();
    assert_eq!(
        (media.images.as_slice(), media.floor_plan_url.as_deref()),
        (&["/1.jpg".to_owned()][..], Some("/plan.png"))
    );
    let flat = store.property(PropertyId(1)).await.unwrap().unwrap();
    assert_eq!(
        store.negotiator_of(&flat).await.unwrap().unwrap().email.as_deref(),
        Some("amy@agency.example")
    );
    assert_eq!(store.sold_nearby("W9", 3).await.unwrap(), [PropertyId(2)]);

    let mut tx = store.begin().await.unwrap();
    assert_eq!(tx.not_sent_yet(lead, &[PropertyId(1)]).await.unwrap(), [PropertyId(1)]);
    let new = NewPackage {
        id: "package_1",
        lead,
        conversation: Some("call_1"),
        occasion: "property_details",
        homes: &[PropertyId(1), PropertyId(2)],
        now: later(10),
    };
    tx.add_package(&new).await.unwrap();
    tx.details_sent(lead, PropertyId(1), "sms", later(10)).await.unwrap();
    assert!(tx.not_sent_yet(lead, &[PropertyId(1)]).await.unwrap().is_empty());
    tx.open_package("package_1", later(11)).await.unwrap();
    tx.call_off_package("package_1", "whatsapp", later(11)).await.unwrap();
    tx.stop_purpose("opt_out_1", ("sam@example.com", "email", "new_homes"), later(11)).await.unwrap();
    tx.stop_purpose("opt_out_2", ("sam@example.com", "email", "new_homes"), later(11)).await.unwrap();
    assert!(tx.has_stopped("sam@example.com", "new_homes").await.unwrap());
    assert!(!tx.has_stopped("sam@example.com", "surveys").await.unwrap());
    tx.commit().await.unwrap();
    let package = store.package("package_1").await.unwrap().unwrap();
    assert_eq!((package.lead, package.homes), (lead, vec![PropertyId(1), PropertyId(2)]));
    assert!(store.package("package_2").await.unwrap().is_none());
    assert!(store.address_of_package("package_1").await.unwrap().is_none(), "nothing of it was sent yet");
    assert!(store.has_stopped(&[SAM, "sam@example.com"], "new_homes").await.unwrap());
    assert_eq!(store.lead_with(&phone(SAM)).await.unwrap(), Some(lead));
}

fn wants(budget: i64) -> Wants {
    Wants {
        listing: Some(Listing::Rent),
        bedrooms_min: Some(2),
        budget_max: Some(budget),
        ..Wants::default()
    }
}

async fn asks_to_hear(store: &Store, lead: LeadId) {
    let mut tx = store.begin().await.unwrap();
    for (id, budget) in [("search_1", 2000), ("search_2", 2300)] {
        let new = NewSearch {
            id,
            lead,
            conversation: Some("call_1"),
            wants: &wants(budget),
            words: "let me know",
            consent_id: &format!("consent_{id}"),
            now: later(12),
        };
        tx.save_search(&new).await.unwrap();
    }
    tx.commit().await.unwrap();
    let fitting = async |price| store.searches_for(Listing::Rent, 2, price).await.unwrap().len();
    assert_eq!((fitting(2200).await, fitting(2400).await), (1, 0), "the latest wish counts");
    let mut tx = store.begin().await.unwrap();
    tx.refresh_search(lead, &wants(2500), later(13)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(fitting(2400).await, 1);
    let mut tx = store.begin().await.unwrap();
    tx.end_search(lead, ("consent_end", "STOP"), later(14)).await.unwrap();
    tx.end_search(lead, ("consent_end_2", "STOP"), later(14)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(fitting(2200).await, 0);
    assert_eq!(store.rows("consents").await.unwrap().len(), 3);
    assert!(store.rows("opt_outs").await.unwrap().is_empty(), "who asks anew has taken it back");
    let mut tx = store.begin().await.unwrap();
    tx.lock_lead(lead).await.unwrap();
    tx.opt_out("opt_out_3", &phone(SAM), later(14)).await.unwrap();
    tx.opt_in(&phone(SAM)).await.unwrap();
    tx.commit().await.unwrap();
    assert!(store.rows("opt_outs").await.unwrap().is_empty());
}

async fn is_asked_how_it_was(store: &Store, lead: LeadId) {
    let mut tx = store.begin().await.unwrap();
    assert!(tx.ask_survey("survey_1", (lead, "call_1"), now(), later(15)).await.unwrap());
    assert!(!tx.ask_survey("survey_2", (lead, "call_1"), now(), later(16)).await.unwrap());
    tx.commit().await.unwrap();
    let open = store.survey_since(lead, now()).await.unwrap().unwrap();
    assert_eq!((open.id.as_str(), open.score), ("survey_1", None));
    let mut tx = store.begin().await.unwrap();
    tx.answer_survey("survey_1", 2, later(17)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.survey_since(lead, now()).await.unwrap().unwrap().score, Some(2));
    let mut tx = store.begin().await.unwrap();
    tx.comment_survey("survey_1", "Too long").await.unwrap();
    tx.commit().await.unwrap();
    assert!(store.survey_since(lead, now()).await.unwrap().is_none());
}

async fn the_market_moves(store: &Store, lead: LeadId) {
    assert!(!store.has_watched().await.unwrap());
    let mut tx = store.begin().await.unwrap();
    tx.watch_all(later(20)).await.unwrap();
    tx.insert_rows("properties", &rows(json!([home(3, "withdrawn", 1900)]))).await.unwrap();
    tx.commit().await.unwrap();
    let changes = store.market_changes(10).await.unwrap();
    assert_eq!((changes.len(), changes[0].property, changes[0].before.clone()), (1, PropertyId(3), None));
    let mut tx = store.begin().await.unwrap();
    assert!(tx.note_market(&changes[0], later(20)).await.unwrap());
    assert!(!tx.note_market(&changes[0], later(20)).await.unwrap());
    let held = json!({"reference": "JB-2024-001", "status": "available"});
    let set = json!({"price": 2100});
    let object = |value: &Value| value.as_object().unwrap().clone();
    assert_eq!(tx.change_rows("properties", &object(&held), &object(&set)).await.unwrap(), 1);
    assert_eq!(
        tx.change_rows("properties", &object(&json!({"reference": "none"})), &object(&set)).await.unwrap(),
        0
    );
    tx.mark_imported("JB-2024-001", "blm", later(20)).await.unwrap();
    assert_eq!(tx.imported_by("blm").await.unwrap(), ["JB-2024-001"]);
    tx.forget_imported("JB-2024-001").await.unwrap();
    assert!(tx.imported_by("blm").await.unwrap().is_empty());
    tx.commit().await.unwrap();
    assert!(store.has_watched().await.unwrap());
    let changes = store.market_changes(10).await.unwrap();
    let before = SeenBefore { status: "available".to_owned(), price: 2200, was_available: true };
    assert_eq!(changes[0].before, Some(before));
    let mut tx = store.begin().await.unwrap();
    tx.note_market(&changes[0], later(21)).await.unwrap();
    tx.add_news("news_1", &changes[0], MarketNews::Reduced, later(21)).await.unwrap();
    assert!(tx.tell_news("news_1", lead).await.unwrap());
    assert!(!tx.tell_news("news_1", lead).await.unwrap());
    tx.commit().await.unwrap();
    let untold = store.untold_news(10).await.unwrap();
    assert_eq!((untold.len(), untold[0].news), (1, MarketNews::Reduced));
    let mut tx = store.begin().await.unwrap();
    tx.finish_news("news_1", later(22)).await.unwrap();
    tx.commit().await.unwrap();
    assert!(store.untold_news(10).await.unwrap().is_empty());
    assert_eq!(store.best_first(&[lead, LeadId(99)]).await.unwrap(), [lead]);
}

async fn a_viewing_passes(store: &Store, lead: LeadId) {
    let mut tx = store.begin().await.unwrap();
    let new = NewAppointment {
        property: Some(PropertyId(1)),
        address: None,
        negotiator: UserId(1),
        lead,
        start: later(120),
        minutes: 30,
        viewer_name: "Sam Okoro",
        viewer_email: None,
        viewer_phone: Some(&phone(SAM)),
        now: later(30),
    };
    let booked: AppointmentId = tx.book(&new).await.unwrap();
    assert_eq!(tx.viewings_to_come(PropertyId(1), now()).await.unwrap(), [(booked, later(120))]);
    tx.commit().await.unwrap();
    assert_eq!(store.viewer_email(booked).await.unwrap().as_deref(), Some("sam@example.com"));
    assert_eq!(store.viewing_of(lead, PropertyId(1), now()).await.unwrap(), Some(later(120)));
    assert_eq!(store.viewings_of(lead, now()).await.unwrap(), [later(120)]);
    let due = async |step| store.viewings_without(step, "booked", (now(), later(200))).await.unwrap();
    let found = due(AppointmentStep::Reminded).await;
    assert_eq!(
        (found[0].appointment, found[0].last_told, found[0].lead),
        (booked, Some(later(30)), Some(lead))
    );
    assert_eq!(
        (found[0].staff_name.as_str(), found[0].viewer_email.as_deref()),
        ("Amy Hart", Some("sam@example.com"))
    );
    let mut tx = store.begin().await.unwrap();
    assert!(!tx.take_step(&found[0], AppointmentStep::Reminded, "cancelled", later(31)).await.unwrap());
    assert!(tx.take_step(&found[0], AppointmentStep::Reminded, "booked", later(31)).await.unwrap());
    assert!(!tx.take_step(&found[0], AppointmentStep::Reminded, "booked", later(31)).await.unwrap());
    assert!(tx.take_step(&found[0], AppointmentStep::Asked, "booked", later(160)).await.unwrap());
    tx.viewing_completed(lead, PropertyId(1), later(120)).await.unwrap();
    tx.commit().await.unwrap();
    assert!(due(AppointmentStep::Reminded).await.is_empty());
    assert_eq!(store.booked_start(booked).await.unwrap(), Some(later(120)));
    assert_eq!(store.reminded_of(booked).await.unwrap(), Some(later(120)));
    assert_eq!(store.asked_about(lead, now()).await.unwrap(), Some(PropertyId(1)));
    let mut tx = store.begin().await.unwrap();
    tx.keep_feedback(lead, PropertyId(1), "Lovely").await.unwrap();
    assert_eq!(tx.lead_facts(lead).await.unwrap().score.viewed, 1);
    tx.commit().await.unwrap();
    assert!(store.asked_about(lead, now()).await.unwrap().is_none());
}

async fn a_task_is_forgotten(store: &Store, lead: LeadId) {
    let task = NewTask {
        id: "task_1",
        kind: TaskKind::FollowUp,
        priority: Priority::Normal,
        title: "Send the lease",
        notes: None,
        lead: Some(lead),
        conversation: None,
        message: None,
        dedupe_key: "t1",
        due: Some(later(10)),
        now: now(),
    };
    let promise = NewTask { id: "task_2", kind: TaskKind::CallBack, dedupe_key: "t2", ..task.clone() };
    let mut tx = store.begin().await.unwrap();
    tx.add_task(&task).await.unwrap();
    tx.add_task(&promise).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.begin().await.unwrap();
    tx.give_task("t1", UserId(2)).await.unwrap();
    tx.give_task("t1", UserId(1)).await.unwrap();
    tx.note_calling_times(lead, "Not to be rung before 10:00.").await.unwrap();
    tx.note_calling_times(lead, "Not to be rung before 10:00.").await.unwrap();
    tx.commit().await.unwrap();
    let kept = store.rows("tasks").await.unwrap().into_iter().find(|row| row["id"] == "task_1").unwrap();
    assert_eq!(kept["assigned_to"], 2, "it is somebody's already");
    assert_eq!(kept["notes"], "Not to be rung before 10:00.");
    let overdue = store.overdue_tasks((later(20), later(5))).await.unwrap();
    assert_eq!(overdue.iter().map(|task| task.id.as_str()).collect::<Vec<_>>(), ["task_2"]);
    let mut tx = store.begin().await.unwrap();
    assert!(tx.escalate_task("task_2", later(20)).await.unwrap());
    assert!(!tx.escalate_task("task_2", later(20)).await.unwrap());
    tx.commit().await.unwrap();
    assert!(store.overdue_tasks((later(20), later(5))).await.unwrap().is_empty());
    assert_eq!(store.phones_of(&["manager", "director"]).await.unwrap(), [phone("+447700900207")]);
}

#[tokio::test]
async fn what_follows_a_call_on_both_databases() {
    for (name, database) in testkit::both() {
        eprintln!("{name}");
        let store = Store::open(&database.url).await.unwrap();
        let lead = given(&store).await;
        is_reviewed_once(&store, lead).await;
        is_scored(&store, lead).await;
        is_sent_packages(&store, lead).await;
        asks_to_hear(&store, lead).await;
        is_asked_how_it_was(&store, lead).await;
        the_market_moves(&store, lead).await;
        a_viewing_passes(&store, lead).await;
        a_task_is_forgotten(&store, lead).await;
        assert_eq!(store.reach(&phone(SAM)).await.unwrap().email.as_deref(), Some("sam@example.com"));
    }
}
