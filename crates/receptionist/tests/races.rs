//! Sixteen callers and one slot: one booking, fifteen polite alternatives, on both databases, also when the CRM
//! writes at the same time.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod support;

use agency::diary::CELL_MINUTES;
use receptionist::rehearsal::{AGENCY_NUMBER, Rehearsal};
use serde_json::json;
use support::{rows, start};

const CALLERS: u32 = 16;

/// Brings a caller to the read-back of the first slot of the first home.
async fn to_the_read_back(app: &Rehearsal, n: u32) -> phone_network::Call {
    let mut call = app.network.ring(&format!("+4477009007{n:02}"), AGENCY_NUMBER).await.unwrap();
    for words in [
        "a two bedroom flat to rent in Maida Vale up to 3000 a month",
        "the first one",
        "the first one",
        "Rita Racer",
        "no email",
    ] {
        call.say(words).await.unwrap();
    }
    assert!(call.heard().contains("Shall I book it?"), "{}", call.heard());
    call
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_callers_race_for_one_slot() {
    for (name, database) in testkit::both() {
        let app = start(database).await;
        let mut calls = Vec::new();
        for n in 0..CALLERS {
            calls.push(to_the_read_back(&app, n).await);
        }
        let racing = calls.into_iter().map(|mut call| {
            tokio::spawn(async move {
                call.say("yes please").await.unwrap();
                call.heard()
            })
        });
        let mut answers = Vec::new();
        for call in racing.collect::<Vec<_>>() {
            answers.push(call.await.unwrap());
        }
        let booked = answers.iter().filter(|answer| answer.contains("That's booked")).count();
        let polite = answers.iter().filter(|answer| answer.contains("has just gone. I can do")).count();
        assert_eq!((booked, polite), (1, 15), "{name}: {answers:#?}");
        let bookings = rows(&app, "viewing_appointments").await;
        let won = bookings.iter().filter(|row| row["viewer_name"] == "Rita Racer").count();
        assert_eq!(won, 1, "{name}");
        assert_eq!(
            rows(&app, "messages").await.iter().filter(|row| row["direction"] == "outbound").count(),
            1,
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_crms_own_appointment_wins_if_it_was_first() {
    for (name, database) in testkit::both() {
        let app = start(database).await;
        let mut call = to_the_read_back(&app, 1).await;
        let state: serde_json::Value =
            serde_json::from_str(rows(&app, "conversations").await[0]["state"].as_str().unwrap()).unwrap();
        let slot = &state["slot"];
        let foreign = json!([{
            "id": 900, "property_id": state["chosen"]["id"], "agent_id": 4, "kind": "viewing", "scheduled_date": slot["start"],
            "duration_minutes": CELL_MINUTES, "status": "booked", "created_at": "2026-11-23T09:31:00.000000Z"
        }]);
        let mut tx = app.app.store.begin().await.unwrap();
        tx.insert_rows("viewing_appointments", &serde_json::from_value(foreign).unwrap()).await.unwrap();
        tx.commit().await.unwrap();
        call.say("yes").await.unwrap();
        assert!(call.heard().contains("has just gone"), "{name}: {}", call.heard());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_appointments_of_the_crms_in_one_slot_become_a_task() {
    let app = start(testkit::sqlite()).await;
    let foreign = |id: i64| {
        json!({
            "id": id, "property_id": 40, "agent_id": 4, "kind": "viewing", "scheduled_date": "2026-11-27T11:00:00.000000Z",
            "duration_minutes": 30, "status": "booked", "created_at": "2026-11-23T09:31:00.000000Z"
        })
    };
    let mut tx = app.app.store.begin().await.unwrap();
    tx.insert_rows(
        "viewing_appointments",
        &serde_json::from_value(json!([foreign(901), foreign(902)])).unwrap(),
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    app.pass(jiff::SignedDuration::from_mins(1)).await.unwrap();
    app.pass(jiff::SignedDuration::from_mins(1)).await.unwrap();
    let tasks = rows(&app, "tasks").await;
    assert_eq!(tasks.len(), 1);
    assert_eq!(
        (tasks[0]["priority"].as_str(), tasks[0]["title"].as_str()),
        (Some("urgent"), Some("Two appointments in one slot"))
    );
}
