//! The sentence guard: words of the model are let through as they come; from the first word that could begin a value or a
//! promise the rest of the sentence is held until it is checked (`design.md` §3).

use super::grounds::Grounds;
use crate::conversation::Context;
use crate::crm::{ActionTaken, Listing};
use crate::language::plain;
use crate::law;

/// What takes the place of words that nothing backs.
pub const NOT_BACKED: &str = "I'd better have a colleague confirm that for you.";

/// Watches one answer of the model.
#[derive(Debug, Default)]
pub struct Guard {
    /// The sentence under way, and how much of it was let through.
    sentence: String,
    through: usize,
    /// Whole words up to here begin no value.
    safe: usize,
    /// Nothing forbidden begins before here.
    lawful: usize,
    /// How many sentences stated something that had to be checked.
    pub checked: u32,
    /// Sentences that were held back for good.
    pub flagged: Vec<String>,
}

/// What the sentence is measured by.
#[derive(Clone, Copy, Debug)]
pub struct Measure<'a> {
    /// What this call backs, and what the agency's own words do.
    pub grounds: [&'a Grounds; 2],
    /// What only the caller has said: it may be read back to them.
    pub said_by_caller: &'a Grounds,
    pub done: &'a [ActionTaken],
    /// A letting or a sale: their laws differ.
    pub listing: Option<Listing>,
    pub context: &'a Context<'a>,
}

impl Guard {
    /// Takes a token; gives what may be spoken now.
    pub fn take(&mut self, token: &str, measure: &Measure) -> String {
        let mut out = String::new();
        for letter in token.chars() {
            let ends = letter.is_whitespace() && self.sentence.ends_with(['.', '!', '?', '\n']);
            if ends && !is_abbreviation(&self.sentence) {
                out.push_str(&self.finish(measure));
            }
            self.sentence.push(letter);
        }
        let until = self.safe_until().min(self.lawful_until());
        if until > self.through {
            out.push_str(&self.sentence[self.through..until]);
            self.through = until;
        }
        out
    }

    /// The answer is complete.
    pub fn finish(&mut self, measure: &Measure) -> String {
        let held = self.sentence[self.through..].to_owned();
        let whole = std::mem::take(&mut self.sentence);
        let was_through = std::mem::take(&mut self.through);
        (self.safe, self.lawful) = (0, 0);
        let breach = law::breach(&whole, measure.listing);
        self.checked += u32::from(!held.trim().is_empty());
        if held.trim().is_empty() || (breach.is_none() && is_backed(&whole, measure)) {
            return held;
        }
        let instead = breach.map_or(NOT_BACKED, |rule| rule.instead.as_str());
        self.flagged.push(
            breach
                .map_or_else(|| whole.trim().to_owned(), |rule| format!("[{}] {}", rule.name, whole.trim())),
        );
        let spoken = &whole[..was_through];
        let gap = match spoken.trim() {
            "" => " ",
            _ if spoken.ends_with(char::is_whitespace) => "— ",
            _ => " — ",
        };
        format!("{gap}{instead}")
    }

    /// Up to the first word that must be checked; a word that is not whole yet may become one. Words that were looked at
    /// are not looked at again.
    fn safe_until(&mut self) -> usize {
        while let Some(word) = self.sentence[self.safe..].split_inclusive(char::is_whitespace).next() {
            let is_whole = word.ends_with(char::is_whitespace);
            let opens = self.sentence[..self.safe].trim().is_empty();
            if may_begin_value(word, opens) || (!is_whole && may_become_value(word)) {
                return self.safe;
            }
            if !is_whole {
                return self.safe + word.len();
            }
            self.safe += word.len();
        }
        self.safe
    }

