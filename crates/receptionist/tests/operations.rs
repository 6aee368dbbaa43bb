//! What an operator does: asks what is missing, connects the number, makes a backup and puts it back.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod support;

use std::collections::BTreeSet;
use std::process::{Command, Output};

use receptionist::rehearsal::{ACCOUNT_SID, AGENCY_NUMBER, AUTH_TOKEN};
use serde_json::Value;
use store::Store;
use support::process::{serve, stage};

fn run(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_receptionist"))
        .args(arguments)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .envs(variables.iter().copied())
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What the doctor says of each check.
fn examined(variables: &[(&str, &str)]) -> (bool, impl Fn(&str) -> (String, String) + use<>) {
    let output = run(&["doctor", "--json"], variables);
    let told: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output.stderr)));
    assert_eq!(output.status.code(), Some(i32::from(told["ok"] != true)));
    let is_ready = told["ok"] == true;
    let of = move |check: &str| {
        let found = told["checks"].as_array().unwrap().iter().find(|one| one["check"] == check);
        let found = found.unwrap_or_else(|| panic!("{check} is not among {told}"));
        assert_eq!(
            found["fix"].is_null(),
            ["ok", "skipped"].contains(&found["verdict"].as_str().unwrap()),
            "{found}"
        );
        (found["verdict"].as_str().unwrap().to_owned(), found["found"].as_str().unwrap().to_owned())
    };
    (is_ready, of)
}

fn judged(of: &impl Fn(&str) -> (String, String), verdicts: &[(&str, &str)]) {
    for (check, verdict) in verdicts {
        let (found, why) = of(check);
        assert_eq!(found, *verdict, "{check}: {why}");
    }
}

