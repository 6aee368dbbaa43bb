//! Whole rows as JSON, for the seed, for scenarios and for looking at everything. Table and column names come from
//! the schema, never from outside.

use jiff::Timestamp;
use serde_json::{Map, Value};
use sqlx::AssertSqlSafe;

use crate::db::{Open, Store, Tx, execute, read, sql};
use crate::error::StoreError;

/// Every table, the CRM's first.
pub const TABLES: &[&str] = &[
    "users", "properties", "pm_landlords", "pm_properties", "pm_tenants", "viewing_appointments",
    "support_tickets", "unified_contacts", "voice_leads", "voice_lead_calls", "voice_lead_properties",
    "requirement_changes", "saved_searches", "surveys", "conversations", "conversation_turns",
    "webhook_answers", "diary_cells", "working_hours", "absences", "viewing_rules", "messages",
    "message_receipts", "message_attempts", "consents", "opt_outs", "tasks", "alerts", "alert_steps",
    "alert_reporters", "alert_rings", "transfers", "verification_codes", "contractors", "oncall_rota",
    "documents", "audit_log", "settings", "packages", "property_watch", "property_news",
    "property_news_told", "appointment_steps", "imported_properties", "chats", "message_media",
    "staff_accounts", "staff_sessions", "staff_links", "assessments", "setting_drafts", "setting_versions",
    "london_hours", "call_tallies", "stale_days", "provider_deletions", "file_deletions", "legal_holds",
    "recordings", "notes",
];

/// Those of them that are made from the others, and are no outcome of anything.
pub const DERIVED: &[&str] = &["london_hours", "call_tallies", "stale_days"];

/// Rows of one table; every row has the same keys.
pub type Rows = Vec<Map<String, Value>>;

impl Store {
    /// All rows of a table. Instants are RFC 3339 text on both databases.
    pub async fn rows(&self, table: &str) -> Result<Rows, StoreError> {
        self.rows_where(known(table)?, "1 = 1").await
    }

    /// Those of which a condition of ours holds.
    pub(crate) async fn rows_where(&self, table: &'static str, condition: &str) -> Result<Rows, StoreError> {
        let columns = self.column_names(table).await?;
        let text = if self.is_postgres() {
            format!("SELECT CAST(to_jsonb(t) AS TEXT) FROM {table} t WHERE {condition} ORDER BY 1")
        } else {
            let pairs: Vec<String> =
                columns.iter().map(|column| format!("'{column}', \"{column}\"")).collect();
            format!("SELECT json_object({}) FROM {table} WHERE {condition} ORDER BY 1", pairs.join(", "))
        };
        let found: Vec<String> = read!(self, |c| sqlx::query_scalar(AssertSqlSafe(text)).fetch_all(c).await)?;
        found.iter().map(|row| Ok(serde_json::from_str(row)?)).collect()
    }

