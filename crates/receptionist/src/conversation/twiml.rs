//! Effects as TwiML (twilio.com/docs/voice/twiml). Attributes are spelled as Twilio serialises them; an unknown one
//! would be ignored in silence.

use agency::conversation::Effect;
use agency::language::Expecting;
use agency::tools::hand_off::Transfer;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use crate::app::Words;
use crate::settings::{Settings, TransferOrder, Voice};

/// What a document needs besides the effects.
pub(super) struct Document<'a> {
    pub(super) settings: &'a Settings,
    pub(super) line: Line,
    pub(super) words: Option<&'a Words>,
    /// The turn that the next `<Gather>` result will be.
    pub(super) next_turn: u32,
    /// How often in a row this turn could not be kept.
    pub(super) times_lost: u32,
    /// The first document of a call that is recorded.
    pub(super) begins_recording: bool,
}

impl<'a> Document<'a> {
    /// What needs no database.
    pub(super) fn bare(settings: &'a Settings) -> Self {
        Self {
            settings,
            line: Line::Gather,
            words: None,
            next_turn: 0,
            times_lost: 0,
            begins_recording: false,
        }
    }
}

/// How the caller is listened to.
pub(super) enum Line {
    Gather,
    /// The token shows the socket that it belongs to this call.
    Relay {
        token: String,
    },
}

impl Line {
    fn name(&self) -> &'static str {
        match self {
            Self::Gather => "gather",
            Self::Relay { .. } => "relay",
        }
    }
}

/// Writes the document. What is said before listening stands inside the `<Gather>`, so that the caller can speak over
/// it; safety words stand before it and are said whole.
pub(super) fn render(effects: &[Effect], document: &Document) -> String {
    let mut xml = Writer::new(Vec::new());
    let listening = effects.iter().find_map(|effect| match effect {
        Effect::Listen { expecting } => Some(*expecting),
        _ => None,
    });
    let written = response(&mut xml, |xml| write(xml, effects, listening, document));
    debug_assert!(written.is_ok(), "writing to memory does not fail");
    String::from_utf8(xml.into_inner()).unwrap_or_default()
}

pub(super) type Xml = Writer<Vec<u8>>;

/// The document around what is written.
pub(super) fn response(
    xml: &mut Xml,
    write: impl FnOnce(&mut Xml) -> std::io::Result<()>,
) -> std::io::Result<()> {
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    xml.write_event(Event::Start(BytesStart::new("Response")))?;
    write(xml)?;
    xml.write_event(Event::End(BytesEnd::new("Response")))
}

fn write(
    xml: &mut Xml,
    effects: &[Effect],
    listening: Option<Expecting>,
    document: &Document,
) -> std::io::Result<()> {
    if document.begins_recording {
        start_recording(xml, document.settings)?;
    }
    for effect in effects {
        if let Effect::Warn { words } = effect {
            say(xml, words, &document.settings.voice)?;
        }
    }
    if let Some(transfer) = effects.iter().find_map(transfer_of) {
        say_all(xml, effects, document)?;
        return dial(xml, transfer, document.settings, document.line.name());
    }
    match (listening, &document.line) {
        (Some(_), Line::Relay { token }) => connect(xml, effects, token, document)?,
        (Some(expecting), Line::Gather) => {
            xml.write_event(Event::Start(gather(expecting, document)))?;
            say_all(xml, effects, document)?;
            xml.write_event(Event::End(BytesEnd::new("Gather")))?;
        }
        (None, _) => {
            say_all(xml, effects, document)?;
            xml.write_event(Event::Empty(BytesStart::new("Hangup")))?;
        }
    }
    Ok(())
}

/// It goes on over all that follows (twilio.com/docs/voice/twiml/recording); the callback must be absolute.
fn start_recording(xml: &mut Xml, settings: &Settings) -> std::io::Result<()> {
    let told_at = format!("{}/api/voice/recording", settings.server.base_url.trim_end_matches('/'));
    let mut recording = BytesStart::new("Recording");
    recording.push_attribute(("recordingStatusCallback", told_at.as_str()));
    recording.push_attribute(("channels", "dual"));
    xml.write_event(Event::Start(BytesStart::new("Start")))?;
    xml.write_event(Event::Empty(recording))?;
    xml.write_event(Event::End(BytesEnd::new("Start")))
}

