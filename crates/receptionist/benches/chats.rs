//! `cargo bench --bench chats`: from a message that somebody wrote to the answer leaving for Twilio, with the whole app, its
//! worker and the phone network in this process: by the rules alone, and with a model that answers at once. First one person
//! after the other, then fifty at a time. What they write is plainly whole, so that nobody waits for more of it.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use phone_network::Faults;
use receptionist::clock::{Clock, Ids};
use receptionist::rehearsal::{AGENCY_NUMBER, Plan, Rehearsal};
use receptionist::seed::seed;
use testkit::{Reply, ScriptedModel};

const ALONE: usize = 100;
const PEOPLE: usize = 400;
const AT_ONCE: usize = 50;
const WORDS: &str = "I was wondering about something for a friend of mine?";

fn main() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(measure())
}

async fn measure() -> anyhow::Result<()> {
    let answer = Reply::Say("Of course, let me tell you more about how we could help with that.".into());
    let model = ScriptedModel::start(Vec::new(), answer, Duration::ZERO).await;
    for (mind, url) in [("the rules", None), ("a model at once", Some(model.url.as_str()))] {
        for (name, database) in testkit::both() {
            let app = start(&database.url, url).await?;
            seed(&app.app.store, agency::london::date_of(app.app.now())).await?;
            let alone = sorted(one_by_one(&app, ALONE).await?);
            let together = sorted(in_crowds(&app).await?);
            println!(
                "{name}, {mind}: alone p50 {:.1} ms, p99 {:.1} ms; {AT_ONCE} at a time p50 {:.1} ms, p99 {:.1} ms",
                at(&alone, 50),
                at(&alone, 99),
                at(&together, 50),
                at(&together, 99)
            );
            app.stop().await;
        }
    }
    Ok(())
}

async fn start(database: &str, model: Option<&str>) -> anyhow::Result<Rehearsal> {
    let mut environment = vec![("VOICE_MODE", "gather".to_owned())];
    if let Some(url) = model {
        environment.push(("OPENAI_API_KEY", "a key of no worth".to_owned()));
        environment.push(("OPENAI_BASE_URL", url.to_owned()));
    }
    let plan = Plan {
        database_url: database.to_owned(),
        clock: Clock::system(),
        ids: Ids::random(),
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        faults: Faults::default(),
        with_worker: true,
        request_wait: Duration::from_secs(5),
        environment,
        adjust: std::sync::Arc::new(|_| {}),
    };
    Rehearsal::start(plan).await
}

/// Ofcom's numbers for drama; those below are the fictional agency's own.
fn number(n: usize) -> String {
    format!("+447700900{:03}", n + 300)
}

async fn one_by_one(app: &Rehearsal, people: usize) -> anyhow::Result<Vec<f64>> {
    let mut took = Vec::new();
    for n in 0..people {
        took.push(answered(app, number(n)).await?);
    }
    Ok(took)
}

async fn in_crowds(app: &Rehearsal) -> anyhow::Result<Vec<f64>> {
    let mut took = Vec::new();
    for crowd in 0..PEOPLE / AT_ONCE {
        let writing = (0..AT_ONCE).map(|n| answered(app, number(ALONE + crowd * AT_ONCE + n)));
        for one in futures_util::future::join_all(writing).await {
            took.push(one?);
        }
    }
    Ok(took)
}

/// Milliseconds until the answer was accepted by the network.
async fn answered(app: &Rehearsal, from: String) -> anyhow::Result<f64> {
    let began = Instant::now();
    app.network.write(&from, AGENCY_NUMBER, WORDS).await;
    while began.elapsed() < Duration::from_secs(20) {
        if app.network.has_message_to(&from) {
            return Ok(began.elapsed().as_secs_f64() * 1_000.0);
        }
        tokio::time::sleep(Duration::from_micros(200)).await;
    }
    None.context("an answer did not come within 20 s")
}

fn sorted(mut took: Vec<f64>) -> Vec<f64> {
    took.sort_by(f64::total_cmp);
    took
}

fn at(took: &[f64], percent: usize) -> f64 {
    took[(took.len() * percent / 100).min(took.len() - 1)]
}
