//! Settings: one commented defaults file embedded in the binary, overridden by a TOML file, then by the environment.
//! Checked at the start: what is wrong, why, and what to do.

mod environment;
mod load;

pub(crate) use load::is_loopback;
pub use load::{SettingsError, load};

use std::collections::BTreeMap;
use std::path::PathBuf;

use agency::office::Office;
use agency::outbox::RetrySchedule;
use agency::phone::PhoneNumber;
use agency::settings::{AgencyProfile, DiaryRules, FollowingUp, Greetings, OpeningHours, Retention};
use agency::triage::Choices;
use jiff::Timestamp;
use secrecy::SecretString;
use serde::Deserialize;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub agency: AgencyProfile,
    pub hours: OpeningHours,
    pub greetings: Greetings,
    pub office: Office,
    pub retention: Retention,
    pub diary: DiaryRules,
    pub voice: Voice,
    pub relay: Relay,
    pub model: Model,
    pub server: Server,
    pub database: Database,
    pub twilio: Twilio,
    pub outbox: Outbox,
    /// Content SIDs by kind of message.
    #[serde(default)]
    pub whatsapp_templates: BTreeMap<String, String>,
    pub triage: Choices,
    pub staff: Staff,
    pub transfer: Transfer,
    pub emergency: Emergency,
    pub following_up: FollowingUp,
    pub chat: Chat,
    pub media: Media,
    pub limits: Limits,
    #[serde(default)]
    pub email: Email,
    #[serde(default)]
    pub clock: ClockSettings,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Voice {
    pub mode: VoiceMode,
    pub say_voice: String,
    pub language: String,
    pub speech_model: String,
    pub silence_s: u32,
    pub speech_end_s: u32,
    pub asked_about_after_s: i64,
    pub record: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VoiceMode {
    Relay,
    Gather,
}

/// The language model. Times in milliseconds, from the caller's last word.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    pub base_url: String,
    pub name: String,
    pub fallback: Option<String>,
    /// Empty: the rules engine answers alone.
    #[serde(default)]
    pub api_key: SecretString,
    pub reasoning_effort: String,
    pub tokens_max: u32,
    pub filler_ms: u64,
    pub first_token_ms: u64,
    pub stall_ms: u64,
    pub total_ms: u64,
    pub failures_max: u32,
    pub rest_s: i64,
    /// Of a million tokens; nought: not known.
    pub price_prompt: f64,
    pub price_answer: f64,
}

/// How ConversationRelay speaks and hears.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relay {
    pub tts_provider: String,
    pub voice: String,
    pub transcription_provider: String,
    pub speech_model: String,
    pub interrupt_sensitivity: String,
    pub keys_pause_ms: u64,
    pub idle_s: i64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    pub base_url: String,
    pub listen_addr: std::net::SocketAddr,
    pub webhook_bytes_max: usize,
    pub webhook_wait_ms: u64,
    pub headers_wait_ms: u64,
    pub connections_max: usize,
    pub proxies: usize,
}

/// How much of anything one party gets. Emergencies are never limited.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    pub calls_from_one_an_hour: i64,
    pub texts_from_one_an_hour: i64,
    pub texts_to_one_a_day: i64,
    pub requests_of_address_a_minute: std::num::NonZeroU32,
    pub requests_of_account_a_minute: std::num::NonZeroU32,
    pub countries: Vec<i32>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    pub url: Option<SecretString>,
    pub data_dir: PathBuf,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Twilio {
    pub api_url: String,
    #[serde(default)]
    pub account_sid: String,
    /// Empty only before it is set; `serve` refuses to start without it.
    #[serde(default)]
    pub auth_token: SecretString,
    #[serde(default)]
    pub phone_number: String,
    pub whatsapp_number: Option<String>,
    pub voice_webhook_url: Option<String>,
    /// Where Twilio asks when we do not answer; on another host, if it is to help.
    pub fallback_url: Option<String>,
    /// `ID:SECRET` pairs, comma-separated.
    #[serde(default)]
    pub shared_keys: SecretString,
    pub request_wait_ms: u64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outbox {
    pub retry: RetrySchedule,
    pub lease_s: i64,
    pub poll_ms: u64,
    pub batch: i64,
    pub reconcile_after_s: i64,
    pub reconcile_looks: i64,
    pub receipt_within_s: i64,
}

/// Who does what, by `users.role`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Staff {
    pub negotiators: Vec<String>,
    pub valuers: Vec<String>,
}

/// How callers are put through.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transfer {
    pub enabled: bool,
    pub order: TransferOrder,
    pub rings_s: u32,
    /// How long a caller may hold; 0: never.
    pub hold_s_max: u32,
    pub people_max: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferOrder {
    InOrder,
    AtOnce,
}

/// Who is alerted, and how soon the next.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Emergency {
    pub contact_phone: Option<PhoneNumber>,
    pub next_person_s: i64,
    /// For so long, what is reported of the same building is the same incident.
    pub same_incident_h: i64,
    /// Empty: the staff have no Slack channel.
    #[serde(default)]
    pub slack_webhook_url: SecretString,
}

/// People who write.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chat {
    pub typing_pause_ms: i64,
    pub wait_max_ms: i64,
    pub close_after_min: i64,
    pub goes_on_h: i64,
    pub doubt_wait_s: i64,
    pub lease_s: i64,
    pub at_once: usize,
}

/// Files that people send.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Media {
    /// `s3://bucket/folder`; empty: a folder of `DATA_DIR`.
    #[serde(default)]
    pub url: String,
    pub bytes_max: usize,
    pub pixels_max: u32,
}

/// Email by SMTP.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Email {
    /// `smtps://user:password@host`; empty: no email is sent, and what was promised by email is a colleague's task.
    #[serde(default)]
    pub smtp_url: SecretString,
    #[serde(default)]
    pub from: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockSettings {
    pub starts_at: Option<Timestamp>,
}

impl Settings {
    /// `postgres://…` or `sqlite:PATH`.
    pub fn database_url(&self) -> String {
        use secrecy::ExposeSecret;
        match &self.database.url {
            Some(url) => url.expose_secret().to_owned(),
            None => format!("sqlite:{}", self.database.data_dir.join("receptionist.db").display()),
        }
    }
}
