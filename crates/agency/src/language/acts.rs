//! What a caller does with words besides telling facts.

use super::tokens::Tokens;
use crate::crm::vocabulary;

vocabulary! {
    /// The acts of `spec.md` §3, as far as the conversation answers to them.
    Act {
        Affirm = "affirm", Deny = "deny", Repeat = "repeat", HandOff = "hand_off", Goodbye = "goodbye",
        Thanks = "thanks", DontKnow = "dont_know", Wait = "wait", AreYouHuman = "are_you_human",
        Unsure = "unsure", PlainYes = "plain_yes", AsksFact = "asks_fact",
        More = "more", Details = "details",
    }
}

/// Phrases anywhere in the turn. Short words that may be part of a name stand in `WHOLE_TURN` instead.
const PHRASES: &[(Act, &[&str])] = &[
    (
        Act::Affirm,
        &[
            "yes",
            "yeah",
            "yep",
            "yup",
            "thats right",
            "thats correct",
            "thats fine",
            "sounds good",
            "go ahead",
            "please do",
            "of course",
            "absolutely",
            "definitely",
            "perfect",
            "that works",
            "that would be great",
            "lovely",
            "book it",
            "sure",
            "correct",
            "brilliant",
            "go on then",
            "smashing",
            "wonderful",
            "see why not",
            "go for it",
            "aye",
            "thatd be grand",
            "suppose so",
            "alright then",
        ],
    ),
    (
        Act::Deny,
        &[
            "no",
            "nope",
            "nah",
            "not really",
            "thats wrong",
            "thats not right",
            "incorrect",
            "dont",
            "not that one",
            "rather not",
            "never mind",
            "forget it",
            "leave it",
            "just text",
        ],
    ),
    (
        Act::Repeat,
        &[
            "say that again",
            "repeat that",
            "repeat",
            "pardon",
            "come again",
            "didnt catch that",
            "didnt hear",
            "what was that",
            "one more time",
        ],
    ),
    (
        Act::HandOff,
        &[
            "speak to a person",
            "speak to someone",
            "speak to somebody",
            "talk to a person",
            "talk to someone",
            "talk to somebody",
            "real person",
            "human being",
            "a human",
            "speak to an agent",
            "put me through",
            "speak to the manager",
            "speak to your manager",
            "speak to a manager",
            "call me back",
            "ring me back",
            "leave a message",
            "take a message",
            "someone real",
            "transfer me",
            "complaint",
            "complain",
            "delete my data",
            "delete all my data",
            "data protection",
            "gdpr",
            "stop texting",
            "off your list",
            "speak to the office",
            "speak with someone",
            "speak to one of",
        ],
    ),
    (
        Act::Goodbye,
        &[
            "goodbye",
            "bye",
            "thats all",
            "thats everything",
            "nothing else",
            "im done",
            "thats it thanks",
            "have a good day",
            "cheerio",
        ],
    ),
    (Act::Thanks, &["thank you", "thanks", "cheers", "ta"]),
    (
        Act::DontKnow,
        &[
            "dont know",
            "not sure",
            "no idea",
            "dont mind",
            "fussy",
            "any of them",
            "doesnt matter",
            "no preference",
            "anything",
            "wherever",
            "whatever",
            "im easy",
            "either",
            "im flexible",
            "not fussy",
        ],
    ),
    (
        Act::Wait,
        &[
            "hold on",
            "hang on",
            "one moment",
            "one second",
            "just a moment",
            "just a second",
            "bear with me",
            "wait a minute",
        ],
    ),
    (
        Act::AreYouHuman,
        &[
            "are you a robot",
            "are you human",
            "are you real",
            "are you a real person",
            "am i talking to a machine",
            "is this a robot",
            "are you a machine",
            "are you ai",
            "is this a recording",
        ],
    ),
    (
        Act::More,
        &[
            "any others",
            "anything else",
            "any more",
            "something else",
            "what else",
            "other options",
            "none of those",
            "neither",
            "none of them",
            "different one",
        ],
    ),
    (
        Act::AsksFact,
        &[
            "pets",
            "pet",
            "my dog",
            "my cat",
            "parking",
            "deposit",
            "whats the address",
            "the full address",
            "bills",
            "service charge",
            "council tax",
            "how long is the lease",
            "smoking",
        ],
    ),
    (
        Act::Details,
        &[
            "tell me more",
            "more about",
            "more details",
            "more information",
            "what about",
            "describe",
            "hear more",
            "know more",
        ],
    ),
];

const WHOLE_TURN: &[(Act, &[&str])] = &[
    (Act::DontKnow, &["any", "any price", "no limit", "no budget", "dunno", "pass"]),
    (
        Act::Affirm,
        &[
            "ok",
            "okay",
            "right",
            "fine",
            "good",
            "great",
            "yes please",
            "please",
            "alright",
            "mm hmm",
            "uh huh",
        ],
    ),
    (Act::Repeat, &["sorry", "what", "eh", "sorry what"]),
    (Act::HandOff, &["agent", "person", "human", "operator"]),
    (Act::Goodbye, &["thats it", "no thanks", "no thank you", "no thats it"]),
];

/// Words that turn what they stand beside into its opposite.
const NEGATIONS: &[&str] =
    &["no", "not", "nope", "nah", "dont", "isnt", "never", "wrong", "incorrect", "didnt", "wont", "doesnt"];
