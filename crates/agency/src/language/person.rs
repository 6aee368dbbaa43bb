//! Names by voice: said, spelled, or both, with the names people in Britain commonly have as a hint among transcripts.

use std::collections::HashSet;
use std::sync::LazyLock;

use serde::Deserialize;

use super::Expecting;
use super::letters::readings;
use super::tokens::Tokens;

/// A first name, a surname, or both, written with capitals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) first: Option<String>,
    pub(super) last: Option<String>,
    /// The words it came from.
    pub(super) said: String,
}

#[cfg(test)]
impl Name {
    fn full(&self) -> String {
        [self.first.as_deref(), self.last.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

#[derive(Deserialize)]
struct Lists {
    first: String,
    last: String,
}

/// The common names. Nobody needs to be among them to be understood.
struct Common {
    first: HashSet<&'static str>,
    last: HashSet<&'static str>,
}

static COMMON: LazyLock<Common> = LazyLock::new(|| {
    let lists: Lists = serde_json::from_str(include_str!("../../data/names.json"))
        .expect("data/names.json is checked by a test");
    let set = |list: String| -> HashSet<&'static str> { list.leak().split_whitespace().collect() };
    Common { first: set(lists.first), last: set(lists.last) }
});

/// The name in the transcripts, best first. Where several differ ("Jon", "John"), a common name is likelier than an
/// uncommon one, and an earlier transcript than a later.
pub(super) fn name(transcripts: &[Tokens], expecting: Expecting) -> Option<Name> {
    const PER_RANK: f32 = 0.3;
    let mut rank = 0.0;
    let mut best: Option<(f32, Name)> = None;
    for tokens in transcripts {
        if let Some(name) = name_in(tokens, expecting) {
            let doubt = rank + doubt(&name);
            if best.as_ref().is_none_or(|(least, _)| doubt < *least) {
                best = Some((doubt, name));
            }
        }
        rank += PER_RANK;
    }
    best.map(|(_, name)| name)
}

fn doubt(name: &Name) -> f32 {
    let part = |part: &Option<String>, list: &HashSet<&'static str>| match part {
        None => 1.2,
        Some(part) if list.contains(plain(part).as_str()) => 0.0,
        Some(part) if part.len() < 2 => 1.5,
        Some(_) => 0.8,
    };
    part(&name.first, &COMMON.first) + part(&name.last, &COMMON.last)
}

fn plain(word: &str) -> String {
    word.to_lowercase().replace(['\'', '’', '-'], "")
}

fn name_in(tokens: &Tokens, expecting: Expecting) -> Option<Name> {
    let asked = expecting == Expecting::Name;
    let introduced = introduction(tokens, asked);
    let start = introduced.or_else(|| asked.then_some(0))?;
    if asked && let Some(spelled) = spelled(tokens, start) {
        return Some(spelled);
    }
    let (words, letters) = without_letters(tokens, name_words(tokens, start));
    let plausible =
        (1..=NAME_WORDS_MAX).contains(&words.len()) && words.iter().all(|at| is_name_word(tokens.get(*at)));
    if !plausible {
        return None;
    }
    // "Calling about the flat" was not asked for and is no name.
    if !asked && words.iter().any(|at| is_common_word(tokens.get(*at))) {
        return None;
    }
    let mut written: Vec<String> = words.iter().map(|at| capitalised(tokens, *at)).collect();
    if let (Some(last), Some(spelled)) = (written.last_mut(), letters)
        && spelled.len().abs_diff(last.len()) <= 2
        && spelled.chars().next() == last.to_lowercase().chars().next()
    {
        *last = with_capital(&spelled);
    }
    let run = *words.first()?..*words.last()? + 1;
    Some(split(&written, tokens.said(&run)))
}

/// "Jonathan Clark, C L A R K": the letters spell the name before them.
fn without_letters(tokens: &Tokens, words: Vec<usize>) -> (Vec<usize>, Option<String>) {
    const LETTERS_MIN: usize = 3;
    let Some(first) = words.iter().position(|at| tokens.get(*at).len() == 1) else { return (words, None) };
    let start = words[first];
    let letters = (start..tokens.len()).take_while(|at| tokens.get(*at).len() == 1).count();
    if first == 0 || letters < LETTERS_MIN {
        return (words, None);
    }
    let spelled = tokens.joined(start..start + letters).replace(' ', "");
    (words[..first].to_vec(), spelled.is_ascii().then_some(spelled))
}

/// One word alone is a surname only if it is known as one and not as a first name.
fn split(words: &[String], said: &str) -> Name {
    let said = said.to_owned();
    match words {
        [] => Name::default(),
        [only] => {
            let plain = plain(only);
            let is_last = COMMON.last.contains(plain.as_str()) && !COMMON.first.contains(plain.as_str());
            if is_last {
                Name { first: None, last: Some(only.clone()), said }
            } else {
                Name { first: Some(only.clone()), last: None, said }
            }
        }
        [first, rest @ ..] => Name { first: Some(first.clone()), last: Some(rest.join(" ")), said },
    }
}

/// Where the name begins, after words that introduce one.
fn introduction(tokens: &Tokens, asked: bool) -> Option<usize> {
    const ALWAYS: &[&str] = &[
        "my name is", "my names", "my name was", "the name is", "names", "name is", "my full name is",
        "under the name of", "under the name", "in the name of", "i am called", "im called", "call me",
        "i go by", "myself", "use the name", "put it under", "booking for", "first name", "speaking is",
        "you are speaking to", "youre speaking to",
    ];
    const ASKED: &[&str] = &["this is", "its", "im", "it is", "i am", "under"];
    // The first after which a name can stand: "this is Mayra and I am not going to make it".
    let after = |phrases: &[&str]| {
        let ends = phrases.iter().flat_map(|intro| {
            let words = intro.split(' ').count();
            (0..tokens.len()).filter(move |at| tokens.is_phrase_at(*at, intro)).map(move |at| at + words)
        });
        ends.filter(|at| {
            let next = (*at..tokens.len()).find(|at| !is_filler(tokens.get(*at)));
            next.is_some_and(|at| is_name_word(tokens.get(at)) && !is_common_word(tokens.get(at)))
        })
        .min()
    };
    let greeted = || {
        // "Hi, this is Sam Okoro": a name in it must be a known one, or written with a capital.
        let at = after(&["this is", "its", "im"])?;
        let known = COMMON.first.contains(tokens.get(at))
            && tokens.said(&(at..at + 1)).starts_with(char::is_uppercase);
        let whole =
            known || COMMON.first.contains(tokens.get(at)) && COMMON.last.contains(tokens.get(at + 1));
        whole.then_some(at)
    };
    // "You can take my name, it's Gladys Pike".
    let tells_name = asked || tokens.contains("name");
    after(ALWAYS)
        .or_else(|| trailing(tokens).filter(|_| tells_name))
        .or_else(|| if tells_name { after(ASKED) } else { None })
        .or_else(greeted)
}

/// "Put my name down. Brenda Tully": the last thing said, and nothing but a name.
fn trailing(tokens: &Tokens) -> Option<usize> {
    let start = (1..tokens.len()).rev().find(|at| tokens.is_after_pause(*at))?;
    let is_name = (start..tokens.len()).all(|at| is_name_word(tokens.get(at)));
    ((2..=3).contains(&(tokens.len() - start)) && is_name && COMMON.first.contains(tokens.get(start)))
        .then_some(start)
}

const NAME_WORDS_MAX: usize = 4;

fn name_words(tokens: &Tokens, start: usize) -> Vec<usize> {
    let words: Vec<usize> = (start..tokens.len())
        .skip_while(|at| is_filler(tokens.get(*at)))
        .take_while(|at| {
            !ends_a_name(tokens, *at)
                && (*at == start || !tokens.is_after_pause(*at) || continues(tokens.get(*at)))
        })
        .filter(|at| {
            !matches!(
                tokens.get(*at),
                "surname" | "mr" | "mrs" | "ms" | "miss" | "dr" | "first" | "last" | "is"
            )
        })
        .take(NAME_WORDS_MAX + 1)
        .collect();
    // "Jane, Jane Oduya"
    let stutters = words.len() > 2 && tokens.get(words[0]) == tokens.get(words[1]);
    if stutters { words[1..].to_vec() } else { words }
}

/// After a comma a name goes on only with a name: "Lashon, a table for five".
fn continues(word: &str) -> bool {
    matches!(word, "surname" | "last" | "first" | "middle" | "and" | "its")
        || (is_name_word(word) && !is_common_word(word))
}

/// Said before a name, and no part of it.
fn is_filler(word: &str) -> bool {
    const FILLERS: &[&str] = &[
        "yes", "yeah", "sure", "ok", "okay", "um", "er", "erm", "uh", "so", "well", "hi", "hello", "please",
        "its", "the", "is", "im", "sorry", "no", "that", "thats", "fine", "right", "name", "names", "wrong",
        "just", "under", "my", "full", "of", "it", "be", "for", "should", "would", "and", "put", "book",
        "mr", "mrs", "miss", "ms", "dr", "good", "thank", "thanks", "to",
    ];
    FILLERS.contains(&word)
}

fn is_name_word(word: &str) -> bool {
    word.chars().all(char::is_alphabetic) && !is_filler(word) && !is_never_in_a_name(word)
}

/// Whoever says one of these is not telling a name.
fn is_never_in_a_name(word: &str) -> bool {
    const WORDS: &[&str] = &[
        "dot", "one", "first", "second", "third", "last", "everything", "earliest", "latest", "what", "why",
        "not", "dont", "know", "can", "you", "want", "need", "looking", "calling", "mind", "own", "business",
        "ignore", "instructions", "call", "back", "soon", "asap", "after", "before", "around", "between",
        "me", "bye", "goodbye", "on", "in", "it", "through", "book", "booking", "number", "time", "change",
        "cancel", "whats", "which", "this", "there", "somebody", "nobody", "i", "a", "an", "cant", "cannot",
        "wont", "isnt", "was", "have", "got", "has", "been", "did", "to", "at", "with", "breathe", "help",
        "yep", "yup", "wait", "hang", "hold", "agent", "person", "human", "flat", "house", "viewing", "rent",
        "buy", "tomorrow", "today", "pardon", "hello", "repeat", "nope", "later", "table", "people",
        "reservation", "does", "do", "are", "how", "when", "where", "who", "could", "should", "would",
        "make", "from", "or", "but", "if", "we", "they", "then", "thats", "already", "told", "said",
        "something", "anything", "nothing", "maybe", "sure", "address", "email", "phone", "postcode", "all",
        "be", "am", "about", "your", "our", "their", "having", "trouble", "happy", "interested", "very",
        "really", "going",
    ];
    WORDS.contains(&word)
}

/// Words that are ordinary before they are names: "this is great" tells none.
fn is_common_word(word: &str) -> bool {
    const WORDS: &[&str] = &[
        "great", "good", "fine", "lovely", "perfect", "urgent", "ridiculous", "important", "just",
        "regarding", "two", "three", "one", "new", "tenant", "landlord", "emergency", "correct", "right",
        "better", "nice", "late", "free", "here", "still", "up", "out", "off", "over",
    ];
    WORDS.contains(&word)
}

fn ends_a_name(tokens: &Tokens, at: usize) -> bool {
    let word = tokens.get(at);
    matches!(
        word,
        "and"
            | "my"
            | "please"
            | "thanks"
            | "thank"
            | "from"
            | "im"
            | "calling"
            | "here"
            | "speaking"
            | "but"
            | "thats"
            | "i"
            | "id"
            | "ive"
            | "for"
            | "at"
            | "on"
            | "about"
            | "with"
            | "tomorrow"
            | "today"
            | "because"
            | "in"
            | "so"
            | "spelled"
            | "spelt"
            | "cheers"
            | "then"
            | "regarding"
            | "to"
            | "by"
            | "is"
    ) && !(word == "is" && at == 0)
        || super::weekdays::weekday_named(word).is_some() && word.len() > 3
}

/// As the recogniser wrote it if it used capitals (`O'Neill`, `McDonald`), else with one.
fn capitalised(tokens: &Tokens, at: usize) -> String {
    let said = tokens.said(&(at..at + 1));
    if said.starts_with(char::is_uppercase) && said.chars().skip(1).any(char::is_lowercase) {
        return said.to_owned();
    }
    with_capital(tokens.get(at))
}

fn with_capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// `t e r e s a s m i t h`, `Teresa t e r e s a`: letters one by one, cut where a first name ends.
fn spelled(tokens: &Tokens, start: usize) -> Option<Name> {
    const LETTERS_MIN: usize = 4;
    let words: Vec<usize> = (start..tokens.len()).filter(|at| !is_filler(tokens.get(*at))).collect();
    let is_letter = |at: &usize| tokens.get(*at).len() <= 2 || tokens.get(*at) == "double";
    let letters = words.iter().filter(|at| is_letter(at)).count();
    if letters < LETTERS_MIN || letters * 3 < words.len() * 2 {
        return None;
    }
    let first_letter = words.iter().position(is_letter)?;
    let whole_before: Vec<String> =
        words[..first_letter].iter().map(|at| tokens.get(*at).to_owned()).collect();
    let text = letters_from(tokens, words[first_letter]);
    let said = tokens.said(&(start..tokens.len())).to_owned();
    let name = |first: &str, last: &str| {
        let part = |part: &str| (!part.is_empty()).then(|| with_capital(part));
        Some(Name { first: part(first), last: part(last), said: said.clone() })
    };
    // "Smith s m i t h": what was said is spelled after it.
    if let Some(told) = whole_before.last().filter(|told| text.chars().next() == told.chars().next()) {
        let others = &whole_before[..whole_before.len() - 1];
        let spelled = if text.len().abs_diff(told.len()) <= 2 { text.clone() } else { told.clone() };
        return match others {
            [] => {
                split_letters(&text).map_or_else(|| name(&spelled, ""), |(first, last)| name(&first, &last))
            }
            [first, ..] => name(first, &spelled),
        };
    }
    match split_letters(&text) {
        Some((first, last)) => name(&first, &last),
        None if COMMON.last.contains(text.as_str()) && !COMMON.first.contains(text.as_str()) => {
            name("", &text)
        }
        None => name(&text, ""),
    }
}

fn letters_from(tokens: &Tokens, start: usize) -> String {
    let mut text = String::new();
    let mut at = start;
    while at < tokens.len() {
        let word = tokens.get(at);
        let all = readings(tokens, at);
        let letters = all.iter().filter(|one| one.code.chars().all(|c| c.is_ascii_uppercase()));
        // Letters that came out together ("ll", "nn") are letters; whole words at the end are a name.
        let best = letters.min_by(|a, b| a.cost.total_cmp(&b.cost));
        match best {
            Some(one) if word.len() <= 3 || one.cost <= 0.5 => {
                text.push_str(&one.code.to_lowercase());
                at += one.used;
            }
            _ => at += 1,
        }
    }
    text
}

/// Where a first name ends and a surname begins, if both are common, or at least one is.
fn split_letters(text: &str) -> Option<(String, String)> {
    const PART_MIN: usize = 2;
    let cuts = (PART_MIN..text.len().saturating_sub(PART_MIN)).filter(|at| text.is_char_boundary(*at));
    let scored = cuts.map(|at| {
        let (first, last) = text.split_at(at);
        let known = i32::from(COMMON.first.contains(first)) * 2 + i32::from(COMMON.last.contains(last)) * 2;
        (known, at)
    });
    let (known, at) = scored.max()?;
    let whole_is_known = COMMON.first.contains(text) || COMMON.last.contains(text);
    (known >= 2 && !whole_is_known).then(|| (text[..at].to_owned(), text[at..].to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(text: &str, asked: bool) -> Option<String> {
        let expecting = if asked { Expecting::Name } else { Expecting::Anything };
        name(&[Tokens::of(text)], expecting).map(|name| name.full())
    }

    #[test]
    fn names_when_introduced_or_asked_for() {
        for (text, asked, expected) in [
            ("my name is sam okoro", false, Some("Sam Okoro")),
            ("Sam Okoro", true, Some("Sam Okoro")),
            ("yes it's Niamh O'Neill", true, Some("Niamh O'Neill")),
            ("Sam Okoro and I'd like to view", true, Some("Sam Okoro")),
            ("this is a two bed flat I want", false, None),
            ("two beds in Maida Vale", false, None),
            ("why do you need my name", true, None),
            ("mind your own business", true, None),
            ("no the name's wrong, it's Bob Johns", true, Some("Bob Johns")),
            ("bye", true, None),
            ("I can't breathe", true, None),
            ("yep", true, None),
            ("is there a gas fire", true, None),
            ("Peter, surname Jones", true, Some("Peter Jones")),
            ("Jane, Jane Oduya", true, Some("Jane Oduya")),
            ("hi this is Sam Okoro", false, Some("Sam Okoro")),
            ("t e r e s a s m i t h", true, Some("Teresa Smith")),
            ("Teresa Smith s m i t h", true, Some("Teresa Smith")),
            ("h a double r y", true, Some("Harry")),
        ] {
            assert_eq!(heard(text, asked).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_common_name_is_likelier_among_transcripts() {
        let transcripts = ["tobi filled", "Toby field"].map(Tokens::of);
        assert_eq!(name(&transcripts, Expecting::Name).unwrap().full(), "Toby Field");
    }
}
