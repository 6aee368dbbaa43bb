//! Requests: which model, what is sent, and which one is tried when the first fails before it has begun to answer.

use std::time::Duration;

use agency::model;
use anyhow::Context as _;
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::ModelError;
use super::breaker::Breaker;
use super::stream::Answer;
use crate::app::App;
use crate::delivery::encrypt;
use crate::settings::Model;

/// The models of the settings, in the order they are tried.
pub struct Models {
    http: reqwest::Client,
    settings: Model,
    known: Vec<(String, Breaker)>,
    /// The tools as the model is told of them; the same in every request.
    tools: Box<RawValue>,
}

impl Models {
    /// None without a key: the rules engine answers alone.
    pub fn new(settings: &Model) -> anyhow::Result<Option<Self>> {
        if settings.api_key.expose_secret().is_empty() {
            return Ok(None);
        }
        encrypt();
        let http = reqwest::Client::builder()
            .connect_timeout(Duration::from_millis(settings.first_token_ms))
            .tcp_nodelay(true)
            .pool_idle_timeout(Duration::from_mins(5))
            .build()
            .context("the client for the model cannot be built")?;
        let names = std::iter::once(settings.name.clone()).chain(settings.fallback.clone());
        let known = names.filter(|name| !name.is_empty()).map(|name| (name, Breaker::default())).collect();
        Ok(Some(Self { http, settings: settings.clone(), known, tools: tools()? }))
    }

    /// Opens the connection before it is needed, and keeps it open.
    pub async fn warm(&self) {
        let url = format!("{}/models", self.settings.base_url.trim_end_matches('/'));
        let asked = self.http.get(url).bearer_auth(self.settings.api_key.expose_secret()).send();
        // Whatever it says, the connection is there; if not, the next request says why.
        let _ = tokio::time::timeout(Duration::from_secs(5), asked).await;
    }

    /// The first model that begins to answer.
    pub(crate) async fn ask(
        &self,
        messages: Vec<Value>,
        app: &App,
        conversation: &str,
    ) -> Result<(Answer, usize), ModelError> {
        let mut request = self.request(messages, &app.agency().short_name, conversation);
        let mut failed = ModelError::Resting;
        for (index, (name, breaker)) in self.known.iter().enumerate() {
            if !breaker.is_closed(app.now()) {
                continue;
            }
            request.model = name;
            match self.post(&request).await {
                Ok(answer) => return Ok((answer, index)),
                Err(error) => {
                    self.failed(index, &error, app.now());
                    app.reached.model.note(false, app.now());
                    failed = error;
                }
            }
        }
        Err(failed)
    }

    /// A whole answer in this shape, as strict structured output, from the first model that gives one
    /// (platform.openai.com/docs/guides/structured-outputs).
    pub(crate) async fn fill_in(
        &self,
        messages: &[Value],
        (name, schema): (&str, &Value),
        now: Timestamp,
    ) -> Result<String, ModelError> {
        let mut failed = ModelError::Resting;
        for (model, breaker) in &self.known {
            if !breaker.is_closed(now) {
                continue;
            }
            let form = json!({"type": "json_schema", "json_schema": {"name": name, "strict": true, "schema": schema}});
            let request =
                json!({"model": model, "messages": messages, "response_format": form, "store": false});
            match self.whole_answer(&request).await {
                Ok(answer) => return Ok(answer),
                Err(error) => {
                    // No call is on the line: one that cannot fill in forms may still talk, and is not given a rest for it.
                    tracing::warn!(model = %model, error = %error, "the model did not review a conversation; the rules do");
                    failed = error;
                }
            }
        }
        Err(failed)
    }

    /// Nobody waits for it on the telephone, but no job hangs on it for ever either.
    async fn whole_answer(&self, request: &Value) -> Result<String, ModelError> {
        const WAIT: Duration = Duration::from_secs(30);
        let url = format!("{}/chat/completions", self.settings.base_url.trim_end_matches('/'));
        let key = self.settings.api_key.expose_secret();
        let sent = self.http.post(url).bearer_auth(key).timeout(WAIT).json(request).send();
        let response = sent.await.map_err(|_| ModelError::Unreachable)?;
        if !response.status().is_success() {
            return Err(refused(response).await);
        }
        let answer: Value = response.json().await.map_err(|_| ModelError::Garbled)?;
        let choice = &answer["choices"][0];
        match (choice["finish_reason"].as_str(), choice["message"]["content"].as_str()) {
            (Some("length"), _) => Err(ModelError::Cut),
            (_, Some(content)) if !content.is_empty() => Ok(content.to_owned()),
            _ => Err(ModelError::Empty),
        }
    }

    fn request<'a>(&'a self, messages: Vec<Value>, agency: &'a str, conversation: &str) -> Request<'a> {
        let effort = Some(self.settings.reasoning_effort.as_str()).filter(|effort| !effort.is_empty());
        Request {
            model: "",
            messages,
            tools: &self.tools,
            stream: true,
            stream_options: json!({"include_usage": true}),
            max_completion_tokens: self.settings.tokens_max,
            parallel_tool_calls: false,
            store: false,
            reasoning_effort: effort,
            prompt_cache_key: agency,
            safety_identifier: hex::encode(&Sha256::digest(conversation.as_bytes())[..16]),
        }
    }

    async fn post(&self, request: &Request<'_>) -> Result<Answer, ModelError> {
        let url = format!("{}/chat/completions", self.settings.base_url.trim_end_matches('/'));
        let sent =
            self.http.post(url).bearer_auth(self.settings.api_key.expose_secret()).json(request).send();
        let response = sent.await.map_err(|_| ModelError::Unreachable)?;
        if response.status().is_success() {
            return Ok(Answer::new(response));
        }
        Err(refused(response).await)
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

async fn refused(response: reqwest::Response) -> ModelError {
    let status = response.status().as_u16();
    let body: Value = response.json().await.unwrap_or_default();
    let code = body["error"]["code"].as_str().or(body["error"]["type"].as_str()).unwrap_or("unknown");
    ModelError::Refused { status, code: code.chars().take(60).collect() }
}

/// A request as the endpoint takes it (platform.openai.com/docs/api-reference/chat/create).
#[derive(Clone, Debug, Serialize)]
struct Request<'a> {
    model: &'a str,
    messages: Vec<Value>,
    tools: &'a RawValue,
    stream: bool,
    stream_options: Value,
    max_completion_tokens: u32,
    parallel_tool_calls: bool,
    /// Nothing of a caller is kept there.
    store: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_effort: Option<&'a str>,
    prompt_cache_key: &'a str,
    /// A digest of the call's id: it tells nobody who called.
    safety_identifier: String,
}

fn tools() -> anyhow::Result<Box<RawValue>> {
    let all = model::tools::all().into_iter().map(|tool| {
        json!({"type": "function", "function": {
            "name": tool.name, "description": tool.description, "strict": true, "parameters": tool.schema,
        }})
    });
    Ok(to_raw_value(&all.collect::<Value>())?)
}
