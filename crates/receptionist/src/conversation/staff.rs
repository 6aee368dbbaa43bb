//! Documents for colleagues who are rung: words, and a key to press.

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
            let mut gather = BytesStart::new("Gather");
            let attributes =
                [("input", "dtmf"), ("numDigits", "1"), ("timeout", KEY_WITHIN_S), ("action", action)];
            for attribute in attributes {
                gather.push_attribute(attribute);
            }
            xml.write_event(Event::Start(gather))?;
            write_say(xml, words, &app.settings.voice)?;
            xml.write_event(Event::End(BytesEnd::new("Gather")))?;
        }
        xml.write_event(Event::Empty(BytesStart::new("Hangup")))
    })
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
