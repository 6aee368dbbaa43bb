//! Telephone numbers and e-mail addresses by voice.

use super::entity::Found;
use super::letters::readings;
use super::numbers::{rounded, two_digits, whole_at};
use super::tokens::Tokens;
use crate::phone::PhoneNumber;

/// `oh seven seven double oh, nine double oh, one two three`, `07700 900123`, `plus four four …`; the last one said.
pub(super) fn phone(tokens: &Tokens) -> Option<Found<PhoneNumber>> {
    const DIGITS_MIN: usize = 10;
    let mut best = None;
    let mut start = 0;
    while start < tokens.len() {
        let (number, end, after) = run_of_digits(tokens, start);
        if let Some(number) = number.filter(|_| end > start) {
            best = Some(Found::new(number, start..end));
            start = end;
        } else {
            // A number that begins further on in the same run: "flat 3, 07700 900123".
            start += if after - start >= DIGITS_MIN { 1 } else { (after - start).max(1) };
        }
    }
    best
}

/// All figures of the sentence, one after the other: a number may be told in two breaths.
pub(super) fn figures(tokens: &Tokens) -> String {
    let mut all = String::new();
    let mut at = 0;
    while at < tokens.len() {
        match digits_at(tokens, at) {
            Some((said, used)) => {
                all.push_str(&said);
                at += used;
            }
            None => at += 1,
        }
    }
    all
}

/// The longest number that begins here, where it ends, and where the digits end.
fn run_of_digits(tokens: &Tokens, start: usize) -> (Option<PhoneNumber>, usize, usize) {
    const DIGITS: std::ops::RangeInclusive<usize> = 10..=16;
    let mut digits = String::new();
    let mut best = (None, start);
    let mut at = start;
    while let Some((said, used)) = digits_at(tokens, at) {
        // "Oh twenty" is London, whatever follows.
        let is_london = digits == "0" && tokens.get(at) == "twenty";
        let (said, used) = if is_london { ("20".to_owned(), 1) } else { (said, used) };
        digits.push_str(&said);
        at += used;
        if DIGITS.contains(&digits.len())
            && digits.starts_with(['0', '+', '4'])
            && let Ok(number) = PhoneNumber::parse(&digits)
        {
            best = (Some(number), at);
        }
    }
    (best.0, best.1, at)
}

fn digits_at(tokens: &Tokens, at: usize) -> Option<(String, usize)> {
    let word = tokens.get(at);
    let digit = match word {
        "plus" => return Some(("+".into(), 1)),
        "double" | "triple" | "treble" => {
            let (digit, used) = digits_at(tokens, at + 1).filter(|(said, _)| said.len() == 1)?;
            return Some((digit.repeat(if word == "double" { 2 } else { 3 }), used + 1));
        }
        "oh" | "o" | "zero" | "nought" | "nil" | "owe" => "0",
        "won" => "1",
        "to" | "too" => "2",
        "for" => "4",
        "ate" => "8",
        _ => "",
    };
    if !digit.is_empty() {
        return Some((digit.to_owned(), 1));
    }
    let plain = word.trim_start_matches('+');
    if !plain.is_empty() && plain.bytes().all(|b| b.is_ascii_digit()) {
        return Some((word.to_owned(), 1));
    }
    let (value, used) = two_digits(tokens, at)?;
    let value = rounded(value)?;
    // "Nine hundred": two noughts after it.
    let hundred = usize::from(tokens.get(at + used) == "hundred");
    Some((format!("{value}{}", if hundred > 0 { "00" } else { "" }), used + hundred))
}

/// `sam dot okoro at example dot com`, or as a recogniser writes it, `sam.okoro@example.com`.
pub(super) fn email(tokens: &Tokens) -> Option<Found<String>> {
    if let Some(at) = (0..tokens.len()).find(|at| is_email(tokens.get(*at))) {
        return Some(Found::new(tokens.get(at).to_owned(), at..at + 1));
    }
    let mut ats = (0..tokens.len()).rev().filter(|at| tokens.get(*at) == "at");
    ats.find_map(|at| email_around(tokens, at))
}

