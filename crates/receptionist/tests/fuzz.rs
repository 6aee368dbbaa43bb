//! Whatever comes in at a door, a parser or a page: it is answered or refused in words, nothing panics, nothing hangs, and the next
//! caller is served. Inputs are drawn by proptest and made smaller when one fails; `make fuzz` draws many more (`PROPTEST_CASES`).

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod support;

use std::future::Future;
use std::sync::LazyLock;

use agency::language::{Lexicon, Line, understand};
use agency::phone::PhoneNumber;
use futures_util::SinkExt;
use phone_network::Inbound;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError};
use receptionist::import::{Feed, ImportError, import};
use receptionist::rehearsal::{AGENCY_NUMBER, WHATSAPP_NUMBER};
use serde_json::{Value, json};
use support::{Agency, open_socket, post, relayed, start};
use tokio::runtime::Runtime;
use tokio_tungstenite::tungstenite::Message;

/// Cases of each target, unless `PROPTEST_CASES` says another number.
fn cases(few: u32) -> Config {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok());
    Config { cases: asked.unwrap_or(few), failure_persistence: None, ..Config::default() }
}

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

fn run<T>(work: impl Future<Output = T>) -> T {
    RUNTIME.block_on(work)
}

/// Opened before anything runs on the runtime that opens them.
fn offices() -> (&'static Agency, &'static Agency) {
    (&OFFICE, &RELAYED)
}

/// Of the telephone, in Gather.
static OFFICE: LazyLock<Agency> = LazyLock::new(|| run(start(testkit::sqlite())));
static RELAYED: LazyLock<Agency> = LazyLock::new(|| run(relayed(testkit::sqlite())));

const DOORS: [&str; 21] = [
    "/api/voice/inbound",
    "/api/voice/process-speech",
    "/api/voice/relay-ended",
    "/api/voice/status",
    "/api/voice/recording",
    "/api/voice/dial-ended",
    "/api/voice/whisper",
    "/api/voice/whisper-accept",
    "/api/voice/taken-over",
    "/api/voice/handed-back",
    "/api/voice/marked",
    "/api/voice/hold",
    "/api/voice/hold-key",
    "/api/voice/hold-ended",
    "/api/voice/oncall",
    "/api/voice/oncall-ack",
    "/api/voice/fallback",
    "/api/webhooks/twilio/sms",
    "/api/webhooks/whatsapp",
    "/api/webhooks/twilio/message-status",
    "/api/voice/status?ring=1",
];

const FIELDS: [&str; 28] = [
    "CallSid", "From", "To", "SpeechResult", "Digits", "Confidence", "CallStatus", "CallDuration",
    "Direction", "HandoffData", "SessionStatus", "SessionDuration", "SessionId", "ErrorCode", "ErrorUrl",
    "DialCallStatus", "QueueResult", "QueueTime", "MessageSid", "MessageStatus", "Body", "NumMedia",
    "MediaUrl0", "MediaContentType0", "OptOutType", "ButtonPayload", "ProfileName", "Latitude",
];

/// What people say, what attackers write, and bytes that nobody meant.
fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => ".{0,200}",
        2 => "[a-z ',.]{0,120}",
        2 => prop::sample::select(vec![
            "a two bedroom flat to rent in Maida Vale", "I can smell gas", "yes please", "no", "half three on Tuesday week",
            "two two fifty a month", "oh seven seven double oh nine hundred one two three", "w for whisky nine two q l", "stop",
            "JB-2024-001", "+447700900123", "whatsapp:+447700900123", "completed", "ended", "failed", "1", "99999999999999999999",
            "-1", "1e400", "</Say><Dial>+447700900666</Dial>", "'; DROP TABLE voice_leads; --", "\u{202e}\u{0}\u{feff}", "{{agency}}",
            "{\"say\":\"x\",\"transfer\":null}", "https://169.254.169.254/latest/meta-data", "the thirty second of Octember",
        ]).prop_map(str::to_owned),
        1 => prop::collection::vec(any::<char>(), 0..3000).prop_map(String::from_iter),
    ]
}

fn caller() -> impl Strategy<Value = String> {
    prop_oneof![(300_u32..320).prop_map(|n| format!("+447700900{n}")), words()]
}

fn form() -> impl Strategy<Value = Vec<(String, String)>> {
    let field =
        (prop::sample::select(FIELDS.to_vec()), words()).prop_map(|(name, value)| (name.to_owned(), value));
    (prop::collection::vec(field, 0..8), 0_u8..20, caller()).prop_map(|(mut fields, call, from)| {
        fields.push(("CallSid".to_owned(), format!("CA{call}")));
        fields.push(("MessageSid".to_owned(), format!("SM{call}")));
        fields.push(("From".to_owned(), from));
        fields.push(("To".to_owned(), AGENCY_NUMBER.to_owned()));
        fields
    })
}

