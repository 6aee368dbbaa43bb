//! `kill -9` between any two webhooks of a booking, with real processes on both databases: the next process carries
//! the same conversation on, and nothing is done twice.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod support;

use std::time::Duration;

use receptionist::rehearsal::AGENCY_NUMBER;
use store::Store;
use support::process::{serve, stage};

const LINES: &[&str] = &[
    "a two bedroom flat to rent in Maida Vale up to 3000 a month",
    "the first one",
    "the second one",
    "Ike Survivor",
    "no email",
    "yes please",
    "no thank you",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_process_loses_no_call_and_books_once() {
    for (name, database) in testkit::both() {
        let (store, network, port) = stage(&database).await;
        let calls_before = store.rows("voice_lead_calls").await.unwrap().len();
        let mut process = serve(port, &database.url, network.rest_url()).await;
        let mut call = network.ring("+447700900950", AGENCY_NUMBER).await.unwrap();
        for words in LINES {
            drop(process);
            process = serve(port, &database.url, network.rest_url()).await;
            // Twilio notices a socket that is gone; from then on it is Gather.
            call.drop_relay().await;
            call.say(words).await.unwrap();
        }
        assert!(call.heard().contains("Goodbye"), "{name}: {}", call.heard());
        sent(&store, name).await;
        network.settle().await;
        drop(process);

        let bookings = store.rows("viewing_appointments").await.unwrap();
        assert_eq!(bookings.iter().filter(|row| row["viewer_name"] == "Ike Survivor").count(), 1, "{name}");
        assert_eq!(store.rows("voice_lead_calls").await.unwrap().len(), calls_before + 1, "{name}");
        assert_eq!(network.messages().len(), 1, "{name}");
        // A receipt that Twilio sends to a dead process is lost with it, as in life; everything else must be in order.
        let complaints: Vec<String> =
            network.complaints().into_iter().filter(|words| !words.starts_with("15003")).collect();
        assert_eq!(complaints, Vec::<String>::new(), "{name}");
    }
}

/// A relay's process is killed before one of the lines: the call goes on, with one sentence to repeat at most.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_relay_goes_on_with_the_same_call() {
    let database = testkit::sqlite();
    let (store, network, port) = stage(&database).await;
    let mut process = serve(port, &database.url, network.rest_url()).await;
    for killed_before in 1..LINES.len() {
        let mut call = network.ring(&format!("+44770090096{killed_before}"), AGENCY_NUMBER).await.unwrap();
        for (n, words) in LINES.iter().enumerate() {
            if n == killed_before {
                drop(process);
                process = serve(port, &database.url, network.rest_url()).await;
                call.drop_relay().await;
                assert!(!call.heard().contains("AI assistant"), "greeted twice: {}", call.heard());
            }
            call.say(words).await.unwrap();
        }
        assert!(call.heard().contains("Goodbye"), "killed before {killed_before}: {}", call.all_heard());
        let bookings = store.rows("viewing_appointments").await.unwrap();
        let booked = bookings.iter().filter(|row| row["viewer_name"] == "Ike Survivor").count();
        assert_eq!(booked, killed_before, "killed before {killed_before}");
    }
}

/// The tool of a turn committed, and the process died before the turn itself was kept: Twilio asks again, and the same
/// turn finds its work done.
#[tokio::test(flavor = "multi_thread")]
async fn a_turn_that_died_after_its_tool_does_nothing_twice() {
    for (name, database) in testkit::both() {
        let app = support::start(database).await;
        let turn = |n: u32| format!("/api/voice/process-speech?turn={n}");
        let said = |words: &'static str| support::voice("CA1", "+447700900951", &[("SpeechResult", words)]);
        support::post(&app, "/api/voice/inbound", &support::voice("CA1", "+447700900951", &[])).await;
        let before = [
            "a two bedroom flat to rent in Maida Vale up to 3000 a month",
            "the first one",
            "the second one",
            "Ike Again",
            "no email",
        ];
        for (n, words) in (1..).zip(before) {
            support::post(&app, &turn(n), &said(words)).await;
        }
        app.run_sql("CREATE TABLE before_death AS SELECT id, state, turn FROM conversations").await;
        let booked = support::post(&app, &turn(6), &said("yes please")).await;
        assert!(booked.1.contains("booked"), "{name}: {}", booked.1);
        app.run_sql("UPDATE conversations SET state = (SELECT state FROM before_death), turn = (SELECT turn FROM before_death)").await;
        app.run_sql("DELETE FROM webhook_answers WHERE request LIKE 'CA1:6:%'").await;
        app.run_sql("DELETE FROM conversation_turns WHERE turn = 6 AND speaker <> 'tool'").await;
        assert_eq!(support::post(&app, &turn(6), &said("yes please")).await, booked, "{name}");
        // Twilio may as well ask the fallback, and the caller may say something else then.
        for (more, path) in
            [("fallback", "/api/voice/fallback"), ("other words", "/api/voice/process-speech?turn=6")]
        {
            app.run_sql("UPDATE conversations SET state = (SELECT state FROM before_death), turn = (SELECT turn FROM before_death)").await;
            app.run_sql("DELETE FROM webhook_answers WHERE request LIKE 'CA1:6:%'").await;
            app.run_sql("DELETE FROM conversation_turns WHERE turn = 6 AND speaker <> 'tool'").await;
            let fields = support::voice(
                "CA1",
                "+447700900951",
                &[("SpeechResult", more), ("ErrorCode", "11200"), ("ErrorUrl", "https://x/?turn=6")],
            );
            let (_, answer) = support::post(&app, path, &fields).await;
            assert!(
                answer.contains("That's booked") || answer.contains("That&apos;s booked"),
                "{name} {more}: {answer}"
            );
        }
        let bookings = support::rows(&app, "viewing_appointments").await;
        assert_eq!(bookings.iter().filter(|row| row["viewer_name"] == "Ike Again").count(), 1, "{name}");
        let texts = support::rows(&app, "messages").await;
        assert_eq!(texts.iter().filter(|row| row["direction"] == "outbound").count(), 1, "{name}");
    }
}

/// The process's own worker sends; this waits for what it does, at most half a minute.
async fn sent(store: &Store, name: &str) {
    for _ in 0..1200 {
        let messages = store.rows("messages").await.unwrap();
        if messages.iter().any(|row| {
            row["kind"] == "viewing_confirmation" && (row["status"] == "sent" || row["status"] == "delivered")
        }) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{name}: the confirmation was not sent");
}
