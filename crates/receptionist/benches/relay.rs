//! `make bench`, second half: many calls at once over ConversationRelay with a streamed model, ours beside a bare
//! socket-to-model pipe in Rust and a Node server in the shape of Twilio's samples, in one run on the same machine. The
//! model's first token comes after 300 ms, then one every 20 ms; callers wait 4 s between turns. Reported is the time from
//! the caller's words to the first token, less those 300 ms and what the stand-in's timer was late, and CPU and memory of the
//! server's process. An answer that opens with a value ("Two flats") is held until it is checked, so this one does not.
//!
//! `cargo bench --bench relay -- 200 1000` chooses how many calls; `--only ours` which server.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use axum::extract::ws::{Message as Frame, WebSocket};
use axum::extract::{State, WebSocketUpgrade};
use axum::routing::{any, get};
use axum::serve::ListenerExt;
use futures_util::{SinkExt, StreamExt};
use phone_network::sign;
use serde_json::{Value, json};
use testkit::{Reply, ScriptedModel};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

const FIRST_TOKEN: Duration = Duration::from_millis(300);
const PACE: Duration = Duration::from_millis(20);
const THINK: Duration = Duration::from_secs(4);
const TURNS: u32 = 5;
const TOKEN: &str = "bench-token-of-no-account";
const ANSWER: &str = "Of course, let me tell you a little more about how we could help you with that";
const WORDS: &str = "I was wondering about something for a friend of mine";

fn main() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match std::env::var("BARE_PIPE") {
        Ok(port) => runtime.block_on(bare_pipe(port.parse()?)),
        Err(_) => runtime.block_on(measure()),
    }
}

async fn measure() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let only =
        arguments.iter().position(|argument| argument == "--only").and_then(|at| arguments.get(at + 1));
    let mut sizes: Vec<usize> = arguments.iter().filter_map(|argument| argument.parse().ok()).collect();
    if sizes.is_empty() {
        sizes = vec![200, 1_000];
    }
    let _ = rustls::crypto::ring::default_provider().install_default();
    let slow = Reply::After { ms: 300, reply: Box::new(Reply::Say(ANSWER.into())) };
    let model = ScriptedModel::start(Vec::new(), slow, PACE).await;
    println!(
        "{TURNS} turns a call; the first token {} ms after the request, {} ms between tokens",
        FIRST_TOKEN.as_millis(),
        PACE.as_millis()
    );
    for calls in sizes {
        let mut medians = Vec::new();
        for kind in [Kind::BarePipe, Kind::Node, Kind::Ours] {
            if only.is_some_and(|only| only != kind.name()) {
                continue;
            }
            let server = Server::start(kind, &model.url).await?;
            medians.push((kind, load(&server, calls, &model).await?));
        }
        ratios(&medians);
    }
    Ok(())
}

fn ratios(measured: &[(Kind, Figures)]) {
    let Some((_, ours)) = measured.iter().find(|(kind, _)| *kind == Kind::Ours) else { return };
    for (kind, other) in measured.iter().filter(|(kind, _)| *kind != Kind::Ours) {
        println!(
            "  ours / {}: CPU {:.1}, memory {:.1}, p99 {:+.1} ms",
            kind.name(),
            ours.cpu_ms / other.cpu_ms,
            ours.kilobytes / other.kilobytes,
            ours.p99 - other.p99
        );
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    BarePipe,
    Node,
    Ours,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::BarePipe => "bare pipe",
            Self::Node => "node",
            Self::Ours => "ours",
        }
    }
}

