//! Stands for a language model: Chat Completions on the loopback, answering by a script. It can delay, stall, cut, repeat,
//! misformat, lie and refuse. It shares no types with the app; what it knows is the API's documentation, and the official
//! SDK reads its answers in `crates/receptionist/tests/oracles.rs`.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Json, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;

/// What it does with one request.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Reply {
    /// These words, a token each.
    Say(String),
    /// One tool.
    Call { tool: String, arguments: Value },
    /// Several at once, in fragments that overlap.
    Calls(Vec<(String, Value)>),
    /// Words, then tools.
    SayAndCall { words: String, tool: String, arguments: Value },
    /// Tool arguments that are no JSON.
    BadArguments { tool: String, arguments: String },
    /// Nothing ever.
    Hang(bool),
    /// These words, then nothing more.
    Stall(String),
    /// These words, then the connection ends.
    Cut(String),
    /// An HTTP error with its code.
    Refuse { status: u16, code: String },
    /// These words, then an error in the stream.
    Break(String),
    /// No JSON at all.
    Garble(bool),
    /// A whole answer without words.
    Empty(bool),
    /// Everything it was told, word for word: the most obedient answer to "show me your instructions".
    Parrot(bool),
    /// This, after so many milliseconds.
    After { ms: u64, reply: Box<Reply> },
}

/// The server. It stops when the process does.
#[derive(Clone)]
pub struct ScriptedModel {
    pub url: String,
    shared: Arc<Shared>,
}

struct Shared {
    script: Mutex<VecDeque<Reply>>,
    otherwise: Mutex<Box<dyn FnMut() -> Reply + Send>>,
    /// Between two tokens.
    pace: Duration,
    requests: Mutex<Vec<Value>>,
    /// What forms are filled in with, in order; after that they are refused.
    forms: Mutex<VecDeque<Value>>,
    /// By how much the answers came later than they should have, in milliseconds.
    late_ms: Mutex<Vec<f64>>,
}

impl ScriptedModel {
    /// Answers with these replies in their order, then always with the last.
    pub async fn start(script: Vec<Reply>, otherwise: Reply, pace: Duration) -> Self {
        Self::start_with(script, Box::new(move || otherwise.clone()), pace).await
    }

    /// After the script, answers with whatever this makes up.
    pub async fn start_with(
        script: Vec<Reply>,
        otherwise: Box<dyn FnMut() -> Reply + Send>,
        pace: Duration,
    ) -> Self {
        let listener =
            tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("the loopback has free ports");
        let url = format!("http://{}/v1", listener.local_addr().expect("it is bound"));
        let shared = Arc::new(Shared {
            script: Mutex::new(script.into()),
            otherwise: Mutex::new(otherwise),
            pace,
            requests: Mutex::new(Vec::new()),
            forms: Mutex::default(),
            late_ms: Mutex::default(),
        });
        let router = axum::Router::new()
            .route("/v1/chat/completions", post(complete))
            .route("/v1/models", get(|| async { Json(json!({"object": "list", "data": []})) }))
            .with_state(shared.clone());
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, shared }
    }

    /// Leaves every turn to the rules engine, through the model's own tool for it.
    pub async fn that_carries_on() -> Self {
        Self::start(Vec::new(), carry_on(), Duration::ZERO).await
    }

    pub fn next(&self, replies: impl IntoIterator<Item = Reply>) {
        self.shared.script.lock().expect("nobody panics with it").extend(replies);
    }

    /// Fills in the next form (structured output) with this.
    pub fn fill_in_next(&self, form: Value) {
        self.shared.forms.lock().expect("nobody panics with it").push_back(form);
    }

    /// Takes by how much answers with [`Reply::After`] came later than they should have: the timer's part, not the app's.
    pub fn take_lateness_ms(&self) -> Vec<f64> {
        std::mem::take(&mut *self.shared.late_ms.lock().expect("nobody panics with it"))
    }

    pub fn forget_requests(&self) {
        self.shared.requests.lock().expect("nobody panics with it").clear();
    }

    /// What was asked so far.
    pub fn requests(&self) -> Vec<Value> {
        self.shared.requests.lock().expect("nobody panics with it").clone()
    }
}

pub fn carry_on() -> Reply {
    Reply::Call { tool: "carry_on".into(), arguments: json!({}) }
}

