//! TwiML: reading a document into verbs, and telling what Twilio would warn of. Unknown elements, attributes and
//! nestings are warning 12200 and are ignored by Twilio, so that a typo looks applied: here they are named.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// A parsed document with its warnings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    pub verbs: Vec<Verb>,
    pub warnings: Vec<String>,
}

/// One element as it was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verb {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub text: String,
    pub children: Vec<Verb>,
}

impl Verb {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// What each element may carry and hold (twilio.com/docs/voice/twiml, and the SDKs of November 2026).
const GRAMMAR: &[(&str, &[&str], &[&str])] = &[
    (
        "Response",
        &[],
        &[
            "Say", "Gather", "Pause", "Play", "Redirect", "Hangup", "Reject", "Record", "Dial", "Enqueue",
            "Leave", "Message", "Connect", "Start",
        ],
    ),
    (
        "Say",
        &["voice", "language", "loop"],
        &["break", "emphasis", "lang", "p", "s", "phoneme", "prosody", "say-as", "sub", "w"],
    ),
    (
        "Gather",
        &[
            "input",
            "action",
            "method",
            "timeout",
            "speechTimeout",
            "maxSpeechTime",
            "finishOnKey",
            "numDigits",
            "language",
            "speechModel",
            "hints",
            "profanityFilter",
            "actionOnEmptyResult",
            "partialResultCallback",
            "partialResultCallbackMethod",
            "bargeIn",
            "enhanced",
            "debug",
        ],
        &["Say", "Play", "Pause"],
    ),
    ("Start", &["action", "method"], &["Recording"]),
    (
        "Recording",
        &[
            "recordingStatusCallback",
            "recordingStatusCallbackMethod",
            "recordingStatusCallbackEvent",
            "trim",
            "track",
            "channels",
            "recordingConfigurationId",
        ],
        &[],
    ),
    ("Connect", &["action", "method"], &["ConversationRelay"]),
    (
        "ConversationRelay",
        &[
            "url",
            "welcomeGreeting",
            "welcomeGreetingInterruptible",
            "language",
            "ttsLanguage",
            "transcriptionLanguage",
            "ttsProvider",
            "voice",
            "transcriptionProvider",
            "speechModel",
            "interruptible",
            "interruptSensitivity",
            "dtmfDetection",
            "reportInputDuringAgentSpeech",
            "preemptible",
            "partialPrompts",
            "hints",
            "profanityFilter",
            "speechTimeout",
            "ignoreBackchannel",
            "events",
            "debug",
            "applicationReconnect",
            "echoPromptFiltering",
        ],
        &["Language", "Parameter"],
    ),
    ("Parameter", &["name", "value"], &[]),
    ("Pause", &["length"], &[]),
    ("Play", &["loop", "digits"], &[]),
    ("Redirect", &["method"], &[]),
    ("Hangup", &[], &[]),
    ("Reject", &["reason"], &[]),
    (
        "Record",
        &[
            "action",
            "method",
            "timeout",
            "finishOnKey",
            "maxLength",
            "playBeep",
            "trim",
            "recordingStatusCallback",
            "recordingStatusCallbackMethod",
            "recordingStatusCallbackEvent",
            "transcribe",
            "transcribeCallback",
        ],
        &[],
    ),
    (
        "Dial",
        &[
            "action", "method", "timeout", "timeLimit", "callerId", "answerOnBridge", "hangupOnStar",
            "ringTone", "sequential", "record",
        ],
        &["Number"],
    ),
    (
        "Number",
        &["url", "method", "sendDigits", "statusCallback", "statusCallbackEvent", "machineDetection"],
        &[],
    ),
    ("Enqueue", &["action", "method", "waitUrl", "waitUrlMethod", "maxQueueSize", "workflowSid"], &[]),
    ("Leave", &[], &[]),
    ("Message", &["to", "from", "action", "method", "statusCallback"], &["Body", "Media"]),
    ("Body", &[], &[]),
    ("Media", &[], &[]),
    ("break", &["strength", "time"], &[]),
    ("say-as", &["interpret-as", "format"], &[]),
];

const BODY_BYTES_MAX: usize = 64 * 1024;

/// Reads a document. An error is what makes Twilio give up on it, with Twilio's code.
pub fn parse(xml: &str) -> Result<Document, String> {
    if xml.len() > BODY_BYTES_MAX {
        return Err("11750: the TwiML is over 64 kB".into());
    }
    let root = tree(xml).map_err(|error| format!("12100: the TwiML is not well-formed XML: {error}"))?;
    if root.name != "Response" {
        return Err(format!("12100: the root is <{}>, not <Response>", root.name));
    }
    let mut warnings = Vec::new();
    check(&root, &mut warnings);
    Ok(Document { verbs: root.children, warnings })
}

fn tree(xml: &str) -> Result<Verb, String> {
    let mut reader = Reader::from_str(xml);
    let mut open = vec![Verb::default()];
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(start) => open.push(element(&start)?),
            Event::Empty(start) => {
                let verb = element(&start)?;
                open.last_mut().ok_or("nothing is open")?.children.push(verb);
            }
            Event::End(_) => {
                let verb = open.pop().ok_or("nothing is open")?;
                open.last_mut().ok_or("one end too many")?.children.push(verb);
            }
            Event::Text(text) => {
                open.last_mut().ok_or("nothing is open")?.text.push_str(&text);
            }
            Event::GeneralRef(reference) => {
                let text = resolve(&reference)?;
                open.last_mut().ok_or("nothing is open")?.text.push_str(&text);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    let mut document = open.pop().filter(|_| open.is_empty()).ok_or("an element is not closed")?;
    if document.children.len() == 1 {
        Ok(document.children.remove(0))
    } else {
        Err("there must be one root".into())
    }
}

fn resolve(reference: &quick_xml::events::BytesRef<'_>) -> Result<String, String> {
    if let Some(character) = reference.resolve_char_ref().map_err(|error| error.to_string())? {
        return Ok(character.to_string());
    }
    let name: &str = reference;
    quick_xml::escape::resolve_predefined_entity(name)
        .map(str::to_owned)
        .ok_or_else(|| format!("unknown entity {name}"))
}

fn element(start: &BytesStart<'_>) -> Result<Verb, String> {
    let name = start.name().as_ref().to_owned();
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| error.to_string())?;
        attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
    }
    Ok(Verb { name, attributes, ..Verb::default() })
}

