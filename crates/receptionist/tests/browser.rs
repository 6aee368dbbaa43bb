//! The dashboard in a real browser, against the real server with the demo's agency: `dashboard/tests/walk.mjs` looks and clicks,
//! this plays the callers.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod support;

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use agency::crm::UserId;
use agency::staff::StaffRole;
use jiff::SignedDuration;
use phone_network::{Call, Inbound, Phone};
use receptionist::dashboard::password;
use receptionist::rehearsal::{AGENCY_NUMBER, Plan, WHATSAPP_NUMBER};
use serde_json::{Value, json};
use store::NewAccount;
use support::{Agency, start_as};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::Command;

const EMAIL: &str = "aisha@agency.example";
const PHOTO: &[u8] = include_bytes!("../src/scenarios/photo.jpg");
const PASSWORD: &str = "plum harbour forty-two";

async fn an_agency_at_work() -> Agency {
    // No colleague is as quick as this one.
    let quick = |settings: &mut receptionist::settings::Settings| {
        settings.limits.requests_of_account_a_minute = std::num::NonZeroU32::MAX;
        settings.limits.requests_of_address_a_minute = std::num::NonZeroU32::MAX;
    };
    let adjust = std::sync::Arc::new(quick);
    let mut plan = Plan { with_worker: true, adjust, ..Plan::stepped("", support::monday()) };
    plan.environment.push(("VOICE_RECORD", "true".to_owned()));
    let agency = start_as(testkit::sqlite(), plan).await;
    let app = &agency.app;
    let hash = password::hash(PASSWORD.to_owned()).await.unwrap();
    let mut tx = app.store.begin().await.unwrap();
    let (id, now) = (app.id("account"), app.now());
    let new = NewAccount {
        id: &id,
        email: EMAIL,
        name: "Aisha Khan",
        role: StaffRole::Admin,
        user: Some(UserId(1)),
        now,
    };
    tx.add_account(&new).await.unwrap();
    tx.set_password(&id, &hash, now).await.unwrap();
    tx.commit().await.unwrap();
    for (from, lines) in [
        (
            "+447700900901",
            vec![
                "a two bedroom flat to rent in Maida Vale",
                "up to two thousand eight hundred a month",
                "the first one",
                "the second one",
                "Sam Okoro",
                "no email",
                "yes please",
            ],
        ),
        (
            "+447700900932",
            vec!["put me through to someone please", "it's about my application", "Hana Sato", "no thanks"],
        ),
    ] {
        let mut call = agency.network.ring(from, AGENCY_NUMBER).await.unwrap();
        for words in lines {
            call.say(words).await.unwrap();
        }
        call.hang_up();
    }
    agency.network.set_phone("+447700900201", Phone::Talks);
    agency
}

/// A tenant writes of a dripping tap, with a photo.
async fn report_a_repair(agency: &Agency) {
    let from = "whatsapp:+447700900110";
    for (body, has_photo) in [
        ("the kitchen tap is dripping", true),
        ("flat 2, 18 Elgin Avenue", false),
        ("since monday", false),
        ("any time", false),
    ] {
        let files = if has_photo { vec![("image/jpeg", PHOTO.to_vec())] } else { Vec::new() };
        let message = Inbound { from, to: WHATSAPP_NUMBER, body, files, ..Inbound::default() };
        agency.network.write_with(&message).await.unwrap();
        agency.let_pass(SignedDuration::from_secs(20));
        agency.settle().await.unwrap();
    }
}

/// What the browser asks the caller to do.
async fn obey(agency: &Agency, call: &mut Option<Call>, wish: &Value) {
    if let Some(from) = wish["ring"].as_str() {
        *call = Some(agency.network.ring(from, AGENCY_NUMBER).await.unwrap());
    }
    if let (Some(call), Some(words)) = (call.as_mut(), wish["say"].as_str()) {
        call.say(words).await.unwrap();
    }
    if let (Some(call), Some(_)) = (call.as_mut(), wish["moved"].as_bool()) {
        assert!(call.moved().await, "the call was not moved");
    }
    if let Some(words) = wish["write"].as_str() {
        agency.network.write("whatsapp:+447700900155", WHATSAPP_NUMBER, words).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        agency.let_pass(SignedDuration::from_secs(20));
    }
    if wish["report"].as_bool().is_some() {
        report_a_repair(agency).await;
    }
    if let (Some(call), Some(_)) = (call.as_mut(), wish["hang_up"].as_bool()) {
        call.hang_up();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_in_a_real_browser() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dashboard");
    assert!(
        folder.join("dist/index.html").exists() && folder.join("node_modules").exists(),
        "the dashboard is not built: run `make test`, or `make dashboard` and this again"
    );
    let agency = an_agency_at_work().await;
    let mut walk = Command::new("node")
        .arg(folder.join("tests/walk.mjs"))
        .env("BASE_URL", &agency.base_url)
        .envs([("EMAIL", EMAIL), ("PASSWORD", PASSWORD)])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let (mut input, mut wishes) =
        (walk.stdin.take().unwrap(), BufReader::new(walk.stdout.take().unwrap()).lines());
    let mut call = None;
    while let Some(line) = wishes.next_line().await.unwrap() {
        let wish: Value = serde_json::from_str(&line).unwrap();
        obey(&agency, &mut call, &wish).await;
        input.write_all(format!("{}\n", json!({"done": wish})).as_bytes()).await.unwrap();
    }
    assert!(walk.wait().await.unwrap().success(), "see above what the browser saw");
}
