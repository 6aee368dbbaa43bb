//! What is particular to people who write: short forms and signs, words that belong to the provider, several messages in a
//! row, and loops. What they mean is heard by the same ears as speech.

use jiff::{SignedDuration, Timestamp};

use crate::conversation::{State, Step};
use crate::crm::{Channel, Property, vocabulary};
use crate::language::Expecting;
use crate::messages::approved::BUTTON_CHARS_MAX;
use crate::speech;

vocabulary! {
    /// What a file is that somebody sent, by its own bytes.
    MediaKind { Picture = "picture", Video = "video", Voice = "voice", Document = "document" }
}

/// A word that is an order, not a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keyword {
    Stop,
    Start,
    Help,
}

/// STOP and its like. Twilio takes CANCEL, END and QUIT for an opt-out too, but only in an SMS
/// (twilio.com/docs/messaging/tutorials/advanced-opt-out): on WhatsApp somebody who writes "cancel" means a viewing.
pub fn keyword(words: &str, channel: Channel) -> Option<Keyword> {
    let word = words.trim().trim_end_matches(['.', '!']).to_uppercase();
    match word.as_str() {
        "STOP" | "STOPALL" | "STOP ALL" | "UNSUBSCRIBE" => Some(Keyword::Stop),
        "CANCEL" | "END" | "QUIT" if channel == Channel::Sms => Some(Keyword::Stop),
        "START" | "UNSTOP" => Some(Keyword::Start),
        "HELP" | "INFO" => Some(Keyword::Help),
        _ => None,
    }
}

/// The same in words that are heard as if they were said: figures as the choice they are, signs as yes and no.
pub fn as_said(words: &str, step: Step) -> String {
    let words = without_signs(words);
    let bare = words.trim().trim_end_matches(['.', '!', ')']).trim();
    let choosing = matches!(step, Step::ChooseProperty | Step::ChooseSlot | Step::AskWhichDay);
    if choosing && let Some(number) = chosen_number(bare) {
        return format!("number {number}");
    }
    match bare.to_lowercase().as_str() {
        "book" => "I'd like to book a viewing".to_owned(),
        "person" | "human" | "agent" => "Can I speak to a person please".to_owned(),
        "y" | "ye" | "yh" | "ya" | "k" => "yes".to_owned(),
        "n" | "nah" => "no".to_owned(),
        _ => words.split(' ').map(in_full).collect::<Vec<_>>().join(" "),
    }
}

/// `2`, `2)`, `option 2`
fn chosen_number(words: &str) -> Option<u8> {
    let (before, last) = words.rsplit_once(' ').unwrap_or(("", words));
    let is_choice =
        matches!(before.to_lowercase().as_str(), "" | "option" | "number" | "no" | "nr" | "the number");
    last.parse().ok().filter(|number| is_choice && (1..=9).contains(number))
}

fn in_full(word: &str) -> &str {
    match word.to_lowercase().as_str() {
        "u" => "you",
        "ur" => "your",
        "pls" | "plz" => "please",
        "thx" | "ty" | "thnx" => "thanks",
        "2moro" | "2morrow" | "tmr" => "tomorrow",
        "2day" => "today",
        "b4" => "before",
        "appt" => "appointment",
        "w/e" => "weekend",
        "asap" => "as soon as possible",
        _ => word,
    }
}

/// Thumbs, ticks and figures in boxes stand for words; other signs say nothing.
fn without_signs(words: &str) -> String {
    let mut said = String::new();
    for sign in words.chars() {
        match sign {
            '👍' | '✅' | '👌' | '✔' | '🆗' => said.push_str(" yes "),
            '👎' | '❌' | '✖' | '🚫' => said.push_str(" no "),
            '🙏' => said.push_str(" thanks "),
            // What makes a figure a box, or a hand dark: part of the sign before.
            '\u{20e3}' | '\u{fe0f}' | '\u{200d}' | '\u{1f3fb}'..='\u{1f3ff}' => {}
            '\n' | '\r' | '\t' => said.push(' '),
            sign if is_pictogram(sign) => said.push(' '),
            sign => said.push(sign),
        }
    }
    said.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_pictogram(sign: char) -> bool {
    matches!(sign, '\u{2600}'..='\u{27bf}' | '\u{1f000}'..='\u{1faff}')
}

/// People write in pieces: how long to wait for the next one. An answer to what was asked is whole.
pub fn pause(words: &str, was_asked: bool, typing: SignedDuration) -> SignedDuration {
    let words = words.trim();
    let ends = words.ends_with(['?', '.', '!', '👍', '👎', '✅', '❌']);
    let answers = was_asked && words.chars().count() <= SHORT_CHARS;
    if ends || answers { SignedDuration::ZERO } else { typing }
}

const SHORT_CHARS: usize = 40;

/// What is to be done with somebody to whom we have written so often. Twilio stops at 15 replies in 30 seconds (error
/// 14107); a person does not need so many in an hour, another machine would go on for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    Fine,
    /// All that comes until then is answered at once.
    Wait(SignedDuration),
    /// A person should look at it.
    Loop,
}

