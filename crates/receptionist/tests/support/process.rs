//! The server as a process of its own, to be killed.

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use phone_network::{Network, NetworkOptions};
use receptionist::clock::Clock;
use receptionist::rehearsal::{ACCOUNT_SID, AGENCY_NUMBER, AUTH_TOKEN};
use receptionist::seed::seed;
use store::Store;
pub(crate) use testkit::free_port;

/// A real `receptionist serve`, killed without a word when dropped.
pub(crate) struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Process {
    /// SIGSTOP, SIGCONT, SIGTERM and the like, by name.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.0.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }

    /// Waits until it has ended by itself.
    pub(crate) fn ended(mut self) {
        assert!(self.0.wait().unwrap().success(), "it ended in order");
        std::mem::forget(self);
    }
}

/// The fictional agency in a database, and the network its server is rung by: a port for it, still free.
pub(crate) async fn stage(database: &testkit::Database) -> (Store, Network, u16) {
    let clock = Clock::system();
    let store = Store::open(&database.url).await.unwrap();
    seed(&store, agency::london::date_of(clock.now())).await.unwrap();
    let port = free_port();
    let base = format!("http://127.0.0.1:{port}");
    let options = NetworkOptions::new(&base, ACCOUNT_SID, AUTH_TOKEN, Arc::new(move || clock.now()));
    (store, Network::start(options).await.unwrap(), port)
}

pub(crate) async fn serve(port: u16, database: &str, api_url: &str) -> Process {
    serve_with(port, database, api_url, &[]).await
}

/// With more in its environment.
pub(crate) async fn serve_with(port: u16, database: &str, api_url: &str, more: &[(&str, &str)]) -> Process {
    let base = format!("http://127.0.0.1:{port}");
    let child = Command::new(env!("CARGO_BIN_EXE_receptionist"))
        .arg("serve")
        .args(["--config", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/short-leases.toml")])
        .env_clear()
        .envs([
            ("DATABASE_URL", database),
            ("BASE_URL", &base),
            ("LISTEN_ADDR", base.trim_start_matches("http://")),
            ("TWILIO_API_URL", api_url),
            ("TWILIO_ACCOUNT_SID", ACCOUNT_SID),
            ("TWILIO_AUTH_TOKEN", AUTH_TOKEN),
            ("TWILIO_PHONE_NUMBER", AGENCY_NUMBER),
            ("EMERGENCY_CONTACT_PHONE", "+447700900999"),
            ("RUST_LOG", "error"),
        ])
        .envs(more.iter().copied())
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
