//! The staff's Slack channel, by its incoming webhook (api.slack.com/messaging/webhooks): `{"text"}` in, `ok` out.

use std::time::Duration;

use agency::outbox::Failure;
use secrecy::{ExposeSecret, SecretString};
use store::ClaimedMessage;

use super::{Sent, Undelivered};

#[derive(Debug)]
pub struct SlackClient {
    http: reqwest::Client,
    webhook_url: SecretString,
}

impl SlackClient {
    /// None: the agency has no channel.
    pub fn new(webhook_url: &SecretString) -> anyhow::Result<Option<Self>> {
        const WAIT: Duration = Duration::from_secs(8);
        if webhook_url.expose_secret().is_empty() {
            return Ok(None);
        }
        let http = reqwest::Client::builder().timeout(WAIT).build()?;
        Ok(Some(Self { http, webhook_url: webhook_url.clone() }))
    }

    /// A post that timed out is made again: staff who read it twice lose nothing.
    pub async fn create(&self, message: &ClaimedMessage) -> Result<Sent, Undelivered> {
        let transient = Undelivered { failure: Failure::Transient, http_status: None, code: None };
        let request =
            self.http.post(self.webhook_url.expose_secret()).json(&serde_json::json!({"text": message.body}));
        let response = request.send().await.map_err(|_| transient.clone())?;
        let status = response.status();
        let http_status = Some(i64::from(status.as_u16()));
        if status.is_success() {
            return Ok(Sent {
                sid: format!("slack-{}", message.id),
                http_status: i64::from(status.as_u16()),
                detail: None,
            });
        }
        let passes = status.is_server_error() || status.as_u16() == 429;
        let failure = if passes { Failure::Transient } else { Failure::Permanent };
        Err(Undelivered { failure, http_status, ..transient })
    }
}