fn transfer_of(effect: &Effect) -> Option<&Transfer> {
    match effect {
        Effect::Transfer { transfer } => Some(transfer),
        _ => None,
    }
}

/// All callers who hold are in one queue of Twilio's; whose turn it is, is for us to say (`intake/hold.rs`).
const QUEUE: &str = "callers";

fn enqueue(xml: &mut Xml, transfer: &str, line: &str) -> std::io::Result<()> {
    let action = format!("/api/voice/hold-ended?transfer={transfer}&line={line}");
    let wait = format!("/api/voice/hold?transfer={transfer}");
    let mut start = BytesStart::new("Enqueue");
    start.push_attribute(("action", action.as_str()));
    start.push_attribute(("waitUrl", wait.as_str()));
    xml.write_event(Event::Start(start))?;
    xml.write_event(Event::Text(BytesText::new(QUEUE)))?;
    xml.write_event(Event::End(BytesEnd::new("Enqueue")))
}

/// Rings colleagues, who hear who it is and press a key before they are joined, or lets the caller hold until one is free.
/// `line` says how to go on if nobody takes it.
fn dial(xml: &mut Xml, transfer: &Transfer, settings: &Settings, line: &str) -> std::io::Result<()> {
    if transfer.people.is_empty() {
        return enqueue(xml, &transfer.id, line);
    }
    let rings = settings.transfer.rings_s.to_string();
    let in_order = settings.transfer.order == TransferOrder::InOrder;
    let action = format!("/api/voice/dial-ended?transfer={}&line={line}", transfer.id);
    let mut start = BytesStart::new("Dial");
    let attributes = [
        ("answerOnBridge", "true"),
        ("timeout", rings.as_str()),
        ("sequential", if in_order { "true" } else { "false" }),
        ("action", &action),
    ];
    for attribute in attributes {
        start.push_attribute(attribute);
    }
    xml.write_event(Event::Start(start))?;
    for (user, phone) in &transfer.people {
        let mut number = BytesStart::new("Number");
        let whisper = format!("/api/voice/whisper?transfer={}&user={}", transfer.id, user.0);
        number.push_attribute(("url", whisper.as_str()));
        xml.write_event(Event::Start(number))?;
        xml.write_event(Event::Text(BytesText::new(phone.as_str())))?;
        xml.write_event(Event::End(BytesEnd::new("Number")))?;
    }
    xml.write_event(Event::End(BytesEnd::new("Dial")))
}

/// The last words, and the call put through.
pub(crate) fn put_through(words: &str, transfer: &Transfer, settings: &Settings, line: &str) -> String {
    let mut xml = Writer::new(Vec::new());
    let written = response(&mut xml, |xml| {
        say(xml, words, &settings.voice)?;
        dial(xml, transfer, settings, line)
    });
    debug_assert!(written.is_ok(), "writing to memory does not fail");
    String::from_utf8(xml.into_inner()).unwrap_or_default()
}

fn say_all(xml: &mut Xml, effects: &[Effect], document: &Document) -> std::io::Result<()> {
    for effect in effects {
        if let Effect::Say { words } = effect {
            say(xml, words, &document.settings.voice)?;
        }
    }
    Ok(())
}

