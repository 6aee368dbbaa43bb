//! Names, telephone numbers and e-mail addresses by voice.

use super::numbers::whole_at;
use super::tokens::Tokens;
use crate::phone::PhoneNumber;

/// `oh seven seven double oh, nine double oh, one two three`, `07700 900123`, `plus four four …`.
pub(super) fn phone(tokens: &Tokens) -> Option<PhoneNumber> {
    let mut digits = String::new();
    let mut best: Option<PhoneNumber> = None;
    let mut repeat = 1;
    for word in &tokens.0 {
        match word.as_str() {
            "double" => repeat = 2,
            "triple" | "treble" => repeat = 3,
            "plus" => digits = "+".into(),
            word => match digits_of(word) {
                Some(said) => {
                    digits.push_str(&said.repeat(repeat));
                    repeat = 1;
                }
                None => digits.clear(),
            },
        }
        if digits.len() >= 10 {
            best = PhoneNumber::parse(&digits).ok().or(best);
        }
    }
    best
}

fn digits_of(word: &str) -> Option<String> {
    let spoken = match word {
        "oh" | "o" | "zero" | "nought" => "0",
        "one" => "1",
        "two" => "2",
        "three" => "3",
        "four" | "for" => "4",
        "five" => "5",
        "six" => "6",
        "seven" => "7",
        "eight" => "8",
        "nine" => "9",
        _ => {
            let plain = word.trim_start_matches('+');
            let is_digits = !plain.is_empty() && plain.bytes().all(|b| b.is_ascii_digit());
            return is_digits.then(|| word.to_owned());
        }
    };
    Some(spoken.to_owned())
}

/// `sam dot okoro at example dot com`, or as a recogniser writes it, `sam.okoro@example.com`.
pub(super) fn email(tokens: &Tokens) -> Option<String> {
    if let Some(written) = tokens.0.iter().find(|word| is_email(word)) {
        return Some(written.clone());
    }
    let at = tokens.find("at")?;
    let local = spoken_part(&tokens.0[..at], true)?;
    let domain = spoken_part(&tokens.0[at + 1..], false)?;
    let address = format!("{local}@{domain}");
    is_email(&address).then_some(address)
}

/// The part beside "at". Before it, words run back to where the address must have begun; after it, until the ending.
fn spoken_part(words: &[String], is_local: bool) -> Option<String> {
    const INTRODUCTIONS: &[&str] =
        &["is", "its", "email", "address", "yes", "yeah", "my", "sure", "to", "um", "er", "uh"];
    let words = if is_local {
        let start =
            words.iter().rposition(|word| INTRODUCTIONS.contains(&word.as_str())).map_or(0, |i| i + 1);
        &words[start..]
    } else {
        words
    };
    let tokens = Tokens(words.to_vec());
    let mut part = String::new();
    let mut at = 0;
    while at < words.len() {
        let ended = !is_local && part.contains('.') && !part.ends_with('.');
        let (said, used) = email_piece(&tokens, at);
        if ended && !matches!(said.as_str(), "." | "-" | "_") {
            break;
        }
        part.push_str(&said);
        at += used;
    }
    (!part.is_empty()).then_some(part)
}

/// One spoken piece of an address. The letter O stays a letter: nobody can hear the difference in a read-back.
fn email_piece(tokens: &Tokens, at: usize) -> (String, usize) {
    let word = tokens.get(at);
    let next = tokens.get(at + 1);
    match word {
        "dot" | "point" => (".".into(), 1),
        "underscore" => ("_".into(), 1),
        "dash" | "hyphen" => ("-".into(), 1),
        "double" if next.len() == 1 => (next.repeat(2), 2),
        // "A for apple"
        _ if word.len() == 1 && matches!(next, "for" | "as") && !tokens.get(at + 2).is_empty() => {
            (word.to_owned(), 3)
        }
        _ => match whole_at(tokens, at, 0..=99) {
            Some((number, used)) => (number.to_string(), used),
            None => (word.to_owned(), 1),
        },
    }
}

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+');
    !local.is_empty()
        && local.chars().all(fine)
        && domain.chars().all(fine)
        && domain.split('.').count() >= 2
        && domain.split('.').all(|label| !label.is_empty())
        && text.len() <= 254
}

