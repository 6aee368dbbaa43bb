//! What colleagues do through the API: watch a call and step in, answer those who write, keep the diary, the leads and the repairs,
//! assess calls, read the numbers, and try Sarah out.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod support;

use std::sync::Arc;

use agency::staff::StaffRole;
use jiff::{SignedDuration, Timestamp};
use phone_network::Inbound;
use receptionist::rehearsal::{AGENCY_NUMBER, Plan, WHATSAPP_NUMBER};
use receptionist::scenarios::{read_folder, run};
use receptionist::settings::Settings;
use reqwest::Method;
use serde_json::{Value, json};
use support::staff::{Colleague, colleague};
use support::{Agency, monday, rows, start, start_as};

async fn put(who: &Colleague, path: &str, body: Value) -> u16 {
    who.status(Method::PUT, path, Some(body)).await.as_u16()
}

async fn post(who: &Colleague, path: &str, body: Value) -> u16 {
    who.status(Method::POST, path, Some(body)).await.as_u16()
}

/// A refusal's own word.
async fn refused(who: &Colleague, path: &str, body: Value) -> (u16, String) {
    let response = who.send(Method::POST, path, Some(body)).await;
    let status = response.status().as_u16();
    let problem: Value = response.json().await.unwrap();
    (status, problem["code"].as_str().unwrap().to_owned())
}

