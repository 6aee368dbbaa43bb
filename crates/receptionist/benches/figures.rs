//! `make bench`: the figures of docs/performance.md, both databases side by side in one run. The machines are noisy:
//! compare within a run, not between runs. `cargo bench --bench figures -- hearing` measures the understanding alone.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use agency::conversation::{Context, Effect, Event, State, handle};
use agency::crm::{Caller, Listing, PropertyType, WantedArea, Wants};
use agency::language::{Lexicon, Line, understand};
use agency::search::attempts;
use agency::tools::ToolOutcome;
use anyhow::Context as _;
use jiff::civil::date;
use receptionist::scenarios::{Step, read_folder};
use receptionist::seed::{demo_homes, homes};
use store::Store;

const HOMES: usize = 10_000;
const LOOKUPS: usize = 400;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    if std::env::args().any(|argument| argument == "hearing") {
        return hearing();
    }
    println!("search over {HOMES} homes, {LOOKUPS} look-ups each");
    let mut medians = Vec::new();
    for (name, database) in testkit::both() {
        medians.push(search(name, &database.url).await?);
    }
    println!("  PostgreSQL / SQLite: {:.2} at the median", medians[1] / medians[0]);
    hearing()?;
    cold_starts()?;
    for (name, database) in testkit::both() {
        println!("50 calls at once on {name}");
        simulate(&["--database-url", &database.url])?;
    }
    Ok(())
}

/// Every sentence of the training and test sets, and every line of the scenarios as a turn of its own call.
fn hearing() -> anyhow::Result<()> {
    let lexicon = demo_lexicon();
    let sentences = sentences()?;
    let now = jiff::Timestamp::constant(1_795_426_200, 0);
    let lines: Vec<Line> =
        sentences.iter().map(|text| Line { text: text.clone(), ..Line::default() }).collect();
    understand(&lines[0], &lexicon, now);
    let began = Instant::now();
    let heard = lines.iter().filter(|line| understand(line, &lexicon, now).intent.is_some()).count();
    let took = began.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "some thousands")]
    let each = lines.len() as f64 / took;
    println!(
        "understanding {} sentences ({heard} with an intent): {each:.0} a second on one core",
        lines.len()
    );
    turns(&lexicon, now)
}

fn turns(lexicon: &Lexicon, now: jiff::Timestamp) -> anyhow::Result<()> {
    let settings = receptionist::settings::load(None, |_| None)?;
    let context = Context {
        now,
        agency: &settings.agency,
        greetings: &settings.greetings,
        hours: &settings.hours,
        lexicon,
        office: &settings.office,
        triage: &settings.triage,
        has_model: false,
    };
    let mut times = Vec::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    for (_, scenario) in read_folder(&folder)? {
        let mut state = State::new(Caller::unknown(None));
        for step in &scenario.steps {
            let Step::Say(words) = step else { continue };
            let began = Instant::now();
            let effects =
                handle(&mut state, Event::CallerSpoke { alternatives: vec![words.clone()] }, &context);
            times.push(began.elapsed().as_secs_f64() * 1000.0);
            if effects.iter().any(|effect| matches!(effect, Effect::RunTool { .. })) {
                handle(&mut state, Event::ToolFinished { outcome: ToolOutcome::Failed }, &context);
            }
        }
    }
    times.sort_by(f64::total_cmp);
    let at = |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)];
    println!("a turn of the rules engine ({}): p50 {:.3} ms, p99 {:.3} ms", times.len(), at(50), at(99));
    Ok(())
}

fn demo_lexicon() -> Lexicon {
    let text = |home: &serde_json::Value, key: &str| home[key].as_str().unwrap_or_default().to_owned();
    let homes = demo_homes(date(2026, 11, 23));
    let places = |home| (text(home, "area"), text(home, "address_line1"), text(home, "postcode"));
    Lexicon::of_homes(homes.iter().map(places))
}

fn sentences() -> anyhow::Result<Vec<String>> {
    let agency = Path::new(env!("CARGO_MANIFEST_DIR")).join("../agency");
    let mut all = Vec::new();
    for folder in ["training", "training/triage", "tests/utterances"] {
        let files = std::fs::read_dir(agency.join(folder))?.flatten();
        for file in files.filter(|file| file.path().is_file()) {
            let text = std::fs::read_to_string(file.path())?;
            let rows = text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
            all.extend(rows.filter_map(|row| row["text"].as_str().map(str::to_owned)));
        }
    }
    Ok(all)
}

