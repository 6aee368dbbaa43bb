//! Several nodes on one PostgreSQL, behind the nginx of `deploy/nginx.conf`: any node takes any webhook, and a node that is killed,
//! paused, replaced or cut off from the database costs no caller more than one repeated sentence. `CALLS=200 cargo test --test nodes`.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod support;

use std::time::Duration;

use phone_network::Network;
use receptionist::rehearsal::AGENCY_NUMBER;
use serde_json::Value;
use store::Store;
use support::process::{Process, free_port, serve_with, stage};
use testkit::{Line, Nginx, Wire};

async fn node(port: u16, front: u16, database: &str, network: &Network) -> Process {
    let base = format!("http://127.0.0.1:{front}");
    serve_with(port, database, network.rest_url(), &[("BASE_URL", &base), ("RUST_LOG", "off")]).await
}

const LINES: [&str; 4] = [
    "I'm looking for a two bedroom flat to rent in Maida Vale",
    "up to two thousand eight hundred a month",
    "what are your opening hours",
    "no thank you, that's all",
];

/// How often this was heard in that call.
async fn recorded(store: &Store, sid: &str, words: &str) -> usize {
    let calls = store.rows("conversations").await.unwrap();
    let call = calls.iter().find(|call| call["call_sid"] == sid).unwrap()["id"].clone();
    let turns = store.rows("conversation_turns").await.unwrap();
    turns.iter().filter(|turn| turn["conversation_id"] == call && turn["words"] == words).count()
}

/// A caller who says each line, and says it again if the line was lost on the way. How often they had to.
async fn talk(network: Network, store: Store, n: usize) -> usize {
    let mut call = network.ring(&format!("+4477009{:05}", 60_000 + n), AGENCY_NUMBER).await.unwrap();
    let mut repeats = 0;
    for (line, words) in LINES.iter().enumerate() {
        // People think before they speak.
        tokio::time::sleep(Duration::from_millis(150 + 37 * u64::try_from((n + line) % 11).unwrap())).await;
        let was_relayed = call.is_relayed();
        let said = call.say(words).await;
        assert!(said.is_ok(), "{n}: {said:?} at {words:?}: {} {:?}", call.all_heard(), call.warnings());
        let was_lost = was_relayed && !call.is_relayed() && line + 1 < LINES.len();
        if was_lost && recorded(&store, call.sid(), words).await == 0 {
            repeats += 1;
            call.say(words).await.unwrap();
        }
    }
    assert!(call.all_heard().contains("AI assistant"), "{n}: {}", call.all_heard());
    call.hang_up();
    repeats
}

/// nginx before so many free ports.
fn fronted(front: u16, count: usize) -> (Vec<u16>, Nginx) {
    let ports: Vec<u16> = (0..count).map(|_| free_port()).collect();
    let nginx = Nginx::start(front, &ports);
    (ports, nginx)
}

