//! What one caller, one address, one account and one recipient get; and that nothing of it stands before an emergency.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod support;

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use agency::staff::StaffRole;
use jiff::SignedDuration;
use receptionist::rehearsal::{AGENCY_NUMBER, Plan};
use receptionist::settings::Limits;
use support::staff::colleague;
use support::{Agency, monday, rows, start_as};
use testkit::{Reply, ScriptedModel};

async fn limited(environment: Vec<(&'static str, String)>, change: fn(&mut Limits)) -> Agency {
    let adjust =
        Arc::new(move |settings: &mut receptionist::settings::Settings| change(&mut settings.limits));
    start_as(testkit::sqlite(), Plan { environment, adjust, ..Plan::stepped("", monday()) }).await
}

fn sent_to(agency: &Agency, number: &str) -> Vec<String> {
    let all = agency.network.messages();
    all.iter().filter(|message| message.to == number).map(|message| message.body.clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_writes_without_end_is_not_answered_but_in_danger_is() {
    let agency = limited(Vec::new(), |limits| limits.texts_from_one_an_hour = 3).await;
    let number = "+447700900811";
    for _ in 0..8 {
        agency.network.write(number, AGENCY_NUMBER, "what are your opening hours?").await.unwrap();
        agency.let_pass(SignedDuration::from_secs(11));
        agency.settle().await.unwrap();
    }
    assert_eq!(sent_to(&agency, number).len(), 3);
    let tasks = rows(&agency, "tasks").await;
    let asked = tasks.iter().filter(|task| task["title"].as_str().unwrap().contains("write so often"));
    assert_eq!(asked.count(), 1, "one an hour, however many they are");
    let inbound = rows(&agency, "messages").await;
    assert_eq!(inbound.iter().filter(|row| row["from_address"] == number).count(), 8, "all are kept");

    agency.network.write(number, AGENCY_NUMBER, "I can smell gas in the kitchen").await.unwrap();
    agency.settle().await.unwrap();
    assert!(sent_to(&agency, number).iter().any(|body| body.contains("0800 111 999")));
    assert!(!rows(&agency, "alerts").await.is_empty());
    agency.network.write(number, AGENCY_NUMBER, "STOP").await.unwrap();
    assert_eq!(rows(&agency, "opt_outs").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_rings_without_end_is_answered_by_the_rules() {
    let model = ScriptedModel::start(Vec::new(), Reply::Say("Well now.".into()), Duration::ZERO).await;
    let environment =
        vec![("OPENAI_API_KEY", "a key of no worth".to_owned()), ("OPENAI_BASE_URL", model.url.clone())];
    let agency = limited(environment, |limits| limits.calls_from_one_an_hour = 2).await;
    for n in 0..4 {
        let before = model.requests().len();
        let mut call = agency.network.ring("+447700900812", AGENCY_NUMBER).await.unwrap();
        call.say("I'd like to tell you about my day").await.unwrap();
        assert_eq!(model.requests().len() > before, n < 2, "call {n}");
        call.say("and now I can smell gas").await.unwrap();
        assert!(call.all_heard().contains("oh eight hundred, one one one"), "{}", call.all_heard());
        call.hang_up();
    }
    agency.pass(SignedDuration::from_hours(2)).await.unwrap();
    let before = model.requests().len();
    let mut call = agency.network.ring("+447700900812", AGENCY_NUMBER).await.unwrap();
    call.say("I'd like to tell you about my day").await.unwrap();
    assert!(model.requests().len() > before, "an hour later they are as anybody");
    call.hang_up();
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_texted_without_end_or_where_it_was_not_meant() {
    let agency = limited(Vec::new(), |limits| {
        limits.texts_to_one_a_day = 2;
        limits.countries = vec![44];
    })
    .await;
    for number in ["+447700900813", "+12025550123"] {
        for _ in 0..4 {
            agency.network.write(number, AGENCY_NUMBER, "what are your opening hours?").await.unwrap();
            agency.let_pass(SignedDuration::from_secs(11));
            agency.settle().await.unwrap();
        }
    }
    assert_eq!(sent_to(&agency, "+447700900813").len(), 2);
    assert_eq!(sent_to(&agency, "+12025550123"), Vec::<String>::new());
    let tasks = rows(&agency, "tasks").await;
    assert!(tasks.iter().any(|task| task["kind"] == "delivery_failed"), "a person knows");
    let attempts = rows(&agency, "message_attempts").await;
    assert!(
        attempts.iter().any(|row| row["detail"].as_str().is_some_and(|detail| detail.contains("[limits]")))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_and_an_account_may_ask_so_often() {
    let agency = limited(Vec::new(), |limits| {
        limits.requests_of_address_a_minute = NonZeroU32::new(40).unwrap();
        limits.requests_of_account_a_minute = NonZeroU32::new(10).unwrap();
    })
    .await;
    let manager = colleague(&agency, StaffRole::Manager).await;
    let mut statuses = Vec::new();
    for _ in 0..60 {
        let response = manager.send(reqwest::Method::GET, "/api/v1/session", None).await;
        let status = response.status().as_u16();
        if status == 429 {
            assert_eq!(response.json::<serde_json::Value>().await.unwrap()["code"], "too_often");
        }
        statuses.push(status);
    }
    assert_eq!(statuses[..10], [200; 10]);
    assert!(statuses[15..].iter().all(|status| *status == 429), "{statuses:?}");
    let link = format!("{}/homes/not-a-link", agency.base_url);
    assert_eq!(reqwest::get(link).await.unwrap().status(), 429, "links share the address's measure");
    let mut call = agency.network.ring("+447700900814", AGENCY_NUMBER).await.unwrap();
    assert!(call.heard().contains("AI assistant"), "Twilio's doors have none");
    call.hang_up();
}

/// Whatever is asked for: nothing is guessed, framed or told on, and no page runs what is not ours.
#[tokio::test(flavor = "multi_thread")]
async fn every_answer_carries_the_headers_of_safety() {
    let agency = limited(vec![("BASE_URL", "https://voice.agency.example".to_owned())], |_| {}).await;
    let base = &agency.base_url;
    for path in [
        "/", "/healthz", "/api/openapi.json", "/api/v1/session", "/homes/x", "/documents/x", "/assets/x.js",
        "/nothing",
    ] {
        let answer = reqwest::get(format!("{base}{path}")).await.unwrap();
        let header = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(header("x-content-type-options").as_deref(), Some("nosniff"), "{path}");
        assert_eq!(header("x-frame-options").as_deref(), Some("DENY"), "{path}");
        assert!(header("content-security-policy").unwrap().contains("frame-ancestors 'none'"), "{path}");
        assert!(!header("content-security-policy").unwrap().contains("script-src 'unsafe"), "{path}");
        assert!(header("strict-transport-security").unwrap().starts_with("max-age="), "{path}");
        assert!(header("referrer-policy").is_some() && header("cache-control").is_some(), "{path}");
    }
}

/// Says something to the server, and waits for what it says until it hangs up.
async fn left_alone(agency: &Agency, words: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let address = agency.base_url.trim_start_matches("http://");
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream.write_all(words.as_bytes()).await.unwrap();
    let mut answer = String::new();
    // Closed with something of theirs unread is closed too.
    drop(stream.read_to_string(&mut answer).await);
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_slow_keeps_nobodys_place() {
    let adjust = Arc::new(|settings: &mut receptionist::settings::Settings| {
        settings.server.connections_max = 3;
        settings.server.headers_wait_ms = 300;
        settings.server.webhook_wait_ms = 600;
    });
    let agency = start_as(testkit::sqlite(), Plan { adjust, ..Plan::stepped("", monday()) }).await;
    let half_a_head = "POST /api/voice/inbound HTTP/1.1\r\nHost: x\r\nX-Twilio-Sig";
    let half_a_body = "POST /api/voice/inbound HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 60\r\nConnection: close\r\n\r\nCallSid=CA1";
    let all = ["", half_a_head, half_a_head, half_a_body, "", half_a_head];
    let waited = Duration::from_secs(10);
    let slow = futures_util::future::join_all(all.map(|words| left_alone(&agency, words)));
    let well = async { reqwest::get(format!("{}/healthz", agency.base_url)).await.unwrap().status() };
    let (answers, well) = tokio::time::timeout(waited, async { tokio::join!(slow, well) }).await.unwrap();
    assert_eq!(well, 200, "there are twice as many slow ones as places, and everybody else has their turn");
    assert!(answers[3].starts_with("HTTP/1.1 504"), "{}", answers[3]);
    for (nth, answer) in answers.iter().enumerate().filter(|(nth, _)| *nth != 3) {
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{nth}: {answer}");
    }
}
