//! Twilio's REST, as far as messages go (twilio.com/docs/messaging/api/message-resource). There is no idempotency key:
//! a create that timed out may have been accepted, so it is looked for before it is sent again.

use std::time::Duration;

use agency::outbox::{Failure, classify};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use store::ClaimedMessage;

use super::encrypt;
use super::log::{TwilioMessage, day};
use crate::settings::Settings;

#[derive(Debug)]
pub struct TwilioClient {
    pub(super) http: reqwest::Client,
    pub(super) base_url: String,
    pub(super) api_base: String,
    pub(super) messages_url: String,
    pub(super) calls_url: String,
    content_base: String,
    account_sid: String,
    auth_token: SecretString,
    status_callback: String,
}

/// Twilio took it.
#[derive(Clone, Debug)]
pub struct Sent {
    pub sid: String,
    pub http_status: i64,
    /// What was left out of it.
    pub detail: Option<String>,
}

/// Twilio did not take it, or nobody knows.
#[derive(Clone, Debug)]
pub struct Undelivered {
    pub failure: Failure,
    pub http_status: Option<i64>,
    pub code: Option<i64>,
}

#[derive(Debug, Deserialize)]
struct TwilioError {
    code: Option<i64>,
}

impl Undelivered {
    /// The agency has no such channel any more.
    pub const NOT_SET_UP: Self = Self { failure: Failure::Permanent, http_status: None, code: None };
}

#[derive(Debug, Deserialize)]
struct Resource {
    sid: String,
}

/// A content of Twilio's, as far as we look at it.
#[derive(Clone, Debug)]
pub struct TwilioContent {
    pub variables: Vec<String>,
    pub approval: Option<String>,
}

#[derive(Debug, Deserialize)]
struct ContentResource {
    #[serde(default)]
    variables: serde_json::Map<String, serde_json::Value>,
}

#[derive(Debug, Deserialize)]
struct Approvals {
    whatsapp: Option<Approval>,
}

#[derive(Debug, Deserialize)]
struct Approval {
    status: String,
}

#[derive(Debug, Deserialize)]
struct Delivery {
    status: String,
    error_code: Option<i64>,
}

impl TwilioClient {
    pub fn new(settings: &Settings) -> anyhow::Result<Self> {
        encrypt();
        let twilio = &settings.twilio;
        let base = twilio.api_url.trim_end_matches('/');
        Ok(Self {
            http: reqwest::Client::builder()
                .timeout(Duration::from_millis(twilio.request_wait_ms))
                .build()?,
            api_base: base.to_owned(),
            base_url: settings.server.base_url.trim_end_matches('/').to_owned(),
            // The real one has a host of its own; everything else stands for all of Twilio.
            content_base: base.replace("https://api.twilio.com", "https://content.twilio.com"),
            calls_url: format!("{base}/2010-04-01/Accounts/{}/Calls.json", twilio.account_sid),
            messages_url: format!("{base}/2010-04-01/Accounts/{}/Messages.json", twilio.account_sid),
            account_sid: twilio.account_sid.clone(),
            auth_token: twilio.auth_token.clone(),
            status_callback: format!(
                "{}/api/webhooks/twilio/message-status",
                settings.server.base_url.trim_end_matches('/')
            ),
        })
    }

    pub async fn create(&self, message: &ClaimedMessage) -> Result<Sent, Undelivered> {
        let mut fields = vec![
            ("To", message.to.as_str()),
            ("From", &message.from),
            ("StatusCallback", &self.status_callback),
        ];
        if let Some(sid) = &message.content_sid {
            let variables = message.content_variables.as_ref();
            fields.push(("ContentSid", sid));
            fields.extend(variables.map(|variables| ("ContentVariables", variables.as_str())));
        } else {
            fields.push(("Body", &message.body));
            fields.extend(message.media.as_ref().map(|url| ("MediaUrl", url.as_str())));
        }
        self.post(&self.messages_url, &fields).await
    }

