//! Callers who hold while everybody is on a call: told their place, put through in order, rung back at key 1, forgotten never.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod support;

use jiff::SignedDuration;
use phone_network::{Call, Ending, Phone};
use receptionist::rehearsal::{AGENCY_NUMBER, Plan};
use support::{Agency, monday, rows, start_as};
use testkit::Database;

const AMY: &str = "+447700900201";
const EVERYBODY_TALKS: &str = "INSERT INTO transfers (id, conversation_id, lead_id, reason, summary, status, taken_by, started_at) \
     SELECT 'talking_' || id, 'earlier', 1, 'asked', '', 'accepted', id, '2026-11-23T09:29:00.000000Z' FROM users";
const AMY_IS_FREE: &str = "UPDATE transfers SET status = 'connected', ended_at = '2026-11-23T09:30:00.000000Z' \
     WHERE id = (SELECT 'talking_' || id FROM users WHERE phone = '+447700900201')";

async fn everybody_talks(database: Database) -> Agency {
    let plan = Plan {
        adjust: std::sync::Arc::new(|settings| settings.transfer.hold_s_max = 300),
        ..Plan::stepped("", monday())
    };
    let agency = start_as(database, plan).await;
    agency.run_sql(EVERYBODY_TALKS).await;
    agency
}

async fn holds(agency: &Agency, from: &str) -> Call {
    let mut call = agency.network.ring(from, AGENCY_NUMBER).await.unwrap();
    call.say("can I speak to somebody please").await.unwrap();
    assert!(call.heard().contains("Please hold"), "{}", call.heard());
    call
}

async fn on_both(test: impl AsyncFn(Database)) {
    test(testkit::sqlite()).await;
    test(testkit::postgres()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_holds_longest_is_put_through_first() {
    on_both(async |database| {
        let agency = everybody_talks(database).await;
        let mut first = holds(&agency, "+447700900801").await;
        agency.let_pass(SignedDuration::from_secs(10));
        let mut second = holds(&agency, "+447700900802").await;
        assert!(first.heard().contains("You are first in the queue"), "{}", first.heard());
        assert!(second.heard().contains("You are second in the queue"), "{}", second.heard());
        agency.run_sql(AMY_IS_FREE).await;
        agency.network.set_phone(AMY, Phone::Presses("1"));
        second.silence().await.unwrap();
        assert!(second.heard().contains("second"), "not before the first: {}", second.heard());
        first.silence().await.unwrap();
        assert_eq!(first.ending(), Some(Ending::AppHungUp), "put through, and the talk is over");
        // Amy's talk is over too; a third who only now asks comes after the second.
        let mut third = holds(&agency, "+447700900803").await;
        assert!(third.heard().contains("second in the queue"), "{}", third.heard());
        second.silence().await.unwrap();
        assert_eq!(second.ending(), Some(Ending::AppHungUp));
        third.hang_up();
        agency.settle().await.unwrap();
        let transfers = rows(&agency, "transfers").await;
        let held: Vec<&str> = transfers
            .iter()
            .filter(|row| !row["holding_since"].is_null())
            .map(|row| row["status"].as_str().unwrap())
            .collect();
        assert_eq!(held.iter().filter(|status| **status == "connected").count(), 2, "{held:?}");
        assert_eq!(held.iter().filter(|status| **status == "failed").count(), 1, "{held:?}");
        let tasks = rows(&agency, "tasks").await;
        assert_eq!(tasks.len(), 1, "who hung up while holding is rung back: {tasks:?}");
        assert_eq!((&tasks[0]["kind"], &tasks[0]["priority"]), (&"call_back".into(), &"urgent".into()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_or_a_long_wait_ends_in_a_call_back() {
    on_both(async |database| {
        let agency = everybody_talks(database).await;
        let mut chooses = holds(&agency, "+447700900801").await;
        let mut waits = holds(&agency, "+447700900802").await;
        chooses.press("5").await.unwrap();
        assert!(chooses.heard().contains("in the queue"), "another key does nothing");
        chooses.press("1").await.unwrap();
        assert!(chooses.heard().starts_with("Of course. I'll have a colleague ring you back."));
        agency.let_pass(SignedDuration::from_secs(290));
        waits.silence().await.unwrap();
        assert!(waits.heard().contains("first in the queue"), "{}", waits.heard());
        agency.let_pass(SignedDuration::from_secs(10));
        waits.silence().await.unwrap();
        assert!(waits.heard().contains("nobody could take the call just now"), "{}", waits.heard());
        for call in [&mut chooses, &mut waits] {
            for words in ["it's about my application", "Hana Sato", "no thanks"] {
                call.say(words).await.unwrap();
            }
        }
        agency.settle().await.unwrap();
        let due: Vec<_> = rows(&agency, "tasks").await.iter().map(|task| task["kind"].clone()).collect();
        assert_eq!(due, ["call_back", "call_back"]);
    })
    .await;
}
