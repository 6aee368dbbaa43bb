//! What a person may ask for: all that is kept of them, and that it goes. The proof is a search of every table, file, log line and
//! copy at Twilio.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod support;

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};

use agency::phone::PhoneNumber;
use agency::staff::StaffRole;
use jiff::SignedDuration;
use phone_network::{Faults, Inbound};
use receptionist::privacy::{delete_copies, erase, export};
use receptionist::rehearsal::{AGENCY_NUMBER, Plan, WHATSAPP_NUMBER};
use receptionist::scenarios::{read_folder, run};
use serde_json::Value;
use store::KnownPerson;
use support::staff::colleague;
use support::{Agency, monday, rows, start, start_as};

const PHOTO: &[u8] = include_bytes!("../src/scenarios/photo.jpg");
const NUMBER: &str = "+447700900900";
/// Each of these is said or written by the person of the tests.
const THEIRS: [&str; 5] =
    [NUMBER, "07700900900", "Sam Okoro", "sam.okoro@example.com", "my cousin Ferdinand"];

/// Somebody who books, reports a repair with a picture by WhatsApp, and has an emergency.
async fn a_history(agency: &Agency) {
    let mut call = agency.network.ring(NUMBER, AGENCY_NUMBER).await.unwrap();
    for words in [
        "Hi, I'm looking for a two bedroom flat to rent in Maida Vale, for my cousin Ferdinand",
        "up to two thousand eight hundred a month",
        "could I view the first one please",
        "the second one",
        "Sam Okoro",
        "sam dot okoro at example dot com",
        "yes please",
        "no, that's all, thank you",
    ] {
        call.say(words).await.unwrap();
    }
    call.hang_up();
    agency.settle().await.unwrap();
    let from = format!("whatsapp:{NUMBER}");
    for (body, files) in [
        ("the kitchen tap is dripping", vec![("image/jpeg", PHOTO.to_vec())]),
        ("flat 9, 40 Shirland Road", vec![]),
    ] {
        let message = Inbound { from: &from, to: WHATSAPP_NUMBER, body, files, ..Inbound::default() };
        agency.network.write_with(&message).await;
        agency.let_pass(SignedDuration::from_secs(5));
        agency.settle().await.unwrap();
    }
    let mut call = agency.network.ring(NUMBER, AGENCY_NUMBER).await.unwrap();
    call.say("it's Sam Okoro, I can smell gas in the kitchen of my cousin Ferdinand").await.unwrap();
    call.hang_up();
    agency.settle().await.unwrap();
    agency.pass(SignedDuration::from_mins(5)).await.unwrap();
}

async fn person(agency: &Agency) -> KnownPerson {
    agency.app.store.person(&PhoneNumber::parse(NUMBER).unwrap()).await.unwrap()
}

/// An agency that records calls.
async fn recorded(database: testkit::Database) -> Agency {
    let environment = vec![("VOICE_RECORD", "true".to_owned()), ("VOICE_MODE", "gather".to_owned())];
    start_as(database, Plan { environment, ..Plan::stepped("", monday()) }).await
}

async fn found(agency: &Agency) -> Vec<(&'static str, usize)> {
    let words: Vec<String> = THEIRS.iter().map(|word| (*word).to_owned()).collect();
    agency.app.store.search_everywhere(&words).await.unwrap()
}

