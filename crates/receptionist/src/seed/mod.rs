//! A fictional agency, the same every time for the same day: homes, people, hours, and a past. Every name is invented
//! and every number lies in Ofcom's ranges for drama.

mod history;
mod homes;
mod past;
mod people;

use jiff::civil::Date;
use serde_json::{Map, Value};
use store::{Rows, Store, StoreError};

pub use homes::{demo_homes, homes};

/// Rows of one table.
pub(crate) struct Table {
    name: &'static str,
    rows: Rows,
}

impl Table {
    /// Rows from JSON objects with the same keys.
    fn new(name: &'static str, rows: Vec<Value>) -> Self {
        let rows = rows
            .into_iter()
            .filter_map(|row| match row {
                Value::Object(row) => Some(row),
                _ => None,
            })
            .collect::<Vec<Map<String, Value>>>();
        Self { name, rows }
    }
}

/// How many rows were written, by table.
pub type Written = Vec<(&'static str, usize)>;

/// Fills an empty database. One that has properties already is left alone: this is not for an agency's own data.
pub async fn seed(store: &Store, today: Date) -> Result<Written, StoreError> {
    if !store.rows("properties").await?.is_empty() {
        return Err(StoreError::Unfit(
            "this database has properties already; the fictional agency is for an empty one".to_owned(),
        ));
    }
    let mut tables = people::tables(today);
    tables.extend(homes::tables(today));
    tables.extend(history::tables(today));
    let mut written = Vec::new();
    let mut tx = store.begin().await?;
    for table in &tables {
        tx.insert_rows(table.name, &table.rows).await?;
        written.push((table.name, table.rows.len()));
    }
    tx.reconcile_cells(agency::london::instant(today.at(0, 0, 0, 0))).await?;
    tx.commit().await?;
    Ok(written)
}

/// Eight weeks of calls, for the pages that show a past. Not for tests: it would be in every count.
pub async fn seed_past(store: &Store, today: Date) -> Result<usize, StoreError> {
    let mut written = 0;
    let mut tx = store.begin().await?;
    for table in past::tables(today) {
        tx.insert_rows(table.name, &table.rows).await?;
        written += table.rows.len();
    }
    tx.commit().await?;
    Ok(written)
}

/// An instant as rows hold it: a London time, some days from today.
fn at(today: Date, days: i64, hour: i8, minute: i8) -> String {
    use jiff::ToSpan;
    let date = today.saturating_add(days.days());
    format!("{:.6}", agency::london::instant(date.at(hour, minute, 0, 0)))
}