/// Whoever has lost their authenticator gets in again by whoever runs the machine, and the audit says so.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_second_factor_locks_nobody_out() {
    let database = testkit::sqlite();
    let user = |more: &[&str]| {
        let output = run(&[&["user"], more].concat(), &[("DATABASE_URL", database.url.as_str())]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout)
    };
    let aisha = ["--email", "aisha@agency.example"];
    user(&[&["add"], &aisha[..], &["--name", "Aisha Khan", "--role", "admin"]].concat());
    let store = Store::open(&database.url).await.unwrap();
    let account = store.account_of(aisha[1]).await.unwrap().unwrap();
    let mut tx = store.begin().await.unwrap();
    tx.set_totp(&account.id, Some("JBSWY3DPEHPK3PXP"), account.created).await.unwrap();
    tx.commit().await.unwrap();
    let has_one = || user(&["list", "--json"]).contains(r#""has_second_factor":true"#);
    user(&[&["reset"], &aisha[..]].concat());
    assert!(has_one(), "a new password is no new telephone");
    assert!(user(&[&["reset"], &aisha[..], &["--second-factor"]].concat()).contains("/welcome#"));
    assert!(!has_one());
    let actions: Vec<Value> =
        store.rows("audit_log").await.unwrap().iter().map(|row| row["action"].clone()).collect();
    for done in ["account_created", "link_made", "second_factor_ended"] {
        assert!(actions.iter().any(|action| action == done), "{done}: {actions:?}");
    }
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_looks_and_changes_nothing() {
    let nothing = tempfile::tempdir().unwrap();
    let (is_ready, of) = examined(&[("DATA_DIR", &nothing.path().display().to_string())]);
    assert!(!is_ready);
    judged(
        &of,
        &[
            ("database", "fail"),
            ("base_url", "fail"),
            ("twilio_number", "fail"),
            ("model", "skipped"),
            ("email", "skipped"),
        ],
    );
    assert!(!nothing.path().join("receptionist.db").exists(), "looking changes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_says_what_is_missing_and_the_number_is_connected() {
    let database = testkit::sqlite();
    let (store, network, port) = stage(&database).await;
    let base = format!("http://127.0.0.1:{port}");
    let server = serve(port, &database.url, network.rest_url()).await;
    let api = network.rest_url();
    let variables = [
        ("DATABASE_URL", database.url.as_str()),
        ("BASE_URL", &base),
        ("TWILIO_API_URL", api),
        ("TWILIO_ACCOUNT_SID", ACCOUNT_SID),
        ("TWILIO_AUTH_TOKEN", AUTH_TOKEN),
        ("TWILIO_PHONE_NUMBER", AGENCY_NUMBER),
        ("EMERGENCY_CONTACT_PHONE", "+447700900999"),
        ("OPENAI_API_KEY", "a key of no worth"),
        ("OPENAI_BASE_URL", "http://127.0.0.1:1/v1"),
        ("SMTP_URL", "smtp://127.0.0.1:1"),
        ("EMAIL_FROM", "office@agency.example"),
    ];
    let (_, of) = examined(&variables);
    assert!(of("twilio_number").1.contains("not a number of this account"));
    network.own(AGENCY_NUMBER);
    let (is_ready, of) = examined(&variables);
    assert!(
        !is_ready && of("twilio_number").1.contains("VoiceUrl, VoiceFallbackUrl, StatusCallback, SmsUrl")
    );
    judged(
        &of,
        &[
            ("database", "ok"),
            ("base_url", "warn"),
            ("fallback", "warn"),
            ("model", "warn"),
            ("email", "fail"),
            ("whatsapp", "skipped"),
            ("accounts", "fail"),
            ("backup", "warn"),
            ("recording", "skipped"),
            ("test_emergency", "warn"),
        ],
    );
    let recorded: Vec<(&str, &str)> = variables.iter().copied().chain([("VOICE_RECORD", "true")]).collect();
    judged(&examined(&recorded).1, &[("recording", "ok")]);

    let shown = run(&["twilio", "connect"], &variables);
    assert_eq!(shown.status.code(), Some(1));
    assert!(text(&shown.stdout).contains(&format!("+ {base}/api/voice/inbound")), "{}", text(&shown.stdout));
    assert!(examined(&variables).1("twilio_number").0 == "fail", "showing changes nothing");
    assert!(run(&["twilio", "connect", "--yes"], &variables).status.success());
    assert_eq!(examined(&variables).1("twilio_number").0, "ok");
    let wrong: Vec<(&str, &str)> = variables
        .iter()
        .map(|(name, value)| (*name, if *name == "TWILIO_AUTH_TOKEN" { "wrong" } else { *value }))
        .collect();
    assert!(examined(&wrong).1("twilio_number").1.contains("does not know this account"));

    let folder = tempfile::tempdir().unwrap();
    assert!(run(&["backup", "--to", &folder.path().display().to_string()], &variables).status.success());
    assert_eq!(examined(&variables).1("backup").0, "ok");
    drop(server);
    store.close().await;
    assert_eq!(examined(&variables).1("base_url").0, "fail");
}

/// While the server answers, a backup is made; elsewhere it is put in place, and everything is there.
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_made_under_way_and_put_back() {
    for (from, to) in [(testkit::sqlite(), testkit::sqlite()), (testkit::postgres(), testkit::postgres())] {
        let (store, network, port) = stage(&from).await;
        let server = serve(port, &from.url, network.rest_url()).await;
        let folder = tempfile::tempdir().unwrap();
        let here = tempfile::tempdir().unwrap();
        let there = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(here.path().join("media/2026")).unwrap();
        std::fs::write(here.path().join("media/2026/tap.jpg"), "a picture").unwrap();
        let data = here.path().display().to_string();
        let mut call = network.ring("+447700900940", AGENCY_NUMBER).await.unwrap();
        call.say("a two bedroom flat to rent in Maida Vale").await.unwrap();
        let made = run(
            &["backup", "--to", &folder.path().display().to_string()],
            &[("DATABASE_URL", &from.url), ("DATA_DIR", &data)],
        );
        assert!(made.status.success(), "{}", text(&made.stderr));
        let made = text(&made.stdout).trim().to_owned();
        call.say("up to three thousand a month").await.unwrap();
        call.hang_up();
        let leads = store.rows("voice_leads").await.unwrap().len();
        drop(server);
        store.close().await;

        let data = there.path().display().to_string();
        let variables = [("DATABASE_URL", to.url.as_str()), ("DATA_DIR", &data)];
        let put = run(&["restore", &made], &variables);
        assert!(put.status.success(), "{}", text(&put.stderr));
        assert!(there.path().join("media/2026/tap.jpg").exists());
        let again = run(&["restore", &made], &variables);
        assert!(!again.status.success(), "what is there is not overwritten: {}", text(&again.stderr));
        let restored = Store::open(&to.url).await.unwrap();
        assert_eq!(restored.rows("voice_leads").await.unwrap().len(), leads);
        let turns = restored.rows("conversation_turns").await.unwrap();
        assert!(turns.iter().any(|turn| turn["words"] == "a two bedroom flat to rent in Maida Vale"));
        assert!(
            !turns.iter().any(|turn| turn["words"] == "up to three thousand a month"),
            "it was said later"
        );
        restored.close().await;
    }
}

#[test]
fn a_damaged_backup_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("receptionist.db"), vec![7; 40_000]).unwrap();
    let data = tempfile::tempdir().unwrap();
    let put = run(
        &["restore", &folder.path().display().to_string()],
        &[("DATA_DIR", &data.path().display().to_string())],
    );
    assert_eq!(put.status.code(), Some(1));
    assert!(!data.path().join("receptionist.db").exists(), "{}", text(&put.stderr));
}