async fn is_shown_and_erased(agency: &Agency) {
    a_history(agency).await;
    let neighbours = rows(agency, "voice_leads").await.len();
    let before = found(agency).await;
    assert!(before.len() > 8, "they stand in many tables: {before:?}");
    let all = export(&agency.app, &person(agency).await, "a test").await.unwrap().unwrap();
    for (table, _) in &before {
        // What only repeats what was said, for Twilio to ask again, or tells a colleague.
        assert!(!all["tables"][table].is_null(), "{table} is not shown to them");
    }
    let files = ["message_media", "recordings"]
        .map(|table| all["tables"][table][0]["path"].as_str().unwrap().to_owned());
    for path in &files {
        assert!(agency.app.shelf.get(path).await.is_ok());
    }
    let sent_to_them = |agency: &Agency| {
        agency.network.messages().iter().filter(|message| message.to.contains(NUMBER)).count()
    };
    assert!(sent_to_them(agency) > 0);

    let mut tx = agency.app.store.begin().await.unwrap();
    let lead = person(agency).await.lead.unwrap();
    tx.place_hold("hold_1", lead, "a claim", agency.app.now()).await.unwrap();
    tx.commit().await.unwrap();
    assert!(erase(&agency.app, &person(agency).await, "a test").await.is_err(), "there is a claim");
    let mut tx = agency.app.store.begin().await.unwrap();
    assert!(tx.lift_hold(lead).await.unwrap());
    tx.commit().await.unwrap();

    let done = erase(&agency.app, &person(agency).await, "a test").await.unwrap().unwrap();
    assert_eq!(done.appointments.len(), 1);
    assert_eq!((done.left, found(agency).await), (Vec::new(), Vec::new()), "nothing is left");
    for path in &files {
        assert!(agency.app.shelf.get(path).await.is_err(), "picture and sound are gone");
    }
    delete_copies(&agency.app).await.unwrap();
    assert_eq!(sent_to_them(agency), 0, "Twilio keeps nothing of it");
    let viewings = rows(agency, "viewing_appointments").await;
    let theirs: Vec<&serde_json::Map<String, Value>> =
        viewings.iter().filter(|viewing| viewing["lead_id"] == lead).collect();
    assert_eq!(
        (theirs.len(), &theirs[0]["status"], &theirs[0]["viewer_name"]),
        (1, &"cancelled".into(), &Value::Null)
    );
    let tasks = rows(agency, "tasks").await;
    let told = tasks.iter().find(|task| task["title"].as_str().unwrap().contains("called off")).unwrap();
    assert_eq!(
        (&told["assigned_to"], &told["lead_id"]),
        (&theirs[0]["agent_id"], &Value::Null),
        "the negotiator is told"
    );
    assert_eq!(rows(agency, "voice_leads").await.len(), neighbours, "past rows stay, without the person");
    assert!(export(&agency.app, &person(agency).await, "a test").await.unwrap().is_none());
    assert!(
        erase(&agency.app, &person(agency).await, "a test").await.unwrap().is_none(),
        "there is nobody any more"
    );

    let mut call = agency.network.ring(NUMBER, AGENCY_NUMBER).await.unwrap();
    assert!(!call.heard().contains("Sam"), "who rings again is a stranger");
    call.hang_up();
    agency.settle().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_shown_and_erased_on_sqlite() {
    is_shown_and_erased(&recorded(testkit::sqlite()).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_shown_and_erased_on_postgres() {
    is_shown_and_erased(&recorded(testkit::postgres()).await).await;
}

/// Two years on, the night erases somebody of whom nothing was heard; by day nothing goes.
#[tokio::test(flavor = "multi_thread")]
async fn the_night_forgets_whoever_was_not_in_touch() {
    let agency = start(testkit::sqlite()).await;
    a_history(&agency).await;
    receptionist::privacy::forget_old(&agency.app).await.unwrap();
    assert!(!found(&agency).await.is_empty());
    agency.let_pass(SignedDuration::from_hours(25 * 31 * 24));
    receptionist::privacy::forget_old(&agency.app).await.unwrap();
    assert_eq!(found(&agency).await, []);
    let actions: Vec<Value> =
        rows(&agency, "audit_log").await.iter().map(|row| row["action"].clone()).collect();
    assert!(
        actions.contains(&"retention_done".into()) && actions.contains(&"caller_forgotten".into()),
        "{actions:?}"
    );
}

/// What the preview says in the evening is what the night deletes, and was not yet due in the evening.
#[tokio::test(flavor = "multi_thread")]
async fn what_goes_tonight_is_told_in_the_evening() {
    use receptionist::privacy::{cutoffs, forget_old, tonight};
    let agency = start(testkit::sqlite()).await;
    a_history(&agency).await;
    agency.let_pass(SignedDuration::from_hours(365 * 24 + 12));
    let (app, retention) = (&agency.app, agency.app.retention());
    let due = async |until| app.store.due_to_go(&until).await.unwrap();
    let of_them =
        |due: Vec<(&'static str, i64)>| due.into_iter().find(|(kind, _)| *kind == "transcripts").unwrap().1;
    forget_old(app).await.unwrap();
    let evening = tonight(retention, app.now());
    assert_eq!(of_them(due(cutoffs(retention, app.now())).await), 0, "a year is over tonight, not before");
    assert!(of_them(due(evening).await) > 0);
    agency.let_pass(SignedDuration::from_hours(7));
    assert_eq!(
        due(cutoffs(retention, app.now())).await,
        due(tonight(retention, app.now() - SignedDuration::from_hours(7))).await
    );
    forget_old(app).await.unwrap();
    assert_eq!(of_them(due(cutoffs(retention, app.now())).await), 0);
}

/// Twilio refuses for a while, and is asked again.
#[tokio::test(flavor = "multi_thread")]
async fn copies_at_twilio_are_deleted_in_the_end() {
    let agency = start(testkit::sqlite()).await;
    let mut call = agency.network.ring(NUMBER, AGENCY_NUMBER).await.unwrap();
    call.say("I can smell gas").await.unwrap();
    call.hang_up();
    agency.settle().await.unwrap();
    agency.network.set_faults(Faults { server_error: 1.0, ..Faults::default() });
    erase(&agency.app, &person(&agency).await, "a test").await.unwrap().unwrap();
    assert!(!rows(&agency, "provider_deletions").await.is_empty());
    agency.network.set_faults(Faults::default());
    agency.let_pass(SignedDuration::from_hours(1));
    delete_copies(&agency.app).await.unwrap();
    assert!(rows(&agency, "provider_deletions").await.is_empty());
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Every story of the telephone is played with the log wide open, and no caller's name, number, email or address stands in it.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_stands_in_the_log() {
    let lines = Lines::default();
    let kept = lines.clone();
    let filter = "debug,hyper=info,h2=info,sqlx=warn,reqwest=info,hyper_util=info,tungstenite=info";
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(move || kept.clone())
        .init();
    let mut words = std::collections::BTreeSet::new();
    for (_, scenario) in read_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios")).unwrap()
    {
        let database = testkit::sqlite();
        run(&scenario, &database.url, &[]).await.unwrap();
        let store = store::Store::open(&database.url).await.unwrap();
        for (table, columns) in [
            ("voice_leads", ["phone", "name", "email"].as_slice()),
            ("viewing_appointments", ["viewer_phone", "viewer_name", "viewer_email", "address"].as_slice()),
            ("pm_tenants", ["phone", "name", "email"].as_slice()),
        ] {
            for row in store.rows(table).await.unwrap() {
                words.extend(columns.iter().filter_map(|column| row[*column].as_str().map(str::to_owned)));
            }
        }
        store.close().await;
    }
    let log = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert!(
        log.lines().count() > 100 && words.len() > 100,
        "{} lines, {} words",
        log.lines().count(),
        words.len()
    );
    // A first name alone may be a word of the log's own.
    let told: Vec<&String> =
        words.iter().filter(|word| word.len() > 6 && log.contains(word.as_str())).collect();
    assert!(told.is_empty(), "{told:?}");
}

/// Who saw what: once an hour, and read by an administrator alone.
#[tokio::test(flavor = "multi_thread")]
async fn who_looked_at_whom_is_written_down() {
    let agency = start(testkit::sqlite()).await;
    let manager = colleague(&agency, StaffRole::Manager).await;
    agency.network.ring("+447700900861", AGENCY_NUMBER).await.unwrap().hang_up();
    agency.settle().await.unwrap();
    let lead = rows(&agency, "voice_leads").await[0]["id"].to_string();
    for _ in 0..3 {
        manager.get(&format!("/api/v1/leads/{lead}")).await;
    }
    let call = rows(&agency, "conversations").await[0]["id"].as_str().unwrap().to_owned();
    manager.get(&format!("/api/v1/calls/{call}")).await;
    let administrator = colleague(&agency, StaffRole::Admin).await;
    let looks = administrator.get("/api/v1/audit?looks=true").await;
    let mut subjects: Vec<&str> =
        looks.as_array().unwrap().iter().map(|look| look["subject"].as_str().unwrap()).collect();
    subjects.sort_unstable();
    assert_eq!(subjects, [call.as_str(), &format!("lead {lead}")], "{looks}");
    let changes = administrator.get("/api/v1/audit").await;
    assert!(changes.as_array().unwrap().iter().all(|change| change["action"] != "looked_at"));
    agency.pass(SignedDuration::from_hours(1)).await.unwrap();
    manager.get(&format!("/api/v1/leads/{lead}")).await;
    assert_eq!(administrator.get("/api/v1/audit?looks=true").await.as_array().unwrap().len(), 3);
}
