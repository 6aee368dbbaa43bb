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
    /// Harmless phrases that contain a dangerous one: a bill, a certificate, a fire door. They are blanked out first, so
    /// that a danger named beside them is still heard. Nothing else talks the detector out of its verdict.
    look_alikes: Vec<String>,
    pub script: String,
}

/// What was found, with the words that gave it away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Emergency {
    pub hazard: String,
    pub evidence: String,
}

static HAZARDS: LazyLock<Vec<Hazard>> = LazyLock::new(|| {
    let mut hazards: Vec<Hazard> = serde_json::from_str(include_str!("../data/triage.json"))
        .expect("data/triage.json is checked by a test");
    // Whole words only: every phrase is looked for with a space on both sides.
    for phrase in
        hazards.iter_mut().flat_map(|hazard| hazard.phrases.iter_mut().chain(&mut hazard.look_alikes))
    {
        *phrase = format!(" {phrase} ");
    }
    hazards
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
        let named = |heard: &str| hazard.phrases.iter().find(|phrase| heard.contains(phrase.as_str()));
        named(&heard)?;
        let left =
            hazard.look_alikes.iter().fold(heard.clone(), |left, phrase| left.replace(phrase.as_str(), "  "));
        let evidence = named(&left)?.trim().to_owned();
        Some(Emergency { hazard: hazard.hazard.clone(), evidence })
    })
}

/// Words as phrases are looked for in them: no marks, and a space at each end, so that whole words are compared.
pub(crate) fn plain(words: &str) -> String {
    let letters = words.to_lowercase().replace(['’', '\''], "");
    let spaced: String = letters.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    format!(" {} ", spaced.split_whitespace().collect::<Vec<_>>().join(" "))
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
            ("we had a gas leak last year and now I can smell gas again", "gas"),
            ("it was faint last week but I can smell gas strongly now", "gas"),
            ("about my gas bill, and there's a smell of gas", "gas"),
            ("I think there's a gas leek", "gas"),
            ("the CO alarm is going off", "carbon_monoxide"),
            ("the carbon monoxide detector is beeping", "carbon_monoxide"),
            ("we're all feeling sick and dizzy", "carbon_monoxide"),
            ("there's a fire in the kitchen", "fire"),
            ("there's fire everywhere", "fire"),
            ("fire", "fire"),
            ("the fire alarm's going off and there's smoke in the hallway", "fire"),
            ("something's burning in the flat downstairs", "fire"),
            ("by the fireplace the curtain is on fire", "fire"),
            ("a pipe has burst, water everywhere", "water"),
            ("water is pouring through my ceiling", "water"),
            ("my flat's flooding", "water"),
            ("there are sparks from the socket", "electrical"),
            ("my husband's collapsed and he isn't breathing", "person_at_risk"),
            ("the ceiling's come down on my mum", "person_at_risk"),
            ("my boyfriend is hitting me", "person_at_risk"),
            ("someone's in my house", "intruder"),
            ("please, it's an emergency", "unclear"),
            ("I can't breathe", "person_at_risk"),
            ("my toddler's locked in the bathroom", "person_at_risk"),
            ("there's a horrible rotten egg smell in the kitchen", "gas"),
            ("the toilet's overflowing and there's sewage everywhere", "sewage"),
            ("the washing machine has leaked through to the flat downstairs", "water"),
            ("my kitchen is flooded", "water"),
        ] {
            assert_eq!(found(words).as_deref(), Some(hazard), "{words}");
        }
    }

    #[test]
    fn look_alikes_are_not_dangers() {
        for words in [
            "I have a question about my gas bill",
            "does it have a gas safety certificate",
            "no I can't smell gas, I just want to know if the hob's gas",
            "is there a carbon monoxide alarm in the flat",
            "is there a fireplace",
            "does the building have a fire escape and fire doors",
            "you must be flooded with enquiries",
            "is it in a flood zone",
            "there are sparks between us",
            "does the block have a fire alarm",
            "my old flat had a fire",
            "I was fired last month so I need somewhere cheaper",
            "I drive an ambulance and I'm looking to rent a one bed",
            "the letting agent before you flooded me with emails",
            "the pipe burst last week and it was fixed",
            "my budget is two thousand but I could burst it for the right place",
            "is there an emergency exit",
            "it's a bit of an emergency, our landlord's selling",
            "I'd like good security, the last one got broken into",
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
