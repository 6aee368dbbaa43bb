//! Reading the open corpora. They are no part of this project: without them only the own set is measured.

use std::path::PathBuf;

use agency::language::{Expecting, Lexicon, Line, Understanding, Value, understand};
use anyhow::Context;
use jiff::Timestamp;
use serde_json::Value as Json;

/// Where the corpora lie beside the project.
fn corpora() -> PathBuf {
    crate::root().join("../shared/data")
}

pub(super) fn are_here() -> bool {
    corpora().is_dir()
}

pub(super) fn rows(file: &str) -> anyhow::Result<Vec<Json>> {
    read(&corpora().join(file))
}

/// A file that is no JSON, line by line.
pub(super) fn lines(file: &str) -> anyhow::Result<Vec<String>> {
    let path = corpora().join(file);
    let text =
        std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    Ok(text.lines().map(str::to_owned).collect())
}

pub(super) fn own(file: &str) -> anyhow::Result<Vec<Json>> {
    read(&crate::root().join("crates/agency").join(file))
}

fn read(path: &std::path::Path) -> anyhow::Result<Vec<Json>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| serde_json::from_str(line).with_context(|| format!("in {}", path.display())))
        .collect()
}

pub(super) fn text<'j>(row: &'j Json, key: &str) -> &'j str {
    row[key].as_str().unwrap_or_default()
}

/// The reference moment of a row: local, taken as London's.
pub(super) fn moment(local: &str) -> Timestamp {
    let local = if local.len() == 10 { format!("{local}T09:00:00") } else { local.to_owned() };
    format!("{local}Z").parse().unwrap_or(Timestamp::UNIX_EPOCH)
}

pub(super) fn heard(words: &str, expecting: Option<Expecting>, now: Timestamp) -> Understanding {
    heard_with(words, &[], expecting, now)
}

pub(super) fn heard_with(
    words: &str,
    others: &[String],
    expecting: Option<Expecting>,
    now: Timestamp,
) -> Understanding {
    let line = Line { text: words.to_owned(), alternatives: others.to_vec(), expecting, ..Line::default() };
    understand(&line, &Lexicon::default(), now)
}

/// Every day that was understood, whatever its shape.
pub(super) fn days(heard: &Understanding) -> Vec<String> {
    let mut all = Vec::new();
    for entity in &heard.entities {
        if let Value::Date(days) = &entity.value {
            let named =
                [days.date, days.from, days.to].into_iter().flatten().chain(days.ambiguous.iter().copied());
            all.extend(named.map(|date| date.to_string()));
        }
    }
    all
}

/// Every time that was understood.
pub(super) fn times(heard: &Understanding) -> Vec<String> {
    let mut all = Vec::new();
    for entity in &heard.entities {
        if let Value::Time(clock) = &entity.value {
            let named = [clock.time, clock.from, clock.to].into_iter().flatten();
            all.extend(named.map(|time| format!("{:02}:{:02}", time.hour(), time.minute())));
        }
    }
    all
}

pub(super) fn is_ambiguous(heard: &Understanding) -> bool {
    heard.entities.iter().any(|entity| matches!(&entity.value, Value::Date(days) if days.ambiguous.len() > 1))
}
