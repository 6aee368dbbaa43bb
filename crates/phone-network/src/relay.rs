//! ConversationRelay from Twilio's side: the signed handshake, `setup`, prompts with their partials, keys, interruptions,
//! and what the application says.

use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

use crate::signature::sign;
use crate::state::{Network, lock};
use crate::twiml::Verb;

type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// An open session.
pub(crate) struct Socket {
    stream: Stream,
    pub(crate) session: String,
    pub(crate) action: Option<String>,
    pub(crate) began: Instant,
}

/// What the application did.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Said {
    /// The talk cycle is complete: these words, in order.
    Words(Vec<String>),
    /// Words that came before it ended the session, and what it hands over.
    Ended { words: Vec<String>, handoff: Option<String> },
    /// The socket is gone.
    Gone,
    /// It says nothing.
    Nothing,
}

/// Names that Twilio knows; others would have no effect.
const ATTRIBUTES_REQUIRED: &[&str] =
    &["url", "language", "ttsProvider", "voice", "reportInputDuringAgentSpeech"];

impl Network {
    /// Opens the socket of a `<ConversationRelay>`.
    pub(crate) async fn open_relay(
        &self,
        verb: &Verb,
        action: Option<String>,
        call: &[(String, String)],
    ) -> Result<Socket, String> {
        for name in ATTRIBUTES_REQUIRED {
            if verb.attribute(name).is_none() {
                self.complain(format!("ConversationRelay does not set {name}"));
            }
        }
        let options = self.options();
        if options.refuses_relay {
            return Err("64101: block_elevenlabs".to_owned());
        }
        let url = verb.attribute("url").ok_or("64101: url is missing")?.to_owned();
        if !url.starts_with("wss://") && !url.starts_with("ws://127.0.0.1") {
            return Err(format!("64101: {url} is not a wss address"));
        }
        let public = options.public_base.replacen("http", "ws", 1);
        let send_to = options.send_to.replacen("http", "ws", 1);
        let mut request = url
            .replacen(&public, &send_to, 1)
            .into_client_request()
            .map_err(|error| format!("64101: {error}"))?;
        let signature = sign(&options.auth_token, &url, &Vec::new());
        let header = signature.parse().map_err(|_| "the signature is no header")?;
        request.headers_mut().insert("X-Twilio-Signature", header);
        let (stream, _) = connect_async_with_config(request, None, true)
            .await
            .map_err(|error| format!("64102: {error}"))?;
        let mut socket = Socket { stream, session: self.new_sid("VX"), action, began: Instant::now() };
        socket.send(&setup(&socket.session, verb, call)).await;
        Ok(socket)
    }
}

fn setup(session: &str, verb: &Verb, call: &[(String, String)]) -> Value {
    let of = |name: &str| {
        call.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let parameters: serde_json::Map<String, Value> = verb
        .children
        .iter()
        .filter(|child| child.name == "Parameter")
        .filter_map(|child| Some((child.attribute("name")?.to_owned(), child.attribute("value")?.into())))
        .collect();
    json!({
        "type": "setup", "sessionId": session, "accountSid": of("AccountSid"), "parentCallSid": "", "callSid": of("CallSid"),
        "from": of("From"), "to": of("To"), "forwardedFrom": "", "callType": "PSTN", "callerName": "", "direction": "inbound",
        "callStatus": "IN_PROGRESS", "customParameters": parameters,
    })
}

impl Socket {
    pub(crate) async fn send(&mut self, message: &Value) {
        // A socket that is gone is noticed when it is read.
        let _ = self.stream.send(Message::text(message.to_string())).await;
    }

    /// Partials hold the whole utterance so far; the last one is final.
    pub(crate) async fn prompt(&mut self, words: &str) {
        if let Some((first, _)) = words.split_once(' ') {
            self.send(&json!({"type": "prompt", "voicePrompt": first, "lang": "en-GB", "last": false})).await;
        }
        self.send(&json!({"type": "prompt", "voicePrompt": words, "lang": "en-GB", "last": true})).await;
    }

    pub(crate) async fn key(&mut self, key: char) {
        self.send(&json!({"type": "dtmf", "digit": key.to_string()})).await;
    }

    /// The duration was documented as a number and seen as a string and with decimals.
    pub(crate) async fn interrupt(&mut self, heard: &str) {
        let ms = format!("{}.5", heard.len() * 70);
        self.send(
            &json!({"type": "interrupt", "utteranceUntilInterrupt": heard, "durationUntilInterruptMs": ms}),
        )
        .await;
    }

    pub(crate) async fn close(&mut self) {
        let _ = self.stream.close(None).await;
    }

    /// Listens until these words are out, or the application has said all it says now. Says whether they were.
    pub(crate) async fn hear(&mut self, words: &str, patience: Duration) -> bool {
        let mut heard = String::new();
        while let Ok(Some(Ok(message))) = tokio::time::timeout(patience, self.stream.next()).await {
            let Message::Text(text) = message else { continue };
            let Ok(message) = serde_json::from_str::<Value>(&text) else { return false };
            heard.push_str(message["token"].as_str().unwrap_or_default());
            if heard.contains(words) || message["last"] == true {
                break;
            }
        }
        heard.contains(words)
    }

    /// Listens until the application has said all it says now. Gives the time to its first word beside it.
    pub(crate) async fn listen(&mut self, network: &Network, patience: Duration) -> (Said, Option<Duration>) {
        let began = Instant::now();
        let (mut words, mut first) = (Vec::new(), None);
        let mut token = String::new();
        loop {
            let Ok(next) = tokio::time::timeout(patience, self.stream.next()).await else {
                return (Said::Nothing, first);
            };
            let text = match next {
                Some(Ok(Message::Text(text))) => text,
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                _ => return (Said::Gone, first),
            };
            let Ok(message) = serde_json::from_str::<Value>(&text) else {
                network.complain(format!("64107: the application sent no JSON: {text}"));
                continue;
            };
            match message["type"].as_str() {
                Some("text") if message["token"].is_string() => {
                    let part = message["token"].as_str().unwrap_or_default();
                    if !part.is_empty() {
                        first = first.or_else(|| Some(began.elapsed()));
                    }
                    token.push_str(part);
                    if message["last"].as_bool().unwrap_or(false) {
                        words.push(token.trim().to_owned());
                        return (Said::Words(words), first);
                    }
                }
                Some("end") => {
                    words.extend(Some(token.trim().to_owned()).filter(|token| !token.is_empty()));
                    let handoff = message["handoffData"].as_str().map(str::to_owned);
                    return (Said::Ended { words, handoff }, first);
                }
                _ => {
                    network.complain(format!("64107: Invalid message received: {text}"));
                    self.send(
                        &json!({"type": "error", "description": format!("Invalid message received: {text}")}),
                    )
                    .await;
                }
            }
        }
    }
}

impl Network {
    pub(crate) fn took(&self, first: Option<Duration>) {
        lock(&self.shared.memory).latencies.extend(first);
    }
}