/// `same_words`: how often they have written just this in an hour; a yes is often the same.
pub fn pace(in_half_a_minute: i64, in_an_hour: i64, same_words: i64) -> Pace {
    const SAME_WORDS_MAX: i64 = 4;
    const IN_HALF_A_MINUTE_MAX: i64 = 8;
    const IN_AN_HOUR_MAX: i64 = 60;
    if in_an_hour >= IN_AN_HOUR_MAX || same_words > SAME_WORDS_MAX {
        Pace::Loop
    } else if in_half_a_minute >= IN_HALF_A_MINUTE_MAX {
        Pace::Wait(SignedDuration::from_secs(30))
    } else {
        Pace::Fine
    }
}

/// What may be tapped instead of written, as titles of quick replies: two or three, or none. Each is heard as what it stands for.
pub fn choices(state: &State) -> Vec<String> {
    let titles: Vec<String> = match state.step {
        Step::ChooseSlot => state.slots.iter().map(|offered| when(offered.slot.start)).collect(),
        Step::ChooseProperty => homes(&state.offered),
        step if step.expecting() == Expecting::YesNo => vec!["Yes".to_owned(), "No".to_owned()],
        _ => Vec::new(),
    };
    let fits = (2..=3).contains(&titles.len())
        && titles.iter().all(|title| title.chars().count() <= BUTTON_CHARS_MAX);
    if fits { titles } else { Vec::new() }
}

/// `Tue 24 Nov 10:30am`
fn when(start: Timestamp) -> String {
    speech::moment_in_writing(start).replace(" at ", " ")
}

/// By their streets, unless two are in one.
fn homes(offered: &[Property]) -> Vec<String> {
    let mut streets: Vec<&str> = offered.iter().map(Property::street).collect();
    streets.sort_unstable();
    streets.dedup();
    let by_street =
        streets.len() == offered.len() && streets.iter().all(|street| street.len() <= BUTTON_CHARS_MAX);
    let title = |(n, home): (usize, &Property)| {
        if by_street { home.street().to_owned() } else { format!("Number {}", n + 1) }
    };
    offered.iter().enumerate().map(title).collect()
}

/// No longer than Twilio takes in one message (21617), cut between sentences.
pub const CHARS_MAX: usize = 1_600;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_an_order_only_alone_and_only_where_twilio_takes_it() {
        for (words, channel, expected) in [
            ("STOP", Channel::WhatsApp, Some(Keyword::Stop)),
            (" stop. ", Channel::Sms, Some(Keyword::Stop)),
            ("cancel", Channel::Sms, Some(Keyword::Stop)),
            ("cancel", Channel::WhatsApp, None),
            ("please cancel my viewing", Channel::Sms, None),
            ("Start", Channel::Sms, Some(Keyword::Start)),
            ("help!", Channel::WhatsApp, Some(Keyword::Help)),
            ("help me find a flat", Channel::WhatsApp, None),
        ] {
            assert_eq!(keyword(words, channel), expected, "{words}");
        }
    }

    #[test]
    fn figures_and_signs_are_heard_as_words() {
        for (words, step, heard) in [
            ("2", Step::ChooseProperty, "number 2"),
            ("2️⃣", Step::ChooseSlot, "number 2"),
            ("option 3.", Step::ChooseSlot, "number 3"),
            ("2", Step::AskBedrooms, "2"),
            ("2 bed flats", Step::ChooseProperty, "2 bed flats"),
            ("at 3", Step::ChooseSlot, "at 3"),
            ("👍🏽", Step::ConfirmBooking, "yes"),
            ("❌", Step::ConfirmBooking, "no"),
            ("BOOK", Step::AnythingElse, "I'd like to book a viewing"),
            ("can u do\n2moro pls 😊", Step::ChooseSlot, "can you do tomorrow please"),
            ("Zoë O’Neill", Step::AskName, "Zoë O’Neill"),
        ] {
            assert_eq!(as_said(words, step), heard, "{words}");
        }
    }

    #[test]
    fn pieces_are_waited_for_and_answers_are_not() {
        let typing = SignedDuration::from_secs(3);
        assert_eq!(pause("hi", false, typing), typing);
        assert_eq!(pause("is it still available?", false, typing), SignedDuration::ZERO);
        assert_eq!(pause("number 2", true, typing), SignedDuration::ZERO);
        assert_eq!(pause("I'm looking for a flat", false, typing), typing);
    }

    #[test]
    fn two_machines_do_not_talk_for_ever() {
        assert_eq!(pace(0, 0, 1), Pace::Fine);
        assert_eq!(pace(8, 20, 1), Pace::Wait(SignedDuration::from_secs(30)));
        assert_eq!(pace(3, 60, 1), Pace::Loop);
        assert_eq!(pace(3, 5, 5), Pace::Loop);
    }
}
