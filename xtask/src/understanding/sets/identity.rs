//! EVI: postcodes and names as a recogniser heard them on real calls.

use std::collections::BTreeMap;

use agency::language::{Expecting, Understanding, Value};
use jiff::Timestamp;
use serde_json::Value as Json;

use super::super::Figure;
use super::super::rows::{heard_with, rows, text};

pub(super) fn postcodes() -> anyhow::Result<Vec<Figure>> {
    let all = rows("evi_turns.jsonl")?;
    let figures = [
        Figure::new("postcode, first attempt, 1-best", "EVI: the whole postcode is right", None),
        Figure::new("postcode, first attempt, n-best", "the same, with all transcripts", Some(58.0)),
        Figure::new("postcode, any of three, 1-best", "right at any of three attempts", None),
        Figure::new("postcode, any of three, n-best", "the same, with all transcripts", Some(85.0)),
        Figure::new(
            "postcode, first attempt that was transcribed, n-best",
            "without the turns of which the recogniser heard nothing",
            None,
        ),
    ];
    Ok(measure(&all, "postcode", figures, Expecting::Postcode, postcode))
}

pub(super) fn names() -> anyhow::Result<Vec<Figure>> {
    let all = rows("evi_turns.jsonl")?;
    let figures = [
        Figure::new("name, first attempt, 1-best", "EVI: first name and surname are right", None),
        Figure::new("name, first attempt, n-best", "the same, with all transcripts", None),
        Figure::new(
            "name, any of three, 1-best",
            "right at any of three attempts (the third is often spelled)",
            None,
        ),
        Figure::new("name, any of three, n-best", "the same, with all transcripts", None),
        Figure::new(
            "name, first attempt that was transcribed, n-best",
            "without the turns of which the recogniser heard nothing",
            None,
        ),
    ];
    Ok(measure(&all, "name", figures, Expecting::Name, name))
}

fn measure(
    all: &[Json],
    item: &str,
    mut figures: [Figure; 5],
    expecting: Expecting,
    value: fn(&Understanding) -> String,
) -> Vec<Figure> {
    let mut by_dialogue: BTreeMap<&str, Vec<&Json>> = BTreeMap::new();
    for row in all.iter().filter(|row| text(row, "item") == item && !text(row, "gold").is_empty()) {
        by_dialogue.entry(text(row, "dialogue_id")).or_default().push(row);
    }
    for attempts in by_dialogue.values() {
        let gold = plain(text(attempts[0], "gold"));
        let mut ever = [false, false];
        for (number, row) in attempts.iter().enumerate() {
            let transcripts: Vec<String> = row["nbest"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|t| t.as_str().map(str::to_owned))
                .collect();
            let first = transcripts.first().map_or("", String::as_str);
            let rest = transcripts.get(1..).unwrap_or_default();
            for (which, others) in [(0, &[][..]), (1, rest)] {
                let found = value(&heard_with(first, others, Some(expecting), Timestamp::UNIX_EPOCH));
                let is_right = plain(&found) == gold;
                ever[which] |= is_right;
                if number == 0 && which == 1 && !transcripts.is_empty() {
                    figures[4].count(is_right, String::new);
                }
                if number == 0 {
                    figures[which].count(is_right, || format!("{gold} | {found} | {transcripts:?}"));
                }
            }
        }
        let said: Vec<&Json> = attempts.iter().map(|row| &row["nbest"]).collect();
        figures[2].count(ever[0], || format!("{gold} | {said:?}"));
        figures[3].count(ever[1], || format!("{gold} | {said:?}"));
    }
    figures.into()
}

fn plain(text: &str) -> String {
    text.to_lowercase().replace([' ', '-', '\''], "")
}

pub(super) fn postcode(heard: &Understanding) -> String {
    heard
        .entities
        .iter()
        .find_map(|entity| match &entity.value {
            Value::Postcode { outward, inward } => {
                Some(format!("{outward} {}", inward.clone().unwrap_or_default()))
            }
            _ => None,
        })
        .unwrap_or_default()
}

pub(super) fn name(heard: &Understanding) -> String {
    heard
        .entities
        .iter()
        .find_map(|entity| match &entity.value {
            Value::Name { first, last } => {
                Some([first.as_deref(), last.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" "))
            }
            _ => None,
        })
        .unwrap_or_default()
}
