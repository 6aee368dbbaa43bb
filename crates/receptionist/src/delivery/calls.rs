//! Calls as Twilio's REST has them (twilio.com/docs/voice/api/call-resource): moved, ended, asked about.

use jiff::Timestamp;
use serde::Deserialize;

use super::log::is_since;
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

    pub(super) fn is_to_us_since(&self, since: Timestamp) -> bool {
        self.direction == "inbound" && is_since(self.start_time.as_deref(), since)
    }
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

    pub(super) fn get(&self, url: &str) -> reqwest::RequestBuilder {
        self.authorised(self.http.get(url))
    }

    async fn change_call(&self, sid: &str, fields: &[(&str, &str)]) -> Result<(), Undelivered> {
        let url = self.calls_url.replace("/Calls.json", &format!("/Calls/{sid}.json"));
        self.post(&url, fields).await.map(drop)
    }
}
