//! A sentence as lower-case words, each with its place in the original, and the recogniser's spellings made alike.

use std::ops::Range;

/// Words of one transcript, at most [`WORDS_MAX`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tokens {
    text: String,
    list: Vec<Token>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Token {
    word: String,
    place: Range<usize>,
    /// Whether a comma or a full stop stood before it.
    after_pause: bool,
}

/// Nobody says more in one turn; what is beyond is not looked at.
const WORDS_MAX: usize = 400;

/// Units that recognisers glue to a number: `2pm`, `2bed`, `450k`, `8ish`.
const GLUED_UNITS: &[&str] = &[
    "am", "pm", "a", "p", "k", "m", "mil", "bed", "beds", "bedroom", "bedrooms", "bedder", "bath", "baths",
    "pcm", "pw", "grand", "ish", "hr", "hrs", "h", "pounds", "million",
];
/// Sounds that say nothing.
const HESITATIONS: &[&str] = &["um", "umm", "uhm", "erm", "er", "err", "ehm"];

/// What refuses the words after it.
const REFUSALS: &[&str] =
    &["not", "but", "except", "dont", "without", "cant", "cannot", "wont", "hate", "forget"];
/// What refuses the words before it.
const NO_GOOD: &[&[&str]] = &[
    &["no", "good"],
    &["no", "use"],
    &["doesnt", "work"],
    &["doesnt", "suit"],
    &["wont", "work"],
    &["isnt", "good"],
    &["isnt", "possible"],
    &["isnt", "great"],
    &["is", "out"],
    &["not", "good"],
    &["is", "bad"],
    &["is", "tricky"],
];

impl Tokens {
    pub(super) fn of(text: &str) -> Self {
        let mut list: Vec<Token> = Vec::new();
        let mut paused = false;
        for chunk in text.split_whitespace() {
            let offset = chunk.as_ptr() as usize - text.as_ptr() as usize;
            let first = list.len();
            push_chunk(chunk, offset, &mut list);
            if let Some(token) = list.get_mut(first) {
                token.after_pause = paused;
            }
            paused = chunk.ends_with([',', '.', ';', '!', '?']);
            if list.len() >= WORDS_MAX {
                list.truncate(WORDS_MAX);
                break;
            }
        }
        list.retain(|token| !HESITATIONS.contains(&token.word.as_str()));
        Self { text: text.to_owned(), list }
    }

    pub(super) fn get(&self, at: usize) -> &str {
        self.list.get(at).map_or("", |token| token.word.as_str())
    }

    /// The word before, or nothing.
    pub(super) fn before(&self, at: usize) -> &str {
        at.checked_sub(1).map_or("", |before| self.get(before))
    }

