//! The staff's API: nobody gets in without a session, nobody does more than their role allows, and what changes is told.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod support;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use agency::staff::{Permission, StaffRole};
use futures_util::StreamExt;
use jiff::SignedDuration;
use phone_network::{Faults, Phone};
use receptionist::dashboard::openapi;
use receptionist::rehearsal::{AGENCY_NUMBER, Plan};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use support::process::{serve_with, stage};
use support::staff::{Colleague, PASSWORD, colleague, cookie, sign_in};
use support::{monday, rows, start, start_as};

/// Every operation: method, path and the permission it asks for; none: open to anybody.
fn operations() -> Vec<(Method, String, Option<Permission>)> {
    let document = serde_json::to_value(openapi()).unwrap();
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let scope = operation["security"][0]["session"][0].as_str();
            let permission = scope.map(|word| Permission::from_word(word).unwrap());
            all.push((method.to_uppercase().parse().unwrap(), path.replace("{id}", "nothing"), permission));
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn no_operation_without_authorisation() {
    let agency = start(testkit::sqlite()).await;
    let open: Vec<_> = operations().into_iter().filter(|(_, _, needs)| needs.is_none()).collect();
    let open: Vec<&str> = open.iter().map(|(_, path, _)| path.as_str()).collect();
    assert_eq!(open, ["/api/v1/password", "/api/v1/session"], "only these are for strangers");
    let mut staff = BTreeMap::new();
    for role in StaffRole::ALL {
        staff.insert(role.word(), (role, colleague(&agency, *role).await));
    }
    for (method, path, needs) in operations().into_iter().filter(|(_, _, needs)| needs.is_some()) {
        // Ends the session that the test goes on with.
        if method == Method::DELETE && path == "/api/v1/session" {
            continue;
        }
        let body = (method != Method::GET).then(|| json!({}));
        for stranger in ["", "session=", "session=0000"] {
            let asked = Client::new()
                .request(method.clone(), format!("{}{path}", agency.base_url))
                .header("cookie", stranger)
                .json(&json!({}))
                .send();
            assert_eq!(asked.await.unwrap().status(), 401, "{method} {path}");
        }
        for (role, colleague) in staff.values() {
            let status = colleague.status(method.clone(), &path, body.clone()).await;
            let may = role.may(needs.unwrap());
            assert_eq!(status != 403, may, "{method} {path} as {role}: {status}");
            assert!(status != 401 && !status.is_server_error(), "{method} {path} as {role}: {status}");
        }
    }
    let (_, reader) = &staff["read_only"];
    assert_eq!(reader.status(Method::DELETE, "/api/v1/session", None).await, 204);
    assert_eq!(reader.status(Method::GET, "/api/v1/session", None).await, 401, "signed out");
}

#[test]
fn the_document_in_the_repository_is_the_servers() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../dashboard/openapi.json");
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert!(
        kept == serde_json::to_value(openapi()).unwrap(),
        "run `make dashboard-client` and commit what it writes"
    );
}

