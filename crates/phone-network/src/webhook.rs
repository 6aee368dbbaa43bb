//! Signed requests to the app, as Twilio sends them.

use std::time::{Duration, Instant};

use crate::signature::sign;
use crate::state::{Network, lock};

pub(crate) type Parameters = Vec<(String, String)>;

/// What the app answered.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) body: String,
}

impl Network {
    /// Sends one webhook to a path or to an absolute URL of the app. By the dice it goes out twice at once; then the
    /// two answers must be the same.
    pub(crate) async fn send(&self, url: &str, parameters: &Parameters) -> Option<Answer> {
        if !self.happens(|faults| faults.webhook_twice) {
            return self.send_timed(url, parameters).await;
        }
        let (first, second) =
            tokio::join!(self.send_timed(url, parameters), self.send_timed(url, parameters));
        if let (Some(first), Some(second)) = (&first, &second)
            && first.body != second.body
        {
            self.complain(format!("{url} answered the same request in two ways"));
        }
        first
    }

    /// Sends, and keeps how long the answer took.
    async fn send_timed(&self, url: &str, parameters: &Parameters) -> Option<Answer> {
        let began = Instant::now();
        let answer = self.send_once(url, parameters).await;
        lock(&self.shared.memory).latencies.push(began.elapsed());
        answer
    }

    /// Twilio tries once more only when it cannot connect, unless the address says otherwise (`#rc=3&rp=all`:
    /// twilio.com/docs/usage/webhooks/webhooks-connection-overrides).
    async fn send_once(&self, url: &str, parameters: &Parameters) -> Option<Answer> {
        let options = self.options();
        let path = url.strip_prefix(&options.public_base).unwrap_or(url);
        let (path, overrides) = path.split_once('#').unwrap_or((path, ""));
        let of = |name| overrides.split('&').find_map(|pair| pair.strip_prefix(name));
        let retries = of("rc=").and_then(|count| count.parse().ok()).unwrap_or(1);
        let whatever_happens = of("rp=") == Some("all");
        let signature = sign(&options.auth_token, &format!("{}{path}", options.public_base), parameters);
        const AGAIN: Duration = Duration::from_millis(20);
        for attempt in 0..=retries {
            let sent = self
                .shared
                .http
                .post(format!("{}{path}", options.send_to))
                .header("User-Agent", "TwilioProxy/1.1")
                .header("X-Home-Region", "us1")
                .header("X-Twilio-Signature", &signature)
                .form(parameters)
                .send()
                .await;
            match sent {
                Ok(response)
                    if response.status().is_server_error() && whatever_happens && attempt < retries =>
                {
                    tokio::time::sleep(AGAIN).await;
                }
                Ok(response) => return read(response).await,
                Err(error) if (error.is_connect() || whatever_happens) && attempt < retries => {
                    tokio::time::sleep(AGAIN).await;
                }
                Err(_) => return None,
            }
        }
        None
    }

    /// Status callbacks: at least once, in no order that can be relied on.
    pub(crate) fn send_callbacks(&self, url: String, mut callbacks: Vec<Parameters>) {
        if self.happens(|faults| faults.callbacks_out_of_order) {
            callbacks.reverse();
        }
        if self.happens(|faults| faults.callbacks_late) {
            lock(&self.shared.memory).late.push((url, callbacks));
        } else {
            self.send_now(url, callbacks);
        }
    }

    pub(crate) fn send_now(&self, url: String, callbacks: Vec<Parameters>) {
        let network = self.clone();
        self.shared.callbacks.spawn(async move {
            for parameters in callbacks {
                let times = if network.happens(|faults| faults.callback_twice) { 2 } else { 1 };
                for _ in 0..times {
                    let answer = network.send_once(&url, &parameters).await;
                    if answer.is_none_or(|answer| answer.status >= 400) {
                        network.complain(format!("15003: the status callback {url} was not taken"));
                    }
                }
            }
        });
    }
}

async fn read(response: reqwest::Response) -> Option<Answer> {
    let status = response.status().as_u16();
    let content_type = response
        .headers()
        .get("content-type")
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let body = response.text().await.ok()?;
    Some(Answer { status, content_type, body })
}
