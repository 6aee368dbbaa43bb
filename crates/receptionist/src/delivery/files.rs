//! What Twilio keeps for us, until it is fetched and deleted there: files that people sent, and the sound of calls
//! (twilio.com/docs/voice/api/recording).

use serde::Deserialize;

use super::twilio::{TwilioClient, Undelivered};

/// Why a file is not here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfetched {
    /// Trying again cannot help.
    Refused(&'static str),
    Later,
}

/// A recording as Twilio tells of it, in a webhook or when asked.
#[derive(Clone, Debug, Deserialize)]
pub struct TwilioRecording {
    pub sid: String,
    pub status: String,
    pub duration: Option<String>,
}

impl TwilioRecording {
    pub fn is_whole(&self) -> bool {
        matches!(self.status.as_str(), "completed" | "stopped")
    }

    pub fn is_coming(&self) -> bool {
        matches!(self.status.as_str(), "in-progress" | "paused" | "processing")
    }

    pub fn seconds(&self) -> Option<i64> {
        self.duration.as_deref()?.parse().ok()
    }
}

impl TwilioClient {
    /// A file that somebody sent. Only from Twilio, whatever the address says, and no larger than this.
    pub async fn fetch_media(&self, url: &str, bytes_max: usize) -> Result<Vec<u8>, Unfetched> {
        if !url.starts_with(&self.media_base()) {
            return Err(Unfetched::Refused("its address is not Twilio's"));
        }
        self.fetch(url, bytes_max).await
    }

    /// The sound of a call, as MP3.
    pub async fn fetch_recording(&self, sid: &str, bytes_max: usize) -> Result<Vec<u8>, Unfetched> {
        self.fetch(&self.account_url(&format!("Recordings/{sid}.mp3")), bytes_max).await
    }

    async fn fetch(&self, url: &str, bytes_max: usize) -> Result<Vec<u8>, Unfetched> {
        let response = self.get(url).send().await.map_err(|_| Unfetched::Later)?;
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

    /// What Twilio recorded of a call.
    pub async fn recordings_of(&self, call_sid: &str) -> Result<Vec<TwilioRecording>, reqwest::Error> {
        self.list(&self.account_url(&format!("Calls/{call_sid}/Recordings.json")), &[]).await
    }

    /// Nothing more of this call is recorded.
    pub async fn stop_recording(&self, call_sid: &str) -> Result<(), Undelivered> {
        let url = self.account_url(&format!("Calls/{call_sid}/Recordings/Twilio.CURRENT.json"));
        self.post(&url, &[("Status", "stopped")]).await.map(drop)
    }

    /// It need not lie at Twilio any longer. Gone already is gone.
    pub async fn delete_media(&self, url: &str) -> Result<(), ()> {
        if !url.starts_with(&self.media_base()) {
            return Ok(());
        }
        self.delete_at(url).await
    }

    /// A call, a message or a recording need not be known to Twilio any longer. Gone already is gone.
    pub async fn delete(&self, kind: &str, sid: &str) -> Result<(), ()> {
        let folder = match kind {
            "call" => "Calls",
            "recording" => "Recordings",
            _ => "Messages",
        };
        self.delete_at(&self.account_url(&format!("{folder}/{sid}.json"))).await
    }

    async fn delete_at(&self, url: &str) -> Result<(), ()> {
        let response = self.authorised(self.http.delete(url)).send().await.map_err(drop)?;
        let is_gone = response.status().is_success() || response.status().as_u16() == 404;
        if is_gone { Ok(()) } else { Err(()) }
    }

    fn media_base(&self) -> String {
        self.account_url("Messages/")
    }

    pub(super) fn account_url(&self, rest: &str) -> String {
        self.messages_url.replace("Messages.json", rest)
    }
}
