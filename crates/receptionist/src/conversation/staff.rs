//! Documents for colleagues who are rung, and for callers who hold: words, and a key to press.

use quick_xml::Writer;
use quick_xml::events::{BytesEnd, BytesStart, Event};

use super::twiml::{Xml, response, say as write_say};
use crate::app::App;

/// How long a key is waited for.
const KEY_WITHIN_S: &str = "6";

/// Says it and hangs up.
pub(crate) fn say(app: &App, words: &str) -> String {
    document(|xml| {
        write_say(xml, words, &app.settings.voice)?;
        xml.write_event(Event::Empty(BytesStart::new("Hangup")))
    })
}

/// Says it and waits for one key; asks once more, and hangs up.
pub(crate) fn ask_key(app: &App, words: &str, again: &str, action: &str) -> String {
    document(|xml| {
        for words in [words, again] {
            key(xml, app, words, (KEY_WITHIN_S, action))?;
        }
        xml.write_event(Event::Empty(BytesStart::new("Hangup")))
    })
}

/// How often somebody who holds hears a word.
const HOLD_WORD_EVERY_S: &str = "20";

/// Says it and goes on holding; Twilio asks again when the document is over.
pub(crate) fn hold(app: &App, words: &str, action: &str) -> String {
    document(|xml| key(xml, app, words, (HOLD_WORD_EVERY_S, action)))
}

/// Holds in silence for a moment.
pub(crate) fn pause() -> String {
    document(|xml| {
        let mut pause = BytesStart::new("Pause");
        pause.push_attribute(("length", "5"));
        xml.write_event(Event::Empty(pause))
    })
}

/// Holds no longer: Twilio asks the action of the queue how to go on.
pub(crate) fn leave() -> String {
    document(|xml| xml.write_event(Event::Empty(BytesStart::new("Leave"))))
}

fn key(xml: &mut Xml, app: &App, words: &str, (within_s, action): (&str, &str)) -> std::io::Result<()> {
    let mut gather = BytesStart::new("Gather");
    for attribute in [("input", "dtmf"), ("numDigits", "1"), ("timeout", within_s), ("action", action)] {
        gather.push_attribute(attribute);
    }
    xml.write_event(Event::Start(gather))?;
    write_say(xml, words, &app.settings.voice)?;
    xml.write_event(Event::End(BytesEnd::new("Gather")))
}

/// The call is over.
pub(crate) fn hang_up() -> String {
    document(|xml| xml.write_event(Event::Empty(BytesStart::new("Hangup"))))
}

/// Nothing more is to be done: whoever was rung and whoever rang are joined.
pub(crate) fn nothing() -> String {
    document(|_| Ok(()))
}

fn document(write: impl FnOnce(&mut Xml) -> std::io::Result<()>) -> String {
    let mut xml = Writer::new(Vec::new());
    let written = response(&mut xml, write);
    debug_assert!(written.is_ok(), "writing to memory does not fail");
    String::from_utf8(xml.into_inner()).unwrap_or_default()
}
