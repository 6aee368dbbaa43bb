//! `export`, `erase` and `hold caller`: what a person may ask for, and what forbids it.

use std::path::PathBuf;

use agency::phone::PhoneNumber;
use anyhow::Context;
use serde_json::{Value, json};

use super::terminal::{complain, print};
use crate::app::App;
use crate::clock::{Clock, Ids};
use crate::privacy;
use crate::settings::Settings;

#[derive(clap::Subcommand)]
pub(super) enum Export {
    /// All that is kept of the person with this number: JSON on standard output, or an archive with their files.
    Caller {
        #[arg(long, value_name = "NUMBER")]
        phone: String,
        /// Write a zip instead: a text to read, the same as JSON, and every file.
        #[arg(long, value_name = "FILE")]
        to: Option<PathBuf>,
    },
}

#[derive(clap::Subcommand)]
pub(super) enum Erase {
    /// Erase the person with this number: future viewings are called off, past rows stay without the person.
    Caller {
        #[arg(long, value_name = "NUMBER")]
        phone: String,
        /// Do it; without this it is only said what would go.
        #[arg(long)]
        yes: bool,
        /// JSON instead of text.
        #[arg(long)]
        json: bool,
    },
}

#[derive(clap::Subcommand)]
pub(super) enum Hold {
    /// Keep the person with this number, whatever they or the calendar ask for: there is a claim.
    Caller {
        #[arg(long, value_name = "NUMBER")]
        phone: String,
        /// Such as "deposit dispute, TDS 4711".
        #[arg(long, required_unless_present = "lift")]
        reason: Option<String>,
        /// The claim is over.
        #[arg(long, conflicts_with = "reason")]
        lift: bool,
    },
}

pub(super) const EXPORT_EXAMPLES: &str = "Examples:
  receptionist export caller --phone '020 7946 0999'
  receptionist export caller --phone +447700900123 --to grace.zip
Check who asks before anything is handed over (ICO: right of access).";
pub(super) const ERASE_EXAMPLES: &str = "Examples:
  receptionist erase caller --phone +447700900123          what would go
  receptionist erase caller --phone +447700900123 --yes    it goes, and cannot be brought back";
pub(super) const HOLD_EXAMPLES: &str = "Examples:
  receptionist hold caller --phone +447700900123 --reason 'deposit dispute'
  receptionist hold caller --phone +447700900123 --lift";

#[derive(clap::Args)]
pub(super) struct Retention {
    /// JSON instead of text.
    #[arg(long)]
    json: bool,
}

/// As the audit names it.
const ACTOR: &str = "the command line";

async fn open(settings: Settings, phone: &str) -> anyhow::Result<(App, PhoneNumber)> {
    let phone = PhoneNumber::parse(phone).with_context(|| format!("--phone {phone}"))?;
    let clock = settings.clock.starts_at.map_or_else(Clock::system, Clock::running_from);
    Ok((App::open(settings, clock, Ids::random()).await?, phone))
}

async fn close(app: &App) {
    app.stopping.cancel();
    app.store.close().await;
}

fn unknown() -> bool {
    complain("nothing is kept of this number");
    false
}

pub(super) async fn export(settings: Settings, verb: &Export) -> anyhow::Result<bool> {
    let Export::Caller { phone, to } = verb;
    let (app, phone) = open(settings, phone).await?;
    let found = privacy::export(&app, &app.store.person(&phone).await?, ACTOR).await?;
    let done = match (&found, to) {
        (None, _) => unknown(),
        (Some(all), None) => {
            print(&serde_json::to_string_pretty(all)?);
            true
        }
        (Some(all), Some(file)) => {
            let bytes = privacy::archive(&app, all).await?;
            std::fs::write(file, bytes).with_context(|| format!("{} cannot be written", file.display()))?;
            complain(&format!("{} is written", file.display()));
            true
        }
    };
    close(&app).await;
    Ok(done)
}

