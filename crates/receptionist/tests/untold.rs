//! What Twilio's log still knows of calls whose beginning or end never reached us, and of messages that nobody took.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod support;

use std::time::Duration;

use agency::phone::PhoneNumber;
use jiff::SignedDuration;
use phone_network::{Faults, Inbound, MessageRecord};
use receptionist::privacy::erase;
use receptionist::rehearsal::{AGENCY_NUMBER, EMERGENCY_NUMBER, WHATSAPP_NUMBER};
use receptionist::untold;
use support::{Agency, rows, start};
use testkit::{Line, Wire};

async fn call_backs(agency: &Agency) -> usize {
    let tasks = rows(agency, "tasks").await;
    tasks.iter().filter(|task| task["title"] == "Missed call").count()
}

/// Minutes go by until Twilio has answered: on a busy machine it does not always, and is asked again.
async fn until_rung_back(agency: &Agency) {
    for _ in 0..20 {
        agency.pass(SignedDuration::from_mins(1)).await.unwrap();
        if call_backs(agency).await > 0 {
            return;
        }
    }
    panic!("nobody rings them back");
}

async fn has_lead(agency: &Agency, phone: &str) -> bool {
    rows(agency, "voice_leads").await.iter().any(|lead| lead["phone"] == phone)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_whose_end_was_not_told_is_ended_once_twilio_says_so() {
    let agency = start(testkit::sqlite()).await;
    agency.network.set_faults(Faults { callbacks_late: 1.0, ..Faults::default() });
    let mut talking = agency.network.ring("+447700900801", AGENCY_NUMBER).await.unwrap();
    let mut gone = agency.network.ring("+447700900802", AGENCY_NUMBER).await.unwrap();
    gone.hang_up();
    let is_over = async |sid: &str| {
        let calls = rows(&agency, "conversations").await;
        let call = calls.iter().find(|call| call["call_sid"] == sid).unwrap();
        !call["ended_at"].is_null()
    };
    for _ in 0..20 {
        agency.pass(SignedDuration::from_mins(3)).await.unwrap();
        if is_over(gone.sid()).await {
            break;
        }
    }
    assert!(is_over(gone.sid()).await && !is_over(talking.sid()).await);
    talking.hang_up();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_rang_while_the_database_was_away_is_rung_back() {
    let agency = start(testkit::sqlite()).await;
    let away = agency.hold_writes().await;
    let mut call = agency.network.ring("+447700900803", AGENCY_NUMBER).await.unwrap();
    assert!(call.heard().contains("AI assistant"), "{}", call.heard());
    call.hang_up();
    agency.network.settle().await;
    away.release().await;
    until_rung_back(&agency).await;
    for _ in 0..2 {
        agency.pass(SignedDuration::from_mins(1)).await.unwrap();
        assert!(has_lead(&agency, "+447700900803").await, "it is a lead");
        assert_eq!(call_backs(&agency).await, 1, "once");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_rang_while_nobody_answered_is_rung_back_after_the_start() {
    let agency = start(testkit::sqlite()).await;
    untold::note_start(&agency.app).await.unwrap();
    agency.pass(SignedDuration::from_mins(1)).await.unwrap();
    assert_eq!(call_backs(&agency).await, 0, "what another system answered before us is not ours");
    agency.network.ring("+447700900804", AGENCY_NUMBER).await.unwrap().hang_up();
    agency.pass(SignedDuration::from_mins(1)).await.unwrap();
    agency.network.move_app("http://127.0.0.1:9");
    assert!(agency.network.ring("+447700900805", AGENCY_NUMBER).await.is_err());
    // The word of its end is lost too.
    agency.network.settle().await;
    agency.network.move_app(&agency.base_url);
    untold::note_start(&agency.app).await.unwrap();
    until_rung_back(&agency).await;
    assert_eq!(call_backs(&agency).await, 1);
    assert!(has_lead(&agency, "+447700900805").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_rang_while_nobody_answered_is_rung_back_when_twilio_says_that_the_call_is_over() {
    let agency = start(testkit::sqlite()).await;
    agency.network.set_faults(Faults { callbacks_late: 1.0, ..Faults::default() });
    agency.network.move_app("http://127.0.0.1:9");
    assert!(agency.network.ring("+447700900806", AGENCY_NUMBER).await.is_err());
    agency.network.move_app(&agency.base_url);
    agency.network.deliver_late();
    agency.network.settle().await;
    assert!(has_lead(&agency, "+447700900806").await);
    assert_eq!(call_backs(&agency).await, 1);
}

/// Each of these texts is here once, and answered.
async fn are_answered(agency: &Agency, sids: &[&str]) -> bool {
    let messages = rows(agency, "messages").await;
    sids.iter().all(|sid| {
        let kept: Vec<_> = messages.iter().filter(|message| message["provider_sid"] == *sid).collect();
        assert!(kept.len() < 2, "{sid} is here {} times", kept.len());
        kept.first().is_some_and(|message| !message["answered_at"].is_null())
    })
}

async fn until_answered(agency: &Agency, sids: &[&str]) {
    for _ in 0..20 {
        agency.pass(SignedDuration::from_mins(1)).await.unwrap();
        if are_answered(agency, sids).await {
            return;
        }
    }
    panic!("they are not answered: {sids:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_while_the_database_was_away_is_answered_once() {
    let agency = start(testkit::sqlite()).await;
    let (text, whatsapp) = ("+447700900807", "whatsapp:+447700900808");
    let away = agency.hold_writes().await;
    let flat =
        Inbound { from: text, to: AGENCY_NUMBER, body: "Do you have a flat in W9?", ..Inbound::default() };
    let (first, was_taken) = agency.network.post(&flat).await;
    assert!(!was_taken);
    let pictures = vec![("image/png", b"\x89PNG\r\n\x1a\n".to_vec()), ("image/png", b"none".to_vec())];
    let tap = Inbound {
        from: whatsapp,
        to: WHATSAPP_NUMBER,
        body: "my tap drips",
        files: pictures,
        ..flat.clone()
    };
    let (second, was_taken) = agency.network.post(&tap).await;
    assert!(!was_taken);
    away.release().await;
    until_answered(&agency, &[&first, &second]).await;
    assert_eq!(rows(&agency, "message_media").await.len(), 2, "what came with it is here as well");
    for _ in 0..3 {
        agency.pass(SignedDuration::from_mins(1)).await.unwrap();
    }
    assert!(are_answered(&agency, &[&first, &second]).await);
    let replies = agency.network.messages();
    for to in [text, whatsapp] {
        let to_them = |reply: &&MessageRecord| reply.to == to && reply.body.contains("Sarah here");
        assert_eq!(replies.iter().filter(to_them).count(), 1, "{replies:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_while_nobody_answered_is_answered_after_the_start_and_nothing_erased_comes_back() {
    let agency = start(testkit::sqlite()).await;
    agency.network.ring("+447700900809", AGENCY_NUMBER).await.unwrap().hang_up();
    agency.network.write("+447700900810", AGENCY_NUMBER, "I want to sell my flat").await.unwrap();
    agency.pass(SignedDuration::from_mins(1)).await.unwrap();
    let phone = PhoneNumber::parse("+447700900810").unwrap();
    let person = agency.app.store.person(&phone).await.unwrap();
    // Twilio does not let go of it yet.
    agency.network.set_faults(Faults { server_error: 1.0, ..Faults::default() });
    erase(&agency.app, &person, "a test").await.unwrap().unwrap();

    agency.network.move_app("http://127.0.0.1:9");
    let mut sids = Vec::new();
    for n in 0..3 {
        let (from, body) =
            (format!("+4477009008{}", 20 + n), format!("Do you have a flat with {n} bedrooms?"));
        let text = Inbound { from: &from, to: AGENCY_NUMBER, body: &body, ..Inbound::default() };
        sids.push(agency.network.post(&text).await.0);
    }
    agency.network.move_app(&agency.base_url);
    untold::note_start(&agency.app).await.unwrap();
    until_answered(&agency, &sids.iter().map(String::as_str).collect::<Vec<_>>()).await;
    assert!(!has_lead(&agency, "+447700900810").await, "who was erased stays erased");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_danger_written_while_the_database_says_nothing_is_told_at_once_and_kept_later() {
    let mut database = testkit::postgres();
    let (server, name) = database.url.rsplit_once('/').unwrap();
    let (_, port) = server.rsplit_once(':').unwrap();
    let wire = Wire::to(port.parse().unwrap()).await.unwrap();
    database.url = format!("postgres://postgres@127.0.0.1:{}/{name}", wire.port());
    let agency = start(database).await;
    let gas =
        Inbound { from: "+447700900830", to: AGENCY_NUMBER, body: "I can smell gas", ..Inbound::default() };
    wire.set(Line::Silent);
    let (sid, was_taken) = agency.network.post(&gas).await;
    assert!(!was_taken);
    let contact = |message: &MessageRecord| message.to == EMERGENCY_NUMBER && message.body.contains("gas");
    for _ in 0..200 {
        if agency.network.messages().iter().any(contact) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(agency.network.messages().iter().any(contact), "whoever is last in the chain is texted");
    wire.set(Line::Whole);
    until_answered(&agency, &[&sid]).await;
    assert_eq!(rows(&agency, "alerts").await.len(), 1);
}
