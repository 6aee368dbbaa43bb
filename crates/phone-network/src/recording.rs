//! Recordings of calls: begun by `<Start><Recording>`, stopped over REST, told of when the call ends, kept here until they are deleted.
//! There is no sound in this network, so there is none in the file.

use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::{Form, Json};
use serde_json::{Value, json};

use crate::call::Call;
use crate::pages::page;
use crate::rest::{Fields, error, field, not_found, refusal};
use crate::state::{Network, lock};
use crate::twiml::Verb;

#[derive(Clone, Debug)]
pub(crate) struct Recording {
    sid: String,
    call: String,
    told_at: Option<String>,
    is_running: bool,
}

impl Network {
    /// The calls of which a recording is still kept here.
    pub fn recorded(&self) -> Vec<String> {
        lock(&self.shared.memory).recordings.iter().map(|recording| recording.call.clone()).collect()
    }

    fn recording_json(&self, recording: &Recording) -> Value {
        let account = self.options().account_sid;
        let status = if recording.is_running { "in-progress" } else { "completed" };
        json!({
            "account_sid": account, "api_version": "2010-04-01", "call_sid": recording.call, "conference_sid": null, "channels": 2,
            "date_created": null, "date_updated": null, "start_time": null, "duration": "12", "sid": recording.sid, "price": null,
            "price_unit": "USD", "status": status, "source": "StartCallRecordingTwiML", "error_code": null, "encryption_details": null,
            "track": "both", "subresource_uris": {}, "media_url": null,
            "uri": format!("/2010-04-01/Accounts/{account}/Recordings/{}.json", recording.sid),
        })
    }
}

impl Call {
    /// `<Start>` with a `<Recording>`.
    pub(crate) fn start(&mut self, start: &Verb) {
        for verb in start.children.iter().filter(|child| child.name == "Recording") {
            let told_at = verb.attribute("recordingStatusCallback").map(str::to_owned);
            if told_at.as_ref().is_some_and(|url| !url.starts_with("http")) {
                self.warn("11200: recordingStatusCallback of <Recording> must be absolute".into());
            }
            let sid = self.network.new_sid("RE");
            let recording = Recording { sid, call: self.sid().to_owned(), told_at, is_running: true };
            lock(&self.network.shared.memory).recordings.push(recording);
        }
    }

    /// The call is over: its recording is there, and the app is told.
    pub(crate) fn end_recording(&self) {
        let ended: Vec<Recording> = {
            let mut memory = lock(&self.network.shared.memory);
            let of_call = memory.recordings.iter_mut().filter(|recording| recording.call == self.sid());
            of_call
                .map(|recording| {
                    recording.is_running = false;
                    recording.clone()
                })
                .collect()
        };
        for recording in ended {
            let account = self.network.options().account_sid;
            let url = format!(
                "{}/2010-04-01/Accounts/{account}/Recordings/{}",
                self.network.rest_url(),
                recording.sid
            );
            let told = [
                ("AccountSid", account.as_str()),
                ("CallSid", self.sid()),
                ("RecordingSid", &recording.sid),
                ("RecordingUrl", &url),
                ("RecordingStatus", "completed"),
                ("RecordingDuration", "12"),
                ("RecordingChannels", "2"),
                ("RecordingSource", "StartCallRecordingTwiML"),
                ("ErrorCode", "0"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
            if let Some(to) = recording.told_at {
                self.network.send_callbacks(to, vec![told.into()]);
            }
        }
    }
}

/// `GET /Calls/{call}/Recordings.json`
pub(crate) async fn list(
    State(network): State<Network>,
    uri: Uri,
    Path((_, call)): Path<(String, String)>,
) -> Response {
    let recordings = lock(&network.shared.memory).recordings.clone();
    let of_call = recordings.iter().filter(|recording| recording.call == call);
    let found: Vec<Value> = of_call.map(|recording| network.recording_json(recording)).collect();
    page("recordings", &found, &uri)
}

/// `POST /Calls/{call}/Recordings/Twilio.CURRENT.json` with `Status=stopped`.
pub(crate) async fn update(
    State(network): State<Network>,
    Path((_, call, _)): Path<(String, String, String)>,
    Form(fields): Form<Fields>,
) -> Response {
    if let Some(refusal) = refusal(&network, None).await {
        return refusal;
    }
    let stopped = {
        let mut memory = lock(&network.shared.memory);
        let current = memory.recordings.iter_mut().find(|one| one.call == call && one.is_running);
        current.map(|recording| {
            recording.is_running = field(&fields, "Status") != Some("stopped");
            recording.clone()
        })
    };
    match stopped {
        Some(recording) => Json(network.recording_json(&recording)).into_response(),
        None => error(StatusCode::BAD_REQUEST, 21220, "Requested resource is not eligible for recording"),
    }
}

/// `GET /Recordings/{sid}.mp3`
pub(crate) async fn fetch(
    State(network): State<Network>,
    Path((_, file)): Path<(String, String)>,
) -> Response {
    let recordings = lock(&network.shared.memory).recordings.clone();
    let found = recordings.iter().find(|one| file == format!("{}.mp3", one.sid) && !one.is_running);
    match found {
        Some(recording) => {
            ([(header::CONTENT_TYPE, "audio/mpeg")], format!("ID3 {}", recording.sid)).into_response()
        }
        None => not_found(),
    }
}

/// `DELETE /Recordings/{sid}.json`
pub(crate) async fn delete(
    State(network): State<Network>,
    Path((_, file)): Path<(String, String)>,
) -> Response {
    if let Some(refusal) = refusal(&network, None).await {
        return refusal;
    }
    lock(&network.shared.memory).recordings.retain(|one| one.sid != file.trim_end_matches(".json"));
    StatusCode::NO_CONTENT.into_response()
}
