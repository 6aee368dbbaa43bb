//! The sound of calls: only if set, told in the greeting, stopped when somebody objects, stored, and deleted.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod support;

use agency::phone::PhoneNumber;
use agency::staff::StaffRole;
use jiff::SignedDuration;
use phone_network::{Call, Faults};
use receptionist::privacy::{delete_copies, erase, forget_old};
use receptionist::rehearsal::{AGENCY_NUMBER, Plan};
use reqwest::Method;
use serde_json::{Value, json};
use support::staff::colleague;
use support::{Agency, monday, post, rows, start, start_as, voice};

const CALLER: &str = "+447700900811";
const SEARCH: &str = "a two bedroom flat to rent in Maida Vale up to 3000 a month";

async fn recording(database: testkit::Database, mode: &str) -> Agency {
    let environment = vec![("VOICE_RECORD", "true".to_owned()), ("VOICE_MODE", mode.to_owned())];
    start_as(database, Plan { environment, ..Plan::stepped("", monday()) }).await
}

async fn ring(agency: &Agency) -> Call {
    agency.network.ring(CALLER, AGENCY_NUMBER).await.unwrap()
}

async fn a_call(agency: &Agency) {
    let mut call = ring(agency).await;
    call.say(SEARCH).await.unwrap();
    call.hang_up();
    agency.settle().await.unwrap();
}

async fn only_recording(agency: &Agency) -> serde_json::Map<String, Value> {
    let all = rows(agency, "recordings").await;
    assert_eq!(all.len(), 1, "{all:?}");
    all[0].clone()
}

/// It is with us, and no longer at Twilio.
async fn is_kept(agency: &Agency) -> String {
    delete_copies(&agency.app).await.unwrap();
    assert_eq!(agency.network.recorded(), Vec::<String>::new(), "Twilio keeps nothing");
    let kept = only_recording(agency).await;
    assert_eq!(kept["status"], "stored");
    let path = kept["path"].as_str().unwrap().to_owned();
    assert!(agency.app.shelf.get(&path).await.unwrap().starts_with(b"ID3"));
    let url = format!("/api/v1/calls/{}/recording", kept["conversation_id"].as_str().unwrap());
    let calls = rows(agency, "voice_lead_calls").await;
    let call = calls.iter().find(|call| call["conversation_id"] == kept["conversation_id"]).unwrap();
    assert_eq!(call["recording_url"], url);
    path
}

