//! `/readyz` tells the truth: each thing we depend on is down when it is, by its name, and well again afterwards.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::StatusCode;
use jiff::SignedDuration;
use phone_network::{Faults, MailServer};
use receptionist::rehearsal::{AGENCY_NUMBER, Plan};
use serde_json::{Value, json};
use support::{Agency, monday, start_as};
use testkit::{Cluster, Reply, Restart, ScriptedModel};

/// (status, ready, what is down)
async fn ready(agency: &Agency) -> (u16, Value, Value) {
    let answer = reqwest::get(format!("{}/readyz", agency.base_url)).await.unwrap();
    let status = answer.status().as_u16();
    let body: Value = answer.json().await.unwrap();
    (status, body["ready"].clone(), body["down"].clone())
}

async fn is_down(agency: &Agency, what: &str) {
    assert_eq!(ready(agency).await, (200, json!(true), json!([what])), "calls are taken all the same");
}

async fn is_well(agency: &Agency) {
    assert_eq!(ready(agency).await, (200, json!(true), json!([])));
}

async fn call(agency: &Agency, from: &str, lines: &[&str]) {
    let mut call = agency.network.ring(from, AGENCY_NUMBER).await.unwrap();
    for words in lines {
        call.say(words).await.unwrap();
    }
    call.hang_up();
}

/// What needs each of them: a question for the model, details by email, an emergency that is told to Slack.
async fn a_day(agency: &Agency, nth: u32) {
    let from = |n: u32| format!("+4477009008{:02}", nth * 3 + n);
    call(agency, &from(0), &["I was wondering about something for a friend of mine"]).await;
    let by_email = [
        "a two bedroom flat to rent in Maida Vale up to 2800 a month",
        "could you email me the details",
        "sam dot okoro at example dot com",
    ];
    call(agency, &from(1), &by_email).await;
    call(agency, &from(2), &["I can smell gas"]).await;
    agency.pass(SignedDuration::from_mins(10)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn each_dependency_is_named_while_it_is_down() {
    let slack_is_away = Arc::new(AtomicBool::new(false));
    let away = slack_is_away.clone();
    let slack = axum::Router::new().fallback(async move || {
        if away.load(Ordering::Relaxed) { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::OK }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let slack_url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, slack).await });
    let mail = MailServer::start().await.unwrap();
    let model = ScriptedModel::that_carries_on().await;
    let mut plan = Plan::stepped("", monday());
    plan.environment.extend([
        ("SLACK_WEBHOOK_URL", slack_url),
        ("SMTP_URL", mail.url().to_owned()),
        ("EMAIL_FROM", "John Barclay <office@johnbarclay.example>".to_owned()),
        ("OPENAI_API_KEY", "a key of no worth".to_owned()),
        ("OPENAI_BASE_URL", model.url.clone()),
    ]);
    let agency = start_as(testkit::sqlite(), plan).await;
    a_day(&agency, 1).await;
    is_well(&agency).await;

    agency.network.set_faults(Faults { server_error: 1.0, ..Faults::default() });
    a_day(&agency, 2).await;
    is_down(&agency, "twilio").await;
    agency.network.set_faults(Faults::default());
    a_day(&agency, 3).await;
    is_well(&agency).await;

    slack_is_away.store(true, Ordering::Relaxed);
    a_day(&agency, 4).await;
    is_down(&agency, "slack").await;
    slack_is_away.store(false, Ordering::Relaxed);
    a_day(&agency, 5).await;
    is_well(&agency).await;

    mail.set_away(true);
    a_day(&agency, 6).await;
    is_down(&agency, "email").await;
    mail.set_away(false);
    a_day(&agency, 7).await;
    is_well(&agency).await;

    model.next(vec![Reply::Refuse { status: 500, code: "server_error".into() }; 20]);
    a_day(&agency, 8).await;
    is_down(&agency, "model").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_database_it_is_not_ready() {
    let cluster = Cluster::start();
    let mut plan = Plan::stepped("", monday());
    plan.database_url = cluster.new_database();
    let agency = receptionist::rehearsal::Rehearsal::start(plan).await.unwrap();
    let status =
        async || reqwest::get(format!("{}/readyz", agency.base_url)).await.unwrap().status().as_u16();
    assert_eq!(status().await, 200);
    cluster.stop();
    assert_eq!(status().await, 503);
    cluster.restart(Restart::Fast);
    let mut again = status().await;
    for _ in 0..5 {
        if again != 200 {
            again = status().await;
        }
    }
    assert_eq!(again, 200, "it is ready as soon as the database is");
}
