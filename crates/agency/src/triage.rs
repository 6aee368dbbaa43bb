//! The emergency floor: a fixed phrase detector that runs on every turn before anything else and cannot be talked
//! out of its verdict. Its words are data (`data/triage.json`), the safety scripts among them: no database, no
//! network, no model is needed to speak them.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// One danger to life or home, and what to say at once.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hazard {
    pub hazard: String,
    /// The caller must not be held on the line: they are told to hang up and are called back.
    pub ends_call: bool,
    phrases: Vec<String>,
    /// Words that show a look-alike: a bill, a certificate, last week.
    unless: Vec<String>,
    pub script: String,
}

/// What was found, with the words that gave it away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Emergency {
    pub hazard: String,
    pub evidence: String,
}

static HAZARDS: LazyLock<Vec<Hazard>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../data/triage.json")).expect("data/triage.json is checked by a test")
});

/// Looks through every transcript of a turn; one that names a danger is enough.
pub fn triage(alternatives: &[String]) -> Option<Emergency> {
    alternatives.iter().find_map(|words| in_words(words))
}

pub fn hazard(name: &str) -> Option<&'static Hazard> {
    HAZARDS.iter().find(|hazard| hazard.hazard == name)
}

fn in_words(words: &str) -> Option<Emergency> {
    let heard = plain(words);
    HAZARDS.iter().find_map(|hazard| {
        let evidence = hazard.phrases.iter().find(|phrase| contains(&heard, phrase))?;
        let is_look_alike = hazard.unless.iter().any(|phrase| contains(&heard, phrase));
        (!is_look_alike).then(|| Emergency { hazard: hazard.hazard.clone(), evidence: evidence.clone() })
    })
}

fn plain(words: &str) -> String {
    let letters = words.to_lowercase().replace(['’', '\''], "");
    let spaced: String = letters.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    format!(" {} ", spaced.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn contains(heard: &str, phrase: &str) -> bool {
    heard.contains(&format!(" {phrase} "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(words: &str) -> Option<String> {
        triage(&[words.to_owned()]).map(|emergency| emergency.hazard)
    }

    #[test]
    fn dangers_are_heard() {
        for (words, hazard) in [
            ("I can smell gas in the hall", "gas"),
            ("It stinks of gas in here!", "gas"),
            ("the CO alarm is going off", "carbon_monoxide"),
            ("there's a fire in the kitchen", "fire"),
            ("a pipe has burst, water everywhere", "water"),
            ("there are sparks from the socket", "electrical"),
        ] {
            assert_eq!(found(words).as_deref(), Some(hazard), "{words}");
        }
    }

    #[test]
    fn look_alikes_are_not_dangers() {
        for words in [
            "I have a question about my gas bill",
            "does it have a gas safety certificate",
            "is there a fireplace",
            "you must be flooded with enquiries",
            "a two bed flat in Maida Vale",
        ] {
            assert_eq!(found(words), None, "{words}");
        }
    }

    #[test]
    fn any_transcript_is_enough() {
        let alternatives = ["I can smell cars".to_owned(), "I can smell gas".to_owned()];
        assert_eq!(triage(&alternatives).unwrap().hazard, "gas");
    }
}
