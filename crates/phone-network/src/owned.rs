//! Numbers that the account has bought, and where their calls and texts go
//! (twilio.com/docs/phone-numbers/api/incomingphonenumber-resource).

use std::collections::BTreeMap;

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::{Form, Json};
use serde_json::{Value, json};

use crate::rest::not_found;
use crate::state::{Network, lock};

type Fields = Vec<(String, String)>;

/// What Twilio lets one set, by the name in a request and in an answer.
const NAMES: [(&str, &str); 8] = [
    ("VoiceUrl", "voice_url"),
    ("VoiceMethod", "voice_method"),
    ("VoiceFallbackUrl", "voice_fallback_url"),
    ("VoiceFallbackMethod", "voice_fallback_method"),
    ("StatusCallback", "status_callback"),
    ("StatusCallbackMethod", "status_callback_method"),
    ("SmsUrl", "sms_url"),
    ("SmsMethod", "sms_method"),
];

/// A number with what has been set of it.
#[derive(Debug)]
pub(crate) struct Owned {
    sid: String,
    number: String,
    set: BTreeMap<&'static str, String>,
}

impl Owned {
    fn json(&self) -> Value {
        let mut shown = json!({"sid": self.sid, "phone_number": self.number});
        for (_, name) in NAMES {
            shown[name] = self.set.get(name).map_or("", String::as_str).into();
        }
        shown
    }
}

impl Network {
    /// The account buys a number; nothing is set of it.
    pub fn own(&self, number: &str) {
        let sid = format!("PN{:032x}", lock(&self.shared.memory).owned.len() + 1);
        let owned = Owned { sid, number: number.to_owned(), set: BTreeMap::new() };
        lock(&self.shared.memory).owned.push(owned);
    }
}

pub(crate) async fn list(State(network): State<Network>, Query(query): Query<Fields>) -> Json<Value> {
    let wanted = query.iter().find(|(name, _)| name == "PhoneNumber").map(|(_, number)| number.as_str());
    let memory = lock(&network.shared.memory);
    let found = memory.owned.iter().filter(|owned| wanted.is_none_or(|number| owned.number.contains(number)));
    let numbers: Vec<Value> = found.map(Owned::json).collect();
    Json(json!({"incoming_phone_numbers": numbers, "page": 0, "page_size": 50, "next_page_uri": null}))
}

pub(crate) async fn update(
    State(network): State<Network>,
    Path((_, file)): Path<(String, String)>,
    Form(fields): Form<Fields>,
) -> Response {
    let mut memory = lock(&network.shared.memory);
    let Some(owned) = memory.owned.iter_mut().find(|owned| owned.sid == file.trim_end_matches(".json"))
    else {
        return not_found();
    };
    for (asked, name) in NAMES {
        if let Some((_, value)) = fields.iter().find(|(field, _)| field == asked) {
            owned.set.insert(name, value.clone());
        }
    }
    Json(owned.json()).into_response()
}
