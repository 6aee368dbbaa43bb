//! The processes, as a service manager keeps them: each is a `receptionist serve` of this very program.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::process::{Child, Command};

/// Short waits: what a dead process held is free again soon, and what failed is tried again soon.
const SETTINGS: &str = r#"
[voice]
asked_about_after_s = 5

[twilio]
request_wait_ms = 1000

[outbox]
retry = { waits_s = [1, 1, 2, 2, 4, 4, 8, 8], jitter_percent = 20 }
lease_s = 4
poll_ms = 300
reconcile_after_s = 2
receipt_within_s = 5

[following_up]
review_lease_s = 4
survey_after_s = 1
quiet_from = "23:59:59"
quiet_to = "00:00"

[emergency]
next_person_s = 5

[chat]
typing_pause_ms = 300
wait_max_ms = 1000
lease_s = 4
close_after_min = 1

[model]
rest_s = 2

[limits]
calls_from_one_an_hour = 1000000
texts_from_one_an_hour = 1000000
texts_to_one_a_day = 1000000
requests_of_address_a_minute = 1000000
"#;

/// One of them: it is started again whatever ends it.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) port: u16,
    environment: Vec<(String, String)>,
    folder: PathBuf,
    child: Mutex<Option<Child>>,
}

/// What its environment says.
pub(super) type Environment = Vec<(String, String)>;

pub(super) fn write_settings(folder: &Path) -> anyhow::Result<()> {
    std::fs::write(folder.join("nodes.toml"), SETTINGS).context("the trial's settings cannot be written")
}

impl Node {
    pub(super) async fn start(port: u16, environment: Environment, folder: &Path) -> anyhow::Result<Self> {
        let node = Self { port, environment, folder: folder.to_path_buf(), child: Mutex::default() };
        node.begin()?;
        node.until_up().await?;
        Ok(node)
    }

    fn begin(&self) -> anyhow::Result<()> {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.folder.join(format!("node-{}.log", self.port)))?;
        let child = Command::new(std::env::current_exe()?)
            .arg("--config")
            .arg(self.folder.join("nodes.toml"))
            .arg("serve")
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .context("this program cannot start itself")?;
        *self.child() = Some(child);
        Ok(())
    }

    fn child(&self) -> std::sync::MutexGuard<'_, Option<Child>> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn until_up(&self) -> anyhow::Result<()> {
        let url = format!("http://127.0.0.1:{}/healthz", self.port);
        for _ in 0..400 {
            if reqwest::get(&url).await.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            let has_ended = match self.child().as_mut() {
                Some(child) => child.try_wait()?.is_some(),
                None => true,
            };
            if has_ended {
                // It does not start without its database; a service manager tries again.
                self.begin()?;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        bail!("a process did not come up again; its log is {}", self.folder.display())
    }

    pub(super) fn environment(&self) -> &[(String, String)] {
        &self.environment
    }

    pub(super) async fn kill(&self) -> anyhow::Result<()> {
        let child = self.child().take();
        if let Some(mut child) = child {
            child.kill().await?;
        }
        self.begin()?;
        self.until_up().await
    }

    pub(super) async fn replace(&self) -> anyhow::Result<()> {
        self.signal("TERM").await?;
        let child = self.child().take();
        if let Some(mut child) = child {
            child.wait().await?;
        }
        self.begin()?;
        self.until_up().await
    }

    pub(super) async fn pause(&self, time: Duration) -> anyhow::Result<()> {
        self.signal("STOP").await?;
        tokio::time::sleep(time).await;
        self.signal("CONT").await
    }

    pub(super) async fn end(&self) {
        let child = self.child().take();
        if let Some(mut child) = child {
            drop(child.kill().await);
        }
    }

    async fn signal(&self, name: &str) -> anyhow::Result<()> {
        let id = self.child().as_ref().and_then(Child::id);
        if let Some(id) = id {
            Command::new("kill").args(["-s", name, &id.to_string()]).status().await?;
        }
        Ok(())
    }
}
