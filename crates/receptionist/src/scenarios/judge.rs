//! Two pictures of the database, what changed between them, and whether that is what was expected.

use std::collections::BTreeMap;

use jiff::Timestamp;
use phone_network::Letter;
use serde_json::{Map, Value};
use store::{DERIVED, Store, StoreError, TABLES};

use super::format::{Expected, ExpectedMail};

type Row = Map<String, Value>;

/// How a conversation is kept rather than what it came to; judged only where a scenario names them.
const BOOKKEEPING: &[&str] = &[
    "conversations", "conversation_turns", "webhook_answers", "message_attempts", "message_receipts",
    "diary_cells", "alert_steps", "alert_rings", "alert_reporters", "packages", "property_watch",
    "property_news", "property_news_told", "appointment_steps", "imported_properties", "chats",
];
/// Differ in every run, and say nothing about the outcome.
const IGNORED_COLUMNS: &[&str] = &["updated_at", "scored_at", "score_reasons"];

/// All rows of all tables.
pub struct Snapshot(BTreeMap<&'static str, Vec<Row>>);

/// Rows that are new or different, by table, and how many are gone.
pub struct Changes {
    pub rows: BTreeMap<&'static str, Vec<Row>>,
    gone: BTreeMap<&'static str, usize>,
}

impl Snapshot {
    pub async fn take(store: &Store) -> Result<Self, StoreError> {
        let mut tables = BTreeMap::new();
        for table in TABLES.iter().filter(|table| !DERIVED.contains(table)) {
            tables.insert(*table, store.rows(table).await?);
        }
        Ok(Self(tables))
    }

    /// What is in `later` and was not here, row by row.
    pub fn changes(&self, later: &Self) -> Changes {
        let mut changes = Changes { rows: BTreeMap::new(), gone: BTreeMap::new() };
        for (table, rows) in &later.0 {
            let before = self.0.get(table).map(Vec::as_slice).unwrap_or_default();
            let fresh: Vec<Row> =
                rows.iter().filter(|row| !before.iter().any(|old| same(old, row))).cloned().collect();
            let kept = rows.len() - fresh.len();
            let replaced =
                fresh.iter().filter(|row| before.iter().any(|old| is_same_record(old, row))).count();
            changes.gone.insert(table, before.len().saturating_sub(kept + replaced));
            if !fresh.is_empty() {
                changes.rows.insert(table, fresh);
            }
        }
        changes
    }
}

fn same(a: &Row, b: &Row) -> bool {
    a.iter()
        .filter(|(column, _)| !IGNORED_COLUMNS.contains(&column.as_str()))
        .all(|(column, value)| b.get(column) == Some(value))
}

fn is_same_record(a: &Row, b: &Row) -> bool {
    a.get("id").is_some() && a.get("id") == b.get("id")
}

/// Every way in which the changes are not what was expected, as sentences; empty when they are.
pub fn differences(
    changes: &Changes,
    expected: &BTreeMap<String, Expected>,
    judged_tables: Option<&[&str]>,
) -> Vec<String> {
    let mut found: Vec<String> = expected
        .keys()
        .filter(|table| !TABLES.contains(&table.as_str()))
        .map(|table| format!("there is no table {table}"))
        .collect();
    let is_judged = |table: &&&str| match judged_tables {
        Some(judged) => judged.contains(*table),
        None => !BOOKKEEPING.contains(*table) || expected.contains_key(**table),
    };
    for table in TABLES.iter().filter(is_judged) {
        let none = Vec::new();
        let rows = &judged(table, changes.rows.get(table).unwrap_or(&none), expected.get(*table));
        match expected.get(*table) {
            None if rows.is_empty() => {}
            None => found.push(format!("{table} should not have changed, but has {}", shown(rows))),
            Some(Expected::Count(count)) if rows.len() == *count => {}
            Some(Expected::Count(count)) => found
                .push(format!("{table} should have {count} new or changed rows, but has {}", shown(rows))),
            Some(Expected::Rows(expected)) => found.extend(match_rows(table, expected, rows)),
        }
        if changes.gone.get(table).is_some_and(|gone| *gone > 0) {
            found.push(format!("{table} has lost rows"));
        }
    }
    found
}

/// The talk itself is no outcome: what was written to us, and what was answered, counts where a scenario names it.
fn judged(table: &str, rows: &[Row], expected: Option<&Expected>) -> Vec<Row> {
    let named = |column: &str, value: &str| match expected {
        Some(Expected::Rows(rows)) => rows.iter().any(|row| row.get(column).is_some_and(|it| it == value)),
        Some(Expected::Count(_)) => true,
        None => false,
    };
    let is_talk = |row: &&Row| {
        let is = |column: &str, value: &str| row.get(column).is_some_and(|it| it == value);
        (is("kind", "reply") && !named("kind", "reply")) || (is("kind", "text") && !named("kind", "text"))
    };
    rows.iter().filter(|row| table != "messages" || !is_talk(row)).cloned().collect()
}

/// Each expected letter, in order, and no others.
pub(super) fn mail_differences(expected: &[ExpectedMail], letters: &[Letter]) -> Vec<String> {
    let shown = |letter: &Letter| {
        let read = letter.read();
        let subject = read.as_ref().map(|read| read.subject.as_str()).unwrap_or_default();
        format!("to {}: {subject} {:?}", letter.to, read.as_ref().map(|read| &read.files))
    };
    let all: Vec<String> = letters.iter().map(shown).collect();
    if expected.len() != letters.len() {
        return vec![format!(
            "{} emails should have arrived, but {} did: {all:#?}",
            expected.len(),
            letters.len()
        )];
    }
    let pairs = expected.iter().zip(letters).zip(&all);
    pairs
        .filter(|((wanted, letter), _)| !is_letter(wanted, letter))
        .map(|((wanted, _), shown)| format!("an email {wanted:?} should have arrived, but this did: {shown}"))
        .collect()
}

fn is_letter(wanted: &ExpectedMail, letter: &Letter) -> bool {
    let Some(read) = letter.read() else { return false };
    let calendar = read.calendar.clone().unwrap_or_default().replace("\r\n ", "");
    wanted.to == letter.to
        && read.subject.contains(&wanted.subject)
        && wanted.says.iter().all(|words| read.text.contains(words.as_str()))
        && wanted.files.as_ref().is_none_or(|files| *files == read.files)
        && wanted.calendar.iter().all(|line| calendar.contains(line.as_str()))
}

/// Each expected row takes one row that fits; what is left on either side is a difference.
fn match_rows(table: &str, expected: &[Row], rows: &[Row]) -> Vec<String> {
    let mut left: Vec<&Row> = rows.iter().collect();
    let mut found = Vec::new();
    for wanted in expected {
        match left.iter().position(|row| fits(wanted, row)) {
            Some(at) => drop(left.remove(at)),
            None => {
                found.push(format!(
                    "{table} lacks {}; it has {}",
                    Value::Object(wanted.clone()),
                    shown(rows)
                ));
            }
        }
    }
    if !left.is_empty() && found.is_empty() {
        let extra: Vec<Row> = left.into_iter().cloned().collect();
        found.push(format!("{table} has more than was expected: {}", shown(&extra)));
    }
    found
}

fn fits(wanted: &Row, row: &Row) -> bool {
    wanted.iter().all(|(column, value)| row.get(column).is_some_and(|found| equal(value, found)))
}

/// Instants are compared as instants, booleans as either database keeps them, lists as lists.
fn equal(wanted: &Value, found: &Value) -> bool {
    let instant = |value: &Value| value.as_str().and_then(|text| text.parse::<Timestamp>().ok());
    let list = |value: &Value| match value {
        Value::String(text) if text.starts_with('[') => serde_json::from_str::<Value>(text).ok(),
        other => Some(other.clone()),
    };
    wanted == found
        || instant(wanted).is_some_and(|wanted| instant(found) == Some(wanted))
        || wanted.as_bool().is_some_and(|wanted| found.as_i64() == Some(i64::from(wanted)))
        || (wanted.is_array() && list(found).as_ref() == Some(wanted))
}

fn shown(rows: &[Row]) -> String {
    let texts: Vec<String> = rows
        .iter()
        .map(|row| {
            let told: Row = row
                .iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(c, v)| (c.clone(), v.clone()))
                .collect();
            Value::Object(told).to_string()
        })
        .collect();
    format!("{} ({})", rows.len(), texts.join(", "))
}
