//! Everything outside the processes: the database, the lines to it, nginx, the phone network, the model, the disk.

use std::collections::HashSet;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use phone_network::{Faults, Network, NetworkOptions, Phone};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::Value;
use store::Store;
use testkit::{Cluster, Line, Nginx, Reply, ScriptedModel, Wire, carry_on, free_port};

use super::nodes::{Environment, Node, write_settings};
use super::plan::{Database, Fault, Mood};
use super::{Trial, note};
use crate::clock::Clock;
use crate::rehearsal::{ACCOUNT_SID, AGENCY_NUMBER, AUTH_TOKEN, EMERGENCY_NUMBER, WHATSAPP_NUMBER};
use crate::seed::seed;

pub(super) struct World {
    pub(super) network: Network,
    /// Straight to the database, whatever happens to the lines.
    pub(super) store: Store,
    pub(super) base: String,
    pub(super) folder: tempfile::TempDir,
    pub(super) nodes: Vec<Node>,
    wires: Vec<Wire>,
    cluster: Option<Cluster>,
    nginx: Option<Nginx>,
    model: ScriptedModel,
    mood: Arc<AtomicU8>,
    disk: Option<Disk>,
}

/// A small disk of its own.
struct Disk(PathBuf);

impl Disk {
    /// None where we may not mount one.
    fn mount(folder: &std::path::Path) -> Option<Self> {
        let path = folder.join("disk");
        std::fs::create_dir(&path).ok()?;
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=1g", "tmpfs"]).arg(&path);
        let is_mounted = mount.output().is_ok_and(|output| output.status.success());
        is_mounted.then_some(Self(path))
    }

    fn fill(&self) {
        let ballast = self.0.join("ballast");
        let Ok(mut file) = std::fs::File::create(ballast) else { return };
        let block = vec![0; 1 << 20];
        while std::io::Write::write_all(&mut file, &block).is_ok() {}
    }

    fn empty(&self) {
        drop(std::fs::remove_file(self.0.join("ballast")));
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(&self.0).status());
    }
}

/// The network drops, delays, doubles and mixes; the values are shares of all requests.
fn network_faults(seed: u64) -> Faults {
    Faults {
        seed,
        webhook_twice: 0.05,
        accepted_in_silence: 0.01,
        lost_in_silence: 0.01,
        server_error: 0.03,
        too_many_requests: 0.03,
        callbacks_late: 0.1,
        callback_twice: 0.1,
        callbacks_out_of_order: 0.2,
    }
}

