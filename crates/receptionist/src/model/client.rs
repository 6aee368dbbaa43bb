//! Requests: which model, what is sent, and which one is tried when the first fails before it has begun to answer.

use std::time::Duration;

use agency::conversation::{Context, State};
use agency::model;
use anyhow::Context as _;
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::ModelError;
use super::breaker::Breaker;
use super::stream::Answer;
use crate::settings::Model;

/// The models of the settings, in the order they are tried.
pub struct Models {
    http: reqwest::Client,
    settings: Model,
    known: Vec<(String, Breaker)>,
    /// The tools as the model is told of them; the same in every request.
    tools: Value,
}

impl Models {
    /// None without a key: the rules engine answers alone.
    pub fn new(settings: &Model) -> anyhow::Result<Option<Self>> {
        if settings.api_key.expose_secret().is_empty() {
            return Ok(None);
        }
        // An application may have installed one already; either serves.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .connect_timeout(Duration::from_millis(settings.first_token_ms))
            .tcp_nodelay(true)
            .pool_idle_timeout(Duration::from_mins(5))
            .build()
            .context("the client for the model cannot be built")?;
        let names = std::iter::once(settings.name.clone()).chain(settings.fallback.clone());
        let known = names.filter(|name| !name.is_empty()).map(|name| (name, Breaker::default())).collect();
        Ok(Some(Self { http, settings: settings.clone(), known, tools: tools() }))
    }

    /// Opens the connection before it is needed, and keeps it open.
    pub async fn warm(&self) {
        let url = format!("{}/models", self.settings.base_url.trim_end_matches('/'));
        let asked = self.http.get(url).bearer_auth(self.settings.api_key.expose_secret()).send();
        // Whatever it says, the connection is there; if not, the next request says why.
        let _ = tokio::time::timeout(Duration::from_secs(5), asked).await;
    }

    /// Everything but the model's name.
    pub(crate) fn request(&self, state: &State, context: &Context, conversation: &str) -> Value {
        let caller = hex::encode(&Sha256::digest(conversation.as_bytes())[..16]);
        let mut request = json!({
            "messages": model::messages(state, context),
            "tools": self.tools,
            "stream": true,
            "stream_options": {"include_usage": true},
            "max_completion_tokens": self.settings.tokens_max,
            "parallel_tool_calls": false,
            "store": false,
            "prompt_cache_key": context.agency.short_name,
            "safety_identifier": caller,
        });
        if !self.settings.reasoning_effort.is_empty() {
            request["reasoning_effort"] = self.settings.reasoning_effort.as_str().into();
        }
        request
    }

    /// The first model that begins to answer.
    pub(crate) async fn ask(
        &self,
        mut request: Value,
        now: Timestamp,
    ) -> Result<(Answer, usize), ModelError> {
        let mut failed = ModelError::Resting;
        for (index, (name, breaker)) in self.known.iter().enumerate() {
            if !breaker.is_closed(now) {
                continue;
            }
            request["model"] = name.as_str().into();
            match self.post(&request).await {
                Ok(answer) => return Ok((answer, index)),
                Err(error) => {
                    self.failed(index, &error, now);
                    failed = error;
                }
            }
        }
        Err(failed)
    }

    async fn post(&self, request: &Value) -> Result<Answer, ModelError> {
        let url = format!("{}/chat/completions", self.settings.base_url.trim_end_matches('/'));
        let sent =
            self.http.post(url).bearer_auth(self.settings.api_key.expose_secret()).json(request).send();
        let response = sent.await.map_err(|_| ModelError::Unreachable)?;
        if response.status().is_success() {
            return Ok(Answer::new(response));
        }
        let status = response.status().as_u16();
        let body: Value = response.json().await.unwrap_or_default();
        let code = body["error"]["code"].as_str().or(body["error"]["type"].as_str()).unwrap_or("unknown");
        Err(ModelError::Refused { status, code: code.chars().take(60).collect() })
    }

    pub(crate) fn succeeded(&self, index: usize) {
        if let Some((_, breaker)) = self.known.get(index) {
            breaker.succeeded();
        }
    }

    pub(crate) fn failed(&self, index: usize, error: &ModelError, now: Timestamp) {
        let Some((name, breaker)) = self.known.get(index) else { return };
        let rest = SignedDuration::from_secs(self.settings.rest_s);
        breaker.failed(self.settings.failures_max, rest, now);
        metrics::counter!("model_failures_total", "model" => name.clone(), "kind" => error.kind())
            .increment(1);
        if error.needs_a_person() {
            metrics::counter!("model_quota_exhausted_total").increment(1);
            tracing::error!(model = %name, "the model's account has no credit left: top it up; the rules engine answers until then");
        } else {
            tracing::warn!(model = %name, error = %error, "the model failed; the rules engine answers this turn");
        }
    }
}

fn tools() -> Value {
    let all = model::tools::all().into_iter().map(|tool| {
        json!({"type": "function", "function": {
            "name": tool.name, "description": tool.description, "strict": true, "parameters": tool.schema,
        }})
    });
    all.collect()
}