pub(super) async fn erase(settings: Settings, verb: &Erase) -> anyhow::Result<bool> {
    let Erase::Caller { phone, yes, json } = verb;
    let (app, phone) = open(settings, phone).await?;
    let outcome = if *yes { really(&app, &phone, *json).await } else { preview(&app, &phone, *json).await };
    close(&app).await;
    outcome
}

async fn preview(app: &App, phone: &PhoneNumber, as_json: bool) -> anyhow::Result<bool> {
    let person = app.store.person(phone).await?;
    let held = app.store.all_of(&person).await?;
    let ahead = app.store.appointments_ahead(&person, app.now()).await?.len();
    if held.is_empty() {
        return Ok(unknown());
    }
    if as_json {
        let rows: serde_json::Map<_, _> =
            held.iter().map(|(table, rows)| ((*table).to_owned(), json!(rows.len()))).collect();
        print(&json!({"erased": false, "rows": rows, "appointments_ahead": ahead}).to_string());
    } else {
        for (table, rows) in &held {
            print(&format!("{table}: {} rows", rows.len()));
        }
        print(&format!("appointments that would be called off: {ahead}"));
    }
    complain("nothing was erased: say --yes to do it");
    Ok(false)
}

async fn really(app: &App, phone: &PhoneNumber, as_json: bool) -> anyhow::Result<bool> {
    let Some(done) = privacy::erase(app, &app.store.person(phone).await?, ACTOR).await? else {
        return Ok(unknown());
    };
    if as_json {
        let tables: Vec<Value> = done
            .tables
            .iter()
            .map(|one| json!({"table": one.table, "rows": one.rows, "what": one.what}))
            .collect();
        let left: Vec<Value> =
            done.left.iter().map(|(table, rows)| json!({"table": table, "rows": rows})).collect();
        let called_off = done.appointments.len();
        print(&json!({"erased": true, "tables": tables, "appointments_called_off": called_off, "still_found": left}).to_string());
        return Ok(true);
    }
    for one in &done.tables {
        print(&format!("{}: {} {}", one.table, one.rows, one.what));
    }
    print(&format!("appointments called off: {}", done.appointments.len()));
    for (table, rows) in &done.left {
        print(&format!(
            "still found in {table}: {rows} rows (the agency's own records; look at them by hand)"
        ));
    }
    print(
        "Copies at Twilio and files are deleted as the server runs. Backups made before keep this person until they expire.",
    );
    Ok(true)
}

pub(super) async fn hold(settings: Settings, verb: &Hold) -> anyhow::Result<bool> {
    let Hold::Caller { phone, reason, lift } = verb;
    let (app, phone) = open(settings, phone).await?;
    let Some(lead) = app.store.person(&phone).await?.lead else {
        close(&app).await;
        return Ok(unknown());
    };
    let mut tx = app.store.begin().await?;
    let done = match reason {
        Some(reason) if !lift => {
            tx.place_hold(&app.id("hold"), lead, reason, app.now()).await?;
            true
        }
        _ => tx.lift_hold(lead).await?,
    };
    tx.commit().await?;
    close(&app).await;
    if !done {
        complain("there is no hold on this caller");
    }
    Ok(done)
}

pub(super) async fn retention(settings: Settings, options: &Retention) -> anyhow::Result<bool> {
    let clock = settings.clock.starts_at.map_or_else(Clock::system, Clock::running_from);
    let app = App::open(settings, clock, Ids::random()).await?;
    let due = app.store.due_to_go(&privacy::tonight(app.retention(), app.now())).await?;
    let kept = app.retention().clone();
    close(&app).await;
    if options.json {
        let due: serde_json::Map<_, _> =
            due.iter().map(|(kind, count)| ((*kind).to_owned(), json!(count))).collect();
        print(&json!({"due": due, "kept": kept}).to_string());
    } else {
        for (kind, count) in due {
            print(&format!("{kind}: {count}"));
        }
    }
    Ok(true)
}