async fn search(name: &str, url: &str) -> anyhow::Result<f64> {
    let store = Store::open(url).await?;
    let rows =
        homes(HOMES, date(2026, 11, 23)).into_iter().filter_map(|row| row.as_object().cloned()).collect();
    let mut tx = store.begin().await?;
    tx.insert_rows("properties", &rows).await?;
    tx.commit().await?;
    let mut times = Vec::with_capacity(LOOKUPS);
    let mut found = 0;
    for n in 0..LOOKUPS {
        let (_, criteria) = attempts(&wants(n)).swap_remove(n % 2);
        let began = Instant::now();
        found += store.find_properties(&criteria, 3).await?.len();
        times.push(began.elapsed());
    }
    times.sort();
    let ms =
        |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)].as_secs_f64() * 1000.0;
    println!(
        "  {name}: p50 {:.2} ms, p95 {:.2} ms, p99 {:.2} ms ({found} homes found)",
        ms(50),
        ms(95),
        ms(99)
    );
    store.close().await;
    Ok(ms(50))
}

fn wants(n: usize) -> Wants {
    let areas = [("Maida Vale", "W9"), ("Kilburn", "NW6"), ("Bayswater", "W2"), ("Kensal Rise", "NW10")];
    let (name, outward) = areas[n % areas.len()];
    let listing = if n.is_multiple_of(3) { Listing::Sale } else { Listing::Rent };
    let beds = i64::try_from(n % 4).unwrap_or_default();
    Wants {
        listing: Some(listing),
        property_type: n.is_multiple_of(5).then_some(PropertyType::Flat),
        bedrooms_min: Some(beds),
        bedrooms_max: Some(beds),
        budget_max: Some(if listing == Listing::Sale { 900_000 } else { 2_600 }),
        areas: vec![WantedArea { name: Some(name.into()), outward: Some(outward.into()) }],
        ..Wants::default()
    }
}

/// From the start of the process to the first answer, on a database that is there already and on a new one.
fn cold_starts() -> anyhow::Result<()> {
    let folder = tempfile::TempDir::new()?;
    let data_dir = folder.path().display().to_string();
    for what in ["new database", "existing database", "existing database", "existing database"] {
        println!("cold start, {what}: {:.0} ms", cold_start(&data_dir)?.as_secs_f64() * 1000.0);
    }
    Ok(())
}

fn cold_start(data_dir: &str) -> anyhow::Result<Duration> {
    let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let address = format!("127.0.0.1:{port}");
    let began = Instant::now();
    let mut server = Command::new(env!("CARGO_BIN_EXE_receptionist"))
        .arg("serve")
        .envs([
            ("DATA_DIR", data_dir),
            ("LISTEN_ADDR", &address),
            ("TWILIO_ACCOUNT_SID", "AC1"),
            ("TWILIO_AUTH_TOKEN", "t"),
        ])
        .envs([
            ("TWILIO_PHONE_NUMBER", "+442079460100"),
            ("TWILIO_API_URL", "http://127.0.0.1:1"),
            ("RUST_LOG", "error"),
        ])
        .stdin(Stdio::null())
        .spawn()?;
    let answered = loop {
        if health(&address).is_ok() {
            break Ok(began.elapsed());
        }
        if began.elapsed() > Duration::from_secs(10) {
            break Err(anyhow::anyhow!("the server did not come up on {address}"));
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    server.kill()?;
    server.wait()?;
    answered
}

fn health(address: &str) -> anyhow::Result<()> {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(1)))?;
    stream.write_all(b"GET /readyz HTTP/1.0\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    anyhow::ensure!(answer.contains("200 OK"), "not ready");
    Ok(())
}

fn simulate(database: &[&str]) -> anyhow::Result<()> {
    let status = Command::new(env!("CARGO_BIN_EXE_receptionist"))
        .args(["simulate", "--at-once", "50", "--calls", "500"])
        .args(database)
        .env("RUST_LOG", "error")
        .status()
        .context("simulate could not be started")?;
    anyhow::ensure!(status.success(), "simulate lost something");
    Ok(())
}
