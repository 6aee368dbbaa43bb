//! Living in the CRM's own database: missing tables are created, present ones are never altered, and a start is
//! refused with the names of the columns that do not fit.

use std::collections::BTreeMap;

use sqlx::migrate::Migrator;

use crate::db::{Db, Store, read, sql};
use crate::error::StoreError;
use crate::rows::TABLES;
use crate::types::Int;

macro_rules! crm_tables {
    ($($name:literal),+) => {
        /// The agency's existing tables (`spec.md` §5).
        pub const CRM_TABLES: &[&str] = &[$($name),+];
        const CREATE: &[(&str, &str, &str)] = &[$((
            $name,
            include_str!(concat!("../migrations/postgres/crm/", $name, ".sql")),
            include_str!(concat!("../migrations/sqlite/crm/", $name, ".sql")),
        )),+];
    };
}
crm_tables!(
    "users", "properties", "pm_landlords", "pm_properties", "pm_tenants", "viewing_appointments",
    "support_tickets", "unified_contacts"
);

/// Tables of the CRM's that the receptionist adds rows to; there a required column it does not know is fatal.
const WRITTEN: &[&str] = &["properties", "viewing_appointments", "support_tickets"];

static LITE: Migrator = sqlx::migrate!("migrations/sqlite");
static PG: Migrator = sqlx::migrate!("migrations/postgres");

/// Own table, so that a CRM with migrations of its own by the same tool is not disturbed.
const MIGRATIONS_TABLE: &str = "receptionist_migrations";

#[derive(Clone, Debug, sqlx::FromRow)]
struct Column {
    name: String,
    kind: String,
    required: bool,
}

type Columns = BTreeMap<String, Column>;

/// Several nodes may start on a new database at once: they take turns.
pub(crate) async fn prepare(store: &Store) -> Result<(), StoreError> {
    const TURN: i64 = 0x0072_6563_6570_7469; // "recepti", in no other program's use
    let Db::Pg(pool) = &store.db else { return prepare_alone(store).await };
    let mut turn = pool.acquire().await?;
    sqlx::query("SELECT pg_advisory_lock($1)").bind(TURN).execute(&mut *turn).await?;
    let outcome = prepare_alone(store).await;
    sqlx::query("SELECT pg_advisory_unlock($1)").bind(TURN).execute(&mut *turn).await?;
    outcome
}

async fn prepare_alone(store: &Store) -> Result<(), StoreError> {
    let is_ours = !columns(store, MIGRATIONS_TABLE).await?.is_empty();
    let mut problems = Vec::new();
    for (name, ..) in CREATE {
        let present = columns(store, name).await?;
        if !present.is_empty() {
            problems.extend(misfits(store, name, &present));
        }
    }
    if !is_ours {
        problems.extend(occupied_names(store).await?);
    }
    if !problems.is_empty() {
        return Err(StoreError::Unfit(format!(
            "this database does not fit the receptionist; nothing was changed. {} See docs/crm.md.",
            problems.join("; ")
        )));
    }
    create_missing(store).await?;
    migrate(store).await
}

/// Our own names taken by somebody else's tables.
async fn occupied_names(store: &Store) -> Result<Vec<String>, StoreError> {
    let mut taken = Vec::new();
    for table in TABLES.iter().filter(|table| !CRM_TABLES.contains(table)) {
        if !columns(store, table).await?.is_empty() {
            taken.push(format!("table {table} exists and is not ours"));
        }
    }
    Ok(taken)
}

async fn create_missing(store: &Store) -> Result<(), StoreError> {
    for (name, postgres, sqlite) in CREATE {
        if columns(store, name).await?.is_empty() {
            let text: &'static str = sql!(store, pg: postgres, lite: sqlite);
            match &store.db {
                Db::Lite { writer, .. } => sqlx::raw_sql(text).execute(writer).await.map(|_| ())?,
                Db::Pg(pool) => sqlx::raw_sql(text).execute(pool).await.map(|_| ())?,
            }
        }
    }
    Ok(())
}

async fn migrate(store: &Store) -> Result<(), StoreError> {
    match &store.db {
        Db::Lite { writer, .. } => renamed(&LITE).run(writer).await?,
        Db::Pg(pool) => renamed(&PG).run(pool).await?,
    }
    Ok(())
}

