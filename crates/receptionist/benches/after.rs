//! `cargo bench --bench after`: what follows calls, on both databases in one run. One new home against 10,000 saved searches; 1,000
//! calls that ended at once, reviewed, with the memory that took.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::time::Instant;

use agency::crm::{LeadId, Listing, WantedArea, Wants};
use agency::search::fit;
use anyhow::Context as _;
use jiff::Timestamp;
use receptionist::rehearsal::{AGENCY_NUMBER, Plan, Rehearsal};
use receptionist::review::review_due;
use receptionist::seed::seed;
use serde_json::{Map, Value, json};
use store::{NewSearch, Store};

const SEARCHES: usize = 10_000;
const CALLS: usize = 1_000;
const LOOKS: usize = 200;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    println!("one home against {SEARCHES} saved searches, {LOOKS} times");
    for (name, database) in testkit::both() {
        matching(name, &database.url).await?;
    }
    println!("{CALLS} calls that ended at once");
    for (name, database) in testkit::both() {
        reviews(name, &database.url).await?;
    }
    Ok(())
}

fn now() -> Timestamp {
    Timestamp::constant(1_795_426_200, 0)
}

fn wants(n: usize) -> Wants {
    let areas = [("Maida Vale", "W9"), ("Kilburn", "NW6"), ("Bayswater", "W2"), ("Kensal Rise", "NW10")];
    let (name, outward) = areas[n % areas.len()];
    let beds = i64::try_from(n % 5).unwrap_or_default();
    let budget = 1_500 + 100 * i64::try_from(n % 30).unwrap_or_default();
    Wants {
        listing: Some(if n.is_multiple_of(3) { Listing::Sale } else { Listing::Rent }),
        bedrooms_min: Some(beds),
        budget_max: Some(budget),
        areas: vec![WantedArea { name: Some(name.into()), outward: Some(outward.into()) }],
        ..Wants::default()
    }
}

async fn matching(name: &str, url: &str) -> anyhow::Result<()> {
    let store = Store::open(url).await?;
    seed(&store, agency::london::date_of(now())).await?;
    let mut tx = store.begin().await?;
    let leads = (0..SEARCHES).map(lead).collect();
    tx.insert_rows("voice_leads", &leads).await?;
    for n in 0..SEARCHES {
        let (id, consent) = (format!("search_{n}"), format!("consent_{n}"));
        let search = NewSearch {
            id: &id,
            lead: LeadId(1_000 + i64::try_from(n)?),
            conversation: None,
            wants: &wants(n),
            words: "let me know",
            consent_id: &consent,
            now: now(),
        };
        tx.save_search(&search).await?;
    }
    tx.commit().await?;
    let home = store.property_by_reference("2024001").await?.context("the fictional agency has this home")?;
    let mut times = Vec::with_capacity(LOOKS);
    let mut matched = 0;
    for _ in 0..LOOKS {
        let began = Instant::now();
        let found = store.searches_for(home.listing, home.bedrooms, home.comparable_price()).await?;
        matched = found.iter().filter(|search| fit(&search.wants, &home).is_some()).count();
        times.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    times.sort_by(f64::total_cmp);
    println!(
        "  {name}: p50 {:.1} ms, p99 {:.1} ms ({matched} people to tell)",
        times[LOOKS / 2],
        times[LOOKS * 99 / 100]
    );
    store.close().await;
    Ok(())
}

fn lead(n: usize) -> Map<String, Value> {
    let row = json!({
        "id": 1_000 + n, "phone": format!("+4479{:08}", n), "source": "phone_call", "preferred_areas": [],
        "preferred_area_names": [], "must_haves": [], "deal_breakers": [],
        "created_at": "2026-11-01T09:00:00.000000Z", "updated_at": "2026-11-01T09:00:00.000000Z",
    });
    row.as_object().cloned().unwrap_or_default()
}

async fn reviews(name: &str, url: &str) -> anyhow::Result<()> {
    let rehearsal = Rehearsal::start(Plan::stepped(url, now())).await?;
    seed(&rehearsal.app.store, agency::london::date_of(now())).await?;
    for n in 0..CALLS {
        let caller = format!("+447700{:06}", 100_000 + n);
        let mut call = rehearsal.network.ring(&caller, AGENCY_NUMBER).await?;
        call.say("a two bedroom flat to rent in Maida Vale up to 3000 a month, I have a deposit").await?;
        call.hang_up();
    }
    rehearsal.network.settle().await;
    let before = resident_kb();
    let began = Instant::now();
    let reviewed = review_due(&rehearsal.app).await?;
    let took = began.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a thousand")]
    let each = took * 1000.0 / reviewed as f64;
    println!(
        "  {name}: {reviewed} reviewed in {took:.1} s, {each:.1} ms each; memory {} MB before, {} MB after",
        before / 1024,
        resident_kb() / 1024
    );
    rehearsal.stop().await;
    Ok(())
}

/// Of this process, the phone network included.
fn resident_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse().ok()).unwrap_or_default()
}
