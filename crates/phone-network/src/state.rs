//! The network's memory: options, messages and calls, and the callbacks under way.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::NetworkError;
use crate::faults::{Dice, Faults, Phone, Recipient};
use crate::inbound::Kept;
use crate::recording::Recording;
use crate::webhook::Parameters;

type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Where webhooks go and how the account signs.
#[derive(Clone)]
pub struct NetworkOptions {
    pub account_sid: String,
    pub auth_token: String,
    /// Scheme and host that webhooks are really sent to, such as `http://127.0.0.1:8080`.
    pub send_to: String,
    /// Scheme and host that signatures are made for: the app's public address.
    pub public_base: String,
    /// Set for the number at Twilio.
    pub voice_path: String,
    pub status_path: String,
    pub fallback_path: String,
    pub sms_path: String,
    pub whatsapp_path: String,
    pub faults: Faults,
    pub webhook_wait: Duration,
    /// The account may not use ConversationRelay: every session fails before it begins.
    pub refuses_relay: bool,
    /// How long an answer "in silence" is held back.
    pub silence: Duration,
    pub clock: Clock,
}

impl NetworkOptions {
    /// An app on the loopback with the usual paths, and no faults.
    pub fn new(base: &str, account_sid: &str, auth_token: &str, clock: Clock) -> Self {
        Self {
            account_sid: account_sid.into(),
            auth_token: auth_token.into(),
            send_to: base.trim_end_matches('/').into(),
            public_base: base.trim_end_matches('/').into(),
            voice_path: "/api/voice/inbound".into(),
            status_path: "/api/voice/status".into(),
            fallback_path: "/api/voice/fallback".into(),
            sms_path: "/api/webhooks/twilio/sms".into(),
            whatsapp_path: "/api/webhooks/whatsapp".into(),
            faults: Faults::default(),
            webhook_wait: Duration::from_secs(15),
            refuses_relay: false,
            silence: Duration::from_secs(12),
            clock,
        }
    }
}

/// A message as the network holds it.
#[derive(Clone, Debug)]
pub struct MessageRecord {
    pub sid: String,
    pub to: String,
    pub from: String,
    pub body: String,
    pub content_sid: Option<String>,
    pub status: String,
    pub error_code: Option<i64>,
    pub created: Timestamp,
    pub(crate) status_callback: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct CallRecord {
    pub(crate) sid: String,
    pub(crate) to: String,
    pub(crate) from: String,
    pub(crate) direction: &'static str,
    pub(crate) status: String,
    pub(crate) url: Option<String>,
    pub(crate) status_callback: Option<String>,
    pub(crate) created: Timestamp,
    /// Where the app has moved the call to over REST; taken up at the next moment of the call.
    pub(crate) moved_to: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Memory {
    pub(crate) messages: Vec<MessageRecord>,
    /// What people wrote to the app.
    pub(crate) written: Vec<MessageRecord>,
    pub(crate) files: Vec<Kept>,
    pub(crate) recordings: Vec<Recording>,
    pub(crate) contents: HashMap<String, (Vec<String>, String)>,
    pub(crate) calls: Vec<CallRecord>,
    pub(crate) owned: Vec<crate::owned::Owned>,
    pub(crate) recipients: HashMap<String, Recipient>,
    pub(crate) phones: HashMap<String, Phone>,
    pub(crate) dice: Dice,
    counter: u64,
    pub(crate) complaints: Vec<String>,
    pub(crate) late: Vec<(String, Vec<Parameters>)>,
    pub(crate) latencies: Vec<Duration>,
    sid_seed: u64,
}

pub(crate) struct Shared {
    pub(crate) options: Mutex<NetworkOptions>,
    pub(crate) memory: Mutex<Memory>,
    pub(crate) http: reqwest::Client,
    pub(crate) callbacks: TaskTracker,
    stop: CancellationToken,
}

/// The phone network. Cheap to clone; it stops when [`Network::stop`] is called or the process ends.
#[derive(Clone)]
pub struct Network {
    pub(crate) shared: Arc<Shared>,
    rest_url: String,
}

impl Network {
    /// Opens the REST door on a free port of the loopback.
    pub async fn start(options: NetworkOptions) -> Result<Self, NetworkError> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.map_err(NetworkError::Port)?;
        let rest_url = format!("http://{}", listener.local_addr().map_err(NetworkError::Port)?);
        let memory = Memory {
            messages: Vec::new(),
            written: Vec::new(),
            files: Vec::new(),
            recordings: Vec::new(),
            contents: HashMap::new(),
            owned: Vec::new(),
            calls: Vec::new(),
            recipients: HashMap::new(),
            phones: HashMap::new(),
            dice: Dice::new(options.faults.seed),
            counter: 0,
            complaints: Vec::new(),
            late: Vec::new(),
            latencies: Vec::new(),
            sid_seed: options.faults.seed,
        };
        // An application may have installed one already; either serves.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .timeout(options.webhook_wait)
            .redirect(reqwest::redirect::Policy::limited(10))
            .build()
            .expect("a client without TLS settings can be built");
        let shared = Arc::new(Shared {
            options: Mutex::new(options),
            memory: Mutex::new(memory),
            http,
            callbacks: TaskTracker::new(),
            stop: CancellationToken::new(),
        });
        let network = Self { shared, rest_url };
        let router = crate::rest::router(network.clone());
        let stop = network.shared.stop.clone();
        tokio::spawn(async move {
            axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned()).await
        });
        Ok(network)
    }

