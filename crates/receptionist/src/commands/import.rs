//! `import properties FILE`.

use std::path::PathBuf;

use anyhow::Context;
use serde_json::json;

use super::terminal::{complain, print};
use crate::app::App;
use crate::clock::{Clock, Ids};
use crate::import::{Feed, Report, import};
use crate::settings::Settings;

#[derive(clap::Subcommand)]
pub(super) enum Verb {
    /// Homes from a CSV file with the table's column names (lists joined by |), or from Rightmove's BLM feed.
    #[command(after_help = EXAMPLES)]
    Properties {
        /// The file; one that ends in .blm is read as a BLM feed, every other as CSV.
        file: PathBuf,
        /// Say what would be written, and write nothing.
        #[arg(long)]
        dry_run: bool,
        /// The whole report as JSON.
        #[arg(long)]
        json: bool,
    },
}

const EXAMPLES: &str = "Examples:
  receptionist import properties homes.csv --dry-run   what would change, with the errors of each row
  receptionist import properties homes.csv             right rows are written, wrong ones reported (exit code 1)
  receptionist import properties feed.blm              homes that the feed no longer names are withdrawn";

pub(super) async fn run(settings: Settings, verb: &Verb) -> anyhow::Result<bool> {
    let Verb::Properties { file, dry_run, json } = verb;
    let bytes = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let is_blm = file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("blm"));
    let feed = if is_blm { Feed::Blm(&bytes) } else { Feed::Csv(&bytes) };
    let app = App::open(settings, Clock::system(), Ids::random()).await?;
    let report = import(&app, &feed, *dry_run).await?;
    app.store.close().await;
    if *json {
        print(&json!({"dry_run": dry_run, "report": report}).to_string());
    } else {
        tell(&report, *dry_run);
    }
    Ok(report.errors.is_empty())
}

fn tell(report: &Report, dry_run: bool) {
    for error in &report.errors {
        let of = error.reference.as_deref().map(|reference| format!(" ({reference})")).unwrap_or_default();
        complain(&format!("line {}{of}: {}", error.line, error.problem));
    }
    let would = if dry_run { "would be " } else { "" };
    print(&format!(
        "{} {would}added, {} {would}changed, {} unchanged, {} {would}withdrawn, {} rows with errors",
        report.added.len(),
        report.changed.len(),
        report.unchanged,
        report.withdrawn.len(),
        report.errors.len()
    ));
}
