//! `simulate`: many calls at once against one process, with how long callers waited and what was lost; with `--faults`, against real
//! processes whose world fails (`faults/`).

use std::path::PathBuf;
use std::time::Duration;

use phone_network::Faults;
use serde_json::json;

use super::terminal::print;
use crate::clock::{Clock, Ids};
use crate::faults::{self, Database, Trial};
use crate::rehearsal::{AGENCY_NUMBER, Plan, Rehearsal};
use crate::seed;

#[derive(clap::Args)]
pub(super) struct Options {
    /// Calls at the same time.
    #[arg(long, default_value_t = 50)]
    at_once: u32,
    /// Calls in all.
    #[arg(long, default_value_t = 500)]
    calls: u32,
    /// How long a caller thinks before each answer, in milliseconds.
    #[arg(long, default_value_t = 250)]
    think_ms: u64,
    /// Kill, pause and cut off real processes meanwhile, and audit everything at the end (needs PostgreSQL and nginx, or `--on sqlite`).
    #[arg(long)]
    faults: bool,
    /// What the processes run on with --faults.
    #[arg(long, value_enum, default_value_t = Database::Postgres)]
    on: Database,
    /// Faults are drawn with this seed; without it the phone network has none.
    #[arg(long)]
    seed: Option<u64>,
    /// An empty database (`postgres://…`); without it, a temporary embedded one.
    #[arg(long)]
    database_url: Option<String>,
    /// One JSON object on standard output.
    #[arg(long)]
    json: bool,
    #[arg(long, hide = true)]
    keep: Option<PathBuf>,
}

const LINES: &[&str] = &[
    "I'm looking for a two bedroom flat to rent in Maida Vale",
    "three thousand a month",
    "the first one",
    "the second one",
    "Load Tester",
    "no email",
    "yes please",
    "no thank you, goodbye",
];

pub(super) const EXAMPLES: &str = "Examples:
  receptionist simulate --calls 2000 --at-once 100
  receptionist simulate --faults --seed 7 --calls 500
  receptionist simulate --faults --seed 7 --calls 500 --on sqlite";

pub(super) async fn run(options: Options) -> anyhow::Result<bool> {
    if options.faults {
        return with_faults(&options).await;
    }
    let folder = tempfile::TempDir::new()?;
    let file = options.keep.clone().unwrap_or_else(|| folder.path().join("simulate.db"));
    let embedded = format!("sqlite:{}", file.display());
    let rehearsal = Rehearsal::start(Plan {
        environment: Vec::new(),
        adjust: std::sync::Arc::new(|_| {}),
        database_url: options.database_url.clone().unwrap_or(embedded),
        clock: Clock::system(),
        ids: Ids::random(),
        listen: ([127, 0, 0, 1], 0).into(),
        faults: network_faults(options.seed),
        with_worker: true,
        request_wait: Duration::from_secs(2),
    })
    .await?;
    seed::seed(&rehearsal.app.store, agency::london::date_of(rehearsal.app.now())).await?;
    let before = rehearsal.app.store.rows("voice_lead_calls").await?.len();
    let ended = place_calls(&rehearsal, &options).await;
    rehearsal.network.settle().await;
    rehearsal.network.deliver_late();
    rehearsal.network.settle().await;
    let kept = rehearsal.app.store.rows("voice_lead_calls").await?.len() - before;
    let booked = rehearsal
        .app
        .store
        .rows("viewing_appointments")
        .await?
        .iter()
        .filter(|row| row["viewer_name"] == "Load Tester")
        .count();
    let report =
        Report { calls: options.calls, ended, kept, booked, latencies: rehearsal.network.latencies() };
    let complaints = rehearsal.network.complaints();
    print(&if options.json { report.json() } else { report.text() });
    complaints.iter().take(10).for_each(|complaint| print(complaint));
    rehearsal.stop().await;
    Ok(complaints.is_empty() && report.nothing_lost())
}

async fn with_faults(options: &Options) -> anyhow::Result<bool> {
    let Options { calls, at_once, on, .. } = *options;
    let trial = Trial { seed: options.seed.unwrap_or(1), calls, at_once, on };
    let outcome = faults::run(trial).await?;
    print(&if options.json { outcome.json() } else { outcome.text() });
    Ok(outcome.passed())
}

fn network_faults(seed: Option<u64>) -> Faults {
    let Some(seed) = seed else { return Faults::default() };
    Faults {
        seed,
        webhook_twice: 0.1,
        accepted_in_silence: 0.02,
        lost_in_silence: 0.02,
        server_error: 0.05,
        too_many_requests: 0.05,
        callbacks_late: 0.2,
        callback_twice: 0.2,
        callbacks_out_of_order: 0.3,
    }
}

/// How many calls reached their end.
async fn place_calls(rehearsal: &Rehearsal, options: &Options) -> usize {
    let gate = std::sync::Arc::new(tokio::sync::Semaphore::new(options.at_once as usize));
    let think = Duration::from_millis(options.think_ms);
    let mut calls = tokio::task::JoinSet::new();
    for n in 0..options.calls {
        let (network, gate) = (rehearsal.network.clone(), gate.clone());
        calls.spawn(async move {
            let _turn = gate.acquire_owned().await;
            // Callers do not ring in step.
            tokio::time::sleep(think * (n % 10) / 10).await;
            let mut call = network.ring(&format!("+447700900{:03}", 300 + n % 600), AGENCY_NUMBER).await?;
            for words in LINES {
                tokio::time::sleep(think).await;
                if call.ending().is_none() {
                    call.say(words).await?;
                }
            }
            call.hang_up();
            Ok::<(), phone_network::NetworkError>(())
        });
    }
    let outcomes = calls.join_all().await;
    outcomes.iter().filter(|outcome| outcome.is_ok()).count()
}

struct Report {
    calls: u32,
    ended: usize,
    kept: usize,
    booked: usize,
    latencies: Vec<Duration>,
}

impl Report {
    fn nothing_lost(&self) -> bool {
        self.ended == self.calls as usize && self.kept == self.calls as usize
    }

    /// The given share of webhooks was answered, and of turns over a relay begun to be answered, within this many milliseconds.
    fn within_ms(&self, percent: usize) -> f64 {
        let mut sorted = self.latencies.clone();
        sorted.sort();
        let at = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
        sorted.get(at).map_or(0.0, |latency| latency.as_secs_f64() * 1000.0)
    }

    fn text(&self) -> String {
        format!(
            "{} calls: {} ended, {} kept as leads' calls, {} viewings booked\n{} answers (webhooks, and first words over a relay): p50 {:.1} ms, p95 {:.1} ms, p99 {:.1} ms, max {:.1} ms",
            self.calls,
            self.ended,
            self.kept,
            self.booked,
            self.latencies.len(),
            self.within_ms(50),
            self.within_ms(95),
            self.within_ms(99),
            self.within_ms(100)
        )
    }

    fn json(&self) -> String {
        json!({
            "calls": self.calls, "ended": self.ended, "kept": self.kept, "booked": self.booked, "answers": self.latencies.len(),
            "p50_ms": self.within_ms(50), "p95_ms": self.within_ms(95), "p99_ms": self.within_ms(99), "max_ms": self.within_ms(100),
        })
        .to_string()
    }
}
