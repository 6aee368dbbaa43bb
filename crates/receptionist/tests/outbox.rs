//! Delivery: retries by schedule, permanent errors, unknown outcomes, receipts in any order, and what is given up.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod support;

use jiff::SignedDuration;
use phone_network::{Faults, Recipient};
use receptionist::rehearsal::{AGENCY_NUMBER, Rehearsal};
use serde_json::{Map, Value};
use support::{rows, start};

const CALLER: &str = "+447700900900";

/// Leaves a message; its promise goes out by SMS.
async fn leave_message(app: &Rehearsal) {
    let mut call = app.network.ring(CALLER, AGENCY_NUMBER).await.unwrap();
    call.press("0").await.unwrap();
    call.say("please ring me about a flat").await.unwrap();
    call.say("Mo Retry").await.unwrap();
    call.hang_up();
}

async fn sms(app: &Rehearsal) -> Map<String, Value> {
    rows(app, "messages").await.into_iter().find(|row| row["to_address"] == CALLER).unwrap()
}

async fn outcomes(app: &Rehearsal) -> Vec<String> {
    rows(app, "message_attempts")
        .await
        .iter()
        .map(|row| row["outcome"].as_str().unwrap().to_owned())
        .collect()
}

async fn pass_seconds(app: &Rehearsal, seconds: i64) {
    app.pass(SignedDuration::from_secs(seconds)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_provider_is_tried_again_by_schedule() {
    for (name, database) in testkit::both() {
        let app = start(database).await;
        app.network.set_recipient(CALLER, Recipient::BusyOnce);
        leave_message(&app).await;
        app.settle().await.unwrap();
        assert_eq!(sms(&app).await["status"], "queued", "{name}");
        pass_seconds(&app, 4).await;
        assert_eq!(app.network.messages().len(), 0, "{name}: five seconds are not over");
        pass_seconds(&app, 2).await;
        assert_eq!(sms(&app).await["status"], "delivered", "{name}");
        assert_eq!(outcomes(&app).await, ["transient", "sent"], "{name}");
        assert!(rows(&app, "tasks").await.iter().all(|task| task["kind"] != "delivery_failed"), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permanent_error_is_not_tried_again_and_a_person_is_told() {
    let app = start(testkit::sqlite()).await;
    app.network.set_recipient(CALLER, Recipient::Refused(21610));
    leave_message(&app).await;
    app.settle().await.unwrap();
    pass_seconds(&app, 3600).await;
    let message = sms(&app).await;
    assert_eq!((message["status"].as_str(), message["error_code"].as_i64()), (Some("failed"), Some(21610)));
    assert_eq!(outcomes(&app).await, ["permanent"]);
    assert_eq!(rows(&app, "tasks").await.iter().filter(|task| task["kind"] == "delivery_failed").count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_never_works_ends_visibly_after_the_last_wait() {
    let app = start(testkit::sqlite()).await;
    app.network.set_faults(Faults { too_many_requests: 1.0, ..Faults::default() });
    leave_message(&app).await;
    for seconds in [0, 5, 30, 120, 600, 1800, 3600, 7200, 14400] {
        pass_seconds(&app, seconds).await;
    }
    assert_eq!(sms(&app).await["status"], "failed");
    assert_eq!(outcomes(&app).await, ["transient"; 9]);
    assert_eq!(rows(&app, "tasks").await.iter().filter(|task| task["kind"] == "delivery_failed").count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accepted_message_whose_answer_was_lost_is_found_not_sent_again() {
    for (name, database) in testkit::both() {
        let app = start(database).await;
        app.network.set_recipient(CALLER, Recipient::SilentOnce);
        leave_message(&app).await;
        app.settle().await.unwrap();
        assert_eq!(sms(&app).await["status"], "unknown", "{name}");
        pass_seconds(&app, 21).await;
        let message = sms(&app).await;
        assert_eq!(message["status"], "delivered", "{name}: receipts that came early were kept");
        assert_eq!(outcomes(&app).await, ["unknown", "reconciled"], "{name}");
        assert_eq!(app.network.messages().len(), 1, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_was_truly_lost_is_sent_again_and_marked() {
    let app = start(testkit::sqlite()).await;
    app.network.set_recipient(CALLER, Recipient::LostOnce);
    leave_message(&app).await;
    app.settle().await.unwrap();
    pass_seconds(&app, 21).await;
    assert_eq!(sms(&app).await["status"], "unknown", "one look is not enough");
    pass_seconds(&app, 21).await;
    let message = sms(&app).await;
    assert_eq!(message["status"], "delivered");
    assert!(message["possible_duplicate"] == 1 || message["possible_duplicate"] == true);
    assert_eq!(outcomes(&app).await, ["unknown", "not_found", "not_found", "sent"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_dies_while_sending_loses_nothing() {
    let mut app = start(testkit::sqlite()).await;
    leave_message(&app).await;
    let now = app.app.now();
    let lease = now.checked_add(SignedDuration::from_secs(60)).unwrap();
    let taken = app
        .app
        .store
        .claim_messages("a worker that dies", now, lease, (10, store::MessageLine::Rest))
        .await
        .unwrap();
    assert_eq!(taken.len(), 1);
    app.crash().await.unwrap();
    pass_seconds(&app, 30).await;
    assert_eq!(sms(&app).await["status"], "sending", "the lease still holds");
    pass_seconds(&app, 31).await;
    pass_seconds(&app, 21).await;
    assert_eq!(sms(&app).await["status"], "delivered", "looked for in vain twice, then sent");
    assert_eq!(app.network.messages().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handset_that_was_off_gets_it_later() {
    let app = start(testkit::sqlite()).await;
    app.network.set_recipient(CALLER, Recipient::UndeliveredOnce(30003));
    leave_message(&app).await;
    app.settle().await.unwrap();
    pass_seconds(&app, 6).await;
    assert_eq!(sms(&app).await["status"], "delivered");
    assert_eq!(app.network.messages().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn receipts_late_twice_and_out_of_order_end_in_one_truth() {
    for seed in 1..6 {
        let app = start(testkit::sqlite()).await;
        app.network.set_faults(Faults {
            seed,
            callback_twice: 0.5,
            callbacks_out_of_order: 0.5,
            ..Faults::default()
        });
        leave_message(&app).await;
        app.settle().await.unwrap();
        assert_eq!(sms(&app).await["status"], "delivered", "seed {seed}");
        assert_eq!(app.network.complaints(), Vec::<String>::new(), "seed {seed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_that_never_came_is_asked_for() {
    let app = start(testkit::sqlite()).await;
    app.network.set_faults(Faults { callbacks_late: 1.0, ..Faults::default() });
    leave_message(&app).await;
    app.settle().await.unwrap();
    assert_eq!(sms(&app).await["status"], "sent");
    pass_seconds(&app, 601).await;
    assert_eq!(sms(&app).await["status"], "delivered");
}

/// A call whose last status never came ends by itself, with its outcome.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_nobody_ended_is_ended() {
    let app = start(testkit::sqlite()).await;
    app.network.set_faults(Faults { callbacks_late: 1.0, ..Faults::default() });
    leave_message(&app).await;
    let last = async || rows(&app, "voice_lead_calls").await.pop().unwrap();
    assert_eq!(last().await["outcome"], Value::Null);
    pass_seconds(&app, 4 * 3600 + 1).await;
    assert_eq!(last().await["outcome"], "callback_promised");
}

/// A message that is never answered is given up by the schedule, not sent for ever.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_never_answered_ends_as_a_task() {
    let app = start(testkit::sqlite()).await;
    app.network.set_faults(Faults { lost_in_silence: 1.0, ..Faults::default() });
    leave_message(&app).await;
    app.settle().await.unwrap();
    // Each attempt is looked for twice, and the waits between them grow to hours.
    for _ in 0..30 {
        pass_seconds(&app, 4 * 3600).await;
    }
    assert_eq!(sms(&app).await["status"], "failed", "{:?}", outcomes(&app).await);
    assert_eq!(rows(&app, "tasks").await.iter().filter(|task| task["kind"] == "delivery_failed").count(), 1);
}

/// The words of a caller who rings off before giving a name are not lost.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_was_begun_outlives_the_call() {
    let app = start(testkit::sqlite()).await;
    let mut call = app.network.ring(CALLER, AGENCY_NUMBER).await.unwrap();
    call.say("I'd like to leave a message").await.unwrap();
    call.say("tell Amy the keys are at the concierge").await.unwrap();
    call.hang_up();
    app.settle().await.unwrap();
    let tasks = rows(&app, "tasks").await;
    assert_eq!((tasks.len(), tasks[0]["kind"].as_str()), (1, Some("call_back")));
    assert!(tasks[0]["notes"].as_str().unwrap().contains("keys are at the concierge"));
}

/// WhatsApp alone (the person stopped SMS), refused for good: nobody can be texted, so somebody must ring.
#[tokio::test(flavor = "multi_thread")]
async fn whatsapp_alone_that_fails_becomes_a_task() {
    let app = start(testkit::sqlite()).await;
    let stop = serde_json::json!([{
        "id": "optout_1", "address": "+447700900102", "channel": "sms", "purpose": "service", "recorded_at": "2026-11-01T09:00:00.000000Z"
    }]);
    let mut tx = app.app.store.begin().await.unwrap();
    tx.insert_rows("opt_outs", &serde_json::from_value(stop).unwrap()).await.unwrap();
    tx.commit().await.unwrap();
    app.network.set_recipient("whatsapp:+447700900102", Recipient::Undelivered(63016));
    let mut call = app.network.ring("+447700900102", AGENCY_NUMBER).await.unwrap();
    for words in ["one bedroom to rent in Bayswater", "any price", "the first one", "the first one", "yes"] {
        call.say(words).await.unwrap();
    }
    assert!(call.heard().contains("on WhatsApp"), "{}", call.heard());
    app.settle().await.unwrap();
    let outbound: Vec<_> =
        rows(&app, "messages").await.into_iter().filter(|row| row["direction"] == "outbound").collect();
    assert_eq!(outbound.len(), 1);
    assert_eq!(
        (outbound[0]["channel"].as_str(), outbound[0]["error_code"].as_i64()),
        (Some("whatsapp"), Some(63016))
    );
    assert_eq!(rows(&app, "tasks").await.iter().filter(|task| task["kind"] == "delivery_failed").count(), 1);
}