    /// Up to the first word from which something forbidden may be said. A word that opens a sentence and is not forbidden by
    /// itself tells nothing, and the caller waits for it: "Great" may leave before it is known not to be a great investment.
    fn lawful_until(&mut self) -> usize {
        let rest = &self.sentence[self.lawful..];
        let last = rest.rfind(char::is_whitespace).map_or(0, |at| at + 1);
        let Some(at) = law::may_begin_at(rest) else {
            self.lawful += last;
            return self.sentence.len();
        };
        self.lawful += at;
        let opening = self.sentence.len() - self.sentence.trim_start().len();
        let word = self.sentence[opening..].split_inclusive(char::is_whitespace).next().unwrap_or_default();
        if self.lawful > opening || (word.len() > FRAGMENT_MAX && law::may_forbid(word)) {
            return self.lawful;
        }
        opening + word.len()
    }
}

/// So few letters tell nothing, whatever they may become.
const FRAGMENT_MAX: usize = 2;

fn is_abbreviation(sentence: &str) -> bool {
    let last = sentence.trim_end_matches('.').rsplit(char::is_whitespace).next().unwrap_or_default();
    matches!(
        last.to_lowercase().as_str(),
        "mr" | "mrs" | "ms" | "dr" | "st" | "no" | "approx" | "a.m" | "p.m"
    )
}

/// Could this word begin an amount, a day, a time, an address, a number, or say that something was done?
fn may_begin_value(word: &str, opens_sentence: bool) -> bool {
    let is_name = !opens_sentence
        && word.starts_with(char::is_uppercase)
        && !word.starts_with("I'")
        && word.trim() != "I";
    let plain = plain(word);
    let lower = plain.trim();
    is_name
        || word.chars().any(|c| c.is_ascii_digit() || matches!(c, '£' | '@'))
        || word.trim_end_matches(['.', ' ', '\n']).contains('.')
        || lower.split(' ').any(|part| VALUES.contains(&part))
        || PROMISES.iter().any(|(known, _)| lower == *known)
        || BEGINNINGS.iter().any(|beginning| lower.starts_with(beginning))
}

/// Could letters that are still to come make a value of it?
fn may_become_value(part: &str) -> bool {
    let plain = plain(part);
    let lower = plain.trim();
    let mut words = VALUES.iter().chain(BEGINNINGS).chain(PROMISES.iter().map(|(word, _)| word));
    lower.is_empty() || (lower.len() > FRAGMENT_MAX && words.any(|known| known.starts_with(lower)))
}

const BEGINNINGS: &[&str] = &[
    "twen", "thirt", "fort", "fift", "sixt", "sevent", "eight", "ninet", "hundred", "thousand", "million",
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "januar", "februar",
    "septem", "octob", "novem", "decem", "jb",
];

const VALUES: &[&str] = &[
    "one", "two", "three", "four", "five", "six", "seven", "nine", "ten", "eleven", "twelve", "half",
    "quarter", "oh", "double", "triple", "march", "april", "june", "july", "august", "today", "tomorrow",
    "tonight", "dot", "grand", "quid", "percent", "per", "noon", "midday", "midnight", "first", "second",
    "third", "fourth",
];

/// Words that say something was done, and what must have been.
const PROMISES: &[(&str, &[ActionTaken])] = &[
    ("booked", &[ActionTaken::ViewingBooked, ActionTaken::ViewingChanged]),
    ("confirmed", &[ActionTaken::ViewingBooked, ActionTaken::ViewingChanged]),
    ("scheduled", &[ActionTaken::ViewingBooked, ActionTaken::ViewingChanged]),
    ("arranged", &[ActionTaken::ViewingBooked, ActionTaken::ViewingChanged, ActionTaken::CallbackPromised]),
    ("reserved", &[]),
    ("rescheduled", &[ActionTaken::ViewingChanged]),
    ("moved", &[ActionTaken::ViewingChanged]),
    ("cancelled", &[ActionTaken::ViewingChanged]),
    ("canceled", &[ActionTaken::ViewingChanged]),
    ("sent", &[ActionTaken::InfoSent, ActionTaken::ViewingBooked, ActionTaken::ViewingChanged]),
    ("texted", &[ActionTaken::InfoSent, ActionTaken::ViewingBooked, ActionTaken::ViewingChanged]),
    ("emailed", &[ActionTaken::InfoSent]),
    ("passed", &[ActionTaken::CallbackPromised, ActionTaken::MessageTaken]),
    ("noted", &[ActionTaken::CallbackPromised, ActionTaken::MessageTaken]),
    ("alerted", &[ActionTaken::Emergency]),
    ("transferred", &[]),
    ("transferring", &[]),
    ("connecting", &[]),
];