fn check(verb: &Verb, warnings: &mut Vec<String>) {
    let Some((_, attributes, children)) = GRAMMAR.iter().find(|(name, ..)| *name == verb.name) else {
        warnings.push(format!("12200: <{}> is not known", verb.name));
        return;
    };
    for (name, value) in &verb.attributes {
        if !attributes.contains(&name.as_str()) {
            warnings.push(format!("12200: <{}> has no attribute {name}", verb.name));
        }
        warnings.extend(check_value(verb, name, value));
    }
    for child in &verb.children {
        if !children.contains(&child.name.as_str()) {
            warnings.push(format!("12200: <{}> cannot stand in <{}>", child.name, verb.name));
        }
        check(child, warnings);
    }
    if verb.name == "Say" {
        warnings.extend(check_say(verb));
    }
}

fn check_say(verb: &Verb) -> Option<String> {
    const POLLY_CHARACTERS_MAX: usize = 3000;
    if verb.text.trim().is_empty() && verb.children.is_empty() {
        return Some("13520: <Say> has nothing to say".into());
    }
    (verb.text.chars().count() > POLLY_CHARACTERS_MAX)
        .then(|| "13521: <Say> is longer than 3000 characters".into())
}

fn check_value(verb: &Verb, name: &str, value: &str) -> Option<String> {
    let is_number = value.parse::<u32>().is_ok_and(|n| n > 0);
    let fine = match (verb.name.as_str(), name) {
        (_, "input") => value.split(' ').all(|kind| matches!(kind, "speech" | "dtmf")),
        ("Gather", "timeout" | "numDigits" | "maxSpeechTime") | (_, "length" | "maxLength") => is_number,
        (_, "speechTimeout") => is_number || (value == "auto" && verb.attribute("speechModel").is_none()),
        (_, "actionOnEmptyResult" | "profanityFilter" | "bargeIn" | "answerOnBridge") => {
            matches!(value, "true" | "false")
        }
        (_, "method") => matches!(value, "GET" | "POST"),
        (_, "hints") => {
            value.split(',').count() <= 500 && value.split(',').all(|hint| hint.chars().count() <= 100)
        }
        // Bare names here, unlike <Gather> and <Say>.
        ("ConversationRelay", "speechModel") => {
            matches!(
                value,
                "nova-3-general" | "nova-2-general" | "flux" | "flux-general-en" | "telephony" | "long"
            )
        }
        ("ConversationRelay", "voice") => !value.starts_with("Polly.") && !value.starts_with("Google."),
        (
            "ConversationRelay",
            "interruptible" | "welcomeGreetingInterruptible" | "reportInputDuringAgentSpeech",
        ) => {
            matches!(value, "none" | "dtmf" | "speech" | "any")
        }
        ("ConversationRelay", "interruptSensitivity") => matches!(value, "low" | "medium" | "high"),
        (_, "ttsProvider") => matches!(value, "Google" | "Amazon" | "ElevenLabs"),
        (_, "transcriptionProvider") => matches!(value, "Deepgram" | "Google"),
        (
            _,
            "dtmfDetection" | "partialPrompts" | "preemptible" | "ignoreBackchannel" | "applicationReconnect",
        ) => {
            matches!(value, "true" | "false")
        }
        (_, "events") => value.split(' ').all(|event| matches!(event, "speaker-events" | "tokens-played")),
        (_, "speechModel") => is_speech_model(value),
        (_, "language") => is_language(value),
        (_, "voice") => is_british_voice(value),
        _ => true,
    };
    (!fine).then(|| {
        format!(
            "12200: <{}> {name}=\"{}\" is not a value Twilio knows",
            verb.name,
            value.chars().take(60).collect::<String>()
        )
    })
}

