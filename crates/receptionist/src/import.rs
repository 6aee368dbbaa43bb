//! `import properties`: homes from a file, each row checked, written by its reference, and written again without effect.

mod blm;
mod check;
mod table;

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use store::{Rows, StoreError};

use crate::app::App;

/// A file of homes.
pub enum Feed<'a> {
    /// The columns of `properties` by name; lists joined by `|`.
    Csv(&'a [u8]),
    /// Rightmove's feed, version 3: every home the branch has. What it does not name any more is withdrawn.
    Blm(&'a [u8]),
}

/// One home, as the columns of `properties`, and where it stands in the file.
struct Row {
    line: usize,
    columns: Map<String, Value>,
}

/// Why a row was left out.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct RowError {
    /// From 1, the heading included.
    pub line: usize,
    pub reference: Option<String>,
    pub problem: String,
}

/// What an import came to, or would come to.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Report {
    pub added: Vec<String>,
    pub changed: Vec<String>,
    pub unchanged: usize,
    pub withdrawn: Vec<String>,
    pub errors: Vec<RowError>,
}

/// A file that cannot be taken at all.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("{0}")]
    Unreadable(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Feed<'_> {
    fn name(&self) -> &'static str {
        match self {
            Self::Csv(_) => "csv",
            Self::Blm(_) => "blm",
        }
    }

    fn rows(&self) -> Result<(Vec<Row>, Vec<RowError>), ImportError> {
        match self {
            Self::Csv(bytes) => table::read(bytes),
            Self::Blm(bytes) => blm::read(bytes),
        }
    }
}

/// Writes what is right and reports what is not; `dry_run` writes nothing. All rows of a file commit together.
pub async fn import(app: &App, feed: &Feed<'_>, dry_run: bool) -> Result<Report, ImportError> {
    let (rows, mut errors) = feed.rows()?;
    let mut known = known(app).await?;
    let mut report = Report::default();
    let now = format!("{:.6}", app.now());
    let mut tx = app.store.begin().await?;
    let mut seen: Vec<String> = Vec::new();
    // A home whose row is wrong is in the feed all the same.
    let mut named: Vec<String> = errors.iter().filter_map(|error| error.reference.clone()).collect();
    for row in rows {
        let reference = row.columns["reference"].as_str().unwrap_or_default().to_owned();
        if seen.contains(&reference) {
            let problem = "the reference stands in the file twice; the first row counts".to_owned();
            errors.push(RowError { line: row.line, reference: Some(reference), problem });
            continue;
        }
        match known.remove(&reference) {
            Some(old) if is_same(&old, &row.columns) => report.unchanged += 1,
            Some(_) => {
                let mut set = row.columns;
                set.insert("updated_at".into(), now.clone().into());
                tx.change_rows("properties", &by_reference(&reference), &set).await?;
                report.changed.push(reference.clone());
            }
            None => {
                tx.insert_rows("properties", &vec![filled(row.columns, &now)]).await?;
                report.added.push(reference.clone());
            }
        }
        tx.mark_imported(&reference, feed.name(), app.now()).await?;
        seen.push(reference);
    }
    if matches!(feed, Feed::Blm(_)) {
        named.extend(seen);
        report.withdrawn = withdraw(&mut tx, &named, &now).await?;
    }
    errors.sort_by_key(|error| error.line);
    report.errors = errors;
    if !dry_run {
        tx.commit().await?;
    }
    Ok(report)
}

async fn known(app: &App) -> Result<BTreeMap<String, Map<String, Value>>, StoreError> {
    let rows: Rows = app.store.rows("properties").await?;
    let named = |row: Map<String, Value>| Some((row.get("reference")?.as_str()?.to_owned(), row));
    Ok(rows.into_iter().filter_map(named).collect())
}

fn by_reference(reference: &str) -> Map<String, Value> {
    Map::from_iter([("reference".to_owned(), Value::from(reference))])
}

/// Whatever the file says is there already. A database may keep a list as text.
fn is_same(old: &Map<String, Value>, new: &Map<String, Value>) -> bool {
    let plain = |value: &Value| match value {
        Value::String(text) if text.starts_with('[') => {
            serde_json::from_str(text).unwrap_or_else(|_| value.clone())
        }
        other => other.clone(),
    };
    new.iter().all(|(column, value)| old.get(column).map_or(Value::Null, plain) == *value)
}

/// What a new home has besides what the file says.
fn filled(mut columns: Map<String, Value>, now: &str) -> Map<String, Value> {
    let defaults = [
        ("city", Value::from("London")),
        ("description", "".into()),
        ("features", Value::Array(Vec::new())),
        ("images", Value::Array(Vec::new())),
        ("created_at", now.into()),
        ("updated_at", now.into()),
    ];
    for (column, value) in defaults {
        columns.entry(column).or_insert(value);
    }
    columns
}

/// Homes that came with an earlier feed and are not in this one are off the market. A feed that would take more than half of
/// them away is more likely cut short.
async fn withdraw(tx: &mut store::Tx, seen: &[String], now: &str) -> Result<Vec<String>, ImportError> {
    let before = tx.imported_by("blm").await?;
    let missing: Vec<String> = before.iter().filter(|reference| !seen.contains(reference)).cloned().collect();
    if missing.len() * 2 > before.len() && before.len() > 4 {
        return Err(ImportError::Unreadable(format!(
            "the feed lacks {} of {} homes that the one before had, so it looks cut short; nothing was changed. If they are \
             really gone, mark them as withdrawn first",
            missing.len(),
            before.len()
        )));
    }
    let set = Map::from_iter([
        ("status".to_owned(), Value::from("withdrawn")),
        ("updated_at".to_owned(), Value::from(now)),
    ]);
    for reference in &missing {
        tx.change_rows("properties", &by_reference(reference), &set).await?;
        tx.forget_imported(reference).await?;
    }
    Ok(missing)
}
