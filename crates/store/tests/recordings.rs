//! Recordings from the first word to nothing, on both databases.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod support;

use agency::crm::LeadId;
use serde_json::json;
use store::{DueRecording, KeptRecording, Store};
use support::{later, now, rows};

const AT: &str = "2026-11-23T09:00:00.000000Z";

async fn given(store: &Store) {
    let mut tx = store.begin().await.unwrap();
    let lead = json!([{"id": 7, "phone": "+447700900110", "source": "phone_call", "created_at": AT, "updated_at": AT}]);
    tx.insert_rows("voice_leads", &rows(lead)).await.unwrap();
    for id in ["1", "2", "3"] {
        let call = json!([{"id": format!("call_{id}"), "call_sid": format!("CA{id}"), "lead_id": 7, "channel": "voice", "state": "{}",
            "turn": 2, "started_at": AT, "updated_at": AT, "ended_at": AT}]);
        tx.insert_rows("conversations", &rows(call)).await.unwrap();
        tx.begin_recording(&format!("call_{id}"), now(), later(60)).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn claimed(store: &Store, minutes: i64) -> Vec<DueRecording> {
    store.claim_recordings(later(minutes), later(minutes + 60), 9).await.unwrap()
}

async fn to_delete(store: &Store) -> Vec<String> {
    store.due_deletions(later(99_999), 9).await.unwrap().into_iter().map(|due| due.sid).collect()
}

async fn told(store: &Store, call: &str, sid: &str) {
    let mut tx = store.begin().await.unwrap();
    tx.recording_told(call, sid, Some(12), now()).await.unwrap();
    tx.commit().await.unwrap();
}

async fn is_stored_once(store: &Store) {
    assert_eq!(claimed(store, 0).await.len(), 0, "Twilio is not asked yet");
    told(store, "CA1", "RE1").await;
    told(store, "CA1", "RE1").await;
    assert_eq!(
        to_delete(store).await,
        Vec::<String>::new(),
        "what is to be kept is not deleted for being told of twice"
    );
    let due = claimed(store, 1).await;
    assert_eq!((due.len(), due[0].sid.as_deref(), due[0].attempts), (1, Some("RE1"), 1));
    assert_eq!(claimed(store, 2).await.len(), 0, "it is under a lease");
    let mut tx = store.begin().await.unwrap();
    tx.recording_again("call_1", later(5)).await.unwrap();
    tx.commit().await.unwrap();
    let due = claimed(store, 6).await;
    let mut tx = store.begin().await.unwrap();
    assert!(tx.recording_stored(&due[0], ("2026/11/call_1.mp3", 99), now()).await.unwrap());
    tx.commit().await.unwrap();
    let kept = KeptRecording { path: "2026/11/call_1.mp3".into(), duration_s: Some(12) };
    assert_eq!(store.recording("call_1").await.unwrap(), Some(kept));
    assert_eq!(to_delete(store).await, ["RE1"]);
}

/// The caller objects while the sound is being fetched.
async fn is_refused(store: &Store) {
    told(store, "CA2", "RE2").await;
    let due = claimed(store, 1).await;
    let mut tx = store.begin().await.unwrap();
    tx.refuse_recording(("call_2", LeadId(7)), ("consent_1", "please don't"), now()).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.begin().await.unwrap();
    assert!(!tx.recording_stored(&due[0], ("2026/11/call_2.mp3", 99), now()).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(store.recording("call_2").await.unwrap(), None);
    assert_eq!(store.files_to_delete(9).await.unwrap(), ["2026/11/call_2.mp3"]);
    told(store, "CA2", "RE22").await;
    let mut gone = to_delete(store).await;
    gone.sort();
    assert_eq!(gone, ["RE1", "RE2", "RE22"], "whatever else comes of this call goes too");
    let caller = store.who_is_calling(Some(&support::phone("+447700900110"))).await.unwrap();
    assert!(caller.refuses_recording);
    // Of one that is kept no consent is written: a colleague deleted it, and here takes that back.
    let mut tx = store.begin().await.unwrap();
    tx.drop_recording("call_1", "gone", now()).await.unwrap();
    drop(tx);
    assert!(store.recording("call_1").await.unwrap().is_some());
}

#[tokio::test]
async fn a_recording_is_told_of_fetched_refused_and_asked_for() {
    for database in [testkit::sqlite(), testkit::postgres()] {
        let store = Store::open(&database.url).await.unwrap();
        given(&store).await;
        is_stored_once(&store).await;
        is_refused(&store).await;
        let due = claimed(&store, 61).await;
        assert_eq!((due.len(), due[0].sid.as_deref(), due[0].call_ended), (1, None, true));
        assert_eq!(due[0].call_sid.as_deref(), Some("CA3"));
        let mut tx = store.begin().await.unwrap();
        tx.end_recording("call_3", "gone").await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(claimed(&store, 9_999).await.len(), 0);
        assert_eq!(store.person_of_lead(7).await.unwrap().unwrap().lead, Some(7));
        assert!(store.person_of_lead(8).await.unwrap().is_none());
    }
}