/// ConversationRelay, with every attribute written out: the defaults have changed before. A socket that fails ends at the
/// action, never in a dropped call.
fn connect(xml: &mut Xml, effects: &[Effect], token: &str, document: &Document) -> std::io::Result<()> {
    let (voice, relay) = (&document.settings.voice, &document.settings.relay);
    let base = document.settings.server.base_url.trim_end_matches('/');
    let url = format!("{}/api/voice/relay", base.replacen("http", "ws", 1));
    let greeting = super::talk::said(effects);
    let hints = hints(document.words);
    let mut connect = BytesStart::new("Connect");
    connect.push_attribute(("action", "/api/voice/relay-ended"));
    xml.write_event(Event::Start(connect))?;
    let mut start = BytesStart::new("ConversationRelay");
    let attributes = [
        ("url", url.as_str()),
        ("welcomeGreeting", &greeting),
        ("welcomeGreetingInterruptible", "any"),
        ("language", &voice.language),
        ("ttsLanguage", &voice.language),
        ("transcriptionLanguage", &voice.language),
        ("ttsProvider", &relay.tts_provider),
        ("voice", &relay.voice),
        ("transcriptionProvider", &relay.transcription_provider),
        ("speechModel", &relay.speech_model),
        ("interruptible", "any"),
        ("interruptSensitivity", &relay.interrupt_sensitivity),
        ("dtmfDetection", "true"),
        ("reportInputDuringAgentSpeech", "any"),
        ("preemptible", "false"),
        ("partialPrompts", "true"),
        ("hints", &hints),
        ("profanityFilter", "false"),
        ("ignoreBackchannel", "false"),
        ("events", "speaker-events tokens-played"),
        ("applicationReconnect", "true"),
    ];
    for attribute in attributes.into_iter().filter(|(_, value)| !value.is_empty()) {
        start.push_attribute(attribute);
    }
    xml.write_event(Event::Start(start))?;
    let mut parameter = BytesStart::new("Parameter");
    parameter.push_attribute(("name", "token"));
    parameter.push_attribute(("value", token));
    xml.write_event(Event::Empty(parameter))?;
    xml.write_event(Event::End(BytesEnd::new("ConversationRelay")))?;
    xml.write_event(Event::End(BytesEnd::new("Connect")))
}

/// A Polly voice takes 3,000 characters at once (Twilio, warning 13521). The text is escaped, so nothing in it is SSML.
const SAY_MAX: usize = 3_000;

pub(super) fn say(xml: &mut Xml, words: &str, voice: &Voice) -> std::io::Result<()> {
    for piece in agency::speech::pieces(words, SAY_MAX) {
        let mut start = BytesStart::new("Say");
        start.push_attribute(("voice", voice.say_voice.as_str()));
        start.push_attribute(("language", voice.language.as_str()));
        xml.write_event(Event::Start(start))?;
        xml.write_event(Event::Text(BytesText::new(piece)))?;
        xml.write_event(Event::End(BytesEnd::new("Say")))?;
    }
    Ok(())
}

fn gather(expecting: Expecting, document: &Document) -> BytesStart<'static> {
    let voice = &document.settings.voice;
    let mut start = BytesStart::new("Gather");
    let lost = if document.times_lost > 0 { format!("&lost={}", document.times_lost) } else { String::new() };
    let action = format!("/api/voice/process-speech?turn={}{lost}", document.next_turn);
    let (silence, speech_end) = (voice.silence_s.to_string(), voice.speech_end_s.to_string());
    let hints = hints(document.words);
    let attributes = [
        ("input", "speech dtmf"),
        ("action", &action),
        ("method", "POST"),
        ("timeout", &silence),
        ("speechTimeout", &speech_end),
        ("speechModel", &voice.speech_model),
        ("language", &voice.language),
        ("actionOnEmptyResult", "true"),
        ("profanityFilter", "false"),
        ("finishOnKey", "#"),
        ("hints", &hints),
    ];
    for attribute in attributes {
        if !attribute.1.is_empty() {
            start.push_attribute(attribute);
        }
    }
    if let Some(keys) = keys_wanted(expecting) {
        start.push_attribute(("numDigits", keys));
    }
    start
}

/// One key where one will do; a number ends with `#` or a pause.
fn keys_wanted(expecting: Expecting) -> Option<&'static str> {
    match expecting {
        Expecting::Phone | Expecting::Money => None,
        _ => Some("1"),
    }
}

/// Streets, areas and people, as Twilio takes them: at most 500, each at most 100 characters.
fn hints(words: Option<&Words>) -> String {
    const HINTS_MAX: usize = 500;
    const HINT_CHARACTERS_MAX: usize = 100;
    let Some(words) = words else { return String::new() };
    let areas = words.lexicon.areas().filter_map(|area| area.name.as_deref());
    let streets = words.lexicon.streets();
    let staff = words.staff.iter().map(|person| person.name.as_str());
    let mut all: Vec<&str> = areas
        .chain(staff)
        .chain(streets)
        .filter(|hint| !hint.contains(',') && !hint.is_empty() && hint.chars().count() <= HINT_CHARACTERS_MAX)
        .take(HINTS_MAX)
        .collect();
    all.dedup();
    all.join(",")
}
