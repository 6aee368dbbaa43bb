//! The agency's number at Twilio: where its calls and texts go (twilio.com/docs/phone-numbers/api/incomingphonenumber-resource).

use serde::Deserialize;

use super::TwilioClient;
use crate::settings::Settings;

/// Where Twilio asks for what, in the names of its API.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct NumberUrls {
    pub voice_url: String,
    pub voice_fallback_url: String,
    pub status_callback: String,
    pub sms_url: String,
}

/// A number of the account.
#[derive(Clone, Debug, Deserialize)]
pub struct TwilioNumber {
    pub sid: String,
    #[serde(flatten)]
    pub urls: NumberUrls,
}

#[derive(Deserialize)]
struct Numbers {
    incoming_phone_numbers: Vec<TwilioNumber>,
}

/// A text, or the end of a call, that we could not take is sent again at once, up to three times
/// (twilio.com/docs/usage/webhooks/webhooks-connection-overrides). A caller has the fallback instead.
const ASK_AGAIN: &str = "#rc=3&rp=all";

impl NumberUrls {
    pub fn wanted(settings: &Settings) -> Self {
        let base = settings.server.base_url.trim_end_matches('/');
        let or_ours =
            |set: &Option<String>, path: &str| set.clone().unwrap_or_else(|| format!("{base}{path}"));
        Self {
            voice_url: or_ours(&settings.twilio.voice_webhook_url, "/api/voice/inbound"),
            voice_fallback_url: or_ours(&settings.twilio.fallback_url, "/api/voice/fallback"),
            status_callback: format!("{base}/api/voice/status{ASK_AGAIN}"),
            sms_url: format!("{base}/api/webhooks/twilio/sms{ASK_AGAIN}"),
        }
    }

    /// Name, what is set, what is wanted: of those that differ.
    pub fn differences<'a>(&'a self, wanted: &'a Self) -> Vec<(&'static str, &'a str, &'a str)> {
        let pairs = [
            ("VoiceUrl", &self.voice_url, &wanted.voice_url),
            ("VoiceFallbackUrl", &self.voice_fallback_url, &wanted.voice_fallback_url),
            ("StatusCallback", &self.status_callback, &wanted.status_callback),
            ("SmsUrl", &self.sms_url, &wanted.sms_url),
        ];
        pairs
            .into_iter()
            .filter(|(_, set, wanted)| set != wanted)
            .map(|(name, set, wanted)| (name, set.as_str(), wanted.as_str()))
            .collect()
    }
}

impl TwilioClient {
    /// The number as Twilio has it; none: it is not of this account.
    pub async fn number(&self, number: &str) -> Result<Option<TwilioNumber>, reqwest::Error> {
        let url = format!("{}.json", self.numbers_url());
        let request = self.authorised(self.http.get(url)).query(&[("PhoneNumber", number)]);
        let found: Numbers = request.send().await?.error_for_status()?.json().await?;
        Ok(found.incoming_phone_numbers.into_iter().next())
    }

    /// Sends the number's calls and texts to us, all by POST.
    pub async fn connect_number(&self, sid: &str, urls: &NumberUrls) -> Result<(), reqwest::Error> {
        let fields = [
            ("VoiceUrl", urls.voice_url.as_str()),
            ("VoiceMethod", "POST"),
            ("VoiceFallbackUrl", urls.voice_fallback_url.as_str()),
            ("VoiceFallbackMethod", "POST"),
            ("StatusCallback", urls.status_callback.as_str()),
            ("StatusCallbackMethod", "POST"),
            ("SmsUrl", urls.sms_url.as_str()),
            ("SmsMethod", "POST"),
        ];
        let url = format!("{}/{sid}.json", self.numbers_url());
        self.authorised(self.http.post(url)).form(&fields).send().await?.error_for_status()?;
        Ok(())
    }

    fn numbers_url(&self) -> String {
        self.messages_url.replace("/Messages.json", "/IncomingPhoneNumbers")
    }
}