    /// What stands for `https://api.twilio.com`.
    pub fn rest_url(&self) -> &str {
        &self.rest_url
    }

    /// Sends webhooks here from now on: an app that was restarted on another port.
    pub fn move_app(&self, base: &str) {
        let mut options = lock(&self.shared.options);
        base.trim_end_matches('/').clone_into(&mut options.send_to);
    }

    pub fn set_faults(&self, faults: Faults) {
        lock(&self.shared.memory).dice = Dice::new(faults.seed);
        lock(&self.shared.options).faults = faults;
    }

    /// From now on no ConversationRelay session begins.
    pub fn refuse_relay(&self) {
        lock(&self.shared.options).refuses_relay = true;
    }

    /// Whether anything was sent to this number.
    pub fn has_message_to(&self, number: &str) -> bool {
        lock(&self.shared.memory).messages.iter().any(|message| message.to == number)
    }

    /// A content of the account, with its variables and WhatsApp's word for it (`unsubmitted`, `approved`, `rejected` …).
    pub fn set_content(&self, sid: &str, variables: &[&str], approval: &str) {
        let variables = variables.iter().map(|name| (*name).to_owned()).collect();
        lock(&self.shared.memory).contents.insert(sid.to_owned(), (variables, approval.to_owned()));
    }

    /// How this number takes messages from now on.
    pub fn set_recipient(&self, number: &str, recipient: Recipient) {
        lock(&self.shared.memory).recipients.insert(number.to_owned(), recipient);
    }

    /// What this number does from now on when it is rung.
    pub fn set_phone(&self, number: &str, phone: Phone) {
        lock(&self.shared.memory).phones.insert(number.to_owned(), phone);
    }

    pub(crate) fn phone_of(&self, number: &str) -> Phone {
        lock(&self.shared.memory).phones.get(number).copied().unwrap_or_default()
    }

    /// The numbers that the app has rung, in order.
    pub fn rung(&self) -> Vec<String> {
        let memory = lock(&self.shared.memory);
        memory
            .calls
            .iter()
            .filter(|call| call.direction == "outbound-api")
            .map(|call| call.to.clone())
            .collect()
    }

    pub fn messages(&self) -> Vec<MessageRecord> {
        lock(&self.shared.memory).messages.clone()
    }

    /// Ids from now on begin with this: networks that ring the same app one after the other must not share them.
    pub fn seed_sids(&self, seed: u64) {
        lock(&self.shared.memory).sid_seed = seed;
    }

    /// How long each call webhook took to be answered.
    pub fn latencies(&self) -> Vec<Duration> {
        lock(&self.shared.memory).latencies.clone()
    }

    /// What Twilio would have warned of or rejected, in all calls so far.
    pub fn complaints(&self) -> Vec<String> {
        lock(&self.shared.memory).complaints.clone()
    }

    /// Waits until every callback under way has been delivered.
    pub async fn settle(&self) {
        while !self.shared.callbacks.is_empty() {
            tokio::task::yield_now().await;
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Sends the callbacks that were held back.
    pub fn deliver_late(&self) {
        let late = std::mem::take(&mut lock(&self.shared.memory).late);
        for (url, callbacks) in late {
            self.send_now(url, callbacks);
        }
    }

    pub fn stop(&self) {
        self.shared.stop.cancel();
    }

    pub(crate) fn options(&self) -> NetworkOptions {
        lock(&self.shared.options).clone()
    }

    pub(crate) fn now(&self) -> Timestamp {
        (lock(&self.shared.options).clock.clone())()
    }

    pub(crate) fn happens(&self, share: impl Fn(&Faults) -> f64) -> bool {
        let share = share(&lock(&self.shared.options).faults);
        lock(&self.shared.memory).dice.happens(share)
    }

    pub(crate) fn complain(&self, complaint: String) {
        lock(&self.shared.memory).complaints.push(complaint);
    }

    pub(crate) fn new_sid(&self, prefix: &str) -> String {
        let mut memory = lock(&self.shared.memory);
        memory.counter += 1;
        crate::number::sid(prefix, memory.sid_seed, memory.counter)
    }
}

/// A poisoned lock means that a test already failed elsewhere; its data are still good to look at.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