/// Whatever cannot be read is refused as every other refusal is.
#[tokio::test(flavor = "multi_thread")]
async fn refusals_are_problem_details() {
    let agency = start(testkit::sqlite()).await;
    let worker = colleague(&agency, StaffRole::Negotiator).await;
    let asked = |method: Method, path: &str| {
        worker.http.request(method, format!("{}{path}", worker.base)).header("cookie", &worker.cookie)
    };
    for (request, detail) in [
        (asked(Method::GET, "/api/v1/viewings"), "missing field `from`"),
        (asked(Method::GET, "/api/v1/calls?from=yesterday"), "from"),
        (asked(Method::GET, "/api/v1/leads?limit=many"), "limit"),
        (
            asked(Method::PATCH, "/api/v1/tasks/nothing")
                .header("if-match", "mark")
                .json(&json!({"due": "soon"})),
            "due",
        ),
        (asked(Method::POST, "/api/v1/calls/nothing/take-over").body("{"), "application/json"),
        (asked(Method::GET, "/api/v1/nothing"), "no such operation"),
    ] {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
        let problem = answer.text().await.unwrap();
        assert!(problem.contains(detail), "{detail}: {problem}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_and_forging_lead_nowhere() {
    let agency = start(testkit::sqlite()).await;
    let admin = colleague(&agency, StaffRole::Admin).await;
    let wrong = [("password", "something else entirely")];
    for _ in 0..5 {
        assert_eq!(sign_in(&agency, "admin@agency.example", &wrong).await.status(), 401);
    }
    let resting = sign_in(&agency, "admin@agency.example", &[]).await;
    assert_eq!(resting.status(), 429, "the right password must wait too");
    assert!(resting.text().await.unwrap().contains("Try again in"));
    assert_eq!(
        sign_in(&agency, "nobody@agency.example", &[]).await.status(),
        401,
        "as an account that is there"
    );
    agency.let_pass(SignedDuration::from_mins(2));
    assert_eq!(sign_in(&agency, " ADMIN@agency.example ", &[]).await.status(), 200);

    let forged = admin.http.delete(format!("{}/api/v1/sessions", admin.base)).header("cookie", &admin.cookie);
    let forged = forged.header("sec-fetch-site", "cross-site").header("origin", "https://elsewhere.example");
    assert_eq!(forged.send().await.unwrap().status(), 403, "another site's page asks with our cookie");
    assert_eq!(admin.get("/api/v1/sessions").await.as_array().unwrap().len(), 2);
    assert_eq!(admin.status(Method::DELETE, "/api/v1/sessions", None).await, 204);
    assert_eq!(admin.get("/api/v1/sessions").await.as_array().unwrap().len(), 1);
    agency.let_pass(SignedDuration::from_hours(12));
    assert_eq!(
        admin.status(Method::GET, "/api/v1/session", None).await,
        401,
        "nobody used it for half a day"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_factor_is_asked_for_and_its_figure_is_good_once() {
    let agency = start(testkit::sqlite()).await;
    let manager = colleague(&agency, StaffRole::Manager).await;
    let begun: Value = manager.send(Method::POST, "/api/v1/session/totp", None).await.json().await.unwrap();
    let secret = begun["secret"].as_str().unwrap().to_owned();
    assert!(begun["uri"].as_str().unwrap().starts_with("otpauth://totp/"));
    let figure = |app: &receptionist::app::App| {
        let key = totp_rs::Secret::try_from_base32(&secret).unwrap();
        let totp = totp_rs::Builder::new().with_secret(key).build().unwrap();
        totp.generate(u64::try_from(app.now().as_second()).unwrap()).to_string()
    };
    let wrong = json!({"secret": secret, "figure": "000000"});
    assert_eq!(manager.status(Method::PUT, "/api/v1/session/totp", Some(wrong)).await, 400);
    let right = json!({"secret": secret, "figure": figure(&agency.app)});
    assert_eq!(manager.status(Method::PUT, "/api/v1/session/totp", Some(right)).await, 204);
    let email = "manager@agency.example";
    let asked = sign_in(&agency, email, &[]).await;
    assert_eq!(
        (asked.status().as_u16(), asked.json::<Value>().await.unwrap()["code"].clone()),
        (401, json!("figure_needed"))
    );
    assert_eq!(
        sign_in(&agency, email, &[("figure", &figure(&agency.app))]).await.status(),
        401,
        "used already"
    );
    agency.let_pass(SignedDuration::from_secs(60));
    assert_eq!(sign_in(&agency, email, &[("figure", &figure(&agency.app))]).await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_kept_by_administrators() {
    let agency = start(testkit::postgres()).await;
    let admin = colleague(&agency, StaffRole::Admin).await;
    let new = |role: &str| Some(json!({"email": "Ben@Agency.example", "name": "Ben", "role": role}));
    assert_eq!(admin.status(Method::POST, "/api/v1/accounts", new("king")).await, 400);
    let made = admin.send(Method::POST, "/api/v1/accounts", new("reviewer")).await;
    assert_eq!(made.status(), 201);
    let id = made.json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned();
    assert_eq!(admin.status(Method::POST, "/api/v1/accounts", new("reviewer")).await, 409);
    let path = format!("/api/v1/accounts/{id}");
    assert_eq!(admin.status(Method::PATCH, &path, Some(json!({"role": "negotiator"}))).await, 200);
    assert_eq!(admin.status(Method::PATCH, &path, Some(json!({"is_disabled": true}))).await, 200);
    // Whoever has this address in the CRM, unless another is named.
    let amy = json!({"email": "amy@agency.example", "name": "Amy", "role": "negotiator"});
    agency.run_sql("UPDATE users SET email = 'Amy@agency.example' WHERE id = 1").await;
    let made = admin.send(Method::POST, "/api/v1/accounts", Some(amy)).await.json::<Value>().await.unwrap();
    let hers = format!("/api/v1/accounts/{}", made["id"].as_str().unwrap());
    for (wish, user) in
        [(json!({}), json!(1)), (json!({"user": 2}), json!(2)), (json!({"user": 0}), Value::Null)]
    {
        let changed = admin.send(Method::PATCH, &hers, Some(wish)).await.json::<Value>().await.unwrap();
        assert_eq!(changed["user"], user);
    }
    let own = format!("/api/v1/accounts/{}", admin.account);
    assert_eq!(
        admin.status(Method::PATCH, &own, Some(json!({"role": "reviewer"}))).await,
        409,
        "nobody locks themselves out"
    );
    let actions: Vec<String> = admin
        .get("/api/v1/audit")
        .await
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["action"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        actions,
        [
            "account_changed", "account_changed", "account_changed", "account_created", "account_changed",
            "account_changed", "account_created", "signed_in", "password_chosen"
        ]
    );
}

/// Frames of the stream as they come: (event, data).
async fn frame(
    stream: &mut (impl StreamExt<Item = reqwest::Result<bytes::Bytes>> + Unpin),
    held: &mut String,
) -> (String, String) {
    loop {
        if let Some(end) = held.find("\n\n") {
            let whole: String = held.drain(..end + 2).collect();
            let field = |name: &str| {
                let line = whole.lines().find_map(|line| line.strip_prefix(name));
                line.unwrap_or_default().trim().to_owned()
            };
            let found = (field("event:"), field("data:"));
            if !found.0.is_empty() {
                return found;
            }
            continue;
        }
        let chunk =
            tokio::time::timeout(Duration::from_secs(10), stream.next()).await.unwrap().unwrap().unwrap();
        held.push_str(std::str::from_utf8(&chunk).unwrap());
    }
}

/// A browser that listens does not keep a node from ending: it is let go at once, and comes back to another.
#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_ends_lets_its_browsers_go() {
    let agency = start_as(testkit::sqlite(), Plan { with_worker: true, ..Plan::stepped("", monday()) }).await;
    let worker = colleague(&agency, StaffRole::Negotiator).await;
    let mut stream = worker.send(Method::GET, "/api/v1/events", None).await.bytes_stream();
    assert_eq!(frame(&mut stream, &mut String::new()).await.0, "resync");
    agency.serve_until(async {}).await;
    // Whatever still runs has 15 s; a browser is not waited for.
    let ended = async { while stream.next().await.is_some() {} };
    tokio::time::timeout(Duration::from_secs(10), ended).await.unwrap();
}

/// A call is told while it happens, is read with its transcript, and its number is masked for whoever may not see it.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_on_the_stream_as_it_happens() {
    for database in [testkit::sqlite(), testkit::postgres()] {
        let agency = start(database).await;
        let (reader, worker) =
            (colleague(&agency, StaffRole::ReadOnly).await, colleague(&agency, StaffRole::Negotiator).await);
        let mut stream = worker.send(Method::GET, "/api/v1/events", None).await.bytes_stream();
        let mut held = String::new();
        assert_eq!(frame(&mut stream, &mut held).await.0, "resync", "whoever comes new reads everything");
        // PostgreSQL's listener needs a moment after the start.
        tokio::time::sleep(Duration::from_millis(300)).await;
        let mut call = agency.network.ring("+447700900123", AGENCY_NUMBER).await.unwrap();
        call.say("a two bed flat to rent in Maida Vale please").await.unwrap();
        let began = Instant::now();
        let (event, data) = frame(&mut stream, &mut held).await;
        let change: Value = serde_json::from_str(&data).unwrap();
        assert_eq!((event.as_str(), &change["subject"]), ("change", &json!("call")));
        assert!(
            began.elapsed() < Duration::from_secs(5),
            "how fast it is on screen is measured in the browser"
        );
        let id = change["id"].as_str().unwrap();
        let live = worker.get("/api/v1/calls?live=true").await;
        assert_eq!((live["items"].as_array().unwrap().len(), &live["items"][0]["id"]), (1, &json!(id)));
        assert_eq!(live["items"][0]["phone"], "+447700900123");
        let one = reader.get(&format!("/api/v1/calls/{id}")).await;
        assert_eq!(one["call"]["phone"], "+44•••••••123");
        assert_eq!(one["call"]["facts"][0]["name"], "looking_for", "{one}");
        let said = one["lines"]
            .as_array()
            .unwrap()
            .iter()
            .any(|line| line["words"] == "a two bed flat to rent in Maida Vale please");
        assert!(said, "{one}");
        call.hang_up();
        agency.settle().await.unwrap();
        assert!(worker.get("/api/v1/calls?live=true").await["items"].as_array().unwrap().is_empty());
        let found = worker.get("/api/v1/calls?q=two%20bed&limit=1").await;
        assert!(found["items"][0]["found"].as_str().unwrap().contains("two bed"));
        assert_eq!(worker.status(Method::GET, "/api/v1/calls?q=ab", None).await, 400);
        assert_eq!(worker.status(Method::GET, "/api/v1/calls?after=!", None).await, 400);
        agency.app.stopping.cancel();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_in_pages() {
    let agency = start(testkit::sqlite()).await;
    let reader = colleague(&agency, StaffRole::ReadOnly).await;
    for n in 0..5 {
        let mut call = agency.network.ring(&format!("+44770090012{n}"), AGENCY_NUMBER).await.unwrap();
        call.hang_up();
        agency.settle().await.unwrap();
        agency.let_pass(SignedDuration::from_mins(1));
    }
    let today = agency.app.now().strftime("%Y-%m-%d").to_string();
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page = reader.get(&format!("/api/v1/calls?limit=2&from={today}&to={today}{after}")).await;
        seen.extend(
            page["items"].as_array().unwrap().iter().map(|call| call["id"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    let mut unique = seen.clone();
    unique.dedup();
    assert_eq!((seen.len(), unique.len()), (5, 5));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emergency_is_taken_by_name_and_once() {
    let agency = start(testkit::sqlite()).await;
    let worker = colleague(&agency, StaffRole::Negotiator).await;
    let mut call = agency.network.ring("+447700900110", AGENCY_NUMBER).await.unwrap();
    call.say("I can smell gas in my flat").await.unwrap();
    let open = worker.get("/api/v1/alerts?open=true").await;
    let id = open[0]["id"].as_str().unwrap();
    assert_eq!((&open[0]["hazard"], &open[0]["acknowledged"]), (&json!("gas"), &Value::Null));
    let path = format!("/api/v1/alerts/{id}/acknowledge");
    assert_eq!(worker.status(Method::POST, &path, None).await, 204);
    assert_eq!(worker.status(Method::POST, &path, None).await, 409);
    assert_eq!(worker.get("/api/v1/alerts?open=true").await, json!([]));
    assert_eq!(worker.get("/api/v1/alerts").await[0]["acknowledged_by"], "Aisha Khan");
    agency.settle().await.unwrap();
    let told = agency
        .network
        .messages()
        .iter()
        .any(|sent| sent.to == "+447700900110" && sent.body.contains("Aisha Khan"));
    assert!(told, "the caller hears who is dealing with it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_is_done_undone_given_and_put_off() {
    let agency = start(testkit::sqlite()).await;
    let worker = colleague(&agency, StaffRole::Negotiator).await;
    let mut call = agency.network.ring("+447700900932", AGENCY_NUMBER).await.unwrap();
    for words in ["put me through to someone please", "it's about my application", "Hana Sato", "no thanks"] {
        call.say(words).await.unwrap();
    }
    agency.settle().await.unwrap();
    let id = rows(&agency, "tasks").await[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/tasks/{id}");
    let seen = worker.list("/api/v1/tasks?whose=unassigned").await;
    let with = async |mark: &Value, wish: Value| {
        worker.send_as_seen(Method::PATCH, &path, mark.as_str(), Some(wish)).await
    };
    let change = async |wish: Value| {
        let listed =
            [worker.list("/api/v1/tasks").await, worker.list("/api/v1/tasks?status=done").await].concat();
        with(&listed[0]["etag"], wish).await.json::<Value>().await.unwrap()
    };
    assert_eq!(change(json!({"assigned_to": 1})).await["assigned_name"], "Amy Hart");
    assert_eq!(worker.list("/api/v1/tasks?whose=mine").await.len(), 1);
    assert_eq!(change(json!({"status": "done"})).await["status"], "done");
    assert!(worker.list("/api/v1/tasks").await.is_empty());
    assert_eq!(change(json!({"status": "open"})).await["done"], Value::Null);
    assert_eq!(change(json!({"due": "2026-11-24T09:00:00Z"})).await["due"], "2026-11-24T09:00:00Z");
    assert_eq!(with(&seen[0]["etag"], json!({"status": "done"})).await.status(), 412, "it has changed since");
    assert_eq!(worker.status(Method::PATCH, &path, Some(json!({"status": "done"}))).await, 428);
    let now = worker.list("/api/v1/tasks").await;
    assert_eq!(with(&now[0]["etag"], json!({"status": "gone"})).await.status(), 400);
}

/// A paper is attached, read back and removed; in a bucket that speaks as S3 does, by a server of its own process.
#[tokio::test(flavor = "multi_thread")]
async fn papers_are_kept_in_a_bucket() {
    let (database, bucket) = (testkit::sqlite(), testkit::ObjectStore::start().await);
    let (_store, network, port) = stage(&database).await;
    assert_eq!(Client::new().put(format!("{}/papers", bucket.url)).send().await.unwrap().status(), 200);
    let aws = [
        ("MEDIA_URL", "s3://papers/of/tenants"),
        ("AWS_ENDPOINT", bucket.url.as_str()),
        ("AWS_ALLOW_HTTP", "true"),
        ("AWS_REGION", "eu-west-2"),
        ("AWS_ACCESS_KEY_ID", "invented"),
        ("AWS_SECRET_ACCESS_KEY", "invented"),
    ];
    add_manager(&database.url);
    let _process = serve_with(port, &database.url, network.rest_url(), &aws).await;
    let base = format!("http://127.0.0.1:{port}");
    let wish = json!({"email": "ruth@agency.example", "password": PASSWORD});
    let signed_in = Client::new().post(format!("{base}/api/v1/session")).json(&wish).send().await.unwrap();
    let ruth = Colleague { http: Client::new(), cookie: cookie(&signed_in), base, account: String::new() };

    let pdf = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n";
    let attach = async |query: &str, bytes: &'static [u8]| {
        let url = format!("{}/api/v1/documents?{query}", ruth.base);
        ruth.http.post(url).header("cookie", &ruth.cookie).body(bytes).send().await.unwrap()
    };
    let refused = attach("tenant=1&kind=contract&name=Virus", b"MZ no document").await;
    assert_eq!(
        (refused.status().as_u16(), refused.text().await.unwrap().contains("give a PDF")),
        (400, true)
    );
    assert_eq!(attach("tenant=999&kind=contract&name=Agreement", pdf).await.status(), 400);
    assert_eq!(attach("tenant=1&kind=diary&name=Agreement", pdf).await.status(), 400);
    let attached = attach("tenant=1&kind=contract&name=Tenancy%20agreement", pdf).await;
    assert_eq!(attached.status(), 201);
    let listed = ruth.list("/api/v1/documents").await;
    let id = listed[0]["id"].as_str().unwrap();
    assert_eq!(
        (&listed[0]["name"], &listed[0]["tenant_name"]),
        (&json!("Tenancy agreement"), &json!("Grace Mensah"))
    );
    let file = ruth.send(Method::GET, &format!("/api/v1/documents/{id}/file"), None).await;
    assert_eq!(file.headers()["content-type"], "application/pdf");
    assert_eq!(file.bytes().await.unwrap().as_ref(), &pdf[..]);
    let kept = || testkit::python("bucket.py", &format!("{} papers", bucket.url));
    assert_eq!(kept().trim(), format!("of/tenants/documents/{id}.pdf"));
    assert_eq!(ruth.status(Method::DELETE, &format!("/api/v1/documents/{id}"), None).await, 204);
    assert_eq!(kept(), "");
    assert!(ruth.list("/api/v1/documents").await.is_empty());
}

/// `user add` with a password on standard input.
fn add_manager(database: &str) {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let mut command = Command::new(env!("CARGO_BIN_EXE_receptionist"));
    let arguments = [
        "user", "add", "--email", "ruth@agency.example", "--name", "Ruth", "--role", "manager",
        "--password-stdin",
    ];
    command.args(arguments).env("DATABASE_URL", database).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(format!("{PASSWORD}\n").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// Over both voice modes: taken over by a colleague's telephone, held by one person only, handed back where it was; nobody
/// answers, and Sarah goes on.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_taken_over_and_handed_back() {
    for mode in ["gather", "relay"] {
        let environment = vec![("VOICE_MODE", mode.to_owned())];
        let agency = start_as(testkit::sqlite(), Plan { environment, ..Plan::stepped("", monday()) }).await;
        let worker = colleague(&agency, StaffRole::Negotiator).await;
        let mut call = agency.network.ring("+447700900123", AGENCY_NUMBER).await.unwrap();
        call.say("a two bed flat to rent in Maida Vale please").await.unwrap();
        let asked = call.heard();
        let id = worker.get("/api/v1/calls?live=true").await["items"][0]["id"].as_str().unwrap().to_owned();
        let act = async |verb: &str, body: Value| {
            worker.status(Method::POST, &format!("/api/v1/calls/{id}/{verb}"), Some(body)).await.as_u16()
        };
        let holder = async || worker.get(&format!("/api/v1/calls/{id}")).await["holder"].clone();
        assert_eq!(act("hand-back", json!({})).await, 409, "nobody has it");
        assert_eq!(act("take-over", json!({"user": 99})).await, 400);

        assert_eq!(act("take-over", json!({})).await, 202);
        assert_eq!(holder().await["status"], "ringing");
        assert_eq!(act("take-over", json!({"user": 2})).await, 409, "one person holds a call");
        assert!(call.moved().await);
        assert!(
            call.heard().contains("my colleague could not take the call"),
            "nobody answers: {}",
            call.heard()
        );
        assert!(call.heard().ends_with(&asked), "and she goes on where she was: {}", call.heard());

        agency.network.set_phone("+447700900201", Phone::Talks);
        assert_eq!(act("take-over", json!({})).await, 202);
        assert!(call.moved().await && call.is_bridged());
        assert_eq!(
            (&holder().await["status"], &holder().await["name"]),
            (&json!("accepted"), &json!("Amy Hart"))
        );
        assert_eq!(act("hand-back", json!({"note": "They want to come on Tuesday."})).await, 202);
        assert!(call.moved().await && !call.is_bridged());
        assert!(
            call.heard().starts_with("I'm back with you.") && call.heard().contains(&asked),
            "{}",
            call.heard()
        );
        assert_eq!(holder().await, Value::Null);
        call.say("up to two thousand eight hundred a month").await.unwrap();
        assert!(call.heard().contains("two-bedroom"), "the wish of before is still there: {}", call.heard());

        assert_eq!(act("take-over", json!({})).await, 202);
        assert!(call.moved().await && call.is_bridged());
        call.colleague_hangs_up().await;
        assert!(call.ending().is_some(), "the talk is over, and so is the call");
        agency.settle().await.unwrap();
        assert_eq!(rows(&agency, "voice_lead_calls").await.last().unwrap()["outcome"], "transferred");
        assert_eq!(act("end", json!({})).await, 409, "it is over");

        let mut call = agency.network.ring("+447700900124", AGENCY_NUMBER).await.unwrap();
        let live = worker.get("/api/v1/calls?live=true").await;
        let path = format!("/api/v1/calls/{}/end", live["items"][0]["id"].as_str().unwrap());
        assert_eq!(worker.status(Method::POST, &path, None).await, 202);
        assert!(call.moved().await && call.ending().is_some());
        let faults = Faults { server_error: 1.0, ..Faults::default() };
        let mut call = agency.network.ring("+447700900125", AGENCY_NUMBER).await.unwrap();
        let live = worker.get("/api/v1/calls?live=true").await;
        agency.network.set_faults(faults);
        let path = format!("/api/v1/calls/{}", live["items"][0]["id"].as_str().unwrap());
        assert_eq!(worker.status(Method::POST, &format!("{path}/take-over"), Some(json!({}))).await, 503);
        assert_eq!(worker.get(&path).await["holder"], Value::Null, "still with Sarah");
        call.hang_up();
    }
}

/// Leads, the diary with its reasons, repairs and homes: found, and masked where they must be.
#[tokio::test(flavor = "multi_thread")]
async fn everything_is_found() {
    let agency = start(testkit::sqlite()).await;
    let (worker, reader) =
        (colleague(&agency, StaffRole::Negotiator).await, colleague(&agency, StaffRole::ReadOnly).await);
    let lines = [
        "a two bedroom flat to rent in Maida Vale",
        "up to two thousand eight hundred a month",
        "the first one",
        "the second one",
        "Sam Okoro",
        "sam at example dot com",
        "yes please",
    ];
    let mut call = agency.network.ring("+447700900901", AGENCY_NUMBER).await.unwrap();
    for words in lines {
        call.say(words).await.unwrap();
    }
    call.hang_up();
    agency.settle().await.unwrap();

    let found = worker.get("/api/v1/leads?q=okoro").await;
    let lead = &found["items"][0];
    assert_eq!(
        (&lead["name"], &lead["phone"], &lead["budget_max"]),
        (&json!("Sam Okoro"), &json!("+447700900901"), &json!(2800))
    );
    let id = lead["id"].as_i64().unwrap();
    let whole = worker.get(&format!("/api/v1/leads/{id}")).await;
    let viewing = &whole["viewings"][0];
    assert_eq!((&viewing["viewer_name"], &viewing["status"]), (&json!("Sam Okoro"), &json!("booked")));
    assert!(!whole["messages"].as_array().unwrap().is_empty(), "the confirmation");
    let masked = reader.get(&format!("/api/v1/leads/{id}")).await;
    assert_eq!(
        (&masked["lead"]["phone"], &masked["lead"]["email"]),
        (&json!("+44•••••••901"), &json!("•••@example.com"))
    );
    assert_eq!(masked["viewings"][0]["viewer_phone"], "+44•••••••901");
    assert_eq!(worker.status(Method::GET, "/api/v1/leads/nobody", None).await, 404);

    let start: jiff::Timestamp = viewing["start"].as_str().unwrap().parse().unwrap();
    let day = agency::london::date_of(start);
    let diary = worker.get(&format!("/api/v1/viewings?from={day}&to={day}")).await;
    assert!(diary.as_array().unwrap().iter().any(|one| one["id"] == viewing["id"]));
    assert_eq!(worker.status(Method::GET, "/api/v1/viewings?from=2026-12-01&to=2026-11-01", None).await, 400);
    let slots = worker.get(&format!("/api/v1/slots?property={}&day={day}", viewing["property"])).await;
    let taken = slots.as_array().unwrap().iter().find(|slot| slot["start"] == viewing["start"]).unwrap();
    assert_eq!(taken["refusal"], "somebody views it then");
    assert!(slots.as_array().unwrap().iter().any(|slot| slot["negotiator"].is_string()));
    assert_eq!(worker.status(Method::GET, "/api/v1/slots?property=9999&day=2026-11-25", None).await, 404);

    let homes = worker.list("/api/v1/properties?q=maida&status=available").await;
    assert!(homes.iter().any(|home| home["next_viewing"].is_string() && home["leads"] == 1));
    let tickets = worker.list("/api/v1/tickets").await;
    let urgencies: Vec<&str> = tickets.iter().map(|one| one["urgency"].as_str().unwrap()).collect();
    let rank = |urgency: &&str| ["emergency", "urgent", "normal"].iter().position(|known| known == urgency);
    assert!(urgencies.is_sorted_by_key(rank), "{urgencies:?}");
}
