//! What a caller does with words besides telling facts. The phrases are data (`data/acts.json`).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::phrases::PhraseBook;
use super::tokens::Tokens;
use crate::crm::vocabulary;

vocabulary! {
    /// The acts of `spec.md` §3, and after them those that only the conversation answers to.
    Act {
        Affirm = "affirm", Deny = "deny", Cancel = "cancel", Change = "change", Repeat = "repeat", HandOff = "hand_off",
        Goodbye = "goodbye", Thanks = "thanks", Greeting = "greeting", Wait = "wait", DontKnow = "dont_know",
        Correction = "correction", OptOut = "opt_out", DataRequest = "data_request", Complaint = "complaint",
        AreYouHuman = "are_you_human",
        Unsure = "unsure", PlainYes = "plain_yes", More = "more", Details = "details", Both = "both", Abuse = "abuse",
        SeeThem = "see_them", Asks = "asks", ByEmail = "by_email", ByText = "by_text",
        WrongNumber = "wrong_number",
        AsksWho = "asks_who",
        KeepPosted = "keep_posted",
        StopRecording = "stop_recording",
    }
}

impl Act {
    /// Whether `understand` tells it: those of the contract stand first.
    pub fn is_public(self) -> bool {
        self <= Self::AreYouHuman
    }
}

#[derive(Deserialize)]
struct Phrases {
    anywhere: BTreeMap<Act, Vec<String>>,
    whole: BTreeMap<Act, Vec<String>>,
}

struct Books {
    anywhere: PhraseBook<Act>,
    /// Short words that may be part of something else: only when they are all that was said.
    whole: PhraseBook<Act>,
}

static BOOKS: LazyLock<Books> = LazyLock::new(|| {
    let phrases: Phrases = serde_json::from_str(include_str!("../../data/acts.json"))
        .expect("data/acts.json is checked by a test");
    let book = |by_act: &BTreeMap<Act, Vec<String>>| {
        PhraseBook::new(by_act.iter().flat_map(|(act, all)| all.iter().map(|phrase| (*act, phrase.as_str()))))
    };
    Books { anywhere: book(&phrases.anywhere), whole: book(&phrases.whole) }
});

/// Words that turn what they stand beside into its opposite.
const NEGATIONS: &[&str] = &[
    "no", "not", "nope", "nah", "dont", "isnt", "never", "wrong", "incorrect", "didnt", "wont", "doesnt",
    "naw", "cant",
];
/// Words that keep a yes from being one.
const RESERVATIONS: &[&str] = &[
    "but", "wait", "hang on", "hold on", "are you sure", "not sure", "unsure", "actually", "instead",
    "except", "before you", "maybe", "rather",
];
/// A booking is made on these words and no others: whoever adds "if it has a garden" is asked again.
const PLAIN_YES: &[&str] = &[
    "yes", "yeah", "yep", "yup", "aye", "please", "ok", "okay", "thats", "that", "right", "correct", "fine",
    "lovely", "perfect", "great", "brilliant", "smashing", "wonderful", "excellent", "good", "sure",
    "absolutely", "definitely", "of", "course", "go", "ahead", "on", "then", "for", "it", "book", "do",
    "sounds", "thank", "you", "thanks", "ta", "alright", "works", "is", "would", "be", "cheers", "the",
    "viewing", "all", "thatd", "grand", "mm", "hmm", "uh", "huh", "oh", "well", "me", "lets", "them", "both",
    "cancel", "move", "safe", "mate", "love", "pal", "sound", "deal", "cool", "champion", "kindly",
    "confirm", "better", "dear", "maam", "sir", "nice", "one", "certainly", "indeed", "exactly",
];

pub(super) fn acts(tokens: &Tokens) -> Vec<Act> {
    let said = BOOKS.anywhere.find(tokens).into_iter().map(|(act, _)| act);
    let mut acts: Vec<Act> = said.chain(BOOKS.whole.whole(tokens)).collect();
    if tokens.corrected().is_some() {
        acts.push(Act::Correction);
    }
    acts.sort();
    acts.dedup();
    // "What do you hold on me" asks nobody to hold on.
    if acts.contains(&Act::DataRequest) {
        acts.retain(|act| *act != Act::Wait);
    }
    settle_yes_and_no(tokens, &mut acts);
    if acts.contains(&Act::Affirm) && tokens.words().all(|word| PLAIN_YES.contains(&word)) {
        acts.push(Act::PlainYes);
    }
    acts
}

