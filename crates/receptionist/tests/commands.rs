//! The binary as people use it: help, exit codes, published formats, and the demo.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn run(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_receptionist"))
        .args(arguments)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .envs(variables.iter().copied())
        .current_dir(root())
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn help_has_examples_and_exit_codes_tell_what_happened() {
    let help = run(&["--help"], &[]);
    assert!(help.status.success() && text(&help.stdout).contains("Examples:"));
    assert_eq!(run(&["dance"], &[]).status.code(), Some(2));
    let bad = run(&["serve"], &[("BASE_URL", "http://example.co.uk")]);
    assert_eq!(bad.status.code(), Some(3));
    assert!(text(&bad.stderr).contains("fix:"), "{}", text(&bad.stderr));
    let unset = run(&["serve"], &[]);
    assert_eq!(unset.status.code(), Some(1));
    assert!(text(&unset.stderr).contains("TWILIO_AUTH_TOKEN"), "{}", text(&unset.stderr));
    let nowhere = run(&["scenarios", "run", "no-such-folder"], &[]);
    assert_eq!(nowhere.status.code(), Some(1));
    assert!(text(&nowhere.stderr).contains("no-such-folder"));
    let nobody = run(&["call", "--url", "http://127.0.0.1:1", "--say", "hello"], &[]);
    assert!(text(&nobody.stderr).contains("is the server running there?"), "{}", text(&nobody.stderr));
    let outside = run(&["call", "--url", "https://example.com"], &[]);
    assert!(text(&outside.stderr).contains("loopback only"));
    assert!(text(&run(&["completion", "bash"], &[]).stdout).contains("receptionist"));
}

#[test]
fn the_demo_books_and_says_so_by_its_status() {
    let folder = tempfile::TempDir::new().unwrap();
    let demo = run(&["demo", "--exit", "--data-dir", &folder.path().display().to_string()], &[]);
    let told = text(&demo.stdout);
    assert_eq!(demo.status.code(), Some(0), "{told}\n{}", text(&demo.stderr));
    for words in
        ["That's booked", "diary viewing", "outbox sms to +447700900900: delivered", "viewing_booked"]
    {
        assert!(told.contains(words), "{words} is not in:\n{told}");
    }
    assert!(!text(&demo.stderr).contains("7700900900"), "no personal data in logs: {}", text(&demo.stderr));
}

#[test]
fn seed_and_migrate_say_what_they_did() {
    let folder = tempfile::TempDir::new().unwrap();
    let data_dir = folder.path().display().to_string();
    assert!(text(&run(&["migrate"], &[("DATA_DIR", &data_dir)]).stdout).contains("up to date"));
    let seeded = run(&["seed"], &[("DATA_DIR", &data_dir)]);
    assert!(text(&seeded.stdout).contains("properties: 96"), "{}", text(&seeded.stdout));
    let again = run(&["seed"], &[("DATA_DIR", &data_dir)]);
    assert_eq!(again.status.code(), Some(1));
    assert!(text(&again.stderr).contains("has properties already"));
    let promises = run(&["tasks", "--promises"], &[("DATA_DIR", &data_dir)]);
    assert!(text(&promises.stdout).starts_with("call-backs: 0 made in time"), "{}", text(&promises.stderr));
    let unknown = run(&["tasks", "--done", "task_unknown"], &[("DATA_DIR", &data_dir)]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(text(&unknown.stderr).contains("`receptionist tasks` lists them"));
}

#[tokio::test]
async fn the_fictional_agency_is_the_same_every_time() {
    let today = jiff::civil::date(2026, 11, 23);
    let mut pictures = Vec::new();
    for (_, database) in testkit::both() {
        let store = store::Store::open(&database.url).await.unwrap();
        receptionist::seed::seed(&store, today).await.unwrap();
        let mut homes = store.rows("properties").await.unwrap();
        homes.sort_by_key(|home| home["id"].as_i64());
        pictures.push(
            homes
                .iter()
                .map(|home| (home["reference"].clone(), home["price"].clone(), home["address_line1"].clone()))
                .collect::<Vec<_>>(),
        );
    }
    assert_eq!(pictures[0], pictures[1]);
    assert!(pictures[0].len() >= 80);
    assert_eq!(receptionist::seed::homes(96, today), receptionist::seed::homes(96, today));
}

/// The published schema is the code's, the samples fit it, and the sample is a scenario that passes.
#[tokio::test(flavor = "multi_thread")]
async fn the_scenario_format_is_published_as_it_is() {
    let printed = text(&run(&["scenarios", "schema"], &[]).stdout);
    let published = std::fs::read_to_string(root().join("docs/schemas/scenario.schema.json")).unwrap();
    assert_eq!(printed.trim(), published.trim(), "run `make schemas`");
    let schema: serde_json::Value = serde_json::from_str(&published).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let sample = root().join("docs/schemas/scenario.sample.yaml");
    let mut files: Vec<PathBuf> = ["scenarios", "scenarios/model"].iter().flat_map(yaml_files).collect();
    files.push(sample.clone());
    for file in files {
        let value: serde_json::Value =
            serde_saphyr::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{}: {errors:?}", file.display());
    }
    let scenario = receptionist::scenarios::read_file(&sample).unwrap();
    let verdict = receptionist::scenarios::run(&scenario, &testkit::sqlite().url, &[]).await.unwrap();
    assert_eq!(verdict.problems, Vec::<String>::new(), "{:#?}", verdict.transcript);
}

fn yaml_files(folder: &&str) -> Vec<PathBuf> {
    let files = std::fs::read_dir(root().join(folder)).unwrap().map(|file| file.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|extension| extension == "yaml")).collect()
}