impl Store {
    /// How many migrations of this release the database has not had.
    pub async fn pending_migrations(&self) -> Result<i64, StoreError> {
        const SQL: &str = "SELECT count(*) FROM receptionist_migrations WHERE success = (1 = 1)";
        let known = i64::try_from(LITE.iter().count()).unwrap_or(i64::MAX);
        if columns(self, MIGRATIONS_TABLE).await?.is_empty() {
            return Ok(known);
        }
        let done: Int = read!(self, |c| sqlx::query_scalar(SQL).fetch_one(c).await)?;
        Ok((known - done.0).max(0))
    }
}

fn renamed(migrator: &Migrator) -> Migrator {
    let mut own = Migrator::with_migrations(migrator.iter().cloned().collect());
    own.dangerous_set_table_name(MIGRATIONS_TABLE);
    // A node of this release starts, or starts again, beside nodes of the next, whose migrations only add.
    own.set_ignore_missing(true);
    own
}

async fn columns(store: &Store, table: &str) -> Result<Columns, StoreError> {
    const PG: &str = "SELECT column_name AS name, CASE WHEN data_type = 'ARRAY' THEN udt_name ELSE data_type END AS kind, \
         (is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO' AND is_generated = 'NEVER') AS required \
         FROM information_schema.columns WHERE table_name = $1 AND table_schema = ANY (current_schemas(false))";
    const LITE: &str = "SELECT name, lower(type) AS kind, (\"notnull\" = 1 AND dflt_value IS NULL AND pk = 0) AS required \
         FROM pragma_table_info($1)";
    let text = sql!(store, pg: PG, lite: LITE);
    let rows: Vec<Column> = read!(store, |c| sqlx::query_as(text).bind(table).fetch_all(c).await)?;
    Ok(rows.into_iter().map(|column| (column.name.clone(), column)).collect())
}

/// Compares a table that is there with the one we would have made.
fn misfits(store: &Store, table: &str, present: &Columns) -> Vec<String> {
    let Some((_, postgres, sqlite)) = CREATE.iter().find(|(name, ..)| *name == table) else {
        return Vec::new();
    };
    let needed = needed_columns(sql!(store, pg: postgres, lite: sqlite));
    let mut problems = Vec::new();
    for (name, kind) in &needed {
        match present.get(*name) {
            None => problems.push(format!("column {table}.{name} is missing")),
            Some(found) if !fits(kind, &found.kind) => problems.push(format!(
                "column {table}.{name} is {}, but {} is needed",
                found.kind,
                kind.to_lowercase()
            )),
            Some(found) if *name == "id" && found.required && WRITTEN.contains(&table) => {
                problems.push(format!("column {table}.id gives new rows no number by itself"));
            }
            Some(_) => {}
        }
    }
    if WRITTEN.contains(&table) {
        let unknown = present
            .values()
            .filter(|column| column.required && !needed.iter().any(|(name, _)| *name == column.name));
        problems.extend(unknown.map(|column| {
            format!("column {table}.{} is required but unknown to the receptionist", column.name)
        }));
    }
    problems
}

/// Names and types, read from the very statement that would create the table.
fn needed_columns(create: &'static str) -> Vec<(&'static str, &'static str)> {
    create
        .lines()
        .skip(1)
        .take_while(|line| line.starts_with(' '))
        .filter_map(|line| {
            let mut words = line.trim().trim_end_matches(',').split_whitespace();
            Some((words.next()?, words.next()?))
        })
        .collect()
}

