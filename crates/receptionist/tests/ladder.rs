//! The on-call ladder when things break: processes killed while it climbs, Twilio's API away, many callers at once, words
//! repeated; and the first alert within its five seconds.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod support;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use phone_network::{Faults, Network, Phone};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use receptionist::clock::{Clock, Ids};
use receptionist::rehearsal::{AGENCY_NUMBER, Plan};
use receptionist::settings::Settings;
use serde_json::{Map, Value};
use store::Store;
use support::process::{serve, stage};
use support::{monday, post, rows, start, start_as, voice};

const RUTH: &str = "+447700900205";
const OWEN: &str = "+447700900206";

fn having<'a>(rows: &'a [Map<String, Value>], column: &str, value: &str) -> Vec<&'a Map<String, Value>> {
    rows.iter().filter(|row| row[column] == value).collect()
}

/// `kill -9` at moments drawn by a seed, after the safety words and again after the address: the emergency is taken, the
/// caller is told once, and nobody is texted twice. `MOMENTS=50 SEED=3 cargo test --test ladder` kills more often.
#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_it_goes_on() {
    let number = |name: &str, otherwise: u64| {
        std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
    };
    let mut rng = StdRng::seed_from_u64(number("SEED", 1));
    let database = testkit::sqlite();
    let (store, network, port) = stage(&database).await;
    network.set_phone(OWEN, Phone::Presses("1"));
    let mut process = serve(port, &database.url, network.rest_url()).await;
    for moment in 1..=number("MOMENTS", 8) {
        let caller = format!("+4477009006{moment:02}");
        let mut call = network.ring(&caller, AGENCY_NUMBER).await.unwrap();
        for words in
            ["a pipe has burst, there's water everywhere".to_owned(), format!("{moment} Shirland Road")]
        {
            call.say(&words).await.unwrap();
            tokio::time::sleep(Duration::from_millis(rng.random_range(0..1500))).await;
            drop(process);
            process = serve(port, &database.url, network.rest_url()).await;
            call.drop_relay().await;
        }
        call.say("Ada Finch").await.unwrap();
        call.hang_up();
        is_taken_and_told(&store, &network, &caller).await;
    }
    let alerts = store.rows("alerts").await.unwrap();
    let tickets = store.rows("support_tickets").await.unwrap();
    assert_eq!((alerts.len(), tickets.len()), (usize::try_from(number("MOMENTS", 8)).unwrap(), alerts.len()));
    nobody_is_texted_twice(&store, &network).await;
    the_command_tells_it(&database.url, alerts[0]["id"].as_str().unwrap());
}

/// `receptionist incidents` lists them, and says minute by minute what happened in one.
fn the_command_tells_it(database: &str, incident: &str) {
    let run = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_receptionist"));
        let output = command.arg("incidents").args(arguments).env("DATABASE_URL", database).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    assert!(run(&[]).1.contains(incident));
    let whole: Value = serde_json::from_str(&run(&[incident, "--json"]).1).unwrap();
    let steps: Vec<&str> =
        whole["steps"].as_array().unwrap().iter().map(|step| step["step"].as_str().unwrap()).collect();
    assert!(steps[0].starts_with("reported") && steps.contains(&"accepted"), "{steps:?}");
    assert_eq!(run(&[incident]).1.lines().count(), steps.len());
    assert_eq!(run(&["alert_unknown"]).0, Some(1));
}

