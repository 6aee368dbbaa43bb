//! ConversationRelay's messages (twilio.com/docs/voice/conversationrelay/websocket-messages). Reading is lenient: what is
//! unknown is ignored, numbers come as numbers or strings.

use std::collections::BTreeMap;

use agency::tools::hand_off::Transfer;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What Twilio sends.
#[derive(Debug, PartialEq)]
pub(super) enum Received {
    Setup(Setup),
    Prompt {
        words: String,
        last: bool,
    },
    Key(char),
    /// The caller spoke over us, and had heard this much.
    Interrupted {
        heard: String,
    },
    /// Whether we are being heard at this moment.
    AgentSpeaking(bool),
    /// Our last message was not understood.
    Refused(String),
    Other,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Setup {
    pub(super) call_sid: String,
    pub(super) custom_parameters: BTreeMap<String, Value>,
}

/// Nobody says more than this in one breath.
const WORDS_MAX: usize = 4_000;

pub(super) fn read(text: &str) -> Received {
    let Ok(message) = serde_json::from_str::<Value>(text) else { return Received::Other };
    let field = |name: &str| message[name].as_str().unwrap_or_default();
    match field("type") {
        "setup" => serde_json::from_value(message.clone()).map_or(Received::Other, Received::Setup),
        "prompt" => Received::Prompt {
            words: field("voicePrompt").chars().filter(|c| !c.is_control()).take(WORDS_MAX).collect(),
            last: message["last"].as_bool().unwrap_or(true),
        },
        "dtmf" => field("digit").chars().next().map_or(Received::Other, Received::Key),
        "interrupt" => Received::Interrupted {
            heard: field("utteranceUntilInterrupt").chars().take(WORDS_MAX).collect(),
        },
        "info" if field("name") == "agentSpeaking" => Received::AgentSpeaking(field("value") == "on"),
        "error" => Received::Refused(field("description").chars().take(200).collect()),
        _ => Received::Other,
    }
}

/// What we send.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub(super) enum Sent<'a> {
    Text {
        token: &'a str,
        last: bool,
        interruptible: bool,
        preemptible: bool,
    },
    #[serde(rename_all = "camelCase")]
    End {
        handoff_data: String,
    },
}

impl<'a> Sent<'a> {
    pub(super) fn has_words(&self) -> bool {
        matches!(self, Self::Text { token, .. } if !token.trim().is_empty())
    }

    pub(super) fn words(token: &'a str) -> Self {
        Self::Text { token, last: false, interruptible: true, preemptible: false }
    }

    /// Safety words: said whole.
    pub(super) fn warning(token: &'a str) -> Self {
        Self::Text { token, last: false, interruptible: false, preemptible: false }
    }

    pub(super) fn that_is_all() -> Self {
        Self::Text { token: "", last: true, interruptible: true, preemptible: false }
    }
}

/// What `end` hands over to the `<Connect action>`: the last words of a call.
#[derive(Debug, Serialize, Deserialize)]
pub struct Farewell {
    pub say: String,
    /// To whom the call is put through.
    #[serde(default)]
    pub transfer: Option<Transfer>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anything_is_read() {
        for (text, expected) in [
            (
                r#"{"type":"prompt","voicePrompt":"hi","lang":"en-GB","last":true,"new":1}"#,
                Received::Prompt { words: "hi".into(), last: true },
            ),
            (
                r#"{"type":"interrupt","utteranceUntilInterrupt":"Life is","durationUntilInterruptMs":"460.5"}"#,
                Received::Interrupted { heard: "Life is".into() },
            ),
            (
                r#"{"type":"interrupt","durationUntilInterruptMs":460}"#,
                Received::Interrupted { heard: String::new() },
            ),
            (r#"{"type":"dtmf","digit":"1"}"#, Received::Key('1')),
            (r#"{"type":"info","name":"agentSpeaking","value":"off"}"#, Received::AgentSpeaking(false)),
            (r#"{"type":"info","name":"roundTripDelayMs","value":"148"}"#, Received::Other),
            (r#"{"type":"configUpdated"}"#, Received::Other),
            ("not json", Received::Other),
            ("[]", Received::Other),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_sent_is_spelled_as_twilio_wants() {
        let sent = |message: &Sent<'_>| serde_json::to_string(message).unwrap();
        assert_eq!(
            sent(&Sent::words("Hello ")),
            r#"{"type":"text","token":"Hello ","last":false,"interruptible":true,"preemptible":false}"#
        );
        assert_eq!(sent(&Sent::End { handoff_data: "{}".into() }), r#"{"type":"end","handoffData":"{}"}"#);
    }
}
