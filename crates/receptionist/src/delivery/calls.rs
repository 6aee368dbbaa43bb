//! Calls as Twilio's REST has them (twilio.com/docs/voice/api/call-resource): moved, ended, asked about.

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde::Deserialize;

use super::twilio::{TwilioClient, Undelivered};

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

impl TwilioClient {
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

    pub(super) fn get(&self, url: &str) -> reqwest::RequestBuilder {
        self.authorised(self.http.get(url))
    }

    async fn change_call(&self, sid: &str, fields: &[(&str, &str)]) -> Result<(), Undelivered> {
        let url = self.calls_url.replace("/Calls.json", &format!("/Calls/{sid}.json"));
        self.post(&url, fields).await.map(drop)
    }
}
