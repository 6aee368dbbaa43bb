//! CSV (RFC 4180): a heading with the names of the columns, one home a line.

use serde_json::{Map, Value};

use super::check::{COLUMNS, Kind, REQUIRED, problems, value};
use super::{ImportError, Row, RowError};

pub(super) fn read(bytes: &[u8]) -> Result<(Vec<Row>, Vec<RowError>), ImportError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(bytes);
    let heading = reader.headers().map_err(|error| unreadable(&error))?.clone();
    let columns = columns(&heading)?;
    let (mut rows, mut errors) = (Vec::new(), Vec::new());
    for (number, record) in reader.records().enumerate() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                errors.push(RowError { line: number + 2, reference: None, problem: error.to_string() });
                continue;
            }
        };
        let line = record.position().map_or(number + 2, |at| usize::try_from(at.line()).unwrap_or_default());
        match one(&columns, &record) {
            Ok(columns) => rows.push(Row { line, columns }),
            Err((reference, problem)) => errors.push(RowError { line, reference, problem }),
        }
    }
    Ok((rows, errors))
}

fn unreadable(error: &csv::Error) -> ImportError {
    ImportError::Unreadable(format!("this is no CSV file: {error}"))
}

/// The columns of the heading, all of them known and none that is needed missing.
fn columns(heading: &csv::StringRecord) -> Result<Vec<(&'static str, Kind)>, ImportError> {
    let known = |name: &str| {
        let found = COLUMNS.iter().find(|(column, _)| *column == name.trim().to_lowercase());
        found.copied().ok_or_else(|| {
            let all: Vec<&str> = COLUMNS.iter().map(|(column, _)| *column).collect();
            ImportError::Unreadable(format!(
                "line 1: there is no column `{name}`; the columns are {}",
                all.join(", ")
            ))
        })
    };
    let columns: Vec<(&'static str, Kind)> = heading.iter().map(known).collect::<Result<_, _>>()?;
    let missing: Vec<&str> =
        REQUIRED.iter().filter(|name| !columns.iter().any(|(column, _)| column == *name)).copied().collect();
    if missing.is_empty() {
        return Ok(columns);
    }
    Err(ImportError::Unreadable(format!("line 1: the heading lacks {}", missing.join(", "))))
}

type Unfit = (Option<String>, String);

fn one(columns: &[(&'static str, Kind)], record: &csv::StringRecord) -> Result<Map<String, Value>, Unfit> {
    let mut row = Map::new();
    let mut wrong = Vec::new();
    if record.len() != columns.len() {
        wrong.push(format!("{} values for {} columns", record.len(), columns.len()));
    }
    for ((name, kind), text) in columns.iter().zip(record) {
        match value(*kind, text) {
            Ok(value) => drop(row.insert((*name).to_owned(), value)),
            Err(problem) => wrong.push(format!("{name}: {problem}")),
        }
    }
    wrong.extend(problems(&row).into_iter().filter(|_| wrong.is_empty()).collect::<Vec<_>>());
    if wrong.is_empty() {
        return Ok(row);
    }
    Err((row.get("reference").and_then(Value::as_str).map(str::to_owned), wrong.join("; ")))
}
