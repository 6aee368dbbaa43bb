//! The extractor of Twilio's doors: a handler that takes [`Signed`] cannot be reached without a right signature.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use secrecy::{ExposeSecret, SecretString};

use super::Refused;
use super::form::Form;
use super::signature::{Keys, Payload, verify};
use crate::app::App;
use crate::settings::Settings;

/// The parameters of a webhook that Twilio signed.
#[derive(Debug)]
pub struct Signed {
    pub form: Form,
    /// What our own action URL carried, such as the turn.
    pub query: Form,
    /// A load balancer asks: what this node cannot do, it may ask of another (`deploy/nginx.conf`).
    pub others_may_answer: bool,
}

impl FromRequest<App> for Signed {
    type Rejection = Refused;

    async fn from_request(request: Request, app: &App) -> Result<Self, Refused> {
        let (parts, body) = request.into_parts();
        let text_of =
            |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let signature = text_of("x-twilio-signature");
        let settings = text_of("x-twilio-webhooks-signature-settings");
        let is_json =
            text_of(header::CONTENT_TYPE.as_str()).is_some_and(|kind| kind.starts_with("application/json"));
        let others_may_answer = parts.headers.contains_key("x-another-node");
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        let too_large =
            Refused(StatusCode::PAYLOAD_TOO_LARGE, "the body is larger than any webhook of Twilio's");
        let body = Bytes::from_request(Request::from_parts(parts, body), app).await.map_err(|_| too_large)?;

        let form = if is_json { Form::default() } else { Form::parse(&body) };
        let payload = if is_json { Payload::Json(&body) } else { Payload::Form(form.pairs()) };
        let is_ours = signature.is_some_and(|signature| {
            bases(&app.settings, &path).any(|base| {
                verify(
                    &keys(&app.settings),
                    &format!("{base}{path}"),
                    payload,
                    &signature,
                    settings.as_deref(),
                )
            })
        });
        if !is_ours {
            return Err(refused());
        }
        let query = Form::parse(path.split_once('?').map_or("", |(_, query)| query).as_bytes());
        Ok(Self { form: if is_json { json_form(&body)? } else { form }, query, others_may_answer })
    }
}

/// A WebSocket handshake that Twilio signed: a GET, over the `wss` address as it stood in the TwiML.
#[derive(Debug)]
pub struct SignedSocket;

impl FromRequestParts<App> for SignedSocket {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let text_of = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let is_ours = text_of("x-twilio-signature").is_some_and(|signature| {
            let settings = text_of("x-twilio-webhooks-signature-settings");
            bases(&app.settings, path).any(|base| {
                let url = format!("{}{path}", base.replacen("http", "ws", 1));
                verify(&keys(&app.settings), &url, Payload::Form(&[]), signature, settings)
            })
        });
        if is_ours { Ok(Self) } else { Err(refused()) }
    }
}

fn refused() -> Refused {
    metrics::counter!("webhooks_refused_total").increment(1);
    Refused(
        StatusCode::FORBIDDEN,
        "the signature does not fit; check BASE_URL and TWILIO_AUTH_TOKEN against the number's webhook",
    )
}

/// The top level of a JSON webhook as parameters.
fn json_form(body: &[u8]) -> Result<Form, Refused> {
    let members: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(body).map_err(|_| Refused::bad_request("the body is not a JSON object"))?;
    let pairs = members.into_iter().map(|(name, value)| match value {
        serde_json::Value::String(text) => (name, text),
        other => (name, other.to_string()),
    });
    Ok(Form::from(pairs.collect::<Vec<_>>()))
}

/// The public base; for voice doors also the one of a voice webhook that differs.
fn bases<'s>(settings: &'s Settings, path: &str) -> impl Iterator<Item = &'s str> {
    let voice = settings.twilio.voice_webhook_url.as_deref().filter(|_| path.starts_with("/api/voice/"));
    let voice_base = voice.map(|url| url.strip_suffix("/api/voice/inbound").unwrap_or_else(|| origin(url)));
    std::iter::once(settings.server.base_url.trim_end_matches('/')).chain(voice_base)
}

fn origin(url: &str) -> &str {
    let after_scheme = url.find("://").map_or(0, |at| at + 3);
    url[after_scheme..].find('/').map_or(url, |at| &url[..after_scheme + at])
}

fn keys(settings: &Settings) -> Keys {
    let shared: BTreeMap<String, SecretString> = settings
        .twilio
        .shared_keys
        .expose_secret()
        .split(',')
        .filter_map(|pair| pair.split_once(':'))
        .map(|(id, secret)| (id.trim().to_owned(), SecretString::from(secret.trim())))
        .collect();
    Keys { auth_token: settings.twilio.auth_token.clone(), shared }
}