struct Server {
    kind: Kind,
    process: Child,
    base: String,
    _folder: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be gone already; then there is nothing to stop.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    async fn start(kind: Kind, model: &str) -> anyhow::Result<Self> {
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let base = format!("http://127.0.0.1:{port}");
        let folder = tempfile::TempDir::new()?;
        let mut command = match kind {
            Kind::BarePipe => {
                let mut command = Command::new(std::env::current_exe()?);
                command.env("BARE_PIPE", port.to_string());
                command
            }
            Kind::Node => {
                let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
                let mut command = Command::new("node");
                command.arg(root.join("tests/oracles/relay-server.js"));
                command.env("NODE_PATH", root.join(".cache/oracles/node/node_modules"));
                command.env("PORT", port.to_string());
                command
            }
            Kind::Ours => {
                let mut command = Command::new(env!("CARGO_BIN_EXE_receptionist"));
                command.arg("serve");
                command
            }
        };
        let settings = [
            ("DATA_DIR", folder.path().display().to_string()),
            ("LISTEN_ADDR", format!("127.0.0.1:{port}")),
            ("BASE_URL", base.clone()),
            ("TWILIO_ACCOUNT_SID", "AC1".into()),
            ("TWILIO_AUTH_TOKEN", TOKEN.into()),
            ("TWILIO_PHONE_NUMBER", "+442079460100".into()),
            ("TWILIO_API_URL", "http://127.0.0.1:1".into()),
            ("OPENAI_API_KEY", "none".into()),
            ("OPENAI_BASE_URL", model.to_owned()),
            ("RUST_LOG", "error".into()),
        ];
        let process =
            command.envs(settings).stdin(Stdio::null()).spawn().context("a server could not be started")?;
        let server = Self { kind, process, base, _folder: folder };
        for _ in 0..400 {
            if reqwest::get(format!("{}/healthz", server.base)).await.is_ok() {
                return Ok(server);
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        anyhow::bail!("{} did not come up", kind.name())
    }

    /// User and system time so far, in milliseconds (proc(5): in hundredths of a second).
    fn cpu_ms(&self) -> anyhow::Result<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id()))?;
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks: u32 = fields[11].parse::<u32>()? + fields[12].parse::<u32>()?;
        Ok(f64::from(ticks) * 10.0)
    }

    fn kilobytes(&self) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find(|line| line.starts_with("VmRSS")).context("no VmRSS")?;
        Ok(line.split_whitespace().nth(1).context("no figure")?.parse()?)
    }
}

struct Figures {
    p99: f64,
    cpu_ms: f64,
    kilobytes: f64,
}

async fn load(server: &Server, calls: usize, model: &ScriptedModel) -> anyhow::Result<Figures> {
    let http = reqwest::Client::new();
    // One call first: what is loaded once is no call's memory.
    one_call(server.kind, server.base.clone(), http.clone(), 999_999, 1, Duration::ZERO).await?;
    model.take_lateness_ms();
    let (memory_before, cpu_before) = (server.kilobytes()?, server.cpu_ms()?);
    let mut running = tokio::task::JoinSet::new();
    for n in 0..calls {
        let (kind, base, http) = (server.kind, server.base.clone(), http.clone());
        // Callers do not ring in step: they come within the time of one turn.
        let wait = THINK.mul_f64(f64::from(u32::try_from(n)?) / f64::from(u32::try_from(calls)?));
        running.spawn(async move { one_call(kind, base, http, n, TURNS, wait).await });
    }
    tokio::time::sleep(THINK * 3).await;
    let memory = server.kilobytes()?;
    let mut times: Vec<f64> = Vec::new();
    let mut failed = 0;
    while let Some(done) = running.join_next().await {
        match done? {
            Ok(mut took) => times.append(&mut took),
            Err(error) => {
                failed += 1;
                if failed == 1 {
                    println!("  {}: {error:#}", server.kind.name());
                }
            }
        }
    }
    let cpu = server.cpu_ms()? - cpu_before;
    // The stand-in's own timer is nobody's work here.
    let late = median(model.take_lateness_ms());
    for time in &mut times {
        *time -= late;
    }
    times.sort_by(f64::total_cmp);
    let at = |percent: f64| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "an index of some thousands"
        )]
        let index = (times.len() as f64 * percent / 100.0) as usize;
        times.get(index.min(times.len().saturating_sub(1))).copied().unwrap_or_default()
    };
    let turns = f64::from(u32::try_from(times.len().max(1))?);
    let figures = Figures {
        p99: at(99.0),
        cpu_ms: cpu / turns,
        kilobytes: (memory - memory_before) / f64::from(u32::try_from(calls)?),
    };
    println!(
        "{calls} calls, {} (the model's timer was {late:.1} ms late, not counted): added p50 {:.1} ms, p95 {:.1} ms, p99 {:.1} ms, max {:.1} ms; {:.2} ms of CPU a turn; {:.0} kB a call; {failed} failed",
        server.kind.name(),
        at(50.0),
        at(95.0),
        figures.p99,
        at(100.0),
        figures.cpu_ms,
        figures.kilobytes
    );
    Ok(figures)
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or_default()
}

