//! The triage: sentences of other trades that hold no danger, the defects that a statute calls emergencies, and reports and
//! look-alikes written by somebody who did not know the table (`crates/agency/tests/triage/held_out.jsonl`).

use agency::triage::{Choices, Level, doubt};
use anyhow::Context;
use jiff::Timestamp;
use serde::Deserialize;

use super::super::Figure;
use super::super::rows::{heard, moment, rows, text};
use crate::root;

pub(super) fn triage() -> anyhow::Result<Vec<Figure>> {
    let held_out = held_out()?;
    Ok(vec![
        false_alarms()?,
        statute()?,
        reports(&held_out),
        life(&held_out),
        harmless(&held_out),
        unasked(&held_out),
    ])
}

fn level(words: &str, now: Timestamp) -> Option<Level> {
    heard(words, None, now).emergency.map(|found| found.level)
}

fn false_alarms() -> anyhow::Result<Figure> {
    let mut figure = Figure::new(
        "no false alarm, CLINC, RESTAURANTS-8K, EVI, SGD Homes",
        "no emergency is heard where nobody reports one (two rows do name a fire)",
        Some(98.0),
    );
    let sets = [
        ("clinc_train_val.jsonl", "text"),
        ("restaurant8k_train.jsonl", "text"),
        ("evi_turns.jsonl", "transcription"),
        ("sgd_homes1_only_train.jsonl", "utterance"),
    ];
    let winter = moment("2026-11-22");
    for (file, key) in sets {
        for row in rows(file)? {
            let words = text(&row, key);
            figure.count(level(words, winter) != Some(Level::Emergency), || words.to_owned());
        }
    }
    Ok(figure)
}

fn statute() -> anyhow::Result<Figure> {
    let mut figure = Figure::new(
        "statute's emergencies",
        "SI 1994/133, restated: its one-day defects are at least urgent",
        Some(100.0),
    );
    for row in rows("triage_statute.jsonl")?.iter().filter(|row| text(row, "tier") == "E") {
        let words = text(row, "defect");
        let found = level(words, moment("2026-11-22"));
        figure.count(matches!(found, Some(Level::Emergency | Level::Urgent)), || words.to_owned());
    }
    Ok(figure)
}

/// A row of the own set: what is said, and which hazard it is; `none` for harmless calls.
#[derive(Deserialize)]
struct Report {
    text: String,
    hazard: String,
}

fn held_out() -> anyhow::Result<Vec<Report>> {
    let path = root().join("crates/agency/tests/triage/held_out.jsonl");
    let text =
        std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    text.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}

const SUMMER: &str = "2026-07-01";
const URGENT: &[&str] = &["no_heating", "no_hot_water", "no_power", "no_water", "locked_out", "damp"];

fn is_asked(words: &str) -> bool {
    doubt(&[words.to_owned()], moment(SUMMER), &Choices::default()).is_some()
}

/// Alarmed about, asked about, or taken as urgent, where the caller is asked who lives there.
fn is_heard(words: &str) -> bool {
    matches!(level(words, moment(SUMMER)), Some(Level::Emergency | Level::Urgent)) || is_asked(words)
}

fn reports(rows: &[Report]) -> Figure {
    let mut figure = Figure::new(
        "emergencies, held out",
        "alarmed, asked about, or urgent with the question who lives there; rows written by a stranger to the table",
        Some(100.0),
    );
    for row in rows.iter().filter(|row| row.hazard != "none" && !URGENT.contains(&row.hazard.as_str())) {
        figure.count(is_heard(&row.text), || row.hazard.clone());
    }
    figure
}

fn life(rows: &[Report]) -> Figure {
    let mut figure =
        Figure::new("gas, carbon monoxide and fire, held out", "alarmed or asked about", Some(100.0));
    for row in rows.iter().filter(|row| matches!(row.hazard.as_str(), "gas" | "carbon_monoxide" | "fire")) {
        let alarmed = level(&row.text, moment(SUMMER)) == Some(Level::Emergency);
        figure.count(alarmed || is_asked(&row.text), || row.hazard.clone());
    }
    figure
}

fn harmless(rows: &[Report]) -> Figure {
    let mut figure = Figure::new(
        "no false alarm, held out",
        "harmless calls, most of them look-alikes: no emergency",
        Some(98.0),
    );
    for row in rows.iter().filter(|row| row.hazard == "none") {
        figure.count(level(&row.text, moment(SUMMER)) != Some(Level::Emergency), || "harmless".to_owned());
    }
    figure
}

fn unasked(rows: &[Report]) -> Figure {
    let mut figure = Figure::new(
        "no needless question, held out",
        "the same calls: neither alarmed nor asked about",
        None,
    );
    for row in rows.iter().filter(|row| row.hazard == "none") {
        let alarmed = level(&row.text, moment(SUMMER)) == Some(Level::Emergency);
        figure.count(!alarmed && !is_asked(&row.text), || "harmless".to_owned());
    }
    figure
}
