//! The triage table: sentences of other trades that hold no danger, and the defects that a statute calls emergencies.

use agency::triage::Level;
use jiff::Timestamp;

use super::super::Figure;
use super::super::rows::{heard, moment, rows, text};

pub(super) fn triage() -> anyhow::Result<Vec<Figure>> {
    Ok(vec![false_alarms()?, statute()?])
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
