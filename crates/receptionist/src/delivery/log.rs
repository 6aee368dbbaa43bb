//! What Twilio's own log has of calls and of what people wrote (twilio.com/docs/voice/api/call-resource,
//! twilio.com/docs/messaging/api/message-resource).

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::calls::TwilioCall;
use super::twilio::TwilioClient;

/// Twilio names the list after what is in it.
#[derive(Debug, Deserialize)]
struct Page<T> {
    #[serde(alias = "calls", alias = "messages", alias = "media_list", alias = "recordings")]
    items: Vec<T>,
    next_page_uri: Option<String>,
}

/// A message, of ours or to us.
#[derive(Debug, Deserialize)]
pub struct TwilioMessage {
    pub sid: String,
    pub from: String,
    pub to: String,
    #[serde(default)]
    pub body: String,
    #[serde(default)]
    direction: String,
    date_created: Option<String>,
    num_media: Option<String>,
}

impl TwilioMessage {
    pub(super) fn is_made_since(&self, since: Timestamp) -> bool {
        is_since(self.date_created.as_deref(), since)
    }

    pub fn has_files(&self) -> bool {
        self.num_media.as_deref().is_some_and(|count| count != "0")
    }
}

/// A file that came with a message.
#[derive(Debug, Deserialize)]
struct TwilioFile {
    content_type: Option<String>,
    uri: String,
}

pub(super) fn is_since(date: Option<&str>, since: Timestamp) -> bool {
    date.and_then(|date| rfc2822::parse(date).ok()).is_none_or(|date| date.timestamp() >= since)
}

impl TwilioClient {
    /// All of a list, page by page.
    pub(super) async fn list<T: DeserializeOwned>(
        &self,
        url: &str,
        query: &[(&str, &str)],
    ) -> Result<Vec<T>, reqwest::Error> {
        let mut page: Page<T> = self.get(url).query(query).send().await?.error_for_status()?.json().await?;
        let mut items = page.items;
        while let Some(next) = page.next_page_uri {
            let url = format!("{}{next}", self.api_base);
            page = self.get(&url).send().await?.error_for_status()?.json().await?;
            items.append(&mut page.items);
        }
        Ok(items)
    }

    /// Calls to a number that began since then.
    pub async fn calls_since(&self, to: &str, since: Timestamp) -> Result<Vec<TwilioCall>, reqwest::Error> {
        let query = [("To", to), ("StartTime>", &day(since)), ("PageSize", "500")];
        let mut calls: Vec<TwilioCall> = self.list(&self.calls_url, &query).await?;
        calls.retain(|call| call.is_to_us_since(since));
        Ok(calls)
    }

    /// What people wrote to a number since then, the oldest first.
    pub async fn written_since(
        &self,
        to: &str,
        since: Timestamp,
    ) -> Result<Vec<TwilioMessage>, reqwest::Error> {
        let query = [("To", to), ("DateSent>", &day(since)), ("PageSize", "500")];
        let mut messages: Vec<TwilioMessage> = self.list(&self.messages_url, &query).await?;
        messages.retain(|message| message.direction == "inbound" && message.is_made_since(since));
        messages.reverse();
        Ok(messages)
    }

    /// (address, what it is said to be) of each file that came with a message.
    pub async fn files_of(&self, message: &str) -> Result<Vec<(String, Option<String>)>, reqwest::Error> {
        let url = self.account_url(&format!("Messages/{message}/Media.json"));
        let files: Vec<TwilioFile> = self.list(&url, &[]).await?;
        let address = |uri: &str| format!("{}{}", self.api_base, uri.trim_end_matches(".json"));
        Ok(files.into_iter().map(|file| (address(&file.uri), file.content_type)).collect())
    }
}

/// Twilio compares days.
pub(super) fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}
