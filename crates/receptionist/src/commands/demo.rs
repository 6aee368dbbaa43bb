//! `demo`: a fictional agency, one call through everything, then a server to ring.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use agency::crm::UserId;
use agency::staff::StaffRole;
use phone_network::{Call, Faults};
use serde_json::{Map, Value};
use store::NewAccount;

use super::terminal::{caller, heading, print, receptionist, written};
use crate::app::App;
use crate::clock::{Clock, Ids};
use crate::dashboard::invite;
use crate::rehearsal::{AGENCY_NUMBER, Plan, Rehearsal};
use crate::scenarios::Snapshot;
use crate::{seed, server, telemetry};

#[derive(clap::Args)]
pub(super) struct Options {
    /// Stop after the call; the exit status is 0 only if the viewing is in the diary.
    #[arg(long)]
    exit: bool,
    /// Where the demo serves.
    #[arg(long, env = "LISTEN_ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Where its database lives; it is made anew each time.
    #[arg(long, env = "DATA_DIR", default_value = "./data")]
    data_dir: PathBuf,
}

const MANAGER: &str = "amy@johnbarclay.example";
const CALLER: &str = "+447700900900";

/// What the caller says. Every answer fits whatever day it is: choices, not dates.
const LINES: &[&str] = &[
    "Hi, I'm looking for a two bedroom flat to rent in Maida Vale",
    "up to two thousand eight hundred a month",
    "tell me more about the first one",
    "yes please, I'd like to see it",
    "the second one, please",
    "Sam Okoro",
    "sam dot okoro at example dot com",
    "yes, please book it",
    "no, that's all, thank you",
];

pub(super) async fn run(options: Options) -> anyhow::Result<bool> {
    telemetry::start_logging()?;
    std::fs::create_dir_all(&options.data_dir)?;
    let listen = if options.exit { SocketAddr::from(([127, 0, 0, 1], 0)) } else { options.listen };
    let rehearsal = Rehearsal::start(Plan {
        environment: Vec::new(),
        adjust: std::sync::Arc::new(|_| {}),
        database_url: format!("sqlite:{}", fresh_file(&options.data_dir)?.display()),
        clock: Clock::system(),
        ids: Ids::random(),
        listen,
        faults: Faults::default(),
        with_worker: true,
        request_wait: Duration::from_secs(8),
    })
    .await?;
    let today = agency::london::date_of(rehearsal.app.now());
    let rows: usize = seed::seed(&rehearsal.app.store, today).await?.iter().map(|(_, rows)| rows).sum();
    let rows = rows + seed::seed_past(&rehearsal.app.store, today).await?;
    heading(&format!(
        "{}: {rows} rows of a fictional agency, then a call from {CALLER}",
        rehearsal.app.agency().name
    ));
    print("");
    let booked = play(&rehearsal).await?;
    print("");
    if booked {
        heading("The viewing is in the diary, the lead in the CRM, and the confirmation has arrived.");
    } else {
        heading("The call did not end in a booking.");
    }
    if options.exit {
        rehearsal.stop().await;
        return Ok(booked);
    }
    tell_how_to_ring(&rehearsal, &sign_in_link(&rehearsal.app).await?);
    rehearsal.serve_until(server::stop_signal()).await;
    Ok(true)
}