/// Served or refused; never our own failure.
fn is_no_failure(status: u16, what: &str) -> Result<(), TestCaseError> {
    prop_assert!((200..500).contains(&status), "{status}: {what}");
    Ok(())
}

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn any_signed_form_at_any_door(door in prop::sample::select(DOORS.to_vec()), query in "[a-z0-9=&%+.-]{0,40}", fields in form()) {
        let joint = if door.contains('?') { '&' } else { '?' };
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let (office, _) = offices();
        let (status, body) = run(post(office, &format!("{door}{joint}{query}"), &fields));
        is_no_failure(status, &body)?;
        if status == 200 && body.starts_with('<') {
            let document = phone_network::parse(&body);
            prop_assert!(document.is_ok(), "{body}");
        }
    }

    #[test]
    fn any_words_in_a_chat(from in 820_u32..840, body in words(), by_whatsapp in any::<bool>(), file in prop::collection::vec(any::<u8>(), 0..400)) {
        let number = format!("+447700900{from}");
        let (from, to) = if by_whatsapp { (format!("whatsapp:{number}"), WHATSAPP_NUMBER) } else { (number, AGENCY_NUMBER) };
        // Looks like a picture at first.
        let picture = [b"\x89PNG\r\n\x1a\n".as_slice(), &file].concat();
        let files = if file.len() > 200 { vec![("image/png", picture)] } else { Vec::new() };
        let (office, _) = offices();
        run(async {
            office.network.write_with(&Inbound { from: &from, to, body: &body, files, ..Inbound::default() }).await;
            office.let_pass(jiff::SignedDuration::from_secs(11));
            office.settle().await.unwrap();
        });
    }

    #[test]
    fn any_message_on_a_relay(messages in prop::collection::vec(relay_message(), 1..6)) {
        let (_, relayed) = offices();
        run(async {
            let call = relayed.network.ring("+447700900841", AGENCY_NUMBER).await.unwrap();
            let url = format!("{}/api/voice/relay", relayed.base_url.replacen("http", "ws", 1));
            let mut stranger = open_socket(&url).await;
            for message in messages {
                if stranger.send(message).await.is_err() {
                    break;
                }
            }
            drop((stranger, call));
        });
    }

    #[test]
    fn any_address_of_a_page(page in prop::sample::select(vec!["homes", "unsubscribe", "documents", "brochures", "api/v1/calls", "assets"]), token in "[^/?#\\\\]{0,60}") {
        let (office, _) = offices();
        let url = format!("{}/{page}/{token}", office.base_url);
        let status = run(async { reqwest::get(url).await.map(|response| response.status().as_u16()) });
        is_no_failure(status.unwrap_or(404), page)?;
    }

    #[test]
    fn any_json_at_the_sign_in(value in json_value()) {
        let (office, _) = offices();
        let url = format!("{}/api/v1/session", office.base_url);
        let status = run(async { reqwest::Client::new().post(url).json(&value).send().await.unwrap().status().as_u16() });
        is_no_failure(status, "session")?;
    }

    #[test]
    fn any_file_of_homes(text in feed(), is_blm in any::<bool>()) {
        let feed = if is_blm { Feed::Blm(text.as_bytes()) } else { Feed::Csv(text.as_bytes()) };
        let (office, _) = offices();
        let outcome = run(import(&office.app, &feed, true));
        prop_assert!(!matches!(outcome, Err(ImportError::Store(_))), "{outcome:?}");
    }
}

proptest! {
    #![proptest_config(cases(1500))]

    #[test]
    fn any_sentence_is_understood_or_not(text in words(), alternatives in prop::collection::vec(words(), 0..3), expecting in any::<prop::sample::Index>()) {
        let all: Vec<Value> = ["date", "time", "slot", "name", "phone", "email", "postcode", "address", "area", "property", "money", "bedrooms", "bathrooms", "yes_no", "choice"].map(|word| json!(word)).into();
        let line = json!({"text": text, "alternatives": alternatives, "expecting": expecting.get(&all)});
        let line: Line = serde_json::from_value(line).unwrap();
        let heard = understand(&line, &Lexicon::default(), support::monday());
        prop_assert!(serde_json::to_string(&heard).is_ok());
    }

    #[test]
    fn any_number_is_one_or_none(text in words()) {
        if let Ok(number) = PhoneNumber::parse(&text) {
            prop_assert_eq!(PhoneNumber::parse(number.as_str()), Ok(number.clone()));
            prop_assert!(!number.national().is_empty());
        }
    }
}

fn relay_message() -> impl Strategy<Value = Message> {
    let kinds = vec!["setup", "prompt", "interrupt", "dtmf", "info", "error", "nothing"];
    prop_oneof![
        (prop::sample::select(kinds), words(), any::<bool>()).prop_map(|(kind, text, last)| {
            let message = json!({
                "type": kind, "voicePrompt": text, "last": last, "digit": text, "utteranceUntilInterrupt": text, "callSid": text,
                "sessionId": "VX1", "customParameters": {"token": text}, "description": text,
            });
            Message::text(message.to_string())
        }),
        words().prop_map(Message::text),
        prop::collection::vec(any::<u8>(), 0..500).prop_map(Message::binary),
    ]
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        words().prop_map(Value::from)
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        let names = prop_oneof![
            Just("email".to_owned()),
            Just("password".to_owned()),
            Just("figure".to_owned()),
            "[a-z]{1,6}"
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((names, inner), 0..6)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

fn feed() -> impl Strategy<Value = String> {
    let csv = "reference,listing_type,status,address_line1,area,postcode,bedrooms,bathrooms,property_type,price,rent_period\n";
    let blm = "#HEADER#\nVERSION : 3\nEOF : '^'\nEOR : '~'\n#DEFINITION#\nAGENT_REF^ADDRESS_1^POSTCODE1^POSTCODE2^PRICE^STATUS_ID^~\n#DATA#\n";
    (prop::sample::select(vec![csv, blm, ""]), words(), "[-A-Z0-9,^~#|\n '\".]{0,300}")
        .prop_map(|(head, words, rest)| format!("{head}{words}{rest}"))
}
