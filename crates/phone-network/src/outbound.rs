//! Calls that the app places: whoever is rung does what their number is set to.

use crate::NetworkError;
use crate::call::Call;
use crate::ending::Ending;
use crate::faults::Phone;
use crate::state::{CallRecord, Network, lock};
use crate::twiml::Verb;

impl Network {
    /// Picks up a call that the app placed over REST.
    pub async fn pick_up(&self, sid: &str) -> Result<Call, NetworkError> {
        let record = lock(&self.shared.memory).calls.iter().find(|call| call.sid == sid).cloned();
        let Some(CallRecord { url: Some(url), from, to, status_callback, .. }) = record else {
            return Err(NetworkError::NoAnswer { url: format!("call {sid}") });
        };
        let mut call = self.unplayed(sid.to_owned(), &from, &to, "outbound-api", &url);
        call.status_url = status_callback;
        call.begin(&url).await
    }

    /// Rings, as a callback of its own: the request that asked for it is answered first.
    pub(crate) fn ring_out(&self, record: CallRecord) {
        let network = self.clone();
        self.shared.callbacks.spawn(async move { network.play_out(&record).await });
    }

    async fn play_out(&self, record: &CallRecord) {
        match self.phone_of(&record.to) {
            Phone::NoAnswer => self.not_answered(record, "no-answer"),
            Phone::Busy => self.not_answered(record, "busy"),
            Phone::Machine => self.answered(record, "").await,
            Phone::Presses(keys) => self.answered(record, keys).await,
            Phone::Talks => self.answered(record, "1").await,
        }
    }

    /// They answer, press their keys one after the other, and hang up.
    async fn answered(&self, record: &CallRecord, keys: &str) {
        let Ok(mut call) = self.pick_up(&record.sid).await else { return };
        for key in keys.chars() {
            let heard = call.press(&key.to_string()).await;
            if heard.is_err() {
                break;
            }
        }
        while call.listening().is_some() && keys.is_empty() {
            if call.silence().await.is_err() {
                break;
            }
        }
        call.hang_up();
    }

    fn not_answered(&self, record: &CallRecord, status: &str) {
        if let Some(call) = lock(&self.shared.memory).calls.iter_mut().find(|call| call.sid == record.sid) {
            // It was cancelled before it rang out.
            if call.status == "canceled" {
                return;
            }
            status.clone_into(&mut call.status);
        }
        let Some(url) = &record.status_callback else { return };
        let account = self.options().account_sid;
        let parameters = [
            ("AccountSid", account.as_str()),
            ("ApiVersion", "2010-04-01"),
            ("CallDuration", "0"),
            ("CallSid", &record.sid),
            ("CallStatus", status),
            ("Direction", record.direction),
            ("From", &record.from),
            ("To", &record.to),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        self.send_callbacks(url.clone(), vec![parameters.into()]);
    }
}

impl Call {
    /// Rings the numbers of a `<Dial>`, and goes on at its action. In order: each in turn; at once: the first that answers,
    /// a voicemail too, takes the call from the others.
    pub(crate) async fn dial(&mut self, dial: &Verb) {
        let in_order = dial.attribute("sequential") == Some("true");
        let mut is_bridged = false;
        for number in dial.children.iter().filter(|child| child.name == "Number") {
            let phone = self.network.phone_of(number.text.trim());
            let answers = matches!(phone, Phone::Machine | Phone::Presses(_) | Phone::Talks);
            is_bridged = answers && self.screen(number, phone).await;
            if is_bridged && phone == Phone::Talks {
                self.bridged = Some(dial.attribute("action").unwrap_or_default().to_owned());
                return;
            }
            if is_bridged || (answers && !in_order) {
                break;
            }
        }
        let (status, bridged) = if is_bridged { ("completed", "true") } else { ("no-answer", "false") };
        match dial.attribute("action").map(str::to_owned) {
            Some(action) => {
                let inputs =
                    [("CallStatus", "in-progress"), ("DialCallStatus", status), ("DialBridged", bridged)];
                self.fetch(&action, &inputs).await;
            }
            None => self.end(Ending::AppHungUp),
        }
    }

    /// Whether somebody talks with the caller.
    pub fn is_bridged(&self) -> bool {
        self.bridged.is_some()
    }

    /// Whoever talked with the caller hangs up.
    pub async fn colleague_hangs_up(&mut self) {
        let Some(action) = self.bridged.take() else { return };
        self.heard.clear();
        let inputs =
            [("CallStatus", "in-progress"), ("DialCallStatus", "completed"), ("DialBridged", "true")];
        self.fetch(&action, &inputs).await;
        self.play().await;
    }

    /// Goes where the app has moved the call over REST, or ends if it was ended there. Says whether it was.
    pub async fn moved(&mut self) -> bool {
        let (moved_to, is_over) = {
            let mut memory = lock(&self.network.shared.memory);
            let Some(call) = memory.calls.iter_mut().find(|call| call.sid == self.sid()) else {
                return false;
            };
            (call.moved_to.take(), call.status == "completed")
        };
        if self.ending().is_some() || (moved_to.is_none() && !is_over) {
            return false;
        }
        self.heard.clear();
        self.leave_everything().await;
        match moved_to {
            Some(url) => {
                self.fetch(&url, &[("CallStatus", "in-progress")]).await;
                self.play().await;
            }
            None => self.end(Ending::AppHungUp),
        }
        true
    }

    /// Plays the whisper to whoever answered. They are joined if its document ends without a `<Hangup>`.
    async fn screen(&self, number: &Verb, phone: Phone) -> bool {
        let Some(url) = number.attribute("url") else { return true };
        let network = &self.network;
        let from = self.parameters.iter().find(|(name, _)| name == "From").map_or("", |(_, from)| from);
        let mut leg = network.unplayed(network.new_sid("CA"), from, number.text.trim(), "outbound-dial", url);
        // The number's own address hears nothing of a dialled leg.
        leg.status_url = None;
        let Ok(mut leg) = leg.begin(url).await else { return false };
        let keys = match phone {
            Phone::Presses(keys) => keys,
            Phone::Talks => "1",
            _ => "",
        };
        for key in keys.chars() {
            if leg.press(&key.to_string()).await.is_err() {
                break;
            }
        }
        while leg.listening().is_some() && leg.silence().await.is_ok() {}
        !leg.was_told_to_hang_up
    }
}