fn fresh_file(folder: &std::path::Path) -> anyhow::Result<PathBuf> {
    for suffix in ["", "-wal", "-shm"] {
        match std::fs::remove_file(folder.join(format!("demo.db{suffix}"))) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(folder.join("demo.db"))
}

async fn play(rehearsal: &Rehearsal) -> anyhow::Result<bool> {
    let mut before = Snapshot::take(&rehearsal.app.store).await?;
    let mut call = rehearsal.network.ring(CALLER, AGENCY_NUMBER).await?;
    receptionist(&call.heard());
    before = tell_changes(rehearsal, &before).await?;
    for words in LINES {
        if call.ending().is_some() {
            break;
        }
        caller(words);
        say(&mut call, words).await?;
        receptionist(&call.heard());
        before = tell_changes(rehearsal, &before).await?;
    }
    call.hang_up();
    await_delivery(rehearsal).await?;
    tell_changes(rehearsal, &before).await?;
    is_booked(rehearsal).await
}

async fn say(call: &mut Call, words: &str) -> anyhow::Result<()> {
    Ok(call.say(words).await?)
}

/// The worker sends by itself; the demo waits a moment for the receipt.
async fn await_delivery(rehearsal: &Rehearsal) -> anyhow::Result<()> {
    const LOOKS_MAX: usize = 100;
    for _ in 0..LOOKS_MAX {
        rehearsal.network.settle().await;
        let messages = rehearsal.app.store.rows("messages").await?;
        let is_open =
            |row: &Map<String, Value>| matches!(row["status"].as_str(), Some("queued" | "sending" | "sent"));
        if !messages.iter().any(is_open) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

async fn is_booked(rehearsal: &Rehearsal) -> anyhow::Result<bool> {
    let viewings = rehearsal.app.store.rows("viewing_appointments").await?;
    Ok(viewings.iter().any(|row| row["viewer_phone"] == CALLER && row["status"] == "booked"))
}

/// What was written since the last turn, a line a row.
async fn tell_changes(rehearsal: &Rehearsal, before: &Snapshot) -> anyhow::Result<Snapshot> {
    let after = Snapshot::take(&rehearsal.app.store).await?;
    for (table, rows) in &before.changes(&after).rows {
        for row in rows {
            if let Some(line) = told(table, row) {
                written(&line);
            }
        }
    }
    Ok(after)
}

fn told(table: &str, row: &Map<String, Value>) -> Option<String> {
    let show = |column: &str| match row.get(column) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => "–".to_owned(),
        Some(other) => other.to_string(),
    };
    Some(match table {
        "voice_leads" => format!(
            "CRM    lead {}: {}, looking to {}, {} bedrooms, up to £{}, {}",
            show("id"),
            show("name"),
            show("looking_for"),
            show("bedrooms_min"),
            show("budget_max"),
            show("status")
        ),
        "voice_lead_calls" => format!("CRM    call {}: outcome {}", show("id"), show("outcome")),
        "voice_lead_properties" => {
            format!("CRM    home {} discussed: interest {}", show("property_id"), show("interest"))
        }
        "viewing_appointments" => format!(
            "diary  viewing {}: home {}, {} with negotiator {}, {}",
            show("id"),
            show("property_id"),
            show("scheduled_date"),
            show("agent_id"),
            show("status")
        ),
        "messages" => format!(
            "outbox {} to {}: {} — {}",
            show("channel"),
            show("to_address"),
            show("status"),
            show("body")
        ),
        "tasks" => format!("task   {} ({}), due {}", show("title"), show("priority"), show("due_at")),
        _ => return None,
    })
}

/// An account of this run, without a password until somebody chooses one.
async fn sign_in_link(app: &App) -> anyhow::Result<String> {
    let id = app.id("account");
    let mut tx = app.store.begin().await?;
    let new = NewAccount {
        id: &id,
        email: MANAGER,
        name: "Amy Hart",
        role: StaffRole::Admin,
        user: Some(UserId(1)),
        now: app.now(),
    };
    tx.add_account(&new).await?;
    let link = invite(app, &mut tx, &id).await?;
    tx.commit().await?;
    Ok(link)
}

fn tell_how_to_ring(rehearsal: &Rehearsal, link: &str) {
    let url = &rehearsal.base_url;
    print("");
    print(&format!("The dashboard: choose a password at {link}"));
    print(&format!("and sign in as {MANAGER}. The link is good once, the account for this run."));
    print("");
    print(&format!("Serving on {url}. In another terminal:"));
    print(&format!(
        "  receptionist call --url {url}                        ring as a new caller (make call does it too)"
    ));
    print(&format!(
        "  receptionist call --url {url} --from +447700900101   ring as Tom, who looked for a home before"
    ));
    print(&format!("  curl {url}/readyz"));
    print("Stop with Ctrl-C.");
}
