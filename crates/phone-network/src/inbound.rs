//! People who write to the app, with what they send along. The log has every message, taken or not; messages and files are kept here
//! until the app deletes them.

use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::pages::page;
use crate::state::{MessageRecord, Network, lock};
use crate::webhook::Parameters;

/// A message on its way to the app. `whatsapp:` before both numbers makes it a WhatsApp.
#[derive(Clone, Debug, Default)]
pub struct Inbound<'a> {
    pub from: &'a str,
    pub to: &'a str,
    pub body: &'a str,
    /// (what it is said to be, its bytes)
    pub files: Vec<(&'a str, Vec<u8>)>,
    /// As they call themselves on WhatsApp.
    pub profile_name: Option<&'a str>,
    /// The button that was pressed; its title is the body.
    pub button: Option<&'a str>,
    /// How often it is delivered, with the same id: Twilio's retries.
    pub times: usize,
}

/// A file that somebody sent.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) sid: String,
    pub(crate) message: String,
    pub(crate) said_type: String,
    pub(crate) bytes: Vec<u8>,
}

impl Network {
    /// Somebody writes to the app. The message's id, if it was taken.
    pub async fn write(&self, from: &str, to: &str, body: &str) -> Option<String> {
        self.write_with(&Inbound { from, to, body, ..Inbound::default() }).await
    }

    pub async fn write_with(&self, message: &Inbound<'_>) -> Option<String> {
        let (sid, is_taken) = self.post(message).await;
        is_taken.then_some(sid)
    }

    /// The message's id, and whether it was taken.
    pub async fn post(&self, message: &Inbound<'_>) -> (String, bool) {
        let whatsapp = message.from.starts_with("whatsapp:");
        let options = self.options();
        let path = if whatsapp { &options.whatsapp_path } else { &options.sms_path };
        let mut is_taken = true;
        let sid = self.new_sid("SM");
        let parameters = self.inbound_parameters(message, &sid);
        lock(&self.shared.memory).written.push(MessageRecord {
            sid: sid.clone(),
            to: message.to.into(),
            from: message.from.into(),
            body: message.body.into(),
            content_sid: None,
            status: "received".into(),
            error_code: None,
            created: self.now(),
            status_callback: None,
        });
        for _ in 0..message.times.max(1) {
            let answer = self.send(path, &parameters).await;
            if answer.is_none_or(|answer| answer.status >= 400) {
                self.complain(format!("11200: {path} did not take a message"));
                is_taken = false;
            }
        }
        (sid, is_taken)
    }

    /// What people have written, taken or not, and is not deleted.
    pub fn written(&self) -> Vec<MessageRecord> {
        lock(&self.shared.memory).written.clone()
    }

    fn inbound_parameters(&self, message: &Inbound<'_>, sid: &str) -> Parameters {
        let whatsapp = message.from.starts_with("whatsapp:");
        let account = self.options().account_sid;
        let count = message.files.len().to_string();
        let mut parameters = vec![
            ("AccountSid", account.as_str()),
            ("ApiVersion", "2010-04-01"),
            ("Body", message.body),
            ("From", message.from),
            ("MessageSid", sid),
            ("NumMedia", &count),
            ("NumSegments", "1"),
            ("SmsMessageSid", sid),
            ("SmsSid", sid),
            ("SmsStatus", "received"),
            ("To", message.to),
        ];
        if whatsapp {
            let number = message.from.trim_start_matches("whatsapp:+");
            parameters.extend([("WaId", number), ("MessageType", "text")]);
            parameters.extend(message.profile_name.map(|name| ("ProfileName", name)));
        }
        if let Some(button) = message.button {
            parameters.extend([
                ("ButtonText", message.body),
                ("ButtonPayload", button),
                ("ButtonType", "REPLY"),
            ]);
        }
        let mut all: Vec<(String, String)> =
            parameters.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        for (n, (said_type, bytes)) in message.files.iter().enumerate() {
            let file = self.new_sid("ME");
            let url =
                format!("{}/2010-04-01/Accounts/{account}/Messages/{sid}/Media/{file}", self.rest_url());
            all.push((format!("MediaUrl{n}"), url));
            all.push((format!("MediaContentType{n}"), (*said_type).to_owned()));
            lock(&self.shared.memory).files.push(Kept {
                sid: file,
                message: sid.to_owned(),
                said_type: (*said_type).to_owned(),
                bytes: bytes.clone(),
            });
        }
        all.into_iter().collect()
    }

    /// How many files that people sent are still kept here.
    pub fn files_kept(&self) -> usize {
        lock(&self.shared.memory).files.len()
    }
}

/// What came with a message (twilio.com/docs/messaging/api/media-resource).
pub(crate) async fn list(
    State(network): State<Network>,
    uri: Uri,
    Path((account, message)): Path<(String, String)>,
) -> Response {
    let files: Vec<Value> = lock(&network.shared.memory)
        .files
        .iter()
        .filter(|kept| kept.message == message)
        .map(|kept| {
            let uri = format!("/2010-04-01/Accounts/{account}/Messages/{message}/Media/{}.json", kept.sid);
            json!({"sid": kept.sid, "account_sid": account, "parent_sid": message, "content_type": kept.said_type, "uri": uri})
        })
        .collect();
    page("media_list", &files, &uri)
}

pub(crate) async fn fetch(
    State(network): State<Network>,
    Path((_, _, file)): Path<(String, String, String)>,
) -> Response {
    let kept = lock(&network.shared.memory).files.iter().find(|kept| kept.sid == file).cloned();
    match kept {
        Some(kept) => ([(header::CONTENT_TYPE, kept.said_type)], kept.bytes).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

pub(crate) async fn delete(
    State(network): State<Network>,
    Path((_, _, file)): Path<(String, String, String)>,
) -> StatusCode {
    lock(&network.shared.memory).files.retain(|kept| kept.sid != file);
    StatusCode::NO_CONTENT
}