/// One whole answer in the shape that was asked for; refused unless the schema is strict, as the real endpoint does.
fn fill_in(shared: &Shared, request: &Value) -> Response {
    let form = &request["response_format"]["json_schema"];
    let schema = &form["schema"];
    let is_strict =
        form["strict"] == true && schema["additionalProperties"] == false && form["name"].is_string();
    let filled = shared.forms.lock().expect("nobody panics with it").pop_front();
    match filled.filter(|_| is_strict) {
        Some(filled) => Json(json!({
            "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": request["model"],
            "choices": [{"index": 0, "finish_reason": "stop", "message": {
                "role": "assistant", "content": filled.to_string(), "refusal": null,
            }}],
            "usage": {"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150},
        }))
        .into_response(),
        None => refuse(400, "invalid_request_error"),
    }
}

async fn complete(State(shared): State<Arc<Shared>>, Json(request): Json<Value>) -> Response {
    if request["response_format"]["type"] == "json_schema" && request["stream"] != true {
        return fill_in(&shared, &request);
    }
    if request["stream"] != true || !request["messages"].is_array() || !request["model"].is_string() {
        return refuse(400, "invalid_request_error");
    }
    let (slots, told) = (slots(&request), told(&request));
    shared.requests.lock().expect("nobody panics with it").push(request);
    let next = shared.script.lock().expect("nobody panics with it").pop_front();
    let mut reply = next.unwrap_or_else(|| (shared.otherwise.lock().expect("nobody panics with it"))());
    while let Reply::After { ms, reply: inner } = reply {
        let (wait, began) = (Duration::from_millis(ms), std::time::Instant::now());
        tokio::time::sleep(wait).await;
        let late = began.elapsed().saturating_sub(wait).as_secs_f64() * 1_000.0;
        shared.late_ms.lock().expect("nobody panics with it").push(late);
        reply = *inner;
    }
    match reply {
        Reply::Refuse { status, code } => refuse(status, &code),
        Reply::Hang(_) => std::future::pending().await,
        Reply::Parrot(_) => stream(shared.pace, Reply::Say(told)),
        reply => stream(shared.pace, with_slots(reply, &slots)),
    }
}

/// The words of every message.
fn told(request: &Value) -> String {
    let messages = request["messages"].as_array().into_iter().flatten();
    messages.filter_map(|message| message["content"].as_str()).collect::<Vec<_>>().join(" ")
}

/// The ids of slots that the conversation holds, in the order they were told.
fn slots(request: &Value) -> Vec<String> {
    let text = request["messages"].to_string();
    let is_id = |c: char| c.is_ascii_digit() || c == '-';
    let mut all: Vec<String> = Vec::new();
    for (at, _) in text.match_indices("slot-") {
        let id: String = text[at + 5..].chars().take_while(|c| is_id(*c)).collect();
        let id = format!("slot-{id}");
        if !all.contains(&id) {
            all.push(id);
        }
    }
    all
}

/// `$slot-1` in a tool's arguments is the first of them.
fn with_slots(reply: Reply, slots: &[String]) -> Reply {
    let put = |arguments: Value| {
        let mut text = arguments.to_string();
        for (n, slot) in slots.iter().enumerate() {
            text = text.replace(&format!("$slot-{}", n + 1), slot);
        }
        serde_json::from_str(&text).unwrap_or(arguments)
    };
    match reply {
        Reply::Call { tool, arguments } => Reply::Call { tool, arguments: put(arguments) },
        Reply::SayAndCall { words, tool, arguments } => {
            Reply::SayAndCall { words, tool, arguments: put(arguments) }
        }
        Reply::Calls(several) => {
            Reply::Calls(several.into_iter().map(|(tool, arguments)| (tool, put(arguments))).collect())
        }
        other => other,
    }
}

fn refuse(status: u16, code: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let error =
        json!({"error": {"message": "as the script says", "type": code, "param": null, "code": code}});
    (status, Json(error)).into_response()
}

fn stream(pace: Duration, reply: Reply) -> Response {
    let (sender, receiver) = mpsc::channel::<Result<Bytes, Infallible>>(8);
    tokio::spawn(async move {
        for (n, event) in events(&reply).into_iter().enumerate() {
            // The role is told with the first token.
            if n > 1 && !pace.is_zero() {
                tokio::time::sleep(pace).await;
            }
            // Whoever asked may have gone: they were interrupted.
            if sender.send(Ok(Bytes::from(event))).await.is_err() {
                return;
            }
        }
        if matches!(reply, Reply::Stall(_)) {
            sender.closed().await;
        }
    });
    let body = Body::from_stream(futures_util::stream::unfold(receiver, |mut receiver| async {
        receiver.recv().await.map(|item| (item, receiver))
    }));
    ([(header::CONTENT_TYPE, "text/event-stream")], body).into_response()
}

fn events(reply: &Reply) -> Vec<String> {
    let mut all = vec![chunk(&json!({"role": "assistant", "content": ""}), None)];
    match reply {
        Reply::Say(words) => {
            all.extend(tokens(words));
            all.extend(end("stop"));
        }
        Reply::SayAndCall { words, tool, arguments } => {
            all.extend(tokens(words));
            all.extend(calls(&[(tool.clone(), arguments.to_string())]));
            all.extend(end("tool_calls"));
        }
        Reply::Call { tool, arguments } => {
            all.extend(calls(&[(tool.clone(), arguments.to_string())]));
            all.extend(end("tool_calls"));
        }
        Reply::Calls(several) => {
            let several: Vec<_> =
                several.iter().map(|(tool, arguments)| (tool.clone(), arguments.to_string())).collect();
            all.extend(calls(&several));
            all.extend(end("tool_calls"));
        }
        Reply::BadArguments { tool, arguments } => {
            all.extend(calls(&[(tool.clone(), arguments.clone())]));
            all.extend(end("tool_calls"));
        }
        Reply::Stall(words) | Reply::Cut(words) => all.extend(tokens(words)),
        Reply::Break(words) => {
            all.extend(tokens(words));
            all.push(format!(
                "data: {}\n\n",
                json!({"error": {"message": "overloaded", "type": "server_error", "code": null}})
            ));
        }
        Reply::Garble(_) => all = vec!["data: <html>502 Bad Gateway</html>\n\n".into()],
        Reply::Empty(_) => all.extend(end("stop")),
        Reply::Hang(_) | Reply::Parrot(_) | Reply::Refuse { .. } | Reply::After { .. } => {}
    }
    all
}

fn tokens(words: &str) -> impl Iterator<Item = String> + '_ {
    pieces(words).into_iter().map(|token| chunk(&json!({"content": token}), None))
}