fn email_around(tokens: &Tokens, at: usize) -> Option<Found<String>> {
    const LOCAL_WORDS_MAX: usize = 24;
    let start = local_start(tokens, at).max(at.saturating_sub(LOCAL_WORDS_MAX));
    let (local, _) = spoken_part(tokens, start..at, true)?;
    let (domain, used) = spoken_part(tokens, at + 1..tokens.len(), false)?;
    let address = format!("{local}@{domain}");
    is_email(&address).then(|| Found::new(address, start..at + 1 + used))
}

/// Words run back from "at" to where the address must have begun.
fn local_start(tokens: &Tokens, at: usize) -> usize {
    const INTRODUCTIONS: &[&str] = &[
        "is", "its", "email", "address", "yes", "yeah", "my", "sure", "to", "me", "uh", "thats", "on",
        "mail", "okay", "use", "send", "it", "be",
    ];
    (0..at).rev().find(|i| INTRODUCTIONS.contains(&tokens.get(*i))).map_or(0, |i| i + 1)
}

/// The part beside "at", and how many words it took; after "at", until the ending.
fn spoken_part(tokens: &Tokens, run: std::ops::Range<usize>, is_local: bool) -> Option<(String, usize)> {
    let mut part = String::new();
    let mut at = run.start;
    while at < run.end {
        let ended = !is_local && part.contains('.') && !part.ends_with('.');
        let (said, used) = email_piece(tokens, at);
        if ended && !matches!(said.as_str(), "." | "-" | "_") {
            break;
        }
        part.push_str(&said);
        at += used;
    }
    (!part.is_empty()).then_some((part, at - run.start))
}

/// One spoken piece of an address. The letter O stays a letter: nobody can hear the difference in a read-back.
fn email_piece(tokens: &Tokens, at: usize) -> (String, usize) {
    let word = tokens.get(at);
    let next = tokens.get(at + 1);
    match word {
        "dot" | "point" => (".".into(), 1),
        "underscore" => ("_".into(), 1),
        "dash" | "hyphen" => ("-".into(), 1),
        "all" if matches!(next, "one" | "lower") => (String::new(), 3),
        "double" if next.len() == 1 => (next.repeat(2), 2),
        // "A for apple"
        _ if word.len() == 1 && matches!(next, "for" | "as") && !tokens.get(at + 2).is_empty() => {
            let used = readings(tokens, at).iter().map(|reading| reading.used).max().unwrap_or(3);
            (word.to_owned(), used)
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
        && domain
            .rsplit('.')
            .next()
            .is_some_and(|ending| ending.len() >= 2 && !ending.contains(|c: char| c.is_ascii_digit()))
        && text.len() <= 254
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
            "oh seven seven hundred nine hundred one two three",
            "flat 3, number 07700 900123",
            "07700-900-123",
        ] {
            let found = phone(&Tokens::of(text)).map(|found| found.value.as_str().to_owned());
            assert_eq!(found.as_deref(), Some("+447700900123"), "{text}");
        }
        let office = phone(&Tokens::of("oh twenty seven nine four six oh one double two")).unwrap().value;
        assert_eq!(office.as_str(), "+442079460122");
        assert_eq!(phone(&Tokens::of("a two bed for two thousand five hundred")), None);
    }

    #[test]
    fn email_addresses_by_voice() {
        for text in [
            "sam dot okoro at example dot com",
            "it's Sam.Okoro@example.com",
            "yes my email is sam dot okoro at example dot com thanks",
        ] {
            assert_eq!(email(&Tokens::of(text)).unwrap().value, "sam.okoro@example.com", "{text}");
        }
        for (text, address) in [
            ("l e o dot m o o r e at gmail dot com", "leo.moore@gmail.com"),
            ("b o b at example dot com", "bob@example.com"),
            ("A for apple, L for lima, at example dot com", "al@example.com"),
            ("double l green at example dot co dot uk", "llgreen@example.co.uk"),
            ("al underscore green seventy seven at example dot com", "al_green77@example.com"),
            ("leo at example.com", "leo@example.com"),
        ] {
            assert_eq!(email(&Tokens::of(text)).map(|found| found.value).as_deref(), Some(address), "{text}");
        }
        assert_eq!(email(&Tokens::of("half past two at the flat")), None);
    }
}