/// Rings, talks, hangs up. Gives the added milliseconds of each turn.
async fn one_call(
    kind: Kind,
    base: String,
    http: reqwest::Client,
    n: usize,
    turns: u32,
    wait: Duration,
) -> anyhow::Result<Vec<f64>> {
    tokio::time::sleep(wait).await;
    let sid = format!("CA{n:032}");
    let from = format!("+447700900{:03}", n % 1_000);
    let token = if kind == Kind::Ours { answer(&http, &base, &sid, &from).await? } else { String::new() };
    let url = format!("{}/api/voice/relay", base.replacen("http", "ws", 1));
    let mut request = url.clone().into_client_request()?;
    request.headers_mut().insert("X-Twilio-Signature", sign(TOKEN, &url, &Vec::new()).parse()?);
    let (mut socket, _) = tokio_tungstenite::connect_async_with_config(request, None, true).await?;
    let setup =
        json!({"type": "setup", "sessionId": "VX1", "callSid": sid, "customParameters": {"token": token}});
    socket.send(Message::text(setup.to_string())).await?;
    let mut added = Vec::new();
    for _ in 0..turns {
        tokio::time::sleep(if turns == 1 { Duration::ZERO } else { THINK }).await;
        let began = Instant::now();
        let prompt = json!({"type": "prompt", "voicePrompt": WORDS, "lang": "en-GB", "last": true});
        socket.send(Message::text(prompt.to_string())).await?;
        let mut first = None;
        loop {
            let message =
                tokio::time::timeout(Duration::from_secs(15), socket.next()).await.context("no answer")?;
            let message = message.context("the socket is closed")??;
            let Message::Text(text) = message else { continue };
            let message: Value = serde_json::from_str(&text)?;
            anyhow::ensure!(message["type"] == "text", "{text}");
            if message["token"].as_str().is_some_and(|token| !token.is_empty()) && first.is_none() {
                first = Some(began.elapsed());
            }
            if message["last"] == true {
                break;
            }
        }
        let first = first.context("a turn without a token")?;
        added.push((first.as_secs_f64() - FIRST_TOKEN.as_secs_f64()) * 1000.0);
    }
    socket.close(None).await?;
    Ok(added)
}

/// The webhook of a new call; gives the token of its TwiML.
async fn answer(http: &reqwest::Client, base: &str, sid: &str, from: &str) -> anyhow::Result<String> {
    let url = format!("{base}/api/voice/inbound");
    let form: Vec<(String, String)> =
        [("CallSid", sid), ("From", from), ("To", "+442079460100"), ("Direction", "inbound")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
    let signature = sign(TOKEN, &url, &form);
    let twiml =
        http.post(&url).header("X-Twilio-Signature", signature).form(&form).send().await?.text().await?;
    let token = twiml.split("value=\"").nth(1).and_then(|rest| rest.split('"').next());
    Ok(token.with_context(|| format!("no token in {twiml}"))?.to_owned())
}

/// The least there can be: each prompt is a request to the model, each token goes out as it comes. It keeps nothing.
async fn bare_pipe(port: u16) -> anyhow::Result<()> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let model = std::env::var("OPENAI_BASE_URL")?;
    let http = reqwest::Client::new();
    let router = axum::Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route("/api/voice/relay", any(upgrade))
        .with_state(Arc::new((http, model)));
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    axum::serve(listener, router).await?;
    Ok(())
}

type Pipe = Arc<(reqwest::Client, String)>;

async fn upgrade(State(pipe): State<Pipe>, upgrade: WebSocketUpgrade) -> axum::response::Response {
    upgrade.read_buffer_size(4_096).on_upgrade(move |socket| async move {
        // A caller who hangs up ends it.
        let _ = forward(pipe, socket).await;
    })
}

async fn forward(pipe: Pipe, mut socket: WebSocket) -> anyhow::Result<()> {
    while let Some(Ok(Frame::Text(text))) = socket.recv().await {
        let message: Value = serde_json::from_str(&text)?;
        if message["type"] != "prompt" {
            continue;
        }
        let request = json!({"model": "m", "stream": true, "messages": [{"role": "user", "content": message["voicePrompt"]}]});
        let mut response = pipe.0.post(format!("{}/chat/completions", pipe.1)).json(&request).send().await?;
        while let Some(bytes) = response.chunk().await? {
            for line in String::from_utf8_lossy(&bytes).lines() {
                let Some(data) = line.strip_prefix("data: ").filter(|data| *data != "[DONE]") else {
                    continue;
                };
                let chunk: Value = serde_json::from_str(data)?;
                if let Some(token) =
                    chunk["choices"][0]["delta"]["content"].as_str().filter(|token| !token.is_empty())
                {
                    let sent = json!({"type": "text", "token": token, "last": false});
                    socket.send(Frame::Text(sent.to_string().into())).await?;
                }
            }
        }
        socket.send(Frame::Text(r#"{"type":"text","token":"","last":true}"#.into())).await?;
    }
    Ok(())
}