/// An alert on a figure that nobody records never rings, nor does its panel show anything; and what is recorded is explained.
#[test]
fn figures_are_recorded_explained_and_nothing_else_is_asked_for() {
    fn source(folder: &std::path::Path, into: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                source(&path, into);
            } else {
                into.push_str(&std::fs::read_to_string(path).unwrap_or_default());
            }
        }
    }
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut code = String::new();
    source(&root.join("src"), &mut code);
    let read = |file: &str| std::fs::read_to_string(root.join("../..").join(file)).unwrap();
    let explained = read("docs/metrics.md");
    let after = |text: &str| text.split('"').next().unwrap().to_owned();
    let kinds = ["counter!(\"", "gauge!(\"", "histogram!(\""];
    let recorded: BTreeSet<String> =
        kinds.iter().flat_map(|kind| code.split(kind).skip(1).map(after)).collect();
    assert!(recorded.len() > 25, "{recorded:?}");
    for name in &recorded {
        assert!(explained.contains(&format!("| `{name}` |")), "{name} is not in docs/metrics.md");
    }
    let board: Value = serde_json::from_str(&read("deploy/grafana.json")).unwrap();
    let panels = board["panels"].as_array().unwrap().iter();
    let shown = panels
        .flat_map(|panel| panel["targets"].as_array().unwrap())
        .map(|target| target["expr"].as_str().unwrap().to_owned());
    let rules = read("deploy/alerts.yml");
    let alerts = rules.lines().filter_map(|line| line.trim().strip_prefix("expr: ")).map(str::to_owned);
    let explained =
        explained.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).map(str::to_owned);
    let mut known = 0;
    for expression in shown.chain(alerts).chain(explained) {
        // Labels' values and durations are no figures.
        let outside: String =
            expression.split('{').map(|part| part.split('}').next_back().unwrap_or_default()).collect();
        let names =
            outside.split(|c: char| !c.is_ascii_lowercase() && c != '_').filter(|name| name.contains('_'));
        for name in names {
            assert!(recorded.contains(name), "{name} of `{expression}` is not recorded");
            known += 1;
        }
    }
    assert!(known > 50, "{known}");
}
