//! Twilio's REST, as far as messages go (twilio.com/docs/messaging/api/message-resource). There is no idempotency key:
//! a create that timed out may have been accepted, so it is looked for before it is sent again.

use std::time::Duration;

use agency::outbox::{Failure, classify};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use store::ClaimedMessage;

use crate::settings::Settings;

#[derive(Debug)]
pub struct TwilioClient {
    pub(super) http: reqwest::Client,
    base_url: String,
    api_base: String,
    pub(super) messages_url: String,
    calls_url: String,
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

/// Why a file is not here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfetched {
    /// Trying again cannot help.
    Refused(&'static str),
    Later,
}

impl Undelivered {
    /// The agency has no such channel any more.
    pub const NOT_SET_UP: Self = Self { failure: Failure::Permanent, http_status: None, code: None };
}

#[derive(Debug, Deserialize)]
struct Resource {
    sid: String,
    #[serde(default)]
    body: String,
    date_created: Option<String>,
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

/// A call as Twilio knows it (twilio.com/docs/voice/api/call-resource).
#[derive(Debug, Deserialize)]
pub struct TwilioCall {
    pub sid: String,
    pub from: String,
    status: String,
    direction: String,
    start_time: Option<String>,
}

impl TwilioCall {
    pub fn is_over(&self) -> bool {
        !["queued", "ringing", "in-progress"].contains(&self.status.as_str())
    }

    fn began(&self) -> Option<Timestamp> {
        Some(rfc2822::parse(self.start_time.as_deref()?).ok()?.timestamp())
    }
}

#[derive(Debug, Deserialize)]
struct CallPage {
    calls: Vec<TwilioCall>,
    next_page_uri: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Listing {
    messages: Vec<Resource>,
}

#[derive(Debug, Deserialize)]
struct TwilioError {
    code: Option<i64>,
}

impl TwilioClient {
    pub fn new(settings: &Settings) -> anyhow::Result<Self> {
        // An embedding program or another client may have installed it; either serves.
        drop(rustls::crypto::ring::default_provider().install_default());
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

    /// A call goes on at this path of ours, whatever it was doing. Doing it twice does no harm.
    pub async fn move_call(&self, sid: &str, path: &str) -> Result<(), Undelivered> {
        let url = format!("{}{path}", self.base_url);
        self.change_call(sid, &[("Url", &url), ("Method", "POST")]).await
    }

    pub async fn hang_up(&self, sid: &str) -> Result<(), Undelivered> {
        self.change_call(sid, &[("Status", "completed")]).await
    }

    /// Whether Twilio says that a call is over, or does not know it. Not answered: it may still go on.
    pub async fn is_over(&self, sid: &str) -> bool {
        let url = self.calls_url.replace("/Calls.json", &format!("/Calls/{sid}.json"));
        let Ok(response) = self.authorised(self.http.get(url)).send().await else { return false };
        if response.status().as_u16() == 404 {
            return true;
        }
        let Ok(response) = response.error_for_status() else { return false };
        response.json::<TwilioCall>().await.is_ok_and(|call| call.is_over())
    }

    /// Calls to a number that began since then, as Twilio's own log has them.
    pub async fn calls_since(&self, to: &str, since: Timestamp) -> Result<Vec<TwilioCall>, reqwest::Error> {
        let day = since.strftime("%Y-%m-%d").to_string();
        let query = [("To", to), ("StartTime>", &day), ("PageSize", "500")];
        let mut page: CallPage =
            self.get(&self.calls_url).query(&query).send().await?.error_for_status()?.json().await?;
        let mut calls = page.calls;
        while let Some(next) = page.next_page_uri {
            let url = format!("{}{next}", self.api_base);
            page = self.get(&url).send().await?.error_for_status()?.json().await?;
            calls.append(&mut page.calls);
        }
        let is_recent = |call: &TwilioCall| call.began().is_none_or(|began| began >= since);
        calls.retain(|call| call.direction == "inbound" && is_recent(call));
        Ok(calls)
    }

    fn get(&self, url: &str) -> reqwest::RequestBuilder {
        self.authorised(self.http.get(url))
    }

    async fn change_call(&self, sid: &str, fields: &[(&str, &str)]) -> Result<(), Undelivered> {
        let url = self.calls_url.replace("/Calls.json", &format!("/Calls/{sid}.json"));
        self.post(&url, fields).await.map(drop)
    }

    async fn post(&self, url: &str, fields: &[(&str, &str)]) -> Result<Sent, Undelivered> {
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

    /// A file that somebody sent. Only from Twilio, whatever the address says, and no larger than this.
    pub async fn fetch_media(&self, url: &str, bytes_max: usize) -> Result<Vec<u8>, Unfetched> {
        if !url.starts_with(&self.media_base()) {
            return Err(Unfetched::Refused("its address is not Twilio's"));
        }
        let response = self.authorised(self.http.get(url)).send().await.map_err(|_| Unfetched::Later)?;
        let status = response.status();
        if status.is_client_error() && status.as_u16() != 429 {
            return Err(Unfetched::Refused("Twilio does not have it"));
        }
        let mut response = response.error_for_status().map_err(|_| Unfetched::Later)?;
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|_| Unfetched::Later)? {
            if bytes.len() + chunk.len() > bytes_max {
                return Err(Unfetched::Refused("it is too large"));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    /// It need not lie at Twilio any longer. Gone already is gone.
    pub async fn delete_media(&self, url: &str) -> Result<(), ()> {
        if !url.starts_with(&self.media_base()) {
            return Ok(());
        }
        let response = self.authorised(self.http.delete(url)).send().await.map_err(drop)?;
        let is_gone = response.status().is_success() || response.status().as_u16() == 404;
        if is_gone { Ok(()) } else { Err(()) }
    }

    /// A call with its recordings' metadata, or a message, need not be known to Twilio any longer. Gone already is gone.
    pub async fn delete(&self, kind: &str, sid: &str) -> Result<(), ()> {
        let folder = if kind == "call" { "Calls" } else { "Messages" };
        let url = format!("{}{sid}.json", self.media_base().replace("/Messages/", &format!("/{folder}/")));
        let response = self.authorised(self.http.delete(&url)).send().await.map_err(drop)?;
        let is_gone = response.status().is_success() || response.status().as_u16() == 404;
        if is_gone { Ok(()) } else { Err(()) }
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

    fn media_base(&self) -> String {
        self.messages_url.replace("/Messages.json", "/Messages/")
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
        let day = since.strftime("%Y-%m-%d").to_string();
        let query =
            [("To", message.to.as_str()), ("From", &message.from), ("DateSent>", &day), ("PageSize", "100")];
        let request = self.authorised(self.http.get(&self.messages_url)).query(&query);
        let response = request.send().await.and_then(reqwest::Response::error_for_status).map_err(drop)?;
        let listing: Listing = response.json().await.map_err(drop)?;
        let is_it = |resource: &Resource| {
            let made = resource.date_created.as_deref().and_then(|date| rfc2822::parse(date).ok());
            let is_recent = made.is_none_or(|made| made.timestamp() >= since);
            is_recent && (message.content_sid.is_some() || resource.body == message.body)
        };
        Ok(listing.messages.into_iter().filter(is_it).map(|resource| resource.sid).collect())
    }
}