/// A name after its introduction, or the whole answer when a name was asked for.
pub(super) fn name(said: &str, tokens: &Tokens, asked: bool) -> Option<String> {
    const INTRODUCTIONS: &[&str] =
        &["my name is", "my names", "the name is", "names", "this is", "i am called", "its", "im", "it is"];
    let introduced = INTRODUCTIONS
        .iter()
        .filter(|intro| asked || intro.contains("name"))
        .find_map(|intro| tokens.find(intro).map(|at| at + intro.split(' ').count()));
    let start = introduced.or_else(|| asked.then_some(0))?;
    let words: Vec<&str> = tokens.0[start.min(tokens.len())..]
        .iter()
        .map(String::as_str)
        .skip_while(|word| is_filler(word))
        .take_while(|word| !ends_a_name(word))
        .filter(|word| *word != "surname")
        .take(NAME_WORDS_MAX + 1)
        .collect();
    // "Jane, Jane Oduya"
    let words = if words.len() > 2 && words[0] == words[1] { words[1..].to_vec() } else { words };
    let plausible = (1..=NAME_WORDS_MAX).contains(&words.len())
        && words.iter().all(|word| {
            word.chars().all(char::is_alphabetic) && !is_filler(word) && !is_never_in_a_name(word)
        });
    plausible.then(|| words.iter().map(|word| capitalised(word, said)).collect::<Vec<_>>().join(" "))
}

const NAME_WORDS_MAX: usize = 4;

/// Said before a name, and no part of it.
fn is_filler(word: &str) -> bool {
    const FILLERS: &[&str] = &[
        "yes", "yeah", "sure", "ok", "okay", "um", "er", "erm", "uh", "so", "well", "hi", "hello", "please",
        "its", "the", "is", "im", "sorry", "no", "that", "thats", "fine", "right", "name", "names", "wrong",
        "just", "under",
    ];
    FILLERS.contains(&word)
}

/// Whoever says one of these is not telling a name.
fn is_never_in_a_name(word: &str) -> bool {
    const WORDS: &[&str] = &[
        "what",
        "why",
        "not",
        "dont",
        "know",
        "can",
        "you",
        "want",
        "need",
        "looking",
        "calling",
        "mind",
        "own",
        "business",
        "ignore",
        "instructions",
        "call",
        "me",
        "bye",
        "goodbye",
        "on",
        "in",
        "it",
        "through",
        "book",
        "booking",
        "number",
        "time",
        "change",
        "cancel",
        "whats",
        "which",
        "this",
        "there",
        "somebody",
        "nobody",
        "i",
        "a",
        "an",
        "cant",
        "cannot",
        "wont",
        "isnt",
        "was",
        "have",
        "got",
        "has",
        "been",
        "did",
        "to",
        "at",
        "with",
        "breathe",
        "help",
        "yep",
        "yup",
    ];
    WORDS.contains(&word)
}

fn ends_a_name(word: &str) -> bool {
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
    )
}

/// As the recogniser wrote it if it used capitals (`O'Neill`, `McDonald`), else with one.
fn capitalised(word: &str, said: &str) -> String {
    let written =
        said.split(|c: char| c.is_whitespace() || matches!(c, ',' | '.' | '!' | '?')).find(|part| {
            part.to_lowercase().replace(['’', '\'', '-'], "") == word && part.starts_with(char::is_uppercase)
        });
    written.map_or_else(
        || {
            let mut letters = word.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        },
        str::to_owned,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phone_numbers_by_voice() {
        for text in [
            "oh seven seven double oh nine double oh one two three",
            "It's 07700 900123",
            "zero seven seven zero zero, nine hundred no sorry 07700 900 123",
            "plus four four seven seven zero zero nine zero zero one two three",
        ] {
            assert_eq!(phone(&Tokens::of(text)).unwrap().as_str(), "+447700900123", "{text}");
        }
        assert_eq!(phone(&Tokens::of("a two bed for two thousand five hundred")), None);
    }

    #[test]
    fn email_addresses_by_voice() {
        for text in [
            "sam dot okoro at example dot com",
            "it's Sam.Okoro@example.com",
            "yes my email is sam dot okoro at example dot com thanks",
        ] {
            assert_eq!(email(&Tokens::of(text)).unwrap(), "sam.okoro@example.com", "{text}");
        }
        for (text, address) in [
            ("l e o dot m o o r e at gmail dot com", "leo.moore@gmail.com"),
            ("b o b at example dot com", "bob@example.com"),
            ("A for apple, L for lima, at example dot com", "al@example.com"),
            ("double l green at example dot co dot uk", "llgreen@example.co.uk"),
            ("al underscore green seventy seven at example dot com", "al_green77@example.com"),
        ] {
            assert_eq!(email(&Tokens::of(text)).as_deref(), Some(address), "{text}");
        }
        assert_eq!(email(&Tokens::of("half past two at the flat")), None);
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
        ] {
            assert_eq!(name(text, &Tokens::of(text), asked).as_deref(), expected, "{text}");
        }
    }
}
