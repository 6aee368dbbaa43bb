//! `kill -9` between any two webhooks of a booking, with real processes on both databases: the next process carries
//! the same conversation on, and nothing is done twice.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use phone_network::{Network, NetworkOptions};
use receptionist::rehearsal::{ACCOUNT_SID, AGENCY_NUMBER, AUTH_TOKEN};
use receptionist::seed::seed;
use store::Store;

const LINES: &[&str] = &[
    "a two bedroom flat to rent in Maida Vale up to 3000 a month",
    "the first one",
    "the second one",
    "Ike Survivor",
    "no email",
    "yes please",
    "no thank you",
];

/// A real `receptionist serve`, killed without a word when dropped.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

async fn serve(port: u16, database: &str, api_url: &str) -> Process {
    let base = format!("http://127.0.0.1:{port}");
    let child = Command::new(env!("CARGO_BIN_EXE_receptionist"))
        .arg("serve")
        .env_clear()
        .envs([
            ("DATABASE_URL", database),
            ("BASE_URL", &base),
            ("LISTEN_ADDR", base.trim_start_matches("http://")),
            ("TWILIO_API_URL", api_url),
            ("TWILIO_ACCOUNT_SID", ACCOUNT_SID),
            ("TWILIO_AUTH_TOKEN", AUTH_TOKEN),
            ("TWILIO_PHONE_NUMBER", AGENCY_NUMBER),
            ("RECEPTIONIST_CLOCK", "2026-11-23T09:30:00Z"),
            ("RUST_LOG", "error"),
        ])
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    let process = Process(child);
    for _ in 0..200 {
        if reqwest::get(format!("{base}/healthz")).await.is_ok_and(|answer| answer.status().is_success()) {
            return process;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("the server did not come up on {base}");
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_process_loses_no_call_and_books_once() {
    for (name, database) in testkit::both() {
        let now: jiff::Timestamp = "2026-11-23T09:30:00Z".parse().unwrap();
        let store = Store::open(&database.url).await.unwrap();
        seed(&store, agency::london::date_of(now)).await.unwrap();
        let calls_before = store.rows("voice_lead_calls").await.unwrap().len();
        let port = free_port();
        let base = format!("http://127.0.0.1:{port}");
        let network =
            Network::start(NetworkOptions::new(&base, ACCOUNT_SID, AUTH_TOKEN, Arc::new(move || now)))
                .await
                .unwrap();

        let mut process = serve(port, &database.url, network.rest_url()).await;
        let mut call = network.ring("+447700900950", AGENCY_NUMBER).await.unwrap();
        for words in LINES {
            drop(process);
            process = serve(port, &database.url, network.rest_url()).await;
            call.say(words).await.unwrap();
        }
        assert!(call.heard().contains("Goodbye"), "{name}: {}", call.heard());
        delivered(&store, name).await;
        network.settle().await;
        drop(process);

        let bookings = store.rows("viewing_appointments").await.unwrap();
        assert_eq!(bookings.iter().filter(|row| row["viewer_name"] == "Ike Survivor").count(), 1, "{name}");
        assert_eq!(store.rows("voice_lead_calls").await.unwrap().len(), calls_before + 1, "{name}");
        assert_eq!(network.messages().len(), 1, "{name}");
        assert_eq!(network.complaints(), Vec::<String>::new(), "{name}");
    }
}

/// The process's own worker sends; this waits for what it does, at most ten seconds.
async fn delivered(store: &Store, name: &str) {
    for _ in 0..400 {
        let messages = store.rows("messages").await.unwrap();
        if messages.iter().any(|row| row["kind"] == "viewing_confirmation" && row["status"] == "delivered") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{name}: the confirmation was not delivered");
}