async fn live_call(who: &Colleague) -> String {
    who.get("/api/v1/calls?live=true").await["items"][0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_danger_that_a_colleague_sees_is_an_emergency() {
    let agency = start(testkit::sqlite()).await;
    let worker = colleague(&agency, StaffRole::Negotiator).await;
    let mut call = agency.network.ring("+447700900123", AGENCY_NUMBER).await.unwrap();
    call.say("it is about the flat, everything here is a bit odd").await.unwrap();
    let path = format!("/api/v1/calls/{}/emergency", live_call(&worker).await);
    let hazards = worker.get("/api/v1/hazards").await;
    assert!(hazards.as_array().unwrap().contains(&json!("gas")), "{hazards}");
    assert_eq!(post(&worker, &path, json!({"hazard": "boredom"})).await, 400);
    assert_eq!(post(&worker, &path, json!({"hazard": "gas"})).await, 202);
    assert!(call.moved().await);
    assert!(
        call.heard().contains("Please leave the property now with everyone."),
        "the safety words: {}",
        call.heard()
    );
    agency.settle().await.unwrap();
    let alerts = rows(&agency, "alerts").await;
    assert_eq!(alerts.len(), 1);
    assert_eq!(alerts[0]["hazard"], "gas");
    assert!(!rows(&agency, "alert_rings").await.is_empty(), "somebody is rung");
    let whisper = format!("/api/v1/calls/{}/whisper", alerts[0]["conversation_id"].as_str().unwrap());
    let (status, code) = refused(&worker, &whisper, json!({"words": "Offer Tuesday."})).await;
    assert_eq!((status, code.as_str()), (409, "no_model"));
}

async fn writes(agency: &Agency, words: &str) {
    let from = "whatsapp:+447700900155";
    agency.let_pass(SignedDuration::from_secs(20));
    let message = Inbound { from, to: WHATSAPP_NUMBER, body: words, ..Inbound::default() };
    agency.network.write_with(&message).await;
    agency.settle().await.unwrap();
    agency.let_pass(SignedDuration::from_secs(20));
    agency.settle().await.unwrap();
}

fn read(agency: &Agency) -> Vec<String> {
    let sent = agency.network.messages().into_iter();
    sent.filter(|message| message.to == "whatsapp:+447700900155").map(|message| message.body).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_colleague_answers_somebody_who_writes() {
    let agency = start(testkit::sqlite()).await;
    let worker = colleague(&agency, StaffRole::Negotiator).await;
    writes(&agency, "Do you have two bed flats to rent in Maida Vale?").await;
    let thread = worker.list("/api/v1/inbox").await[0].clone();
    let path = format!("/api/v1/inbox/{}", thread["id"].as_str().unwrap());
    assert_eq!((&thread["held_by"], &thread["last_direction"]), (&Value::Null, &json!("outbound")));
    assert_eq!(thread["waits"], false);

    assert_eq!(post(&worker, &format!("{path}/take"), json!({})).await, 204);
    assert_eq!(refused(&worker, &format!("{path}/take"), json!({})).await, (409, "held".to_owned()));
    assert_eq!(worker.list("/api/v1/inbox").await[0]["held_by"], "Amy Hart");
    let before = read(&agency).len();
    writes(&agency, "Is the first one still free on Friday?").await;
    assert_eq!(read(&agency).len(), before, "Sarah is quiet");

    let answer = json!({"body": "It is. Shall we say ten?", "key": "one"});
    for _ in 0..2 {
        assert_eq!(post(&worker, &format!("{path}/messages"), answer.clone()).await, 202);
    }
    agency.settle().await.unwrap();
    assert_eq!(read(&agency)[before..], ["It is. Shall we say ten?"], "once, though it was sent twice");
    assert_eq!(post(&worker, &format!("{path}/messages"), json!({"body": " ", "key": "two"})).await, 400);

    assert_eq!(post(&worker, &format!("{path}/give-back"), json!({})).await, 204);
    assert_eq!(refused(&worker, &format!("{path}/give-back"), json!({})).await, (409, "not_held".to_owned()));
    writes(&agency, "Could I view one of them please?").await;
    assert!(read(&agency).len() > before + 1, "Sarah answers again");

    agency.let_pass(SignedDuration::from_hours(25));
    let worker = colleague(&agency, StaffRole::Manager).await;
    let late = json!({"body": "Are you still looking?", "key": "three"});
    let (status, code) = refused(&worker, &format!("{path}/messages"), late.clone()).await;
    assert_eq!((status, code.as_str()), (409, "window_closed"));
    let lead = format!("/api/v1/leads/{}", thread["lead"]);
    for _ in 0..2 {
        assert_eq!(
            post(&worker, &format!("{lead}/messages"), late.clone()).await,
            202,
            "by SMS it may be sent"
        );
    }
    agency.settle().await.unwrap();
    let texts = agency.network.messages().into_iter().filter(|sent| sent.to == "+447700900155");
    assert_eq!(texts.map(|sent| sent.body).collect::<Vec<_>>(), ["Are you still looking?"]);

    let messages = worker.get(&path).await["messages"].as_array().unwrap().clone();
    let by_sms = messages.iter().filter(|message| message["channel"] == "sms");
    let by_sms: Vec<&Value> = by_sms.map(|message| &message["body"]).collect();
    assert_eq!(by_sms, ["Are you still looking?"], "what a colleague wrote another way is seen there too");
    assert_eq!(worker.list("/api/v1/inbox").await[0]["last_words"], "Are you still looking?");
    assert_eq!(worker.list("/api/v1/inbox?q=0155").await.len(), 1);
    let reader = colleague(&agency, StaffRole::ReadOnly).await;
    assert_eq!(reader.list("/api/v1/inbox?q=0155").await.len(), 0, "a masked number is not found by trying");
    assert_eq!(reader.list("/api/v1/leads?q=0155").await.len(), 0);
    assert_eq!(worker.list("/api/v1/inbox?q=nobody").await.len(), 0);
    assert_eq!(worker.list("/api/v1/inbox?waits=true").await.len(), 0);

    writes(&agency, "STOP").await;
    let (status, code) = refused(&worker, &format!("{path}/messages"), late.clone()).await;
    assert_eq!((status, code.as_str()), (409, "opted_out"));
    let (status, code) = refused(&worker, &format!("{lead}/messages"), late).await;
    assert_eq!((status, code.as_str()), (409, "opted_out"));
    assert_eq!(worker.get(&lead).await["stopped"], json!(["all"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn colleagues_write_down_what_is_to_be_done() {
    let agency = start(testkit::sqlite()).await;
    let worker = colleague(&agency, StaffRole::Negotiator).await;
    let mut call = agency.network.ring("+447700900301", AGENCY_NUMBER).await.unwrap();
    call.say("a two bedroom flat to rent in Maida Vale").await.unwrap();
    let id = live_call(&worker).await;
    let wish = json!({"title": "Order new keys", "notes": " ", "kind": "follow_up", "is_urgent": true, "call": id,
        "due": "2026-11-24T09:00:00Z", "assigned_to": 1, "key": "one"});
    for _ in 0..2 {
        assert_eq!(post(&worker, "/api/v1/tasks", wish.clone()).await, 201);
    }
    let tasks = worker.list("/api/v1/tasks?whose=mine").await;
    assert_eq!(tasks.len(), 1, "once, though it was sent twice");
    assert_eq!((&tasks[0]["priority"], &tasks[0]["notes"]), (&json!("urgent"), &Value::Null));
    assert!(tasks[0]["lead"].is_i64(), "of whoever rang");
    let made = worker.get(&format!("/api/v1/calls/{id}")).await["made"].clone();
    assert_eq!((&made[0]["kind"], &made[0]["about"]), (&json!("task"), &json!("Order new keys")));
    for (name, value, status) in [
        ("kind", json!("review"), 400),
        ("title", json!(" "), 400),
        ("key", json!(""), 400),
        ("call", json!("none"), 404),
    ] {
        let mut wrong = wish.clone();
        wrong[name] = value;
        assert_eq!(post(&worker, "/api/v1/tasks", wrong).await, status, "{name}");
    }
}

const PHOTO: &[u8] = include_bytes!("../src/scenarios/photo.jpg");

#[tokio::test(flavor = "multi_thread")]
async fn what_tenants_send_is_seen() {
    let agency = start(testkit::sqlite()).await;
    let worker = colleague(&agency, StaffRole::Negotiator).await;
    let from = "whatsapp:+447700900110";
    for (body, files) in [
        ("the kitchen tap is dripping", vec![("image/jpeg", PHOTO.to_vec())]),
        ("flat 2, 18 Elgin Avenue", Vec::new()),
        ("since monday", Vec::new()),
        ("any time", Vec::new()),
    ] {
        agency
            .network
            .write_with(&Inbound { from, to: WHATSAPP_NUMBER, body, files, ..Inbound::default() })
            .await;
        agency.let_pass(SignedDuration::from_secs(20));
        agency.settle().await.unwrap();
    }
    let open = worker.list("/api/v1/tickets?is_open=true").await;
    assert_eq!(open[0]["tenant_phone"], "+447700900110");
    assert!(open[0]["call"].is_string(), "the chat in which it was reported");
    let ticket = open[0]["id"].as_i64().unwrap();
    let files = worker.get(&format!("/api/v1/media?ticket={ticket}")).await;
    assert_eq!(files.as_array().unwrap().len(), 1);
    assert_eq!(worker.get(&format!("/api/v1/media?lead={}", files[0]["lead"])).await, files);
    assert_eq!(worker.status(Method::GET, "/api/v1/media", None).await, 400);
    let path = format!("/api/v1/media/{}", files[0]["id"].as_str().unwrap());
    let photo = worker.send(Method::GET, &path, None).await;
    assert_eq!(photo.headers()["content-type"], "image/jpeg");
    assert!(photo.headers()["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
    assert!(photo.bytes().await.unwrap().starts_with(&[0xff, 0xd8]));
    let audit = rows(&agency, "audit_log").await;
    let looked = format!("lead {}", files[0]["lead"]);
    assert!(audit.iter().any(|row| row["action"] == "looked_at" && row["subject"] == json!(looked)));
    let reader = colleague(&agency, StaffRole::ReadOnly).await;
    assert_eq!(reader.list("/api/v1/tickets").await[0]["tenant_phone"], "+44•••••••110");
    let seen = mark(&worker, &format!("/api/v1/tickets/{ticket}")).await;
    let path = format!("/api/v1/tickets/{ticket}");
    for unsaid in [json!({"status": "closed"}), json!({"urgency": "urgent", "reason": " "})] {
        assert_eq!(change(&worker, &path, Some(&seen), unsaid).await, 400, "nobody says why");
    }
    let done = json!({"status": "closed", "reason": "The plumber has been."});
    assert_eq!(change(&worker, &path, Some(&seen), done).await, 204);
    assert_eq!(worker.get(&path).await["notes"][0]["body"], "open → closed: The plumber has been.");
    assert!(worker.list("/api/v1/tickets?is_open=true").await.is_empty());
    assert_eq!(worker.list("/api/v1/tickets?is_open=false").await.len(), 1);
}

/// The first free time of the home on the next days.
async fn free(who: &Colleague, property: i64, not: Option<&Value>) -> Value {
    for day in ["2026-11-25", "2026-11-26", "2026-11-27"] {
        let slots = who.get(&format!("/api/v1/slots?property={property}&day={day}")).await;
        let found = slots
            .as_array()
            .unwrap()
            .iter()
            .find(|slot| slot["negotiator"].is_string() && Some(&slot["start"]) != not);
        if let Some(slot) = found {
            return slot["start"].clone();
        }
    }
    panic!("nothing is free");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_diary_is_kept_by_colleagues_too() {
    let agency = start(testkit::sqlite()).await;
    let worker = colleague(&agency, StaffRole::Negotiator).await;
    let (home, lead) = (1, 1);
    let start = free(&worker, home, None).await;
    let wish = json!({"property": home, "lead": lead, "start": start});
    let response = worker.send(Method::POST, "/api/v1/viewings", Some(wish.clone())).await;
    assert_eq!(response.status(), 201);
    let id = response.json::<Value>().await.unwrap()["id"].as_i64().unwrap();
    assert_eq!(refused(&worker, "/api/v1/viewings", wish).await, (409, "slot_taken".to_owned()));
    agency.settle().await.unwrap();
    let told =
        || agency.network.messages().iter().filter(|message| message.to.ends_with("+447700900101")).count();
    let confirmations = told();
    assert!(confirmations > 0, "the confirmation");

    let to = free(&worker, home, Some(&start)).await;
    let path = format!("/api/v1/viewings/{id}");
    assert_eq!(post(&worker, &format!("{path}/move"), json!({"from": start, "to": to})).await, 204);
    let stale = refused(&worker, &format!("{path}/move"), json!({"from": start, "to": start})).await;
    assert_eq!(stale, (409, "changed".to_owned()), "somebody moved it since");
    agency.settle().await.unwrap();
    assert!(told() > confirmations, "they hear of the new time");
    assert_eq!(
        refused(&worker, &format!("{path}/outcome"), json!({"status": "completed"})).await.1,
        "not_due"
    );
    assert_eq!(post(&worker, &format!("{path}/outcome"), json!({"status": "eaten"})).await, 400);

    assert_eq!(post(&worker, &format!("{path}/cancel"), json!({"from": to})).await, 204);
    assert_eq!(
        post(&worker, &format!("{path}/cancel"), json!({"from": to})).await,
        404,
        "it is booked no more"
    );
    let row = rows(&agency, "viewing_appointments").await.into_iter().find(|row| row["id"] == id).unwrap();
    assert_eq!(row["status"], "cancelled");
    assert!(
        rows(&agency, "diary_cells").await.iter().all(|cell| cell["appointment_id"] != id),
        "its time is free"
    );
    let wish = json!({"property": home, "lead": lead, "start": to});
    let response = worker.send(Method::POST, "/api/v1/viewings", Some(wish)).await;
    let again = response.json::<Value>().await.unwrap()["id"].as_i64().unwrap();
    agency.let_pass(SignedDuration::from_hours(24 * 7));
    let worker = colleague(&agency, StaffRole::Manager).await;
    let over = format!("/api/v1/viewings/{again}/outcome");
    assert_eq!(post(&worker, &over, json!({"status": "no_show"})).await, 204);
    let audit: Vec<Value> =
        rows(&agency, "audit_log").await.into_iter().map(|row| row["action"].clone()).collect();
    for action in ["viewing_booked", "viewing_moved", "viewing_cancelled", "viewing_over"] {
        assert!(audit.contains(&json!(action)), "{action} is in the audit");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_valuation_is_called_off_by_a_colleague() {
    let agency = start(testkit::sqlite()).await;
    let worker = colleague(&agency, StaffRole::Negotiator).await;
    let mut call = agency.network.ring("+447700900971", AGENCY_NUMBER).await.unwrap();
    for words in [
        "hello, I'd like a valuation of my flat",
        "it's flat 3, 22 Castellain Road, W9 1HB",
        "yes that's right",
        "to sell",
        "two bedrooms",
        "the first one",
        "Nadia Karim",
        "no email",
        "yes please",
        "no thanks",
    ] {
        call.say(words).await.unwrap();
    }
    let is_valuation = |row: &serde_json::Map<String, Value>| {
        row["kind"] == "valuation" && row["viewer_name"] == "Nadia Karim"
    };
    let booked = async || rows(&agency, "viewing_appointments").await.into_iter().find(is_valuation).unwrap();
    let (id, start) = (booked().await["id"].clone(), booked().await["scheduled_date"].clone());
    let path = format!("/api/v1/viewings/{id}/cancel");
    assert_eq!(post(&worker, &path, json!({"from": "2026-11-23T08:00:00Z"})).await, 409);
    assert_eq!(post(&worker, &path, json!({"from": start})).await, 204);
    assert_eq!(post(&worker, &path, json!({"from": start})).await, 404, "it is booked no more");
    assert_eq!(booked().await["status"], "cancelled");
    assert!(rows(&agency, "diary_cells").await.iter().all(|cell| cell["appointment_id"] != id));
    agency.settle().await.unwrap();
    let told = agency.network.messages().into_iter().filter(|sent| sent.to == "+447700900971");
    let told = told.map(|sent| sent.body).find(|body| body.contains("is off")).unwrap();
    assert!(told.contains("Castellain Road") && told.contains("We are sorry"), "{told}");
    assert!(!told.contains("as you asked"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_valuation_is_booked_and_moved_by_a_colleague() {
    let agency = start(testkit::sqlite()).await;
    let worker = colleague(&agency, StaffRole::Negotiator).await;
    let slots = worker.get("/api/v1/slots?day=2026-11-25").await;
    let free = slots.as_array().unwrap().iter().filter(|slot| slot["negotiator"].is_string());
    let free: Vec<Value> = free.map(|slot| slot["start"].clone()).collect();
    let wish = |address: &str, start: &Value| json!({"lead": 1, "address": address, "listing": "sale", "property_type": "flat", "bedrooms": 2, "start": start});
    let address = "Flat 3, 22 Castellain Road, W9 1HB";
    let path = "/api/v1/valuations";
    assert_eq!(post(&worker, path, wish("the blue one", &free[0])).await, 400);
    assert_eq!(post(&worker, path, wish(address, &json!("2026-11-25T03:00:00Z"))).await, 409, "at night");
    let response = worker.send(Method::POST, path, Some(wish(address, &free[0]))).await;
    assert_eq!(response.status(), 201);
    let id = response.json::<Value>().await.unwrap()["id"].as_i64().unwrap();
    let kept =
        async || rows(&agency, "viewing_appointments").await.into_iter().find(|row| row["id"] == id).unwrap();
    let row = kept().await;
    assert_eq!((&row["kind"], &row["viewer_name"]), (&json!("valuation"), &json!("Tom Becker")));
    assert_eq!(row["address"], address);
    agency.settle().await.unwrap();
    let told =
        || agency.network.messages().iter().filter(|sent| sent.body.contains("22 Castellain Road")).count();
    let confirmations = told();
    assert!(confirmations > 0, "the owner is told");

    let path = format!("/api/v1/viewings/{id}/move");
    let to = free.last().unwrap();
    assert_eq!(post(&worker, &path, json!({"from": free[1], "to": to})).await, 409, "not as it was seen");
    assert_eq!(post(&worker, &path, json!({"from": free[0], "to": to})).await, 204);
    assert_eq!(&kept().await["scheduled_date"].as_str().unwrap()[..16], &to.as_str().unwrap()[..16]);
    agency.settle().await.unwrap();
    assert!(told() > confirmations, "they hear of the new time");
    let tasks = rows(&agency, "tasks").await;
    let titled = |words: &str| tasks.iter().any(|task| task["title"].as_str().unwrap().contains(words));
    assert!(titled("to sell, flat, 2 bedrooms") && titled("moved to"), "{tasks:?}");
    let prepared = async || {
        let tasks = rows(&agency, "tasks").await;
        let task = tasks
            .into_iter()
            .find(|task| task["dedupe_key"] == json!(format!("task:valuation:{id}")))
            .unwrap();
        (task["status"].clone(), task["due_at"].as_str().unwrap()[..16].to_owned())
    };
    assert_eq!(prepared().await, (json!("open"), to.as_str().unwrap()[..16].to_owned()));
    let wish = wish("9 Elgin Avenue W9 1AB", &free[0]);
    assert_eq!(post(&worker, "/api/v1/valuations", wish).await, 201, "its time is free again");
    let path = format!("/api/v1/viewings/{id}/cancel");
    assert_eq!(post(&worker, &path, json!({"from": to})).await, 204);
    assert_eq!(prepared().await.0, "cancelled", "nobody prepares what is off");
}

#[tokio::test(flavor = "multi_thread")]
async fn colleagues_write_down_what_they_know() {
    let agency = start(testkit::sqlite()).await;
    let (worker, reviewer) =
        (colleague(&agency, StaffRole::Negotiator).await, colleague(&agency, StaffRole::Reviewer).await);
    let lead = "/api/v1/leads/1";
    let note = json!({"body": " Prefers mornings. ", "key": "1"});
    let path = format!("{lead}/notes");
    assert_eq!(post(&reviewer, &path, note.clone()).await, 403);
    for wrong in [
        json!({"body": " ", "key": "2"}),
        json!({"body": "x", "key": ""}),
        json!({"body": "x".repeat(2_001), "key": "2"}),
    ] {
        assert_eq!(post(&worker, &path, wrong).await, 400);
    }
    assert_eq!(post(&worker, &path, note.clone()).await, 201);
    assert_eq!(post(&worker, &path, note).await, 201, "the same again");
    let notes = worker.get(lead).await["notes"].clone();
    assert_eq!(notes.as_array().unwrap().len(), 1);
    assert_eq!((&notes[0]["body"], &notes[0]["by"]), (&json!("Prefers mornings."), &json!("Aisha Khan")));
    let id = format!("/api/v1/notes/{}", notes[0]["id"].as_str().unwrap());
    assert_eq!(reviewer.status(Method::DELETE, &id, None).await, 404, "it is not theirs");
    assert_eq!(worker.status(Method::DELETE, &id, None).await, 204);
    assert_eq!(worker.get(lead).await["notes"], json!([]));

    let seen = mark(&worker, lead).await;
    let before = worker.get(lead).await["lead"].clone();
    assert_eq!(change(&worker, lead, Some(&seen), json!({"wants": "something nice"})).await, 400);
    let wants = json!({"wants": "to rent, three bedrooms in Queen's Park, up to 3,100 a month"});
    assert_eq!(change(&worker, lead, Some(&seen), wants).await, 204);
    let after = worker.get(lead).await["lead"].clone();
    assert_eq!((&after["bedrooms_min"], &after["budget_max"]), (&json!(3), &json!(3_100)), "{after}");
    assert_eq!((&after["areas"], &after["looking_for"]), (&json!(["Queen's Park"]), &json!("rent")));
    assert_eq!(after["name"], before["name"]);
    let history = rows(&agency, "requirement_changes").await;
    assert!(
        history.iter().any(|row| row["field"] == "bedrooms_min" && row["new_value"] == "3"),
        "{history:?}"
    );

    let mut call = agency.network.ring("+447700900901", AGENCY_NUMBER).await.unwrap();
    call.say("I'm looking for a flat to rent in Maida Vale").await.unwrap();
    let id = live_call(&reviewer).await;
    call.hang_up();
    agency.settle().await.unwrap();
    let path = format!("/api/v1/calls/{id}");
    let line = reviewer.get(&path).await["lines"][0]["id"].clone();
    let of = |line: &Value| json!({"body": "Too long.", "key": line, "line": line});
    assert_eq!(post(&worker, &format!("{path}/notes"), of(&line)).await, 403);
    assert_eq!(post(&reviewer, &format!("{path}/notes"), of(&json!("turn_of_another"))).await, 404);
    assert_eq!(post(&reviewer, &format!("{path}/notes"), of(&line)).await, 201);
    assert_eq!(reviewer.get(&path).await["notes"][0]["line"], line);
}

/// What a record is marked with, and a change that names a mark.
async fn mark(who: &Colleague, path: &str) -> String {
    let response = who.send(Method::GET, path, None).await;
    response.headers()["etag"].to_str().unwrap().to_owned()
}

async fn change(who: &Colleague, path: &str, mark: Option<&str>, body: Value) -> u16 {
    who.send_as_seen(Method::PATCH, path, mark, Some(body)).await.status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_overwrites_what_they_have_not_seen() {
    let agency = start(testkit::sqlite()).await;
    let worker = colleague(&agency, StaffRole::Negotiator).await;
    let path = "/api/v1/leads/1";
    let seen = mark(&worker, path).await;
    assert_eq!(change(&worker, path, None, json!({"status": "offer_made"})).await, 428);
    assert_eq!(change(&worker, path, Some(&seen), json!({"status": "delighted"})).await, 400);
    assert_eq!(change(&worker, path, Some(&seen), json!({"status": "offer_made", "name": " "})).await, 204);
    assert_eq!(
        change(&worker, path, Some(&seen), json!({"status": "lost"})).await,
        412,
        "it has changed since"
    );
    let lead = worker.get(path).await["lead"].clone();
    assert_eq!((&lead["status"], &lead["name"]), (&json!("offer_made"), &json!("Tom Becker")));
    for (user, name) in [(2, json!("Ben Okoye")), (0, Value::Null)] {
        let seen = mark(&worker, path).await;
        assert_eq!(change(&worker, path, Some(&seen), json!({"assigned_to": user})).await, 204);
        assert_eq!(worker.get(path).await["lead"]["assigned_name"], name);
    }

    let mut call = agency.network.ring("+447700900301", AGENCY_NUMBER).await.unwrap();
    call.say("I can smell gas in the kitchen").await.unwrap();
    call.hang_up();
    agency.settle().await.unwrap();
    let alert = worker.get("/api/v1/alerts?open=true").await[0].clone();
    let path = format!("/api/v1/tickets/{}", alert["ticket"]);
    let seen = mark(&worker, &path).await;
    let wish = json!({"status": "in_progress", "assigned_to": 2});
    assert_eq!(change(&worker, &path, Some(&seen), wish.clone()).await, 409, "take the emergency first");
    let take = format!("/api/v1/alerts/{}/acknowledge", alert["id"].as_str().unwrap());
    assert_eq!(worker.status(Method::POST, &take, None).await, 204);
    assert_eq!(change(&worker, &path, Some(&seen), wish).await, 204);
    assert_eq!(worker.get(&path).await["status"], "in_progress");
    assert_eq!(change(&worker, &path, Some(&seen), json!({"urgency": "normal"})).await, 412);
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_are_assessed_and_counted() {
    let agency = start(testkit::sqlite()).await;
    let (reviewer, worker) =
        (colleague(&agency, StaffRole::Reviewer).await, colleague(&agency, StaffRole::Negotiator).await);
    let mut call = agency.network.ring("+447700900901", AGENCY_NUMBER).await.unwrap();
    call.say("I'm looking for a two bedroom flat to rent in Maida Vale").await.unwrap();
    let id = live_call(&reviewer).await;
    let path = format!("/api/v1/calls/{id}/assessment");
    let good = json!({"score": 4, "intent": "property_enquiry_rent", "tags": ["too_slow"], "comment": "Rather slow."});
    assert_eq!(put(&reviewer, &path, good.clone()).await, 409, "it goes on");
    call.hang_up();
    agency.settle().await.unwrap();
    let queue = reviewer.get("/api/v1/assessments/queue").await;
    assert_eq!(queue[0]["id"], json!(id), "{queue}");
    assert_eq!(queue[0]["went_nowhere"], true);
    assert_eq!(put(&worker, &path, good.clone()).await, 403);
    for wrong in
        [json!({"score": 6}), json!({"score": 3, "intent": "chat"}), json!({"score": 3, "tags": ["ugly"]})]
    {
        assert_eq!(put(&reviewer, &path, wrong).await, 400);
    }
    assert_eq!(put(&reviewer, &path, json!({"score": 1, "intent": "book_valuation"})).await, 204);
    assert_eq!(put(&reviewer, &path, good).await, 204, "they think better of it");
    let whole = reviewer.get(&format!("/api/v1/calls/{id}")).await;
    assert_eq!(whole["assessments"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&whole["assessments"][0]["score"], &whole["assessments"][0]["by"]),
        (&json!(4), &json!("Aisha Khan"))
    );
    assert_eq!(whole["assessments"][0]["intent_is_right"], true);
    assert_eq!(reviewer.get("/api/v1/assessments/queue").await, json!([]));
    let assessed = reviewer.get("/api/v1/calls?assessed=true").await;
    assert_eq!(assessed["items"].as_array().unwrap().len(), 1);

    let file =
        reviewer.send(Method::GET, &format!("/api/v1/calls/{id}/scenario"), None).await.text().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.yaml"), &file).unwrap();
    let (_, scenario) = read_folder(folder.path()).unwrap().remove(0);
    assert_eq!(scenario.steps.len(), 1, "{file}");
    let verdict = run(&scenario, &testkit::sqlite().url, &[]).await.unwrap();
    assert!(verdict.problems.is_empty(), "a reviewed call is a test case: {:?}\n{file}", verdict.problems);

    is_counted(&reviewer).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rota_is_set_and_somebody_is_always_rung() {
    let adjust = Arc::new(|settings: &mut Settings| settings.emergency.contact_phone = None);
    let agency = start_as(testkit::sqlite(), Plan { adjust, ..Plan::stepped("", monday()) }).await;
    let (manager, worker) =
        (colleague(&agency, StaffRole::Manager).await, colleague(&agency, StaffRole::Negotiator).await);
    let seen = mark(&manager, "/api/v1/rota").await;
    assert_eq!(manager.get("/api/v1/rota").await["gaps"], json!([]), "as it is seeded");
    let set = async |who: &Colleague, mark: &str, shifts: Value| {
        set(who, "/api/v1/rota", mark, json!({ "shifts": shifts })).await
    };
    let line = json!([{"user": 1, "days": ["monday"], "starts": "08:00"}]);
    assert_eq!(set(&worker, &seen, line.clone()).await, 403);
    assert_eq!(set(&manager, &seen, json!([])).await, 400, "nobody would be rung");
    assert_eq!(set(&manager, &seen, json!([{"user": 99}])).await, 400, "no colleague");
    assert_eq!(set(&manager, &seen, json!([{"user": 1, "days": ["payday"]}])).await, 400);
    assert_eq!(set(&manager, &seen, line.clone()).await, 204);
    assert_eq!(set(&manager, &seen, line).await, 412, "it has changed since");
    assert_eq!(manager.get("/api/v1/rota").await["now"], json!(["Amy Hart"]), "09:30 on a Monday");

    let away = |starts: &str, ends: &str| Some(json!({"user": 1, "starts": starts, "ends": ends}));
    let path = "/api/v1/absences";
    assert_eq!(manager.status(Method::POST, path, away("2026-11-23T09:00", "2026-11-23T08:00")).await, 400);
    assert_eq!(manager.status(Method::POST, path, away("2026-11-23T09:00", "2026-11-23T17:00")).await, 204);
    let rota = manager.get("/api/v1/rota").await;
    assert_eq!((&rota["now"], &rota["absences"][0]["ends"]), (&json!([]), &json!("2026-11-23T17:00:00Z")));
    let gaps = json!([
        {"starts": "2026-11-23T09:30:00Z", "ends": "2026-11-23T17:00:00Z"},
        {"starts": "2026-11-24T00:00:00Z", "ends": "2026-11-30T08:00:00Z"},
    ]);
    assert_eq!(rota["gaps"], gaps, "away, and then no shift until Monday");
    let path = format!("{path}/{}", rota["absences"][0]["id"].as_str().unwrap());
    assert_eq!(manager.status(Method::DELETE, &path, None).await, 204);
    assert_eq!(manager.get("/api/v1/rota").await["now"], json!(["Amy Hart"]));
    assert!(worker.list("/api/v1/opt-outs").await.is_empty());
}

/// Sets something whole, as it was seen.
async fn set(who: &Colleague, path: &str, seen: &str, body: Value) -> u16 {
    who.send_as_seen(Method::PUT, path, Some(seen), Some(body)).await.status().as_u16()
}

/// The times of Thursday 26 November that are free for a viewing of this home.
async fn offered(who: &Colleague, home: i64) -> Vec<String> {
    let slots = who.get(&format!("/api/v1/slots?property={home}&day=2026-11-26")).await;
    let free = slots.as_array().unwrap().iter().filter(|slot| slot["negotiator"] != Value::Null);
    free.map(|slot| slot["start"].as_str().unwrap()[11..16].to_owned()).collect()
}

async fn a_home(who: &Colleague) -> i64 {
    who.list("/api/v1/properties?q=JB-2024-001").await[0]["id"].as_i64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn when_a_home_is_viewed_decides_what_is_offered() {
    let agency = start(testkit::sqlite()).await;
    let manager = colleague(&agency, StaffRole::Manager).await;
    let home = a_home(&manager).await;
    assert_eq!(offered(&manager, home).await.first().unwrap(), "09:00");

    let path = format!("/api/v1/properties/{home}");
    let seen = mark(&manager, &path).await;
    let rules = json!({"notice_hours": 24, "weekdays": ["thursday"], "earliest": "11:00", "latest_end": "13:00", "note": " Dog. "});
    let worker = colleague(&agency, StaffRole::Reviewer).await;
    assert_eq!(set(&worker, &format!("{path}/rules"), &seen, rules.clone()).await, 403);
    for (name, wrong) in [
        ("notice_hours", json!(999)),
        ("earliest", json!("14:00")),
        ("keys_with", json!(99)),
        ("weekdays", json!(["payday"])),
    ] {
        let mut wish = rules.clone();
        wish[name] = wrong;
        assert_eq!(set(&manager, &format!("{path}/rules"), &seen, wish).await, 400, "{name}");
    }
    assert_eq!(set(&manager, &format!("{path}/rules"), &seen, rules.clone()).await, 204);
    assert_eq!(set(&manager, &format!("{path}/rules"), &seen, rules).await, 412, "it has changed since");
    assert_eq!(manager.get(&path).await["rules"]["note"], "Dog.");
    assert_eq!(worker.get(&path).await["rules"]["note"], Value::Null, "access is not everybody's to read");
    assert_eq!(offered(&manager, home).await, ["11:00", "11:30", "12:00", "12:30"]);
}

/// Somebody has left; their hours may stay, and nothing new is given to them.
async fn somebody_has_left(agency: &Agency) {
    let mut tx = agency.app.store.begin().await.unwrap();
    let row = |row: Value| vec![row.as_object().unwrap().clone()];
    let dan = json!({"id": 9, "name": "Dan Left", "role": "negotiator", "active": false});
    tx.insert_rows("users", &row(dan)).await.unwrap();
    let hours = json!({"user_id": 9, "weekday": "monday", "starts": "09:00", "ends": "18:00"});
    tx.insert_rows("working_hours", &row(hours)).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_works_when_decides_what_is_offered() {
    let agency = start(testkit::sqlite()).await;
    let manager = colleague(&agency, StaffRole::Manager).await;
    let path = "/api/v1/working-hours";
    let seen = mark(&manager, path).await;
    let lines = manager.get(path).await["lines"].as_array().unwrap().clone();
    assert_eq!(
        lines.iter().filter(|line| line["user"] == 1).count(),
        1,
        "the same hours of many days are one line"
    );
    let works = |user: i64, starts: &str| json!({"user": user, "days": ["thursday"], "starts": starts, "ends": "18:00"});
    for wrong in [
        json!([works(99, "09:00")]),
        json!([works(1, "19:00")]),
        json!([works(1, "09:00"), works(1, "12:00")]),
    ] {
        assert_eq!(set(&manager, path, &seen, json!({ "lines": wrong })).await, 400);
    }
    somebody_has_left(&agency).await;
    let users = manager.get("/api/v1/users").await;
    assert_eq!(
        users.as_array().unwrap().last().unwrap(),
        &json!({"user": 9, "name": "Dan Left", "is_active": false})
    );
    for user in [9, 99] {
        let task =
            json!({"title": "Keys", "kind": "other", "is_urgent": false, "key": "k", "assigned_to": user});
        assert_eq!(post(&manager, "/api/v1/tasks", task).await, 400, "{user} is nobody who works here");
    }
    let seen = mark(&manager, path).await;
    let left = json!({"user": 9, "days": ["monday"], "starts": "09:00", "ends": "18:00"});
    let all = json!([works(1, "12:00"), works(2, "12:00"), works(3, "12:00"), works(4, "12:00"), left]);
    assert_eq!(set(&manager, path, &seen, json!({ "lines": all })).await, 204);
    let home = a_home(&manager).await;
    let free = offered(&manager, home).await;
    assert_eq!(free.first().unwrap(), "12:00", "nobody works before: {free:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_called_out_is_set_whole() {
    let agency = start(testkit::sqlite()).await;
    let manager = colleague(&agency, StaffRole::Manager).await;
    let path = "/api/v1/contractors";
    let seen = mark(&manager, path).await;
    let new = |trade: &str, hours: &str| json!({"contractors": [{"trade": trade, "name": "Westway", "phone": "020 7946 0164", "hours": hours}]});
    for (trade, hours) in [("magician", "24 hours"), ("plumber", "always")] {
        assert_eq!(set(&manager, path, &seen, new(trade, hours)).await, 400);
    }
    assert_eq!(set(&manager, path, &seen, new("plumber", "07:00-22:00")).await, 204);
    assert_eq!(manager.get(path).await["contractors"][0]["phone"], "+442079460164");
    let reader = colleague(&agency, StaffRole::ReadOnly).await;
    assert_eq!(reader.get(path).await["contractors"][0]["phone"], "+44•••••••164");
}

async fn is_counted(reviewer: &Colleague) {
    let today = reviewer.get("/api/v1/analytics?from=2026-11-23&to=2026-11-23").await;
    let figure = |name: &str| {
        let found = today["figures"].as_array().unwrap().iter().find(|figure| figure["name"] == name);
        found.map(|figure| (figure["value"].clone(), figure["sample"].clone())).unwrap()
    };
    assert_eq!(figure("calls"), (json!(1.0), json!(1)));
    assert_eq!(figure("calls_answered"), (json!(1.0), json!(1)));
    assert_eq!(figure("intent_accuracy"), (json!(1.0), json!(1)));
    assert_eq!(figure("relevance"), (json!(4.0), json!(1)));
    assert_eq!(figure("satisfaction"), (Value::Null, json!(0)));
    assert_eq!((&today["is_complete"], &today["people"]), (&json!(true), &json!(1)));
    assert_eq!(today["busiest"], json!([{"weekday": 1, "hour": 9, "n": 1}]));
    for (hour, calls) in [("1-09", 1), ("1-10", 0), ("2-09", 0)] {
        assert_eq!(reviewer.list(&format!("/api/v1/calls?hour={hour}")).await.len(), calls, "{hour}");
    }
    for wrong in ["8-09", "1-24", "1-9", "noon"] {
        assert_eq!(reviewer.status(Method::GET, &format!("/api/v1/calls?hour={wrong}"), None).await, 400);
    }
    assert_eq!(today["points"][0]["hours"], 24);
    assert_eq!(
        reviewer.get("/api/v1/analytics?from=2026-11-23&to=2026-11-23&channel=sms").await["points"][0]["calls"],
        0
    );
    let weeks = reviewer.get("/api/v1/analytics?from=2026-10-20&to=2026-11-23&by=week").await;
    let first: Vec<&Value> = weeks["points"].as_array().unwrap().iter().map(|point| &point["from"]).collect();
    assert_eq!(first, ["2026-10-20", "2026-10-26", "2026-11-02", "2026-11-09", "2026-11-16", "2026-11-23"]);
    assert_eq!(weeks["points"][0]["hours"], 6 * 24 + 1, "the clocks went back on the 25th");
    assert_eq!(weeks["previous_from"], "2026-09-15");
    for wrong in ["from=2026-11-24&to=2026-11-23", "from=2020-01-01&to=2026-11-23", "by=minute"] {
        assert_eq!(
            reviewer.status(Method::GET, &format!("/api/v1/analytics?{wrong}"), None).await,
            400,
            "{wrong}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_test_phone_keeps_nothing() {
    for database in [testkit::sqlite(), testkit::postgres()] {
        let agency = start(database).await;
        let worker = colleague(&agency, StaffRole::Negotiator).await;
        let kept = async || {
            let mut all = Vec::new();
            for table in
                store::TABLES.iter().filter(|table| !table.starts_with("staff_") && **table != "audit_log")
            {
                all.push((*table, rows(&agency, table).await));
            }
            all
        };
        let before = kept().await;
        assert_eq!(post(&worker, "/api/v1/test-calls", json!({"from": "nobody"})).await, 400);
        let response = worker.send(Method::POST, "/api/v1/test-calls", Some(json!({}))).await;
        assert_eq!(response.status(), 201);
        let call: Value = response.json().await.unwrap();
        assert!(call["heard"].as_str().unwrap().contains("Sarah"), "{call}");
        let path = format!("/api/v1/test-calls/{}", call["id"].as_str().unwrap());
        let lines = [
            "a two bedroom flat to rent in Maida Vale",
            "up to two thousand eight hundred a month",
            "could I view the first one",
            "the second one",
            "Sam Okoro",
            "sam at example dot com",
            "yes please",
        ];
        for words in lines {
            assert_eq!(post(&worker, &format!("{path}/turns"), json!({"words": words})).await, 200);
        }
        let file = worker.send(Method::GET, &format!("{path}/scenario"), None).await.text().await.unwrap();
        assert!(file.contains("could I view the first one"), "{file}");
        let response = worker.send(Method::DELETE, &path, None).await;
        let over: Value = response.json().await.unwrap();
        assert_eq!(over["intent"], "book_viewing");
        let facts = over["facts"].as_array().unwrap();
        assert!(facts.contains(&json!({"name": "name", "value": "Sam Okoro"})), "{facts:?}");
        let written = over["written"].as_array().unwrap();
        let viewing = written.iter().find(|row| row["table"] == "viewing_appointments").unwrap();
        assert_eq!(viewing["row"]["viewer_name"], "Sam Okoro");
        assert!(viewing["row"]["scheduled_date"].as_str().unwrap().parse::<Timestamp>().is_ok());
        assert!(written.iter().any(|row| row["table"] == "messages"), "what would have been sent");
        assert!(over["lines"].as_array().unwrap().iter().any(|line| line["tool"] == "book_viewing"));
        assert_eq!(worker.status(Method::DELETE, &path, None).await, 404, "it is over");
        assert!(kept().await == before, "nothing was written");
        assert!(agency.network.messages().is_empty(), "nothing was sent");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_drafted_tried_out_and_published() {
    let agency = start(testkit::sqlite()).await;
    let (manager, worker) =
        (colleague(&agency, StaffRole::Manager).await, colleague(&agency, StaffRole::Negotiator).await);
    let section = async |name: &str| {
        let all = manager.get("/api/v1/settings").await;
        all.as_array().unwrap().iter().find(|one| one["section"] == name).unwrap().clone()
    };
    let path = "/api/v1/settings/greetings";
    let mut value = section("greetings").await["value"].clone();
    value["new_caller"] = json!("Good day, {agency}. {notice} What can I do for you?");
    let draft = format!("{path}/draft");
    assert_eq!(put(&worker, &draft, json!({"value": value})).await, 403);
    assert_eq!(
        put(&manager, "/api/v1/settings/link_key/draft", json!({"value": value})).await,
        404,
        "no secret"
    );
    let mut silent = value.clone();
    silent["notice"] = json!("I'm Sarah, and calls are recorded.");
    assert_eq!(
        put(&manager, &draft, json!({"value": silent})).await,
        400,
        "nobody may take her for a person"
    );
    assert_eq!(
        put(&manager, "/api/v1/settings/hours/draft", json!({"value": {"opens": "25:00"}})).await,
        400
    );
    assert_eq!(put(&manager, &draft, json!({"value": value})).await, 204);
    assert_eq!(section("greetings").await["draft"]["by"], "Aisha Khan");

    let greeting = async || {
        let mut call = agency.network.ring("+447700900987", AGENCY_NUMBER).await.unwrap();
        let heard = call.heard();
        call.hang_up();
        agency.settle().await.unwrap();
        heard
    };
    assert!(greeting().await.starts_with("Hello"), "a draft is not heard");
    let tried = manager.send(Method::POST, "/api/v1/test-calls", Some(json!({"drafts": true}))).await;
    let tried: Value = tried.json().await.unwrap();
    assert!(tried["heard"].as_str().unwrap().starts_with("Good day"), "but on the test phone: {tried}");

    let publish = format!("{path}/publish");
    let seen = section("greetings").await["draft"]["updated"].clone();
    assert_eq!(put(&manager, &draft, json!({"value": value})).await, 409, "somebody has drafted since");
    let other = refused(&manager, &publish, json!({"version": 9, "draft": seen})).await;
    assert_eq!(other, (409, "changed".to_owned()));
    assert_eq!(post(&manager, &publish, json!({"version": 1, "draft": seen})).await, 204);
    assert!(greeting().await.starts_with("Good day"));
    let versions = manager.get(&format!("{path}/versions")).await;
    assert_eq!((&versions[0]["version"], &versions[1]["by"]), (&json!(2), &Value::Null));
    assert_eq!(
        put(&manager, &draft, json!({"value": versions[1]["value"]})).await,
        204,
        "an old one is drafted again"
    );
    assert_eq!(manager.status(Method::DELETE, &draft, None).await, 204);
    assert_eq!(section("greetings").await["draft"], Value::Null);
}