/// Whether a column of this kind can hold what we write and give what we read.
fn fits(needed: &str, found: &str) -> bool {
    let accepted: &[&str] = match needed {
        "INTEGER" => &["smallint", "integer", "bigint", "int", "boolean", "bool"],
        "TEXT" => &["text", "character varying", "character", "varchar", "char", "datetime"],
        "BOOLEAN" => &["boolean"],
        "DATE" => &["date"],
        "TIMESTAMPTZ" => &["timestamp with time zone"],
        "TEXT[]" => &["_text", "_varchar"],
        _ => &[],
    };
    let bare = found.split('(').next().unwrap_or(found).trim();
    accepted.contains(&bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_read_from_its_statement() {
        for (name, postgres, sqlite) in CREATE {
            let names = |text| needed_columns(text).iter().map(|(column, _)| *column).collect::<Vec<_>>();
            assert!(names(postgres).contains(&"id"), "{name}");
            assert_eq!(names(postgres), names(sqlite), "{name}");
            for (column, kind) in needed_columns(postgres).iter().chain(&needed_columns(sqlite)) {
                assert!(
                    ["INTEGER", "TEXT", "BOOLEAN", "DATE", "TIMESTAMPTZ", "TEXT[]"].contains(kind),
                    "{name}.{column} {kind}"
                );
            }
        }
    }

    /// The two folders of migrations say the same, but for the names of types.
    #[test]
    fn both_databases_get_the_same_tables() {
        const SAME: &[(&str, &str)] = &[
            ("INTEGER GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY", "INTEGER PRIMARY KEY"),
            ("BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY", "INTEGER PRIMARY KEY"),
            ("VARCHAR(20)", "TEXT CHECK (length(phone) <= 20)"),
            ("INTEGER[]", "TEXT"),
            ("TEXT[]", "TEXT"),
            ("BOOLEAN", "INTEGER"),
            ("TIMESTAMPTZ", "TEXT"),
            ("DOUBLE PRECISION", "REAL"),
            ("BIGINT", "INTEGER"),
            ("DATE", "TEXT"),
            ("TIME", "TEXT"),
            ("DEFAULT '{}'", "DEFAULT '[]'"),
            ("DEFAULT TRUE", "DEFAULT 1"),
            ("DEFAULT FALSE", "DEFAULT 0"),
        ];
        /// Triggers have nothing in common but what they do, which the tests of the numbers show.
        const OWN_WORDS: &str = "stale days";
        for (postgres, sqlite) in PG.iter().zip(LITE.iter()) {
            if postgres.description == OWN_WORDS {
                continue;
            }
            let as_sqlite = |text: &str| {
                text.lines()
                    .map(|line| {
                        SAME.iter().fold(line.to_owned(), |line, (pg, lite)| replaced(&line, pg, lite))
                    })
                    .collect::<Vec<_>>()
            };
            let plain = |text: &str| {
                let without_json = |line: &str| {
                    line.split(" CHECK (json_valid").next().unwrap_or(line).trim_end_matches(',').to_owned()
                };
                text.replace(") STRICT;", ");").lines().map(without_json).collect::<Vec<_>>()
            };
            let postgres_text = as_sqlite(postgres.sql.as_str()).join("\n");
            assert_eq!(plain(&postgres_text), plain(sqlite.sql.as_str()), "{}", postgres.description);
        }
    }

    /// The last one that was made before nodes of two releases could meet.
    const FIRST_RELEASE: i64 = 22;

    /// What an older node, which knows nothing of it, cannot trip over.
    fn only_adds(statement: &str) -> bool {
        let words = statement.split_whitespace().collect::<Vec<_>>().join(" ").to_uppercase();
        let is_column = words.starts_with("ALTER TABLE ") && words.contains(" ADD COLUMN ");
        let may_be_left_out = !words.contains("NOT NULL") || words.contains(" DEFAULT ");
        let is_new =
            ["CREATE TABLE ", "CREATE INDEX ", "CREATE TRIGGER ", "CREATE FUNCTION ", "INSERT INTO "];
        (is_column && may_be_left_out && !words.contains(" UNIQUE"))
            || is_new.iter().any(|opening| words.starts_with(opening))
    }

    #[test]
    fn a_migration_only_adds() {
        for sound in [
            "CREATE TABLE moods (id TEXT PRIMARY KEY)",
            "ALTER TABLE leads ADD COLUMN mood TEXT",
            "ALTER TABLE leads ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm'",
            "CREATE INDEX moods_of ON moods (id)",
        ] {
            assert!(only_adds(sound), "{sound}");
        }
        for unsound in [
            "DROP TABLE leads",
            "ALTER TABLE leads DROP COLUMN name",
            "ALTER TABLE leads RENAME TO people",
            "ALTER TABLE leads ADD COLUMN mood TEXT NOT NULL",
            "ALTER TABLE leads ADD COLUMN mood TEXT UNIQUE",
            "CREATE UNIQUE INDEX leads_name ON leads (name)",
            "UPDATE leads SET name = NULL",
        ] {
            assert!(!only_adds(unsound), "{unsound}");
        }
        for migration in PG.iter().chain(LITE.iter()).filter(|migration| migration.version > FIRST_RELEASE) {
            let text = migration.sql.as_str();
            let plain: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("--")).collect();
            // The body of a trigger or a function has statements of its own.
            if plain.join(" ").contains("BEGIN") {
                continue;
            }
            for statement in plain.join("\n").split(';').filter(|statement| !statement.trim().is_empty()) {
                assert!(only_adds(statement), "{}: an older node would fail: {statement}", migration.version);
            }
        }
    }

    /// Only where it stands as a column's type: `DATE` is also the end of a word.
    fn replaced(line: &str, from: &str, to: &str) -> String {
        line.replacen(&format!(" {from}"), &format!(" {to}"), 1)
    }
}