impl World {
    pub(super) async fn start(trial: &Trial) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        write_settings(folder.path())?;
        let (cluster, disk) = match trial.on {
            Database::Postgres => (Some(Cluster::start()), None),
            Database::Sqlite => (None, Disk::mount(folder.path())),
        };
        let data = disk.as_ref().map_or_else(|| folder.path().join("data"), |disk| disk.0.clone());
        std::fs::create_dir_all(&data)?;
        let url = match &cluster {
            Some(cluster) => cluster.new_database(),
            None => format!("sqlite:{}", data.join("trial.db").display()),
        };
        let clock = Clock::system();
        let store = Store::open(&url).await?;
        seed(&store, agency::london::date_of(clock.now())).await?;
        let (mood, front) = (Arc::new(AtomicU8::new(0)), free_port());
        let base = format!("http://127.0.0.1:{front}");
        let mut world = Self {
            network: network(trial.seed, &base, clock).await?,
            model: model(trial.seed, mood.clone()).await,
            store,
            base,
            folder,
            nodes: Vec::new(),
            wires: Vec::new(),
            cluster,
            nginx: None,
            mood,
            disk,
        };
        world.start_nodes(trial.on, &url, &data.display().to_string(), front).await?;
        Ok(world)
    }

    async fn start_nodes(&mut self, on: Database, url: &str, data: &str, front: u16) -> anyhow::Result<()> {
        let several = on.nodes() > 1;
        for _ in 0..on.nodes() {
            let port = if several { free_port() } else { front };
            let through = match &self.cluster {
                Some(cluster) => {
                    let wire = Wire::to(cluster.port()).await?;
                    let through =
                        url.replace(&format!(":{}/", cluster.port()), &format!(":{}/", wire.port()));
                    self.wires.push(wire);
                    through
                }
                None => url.to_owned(),
            };
            let environment = self.environment(port, &through, data);
            self.nodes.push(Node::start(port, environment, self.folder.path()).await?);
        }
        let ports: Vec<u16> = self.nodes.iter().map(|node| node.port).collect();
        self.nginx = several.then(|| Nginx::start(front, &ports));
        Ok(())
    }

    fn environment(&self, port: u16, database: &str, data: &str) -> Environment {
        let listen = format!("127.0.0.1:{port}");
        [
            ("DATABASE_URL", database),
            ("DATA_DIR", data),
            ("BASE_URL", &self.base),
            ("LISTEN_ADDR", &listen),
            ("TWILIO_API_URL", self.network.rest_url()),
            ("TWILIO_ACCOUNT_SID", ACCOUNT_SID),
            ("TWILIO_AUTH_TOKEN", AUTH_TOKEN),
            ("TWILIO_PHONE_NUMBER", AGENCY_NUMBER),
            ("TWILIO_WHATSAPP_NUMBER", WHATSAPP_NUMBER),
            ("EMERGENCY_CONTACT_PHONE", EMERGENCY_NUMBER),
            ("OPENAI_API_KEY", "rehearsal"),
            ("OPENAI_BASE_URL", &self.model.url),
            ("RUST_LOG", "warn"),
            ("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    }

    pub(super) fn can_fill_disk(&self) -> bool {
        self.disk.is_some()
    }

    /// One thing goes wrong, and is right again.
    pub(super) async fn suffer(&self, fault: &Fault) -> anyhow::Result<()> {
        let time = Duration::from_millis;
        // What the model was asked is of no use here, and would fill the memory.
        self.model.forget_requests();
        match *fault {
            Fault::Killed(node) => self.nodes[node].kill().await,
            Fault::Replaced(node) => self.nodes[node].replace().await,
            Fault::Paused(node, ms) => self.nodes[node].pause(time(ms)).await,
            Fault::CutOff(node, ms) => self.hold_line(node, Line::Cut, time(ms)).await,
            Fault::Silenced(node, ms) => self.hold_line(node, Line::Silent, time(ms)).await,
            Fault::DatabaseRestarted(how) => {
                let Some(cluster) = &self.cluster else { return Ok(()) };
                tokio::task::block_in_place(|| cluster.restart(how));
                Ok(())
            }
            Fault::DiskFull(ms) => {
                let Some(disk) = &self.disk else { return Ok(()) };
                tokio::task::block_in_place(|| disk.fill());
                tokio::time::sleep(time(ms)).await;
                disk.empty();
                Ok(())
            }
            Fault::Model(mood, ms) => {
                self.mood.store(mood as u8, Ordering::Relaxed);
                tokio::time::sleep(time(ms)).await;
                self.mood.store(Mood::Well as u8, Ordering::Relaxed);
                Ok(())
            }
        }
    }

    async fn hold_line(&self, node: usize, line: Line, time: Duration) -> anyhow::Result<()> {
        self.wires[node].set(line);
        tokio::time::sleep(time).await;
        self.wires[node].set(Line::Whole);
        Ok(())
    }

    /// Nothing goes wrong any more; what was begun is finished.
    pub(super) async fn until_quiet(&self) -> anyhow::Result<()> {
        const PATIENCE: Duration = Duration::from_mins(5);
        const LOOKS_EVERY: Duration = Duration::from_secs(1);
        self.network.set_faults(Faults::default());
        let began = Instant::now();
        loop {
            self.network.settle().await;
            self.network.deliver_late();
            self.network.settle().await;
            let left = self.left_to_do().await?;
            if left.is_empty() || began.elapsed() > PATIENCE {
                return Ok(());
            }
            note(&format!("still to be done: {}", left.join(", ")));
            tokio::time::sleep(LOOKS_EVERY).await;
        }
    }

    async fn left_to_do(&self) -> anyhow::Result<Vec<String>> {
        let now = Clock::system().now().to_string();
        let mut left = Vec::new();
        let mut count = |name: &str, rows: usize| {
            if rows > 0 {
                left.push(format!("{rows} {name}"));
            }
        };
        let messages = self.store.rows("messages").await?;
        let is_due = |row: &Value| row.as_str().is_some_and(|at| at < now.as_str());
        let waits = |status: &Value| ["queued", "sending", "unknown"].iter().any(|word| status == word);
        count(
            "messages to send",
            messages.iter().filter(|row| waits(&row["status"]) && is_due(&row["send_after"])).count(),
        );
        let answered: HashSet<&str> = messages
            .iter()
            .filter(|row| !row["answered_at"].is_null())
            .filter_map(|row| row["provider_sid"].as_str())
            .collect();
        let written = self.network.written();
        count(
            "texts to be answered",
            written.iter().filter(|text| !answered.contains(text.sid.as_str())).count(),
        );
        let calls = self.store.rows("conversations").await?;
        count("calls to end", calls.iter().filter(|row| row["ended_at"].is_null()).count());
        count("calls to review", calls.iter().filter(|row| row["reviewed_at"].is_null()).count());
        let alerts = self.store.rows("alerts").await?;
        let is_open = |row: &&serde_json::Map<String, Value>| {
            row["acknowledged_at"].is_null() && row["merged_into"].is_null()
        };
        count("alerts to be taken", alerts.iter().filter(is_open).count());
        Ok(left)
    }

    pub(super) async fn stop(&self) {
        for node in &self.nodes {
            node.end().await;
        }
        self.network.stop();
        self.store.close().await;
    }

    /// Stops, and leaves the logs; the database too where it is a file.
    pub(super) async fn keep(&self) -> String {
        self.stop().await;
        let kept = std::env::temp_dir().join(format!("receptionist-trial-{}", std::process::id()));
        let copied = Command::new("cp").arg("-r").arg(self.folder.path()).arg(&kept).status();
        if copied.is_ok_and(|status| status.success()) {
            kept.display().to_string()
        } else {
            "nothing".into()
        }
    }
}

async fn network(seed: u64, base: &str, clock: Clock) -> anyhow::Result<Network> {
    let mut options = NetworkOptions::new(base, ACCOUNT_SID, AUTH_TOKEN, Arc::new(move || clock.now()));
    options.faults = network_faults(seed);
    options.silence = Duration::from_secs(2);
    // As `twilio connect` sets the number.
    const ASKED_AGAIN: &str = "#rc=3&rp=all";
    for path in [&mut options.sms_path, &mut options.whatsapp_path, &mut options.status_path] {
        path.push_str(ASKED_AGAIN);
    }
    let network = Network::start(options).await.context("the phone network cannot be started")?;
    for n in 5..=7 {
        network.set_phone(&format!("+4477009002{n:02}"), Phone::Presses("1"));
    }
    network.set_phone(EMERGENCY_NUMBER, Phone::Presses("1"));
    Ok(network)
}

/// It hands every turn to the rules, and fails now and then even when it is well.
async fn model(seed: u64, mood: Arc<AtomicU8>) -> ScriptedModel {
    const FAILS_AT_BEST: f64 = 0.01;
    let mut rng = StdRng::seed_from_u64(seed);
    let reply = move || {
        let now = mood.load(Ordering::Relaxed);
        let is = |other: Mood| now == other as u8;
        if is(Mood::Refuses) || rng.random_bool(FAILS_AT_BEST) {
            Reply::Refuse { status: 503, code: "server_error".into() }
        } else if is(Mood::Hangs) {
            Reply::Hang(true)
        } else if is(Mood::TalksNonsense) {
            Reply::Garble(true)
        } else {
            carry_on()
        }
    };
    ScriptedModel::start_with(Vec::new(), Box::new(reply), Duration::ZERO).await
}

/// A command of this program, with the trial's settings.
pub(super) fn ask(world: &World, arguments: &[&str], input: &str) -> anyhow::Result<String> {
    use std::io::Write;
    let node = world.nodes.first().context("no process runs")?;
    let mut child = Command::new(std::env::current_exe()?)
        .arg("--config")
        .arg(world.folder.path().join("nodes.toml"))
        .args(arguments)
        .env_clear()
        .envs(node.environment().iter().map(|(name, value)| (name, value)))
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