/// As tokenisers cut: the space comes with the word after it.
fn pieces(words: &str) -> Vec<&str> {
    let mut cuts: Vec<usize> = words.match_indices(' ').map(|(at, _)| at).filter(|at| *at > 0).collect();
    cuts.push(words.len());
    let mut from = 0;
    cuts.into_iter()
        .map(|to| &words[std::mem::replace(&mut from, to)..to])
        .filter(|piece| !piece.is_empty())
        .collect()
}

/// Name and id come first, arguments in fragments; those of several calls are mixed.
fn calls(several: &[(String, String)]) -> Vec<String> {
    let begun = several.iter().enumerate().map(|(index, (tool, _))| {
        json!({"index": index, "id": format!("call_{index}_{tool}"), "type": "function", "function": {"name": tool, "arguments": ""}})
    });
    let mut all = vec![chunk(&json!({"tool_calls": begun.collect::<Vec<_>>()}), None)];
    let longest = several.iter().map(|(_, arguments)| arguments.chars().count()).max().unwrap_or_default();
    const LETTERS: usize = 6;
    for from in (0..longest).step_by(LETTERS) {
        let part = |arguments: &str| arguments.chars().skip(from).take(LETTERS).collect::<String>();
        let fragments = several.iter().enumerate().map(
            |(index, (_, arguments))| json!({"index": index, "function": {"arguments": part(arguments)}}),
        );
        all.push(chunk(&json!({"tool_calls": fragments.collect::<Vec<_>>()}), None));
    }
    all
}

fn end(reason: &str) -> [String; 3] {
    let usage = json!({
        "id": "chatcmpl-scripted", "object": "chat.completion.chunk", "created": 1_795_000_000, "model": "scripted", "choices": [],
        "usage": {"prompt_tokens": 1200, "completion_tokens": 20, "total_tokens": 1220, "prompt_tokens_details": {"cached_tokens": 1024}},
    });
    [chunk(&json!({}), Some(reason)), format!("data: {usage}\n\n"), "data: [DONE]\n\n".into()]
}

fn chunk(delta: &Value, reason: Option<&str>) -> String {
    let chunk = json!({
        "id": "chatcmpl-scripted", "object": "chat.completion.chunk", "created": 1_795_000_000, "model": "scripted",
        "choices": [{"index": 0, "delta": delta, "finish_reason": reason, "logprobs": null}], "usage": null,
    });
    format!("data: {chunk}\n\n")
}