/// Nothing of it is anywhere.
async fn is_gone(agency: &Agency, path: Option<&str>) {
    delete_copies(&agency.app).await.unwrap();
    assert_eq!(agency.network.recorded(), Vec::<String>::new());
    assert!(rows(agency, "voice_lead_calls").await.iter().all(|call| call["recording_url"].is_null()));
    if let Some(path) = path {
        assert!(agency.app.shelf.get(path).await.is_err(), "the file is gone");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_recorded_unless_it_is_set_and_callers_are_told_the_truth() {
    let agency = start(testkit::sqlite()).await;
    let mut call = ring(&agency).await;
    assert!(call.heard().contains("calls are written up"), "{}", call.heard());
    call.say("is this call recorded").await.unwrap();
    assert!(call.heard().contains("you are not recorded"), "{}", call.heard());
    assert_eq!(agency.network.recorded(), Vec::<String>::new());
    call.hang_up();
    agency.settle().await.unwrap();
    assert!(rows(&agency, "recordings").await.is_empty());
}

async fn is_stored(database: testkit::Database, mode: &str) {
    let agency = recording(database, mode).await;
    let mut call = ring(&agency).await;
    assert!(call.heard().contains("calls are recorded and written up"), "{}", call.heard());
    assert_eq!(agency.network.recorded(), [call.sid()]);
    call.say("is this call recorded").await.unwrap();
    assert!(call.heard().contains("this call is recorded"), "{}", call.heard());
    call.hang_up();
    agency.settle().await.unwrap();
    is_kept(&agency).await;
    assert_eq!(agency.network.complaints(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_recorded_fetched_and_deleted_at_twilio_on_both_databases() {
    is_stored(testkit::sqlite(), "gather").await;
    is_stored(testkit::postgres(), "relay").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_greeting_that_does_not_tell_records_nobody() {
    let environment = vec![("VOICE_RECORD", "true".to_owned()), ("VOICE_MODE", "gather".to_owned())];
    let adjust = std::sync::Arc::new(|settings: &mut receptionist::settings::Settings| {
        settings.greetings.notice = "I'm Sarah, the agency's AI assistant.".to_owned();
    });
    let plan = Plan { environment, adjust, ..Plan::stepped("", monday()) };
    let agency = start_as(testkit::sqlite(), plan).await;
    a_call(&agency).await;
    assert!(rows(&agency, "recordings").await.is_empty() && agency.network.recorded().is_empty());
}

/// Whoever objects is not recorded any more, now or later; what there is goes, even if Twilio does not stop at once.
async fn stops(mode: &str, faults: Faults) {
    let agency = recording(testkit::sqlite(), mode).await;
    let mut call = ring(&agency).await;
    call.say("I'm looking for a flat to rent").await.unwrap();
    agency.network.set_faults(faults);
    call.say("please don't record me").await.unwrap();
    agency.network.set_faults(Faults::default());
    assert!(call.heard().contains("stopped the recording"), "{}", call.heard());
    assert!(call.heard().trim_end().ends_with('?'), "the question is put again: {}", call.heard());
    call.say("is this call recorded").await.unwrap();
    assert!(call.heard().contains("you are not recorded"), "{}", call.heard());
    call.hang_up();
    agency.settle().await.unwrap();
    is_gone(&agency, None).await;
    assert_eq!(only_recording(&agency).await["status"], "refused");
    let consents = rows(&agency, "consents").await;
    assert_eq!(
        (&consents[0]["purpose"], &consents[0]["given"], &consents[0]["words"]),
        (&json!("recording"), &json!(0), &json!("please don't record me"))
    );

    let mut again = ring(&agency).await;
    assert!(again.heard().contains("calls are written up"), "{}", again.heard());
    assert_eq!(agency.network.recorded(), Vec::<String>::new());
    again.hang_up();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_objects_is_not_recorded() {
    stops("gather", Faults::default()).await;
    stops("relay", Faults::default()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_objection_holds_though_twilio_does_not_stop() {
    stops("gather", Faults { server_error: 1.0, ..Faults::default() }).await;
}

async fn a_danger_and_an_objection(mode: &str, said: &[&str]) -> String {
    let agency = recording(testkit::sqlite(), mode).await;
    let mut call = ring(&agency).await;
    for words in said {
        call.say(words).await.unwrap();
    }
    let heard = call.heard();
    call.hang_up();
    agency.settle().await.unwrap();
    assert_eq!(rows(&agency, "alerts").await.len(), 1, "{said:?}");
    assert_eq!(only_recording(&agency).await["status"], "refused", "{said:?}");
    assert_eq!(rows(&agency, "consents").await.len(), 1, "{said:?}");
    is_gone(&agency, None).await;
    heard
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emergency_and_an_objection_in_one_breath_are_both_heard() {
    for mode in ["gather", "relay"] {
        a_danger_and_an_objection(mode, &["I can smell gas and please don't record this call"]).await;
        let leak = "water is pouring through the ceiling, and I don't want to be recorded";
        let heard = a_danger_and_an_objection(mode, &[leak]).await;
        assert_eq!(heard.matches("What's the address").count(), 1, "{heard}");
        assert!(heard.contains("I've alerted a colleague. I've stopped the recording"), "{heard}");
        let doubtful = "there's a strange smell in my hall and please don't record me";
        a_danger_and_an_objection(mode, &[doubtful, "yes"]).await;
    }
}

/// The word that it is whole never comes: Twilio is asked.
#[tokio::test(flavor = "multi_thread")]
async fn a_recording_of_which_nobody_told_us_is_asked_for() {
    let agency = recording(testkit::sqlite(), "gather").await;
    agency.network.set_faults(Faults { callbacks_late: 1.0, ..Faults::default() });
    a_call(&agency).await;
    assert_eq!(only_recording(&agency).await["status"], "running");
    for _ in 0..12 {
        agency.pass(SignedDuration::from_mins(30)).await.unwrap();
    }
    is_kept(&agency).await;
    agency.network.set_faults(Faults::default());
    agency.network.deliver_late();
    agency.settle().await.unwrap();
    is_kept(&agency).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_of_no_call_of_ours_is_deleted() {
    let agency = recording(testkit::sqlite(), "gather").await;
    let told = [("RecordingSid", "RE1"), ("RecordingStatus", "completed"), ("RecordingDuration", "3")];
    let (status, _) = post(&agency, "/api/voice/recording", &voice("CA404", CALLER, &told)).await;
    assert_eq!(status, 204);
    let due = rows(&agency, "provider_deletions").await;
    assert_eq!((&due[0]["kind"], &due[0]["provider_sid"]), (&json!("recording"), &json!("RE1")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_goes_after_its_time_and_with_its_caller() {
    let agency = recording(testkit::sqlite(), "gather").await;
    a_call(&agency).await;
    let path = is_kept(&agency).await;
    agency.let_pass(SignedDuration::from_hours(24 * 31 * 4));
    forget_old(&agency.app).await.unwrap();
    is_gone(&agency, Some(&path)).await;
    assert_eq!(only_recording(&agency).await["status"], "gone");
    let said = rows(&agency, "conversation_turns").await;
    assert!(!said.is_empty(), "the words are kept longer than the sound");

    let agency = recording(testkit::sqlite(), "gather").await;
    a_call(&agency).await;
    let path = is_kept(&agency).await;
    let person = agency.app.store.person(&PhoneNumber::parse(CALLER).unwrap()).await.unwrap();
    erase(&agency.app, &person, "a test").await.unwrap().unwrap();
    is_gone(&agency, Some(&path)).await;
    assert!(rows(&agency, "recordings").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_deletes_the_sound_of_a_call_unless_it_is_held() {
    let agency = recording(testkit::sqlite(), "gather").await;
    a_call(&agency).await;
    let path = is_kept(&agency).await;
    let id = only_recording(&agency).await["conversation_id"].as_str().unwrap().to_owned();
    let url = format!("/api/v1/calls/{id}/recording");
    let (manager, admin) =
        (colleague(&agency, StaffRole::Manager).await, colleague(&agency, StaffRole::Admin).await);
    assert_eq!(manager.status(Method::DELETE, &url, None).await, 403);
    let calls = rows(&agency, "voice_lead_calls").await;
    let lead = calls.iter().find(|call| call["conversation_id"] == id).unwrap()["lead_id"].clone();
    let hold = format!("/api/v1/leads/{lead}/hold");
    assert_eq!(admin.status(Method::PUT, &hold, Some(json!({"reason": "deposit dispute"}))).await, 204);
    assert_eq!(admin.status(Method::DELETE, &url, None).await, 409);
    assert_eq!(admin.status(Method::DELETE, &hold, None).await, 204);
    assert_eq!(admin.status(Method::DELETE, &url, None).await, 204);
    is_gone(&agency, Some(&path)).await;
    assert_eq!(admin.status(Method::DELETE, &url, None).await, 404);
    assert!(!rows(&agency, "conversation_turns").await.is_empty(), "the words stay");
    assert!(rows(&agency, "audit_log").await.iter().any(|row| row["action"] == "recording_deleted"));
}
