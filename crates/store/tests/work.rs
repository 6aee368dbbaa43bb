//! What colleagues do, told to both databases: they whisper, assess calls, answer those who write, keep the diary, and change leads
//! and repairs.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod support;

use agency::crm::{AppointmentId, LeadId, Priority, TaskKind};
use serde_json::json;
use store::{List, NewAbsence, NewAssessment, NewNote, NewShift, NewTask, NoteOf, Paging, Store};
use support::{later, now, rows};

const AT: &str = "2026-11-23T09:00:00.000000Z";

async fn given(store: &Store) {
    let mut tx = store.begin().await.unwrap();
    for (table, values) in [
        ("users", json!([{"id": 1, "name": "Amy Hart", "role": "negotiator", "active": true}])),
        (
            "properties",
            json!([{
                "id": 1, "reference": "JB-2024-001", "listing_type": "rent", "status": "available", "address_line1": "12 Elgin Avenue",
                "area": "Maida Vale", "city": "London", "postcode": "W9 1AB", "bathrooms": 1, "description": "", "price": 2200, "rent_period": "month", "bedrooms": 2, "property_type": "flat", "created_at": AT, "updated_at": AT,
                "features": [], "images": []
            }]),
        ),
        (
            "voice_leads",
            json!([{
                "id": 7, "phone": "+447700900110", "name": "Grace Mensah", "source": "whatsapp", "created_at": AT, "updated_at": AT
            }]),
        ),
        (
            "conversations",
            json!([
                {"id": "call_1", "lead_id": 7, "channel": "whatsapp", "state": "", "turn": 2, "started_at": AT, "updated_at": AT, "ended_at": null},
                {"id": "call_2", "lead_id": 7, "channel": "voice", "state": "", "turn": 2, "started_at": AT, "updated_at": AT, "ended_at": AT}
            ]),
        ),
        (
            "voice_lead_calls",
            json!([
                {"id": 1, "lead_id": 7, "direction": "inbound", "channel": "whatsapp", "conversation_id": "call_1", "created_at": AT,
                 "ended_at": null, "outcome": null, "response_ms_max": null},
                {"id": 2, "lead_id": 7, "direction": "inbound", "channel": "voice", "conversation_id": "call_2", "created_at": AT,
                 "ended_at": AT, "outcome": "abandoned", "response_ms_max": 9000}
            ]),
        ),
        (
            "chats",
            json!([{
                "address": "whatsapp:+447700900110", "channel": "whatsapp", "lead_id": 7, "profile_name": "Grace", "conversation_id": "call_1",
                "waiting_since": AT, "updated_at": AT
            }]),
        ),
        (
            "messages",
            json!([{
                "id": "msg_1", "direction": "inbound", "channel": "whatsapp", "kind": "text", "lead_id": 7, "to_address": "whatsapp:+442079460100",
                "from_address": "whatsapp:+447700900110", "body": "Is it free?", "status": "received", "send_after": AT, "created_at": AT, "updated_at": AT
            }]),
        ),
        (
            "viewing_appointments",
            json!([{
                "id": 3, "property_id": 1, "lead_id": 7, "agent_id": 1, "kind": "viewing", "scheduled_date": "2026-11-23T10:05:00.000000Z",
                "duration_minutes": 30, "status": "booked", "viewer_name": "Grace Mensah", "viewer_phone": "+447700900110", "created_at": AT
            }]),
        ),
        (
            "support_tickets",
            json!([{
                "id": 5, "reference": "R-5", "category": "plumbing", "urgency": "normal", "description": "A tap drips.", "status": "open",
                "created_at": AT
            }]),
        ),
    ] {
        tx.insert_rows(table, &rows(values)).await.unwrap();
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn colleagues_work_on_both() {
    for (name, database) in testkit::both() {
        let store = Store::open(&database.url).await.unwrap();
        given(&store).await;
        whisper(&store).await;
        assess(&store).await;
        take_notes(&store).await;
        answer_those_who_write(&store).await;
        keep_the_diary(&store).await;
        change_leads_and_repairs(&store).await;
        publish_settings(&store).await;
        copies_are_whole(&store, name).await;
        store.close().await;
    }
}

async fn whisper(store: &Store) {
    let mut tx = store.begin().await.unwrap();
    assert!(tx.whisper("turn_a", ("call_1", "Offer Tuesday."), now()).await.unwrap());
    assert!(tx.whisper("turn_b", ("call_1", "And Friday."), now()).await.unwrap());
    assert!(!tx.whisper("turn_c", ("call_2", "Too late."), now()).await.unwrap(), "it is over");
    tx.commit().await.unwrap();
    assert_eq!(store.whispers("call_1", "").await.unwrap().len(), 2);
    assert_eq!(
        store.whispers("call_1", "turn_a").await.unwrap(),
        [("turn_b".to_owned(), "And Friday.".to_owned())]
    );
}

async fn assess(store: &Store) {
    let queue = store.to_assess("account_1", later(-600), 9).await.unwrap();
    assert_eq!(queue.len(), 1, "one goes on still");
    assert!(queue[0].went_nowhere && queue[0].was_slow && !queue[0].had_emergency && !queue[0].was_unsure);
    let mut tx = store.begin().await.unwrap();
    let unsure = |id: &str, confidence: f64| json!({"id": id, "conversation_id": "call_2", "turn": 1, "speaker": "caller", "words": "mm", "confidence": confidence, "spoken_at": AT});
    let heard = json!([unsure("turn_1", 0.2), unsure("turn_2", 0.4), unsure("turn_3", 0.9)]);
    tx.insert_rows("conversation_turns", &rows(heard)).await.unwrap();
    tx.commit().await.unwrap();
    assert!(store.to_assess("account_1", later(-600), 9).await.unwrap()[0].was_unsure);
    for score in [2, 4] {
        let new = NewAssessment {
            id: &format!("assessment_{score}"),
            conversation: "call_2",
            account: "account_1",
            score,
            intent: Some("book_viewing"),
            intent_is_right: Some(false),
            tags: vec!["misheard".into()],
            comment: None,
            now: later(score),
        };
        let mut tx = store.begin().await.unwrap();
        tx.assess(&new).await.unwrap();
        tx.commit().await.unwrap();
    }
    let kept = store.assessments_of("call_2").await.unwrap();
    assert_eq!(
        (kept.len(), kept[0].score, kept[0].tags.as_slice()),
        (1, 4, ["misheard".to_owned()].as_slice())
    );
    assert!(store.to_assess("account_1", later(-600), 9).await.unwrap().is_empty());
    assert_eq!(store.to_assess("account_2", later(-600), 9).await.unwrap()[0].assessments, 1);
    assert_eq!(store.agreement().await.unwrap().pairs, 0);
    for (account, score, intent) in [("account_2", 5, Some("book_viewing")), ("account_3", 1, None)] {
        let new = NewAssessment {
            id: &format!("assessment_of_{account}"),
            conversation: "call_2",
            account,
            score,
            intent,
            intent_is_right: None,
            tags: vec![],
            comment: None,
            now: later(9),
        };
        let mut tx = store.begin().await.unwrap();
        tx.assess(&new).await.unwrap();
        tx.commit().await.unwrap();
    }
    let agreed = store.agreement().await.unwrap();
    assert_eq!((agreed.pairs, agreed.close, agreed.named, agreed.same_intent), (3, 1, 1, 1));
}

async fn answer_those_who_write(store: &Store) {
    let thread = store.thread("7-whatsapp").await.unwrap().unwrap();
    assert_eq!(
        (thread.last_words.as_deref(), thread.waits, thread.held_by),
        (Some("Is it free?"), true, None)
    );
    assert!(store.thread("7-sms").await.unwrap().is_none());
    for (task, is_first) in [("task_1", true), ("task_2", false)] {
        let new = NewTask {
            id: task,
            kind: TaskKind::CallBack,
            priority: Priority::Normal,
            title: "Amy answers this chat",
            notes: None,
            lead: Some(LeadId(7)),
            conversation: Some("call_1"),
            message: None,
            dedupe_key: task,
            due: None,
            now: now(),
        };
        let mut tx = store.begin().await.unwrap();
        tx.add_task(&new).await.unwrap();
        assert_eq!(tx.claim_chat("call_1", task).await.unwrap(), is_first, "one person answers");
        tx.commit().await.unwrap();
    }
    let mut tx = store.begin().await.unwrap();
    assert!(!tx.give_chat_back("call_1", "task_2").await.unwrap(), "not theirs");
    tx.commit().await.unwrap();
    let thread =
        store.threads(None, (None, false), &Paging { after: None, limit: 9 }).await.unwrap().remove(0);
    assert!(thread.waits, "they wrote last");
    for (by_number, found) in [(true, 1), (false, 0)] {
        let page = Paging { after: None, limit: 9 };
        let threads = store.threads(None, (Some("900110"), by_number), &page).await.unwrap();
        assert_eq!(threads.len(), found, "a masked number is not found by trying");
    }
    assert_eq!(
        (thread.held_by_task.as_deref(), thread.held_by.as_deref()),
        (Some("task_1"), Some("A colleague"))
    );
}

/// Two managers at once, where the list is empty still: the second waits for the first.
async fn one_at_a_time(store: &Store) {
    const LONG: std::time::Duration = std::time::Duration::from_millis(200);
    let mut first = store.begin().await.unwrap();
    first.lock_list(List::Rota).await.unwrap();
    let other = async {
        let mut second = store.begin().await?;
        second.lock_list(List::Rota).await?;
        second.commit().await
    };
    tokio::pin!(other);
    assert!(tokio::time::timeout(LONG, &mut other).await.is_err(), "it waits");
    first.commit().await.unwrap();
    other.await.unwrap();
}

async fn keep_the_diary(store: &Store) {
    let (viewing, phone, lead) = store.booked_viewing(AppointmentId(3)).await.unwrap().unwrap();
    assert_eq!(
        (viewing.viewer_name.as_str(), viewing.negotiator_name.as_str()),
        ("Grace Mensah", "Amy Hart")
    );
    assert!(phone.is_some() && lead == Some(LeadId(7)));
    let mut tx = store.begin().await.unwrap();
    assert!(!tx.viewing_over(AppointmentId(3), "completed", later(1)).await.unwrap(), "it lies ahead");
    assert!(tx.viewing_over(AppointmentId(3), "completed", later(9)).await.unwrap());
    tx.commit().await.unwrap();
    assert!(store.booked_viewing(AppointmentId(3)).await.unwrap().is_none());
}

async fn change_leads_and_repairs(store: &Store) {
    let mut lead = store.lead(LeadId(7)).await.unwrap().unwrap();
    lead.status = "offer_made".into();
    let mut ticket = store.ticket(5).await.unwrap().unwrap();
    (ticket.status, ticket.assigned_to) = ("in_progress".into(), Some(1));
    let mut tx = store.begin().await.unwrap();
    tx.edit_lead(&lead, later(1)).await.unwrap();
    tx.lock_ticket(5).await.unwrap();
    tx.edit_ticket(&ticket).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.lead(LeadId(7)).await.unwrap().unwrap().status, "offer_made");
    let qualified = store.rows("voice_leads").await.unwrap()[0]["qualified_at"].is_string();
    assert!(qualified, "whoever made an offer was qualified then");
    let ticket = store.ticket(5).await.unwrap().unwrap();
    assert_eq!((ticket.status.as_str(), ticket.manager_name.as_deref()), ("in_progress", Some("Amy Hart")));
}

async fn publish_settings(store: &Store) {
    assert_eq!(store.setting_or_keep("hours", "first", now()).await.unwrap(), "first");
    let before = store.versions_published().await.unwrap();
    let mut tx = store.begin().await.unwrap();
    let seen = (1, later(1));
    assert_eq!(
        tx.publish_setting("hours", seen, "account_1", now()).await.unwrap(),
        None,
        "there is no draft"
    );
    assert!(tx.draft_setting("hours", ("second", "account_1"), None, now()).await.unwrap());
    assert!(
        !tx.draft_setting("hours", ("lost", "account_2"), None, now()).await.unwrap(),
        "there is one by now"
    );
    assert!(tx.draft_setting("hours", ("third", "account_1"), Some(now()), later(1)).await.unwrap());
    assert!(tx.draft_setting("office", ("never", "account_1"), None, later(1)).await.unwrap());
    tx.drop_draft("office").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.setting_drafts().await.unwrap().len(), 1);
    assert_eq!(store.setting("hours").await.unwrap().unwrap().value, "first", "nobody hears a draft");
    let mut tx = store.begin().await.unwrap();
    assert_eq!(
        tx.publish_setting("hours", (7, later(1)), "account_1", now()).await.unwrap(),
        None,
        "of another version"
    );
    assert_eq!(
        tx.publish_setting("hours", (1, now()), "account_1", now()).await.unwrap(),
        None,
        "another draft"
    );
    let published = tx.publish_setting("hours", seen, "account_1", later(2)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(published.as_deref(), Some("third"));
    let kept = store.setting("hours").await.unwrap().unwrap();
    assert_eq!((kept.value.as_str(), kept.version), ("third", 2));
    assert_eq!(store.versions_published().await.unwrap(), before + 1);
    let versions = store.setting_versions("hours").await.unwrap();
    let told: Vec<_> =
        versions.iter().map(|one| (one.version, one.value.as_str(), one.by.as_deref())).collect();
    assert_eq!(told, [(2, "third", Some("account_1")), (1, "first", None)]);
    assert!(store.setting_drafts().await.unwrap().is_empty());
}

async fn take_notes(store: &Store) {
    let mut tx = store.begin().await.unwrap();
    let turn = json!([{"id": "turn_9", "conversation_id": "call_2", "turn": 1, "speaker": "caller", "words": "hello", "spoken_at": AT}]);
    tx.insert_rows("conversation_turns", &rows(turn)).await.unwrap();
    let all = [
        NoteOf::Lead(7),
        NoteOf::Ticket(3),
        NoteOf::Call("call_2", None),
        NoteOf::Call("call_2", Some("turn_9")),
    ];
    for (nth, of) in (1..).zip(all) {
        let (id, key) = (format!("note_{nth}"), format!("key {nth}"));
        let note = NewNote {
            id: &id,
            of,
            account: "account_1",
            body: "Rings back.",
            dedupe_key: &key,
            now: later(nth),
        };
        assert!(tx.add_note(&note).await.unwrap());
        assert!(!tx.add_note(&note).await.unwrap(), "it is one note");
    }
    tx.commit().await.unwrap();
    assert_eq!(store.notes_of(NoteOf::Lead(7)).await.unwrap().len(), 1);
    assert_eq!(store.notes_of(NoteOf::Ticket(3)).await.unwrap()[0].body, "Rings back.");
    let call = store.notes_of(NoteOf::Call("call_2", None)).await.unwrap();
    assert_eq!(call.iter().map(|note| note.line.as_deref()).collect::<Vec<_>>(), [None, Some("turn_9")]);
    assert!(store.notes_of(NoteOf::Call("call_1", None)).await.unwrap().is_empty());
    let mut tx = store.begin().await.unwrap();
    assert!(!tx.remove_note("note_1", "account_2").await.unwrap(), "it is not theirs");
    for id in ["note_1", "note_2", "note_3"] {
        assert!(tx.remove_note(id, "account_1").await.unwrap());
    }
    tx.commit().await.unwrap();
    assert_eq!(store.rows("notes").await.unwrap().len(), 1);
}

async fn copies_are_whole(store: &Store, name: &str) {
    let database = testkit::sqlite();
    let copy = Store::open(&database.url).await.unwrap();
    store.copy_to(&copy, &["users", "properties", "viewing_appointments"]).await.unwrap();
    for table in ["users", "properties", "viewing_appointments"] {
        assert_eq!(copy.rows(table).await.unwrap().len(), store.rows(table).await.unwrap().len());
    }
    let start = copy.rows("viewing_appointments").await.unwrap()[0]["scheduled_date"].clone();
    assert_eq!(start, "2026-11-23T10:05:00.000000Z", "from {name}");
}

#[tokio::test]
async fn the_rota_and_who_is_away() {
    for database in [testkit::sqlite(), testkit::postgres()] {
        let store = Store::open(&database.url).await.unwrap();
        given(&store).await;
        one_at_a_time(&store).await;
        let users = store.users().await.unwrap();
        assert_eq!((users[0].name.as_str(), users[0].is_active), ("Amy Hart", true));
        let night = NewShift {
            user: 1,
            days: vec!["friday".into()],
            starts: Some("18:00".into()),
            ends: Some("09:00".into()),
        };
        let always = NewShift { user: 1, days: vec![], starts: None, ends: None };
        for shifts in [vec![always.clone()], vec![night, always]] {
            let mut tx = store.begin().await.unwrap();
            tx.lock_list(List::Rota).await.unwrap();
            tx.set_rota(&shifts).await.unwrap();
            tx.commit().await.unwrap();
        }
        let lines = store.rota().await.unwrap();
        assert_eq!(
            (lines.len(), lines[0].days.as_slice(), lines[0].name.as_deref()),
            (2, ["friday".to_owned()].as_slice(), Some("Amy Hart"))
        );
        let away = NewAbsence {
            id: "absence_1",
            user: 1,
            starts: later(5),
            ends: later(60),
            reason: Some("the dentist"),
        };
        let mut tx = store.begin().await.unwrap();
        tx.add_absence(&away).await.unwrap();
        tx.opt_out("optout_1", &support::phone("+447700900123"), now()).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.absences(later(59)).await.unwrap()[0].reason.as_deref(), Some("the dentist"));
        assert!(store.absences(later(60)).await.unwrap().is_empty(), "it is over");
        let stopped = store.opt_outs(&Paging { after: None, limit: 9 }).await.unwrap();
        assert_eq!((stopped[0].address.as_str(), stopped[0].purpose.as_str()), ("+447700900123", "all"));
        let mut tx = store.begin().await.unwrap();
        assert!(tx.remove_absence("absence_1").await.unwrap());
        assert!(!tx.remove_absence("absence_1").await.unwrap());
        tx.commit().await.unwrap();
        assert!(store.absences(now()).await.unwrap().is_empty());
        store.close().await;
    }
}