    /// Whether a comma or a full stop stands before this word.
    pub(super) fn is_after_pause(&self, at: usize) -> bool {
        self.list.get(at).is_some_and(|token| token.after_pause)
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn words(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator {
        self.list.iter().map(|token| token.word.as_str())
    }

    /// The original words of a run of tokens.
    pub(super) fn said(&self, run: &Range<usize>) -> &str {
        match (self.list.get(run.start), self.list.get(run.end.max(1) - 1)) {
            (Some(first), Some(last)) if run.start < run.end => &self.text[first.place.start..last.place.end],
            _ => "",
        }
    }

    pub(super) fn joined(&self, run: Range<usize>) -> String {
        self.list[run].iter().map(|token| token.word.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// A run of the words as a sentence of its own.
    pub(super) fn part(&self, run: Range<usize>) -> Self {
        Self { text: self.text.clone(), list: self.list[run].to_vec() }
    }

    pub(super) fn contains(&self, word: &str) -> bool {
        self.words().any(|have| have == word)
    }

    pub(super) fn has_any(&self, words: &[&str]) -> bool {
        self.words().any(|have| words.contains(&have))
    }

    /// Where this phrase begins, if it is there.
    pub(super) fn find(&self, phrase: &str) -> Option<usize> {
        (0..self.len()).find(|at| self.is_phrase_at(*at, phrase))
    }

    fn is_at(&self, at: usize, phrase: &[&str]) -> bool {
        phrase.iter().enumerate().all(|(i, word)| self.get(at + i) == *word)
    }

    pub(super) fn is_phrase_at(&self, at: usize, phrase: &str) -> bool {
        phrase.starts_with(self.get(at))
            && phrase.split(' ').enumerate().all(|(i, word)| self.get(at + i) == word)
    }

    pub(super) fn has(&self, phrase: &str) -> bool {
        self.find(phrase).is_some()
    }

    /// Whether anything may be refused at all: spares the looking.
    pub(super) fn may_refuse(&self) -> bool {
        self.words().any(|word| {
            word == "no" || REFUSALS.contains(&word) || NO_GOOD.iter().any(|phrase| phrase[1] == word)
        })
    }

    /// Whether the word here is refused: `not Monday`, `anything but the first`, `I don't want …`, `Monday's no good`.
    pub(super) fn is_refused(&self, at: usize) -> bool {
        self.is_refused_before(at) || self.is_refused_after(at) || self.is_no_such(at)
    }

    /// `no mornings`, `no Mondays please`; but "no, Monday".
    fn is_no_such(&self, at: usize) -> bool {
        self.before(at) == "no"
            && !self.is_after_pause(at)
            && (self.get(at).ends_with("days")
                || matches!(self.get(at), "mornings" | "afternoons" | "evenings"))
    }

    fn is_refused_before(&self, at: usize) -> bool {
        const WORDS_BACK: usize = 4;
        const ENDS: &[&str] = &["one", "second", "third", "first", "last", "so", "because", "then", "its"];
        let from = at.saturating_sub(WORDS_BACK);
        let near: Vec<&str> = (from..at).map(|i| self.get(i)).collect();
        let Some(refused) = near.iter().rposition(|word| REFUSALS.contains(word)) else { return false };
        // "Yes but Tuesday": the but of a wish; "anything but Tuesday": the but of a refusal.
        let is_plain_but = near[refused] == "but"
            && !matches!(
                self.before(from + refused),
                "anything" | "anywhere" | "any" | "all" | "day" | "time" | "everything" | "anyone" | "area"
            );
        let between = &near[refused + 1..];
        let begins_anew = (from + refused + 1..=at).any(|i| self.is_after_pause(i))
            && !matches!(near[refused], "but" | "except");
        // What comes after "not this, …" begins anew with its own article.
        !is_plain_but
            && !begins_anew
            && between.iter().filter(|word| **word == "the").count() <= 1
            && !between.iter().any(|word| ENDS.contains(word))
    }

    fn is_refused_after(&self, at: usize) -> bool {
        (1..=2).any(|ahead| {
            let skips_a_verb = ahead == 1
                || matches!(self.get(at + 1), "is" | "s" | "are" | "morning" | "afternoon" | "one" | "ones");
            skips_a_verb && NO_GOOD.iter().any(|phrase| self.is_at(at + ahead, phrase))
        })
    }

    /// The words before and after the last correction: `Monday at nine, sorry, ten`.
    pub(super) fn corrected(&self) -> Option<(Self, Self)> {
        const MARKS: &[&str] = &[
            "i meant", "i mean", "no sorry", "sorry no", "sorry", "make that", "or rather", "scrap that",
            "actually", "no wait", "hang on", "oh wait", "wait no", "correction", "let me rephrase",
            "instead of that",
        ];
        let (at, length) = MARKS
            .iter()
            .filter_map(|mark| {
                let words: Vec<&str> = mark.split(' ').collect();
                let at = (0..self.len()).rev().find(|at| self.is_at(*at, &words))?;
                Some((at, words.len()))
            })
            .max()?;
        (at > 0 && at + length < self.len()).then(|| (self.part(0..at), self.part(at + length..self.len())))
    }
}

fn push_chunk(chunk: &str, offset: usize, list: &mut Vec<Token>) {
    if chunk.contains('@') {
        let bare = chunk.trim_matches(|c: char| !c.is_alphanumeric());
        let start = offset + chunk.find(bare).unwrap_or(0);
        push(bare.to_lowercase(), start..start + bare.len(), list);
        return;
    }
    let chars: Vec<(usize, char)> = chunk.char_indices().collect();
    let mut word = String::new();
    let mut start = 0;
    for (i, (at, c)) in chars.iter().enumerate() {
        let digit = |n: Option<usize>| n.and_then(|n| chars.get(n)).is_some_and(|(_, c)| c.is_ascii_digit());
        let between_digits = digit(i.checked_sub(1)) && digit(Some(i + 1));
        let keeps = c.is_alphanumeric()
            || matches!(c, '£' | '_')
            || (*c == '+' && digit(Some(i + 1)))
            || (matches!(c, '.' | ':' | '/') && between_digits)
            || (*c == '-' && between_digits && is_iso_date(chunk));
        let drops = matches!(c, '\'' | '’' | '‘' | '"' | '`')
            || (*c == '.' && is_initials(chunk))
            || (*c == ',' && between_digits && thousands_follow(&chars, i));
        if keeps {
            if word.is_empty() {
                start = *at;
            }
            word.extend(c.to_lowercase());
        } else if matches!(c, '&') || (*c == '+' && chunk.len() == 1) {
            push("and".to_owned(), offset + at..offset + at + 1, list);
        } else if !drops {
            push_word(std::mem::take(&mut word), offset + start..offset + at, list);
            if *c == '.' && is_domain_ending(&chunk[at + 1..]) {
                push("dot".to_owned(), offset + at..offset + at + 1, list);
            }
        }
    }
    push_word(word, offset + start..offset + chunk.len(), list);
}

/// `2018-05-15`
fn is_iso_date(chunk: &str) -> bool {
    let parts: Vec<&str> = chunk.trim_matches(|c: char| !c.is_ascii_digit()).split('-').collect();
    matches!(parts.as_slice(), [y, m, d] if y.len() == 4 && m.len() <= 2 && d.len() <= 2)
}

/// `a.m.`, `p.m`: letters with dots between them, possibly glued to a number.
fn is_initials(chunk: &str) -> bool {
    let letters = chunk.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, ':' | '.'));
    let lower = letters.to_lowercase();
    ["a.m", "p.m", "a.m.", "p.m.", "a.m.,", "p.m.,", "p.m.?", "a.m.?"].contains(&lower.as_str())
}

/// `com` of `example.com`, when the "at" before it was spoken.
fn is_domain_ending(rest: &str) -> bool {
    const ENDINGS: &[&str] = &["com", "co", "uk", "org", "net", "info", "ac", "london"];
    let label = rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    ENDINGS.contains(&label)
}

fn thousands_follow(chars: &[(usize, char)], comma: usize) -> bool {
    let digits = chars[comma + 1..].iter().take_while(|(_, c)| c.is_ascii_digit()).count();
    digits == 3
}

fn push_word(word: String, place: Range<usize>, list: &mut Vec<Token>) {
    if word.is_empty() {
        return;
    }
    let unit_at = word.find(|c: char| c.is_alphabetic()).unwrap_or(0);
    let (number, unit) = word.split_at(unit_at);
    let is_number = !number.is_empty() && number.starts_with(|c: char| c.is_ascii_digit() || c == '£');
    if is_number && GLUED_UNITS.contains(&unit) {
        let cut = place.end - unit.len().min(place.len());
        push(number.to_owned(), place.start..cut, list);
        push(unit.to_owned(), cut..place.end, list);
        return;
    }
    push(word, place, list);
}

fn push(word: String, place: Range<usize>, list: &mut Vec<Token>) {
    if !word.is_empty() {
        list.push(Token { word, place, after_pause: false });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn glued_units_come_apart_and_postcodes_stay_whole() {
        for (text, words) in [
            ("A two-bed, please.", "a two bed please"),
            ("£2,500pcm in W9 1AB", "£2500 pcm in w9 1ab"),
            ("2.30pm, Queen’s Park!", "2.30 pm queens park"),
            ("sam.okoro@example.com.", "sam.okoro@example.com"),
            ("at 7:30 p.m. on 12/1", "at 7:30 pm on 12/1"),
            ("2018-05-15, 3 o\"clock", "2018-05-15 3 oclock"),
            ("erm JB-2024-001", "jb 2024 001"),
            ("8ish? 9p.m.", "8 ish 9 pm"),
        ] {
            let tokens = Tokens::of(text);
            assert_eq!(tokens.joined(0..tokens.len()), words, "{text}");
        }
    }

    #[test]
    fn every_run_knows_its_original_words() {
        let tokens = Tokens::of("Hi, it's £2,500pcm — O’Neill’s “flat”.");
        assert_eq!(tokens.said(&(2..4)), "£2,500pcm");
        assert_eq!(tokens.said(&(4..6)), "O’Neill’s “flat");
    }
}
