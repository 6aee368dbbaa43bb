//! People who write: stories in writing, the stories of the telephone told in writing, many people at once, repeats, files, and
//! processes that are killed.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use jiff::SignedDuration;
use phone_network::Inbound;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use receptionist::conversation::answer_chats;
use receptionist::rehearsal::{AGENCY_NUMBER, Plan, WHATSAPP_NUMBER};
use receptionist::scenarios::{Scenario, read_folder, run};
use serde_json::Value;
use support::process::{serve, stage};
use support::{Agency, monday, rows, start, start_as};
use testkit::{Reply, ScriptedModel};

const PHOTO: &[u8] = include_bytes!("../src/scenarios/photo.jpg");

fn stories(folder: &str) -> Vec<(std::path::PathBuf, Scenario)> {
    read_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios").join(folder)).unwrap()
}

async fn play(
    stories: Vec<(std::path::PathBuf, Scenario)>,
    fresh: impl Fn() -> testkit::Database,
    model: Option<&ScriptedModel>,
) {
    let environment: Vec<(&'static str, String)> = model.map_or_else(Vec::new, |model| {
        vec![("OPENAI_API_KEY", "a key of no worth".to_owned()), ("OPENAI_BASE_URL", model.url.clone())]
    });
    let mut failures = Vec::new();
    for (path, scenario) in stories {
        let database = fresh();
        let verdict = run(&scenario, &database.url, &environment).await.unwrap();
        if !verdict.problems.is_empty() {
            failures.push(format!("{}: {:#?}\n{:#?}", path.display(), verdict.problems, verdict.transcript));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn told_in_writing(folder: &str) -> Vec<(std::path::PathBuf, Scenario)> {
    stories(folder).into_iter().filter_map(|(path, story)| Some((path, story.in_writing()?))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn stories_in_writing_on_sqlite() {
    let stories = stories("writing");
    assert!(stories.len() >= 40, "{}", stories.len());
    play(stories, testkit::sqlite, None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stories_in_writing_on_postgres_with_a_model() {
    let model = ScriptedModel::that_carries_on().await;
    play(stories("writing"), testkit::postgres, Some(&model)).await;
    assert!(model.requests().len() > 30, "the model was asked");
}

/// Every booking, valuation, repair and emergency of the telephone comes to the same in writing.
#[tokio::test(flavor = "multi_thread")]
async fn the_stories_of_the_telephone_in_writing() {
    let stories = told_in_writing("");
    assert!(stories.len() > 80, "{}", stories.len());
    play(stories, testkit::sqlite, None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stories_of_the_telephone_in_writing_with_a_model() {
    let model = ScriptedModel::that_carries_on().await;
    play(told_in_writing(""), testkit::sqlite, Some(&model)).await;
}

/// A model that lies, leaks and goes in circles is stopped by the same guards as on the telephone.
#[tokio::test(flavor = "multi_thread")]
async fn the_stories_of_a_model_in_writing() {
    let mut played = 0;
    for (path, scenario) in told_in_writing("model") {
        let script: Vec<Reply> = serde_json::from_value(Value::Array(scenario.model.clone())).unwrap();
        let model = ScriptedModel::start(script, testkit::carry_on(), Duration::ZERO).await;
        play(vec![(path, scenario)], testkit::sqlite, Some(&model)).await;
        played += 1;
    }
    assert!(played > 10, "{played}");
}

fn number(name: &str, otherwise: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

const FIRST: [&str; 25] = [
    "Ada", "Bea", "Cal", "Dan", "Eve", "Fay", "Gus", "Hal", "Ida", "Jon", "Kit", "Lea", "Max", "Nia", "Oda",
    "Pam", "Rob", "Sue", "Tom", "Una", "Vic", "Wes", "Yan", "Zoe", "Amy",
];
const LAST: [&str; 20] = [
    "Archer", "Barnes", "Carver", "Dawson", "Ellery", "Foster", "Garner", "Harlow", "Ingram", "Jarvis",
    "Keller", "Lawson", "Mercer", "Norton", "Osborn", "Porter", "Ramsey", "Sawyer", "Turner", "Weller",
];

/// Somebody with a wish and a name of their own.
struct Writer {
    address: String,
    name: String,
    budget: usize,
    lines: Vec<String>,
}

fn writers(count: usize) -> Vec<Writer> {
    let each = (0..count).map(|n| {
        let name = format!("{} {}", FIRST[n % FIRST.len()], LAST[n / FIRST.len() % LAST.len()]);
        let budget = 2_500 + n;
        let way = if n % 3 == 0 { "" } else { "whatsapp:" };
        Writer {
            // Ofcom's numbers for drama; those below are the fictional agency's own.
            address: format!("{way}+447700900{:03}", n + 300),
            lines: vec![
                format!("2 bed flat to rent in maida vale max {budget} pcm"),
                "1".to_owned(),
                "2".to_owned(),
                name.clone(),
                "no".to_owned(),
            ],
            name,
            budget,
        }
    });
    each.collect()
}

/// Everybody writes at once, in an order drawn by a seed, some of it delivered twice, answered by workers that race.
/// `SEED=7 cargo test --test chats mixed_up` draws another order.
#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_people_at_once_are_not_mixed_up() {
    const PEOPLE: usize = 500;
    let mut rng = StdRng::seed_from_u64(u64::try_from(number("SEED", 1)).unwrap());
    let app = start(testkit::sqlite()).await;
    let writers = writers(PEOPLE);
    for turn in 0..5 {
        let mut order: Vec<&Writer> = writers.iter().collect();
        order.shuffle(&mut rng);
        for group in order.chunks(50) {
            let times: Vec<usize> = group.iter().map(|_| rng.random_range(1..=2)).collect();
            let sending = group.iter().zip(times).map(|(writer, times)| {
                let whatsapp = writer.address.starts_with("whatsapp:");
                let to = if whatsapp { WHATSAPP_NUMBER } else { AGENCY_NUMBER };
                let (network, from, body) =
                    (app.network.clone(), writer.address.clone(), writer.lines[turn].clone());
                tokio::spawn(async move {
                    let message = Inbound { from: &from, to, body: &body, times, ..Inbound::default() };
                    network.write_with(&message).await;
                })
            });
            for sent in sending.collect::<Vec<_>>() {
                sent.await.unwrap();
            }
        }
        while app.app.store.next_answer().await.unwrap().is_some() {
            app.let_pass(SignedDuration::from_secs(30));
            let (one, other) = tokio::join!(answer_chats(&app.app), answer_chats(&app.app));
            one.unwrap();
            other.unwrap();
        }
    }
    app.settle().await.unwrap();
    nobody_is_mixed_up(&app, &writers).await;
}

async fn nobody_is_mixed_up(app: &Agency, writers: &[Writer]) {
    let mut replies: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows(app, "messages").await.iter().filter(|row| row["kind"] == "reply") {
        let words = row["body"].as_str().unwrap().to_owned();
        replies.entry(row["to_address"].as_str().unwrap().to_owned()).or_default().push(words);
    }
    let names: BTreeSet<&str> = writers.iter().map(|writer| writer.name.as_str()).collect();
    for writer in writers {
        let read = &replies[&writer.address];
        assert_eq!(read.len(), writer.lines.len(), "{}: {read:#?}", writer.address);
        let last = read.iter().find(|words| words.contains("in the name of")).unwrap();
        assert!(last.contains(&format!("in the name of {},", writer.name)), "{last}");
        let others = names.iter().filter(|name| **name != writer.name);
        assert!(!others.into_iter().any(|name| read.iter().any(|words| words.contains(name))), "{read:#?}");
    }
    let leads = rows(app, "voice_leads").await;
    for writer in writers {
        let phone = writer.address.trim_start_matches("whatsapp:");
        let lead = leads.iter().find(|lead| lead["phone"] == phone).unwrap();
        assert_eq!(lead["budget_max"], writer.budget, "{phone}");
        assert_eq!(lead["name"], writer.name.as_str(), "{phone}");
    }
}

/// A worker that dies over an answer holds it no longer than its lease; the next one answers, once.
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_dies_is_followed_by_another() {
    for (name, database) in testkit::both() {
        let app = start(database).await;
        app.network.write("+447700900801", AGENCY_NUMBER, "what are your opening hours?").await;
        let now = app.app.now();
        let lease = now.checked_add(SignedDuration::from_secs(60)).unwrap();
        let claimed = app.app.store.claim_chats(now, lease, 10).await.unwrap();
        assert_eq!(claimed.len(), 1, "{name}");
        assert_eq!(answer_chats(&app.app).await.unwrap(), 0, "{name}: another has it");
        app.let_pass(SignedDuration::from_secs(61));
        assert_eq!(answer_chats(&app.app).await.unwrap(), 1, "{name}");
        let replies = rows(&app, "messages").await.iter().filter(|row| row["kind"] == "reply").count();
        assert_eq!(replies, 1, "{name}");
    }
}

/// What stops every worker is a person's after a few tries, and nobody is asked for ever.
#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_can_answer_is_a_persons() {
    let app = start(testkit::sqlite()).await;
    app.network.write("+447700900801", AGENCY_NUMBER, "hello?").await;
    answer_chats(&app.app).await.unwrap();
    app.run_sql("UPDATE conversations SET state = 'no state' WHERE call_sid IS NULL").await;
    app.network.write("+447700900801", AGENCY_NUMBER, "are you there?").await;
    for _ in 0..7 {
        answer_chats(&app.app).await.unwrap();
        app.let_pass(SignedDuration::from_secs(61));
    }
    let tasks = rows(&app, "tasks").await;
    let task = tasks.iter().find(|task| task["title"] == "Answer a message: we could not").unwrap();
    assert_eq!(task["notes"], "are you there?");
    assert_eq!(answer_chats(&app.app).await.unwrap(), 0);
}

/// Photos lie beside the database without their place, belong to the repair, and are gone at Twilio.
#[tokio::test(flavor = "multi_thread")]
async fn photos_are_stored_without_their_place() {
    let app = start(testkit::sqlite()).await;
    let from = "whatsapp:+447700900110";
    let send = async |body: &str, files: Vec<(&str, Vec<u8>)>| {
        let message = Inbound { from, to: WHATSAPP_NUMBER, body, files, ..Inbound::default() };
        app.network.write_with(&message).await;
        app.let_pass(SignedDuration::from_secs(5));
        app.settle().await.unwrap();
    };
    send("the kitchen tap is dripping", vec![("image/jpeg", PHOTO.to_vec())]).await;
    for words in ["flat 2, 18 Elgin Avenue", "since monday", "any time"] {
        send(words, Vec::new()).await;
    }
    send("", vec![("image/jpeg", PHOTO.to_vec()), ("image/jpeg", PHOTO.to_vec())]).await;
    let tickets = rows(&app, "support_tickets").await;
    let ticket = tickets.last().unwrap()["id"].as_i64().unwrap();
    let files = app.app.store.media_of_ticket(ticket).await.unwrap();
    assert_eq!(files.len(), 3);
    for path in files.iter().map(|file| &file.path) {
        let bytes = app.app.shelf.get(path).await.unwrap();
        assert!(bytes.starts_with(&[0xff, 0xd8]) && !bytes.windows(4).any(|four| four == b"Exif"), "{path}");
    }
    assert_eq!(app.network.files_kept(), 0, "deleted at Twilio");
}

/// An address that is not Twilio's is never fetched: our account goes with the request.
#[tokio::test(flavor = "multi_thread")]
async fn files_are_fetched_from_twilio_only() {
    let elsewhere = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/2010-04-01/Accounts/x/secret", elsewhere.local_addr().unwrap());
    let app = start(testkit::sqlite()).await;
    let fields = [
        ("MessageSid", "SM1"),
        ("From", "+447700900801"),
        ("To", AGENCY_NUMBER),
        ("Body", "look"),
        ("NumMedia", "1"),
        ("MediaUrl0", url.as_str()),
        ("MediaContentType0", "image/jpeg"),
    ];
    assert_eq!(support::post(&app, "/api/webhooks/twilio/sms", &fields).await.0, 200);
    app.settle().await.unwrap();
    let media = rows(&app, "message_media").await;
    assert_eq!(
        (media[0]["status"].as_str(), media[0]["detail"].as_str()),
        (Some("refused"), Some("its address is not Twilio's"))
    );
    let asked = tokio::time::timeout(Duration::from_millis(50), elsewhere.accept()).await;
    assert!(asked.is_err(), "nobody rang there");
}

/// While a model takes its time over one person, others are answered.
#[tokio::test(flavor = "multi_thread")]
async fn a_slow_answer_keeps_nobody_waiting() {
    let slow = Reply::After { ms: 1_500, reply: Box::new(Reply::Say("Let me think about that.".into())) };
    let model = ScriptedModel::start(vec![slow], testkit::carry_on(), Duration::ZERO).await;
    let mut plan = Plan::stepped("", monday());
    plan.environment.push(("OPENAI_API_KEY", "a key of no worth".to_owned()));
    plan.environment.push(("OPENAI_BASE_URL", model.url.clone()));
    let app = start_as(testkit::sqlite(), plan).await;
    let worker = app.app.clone();
    app.network.write("+447700900801", AGENCY_NUMBER, "I was wondering about something for a friend.").await;
    let answering = tokio::spawn(async move { answer_chats(&worker).await });
    while model.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    app.network.write("+447700900802", AGENCY_NUMBER, "what are your opening hours?").await;
    let replied = async || {
        let replies = rows(&app, "messages").await;
        replies
            .iter()
            .filter(|row| row["kind"] == "reply")
            .map(|row| row["to_address"].clone())
            .collect::<Vec<_>>()
    };
    while replied().await.is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(replied().await, ["+447700900802"], "the second was answered first");
    answering.await.unwrap().unwrap();
    assert_eq!(replied().await.len(), 2);
}

/// A danger does not wait until a slow answer to something else is done, and that answer is not sent after it.
#[tokio::test(flavor = "multi_thread")]
async fn a_danger_overtakes_a_slow_answer() {
    let slow = Reply::After { ms: 1_500, reply: Box::new(Reply::Say("Let me think about that.".into())) };
    let model = ScriptedModel::start(vec![slow], testkit::carry_on(), Duration::ZERO).await;
    let app = support::with_model(testkit::sqlite(), &model.url).await;
    let worker = app.app.clone();
    app.network.write("+447700900801", AGENCY_NUMBER, "I was wondering about something for a friend.").await;
    let answering = tokio::spawn(async move { answer_chats(&worker).await });
    while model.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    app.network.write("+447700900801", AGENCY_NUMBER, "I can smell gas").await;
    assert!(!answering.is_finished(), "the slow answer is under way");
    assert_eq!(rows(&app, "alerts").await.len(), 1);
    answering.await.unwrap().unwrap();
    let kinds: Vec<Value> = rows(&app, "messages")
        .await
        .into_iter()
        .filter(|row| row["to_address"] == "+447700900801")
        .map(|row| row["kind"].clone())
        .collect();
    assert_eq!(kinds, ["safety_advice"], "both messages were one turn");
    assert_eq!(rows(&app, "alerts").await.len(), 1);
}

/// `kill -9` between message and answer, with real processes on both databases: every message is answered once, and the
/// viewing is booked once.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_process_answers_everything_once() {
    const LINES: [&str; 6] =
        ["2 bed flat to rent in maida vale max 3000.", "1", "2", "Ike Survivor", "no", "yes"];
    let mut rng = StdRng::seed_from_u64(u64::try_from(number("SEED", 1)).unwrap());
    for (name, database) in testkit::both() {
        let (store, network, port) = stage(&database).await;
        let mut process = serve(port, &database.url, network.rest_url()).await;
        for (turn, words) in LINES.iter().enumerate() {
            network.write("+447700900950", AGENCY_NUMBER, words).await;
            tokio::time::sleep(Duration::from_millis(rng.random_range(0..40))).await;
            drop(process);
            process = serve(port, &database.url, network.rest_url()).await;
            let mut replies = 0;
            for _ in 0..1200 {
                let messages = store.rows("messages").await.unwrap();
                replies = messages.iter().filter(|row| row["kind"] == "reply").count();
                if replies > turn {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(25)).await;
            }
            assert_eq!(replies, turn + 1, "{name}: {words}");
        }
        drop(process);
        let bookings = store.rows("viewing_appointments").await.unwrap();
        assert_eq!(bookings.iter().filter(|row| row["viewer_name"] == "Ike Survivor").count(), 1, "{name}");
    }
}

/// What may be tapped: homes by their streets, times, yes and no; each tap is heard as what it stands for. On SMS the words
/// alone say what to write.
#[tokio::test(flavor = "multi_thread")]
async fn quick_replies_are_tapped_to_a_booking() {
    let mut plan = Plan::stepped("", monday());
    plan.adjust = std::sync::Arc::new(|settings| {
        for (name, sid) in [("choices_2", "HXtwo"), ("choices_3", "HXthree")] {
            settings.whatsapp_templates.insert(name.to_owned(), sid.to_owned());
        }
    });
    let app = start_as(testkit::sqlite(), plan).await;
    let from = "whatsapp:+447700900801";
    let send = async |body: &str, button: Option<&str>| {
        let message = Inbound { from, to: WHATSAPP_NUMBER, body, button, ..Inbound::default() };
        app.network.write_with(&message).await;
        app.let_pass(SignedDuration::from_secs(9));
        app.settle().await.unwrap();
        let replies = rows(&app, "messages").await;
        let reply = replies.into_iter().rfind(|row| row["kind"] == "reply").unwrap();
        let titles: Option<BTreeMap<String, String>> =
            reply["content_variables"].as_str().map(|text| serde_json::from_str(text).unwrap());
        (reply["content_sid"].as_str().map(str::to_owned), titles.unwrap_or_default())
    };
    let (content, homes) = send("2 bed flat to rent in maida vale max 3000", None).await;
    assert_eq!(content.as_deref(), Some("HXthree"));
    assert!(homes.values().all(|value| !value.contains('\n')), "error 63013: {homes:?}");
    let (content, times) = send(&homes["3"], Some("home_2")).await;
    assert_eq!(content.as_deref(), Some("HXthree"));
    let (content, _) = send(&times["4"], Some("slot_3")).await;
    assert_eq!(content, None, "a name is written");
    send("Tess Tapper", None).await;
    let (content, yes_no) = send("no", None).await;
    assert_eq!((content.as_deref(), yes_no["2"].as_str()), (Some("HXtwo"), "Yes"));
    send("Yes", Some("yes")).await;
    let booked = rows(&app, "viewing_appointments").await;
    let booked = booked.iter().find(|row| row["viewer_name"] == "Tess Tapper").unwrap();
    assert_eq!(booked["scheduled_date"], "2026-11-25T16:30:00.000000Z");
}

/// `templates check` against the account: what is missing, differs or is not approved is said, and the exit code tells it.
#[tokio::test(flavor = "multi_thread")]
async fn templates_are_compared_with_twilios() {
    let app = start(testkit::sqlite()).await;
    app.network.set_content("HXgood", &["1"], "approved");
    app.network.set_content("HXpending", &["1"], "pending");
    app.network.set_content("HXother", &["1", "2"], "approved");
    app.network.set_content("HXtaps", &["1", "2", "3"], "unsubmitted");
    let folder = tempfile::TempDir::new().unwrap();
    let config = folder.path().join("agency.toml");
    let check = async |lines: &str| {
        std::fs::write(&config, format!("[whatsapp_templates]\n{lines}\n")).unwrap();
        let output = tokio::process::Command::new(env!("CARGO_BIN_EXE_receptionist"))
            .args(["templates", "check", "--json", "--config", config.to_str().unwrap()])
            .env_clear()
            .envs([
                ("TWILIO_API_URL", app.network.rest_url()),
                ("TWILIO_ACCOUNT_SID", receptionist::rehearsal::ACCOUNT_SID),
                ("TWILIO_AUTH_TOKEN", receptionist::rehearsal::AUTH_TOKEN),
            ])
            .output()
            .await
            .unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    let (code, said, _) = check("viewing_confirmation = \"HXgood\"\nchoices_2 = \"HXtaps\"").await;
    assert_eq!((code, said.matches("\"ok\":true").count()), (Some(0), 2), "{said}");
    for (sid, why) in [("HXpending", "pending"), ("HXother", "{{1}}, {{2}}"), ("HXnone", "no content HXnone")]
    {
        let (code, said, _) = check(&format!("viewing_confirmation = \"{sid}\"")).await;
        assert!(code == Some(1) && said.contains(why), "{said}");
    }
    let (code, _, said) = check("viewing_confirmatoin = \"HXgood\"").await;
    assert!(
        code == Some(3) && said.contains("viewing_confirmatoin") && said.contains("templates list"),
        "{said}"
    );
}

/// A brochure as somebody else's reader finds it: the exact rent, the material information, pictures and plan; by a link that
/// nobody can guess, and not of a home that has gone.
#[tokio::test(flavor = "multi_thread")]
async fn a_brochure_is_read_by_a_real_reader() {
    use base64::Engine;
    let pictures = axum::Router::new().route(
        "/{name}",
        axum::routing::get(async |path: axum::extract::Path<String>| {
            let shade = path.0.as_bytes()[0].wrapping_mul(37);
            let picture = image::RgbImage::from_pixel(300, 200, image::Rgb([shade, 160, 120]));
            let mut png = std::io::Cursor::new(Vec::new());
            picture.write_to(&mut png, image::ImageFormat::Png).unwrap();
            png.into_inner()
        }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, pictures).await });
    let app = start(testkit::sqlite()).await;
    let mut tx = app.app.store.begin().await.unwrap();
    let images: Vec<String> = (1..=6).map(|n| format!("{at}/{n}.jpg")).collect();
    let set = serde_json::json!({
        "images": images, "floor_plan_url": format!("{at}/plan.jpg"), "epc_rating": "C", "council_tax_band": null
    });
    let home = serde_json::json!({"id": 31});
    tx.change_rows("properties", home.as_object().unwrap(), set.as_object().unwrap()).await.unwrap();
    tx.commit().await.unwrap();
    for (from, to) in [("whatsapp:+447700900801", WHATSAPP_NUMBER), ("+447700900802", AGENCY_NUMBER)] {
        for words in
            ["2 bed flat to rent in maida vale max 3000", "can I have the brochure of the first one?"]
        {
            app.network.write(from, to, words).await;
            app.let_pass(SignedDuration::from_secs(9));
            app.settle().await.unwrap();
        }
    }
    let sent: Vec<_> =
        rows(&app, "messages").await.into_iter().filter(|row| row["kind"] == "brochure").collect();
    assert_eq!(sent.len(), 2, "{sent:#?}");
    assert!(sent[1]["media"].is_null() && sent[1]["body"].as_str().unwrap().contains("£2,875 pcm"));
    let link = sent[0]["media"].as_str().unwrap();
    let answer = reqwest::get(link).await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/pdf");
    let pdf = answer.bytes().await.unwrap();
    let read = testkit::python("pdf.py", &base64::engine::general_purpose::STANDARD.encode(&pdf));
    let read: Value = serde_json::from_str(&read).unwrap();
    assert_eq!((read["language"].as_str(), read["pictures"].as_array().unwrap().len()), (Some("en-GB"), 2));
    assert_eq!(read["pictures"], serde_json::json!([1, 4]), "the first, three more, and the plan");
    let first = read["pages"][0].as_str().unwrap();
    for words in [
        "£2,875 pcm", "Castellain Road", "JB-2024-031", "Material information", "Holding deposit",
        "EPC rating",
    ] {
        assert!(first.contains(words), "{words} is not in {first}");
    }
    assert!(first.contains("ask us about: council tax band"), "what the record lacks is said: {first}");
    assert!(pdf.len() < 400_000, "{}", pdf.len());
    assert_eq!(reqwest::get(link.replace("31.", "1.")).await.unwrap().status(), 404, "a proof of its own");
    app.run_sql("UPDATE properties SET status = 'let' WHERE id = 31").await;
    assert_eq!(reqwest::get(link).await.unwrap().status(), 404, "it has gone");
}

/// A tenant's agreement goes to the number on file, whoever asks, and only after the code that went there; its link ends.
#[tokio::test(flavor = "multi_thread")]
async fn papers_go_to_the_number_on_file_after_a_code() {
    let app = start(testkit::sqlite()).await;
    let pdf = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n";
    let grace = receptionist::documents::NewPaper {
        tenant: 1,
        kind: "contract",
        name: "Tenancy agreement",
        actor: "a test",
    };
    receptionist::documents::attach(&app.app, &grace, pdf).await.unwrap();
    let refused = receptionist::documents::attach(&app.app, &grace, b"MZ no document").await.unwrap_err();
    assert!(refused.to_string().contains("give a PDF"), "{refused}");
    // Somebody writes from another number.
    let say = async |words: &str| {
        app.network.write("whatsapp:+447700900877", WHATSAPP_NUMBER, words).await;
        app.let_pass(SignedDuration::from_secs(9));
        app.settle().await.unwrap();
    };
    for words in
        ["hi can you send me a copy of my tenancy agreement", "Grace Mensah", "flat 2, 18 Elgin Avenue"]
    {
        say(words).await;
    }
    let sent_to = |number: &str| -> Vec<String> {
        app.network.messages().into_iter().filter(|sent| sent.to == number).map(|sent| sent.body).collect()
    };
    let code = sent_to("+447700900110").pop().unwrap();
    let code = code.split("your code is ").nth(1).unwrap()[..6].to_owned();
    say("111111").await;
    assert_eq!(sent_to("+447700900110").len(), 1, "a wrong code sends nothing");
    say(&code).await;
    let letter = sent_to("+447700900110").pop().unwrap();
    assert!(letter.contains("Tenancy agreement"), "{letter}");
    assert!(
        !sent_to("whatsapp:+447700900877").iter().any(|words| words.contains("/documents/")),
        "to the number on file"
    );
    let link = letter.rsplit(' ').next().unwrap();
    assert_eq!(reqwest::get(link).await.unwrap().bytes().await.unwrap().as_ref(), pdf);
    let longer = link.replace('~', "~9");
    assert_eq!(reqwest::get(longer).await.unwrap().status(), 404, "the end is part of the proof");
    app.let_pass(SignedDuration::from_hours(25));
    assert_eq!(reqwest::get(link).await.unwrap().status(), 404, "it has ended");
}
