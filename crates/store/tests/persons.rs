//! What is kept of a person, who must be kept, and what is left to delete elsewhere, on both databases.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod support;

use serde_json::json;
use store::{Cutoffs, Store};
use support::{later, now, phone, rows};

const AT: &str = "2026-11-23T09:00:00.000000Z";
const NUMBER: &str = "+447700900110";

fn note(column: &str, of: serde_json::Value) -> serde_json::Value {
    let mut row = json!({"id": format!("note_{of}"), "lead_id": null, "ticket_id": null, "conversation_id": null, "account_id": "account_1",
        "body": "Grace Mensah rings back", "dedupe_key": format!("{column} {of}"), "created_at": AT});
    row[column] = of;
    row
}

async fn given(store: &Store) {
    let mut tx = store.begin().await.unwrap();
    for (table, values) in [
        ("users", json!([{"id": 1, "name": "Amy Hart", "role": "negotiator", "active": true}])),
        (
            "voice_leads",
            json!([{"id": 7, "phone": NUMBER, "name": "Grace Mensah", "source": "phone_call", "created_at": AT, "updated_at": AT},
                   {"id": 8, "phone": "+447700900111", "name": "Ben Stone", "source": "phone_call", "created_at": AT, "updated_at": AT}]),
        ),
        (
            "conversations",
            json!([{"id": "call_1", "call_sid": "CA1", "lead_id": 7, "channel": "voice", "state": "{}", "turn": 2, "started_at": AT,
                    "updated_at": AT, "ended_at": AT}]),
        ),
        (
            "viewing_appointments",
            json!([{"id": 1, "lead_id": 7, "agent_id": 1, "kind": "valuation", "scheduled_date": "2026-11-25T10:00:00.000000Z",
                    "duration_minutes": 60, "status": "booked", "viewer_name": "Grace Mensah", "viewer_phone": NUMBER,
                    "address": "9 Elgin Avenue", "created_at": AT}]),
        ),
        (
            "documents",
            json!([{"id": "doc_1", "kind": "other", "lead_id": 7, "name": "A letter", "path": "papers/doc_1", "media_type": "text/plain",
                    "bytes": 3, "created_at": AT}]),
        ),
        (
            "support_tickets",
            json!([{"id": 3, "reference": "T-3", "category": "heating", "urgency": "urgent", "description": "No heating",
                    "status": "open", "call_sid": "CA1", "created_at": AT}]),
        ),
        (
            "notes",
            json!([
                note("lead_id", json!(7)),
                note("ticket_id", json!(3)),
                note("conversation_id", json!("call_1"))
            ]),
        ),
    ] {
        tx.insert_rows(table, &rows(values)).await.unwrap();
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_person_is_kept_held_and_erased() {
    for database in [testkit::sqlite(), testkit::postgres()] {
        let store = Store::open(&database.url).await.unwrap();
        given(&store).await;
        let person = store.person(&phone(NUMBER)).await.unwrap();
        assert_eq!(person.lead, Some(7));
        let tables: Vec<&str> =
            store.all_of(&person).await.unwrap().iter().map(|(table, _)| *table).collect();
        assert_eq!(
            tables,
            ["notes", "support_tickets", "viewing_appointments", "documents", "conversations", "voice_leads"]
        );

        let mut tx = store.begin().await.unwrap();
        tx.place_hold("hold_1", 7, "a claim", now()).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.hold_on(7).await.unwrap().as_deref(), Some("a claim"));
        let mut tx = store.begin().await.unwrap();
        assert!(tx.lift_hold(7).await.unwrap() && !tx.lift_hold(7).await.unwrap());
        tx.commit().await.unwrap();

        let ahead = store.appointments_ahead(&person, now()).await.unwrap();
        assert_eq!((ahead.len(), ahead[0].kind.as_str()), (1, "valuation"));
        let mut tx = store.begin().await.unwrap();
        assert!(tx.cancel_appointment(&ahead[0]).await.unwrap());
        assert!(!tx.cancel_appointment(&ahead[0]).await.unwrap(), "it is off already");
        tx.erase(&person, now()).await.unwrap();
        tx.commit().await.unwrap();
        let words = ["Grace Mensah", NUMBER, "9 Elgin Avenue"].map(str::to_owned);
        assert_eq!(store.search_everywhere(&words).await.unwrap(), []);
        assert_eq!(store.search_everywhere(&["Ben Stone".into()]).await.unwrap(), [("voice_leads", 1)]);
        copies_go(&store).await;
        store.close().await;
    }
}

async fn copies_go(store: &Store) {
    let due = store.due_deletions(now(), 9).await.unwrap();
    assert_eq!((due.len(), due[0].kind.as_str(), due[0].sid.as_str()), (1, "call", "CA1"));
    let mut tx = store.begin().await.unwrap();
    tx.deletion_failed(&due[0].id, Some(later(60))).await.unwrap();
    tx.file_deleted("papers/another").await.unwrap();
    tx.commit().await.unwrap();
    assert!(store.due_deletions(later(59), 9).await.unwrap().is_empty());
    assert_eq!(store.due_deletions(later(60), 9).await.unwrap()[0].attempts, 1);
    assert!(store.is_to_be_deleted(&due[0].sid).await.unwrap());
    assert_eq!(store.files_to_delete(9).await.unwrap(), ["papers/doc_1"]);
    let mut tx = store.begin().await.unwrap();
    tx.deleted_at_provider(&due[0].id).await.unwrap();
    tx.file_deleted("papers/doc_1").await.unwrap();
    tx.commit().await.unwrap();
    assert!(store.due_deletions(later(60), 9).await.unwrap().is_empty());
    assert!(!store.is_to_be_deleted(&due[0].sid).await.unwrap());
    assert!(store.files_to_delete(9).await.unwrap().is_empty());
}

/// What is past its time goes, and nothing else: not what is younger, and not of whoever has a claim open.
#[tokio::test]
async fn what_is_past_its_time_goes() {
    for database in [testkit::sqlite(), testkit::postgres()] {
        let store = Store::open(&database.url).await.unwrap();
        let young = later(-60);
        let old = "2025-01-01T09:00:00.000000Z";
        let mut tx = store.begin().await.unwrap();
        let lead = |id: i64| {
            json!({"id": id, "phone": format!("+44770090011{id}"), "name": "Grace Mensah", "source": "phone_call",
            "last_call_date": old, "status": "new", "created_at": old, "updated_at": old})
        };
        let call = |id: &str, lead: i64, at: &str| {
            json!({"id": id, "call_sid": format!("CA{id}"), "lead_id": lead, "channel": "voice",
            "state": "{\"a\": 1}", "turn": 2, "started_at": at, "updated_at": at, "ended_at": at})
        };
        let turn = |id: &str| json!({"id": format!("turn_{id}"), "conversation_id": id, "turn": 1, "speaker": "caller", "words": "hello", "spoken_at": old});
        let sound = |id: &str| json!({"conversation_id": id, "status": "stored", "path": format!("{id}.mp3"), "created_at": old});
        let message = |id: i64, at: &str| {
            json!({"id": format!("msg_{id}"), "direction": "inbound", "channel": "sms", "kind": "chat", "lead_id": id,
            "to_address": "+442079460100", "from_address": "+447700900111", "body": "hello", "status": "received", "provider_sid": format!("SM{id}"),
            "dedupe_key": format!("key_{id}"), "send_after": at, "created_at": at, "updated_at": at})
        };
        for (table, values) in [
            ("voice_leads", json!([lead(1), lead(2), lead(3)])),
            ("conversations", json!([call("call_1", 1, old), call("call_2", 2, old), call("call_3", 3, AT)])),
            ("conversation_turns", json!([turn("call_1"), turn("call_2"), turn("call_3")])),
            ("recordings", json!([sound("call_1"), sound("call_2"), sound("call_3")])),
            ("notes", json!(["call_1", "call_2", "call_3"].map(|call| note("conversation_id", json!(call))))),
            ("messages", json!([message(1, old), message(2, old), message(3, AT)])),
        ] {
            tx.insert_rows(table, &rows(values)).await.unwrap();
        }
        tx.place_hold("hold_1", 2, "a claim", now()).await.unwrap();
        tx.commit().await.unwrap();
        let all = Cutoffs {
            transcripts: young,
            messages: young,
            leads: young,
            recordings: young,
            technical: young,
        };
        let due = store.due_to_go(&all).await.unwrap();
        assert_eq!(
            due,
            [("transcripts", 1), ("messages", 1), ("recordings", 1), ("technical", 0), ("leads", 1)]
        );
        let mut tx = store.begin().await.unwrap();
        assert!(tx.let_go(&all, now()).await.unwrap() > 0);
        tx.commit().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.let_go(&all, now()).await.unwrap(), 0, "done once");
        tx.commit().await.unwrap();
        let left = |rows: store::Rows, column: &'static str| -> Vec<String> {
            rows.iter().map(|row| row[column].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(
            left(store.rows("conversation_turns").await.unwrap(), "conversation_id"),
            ["call_2", "call_3"]
        );
        assert_eq!(left(store.rows("notes").await.unwrap(), "conversation_id"), ["call_2", "call_3"]);
        assert_eq!(left(store.rows("messages").await.unwrap(), "id"), ["msg_2", "msg_3"]);
        assert_eq!(
            left(store.rows("provider_deletions").await.unwrap(), "provider_sid"),
            ["CAcall_1", "SM1"]
        );
        assert_eq!(store.files_to_delete(9).await.unwrap(), ["call_1.mp3"]);
        let forgotten = store.leads_to_forget(young).await.unwrap();
        assert_eq!((forgotten.len(), forgotten[0].lead), (1, Some(1)));
        store.close().await;
    }
}
