//! What the app waits for.

use crate::twiml::Verb;

/// The open `<Gather>`, `<Record>` or `<ConversationRelay>`.
#[derive(Clone, Debug)]
pub struct Listening {
    pub(crate) verb: Verb,
}

impl Listening {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.verb.attribute(name)
    }

    pub fn is_relay(&self) -> bool {
        self.verb.name == "ConversationRelay"
    }

    pub(crate) fn takes(&self, kind: &str) -> bool {
        self.verb.name == "Record"
            || self.is_relay()
            || self.attribute("input").unwrap_or("dtmf").split(' ').any(|input| input == kind)
    }
}
