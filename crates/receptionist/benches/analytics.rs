//! `cargo bench --bench analytics`: the numbers of a million calls over three years, on both databases in one run: added up from the
//! tallies of days, beside the same counts made from the rows themselves.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::time::Instant;

use agency::analytics::{Measure, figures};
use jiff::civil::{Date, date};
use sqlx::Connection;
use store::{Counted, Store};

const CALLS: i64 = 1_000_000;
const DAYS: i64 = 1_095;
const LOOKS: usize = 20;
const FIRST: Date = date(2024, 1, 1);
const LAST: Date = date(2026, 12, 30);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    println!("{CALLS} calls over {DAYS} days, {LOOKS} looks each; milliseconds");
    for (name, database) in testkit::both() {
        let store = Store::open(&database.url).await?;
        fill(&database.url).await?;
        let began = Instant::now();
        while store.count_stale_days().await? {}
        println!("{name}: all days counted in {:.1} s", began.elapsed().as_secs_f64());
        let all = Counted { from: FIRST, to: LAST, channel: None };
        look(name, "three years", &store, all).await?;
        look(name, "one year", &store, Counted { from: date(2026, 1, 1), ..all }).await?;
        look(name, "four weeks", &store, Counted { from: date(2026, 12, 3), ..all }).await?;
        from_the_rows(name, &database.url).await?;
        changed_today(name, &store, &database.url).await?;
        store.close().await;
    }
    Ok(())
}

/// Calls in the order of their days, one turn each.
async fn fill(url: &str) -> anyhow::Result<()> {
    let is_postgres = url.starts_with("postgres");
    let at = if is_postgres {
        "TIMESTAMPTZ '2024-01-01T00:00:00Z' + (n * 1095 / 1000001) * interval '1 day' + ((n * 7919) % 86400) * interval '1 second'"
    } else {
        "strftime('%Y-%m-%dT%H:%M:%S', '2024-01-01', '+' || (n * 1095 / 1000001) || ' days', '+' || ((n * 7919) % 86400) || ' seconds') || '.000000Z'"
    };
    let numbers = |count: i64| {
        if is_postgres {
            format!("FROM generate_series(1::bigint, {count}::bigint) AS s(n)")
        } else {
            format!(
                "FROM (WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {count}) SELECT n FROM s)"
            )
        }
    };
    let leads = CALLS / 4;
    let statements = [
        format!(
            "INSERT INTO voice_leads (id, phone, name, looking_for, source, created_at, updated_at, score) \
             SELECT n, '+4477' || (10000000 + n), 'Sam', 'rent', 'phone_call', {at}, {at}, n % 101 {}",
            numbers(leads)
        ),
        format!(
            "INSERT INTO conversations (id, lead_id, channel, state, turn, started_at, updated_at, ended_at) \
             SELECT 'call_' || n, 1 + n % {leads}, 'voice', '', 3, {at}, {at}, {at} {}",
            numbers(CALLS)
        ),
        format!(
            "INSERT INTO voice_lead_calls (id, lead_id, direction, channel, conversation_id, created_at, ended_at, duration, intent, outcome) \
             SELECT n, 1 + n % {leads}, 'inbound', 'voice', 'call_' || n, {at}, {at}, n % 600, \
             CASE n % 3 WHEN 0 THEN 'property_enquiry_rent' WHEN 1 THEN 'tenant_maintenance' ELSE 'book_viewing' END, \
             CASE n % 4 WHEN 0 THEN 'viewing_booked' WHEN 1 THEN 'info_given' WHEN 2 THEN 'abandoned' ELSE 'transferred' END {}",
            numbers(CALLS)
        ),
        format!(
            "INSERT INTO conversation_turns (id, conversation_id, turn, speaker, words, spoken_at, took_ms) \
             SELECT 'turn_' || n, 'call_' || n, 1, 'receptionist', 'Yes.', {at}, (n * 31) % 3000 {}",
            numbers(CALLS)
        ),
    ];
    let began = Instant::now();
    if is_postgres {
        let mut db = sqlx::PgConnection::connect(url).await?;
        for statement in statements {
            sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut db).await?;
        }
        sqlx::raw_sql("ANALYZE").execute(&mut db).await?;
    } else {
        let mut db = sqlx::SqliteConnection::connect(url).await?;
        for statement in statements {
            sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut db).await?;
        }
        sqlx::raw_sql("ANALYZE").execute(&mut db).await?;
    }
    println!("written in {:.1} s", began.elapsed().as_secs_f64());
    Ok(())
}

/// Everything that the page asks for.
async fn look(name: &str, what: &str, store: &Store, of: Counted<'_>) -> anyhow::Result<()> {
    let mut times = Vec::new();
    let mut calls = 0;
    for _ in 0..LOOKS {
        let began = Instant::now();
        let (now, before, by_day) =
            tokio::try_join!(store.tallies(of), store.tallies(of), store.tallies_by_day(of))?;
        if (of.to - of.from).get_days() < 92 {
            store.people_in_touch(of).await?;
        }
        let shown = figures(&now).count() + figures(&before).count() + by_day.len();
        calls = now.n(Measure::Calls);
        times.push((began.elapsed().as_secs_f64() * 1000.0, shown));
    }
    print_times(&format!("{name}: {what}, {calls} calls, from tallies"), times.into_iter().map(|(ms, _)| ms));
    Ok(())
}

fn print_times(what: &str, times: impl Iterator<Item = f64>) {
    let mut times: Vec<f64> = times.collect();
    times.sort_by(f64::total_cmp);
    println!("{what}: p50 {:.1}, max {:.1}", times[times.len() / 2], times[times.len() - 1]);
}

/// The simplest of the numbers, the way a report without tallies would make them.
async fn from_the_rows(name: &str, url: &str) -> anyhow::Result<()> {
    const SQL: &str = "SELECT count(*), sum(duration), sum(CASE WHEN outcome = 'transferred' THEN 1 ELSE 0 END), count(DISTINCT intent) \
         FROM voice_lead_calls WHERE created_at >= '2024-01-01'";
    let mut times = Vec::new();
    for _ in 0..3 {
        let began = Instant::now();
        if url.starts_with("postgres") {
            let mut db = sqlx::PgConnection::connect(url).await?;
            sqlx::query(SQL).fetch_one(&mut db).await?;
        } else {
            let mut db = sqlx::SqliteConnection::connect(url).await?;
            sqlx::query(SQL).fetch_one(&mut db).await?;
        }
        times.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    print_times(&format!("{name}: three years, four of the counts, from the rows"), times.into_iter());
    Ok(())
}

/// A call of the last day changes: three days are counted again before the page is shown.
async fn changed_today(name: &str, store: &Store, url: &str) -> anyhow::Result<()> {
    const CHANGE: &str = "UPDATE voice_lead_calls SET duration = duration + 1 WHERE id = 999500";
    let mut times = Vec::new();
    for _ in 0..LOOKS {
        if url.starts_with("postgres") {
            sqlx::query(CHANGE).execute(&mut sqlx::PgConnection::connect(url).await?).await?;
        } else {
            sqlx::query(CHANGE).execute(&mut sqlx::SqliteConnection::connect(url).await?).await?;
        }
        let began = Instant::now();
        while store.count_stale_days().await? {}
        times.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    print_times(&format!("{name}: a day that has changed is counted again"), times.into_iter());
    Ok(())
}