/// A yes with a negation or a reservation in it is not a plain yes: nothing may be booked on it.
fn settle_yes_and_no(tokens: &Tokens, acts: &mut Vec<Act>) {
    // "I don't see why not" is a yes of sorts: not a no, and nothing to book on.
    let grudging = tokens.has("see why not") || tokens.has("no problem") || tokens.has("no worries");
    let negated = tokens.has_any(NEGATIONS) && !grudging;
    let begins_with_yes = matches!(tokens.get(0), "yes" | "yeah" | "yep" | "yup" | "aye");
    if acts.contains(&Act::DontKnow) || grudging {
        // "I don't mind" denies nothing.
        acts.retain(|act| *act != Act::Deny);
    } else if negated && !begins_with_yes {
        acts.retain(|act| *act != Act::Affirm);
        if !acts.contains(&Act::Deny) && !acts.contains(&Act::Repeat) {
            acts.push(Act::Deny);
        }
    } else if negated {
        acts.retain(|act| *act != Act::Deny);
        acts.push(Act::Unsure);
    }
    let reserved = RESERVATIONS.iter().any(|words| tokens.has(words));
    if reserved && !acts.contains(&Act::Unsure) {
        acts.push(Act::Unsure);
    }
}

/// "Mm-hm": somebody who listens, not somebody who answers.
pub fn is_back_channel(words: &str) -> bool {
    const SOUNDS: &[&str] = &[
        "mm", "mmm", "mhm", "hm", "hmm", "uh", "huh", "um", "er", "erm", "ah", "oh", "aha", "right", "i",
        "see",
    ];
    let plain = super::plain(words);
    let mut said = plain.split_whitespace().peekable();
    said.peek().is_some() && said.clone().count() <= 3 && said.all(|word| SOUNDS.contains(&word))
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
            ("take me off your mailing list", Act::OptOut),
            ("what data do you hold about me", Act::DataRequest),
            ("I don't want to be recorded", Act::StopRecording),
            ("could you turn off the recording please", Act::StopRecording),
            ("I can't make it on Thursday", Act::Cancel),
            ("could we move my viewing to Friday", Act::Change),
            ("no, sorry, I meant Thursday", Act::Correction),
            ("both of them please", Act::Both),
        ] {
            assert!(acts(&Tokens::of(text)).contains(&act), "{text}");
        }
    }

    /// A request may be made in any words and by any channel (ICO, "How do we recognise a subject access request?").
    #[test]
    fn requests_about_data_are_heard_in_ordinary_words() {
        for text in [
            "what do you hold on me",
            "What data do you have about us?",
            "I want to see everything you have on me",
            "can you tell me what information you keep about me",
            "what have you stored about me",
            "send me all the records you keep on me",
            "I would like a DSAR",
            "this is a subject access request",
            "I'm making a data subject request",
            "could I have a copy of the recording of my call",
            "please remove all my details from your system",
            "delete my data",
            "erase everything, I mean erase me",
            "I want you to wipe my number please",
            "you've got my details wrong, please correct your records",
            "I object to you processing my information",
            "stop sharing my details with other people",
            "who have you passed my details to",
            "I withdraw my consent",
            "how long do you keep my recordings",
            "I want to complain about my data",
            "I'll report you to the ICO",
        ] {
            let heard = acts(&Tokens::of(text));
            assert!(heard.contains(&Act::DataRequest) && !heard.contains(&Act::Wait), "{text}: {heard:?}");
        }
        for text in [
            "what do you have for me in Maida Vale",
            "what have you got",
            "do you have anything on Elgin Avenue",
            "tell me everything about the first one",
            "hold on",
            "my number is wrong, it ends in five",
            "can I have a copy of the tenancy agreement",
            "could you send me the details of the flat",
            "take me off your mailing list",
            "all you have on the river please",
            "I know all about it",
        ] {
            assert!(!acts(&Tokens::of(text)).contains(&Act::DataRequest), "{text}");
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
        let told = |text: &str| acts(&Tokens::of(text));
        assert!(
            told("no, that's fine").contains(&Act::Deny) && !told("no, that's fine").contains(&Act::Affirm)
        );
        let grudging = told("yes I don't see why not");
        assert!(grudging.contains(&Act::Affirm) && !grudging.contains(&Act::Deny));
        assert!(!told("I don't mind").contains(&Act::Deny));
    }
}