fn is_language(value: &str) -> bool {
    value == "multi" || (value.len() == 5 && value.as_bytes()[2] == b'-')
}

fn is_speech_model(value: &str) -> bool {
    let plain = [
        "default",
        "numbers_and_commands",
        "phone_call",
        "experimental_conversations",
        "experimental_utterances",
    ];
    plain.contains(&value) || value.starts_with("googlev2_") || value.starts_with("deepgram_nova-")
}

fn is_british_voice(value: &str) -> bool {
    let polly = ["Amy", "Emma", "Brian"]
        .iter()
        .any(|name| ["", "-Neural", "-Generative"].iter().any(|kind| value == format!("Polly.{name}{kind}")));
    polly
        || value == "Polly.Arthur-Neural"
        || value.starts_with("Google.en-GB-")
        || matches!(value, "man" | "woman" | "alice")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_verbs_with_their_text() {
        let document = parse(r#"<?xml version="1.0"?><Response><Gather input="speech dtmf"><Say>Tom &amp; Ann&#39;s</Say></Gather></Response>"#).unwrap();
        assert_eq!(document.verbs[0].children[0].text, "Tom & Ann's");
        assert!(document.warnings.is_empty(), "{:?}", document.warnings);
    }

    #[test]
    fn tells_what_twilio_would_ignore() {
        for (xml, warning) in [
            ("<Response><Speak>x</Speak></Response>", "<Speak> is not known"),
            (r#"<Response><Say tone="warm">x</Say></Response>"#, "<Say> has no attribute tone"),
            ("<Response><Gather><Dial/></Gather></Response>", "<Dial> cannot stand in <Gather>"),
            (r#"<Response><Gather speechModel="nova-3"/></Response>"#, "speechModel"),
            (
                r#"<Response><Gather speechModel="deepgram_nova-3" speechTimeout="auto"/></Response>"#,
                "speechTimeout",
            ),
            ("<Response><Say></Say></Response>", "13520"),
            (r#"<Response><Say voice="Polly.Ammy">x</Say></Response>"#, "voice"),
        ] {
            let warnings = parse(xml).unwrap().warnings.join("; ");
            assert!(warnings.contains(warning), "{xml}: {warnings}");
        }
    }

    #[test]
    fn refuses_what_twilio_cannot_read() {
        for xml in [
            "",
            "hello",
            "<Response>",
            "<Other/>",
            "<Response/><Response/>",
            "<Response><Say>&nope;</Say></Response>",
        ] {
            assert!(parse(xml).is_err(), "{xml}");
        }
    }
}
