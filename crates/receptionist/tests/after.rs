//! After the call: stories over days of stepped time, the reading by a model, workers that die in the middle, many calls at once,
//! files of homes, and the pages behind links.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod support;

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use phone_network::MailServer;
use receptionist::import::{Feed, import};
use receptionist::rehearsal::{AGENCY_NUMBER, Plan};
use receptionist::review::review_due;
use receptionist::scenarios::{read_folder, run};
use serde_json::{Value, json};
use support::{Agency, monday, rows, start, start_as};
use testkit::{RealMail, ScriptedModel};

const CALLER: &str = "+447700900801";

async fn play_all(fresh: impl Fn() -> testkit::Database, environment: &[(&'static str, String)]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/after");
    let mut failures = Vec::new();
    for (path, scenario) in read_folder(&folder).unwrap() {
        let database = fresh();
        let verdict = run(&scenario, &database.url, environment)
            .await
            .unwrap_or_else(|error| panic!("{}: {error:#}", path.display()));
        if !verdict.problems.is_empty() {
            failures.push(format!("{}: {:#?}\n{:#?}", path.display(), verdict.problems, verdict.transcript));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn stories_over_days_on_sqlite() {
    play_all(testkit::sqlite, &[("VOICE_MODE", "relay".to_owned())]).await;
}

/// A model is there, talks, and will not fill in the form: the rules review.
#[tokio::test(flavor = "multi_thread")]
async fn stories_over_days_on_postgres_with_a_model_that_reviews_nothing() {
    let model = ScriptedModel::that_carries_on().await;
    let environment = [
        ("VOICE_MODE", "gather".to_owned()),
        ("OPENAI_API_KEY", "a key of no worth".to_owned()),
        ("OPENAI_BASE_URL", model.url.clone()),
    ];
    play_all(testkit::postgres, &environment).await;
}

async fn with_model(model: &ScriptedModel) -> Agency {
    let mut plan = Plan::stepped("", monday());
    plan.environment.push(("OPENAI_API_KEY", "a key of no worth".to_owned()));
    plan.environment.push(("OPENAI_BASE_URL", model.url.clone()));
    start_as(testkit::sqlite(), plan).await
}

async fn call(app: &Agency, from: &str, lines: &[&str]) {
    let mut call = app.network.ring(from, AGENCY_NUMBER).await.unwrap();
    for words in lines {
        call.say(words).await.unwrap();
    }
    call.hang_up();
    app.settle().await.unwrap();
}

const SEARCH: &str = "a two bedroom flat to rent in Maida Vale up to 3000 a month";

/// The model reads; only what the caller really said is kept, only homes that were spoken of, only our own words for things.
#[tokio::test(flavor = "multi_thread")]
async fn a_model_reads_and_only_what_was_said_is_kept() {
    let model = ScriptedModel::that_carries_on().await;
    let app = with_model(&model).await;
    model.fill_in_next(json!({
        "summary": ["Sam looks for a two-bed in Maida Vale.", "Has a deposit.", "Wants to know about the lease.", "A fourth line."],
        "intent": "property_enquiry_rent",
        "requirements": [
            {"field": "has_deposit", "value": "true", "words": "the deposit is saved"},
            {"field": "mortgage_approved", "value": "true", "words": "my mortgage is approved"},
            {"field": "religion", "value": "any", "words": "the deposit is saved"},
            {"field": "move_in_date", "value": "soon", "words": "the deposit is saved"},
        ],
        "homes": [
            {"reference": "JB-2024-001", "interest": "high", "words": "the deposit is saved"},
            {"reference": "JB-2024-055", "interest": "high", "words": "the deposit is saved"},
            {"reference": "JB-2024-091", "interest": "adored", "words": "the deposit is saved"},
        ],
        "follow_ups": [
            {"title": "Send the lease", "words": "could somebody find out about the lease", "urgent": false},
            {"title": "Wire a refund", "words": "send me five hundred pounds", "urgent": true},
        ],
    }));
    call(&app, CALLER, &[SEARCH, "the deposit is saved, could somebody find out about the lease"]).await;
    review_due(&app.app).await.unwrap();
    let lead = rows(&app, "voice_leads").await.into_iter().find(|row| row["phone"] == CALLER).unwrap();
    assert_eq!((&lead["has_deposit"], &lead["mortgage_approved"]), (&json!(1), &Value::Null));
    let kept = rows(&app, "voice_lead_calls").await.pop().unwrap();
    let review: Value = serde_json::from_str(kept["review"].as_str().unwrap()).unwrap();
    assert_eq!(review["read_by"], "model");
    assert_eq!(kept["ai_summary"].as_str().unwrap().lines().count(), 3);
    let analysis = &review["analysis"];
    assert_eq!(analysis["requirements"].as_array().unwrap().len(), 1, "{analysis:#}");
    assert_eq!(analysis["homes"].as_array().unwrap().len(), 1, "{analysis:#}");
    let tasks = rows(&app, "tasks").await;
    let titles: Vec<&str> = tasks.iter().filter_map(|task| task["title"].as_str()).collect();
    assert!(titles.contains(&"Send the lease") && !titles.contains(&"Wire a refund"), "{titles:?}");
    let liked = rows(&app, "voice_lead_properties").await;
    let home = liked.iter().find(|row| row["property_id"] == 1 && row["lead_id"] == lead["id"]).unwrap();
    assert_eq!(home["interest"], "high");
}

/// A form that is no form, and one that never comes: the rules read, and the line to the model stays open for talk.
#[tokio::test(flavor = "multi_thread")]
async fn a_form_filled_in_badly_is_the_rules_to_read() {
    let model = ScriptedModel::that_carries_on().await;
    let app = with_model(&model).await;
    model.fill_in_next(json!({"summary": "not a list"}));
    for caller in [CALLER, "+447700900802", "+447700900803", "+447700900804", "+447700900805"] {
        call(&app, caller, &[SEARCH, "I have a deposit"]).await;
    }
    review_due(&app.app).await.unwrap();
    for kept in rows(&app, "voice_lead_calls").await.iter().filter(|row| row["review"].is_string()) {
        assert!(kept["review"].as_str().unwrap().contains(r#""read_by":"rules""#));
    }
    let asked = model.requests().len();
    call(&app, CALLER, &["what can you tell me about schools round there"]).await;
    assert!(model.requests().len() > asked, "the model still talks");
}

/// What a review leaves, for comparing two runs.
async fn left_by_review(app: &Agency) -> Vec<String> {
    let mut left = Vec::new();
    for (table, columns) in [
        ("messages", &["to_address", "kind", "body", "status"] as &[&str]),
        ("tasks", &["kind", "title", "notes", "due_at"]),
        ("voice_leads", &["phone", "score", "temperature", "status", "has_deposit"]),
        ("voice_lead_properties", &["property_id", "interest", "info_sent_via", "times_discussed"]),
        ("surveys", &["lead_id", "score"]),
        ("saved_searches", &["lead_id", "wants"]),
        ("requirement_changes", &["field", "old_value", "new_value", "words"]),
    ] {
        for row in rows(app, table).await {
            let told: Vec<String> =
                columns.iter().map(|column| format!("{column}={}", row[*column])).collect();
            // Ids and ports differ from run to run.
            let told = told.join(" ").replace(&app.base_url, "BASE");
            left.push(format!("{table} {}", told.split("/homes/").next().unwrap_or_default()));
        }
    }
    left.sort();
    left
}

async fn one_call_with_everything(database: testkit::Database) -> Agency {
    let app = start(database).await;
    call(
        &app,
        CALLER,
        &[SEARCH, "I have a deposit", "let me know when something else comes up", "Sam Okoro"],
    )
    .await;
    app
}

/// A worker claims a review and dies before it wrote anything; one is cut off at its commit; three work at the same time. What is
/// there in the end is what one undisturbed worker leaves.
#[tokio::test(flavor = "multi_thread")]
async fn reviews_survive_workers_that_die_and_workers_that_race() {
    let undisturbed = one_call_with_everything(testkit::sqlite()).await;
    review_due(&undisturbed.app).await.unwrap();
    undisturbed.pass(SignedDuration::from_mins(5)).await.unwrap();
    let wanted = left_by_review(&undisturbed).await;
    assert!(wanted.iter().any(|row| row.contains("property_details")), "{wanted:#?}");

    for (name, database) in testkit::both() {
        let app = one_call_with_everything(database).await;
        let lease = app.app.now().saturating_add(SignedDuration::from_mins(3)).unwrap();
        let dead = app.app.store.claim_reviews(app.app.now(), lease, 10).await.unwrap();
        assert_eq!(dead.len(), 1, "{name}");
        assert_eq!(review_due(&app.app).await.unwrap(), 0, "{name}: it is held by the one that died");
        app.let_pass(SignedDuration::from_mins(4));
        let (one, two, three) =
            tokio::join!(review_due(&app.app), review_due(&app.app), review_due(&app.app));
        assert_eq!(one.unwrap() + two.unwrap() + three.unwrap(), 1, "{name}");
        // A worker that was thought dead comes back with what it had read.
        let mut tx = app.app.store.begin().await.unwrap();
        assert!(!tx.finish_review(&dead[0], app.app.now()).await.unwrap(), "{name}");
        drop(tx);
        app.pass(SignedDuration::from_mins(5)).await.unwrap();
        let got: Vec<String> =
            left_by_review(&app).await.into_iter().map(|row| row.replace("=true", "=1")).collect();
        let normal = |rows: &[String]| rows.iter().map(|row| without_times(row)).collect::<Vec<_>>();
        assert_eq!(normal(&got), normal(&wanted), "{name}");
    }
}

/// Due times follow the clock of the run.
fn without_times(row: &str) -> String {
    row.split(" due_at=").next().unwrap_or_default().to_owned()
}

/// What no worker can read is set aside for a person, and is not tried for ever.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_a_persons() {
    let app = one_call_with_everything(testkit::sqlite()).await;
    app.run_sql("UPDATE conversations SET state = 'not a state'").await;
    review_due(&app.app).await.unwrap();
    let tasks = rows(&app, "tasks").await;
    assert!(tasks.iter().any(|task| task["kind"] == "review"), "{tasks:#?}");
    assert_eq!(review_due(&app.app).await.unwrap(), 0);
}

/// A conversation that goes on after its end is reviewed again, and leaves nothing twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_goes_on_is_reviewed_again() {
    let app = one_call_with_everything(testkit::sqlite()).await;
    review_due(&app.app).await.unwrap();
    app.pass(SignedDuration::from_mins(2)).await.unwrap();
    let before = left_by_review(&app).await;
    app.run_sql("UPDATE conversations SET reviewed_at = NULL").await;
    assert_eq!(review_due(&app.app).await.unwrap(), 1);
    app.pass(SignedDuration::from_mins(2)).await.unwrap();
    assert_eq!(left_by_review(&app).await, before);
}

/// An email whose answer was lost may arrive twice: with the same Message-ID, and marked.
#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_falls_silent_gets_the_same_letter_again() {
    let mail = MailServer::start().await.unwrap();
    let mut plan = Plan::stepped("", monday());
    plan.environment.push(("SMTP_URL", mail.url().to_owned()));
    plan.environment.push(("EMAIL_FROM", "John Barclay <office@johnbarclay.example>".to_owned()));
    let app = start_as(testkit::sqlite(), plan).await;
    mail.fall_silent(1);
    call(&app, CALLER, &[SEARCH, "could you email me the details", "sam@example.com", "Sam Okoro", "no bye"])
        .await;
    for _ in 0..4 {
        app.pass(SignedDuration::from_secs(60)).await.unwrap();
    }
    let letters = mail.letters();
    let ids: Vec<String> = letters.iter().map(|letter| letter.read().unwrap().message_id).collect();
    assert_eq!((ids.len(), &ids[0]), (2, &ids[1]));
    let sent = rows(&app, "messages").await.into_iter().find(|row| row["channel"] == "email").unwrap();
    assert_eq!(sent["status"], "delivered");
}

const HEADING: &str = "reference,listing_type,status,address_line1,area,postcode,bedrooms,bathrooms,property_type,price,rent_period,features,available_from";

/// Right rows are written, wrong ones reported with what is wrong; a dry run writes nothing; again changes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_with_errors_says_each_and_loses_nothing() {
    for (name, database) in testkit::both() {
        let app = start(database).await;
        let file = format!(
            "{HEADING}\n\
             JB-2026-900,rent,available,\"Flat 2, 7 Elgin Avenue\",Maida Vale,W9 1AB,2,1,flat,\"2,700\",month,Balcony|Lift,2026-12-01\n\
             JB-2026-901,rent,available,9 Elgin Avenue,Maida Vale,W9,2,1,flat,2700,month,,\n\
             JB-2026-902,rent,free,9 Elgin Avenue,Maida Vale,W9 1AB,two,1,castle,2700,,,\n\
             JB-2026-903,sale,available,9 Elgin Avenue,Maida Vale,W9 1AB,2,1,flat,0,,,\n\
             JB-2026-900,rent,available,7 Elgin Avenue,Maida Vale,W9 1AB,2,1,flat,2700,month,,\n\
             JB-2024-001,rent,available,7 Elgin Avenue,Maida Vale,W9 1AB,2,1,flat\n"
        );
        let feed = Feed::Csv(file.as_bytes());
        let before = rows(&app, "properties").await;
        let dry = import(&app.app, &feed, true).await.unwrap();
        assert_eq!(rows(&app, "properties").await, before, "{name}: a dry run writes nothing");
        let report = import(&app.app, &feed, false).await.unwrap();
        assert_eq!(dry, report, "{name}");
        assert_eq!(report.added, ["JB-2026-900"], "{name}");
        let lines: Vec<usize> = report.errors.iter().map(|error| error.line).collect();
        assert_eq!(lines, [3, 4, 5, 6, 7], "{name}: {:?}", report.errors);
        let said =
            |line: usize| report.errors.iter().find(|error| error.line == line).unwrap().problem.clone();
        assert!(said(3).contains("whole British postcode"), "{}", said(3));
        assert!(said(4).contains("`two` is not a whole number"), "{}", said(4));
        assert!(said(5).contains("price is nought"), "{}", said(5));
        assert!(said(6).contains("twice") && said(7).contains("values for"), "{} {}", said(6), said(7));
        let again = import(&app.app, &feed, false).await.unwrap();
        assert_eq!((again.added.len(), again.changed.len(), again.unchanged), (0, 0, 1), "{name}");
        let home = app.app.store.property_by_reference("2026900").await.unwrap().unwrap();
        assert_eq!((home.price, home.street(), home.features.len()), (2700, "Elgin Avenue", 2), "{name}");
    }
    let app = start(testkit::sqlite()).await;
    for (file, words) in [
        ("reference,colour\n", "there is no column `colour`"),
        ("reference,price\n", "the heading lacks listing_type"),
    ] {
        let error = import(&app.app, &Feed::Csv(file.as_bytes()), false).await.unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
}

const FIELDS: &str = "AGENT_REF^ADDRESS_1^ADDRESS_2^ADDRESS_3^TOWN^POSTCODE1^POSTCODE2^FEATURE1^FEATURE2^SUMMARY^DESCRIPTION^BRANCH_ID^STATUS_ID^BEDROOMS^BATHROOMS^PRICE^PROP_SUB_ID^PUBLISHED_FLAG^LET_DATE_AVAILABLE^LET_FURN_ID^LET_RENT_FREQUENCY^TENURE_TYPE_ID^TRANS_TYPE_ID^MEDIA_IMAGE_00^MEDIA_IMAGE_60^MEDIA_FLOOR_PLAN_00^~";

fn blm(records: &[&str]) -> String {
    let data = format!("{}~\r\n", records.join("~\r\n"));
    format!(
        "#HEADER#\r\nVersion : 3\r\nEOF : '^'\r\nEOR : '~'\r\nProperty Count : {}\r\n#DEFINITION#\r\n{FIELDS}\r\n#DATA#\r\n{data}#END#",
        records.len()
    )
}

/// Codes become our words, what is not published is off the market, and a file that was cut short changes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_blm_feed_becomes_homes() {
    let app = start(testkit::sqlite()).await;
    let flat = "F1^Flat 3^12 Elgin Avenue^Maida Vale^London^W9^1AB^Lift^Balcony^Short^Long^1^0^2^1^577^8^1^2026-12-01 00:00:00^0^0^^2^https://img.example/1.jpg^https://img.example/epc.png^https://img.example/plan.png^";
    let house = "H1^9^Bassett Road^North Kensington^London^W10^6AB^^^Short^^1^1^4^2^1500000^1^1^^^^1^1^relative.jpg^^^";
    let hidden = "F2^4^Bassett Road^North Kensington^London^W10^6AB^^^Short^^1^0^2^1^2000^8^0^^^1^^2^^^^";
    let yearly = "F3^5^Bassett Road^North Kensington^London^W10^6AB^^^Short^^1^0^2^1^25001^8^1^^^3^^2^^^^";
    let land = "L1^6^Bassett Road^North Kensington^London^W10^6AB^^^Short^^1^0^2^1^25000^20^1^^^^^1^^^^";
    let file = blm(&[flat, house, hidden, yearly, land]);
    let report = import(&app.app, &Feed::Blm(file.as_bytes()), false).await.unwrap();
    assert_eq!(report.added, ["F1", "H1", "F2"]);
    let problems: Vec<&str> = report.errors.iter().map(|error| error.problem.as_str()).collect();
    assert!(
        problems[0].contains("give it by the month") && problems[1].contains("PROP_SUB_ID 20"),
        "{problems:?}"
    );
    assert_eq!(report.errors[0].line, 12, "the line in the file");
    let all = rows(&app, "properties").await;
    let of = |reference: &str| all.iter().find(|row| row["reference"] == reference).unwrap();
    let flat = of("F1");
    assert_eq!(
        (&flat["address_line1"], &flat["rent_period"]),
        (&json!("Flat 3, 12 Elgin Avenue"), &json!("week"))
    );
    assert_eq!((&flat["furnished"], &flat["available_from"]), (&json!("furnished"), &json!("2026-12-01")));
    assert_eq!(
        (&flat["floor_plan_url"], &flat["epc_url"]),
        (&json!("https://img.example/plan.png"), &json!("https://img.example/epc.png"))
    );
    assert_eq!((&of("H1")["status"], &of("H1")["tenure"]), (&json!("under_offer"), &json!("freehold")));
    assert_eq!((&of("H1")["images"], &of("F2")["status"]), (&json!("[]"), &json!("withdrawn")));

    let cut = &file[..file.len() - 40];
    for (text, words) in [
        (cut.to_owned(), "no #END#"),
        (file.replace("Property Count : 5", "Property Count : 6"), "promises 6 homes"),
        (file.replace("EOF : '^'", ""), "does not name EOF"),
    ] {
        let error = import(&app.app, &Feed::Blm(text.as_bytes()), false).await.unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
    assert_eq!(rows(&app, "properties").await, all, "nothing was changed");
}

/// A feed that has lost most of its homes is more likely broken than true.
#[tokio::test(flavor = "multi_thread")]
async fn a_feed_cut_to_pieces_withdraws_nothing() {
    let app = start(testkit::sqlite()).await;
    let record = |n: usize| {
        format!("R{n}^{n}^Bassett Road^North Kensington^London^W10^6AB^^^Short^^1^0^2^1^2000^8^1^^^1^^2^^^^")
    };
    let all: Vec<String> = (1..=6).map(record).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    import(&app.app, &Feed::Blm(blm(&all).as_bytes()), false).await.unwrap();
    let error = import(&app.app, &Feed::Blm(blm(&all[..2]).as_bytes()), false).await.unwrap_err().to_string();
    assert!(error.contains("lacks 4 of 6"), "{error}");
    let report = import(&app.app, &Feed::Blm(blm(&all[..5]).as_bytes()), false).await.unwrap();
    assert_eq!(report.withdrawn, ["R6"]);
    // A row that is wrong now is in the feed all the same: its home stays as it was.
    let broken = blm(&all[..5]).replacen("^2000^8^1^", "^2000^20^1^", 1);
    let report = import(&app.app, &Feed::Blm(broken.as_bytes()), false).await.unwrap();
    assert_eq!((report.errors.len(), report.withdrawn), (1, Vec::new()));
}

/// Links that are not ours lead nowhere, pages keep nothing and run nothing, and a home that is not on the page is not booked.
#[tokio::test(flavor = "multi_thread")]
async fn pages_open_by_their_own_link_only() {
    let app = start(testkit::sqlite()).await;
    call(&app, CALLER, &[SEARCH]).await;
    review_due(&app.app).await.unwrap();
    app.settle().await.unwrap();
    let text =
        app.network.messages().into_iter().find(|message| message.body.contains("/homes/")).unwrap().body;
    let link = text.split_whitespace().find(|word| word.contains("/homes/")).unwrap().to_owned();
    let http = reqwest::Client::new();
    let page = http.get(&link).send().await.unwrap();
    assert_eq!(page.headers()["cache-control"], "no-store");
    assert!(page.headers()["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    let html = page.text().await.unwrap();
    assert!(html.contains("£2,875 pcm") && !html.contains("Sam") && !html.contains("<script"), "{html}");
    for forged in [
        link.replace("/homes/package_", "/homes/package_X"),
        format!("{link}x"),
        link.replace("/homes/", "/unsubscribe/"),
        format!("{}/homes/nothing", app.base_url),
    ] {
        assert_eq!(http.get(&forged).send().await.unwrap().status(), 404, "{forged}");
    }
    let before = rows(&app, "viewing_appointments").await.len();
    let start: Timestamp = "2026-11-24T10:00:00Z".parse().unwrap();
    for (home, start) in
        [("JB-2024-055", start.to_string()), ("JB-2024-031", "2026-11-22T10:00:00Z".to_owned())]
    {
        let form = [("home", home), ("start", start.as_str())];
        let answer = http.post(format!("{link}/book")).form(&form).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }
    assert_eq!(rows(&app, "viewing_appointments").await.len(), before);
}

/// A picture host on the loopback: a plan that is one, one that is too large, one that is something else, and one that is not there.
async fn plans() -> String {
    use axum::routing::get;
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and so on";
    let large = [PNG, &vec![0; 5 << 20]].concat();
    let router = axum::Router::new()
        .route("/plan.png", get(|| async { PNG }))
        .route("/large.png", get(move || async move { large }))
        .route("/script.png", get(|| async { "<script>" }))
        .route("/elsewhere.png", get(|| async { axum::response::Redirect::temporary("/plan.png") }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

/// A real mail server takes it, Python's mail library and icalendar read it: words, HTML, plans, invitation and headers.
#[tokio::test(flavor = "multi_thread")]
async fn real_readers_of_mail_understand_ours() {
    let mut mail = RealMail::start();
    let mut plan = Plan::stepped("", monday());
    plan.environment.push(("SMTP_URL", mail.url.clone()));
    plan.environment.push(("EMAIL_FROM", "John Barclay <office@johnbarclay.example>".to_owned()));
    let app = start_as(testkit::sqlite(), plan).await;
    let host = plans().await;
    let mut tx = app.app.store.begin().await.unwrap();
    for (home, file) in [("JB-2024-031", "plan"), ("JB-2024-091", "large"), ("JB-2024-001", "script")] {
        let held = json!({"reference": home});
        let set = json!({"floor_plan_url": format!("{host}/{file}.png"), "description": "A naïve café; “quiet”, £ and ünïcode."});
        tx.change_rows("properties", held.as_object().unwrap(), set.as_object().unwrap()).await.unwrap();
    }
    tx.commit().await.unwrap();
    call(
        &app,
        CALLER,
        &[SEARCH, "the first one", "the first one", "Zoë O'Neill", "zoe@example.com", "yes", "no bye"],
    )
    .await;
    review_due(&app.app).await.unwrap();
    app.settle().await.unwrap();

    let viewing = mail.next_letter();
    assert_eq!(
        (&viewing["to"], &viewing["from"]),
        (&json!(["zoe@example.com"]), &json!("office@johnbarclay.example"))
    );
    assert_eq!(viewing["defects"], json!([]), "{viewing:#}");
    assert_eq!(viewing["files"][0][0], "invitation.ics");
    let invitation = &viewing["invitation"];
    assert_eq!((&invitation["method"], &invitation["part_method"]), (&json!("REQUEST"), &json!("REQUEST")));
    let booked = rows(&app, "viewing_appointments").await.pop().unwrap();
    let start: Timestamp = booked["scheduled_date"].as_str().unwrap().parse().unwrap();
    assert_eq!(invitation["start"].as_str().unwrap().parse::<Timestamp>().unwrap(), start);
    let end: Timestamp = invitation["end"].as_str().unwrap().parse().unwrap();
    assert_eq!(end.duration_since(start), SignedDuration::from_mins(30));
    assert!(viewing["html"].as_str().unwrap().contains("Castellain Road"));
    assert!(viewing["unsubscribe"].is_null(), "a confirmation is no marketing");

    let homes = mail.next_letter();
    assert_eq!(homes["defects"], json!([]), "{homes:#}");
    assert!(homes["text"].as_str().unwrap().contains("A naïve café; “quiet”, £ and ünïcode."), "{homes:#}");
    assert!(homes["html"].as_str().unwrap().contains("£2,875 pcm"));
    let files: Vec<&str> =
        homes["files"].as_array().unwrap().iter().filter_map(|file| file[0].as_str()).collect();
    assert_eq!(files, ["floor-plan-JB-2024-031.png"], "too large and not a picture are left out");
    let attempts = rows(&app, "message_attempts").await;
    let told: Vec<&str> = attempts.iter().filter_map(|attempt| attempt["detail"].as_str()).collect();
    assert_eq!(told, ["left out: floor-plan-JB-2024-091, floor-plan-JB-2024-001"]);
}

/// Outside WhatsApp's 24 hours the package goes as approved cards with numbered variables; inside, as words with pictures, and
/// quick replies under the last where the settings have them.
#[tokio::test(flavor = "multi_thread")]
async fn cards_by_template_outside_the_window_and_buttons_inside() {
    let mut plan = Plan::stepped("", monday());
    plan.adjust = std::sync::Arc::new(|settings| {
        for (name, sid) in [("property_card", "HXcard"), ("property_buttons", "HXbuttons")] {
            settings.whatsapp_templates.insert(name.to_owned(), sid.to_owned());
        }
    });
    let app = start_as(testkit::sqlite(), plan).await;
    let sent_to = async |caller: &str, lines: &[&str]| {
        call(&app, caller, lines).await;
        review_due(&app.app).await.unwrap();
        app.settle().await.unwrap();
        let all = rows(&app, "messages").await;
        let to = format!("whatsapp:{caller}");
        all.into_iter()
            .filter(|row| row["to_address"] == to.as_str() && row["kind"] == "property_details")
            .collect::<Vec<_>>()
    };
    // Yuki uses WhatsApp, and wrote a month ago.
    let cards = sent_to("+447700900105", &["a two bedroom flat to buy in Kilburn up to 900 thousand"]).await;
    assert!(!cards.is_empty());
    for card in &cards {
        assert_eq!((&card["content_sid"], &card["status"]), (&json!("HXcard"), &json!("delivered")));
        let variables: Value = serde_json::from_str(card["content_variables"].as_str().unwrap()).unwrap();
        let values: Vec<&str> = variables.as_object().unwrap().values().filter_map(Value::as_str).collect();
        assert_eq!(values.len(), 7);
        assert!(
            values.iter().all(|value| !value.contains('\n') && !value.contains("    ")),
            "error 63013: {values:?}"
        );
    }
    // Priya wrote this morning.
    let parts =
        sent_to("+447700900102", &["yes please a one bedroom flat to rent in Queen's Park up to 2500"]).await;
    let (last, before) = parts.split_last().unwrap();
    assert_eq!(last["content_sid"], "HXbuttons");
    assert!(before.iter().all(|part| part["content_sid"].is_null()));
    assert!(
        before
            .iter()
            .any(|part| part["media"].as_str().is_some_and(|url| url.starts_with("http://127.0.0.1")))
    );
}