    /// Rings somebody; the message's words are the path of what they hear, and its query comes back with the call's end
    /// (twilio.com/docs/voice/api/call-resource).
    pub async fn create_call(&self, message: &ClaimedMessage) -> Result<Sent, Undelivered> {
        /// Rung for so long; voicemail mostly answers later.
        const RINGS_S: &str = "25";
        let url = format!("{}{}", self.base_url, message.body);
        let query = message.body.split_once('?').map_or("", |(_, query)| query);
        let ended = format!("{}/api/voice/status?{query}", self.base_url);
        let fields = [
            ("To", message.to.as_str()),
            ("From", &message.from),
            ("Url", &url),
            ("StatusCallback", &ended),
            ("Timeout", RINGS_S),
        ];
        self.post(&self.calls_url, &fields).await
    }

    pub(super) async fn post(&self, url: &str, fields: &[(&str, &str)]) -> Result<Sent, Undelivered> {
        let request = self.authorised(self.http.post(url)).form(fields);
        let response = request.send().await.map_err(|error| Undelivered {
            // Without a connection nothing was taken; anything later may have been.
            failure: if error.is_connect() { Failure::Transient } else { Failure::Unknown },
            http_status: None,
            code: None,
        })?;
        let status = response.status();
        let http_status = Some(i64::from(status.as_u16()));
        if !status.is_success() {
            let code = response.json::<TwilioError>().await.ok().and_then(|body| body.code);
            return Err(Undelivered { failure: classify(status.as_u16(), code), http_status, code });
        }
        let unreadable = Undelivered { failure: Failure::Unknown, http_status, code: None };
        let resource: Resource = response.json().await.map_err(|_| unreadable)?;
        Ok(Sent { sid: resource.sid, http_status: i64::from(status.as_u16()), detail: None })
    }

    /// What Twilio knows of a message: its status, and an error code if it has one.
    pub async fn status(&self, sid: &str) -> Result<(String, Option<i64>), ()> {
        let url = self.messages_url.replace("/Messages.json", &format!("/Messages/{sid}.json"));
        let response = self.authorised(self.http.get(url)).send().await.map_err(drop)?;
        let delivery: Delivery = response.error_for_status().map_err(drop)?.json().await.map_err(drop)?;
        Ok((delivery.status, delivery.error_code))
    }

    /// A content as Twilio has it, and what WhatsApp says of it; none: there is no such content.
    pub async fn content(&self, sid: &str) -> Result<Option<TwilioContent>, reqwest::Error> {
        let url = format!("{}/v1/Content/{sid}", self.content_base);
        let response = self.authorised(self.http.get(&url)).send().await?;
        if response.status().as_u16() == 404 {
            return Ok(None);
        }
        let content: ContentResource = response.error_for_status()?.json().await?;
        let request = self.authorised(self.http.get(format!("{url}/ApprovalRequests")));
        let approval: Approvals = request.send().await?.error_for_status()?.json().await?;
        Ok(Some(TwilioContent {
            variables: content.variables.into_iter().map(|(name, _)| name).collect(),
            approval: approval.whatsapp.map(|whatsapp| whatsapp.status),
        }))
    }

    pub(super) fn authorised(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        request.basic_auth(&self.account_sid, Some(self.auth_token.expose_secret()))
    }

    /// Looks for a message whose create was not answered: the ids of all with the same sender, recipient and words that
    /// were made since the first try, newest first.
    pub async fn find(&self, message: &ClaimedMessage, since: Timestamp) -> Result<Vec<String>, ()> {
        /// Clocks differ a little.
        const LEEWAY: jiff::SignedDuration = jiff::SignedDuration::from_secs(5);
        let since = since.saturating_sub(LEEWAY).unwrap_or(since);
        let query = [
            ("To", message.to.as_str()),
            ("From", &message.from),
            ("DateSent>", &day(since)),
            ("PageSize", "100"),
        ];
        let made: Vec<TwilioMessage> = self.list(&self.messages_url, &query).await.map_err(drop)?;
        let is_it = |made: &TwilioMessage| {
            made.is_made_since(since) && (message.content_sid.is_some() || made.body == message.body)
        };
        Ok(made.into_iter().filter(is_it).map(|made| made.sid).collect())
    }
}