/// Words that keep a yes from being one.
const RESERVATIONS: &[&str] = &[
    "but",
    "wait",
    "hang on",
    "hold on",
    "are you sure",
    "not sure",
    "unsure",
    "actually",
    "instead",
    "except",
    "before you",
    "maybe",
    "rather",
];

pub(super) fn acts(tokens: &Tokens) -> Vec<Act> {
    let said = PHRASES.iter().filter(|(_, phrases)| tokens.has_any(phrases));
    let whole = WHOLE_TURN.iter().filter(|(_, phrases)| tokens.is_exactly_one_of(phrases));
    let mut acts: Vec<Act> = said.chain(whole).map(|(act, _)| *act).collect();
    acts.dedup();
    settle_yes_and_no(tokens, &mut acts);
    if acts.contains(&Act::Affirm) && tokens.0.iter().all(|word| PLAIN_YES.contains(&word.as_str())) {
        acts.push(Act::PlainYes);
    }
    acts
}

/// A booking is made on these words and no others: whoever adds "if it has a garden" is asked again.
const PLAIN_YES: &[&str] = &[
    "yes",
    "yeah",
    "yep",
    "yup",
    "aye",
    "please",
    "ok",
    "okay",
    "thats",
    "that",
    "right",
    "correct",
    "fine",
    "lovely",
    "perfect",
    "great",
    "brilliant",
    "smashing",
    "wonderful",
    "excellent",
    "good",
    "sure",
    "absolutely",
    "definitely",
    "of",
    "course",
    "go",
    "ahead",
    "on",
    "then",
    "for",
    "it",
    "book",
    "do",
    "sounds",
    "thank",
    "you",
    "thanks",
    "ta",
    "alright",
    "works",
    "is",
    "would",
    "be",
    "cheers",
    "the",
    "viewing",
    "all",
    "thatd",
    "grand",
    "mm",
    "hmm",
    "uh",
    "huh",
    "um",
    "er",
    "oh",
    "well",
    "me",
    "lets",
];

/// A yes with a negation or a reservation in it is not a plain yes: nothing may be booked on it.
fn settle_yes_and_no(tokens: &Tokens, acts: &mut Vec<Act>) {
    // "I don't see why not" is a yes of sorts: not a no, and nothing to book on.
    let negated = tokens.has_any(NEGATIONS) && !tokens.has("see why not");
    if acts.contains(&Act::DontKnow) || tokens.has("see why not") {
        // "I don't mind" denies nothing.
        acts.retain(|act| *act != Act::Deny);
    } else if negated && !matches!(tokens.get(0), "yes" | "yeah" | "yep") {
        acts.retain(|act| *act != Act::Affirm);
        if !acts.contains(&Act::Deny) && !acts.contains(&Act::Repeat) {
            acts.push(Act::Deny);
        }
    } else if negated {
        acts.retain(|act| *act != Act::Deny);
        acts.push(Act::Unsure);
    }
    if tokens.has_any(RESERVATIONS) && !acts.contains(&Act::Unsure) {
        acts.push(Act::Unsure);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acts_are_heard_in_ordinary_words() {
        for (text, act) in [
            ("Yes, that's right", Act::Affirm),
            ("no that's wrong", Act::Deny),
            ("Sorry?", Act::Repeat),
            ("Can I speak to someone please", Act::HandOff),
            ("That's all, bye", Act::Goodbye),
            ("I don't mind", Act::DontKnow),
            ("are you a robot", Act::AreYouHuman),
        ] {
            assert!(acts(&Tokens::of(text)).contains(&act), "{text}");
        }
    }

    /// Everything a caller said who did not want the booking, and got it (found by ringing).
    #[test]
    fn a_refusal_with_a_friendly_word_in_it_is_no_yes() {
        for text in [
            "absolutely not",
            "definitely not",
            "of course not",
            "please don't book it",
            "yes I said don't book it",
            "I said don't go ahead",
            "book it? no!",
            "yeah nah",
            "yeah no, leave it",
            "that isn't correct",
            "I'm not sure",
            "are you sure that's right?",
            "yes but not that day",
            "yes but it's Robert Jones",
            "yeah hang on, wait a minute",
            "yes please but with my husband's number",
            "perfect if it has a garden",
            "yes I suppose that depends on the parking",
            "I would say yes if it had parking",
            "sure, once I've spoken to my partner",
            "lovely, I'll think it over",
            "yes that's what I asked for but I've changed my mind",
            "hm, I don't see why not",
        ] {
            assert!(!acts(&Tokens::of(text)).contains(&Act::PlainYes), "{text}");
        }
        for text in [
            "yes",
            "yes please",
            "go on then",
            "go for it",
            "aye",
            "yep perfect ta",
            "that's fine",
            "yes, please book it",
            "smashing",
            "yes that's right, thank you",
            "yeah go ahead",
            "that would be great",
        ] {
            assert!(acts(&Tokens::of(text)).contains(&Act::PlainYes), "{text}");
        }
    }

    #[test]
    fn yes_and_no_exclude_each_other() {
        assert_eq!(acts(&Tokens::of("no, that's fine")), [Act::Deny]);
        assert_eq!(acts(&Tokens::of("yes I don't see why not")), [Act::Affirm]);
        assert!(!acts(&Tokens::of("I don't mind")).contains(&Act::Deny));
    }
}
