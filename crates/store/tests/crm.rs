//! Living in the CRM's own database: nothing of it is altered, and what does not fit stops the start by name.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use sqlx::{Connection, PgConnection};
use store::{Store, StoreError};

/// A CRM older than us: wider ids, other defaults, columns of its own, and rows.
const CRM: &str = "
CREATE TABLE users (id BIGSERIAL PRIMARY KEY, name VARCHAR(80) NOT NULL, email TEXT, phone TEXT, role TEXT NOT NULL DEFAULT 'staff',
    active BOOLEAN NOT NULL DEFAULT FALSE, password_hash TEXT NOT NULL, branch_id INTEGER);
INSERT INTO users (name, role, active, password_hash) VALUES ('Amy Hart', 'negotiator', TRUE, 'x');
CREATE TABLE viewing_appointments (id SERIAL PRIMARY KEY, property_id BIGINT, lead_id INTEGER, agent_id BIGINT, kind TEXT NOT NULL DEFAULT 'open_house',
    scheduled_date TIMESTAMPTZ NOT NULL, duration_minutes SMALLINT DEFAULT 45, status VARCHAR(20) NOT NULL DEFAULT 'requested',
    viewer_name TEXT, viewer_email TEXT, viewer_phone TEXT, address TEXT, created_at TIMESTAMPTZ DEFAULT now(),
    feedback_score INTEGER NOT NULL DEFAULT 0);
INSERT INTO viewing_appointments (scheduled_date, agent_id, status) VALUES ('2026-11-24T10:00:00Z', 1, 'booked');
";

async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url).await.unwrap()
}

async fn run(url: &str, text: &'static str) {
    sqlx::raw_sql(text).execute(&mut connect(url).await).await.unwrap();
}

/// Columns, defaults, constraints and rows of the CRM's tables, as text.
async fn picture(url: &str) -> Vec<String> {
    const SQL: &str = "SELECT concat_ws('|', table_name, column_name, data_type, column_default, is_nullable) FROM information_schema.columns \
         WHERE table_name IN ('users', 'viewing_appointments') \
         UNION ALL SELECT indexdef FROM pg_indexes WHERE tablename IN ('users', 'viewing_appointments') \
         UNION ALL SELECT CAST(to_jsonb(u) AS TEXT) FROM users u UNION ALL SELECT CAST(to_jsonb(v) AS TEXT) FROM viewing_appointments v ORDER BY 1";
    sqlx::query_scalar(SQL).fetch_all(&mut connect(url).await).await.unwrap()
}

#[tokio::test]
async fn present_tables_are_left_alone_and_missing_ones_created() {
    let database = testkit::postgres();
    run(&database.url, CRM).await;
    let before = picture(&database.url).await;
    let store = Store::open(&database.url).await.unwrap();
    assert_eq!(picture(&database.url).await, before);
    assert_eq!(store.staff_names().await.unwrap()[0].name, "Amy Hart");
    assert!(store.rows("properties").await.unwrap().is_empty(), "the missing table is there now");
    let (from, until) = ("2026-11-24T00:00:00Z".parse().unwrap(), "2026-11-25T00:00:00Z".parse().unwrap());
    let busy = store.busy_times(from, until).await.unwrap();
    assert_eq!(busy[0].until.to_string(), "2026-11-24T10:45:00Z", "the CRM's own default length counts");
}

async fn refusal(url: &str) -> String {
    match Store::open(url).await {
        Err(StoreError::Unfit(why)) => why,
        other => panic!("the start should have been refused: {other:?}"),
    }
}

#[tokio::test]
async fn what_does_not_fit_is_named() {
    let database = testkit::postgres();
    run(&database.url, CRM).await;
    run(
        &database.url,
        "ALTER TABLE viewing_appointments ADD COLUMN branch INTEGER NOT NULL DEFAULT 1; \
         ALTER TABLE viewing_appointments ALTER COLUMN branch DROP DEFAULT; \
         ALTER TABLE viewing_appointments DROP COLUMN viewer_phone; \
         ALTER TABLE users ALTER COLUMN active DROP DEFAULT; \
         ALTER TABLE users ALTER COLUMN active TYPE TEXT",
    )
    .await;
    let why = refusal(&database.url).await;
    for named in [
        "viewing_appointments.branch is required but unknown",
        "viewing_appointments.viewer_phone is missing",
        "users.active is text",
    ] {
        assert!(why.contains(named), "{named} is not in: {why}");
    }
    let tables: i64 =
        sqlx::query_scalar("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'")
            .fetch_one(&mut connect(&database.url).await)
            .await
            .unwrap();
    assert_eq!(tables, 2, "a refused start creates nothing");
}

#[tokio::test]
async fn our_names_taken_by_others_are_named() {
    let database = testkit::postgres();
    run(&database.url, "CREATE TABLE tasks (id SERIAL PRIMARY KEY, title TEXT)").await;
    assert!(refusal(&database.url).await.contains("table tasks exists and is not ours"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_start_together_take_turns() {
    let database = testkit::postgres();
    let starts = (0..4).map(|_| {
        let url = database.url.clone();
        tokio::spawn(async move { Store::open(&url).await.map(|_| ()) })
    });
    for start in starts.collect::<Vec<_>>() {
        start.await.unwrap().unwrap();
    }
}

/// A CRM's rows have gaps; one of them must not silence the telephone.
#[tokio::test]
async fn gaps_in_the_crms_rows_are_lived_with() {
    let database = testkit::postgres();
    run(
        &database.url,
        "CREATE TABLE unified_contacts (id SERIAL PRIMARY KEY, name TEXT, phone TEXT, email TEXT, kind TEXT, vip BOOLEAN); \
         INSERT INTO unified_contacts (name, phone) VALUES (NULL, '+447700900123'); \
         CREATE TABLE properties (id SERIAL PRIMARY KEY, reference TEXT, listing_type TEXT, status TEXT, address_line1 TEXT, area TEXT, \
           city TEXT, postcode TEXT, bedrooms INTEGER, bathrooms INTEGER, property_type TEXT, price INTEGER, rent_period TEXT, \
           description TEXT, features TEXT[], images TEXT[], floor_plan_url TEXT, epc_rating TEXT, epc_url TEXT, virtual_tour_url TEXT, \
           council_tax_band TEXT, tenure TEXT, furnished TEXT, available_from DATE, agent_id INTEGER, created_at TIMESTAMPTZ, updated_at TIMESTAMPTZ); \
         INSERT INTO properties (status) VALUES ('available'); \
         INSERT INTO properties (status, listing_type, property_type, price, bedrooms) VALUES ('available', 'rent', 'penthouse', 9000, 2); \
         INSERT INTO properties (status, listing_type, property_type, price, bedrooms) VALUES ('available', 'rent', 'flat', 2000, 2)",
    )
    .await;
    let store = Store::open(&database.url).await.unwrap();
    let caller = agency::phone::PhoneNumber::parse("07700900123").unwrap();
    assert!(!store.who_is_calling(Some(&caller)).await.unwrap().vip);
    assert!(store.lexicon().await.unwrap().areas().next().is_none());
    let wants =
        agency::crm::Wants { listing: Some(agency::crm::Listing::Rent), ..agency::crm::Wants::default() };
    let (_, criteria) = agency::search::attempts(&wants).swap_remove(0);
    let found = store.find_properties(&criteria, 1).await.unwrap();
    assert_eq!(found[0].price, 2000, "a home with a word that is not ours does not hide the others");
}