/// Waits until the caller was told who is coming; once.
async fn is_taken_and_told(store: &Store, network: &Network, caller: &str) {
    for _ in 0..1200 {
        let told = network.messages().iter().filter(|sent| sent.to == caller).count();
        if told > 0 {
            assert_eq!(told, 1, "{caller} was told twice");
            let alerts = store.rows("alerts").await.unwrap();
            assert_eq!(alerts.last().unwrap()["acknowledged_name"], "Owen Price");
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{caller} was never told; {:#?}", store.rows("alert_steps").await.unwrap());
}

/// Every text that went out is one row's, and no row's went out twice.
async fn nobody_is_texted_twice(store: &Store, network: &Network) {
    let mut sent: Vec<(String, String)> =
        network.messages().iter().map(|message| (message.to.clone(), message.body.clone())).collect();
    let written = store.rows("messages").await.unwrap();
    let mut expected: Vec<(String, String)> = having(&written, "channel", "sms")
        .into_iter()
        .filter(|row| row["direction"] == "outbound" && row["status"] != "cancelled")
        .map(|row| (row["to_address"].as_str().unwrap().to_owned(), row["body"].as_str().unwrap().to_owned()))
        .collect();
    sent.sort();
    expected.sort();
    assert_eq!(sent, expected);
}

/// Neither call nor text can be made for minutes; the ladder goes on by the clock, and the first who can be reached takes it.
#[tokio::test(flavor = "multi_thread")]
async fn twilios_api_is_away() {
    for (name, database) in testkit::both() {
        let app = start(database).await;
        app.network.set_phone(OWEN, Phone::Presses("1"));
        app.network.set_faults(Faults { server_error: 1.0, ..Faults::default() });
        let mut call = app.network.ring("+447700900110", AGENCY_NUMBER).await.unwrap();
        call.say("a pipe has burst, water everywhere").await.unwrap();
        for _ in 0..6 {
            app.pass(SignedDuration::from_mins(1)).await.unwrap();
        }
        assert!(app.network.messages().is_empty() && app.network.rung().is_empty(), "{name}");
        assert!(rows(&app, "alert_rings").await.len() > 6, "{name}: the ladder goes on");
        app.network.set_faults(Faults::default());
        for _ in 0..3 {
            app.pass(SignedDuration::from_mins(1)).await.unwrap();
        }
        let alerts = rows(&app, "alerts").await;
        assert_eq!(alerts[0]["acknowledged_name"], "Owen Price", "{name}");
        let told = app.network.messages().iter().filter(|sent| sent.to == "+447700900110").count();
        assert_eq!(told, 1, "{name}");
    }
}

/// Nine neighbours at once: one incident, one ticket that is open, nine who are told who is coming.
#[tokio::test(flavor = "multi_thread")]
async fn neighbours_ring_at_once() {
    for (name, database) in testkit::both() {
        let app = start(database).await;
        app.network.set_phone(RUTH, Phone::Presses("1"));
        let ringing = (1..=9).map(|n| {
            let network = app.network.clone();
            tokio::spawn(async move {
                let mut call = network.ring(&format!("+44770090080{n}"), AGENCY_NUMBER).await.unwrap();
                call.say(&format!("water is pouring through my ceiling at flat {n}, 31 Fernhead Road"))
                    .await
                    .unwrap();
                call.say("Nell Neighbour").await.unwrap();
                call.hang_up();
            })
        });
        for call in ringing.collect::<Vec<_>>() {
            call.await.unwrap();
        }
        app.settle().await.unwrap();
        let (alerts, tickets) = (rows(&app, "alerts").await, rows(&app, "support_tickets").await);
        assert_eq!((alerts.len(), tickets.len()), (1, 1), "{name}");
        assert_eq!(rows(&app, "alert_reporters").await.len(), 9, "{name}");
        assert_eq!(app.network.rung(), [RUTH], "{name}: one call");
        let messages = rows(&app, "messages").await;
        assert_eq!(having(&messages, "kind", "help_is_coming").len(), 9, "{name}");
    }
}

/// Twilio asks twice, late, and after somebody else was faster: the same answer, nothing twice.
#[tokio::test(flavor = "multi_thread")]
async fn doors_for_staff_are_idempotent() {
    let app = start(testkit::sqlite()).await;
    let mut call = app.network.ring("+447700900110", AGENCY_NUMBER).await.unwrap();
    call.say("there's sewage coming up in the bath").await.unwrap();
    app.settle().await.unwrap();
    let rings = rows(&app, "alert_rings").await;
    let ring = |n: usize| rings[n]["id"].as_str().unwrap().to_owned();
    let door = |path: &str, n: usize| format!("/api/voice/{path}?ring={}", ring(n));
    let fields = voice("CA9", "+442079460100", &[]);
    let (_, heard) = post(&app, &door("oncall", 1), &fields).await;
    assert!(heard.contains("Flat 2, 18 Elgin Avenue") && heard.contains("Press 1"), "{heard}");
    assert_eq!(post(&app, &door("oncall", 1), &fields).await.1, heard);
    let repeat = voice("CA9", "+442079460100", &[("Digits", "0")]);
    assert_eq!(post(&app, &door("oncall-ack", 1), &repeat).await.1, heard, "0 repeats");
    let one = voice("CA9", "+442079460100", &[("Digits", "1")]);
    let (_, thanks) = post(&app, &door("oncall-ack", 1), &one).await;
    assert!(thanks.contains("It is yours"), "{thanks}");
    assert_eq!(post(&app, &door("oncall-ack", 1), &one).await.1, thanks);
    let late = post(&app, &door("oncall-ack", 2), &one).await.1;
    assert!(late.contains("taken this emergency already"), "{late}");
    assert!(post(&app, &door("oncall", 2), &fields).await.1.contains("taken this emergency already"));
    let alerts = rows(&app, "alerts").await;
    assert_eq!(alerts[0]["acknowledged_name"], "Owen Price");
    let steps = rows(&app, "alert_steps").await;
    assert_eq!(having(&steps, "step", "accepted").len(), 1);
    assert_eq!(having(&steps, "step", "answered the call").len(), 1);
    assert_eq!(post(&app, "/api/voice/oncall?ring=nobody", &fields).await.0, 400);
}

/// A repeat of the webhook changes nothing, and a neighbour who writes is one more reporter of the same leak.
#[tokio::test]
async fn an_emergency_in_writing_is_alarmed_once() {
    let app = start(testkit::sqlite()).await;
    let leak = "water is pouring through my ceiling at 25 Castellain Road";
    for (sid, from) in [("SM9", "+447700900110"), ("SM9", "+447700900110"), ("SM10", "+447700900111")] {
        let fields = [("MessageSid", sid), ("From", from), ("To", AGENCY_NUMBER), ("Body", leak)];
        let (status, answer) = post(&app, "/api/webhooks/twilio/sms", &fields).await;
        assert_eq!((status, answer.contains("<Response")), (200, true), "{answer}");
    }
    let (alerts, reporters) = (rows(&app, "alerts").await, rows(&app, "alert_reporters").await);
    assert_eq!((alerts.iter().filter(|row| row["merged_into"].is_null()).count(), reporters.len()), (1, 2));
    let advice = rows(&app, "messages").await;
    let advice = having(&advice, "kind", "safety_advice");
    assert_eq!(advice.len(), 2);
    assert!(advice[0]["body"].as_str().unwrap().contains("stopcock"), "{advice:?}");
    assert_eq!(rows(&app, "support_tickets").await.len(), 1);
}

/// The staff's channel hears of it, and of who has taken it; with the worker of a real server within five seconds.
#[tokio::test(flavor = "multi_thread")]
async fn the_first_alert_leaves_within_five_seconds_and_slack_hears_of_it() {
    let posts: Arc<Mutex<Vec<Value>>> = Arc::default();
    let kept = posts.clone();
    let slack = axum::Router::new().route(
        "/hook",
        axum::routing::post(move |axum::Json(body): axum::Json<Value>| async move {
            kept.lock().unwrap().push(body);
            "ok"
        }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, slack).await });
    let environment = vec![("VOICE_MODE", "gather".to_owned()), ("SLACK_WEBHOOK_URL", url)];
    let clock = Clock::system();
    let plan =
        Plan { with_worker: true, clock, ids: Ids::seeded(3), environment, ..Plan::stepped("", monday()) };
    let app = start_as(testkit::sqlite(), plan).await;
    app.network.set_phone(RUTH, Phone::Presses("1"));
    let mut call = app.network.ring("+447700900110", AGENCY_NUMBER).await.unwrap();
    let began = Instant::now();
    call.say("I can smell gas").await.unwrap();
    let rung = within(began, || !app.network.rung().is_empty() && !app.network.messages().is_empty()).await;
    assert!(rung < Duration::from_secs(5), "rung and texted after {rung:?}");
    within(began, || posts.lock().unwrap().len() == 2).await;
    let texts: Vec<String> = posts.lock().unwrap().iter().map(|post| post["text"].to_string()).collect();
    assert!(texts[0].contains("EMERGENCY") && texts[1].contains("Ruth Adeyemi has taken"), "{texts:?}");
}

async fn within(began: Instant, is_so: impl Fn() -> bool) -> Duration {
    for _ in 0..1200 {
        if is_so() {
            return began.elapsed();
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("not within twelve seconds");
}

/// A rota without anybody: a task for everybody to see, and the ladder waits for a rota.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_on_call() {
    let environment = vec![("VOICE_MODE", "gather".to_owned())];
    let adjust = Arc::new(|settings: &mut Settings| settings.emergency.contact_phone = None);
    let app = start_as(testkit::sqlite(), Plan { environment, adjust, ..Plan::stepped("", monday()) }).await;
    app.run_sql("DELETE FROM oncall_rota").await;
    let mut call = app.network.ring("+447700900950", AGENCY_NUMBER).await.unwrap();
    call.say("a pipe has burst, water everywhere").await.unwrap();
    app.pass(SignedDuration::from_mins(3)).await.unwrap();
    let tasks = rows(&app, "tasks").await;
    assert_eq!(having(&tasks, "title", "EMERGENCY with nobody on call").len(), 1);
    app.run_sql("INSERT INTO oncall_rota (id, user_id, position) VALUES (1, 5, 1)").await;
    app.network.set_phone(RUTH, Phone::Presses("1"));
    app.pass(SignedDuration::from_mins(2)).await.unwrap();
    assert_eq!(rows(&app, "alerts").await[0]["acknowledged_name"], "Ruth Adeyemi");
}