/// All that is kept of a person, as text and as an archive; then nothing is.
#[test]
fn a_person_is_exported_and_erased() {
    let folder = tempfile::TempDir::new().unwrap();
    let data = folder.path().display().to_string();
    let with = |arguments: &[&str]| run(arguments, &[("DATA_DIR", data.as_str())]);
    assert!(with(&["seed"]).status.success());
    let phone = "07700 900101";
    let shown = with(&["export", "caller", "--phone", phone]);
    let all: serde_json::Value = serde_json::from_slice(&shown.stdout).unwrap();
    assert_eq!(all["tables"]["voice_leads"][0]["name"], "Tom Becker", "{all}");
    let archive = folder.path().join("tom.zip");
    assert!(
        with(&["export", "caller", "--phone", phone, "--to", &archive.display().to_string()])
            .status
            .success()
    );
    let mut zip = zip::ZipArchive::new(std::fs::File::open(&archive).unwrap()).unwrap();
    let words = std::io::read_to_string(zip.by_name("what-we-hold.txt").unwrap()).unwrap();
    assert!(words.contains("VOICE LEADS") && words.contains("name: Tom Becker"), "{words}");

    let asked = with(&["erase", "caller", "--phone", phone]);
    assert_eq!(asked.status.code(), Some(1));
    assert!(text(&asked.stderr).contains("--yes"), "{}", text(&asked.stderr));
    let hold = with(&["hold", "caller", "--phone", phone, "--reason", "deposit dispute"]);
    assert!(hold.status.success(), "{}", text(&hold.stderr));
    let held = with(&["erase", "caller", "--phone", phone, "--yes"]);
    assert!(text(&held.stderr).contains("deposit dispute"), "{}", text(&held.stderr));
    assert!(with(&["hold", "caller", "--phone", phone, "--lift"]).status.success());
    let erased = with(&["erase", "caller", "--phone", phone, "--yes", "--json"]);
    let told: serde_json::Value = serde_json::from_slice(&erased.stdout).unwrap();
    assert_eq!((&told["erased"], &told["still_found"]), (&true.into(), &serde_json::json!([])));
    let tonight = with(&["retention", "--json"]);
    let due: serde_json::Value = serde_json::from_slice(&tonight.stdout).unwrap();
    assert_eq!((&due["due"]["leads"], &due["kept"]["leads_months"]), (&0.into(), &24.into()));
    let again = with(&["export", "caller", "--phone", phone]);
    assert_eq!(again.status.code(), Some(1));
    assert!(text(&again.stderr).contains("nothing is kept"));
}