fn is_backed(sentence: &str, measure: &Measure) -> bool {
    let said = Grounds::of(sentence, measure.context);
    let [of_call, of_agency] = measure.grounds;
    let is_known = said.lacks(&[of_call, of_agency]).is_none()
        || (reads_back(sentence) && said.lacks(&[of_call, of_agency, measure.said_by_caller]).is_none());
    is_known && !promises_too_much(sentence, measure.done)
}

/// "So you'd like to pay up to …": of the caller, or a question to them. "It costs …" is of a home.
fn reads_back(sentence: &str) -> bool {
    let plain = plain(sentence);
    let of_them = [" you ", " your ", " youre ", " youd ", " youve "].iter().any(|word| plain.contains(word));
    of_them || sentence.trim_end().ends_with('?')
}

/// "It's booked", though nothing is. What stands after a question, a condition or a no promises nothing.
fn promises_too_much(sentence: &str, done: &[ActionTaken]) -> bool {
    const OPEN: &[&str] = &[
        "not", "cant", "cannot", "havent", "hasnt", "isnt", "wont", "shall", "would", "could", "if", "once",
        "until", "before", "when", "to get", "to be", "to have",
    ];
    let plain = plain(sentence);
    let is_open = |before: &str| OPEN.iter().any(|open| before.contains(&format!(" {open} ")));
    let is_undone = |(word, needed): &(&str, &[ActionTaken])| {
        let (before, _) = plain.split_once(&format!(" {word} "))?;
        Some(!is_open(&format!("{before} ")) && !needed.iter().any(|action| done.contains(action)))
    };
    !sentence.trim_end().ends_with('?') && PROMISES.iter().filter_map(is_undone).any(|undone| undone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Lexicon;
    use crate::office::Office;
    use crate::settings::{AgencyProfile, Greetings, OpeningHours};

    fn spoken(words: &str, backed_by: &str, done: &[ActionTaken]) -> (String, Vec<String>) {
        let (out, flagged) = in_tokens(words.split_inclusive(' '), backed_by, done);
        (out.concat(), flagged)
    }

    /// What leaves at each token, and at the end.
    fn in_tokens<'a>(
        tokens: impl IntoIterator<Item = &'a str>,
        backed_by: &str,
        done: &[ActionTaken],
    ) -> (Vec<String>, Vec<String>) {
        let agency: AgencyProfile = serde_json::from_str(
            r#"{"name":"A","short_name":"A","persona":"Sarah","address":"1 High Road","phone":"+442079460100"}"#,
        )
        .unwrap();
        let greetings: Greetings = serde_json::from_str(
            r#"{"notice":"","viewed_recently":"","returning_renter":"","returning_buyer":"","tenant":"","landlord":"","new_caller":""}"#,
        )
        .unwrap();
        let hours: OpeningHours =
            serde_json::from_str(r#"{"days":["monday"],"opens":"09:00","closes":"18:00"}"#).unwrap();
        let (lexicon, office) = (Lexicon::default(), Office::default());
        let context = Context {
            now: "2026-11-23T09:30:00Z".parse().unwrap(),
            agency: &agency,
            greetings: &greetings,
            hours: &hours,
            lexicon: &lexicon,
            office: &office,
            triage: &crate::triage::Choices::default(),
            has_model: true,
        };
        let mut grounds = Grounds::default();
        grounds.learn(backed_by, &context);
        let mut said_by_caller = Grounds::default();
        said_by_caller
            .learn("my budget is one pound a month, and can I come at seven in the morning", &context);
        let agency_grounds = Grounds::default();
        let grounds = [&grounds, &agency_grounds];
        let measure =
            Measure { grounds, said_by_caller: &said_by_caller, done, listing: None, context: &context };
        let mut guard = Guard::default();
        let mut out: Vec<String> = tokens.into_iter().map(|token| guard.take(token, &measure)).collect();
        out.push(guard.finish(&measure));
        (out, guard.flagged)
    }

    #[test]
    fn what_is_backed_is_spoken_word_for_word() {
        let tool = "A flat in Elgin Avenue at two thousand two hundred pounds per month. I can do half past ten in the morning on Tuesday the twenty-fourth of November.";
        for words in [
            "That one is £2,200 a month. Shall I see when you could view it?",
            "It costs two thousand two hundred pounds. Lovely, isn't it?",
            "How about 10:30 on Tuesday?",
            "Of course. What is your name?",
            "Shall I get that booked for you?",
            "So you would like to come at seven in the morning.",
        ] {
            assert_eq!(spoken(words, tool, &[]), (words.to_owned(), vec![]), "{words}");
        }
    }

    #[test]
    fn what_is_not_backed_never_leaves() {
        let tool = "A flat at two thousand two hundred pounds per month.";
        for (words, secret) in [
            ("Lovely. It's just £1,950 a month.", "1,950"),
            ("The rent is nineteen hundred pounds.", "nineteen"),
            ("You could come at half past seven tomorrow.", "half past seven"),
            ("We're at 99 Fake Street.", "99"),
            ("Call us on 020 7946 0999.", "7946 0999"),
            ("That's booked for you.", "booked"),
            ("The viewing is at seven in the morning.", "seven"),
            ("I've sent you the details.", "sent"),
        ] {
            let (out, flagged) = spoken(words, tool, &[]);
            assert!(!out.contains(secret) && out.contains(NOT_BACKED), "{words}: {out}");
            assert_eq!(flagged.len(), 1, "{words}");
        }
    }

    /// However it is written, and in whatever pieces it comes.
    #[test]
    fn values_in_odd_spellings_are_held() {
        let lies = [
            "It's two-thousand-two-hundred a month.",
            "It's 2.2k a month.",
            "It's £2k.",
            "That would be twenty two hundred pounds.",
            "It costs a grand a month.",
            "How does 7pm sound? See you at 7pm.",
            "Come at seven o'clock.",
            "Come half-seven tomorrow.",
            "It is free next Tuesday at noon.",
            "Come on the twenty fifth of December.",
            "You can move in on 1 March.",
            "It's in NW3 4AB.",
            "Ring oh two oh, seven nine four six, oh eight one one.",
            "It is number 47 on the High Street.",
            "We are at Forty Two Portland Place.",
            "The fee is five percent.",
            "Done, you are booked.",
            "All sorted, your viewing has been cancelled.",
        ];
        let heard: Vec<&str> = lies.into_iter().filter(|lie| spoken(lie, "", &[]).1.is_empty()).collect();
        assert_eq!(heard, Vec::<&str>::new());
    }

    /// From the first token on, however it is cut; and what would be forbidden is not said for it.
    #[test]
    fn an_opening_that_tells_nothing_leaves_at_once() {
        for answer in [
            "Of| course, what is your name?",
            "Great|, and which area?",
            "Great| investment, honestly.",
            "You| could sue, you know.",
            "No| problem at all.",
            "I|'m a real person.",
            "Good| morning.",
        ] {
            let (first, rest) = answer.split_once('|').unwrap();
            let spoken = in_tokens([first, rest], "", &[]);
            assert_eq!(spoken.0[0], first, "{answer}");
            let forbidden = law::breach(&answer.replace('|', ""), None);
            assert_eq!(
                spoken.0[1..].concat().contains(rest.trim()),
                forbidden.is_none(),
                "{answer}: {spoken:?}"
            );
        }
        let (out, _) = spoken("It's lovely, and I think the landlord will accept it.", "", &[]);
        assert!(out.starts_with("It's lovely, and I think the — "), "held from the first word of it: {out}");
        for answer in ["Legally", "Two", "Tuesday", "Bargain", "Booked"] {
            assert_eq!(in_tokens([answer, " it is"], "", &[]).0[0], "", "{answer}");
        }
    }

    #[test]
    fn what_was_done_may_be_said() {
        let words = "That's booked for you.";
        assert_eq!(spoken(words, "", &[ActionTaken::ViewingBooked]), (words.to_owned(), vec![]));
    }
}
