//! A call that was read becomes a scenario: what the caller did, on the fictional agency, with what it comes to now.

use anyhow::Context;
use jiff::Timestamp;
use serde_json::{Value, json};
use store::LineView;

use super::format::{Scenario, Step};
use super::play::run;

/// Somebody nobody knows, of Ofcom's numbers for drama.
const CALLER: &str = "+447700900950";

const HEADING: &str = "\
# Made from a call. Before this file is kept: change every name, address and number that was said, and check what it expects. The rows are what
# this call comes to today on the fictional agency; change them to what it should come to.
";

/// A conversation as it was kept.
pub struct Told<'a> {
    /// One sentence.
    pub name: &'a str,
    pub is_spoken: bool,
    pub began: Timestamp,
    pub lines: &'a [LineView],
    /// What the caller wanted, as a colleague says; none: as Sarah understood it.
    pub intent: Option<&'a str>,
}

/// The file. Numbers that were said are replaced by one of Ofcom's.
pub async fn export(told: &Told<'_>) -> anyhow::Result<String> {
    let (caller, writer) =
        if told.is_spoken { (CALLER, String::new()) } else { ("", format!("whatsapp:{CALLER}")) };
    let steps: Vec<Step> = told.lines.iter().filter_map(|line| step(line, told.is_spoken)).collect();
    let short =
        json!({"name": told.name, "clock": told.began, "caller": caller, "writer": writer, "steps": steps});
    let scenario: Scenario = serde_json::from_value(short.clone()).context("a line cannot be a step")?;
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite:{}", folder.path().join("scenario.db").display());
    let verdict = run(&scenario, &url, &[]).await?;
    let expected = verdict.changes.rows.iter().map(|(table, rows)| {
        let call = || json!([{"intent": told.intent.map_or_else(|| rows[0]["intent"].clone(), Value::from), "outcome": rows[0]["outcome"]}]);
        let expected = if *table == "voice_lead_calls" && rows.len() == 1 { call() } else { json!(rows.len()) };
        ((*table).to_owned(), expected)
    });
    let mut whole = short;
    whole["expect"] = Value::Object(expected.collect());
    if let Some(fields) = whole.as_object_mut() {
        fields.retain(|_, value| value != "");
    }
    Ok(format!("{HEADING}{}", serde_saphyr::to_string(&whole)?))
}

/// What a line of the caller's is as a step.
fn step(line: &LineView, is_spoken: bool) -> Option<Step> {
    let words = line.words.as_deref().filter(|_| line.speaker == "caller")?;
    let keys = words.strip_prefix("[keys ").and_then(|rest| rest.strip_suffix(']'));
    Some(match (keys, words) {
        // Longer ones are a number or a code of somebody's.
        (Some(keys), _) => Step::Press(if keys.len() > 2 { "0".repeat(keys.len()) } else { keys.to_owned() }),
        (None, "[silence]") => Step::Silence(1),
        _ if is_spoken => Step::Say(without_numbers(words)),
        _ => Step::Write(without_numbers(words)),
    })
}

/// Telephone numbers, however they are spaced, and email addresses are nobody's.
fn without_numbers(words: &str) -> String {
    const FIGURES_MIN: usize = 6;
    let is_part = |letter: char| letter.is_ascii_digit() || matches!(letter, ' ' | '-' | '(' | ')' | '+');
    let mut out = String::new();
    let mut rest = words;
    while let Some(at) = rest.find(|letter: char| letter.is_ascii_digit() || letter == '+') {
        out.push_str(&rest[..at]);
        let run = rest[at..].find(|letter| !is_part(letter)).map_or(&rest[at..], |end| &rest[at..at + end]);
        let run = run.trim_end_matches([' ', '(', '-']);
        let figures = run.chars().filter(char::is_ascii_digit).count();
        out.push_str(if figures >= FIGURES_MIN { CALLER } else { run });
        rest = &rest[at + run.len()..];
    }
    out.push_str(rest);
    let no_address = |word: &str| if word.contains('@') { "sam@example.com" } else { word }.to_owned();
    out.split(' ').map(no_address).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobodys_number_is_left() {
        for (said, kept) in [
            ("ring me on 07700 900 123, please", "ring me on +447700900950, please"),
            ("it is (020) 7946-0100 or a@b.uk now", "it is (+447700900950 or sam@example.com now"),
            ("2 beds up to 2800 in W9", "2 beds up to 2800 in W9"),
            ("+44 7700 900123", "+447700900950"),
        ] {
            assert_eq!(without_numbers(said), kept);
        }
    }
}
