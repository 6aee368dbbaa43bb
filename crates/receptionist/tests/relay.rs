//! Calls over ConversationRelay: the handshake, interruptions, sockets that break, and what each leaves in the database.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod support;

use phone_network::{Call, Ending};
use receptionist::rehearsal::AGENCY_NUMBER;
use support::{Agency, post, relayed, rows};

const LINES: &[&str] = &[
    "I'm looking for a two bedroom flat to rent in Maida Vale up to three thousand a month",
    "the first one",
    "the second one",
    "Robin Vale",
    "no email",
    "yes please",
];

async fn ring(agency: &Agency) -> Call {
    agency.network.ring("+447700900931", AGENCY_NUMBER).await.unwrap()
}

async fn booked(agency: &Agency) -> usize {
    let all = rows(agency, "viewing_appointments").await;
    all.iter().filter(|row| row["viewer_name"] == "Robin Vale" && row["status"] == "booked").count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_booking_that_was_talked_over_is_told_again() {
    let agency = relayed(testkit::sqlite()).await;
    let mut call = ring(&agency).await;
    for line in LINES {
        call.say(line).await.unwrap();
    }
    let told = call.heard();
    call.barge_in("Lovely", "sorry, what did you say").await.unwrap();
    let statement = told.split(['.', '!']).next().unwrap();
    assert!(call.heard().starts_with(statement), "{told} / {}", call.heard());
    call.barge_in(&call.heard(), "no thank you, goodbye").await.unwrap();
    call.hang_up();
    agency.settle().await.unwrap();
    assert_eq!(booked(&agency).await, 1);
    let turns = rows(&agency, "conversation_turns").await;
    assert!(turns.iter().any(|turn| turn["words_heard"] == "Lovely"), "what was heard is kept");
    assert_eq!(agency.network.complaints(), Vec::<String>::new());
}

/// Interrupted, or cut off, after every step of a booking: one viewing or none, never two, and none that was not told of.
#[tokio::test(flavor = "multi_thread")]
async fn interruptions_and_broken_sockets_at_every_step() {
    for at in 0..LINES.len() {
        for breaks in [false, true] {
            let agency = relayed(testkit::sqlite()).await;
            let mut call = ring(&agency).await;
            for (n, line) in LINES.iter().enumerate() {
                if n == at && breaks {
                    call.drop_relay().await;
                    assert!(call.ending().is_none(), "the call goes on");
                    assert!(!call.heard().contains("AI assistant"), "nobody is greeted twice");
                    call.say(line).await.unwrap();
                } else if n == at {
                    call.barge_in("", line).await.unwrap();
                } else {
                    call.say(line).await.unwrap();
                }
            }
            let confirmed = call.all_heard().contains("booked");
            call.hang_up();
            agency.settle().await.unwrap();
            let booked = booked(&agency).await;
            assert_eq!((booked, confirmed), (1, true), "at {at}, breaks: {breaks}: {}", call.all_heard());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_dies_in_a_call_is_followed_by_another() {
    let mut agency = relayed(testkit::sqlite()).await;
    let mut call = ring(&agency).await;
    for line in &LINES[..3] {
        call.say(line).await.unwrap();
    }
    agency.crash().await.unwrap();
    call.drop_relay().await;
    assert!(call.listening().is_some_and(|listening| !listening.is_relay()), "Gather goes on");
    for line in &LINES[3..] {
        call.say(line).await.unwrap();
    }
    call.hang_up();
    agency.settle().await.unwrap();
    assert_eq!(booked(&agency).await, 1, "{}", call.all_heard());
}

/// The database is slow: the caller hears that we are on it, and then the answer.
#[tokio::test(flavor = "multi_thread")]
async fn a_slow_tool_is_bridged() {
    let agency = relayed(testkit::sqlite()).await;
    let mut call = ring(&agency).await;
    for line in &LINES[..5] {
        call.say(line).await.unwrap();
    }
    let held = agency.hold_writes().await;
    let slowly = async {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        agency.let_pass(jiff::SignedDuration::from_millis(1_300));
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        held.release().await;
    };
    let (said, ()) = tokio::join!(call.say(LINES[5]), slowly);
    said.unwrap();
    assert!(call.heard().starts_with("One moment.") && call.heard().contains("booked"), "{}", call.heard());
    call.hang_up();
    agency.settle().await.unwrap();
    assert_eq!(booked(&agency).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_words_are_said_and_the_call_is_ended() {
    let agency = relayed(testkit::sqlite()).await;
    let mut call = ring(&agency).await;
    call.say("I can smell gas in the kitchen").await.unwrap();
    assert!(call.heard().contains("oh eight hundred, one one one, nine nine nine"), "{}", call.heard());
    assert_eq!(call.ending(), Some(Ending::AppHungUp));
    agency.settle().await.unwrap();
    assert_eq!(rows(&agency, "alerts").await.len(), 1);
}

/// The account may not use it: the call is greeted once and goes on with Gather.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_relay_goes_on_with_gather() {
    let agency = relayed(testkit::sqlite()).await;
    agency.network.refuse_relay();
    let mut call = ring(&agency).await;
    assert!(call.heard().contains("AI assistant"), "greeted: {}", call.heard());
    assert!(call.listening().is_some_and(|listening| !listening.is_relay()));
    for line in LINES {
        call.say(line).await.unwrap();
    }
    call.hang_up();
    agency.settle().await.unwrap();
    assert_eq!(booked(&agency).await, 1, "{}", call.all_heard());
}

/// The relay fails before a word was said, and the database does not answer: they still hear that this is an AI.
#[tokio::test(flavor = "multi_thread")]
async fn a_relay_lost_without_the_database_is_greeted() {
    let agency = relayed(testkit::sqlite()).await;
    let call = ring(&agency).await;
    let away = agency.hold_writes().await;
    let ended = async |path: &'static str, seconds: &'static str| {
        let fields = [
            ("CallSid", call.sid()),
            ("From", "+447700900931"),
            ("SessionId", seconds),
            ("SessionStatus", "failed"),
            ("SessionDuration", seconds),
            ("ErrorUrl", "/api/voice/relay-ended"),
        ];
        post(&agency, path, &fields).await.1
    };
    let lost = ended("/api/voice/relay-ended", "0").await;
    assert!(lost.contains("AI assistant"), "{lost}");
    let heard = ended("/api/voice/relay-ended", "9").await;
    assert!(heard.contains("say that once more"), "{heard}");
    let fallback = ended("/api/voice/fallback", "0").await;
    assert!(fallback.contains("AI assistant"), "{fallback}");
    away.release().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_must_be_signed_and_know_its_call() {
    let agency = relayed(testkit::sqlite()).await;
    let url = format!("{}/api/voice/relay", agency.base_url.replacen("http", "ws", 1));
    let refused = tokio_tungstenite::connect_async(&url).await.unwrap_err().to_string();
    assert!(refused.contains("403"), "{refused}");
    let mut stranger = support::open_socket(&url).await;
    for first in [
        r#"{"type":"setup","sessionId":"VX1","callSid":"CA1","customParameters":{"token":"guess"}}"#,
        r#"{"type":"prompt","voicePrompt":"hello","last":true}"#,
        "nonsense",
    ] {
        assert!(support::is_closed_after(&mut stranger, first).await, "{first}");
        stranger = support::open_socket(&url).await;
    }
    assert!(rows(&agency, "conversations").await.is_empty());
}

/// What Twilio hands over to open a call's socket.
async fn token_of(agency: &Agency, sid: &str) -> String {
    let (_, document) = post(agency, "/api/voice/inbound", &support::voice(sid, "+447700900900", &[])).await;
    let (_, rest) = document.split_once(r#"name="token" value=""#).unwrap();
    rest.split('"').next().unwrap().to_owned()
}

/// A call's token opens that call alone, and no longer than it lasts.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_of_one_call_while_it_lasts() {
    let agency = relayed(testkit::sqlite()).await;
    let url = format!("{}/api/voice/relay", agency.base_url.replacen("http", "ws", 1));
    let (one, other) = (token_of(&agency, "CA1").await, token_of(&agency, "CA2").await);
    assert_ne!(one, other);
    let setup = |sid: &str, token: &str| {
        format!(
            r#"{{"type":"setup","sessionId":"VX1","callSid":"{sid}","customParameters":{{"token":"{token}"}}}}"#
        )
    };
    let is_refused = async |sid: &str, token: &str| {
        let mut socket = support::open_socket(&url).await;
        let first = setup(sid, token);
        let closed = support::is_closed_after(&mut socket, &first);
        tokio::time::timeout(std::time::Duration::from_millis(700), closed).await.unwrap_or(false)
    };
    assert!(is_refused("CA1", &other).await && is_refused("CA2", &one).await);
    assert!(!is_refused("CA1", &one).await, "its own opens it");
    let over = support::voice("CA1", "+447700900900", &[("CallStatus", "completed"), ("CallDuration", "9")]);
    assert!(post(&agency, "/api/voice/status", &over).await.0 < 300);
    assert!(is_refused("CA1", &one).await, "the call is over");
}

/// A socket on which nothing happens any more is closed, and the call goes on where Twilio asks.
#[tokio::test(flavor = "multi_thread")]
async fn an_idle_socket_is_closed() {
    let agency = relayed(testkit::sqlite()).await;
    let mut call = ring(&agency).await;
    call.say(LINES[0]).await.unwrap();
    let open = |count: &usize| *count == 1;
    agency.app.relays.subscribe().wait_for(open).await.unwrap();
    // Longer than the watchdog's patience; the silence ladder has its turns on the way.
    for _ in 0..8 {
        agency.let_pass(jiff::SignedDuration::from_mins(6));
        tokio::task::yield_now().await;
    }
    let gone = |count: &usize| *count == 0;
    let closed = tokio::time::timeout(std::time::Duration::from_secs(5), async {
        agency.app.relays.subscribe().wait_for(gone).await.unwrap();
    });
    closed.await.expect("the socket is closed");
}
