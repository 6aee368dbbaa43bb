//! A colleague at the dashboard, who does one task after the other.

use std::time::Duration;

use anyhow::{Context, ensure};
use reqwest::header::{COOKIE, IF_MATCH, SET_COOKIE};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::world::{World, ask};

pub(super) struct Colleague {
    http: reqwest::Client,
    base: String,
    cookie: String,
}

const EMAIL: &str = "trial@agency.example";
const PASSWORD: &str = "plum harbour forty-two";

impl Colleague {
    pub(super) async fn sign_in(world: &World) -> anyhow::Result<Self> {
        let add = [
            "user", "add", "--email", EMAIL, "--name", "Aisha Khan", "--role", "manager", "--password-stdin",
        ];
        ask(world, &add, PASSWORD)?;
        let http = reqwest::Client::builder().timeout(Duration::from_secs(15)).build()?;
        let wish = json!({"email": EMAIL, "password": PASSWORD});
        let answer = http.post(format!("{}/api/v1/session", world.base)).json(&wish).send().await?;
        ensure!(answer.status().is_success(), "the colleague cannot sign in: {}", answer.status());
        let set = answer.headers().get(SET_COOKIE).context("no cookie")?.to_str()?;
        let cookie = set.split(';').next().unwrap_or_default().to_owned();
        Ok(Self { http, base: world.base.clone(), cookie })
    }

    /// Until the last has rung. The tasks of which the dashboard said that they are done.
    pub(super) async fn work(self, progress: watch::Receiver<u32>) -> Vec<String> {
        const PAUSE: Duration = Duration::from_millis(400);
        let mut done = Vec::new();
        while progress.has_changed().is_ok() {
            // What fails is left, as people do, and the next is tried.
            if let Ok(Some(task)) = self.do_one().await {
                done.push(task);
            }
            tokio::time::sleep(PAUSE).await;
        }
        done
    }

    async fn do_one(&self) -> anyhow::Result<Option<String>> {
        let tasks = format!("{}/api/v1/tasks?limit=1", self.base);
        let page: Value = self.http.get(tasks).header(COOKIE, &self.cookie).send().await?.json().await?;
        let task = &page["items"][0];
        let (Some(id), Some(etag)) = (task["id"].as_str(), task["etag"].as_str()) else { return Ok(None) };
        let url = format!("{}/api/v1/tasks/{id}", self.base);
        let change = self.http.patch(url).header(COOKIE, &self.cookie).header(IF_MATCH, etag);
        let answer = change.json(&json!({"status": "done"})).send().await?;
        Ok(answer.status().is_success().then(|| id.to_owned()))
    }
}