    /// Writes all rows of these tables into another store, which has none of them yet: what its tables have no column for is left
    /// out.
    pub async fn copy_to(&self, other: &Self, tables: &[&'static str]) -> Result<(), StoreError> {
        let mut copied = Vec::new();
        for table in tables {
            let columns = other.column_names(table).await?;
            let mut rows = self.rows(table).await?;
            for row in &mut rows {
                row.retain(|column, _| columns.contains(column));
                row.values_mut().for_each(as_kept);
            }
            copied.push((*table, rows));
        }
        let mut tx = other.begin().await?;
        for (table, rows) in &copied {
            tx.insert_rows(table, rows).await?;
        }
        tx.commit().await
    }

    async fn column_names(&self, table: &str) -> Result<Vec<String>, StoreError> {
        let text = sql!(self,
            pg: "SELECT CAST(column_name AS TEXT) FROM information_schema.columns WHERE table_name = $1 AND table_schema = ANY (current_schemas(false)) ORDER BY ordinal_position",
            lite: "SELECT name FROM pragma_table_info($1)");
        Ok(read!(self, |c| sqlx::query_scalar(text).bind(table).fetch_all(c).await)?)
    }
}

impl Tx {
    /// Changes rows as staff or a CRM would: all that hold these values. Says how many.
    pub async fn change_rows(
        &mut self,
        table: &str,
        holding: &Map<String, Value>,
        set: &Map<String, Value>,
    ) -> Result<u64, StoreError> {
        let table = known(table)?;
        holding.keys().chain(set.keys()).try_for_each(|column| check_column(table, column))?;
        let is_postgres = self.is_postgres();
        let pairs = |columns: &Map<String, Value>, from: &str, joint: &str, of: &str| {
            let value = |column: &String| match (is_postgres, from) {
                (true, "$1") => format!("held.{column}"),
                (true, _) => format!("given.{column}"),
                (false, from) => format!("({from} ->> '$.{column}')"),
            };
            columns.keys().map(|c| format!("{of}{c} = {}", value(c))).collect::<Vec<_>>().join(joint)
        };
        let assigned = pairs(set, "$2", ", ", "");
        let held = pairs(holding, "$1", " AND ", &format!("{table}."));
        let records = format!(
            "FROM jsonb_populate_record(CAST(NULL AS {table}), CAST($1 AS JSONB)) AS held, \
             jsonb_populate_record(CAST(NULL AS {table}), CAST($2 AS JSONB)) AS given"
        );
        let from = if is_postgres { records.as_str() } else { "" };
        let text = format!("UPDATE {table} SET {assigned} {from} WHERE {held}");
        let (holding, set) = (serde_json::to_string(holding)?, serde_json::to_string(set)?);
        Ok(execute!(self, sqlx::query(AssertSqlSafe(text)).bind(holding).bind(set))?)
    }

    /// Writes rows as they are. Columns that no row names keep their defaults.
    pub async fn insert_rows(&mut self, table: &str, rows: &Rows) -> Result<(), StoreError> {
        let Some(first) = rows.first() else { return Ok(()) };
        let table = known(table)?;
        let columns: Vec<&String> = first.keys().collect();
        columns.iter().try_for_each(|column| check_column(table, column))?;
        let list = columns.iter().map(|column| column.as_str()).collect::<Vec<_>>().join(", ");
        let text = if self.is_postgres() {
            format!(
                "INSERT INTO {table} ({list}) SELECT {list} FROM jsonb_populate_recordset(CAST(NULL AS {table}), CAST($1 AS JSONB))"
            )
        } else {
            let values: Vec<String> =
                columns.iter().map(|column| format!("value ->> '$.{column}'")).collect();
            format!("INSERT INTO {table} ({list}) SELECT {} FROM json_each($1)", values.join(", "))
        };
        let json = serde_json::to_string(rows)?;
        execute!(self, sqlx::query(AssertSqlSafe(text)).bind(json))?;
        if first.get("id").is_some_and(Value::is_number) {
            self.move_sequence(table).await?;
        }
        Ok(())
    }

    /// After rows with ids of their own, PostgreSQL's next id must lie beyond them.
    async fn move_sequence(&mut self, table: &'static str) -> Result<(), StoreError> {
        if let Open::Pg(tx) = &mut self.open {
            let text = format!(
                "SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
            );
            sqlx::query(AssertSqlSafe(text)).execute(&mut **tx).await?;
        }
        Ok(())
    }
}

/// An instant as both databases keep it; PostgreSQL shows its own zone.
fn as_kept(value: &mut Value) {
    if let Some(at) = value.as_str().and_then(|text| text.parse::<Timestamp>().ok()) {
        *value = format!("{at:.6}").into();
    }
}

fn check_column(table: &str, column: &str) -> Result<(), StoreError> {
    let is_plain = column.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if is_plain {
        return Ok(());
    }
    Err(StoreError::Unfit(format!("a column name of {table} has characters no column has")))
}

fn known(table: &str) -> Result<&'static str, StoreError> {
    TABLES
        .iter()
        .find(|known| **known == table)
        .copied()
        .ok_or_else(|| StoreError::Unfit(format!("there is no table {table}; see spec §5 for their names")))
}