/// One is killed, one paused, one replaced: of three while another is still away, of two one after the other.
async fn killed_paused_and_replaced(count: usize) -> String {
    let calls = calls();
    let database = testkit::postgres();
    let (store, network, front) = stage(&database).await;
    let before = store.rows("voice_lead_calls").await.unwrap().len();
    let (ports, nginx) = fronted(front, count);
    let start = async |nth: usize| Some(node(ports[nth], front, &database.url, &network).await);
    let mut nodes = Vec::new();
    for nth in 0..count {
        nodes.push(start(nth).await);
    }
    let callers: Vec<_> = (0..calls).map(|n| tokio::spawn(talk(network.clone(), store.clone(), n))).collect();
    let pause = Duration::from_millis(400);

    tokio::time::sleep(pause).await;
    nodes[0] = None; // kill -9
    tokio::time::sleep(pause).await;
    if count == 2 {
        nodes[0] = start(0).await;
    }
    let paused = nodes[1].as_ref().unwrap();
    paused.signal("STOP");
    tokio::time::sleep(pause * 3).await;
    paused.signal("CONT");
    if count == 3 {
        nodes[0] = start(0).await;
    }
    let replaced = nodes[count - 1].take().unwrap();
    replaced.signal("TERM");
    tokio::task::spawn_blocking(move || replaced.ended()).await.unwrap();
    nodes[count - 1] = start(count - 1).await;

    let repeats = nobody_was_lost((&store, &network), callers, before).await;
    drop((nodes, nginx));
    format!("{count} nodes, {calls} calls, {repeats} had to say a sentence again")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn three_nodes_are_killed_paused_and_replaced_under_calls() {
    println!("{}", killed_paused_and_replaced(3).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_nodes_are_killed_paused_and_replaced_under_calls() {
    println!("{}", killed_paused_and_replaced(2).await);
}

/// One loses the database at once, another is not answered by it any more: of three at the same time, of two one after the other.
async fn cut_off_from_the_database(count: usize) -> String {
    let calls = calls();
    let database = testkit::postgres();
    let (store, network, front) = stage(&database).await;
    let before = store.rows("voice_lead_calls").await.unwrap().len();
    let (_, address) = database.url.rsplit_once("127.0.0.1:").unwrap();
    let (port, name) = address.split_once('/').unwrap();
    let (ports, nginx) = fronted(front, count);
    let (mut nodes, mut wires) = (Vec::new(), Vec::new());
    for node_port in ports {
        let wire = Wire::to(port.parse().unwrap()).await.unwrap();
        let through = format!("postgres://postgres@127.0.0.1:{}/{name}", wire.port());
        nodes.push(node(node_port, front, &through, &network).await);
        wires.push(wire);
    }
    let talking = |some: std::ops::Range<usize>| -> Vec<_> {
        some.map(|n| tokio::spawn(talk(network.clone(), store.clone(), n))).collect()
    };
    let mut callers = talking(0..calls / 2);
    tokio::time::sleep(Duration::from_millis(300)).await;
    wires[0].set(Line::Cut);
    tokio::time::sleep(Duration::from_millis(if count == 2 { 2_000 } else { 300 })).await;
    if count == 2 {
        wires[0].set(Line::Whole);
    }
    callers.extend(talking(calls / 2..calls));
    wires[1].set(Line::Silent);
    tokio::time::sleep(Duration::from_secs(7)).await;
    for wire in &wires {
        wire.set(Line::Whole);
    }
    let repeats = nobody_was_lost((&store, &network), callers, before).await;
    drop((nodes, nginx));
    format!("{count} nodes, {calls} calls, {repeats} had to say a sentence again")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_of_three_nodes_are_cut_off_from_the_database_under_calls() {
    println!("{}", cut_off_from_the_database(3).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_two_nodes_is_cut_off_from_the_database_under_calls() {
    println!("{}", cut_off_from_the_database(2).await);
}

/// The next release has migrated: what it added is unknown here.
const NEXT_RELEASE: &str = "
    ALTER TABLE conversations ADD COLUMN mood TEXT;
    ALTER TABLE messages ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm';
    ALTER TABLE conversation_turns ADD COLUMN mood INTEGER;
    CREATE TABLE moods (id TEXT PRIMARY KEY, conversation_id TEXT REFERENCES conversations (id));
    INSERT INTO receptionist_migrations (version, description, success, checksum, execution_time)
        VALUES (9999, 'moods', TRUE, '', 0);";

/// Nodes of two releases: while calls go on the database becomes the next one's; whoever runs goes on, and whoever is started again starts.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_node_goes_on_and_starts_beside_the_next_release() {
    use sqlx::Connection;
    let calls = 10;
    let database = testkit::postgres();
    let (store, network, front) = stage(&database).await;
    let before = store.rows("voice_lead_calls").await.unwrap().len();
    let (ports, nginx) = fronted(front, 2);
    let start = async |nth: usize| node(ports[nth], front, &database.url, &network).await;
    let (stays, restarts) = (start(0).await, start(1).await);
    let callers: Vec<_> = (0..calls).map(|n| tokio::spawn(talk(network.clone(), store.clone(), n))).collect();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mut db = sqlx::PgConnection::connect(&database.url).await.unwrap();
    sqlx::raw_sql(NEXT_RELEASE).execute(&mut db).await.unwrap();
    drop(restarts); // kill -9
    let restarted = start(1).await;
    nobody_was_lost((&store, &network), callers, before).await;
    drop((stays, restarted, nginx));
}

fn calls() -> usize {
    std::env::var("CALLS").ok().and_then(|text| text.parse().ok()).unwrap_or(40)
}

/// Every call is there, once, and ended; nobody had to say more than one sentence again. How many had to.
async fn nobody_was_lost(
    (store, network): (&Store, &Network),
    callers: Vec<tokio::task::JoinHandle<usize>>,
    before: usize,
) -> usize {
    let calls = callers.len();
    let mut repeats = Vec::new();
    for caller in callers {
        repeats.push(caller.await.unwrap());
    }
    network.settle().await;
    assert!(repeats.iter().all(|repeated| *repeated <= 1), "{repeats:?}");

    let all = store.rows("voice_lead_calls").await.unwrap();
    assert_eq!(all.len() - before, calls, "every call is there, once");
    let open = store.rows("conversations").await.unwrap();
    let open: Vec<&Value> =
        open.iter().filter(|call| call["ended_at"].is_null()).map(|call| &call["call_sid"]).collect();
    assert!(open.is_empty(), "no call is stuck: {open:?}");
    repeats.iter().sum()
}
