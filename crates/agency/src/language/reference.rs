//! A home's reference, spoken in any way: `JB-2024-001`, `j b twenty twenty four double oh one`.

use super::entity::Found;
use super::numbers::two_digits;
use super::tokens::Tokens;

/// Year and number: `2024001`. The letters before them are the agency's own and need not be understood.
pub(super) fn reference(tokens: &Tokens) -> Option<Found<String>> {
    const DIGITS: usize = 7;
    let (lead, start) = lead_in(tokens)?;
    let mut digits = String::new();
    let mut at = start;
    while at < tokens.len() && digits.len() < DIGITS {
        let (piece, used) = piece(tokens, at)?;
        digits.push_str(&piece);
        at += used;
    }
    (digits.len() == DIGITS).then(|| Found::new(digits, lead..at))
}

/// Where the reference begins, and where its digits do.
fn lead_in(tokens: &Tokens) -> Option<(usize, usize)> {
    (0..tokens.len()).find_map(|at| match (tokens.get(at), tokens.get(at + 1)) {
        ("jb" | "jay", _) if is_led(tokens, at) => {
            Some((at, at + 1 + usize::from(tokens.get(at + 1) == "bee")))
        }
        ("j", "b") | ("reference" | "ref", "number" | "is") => Some((at, at + 2)),
        ("reference" | "ref", next) if next.starts_with(|c: char| c.is_ascii_digit()) => Some((at, at + 1)),
        _ => None,
    })
}

/// `J B` as "jay bee".
fn is_led(tokens: &Tokens, at: usize) -> bool {
    tokens.get(at) == "jb" || tokens.get(at + 1) == "bee"
}

fn piece(tokens: &Tokens, at: usize) -> Option<(String, usize)> {
    let word = tokens.get(at);
    let is_digits = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
    match word {
        "dash" | "hyphen" | "jb" | "j" | "b" | "jay" | "bee" => Some((String::new(), 1)),
        "oh" | "o" | "nought" => Some(("0".into(), 1)),
        "double" | "triple" => {
            let (digit, used) = piece(tokens, at + 1)?;
            Some((digit.repeat(if word == "double" { 2 } else { 3 }), used + 1))
        }
        word if is_digits(word) => Some((word.to_owned(), 1)),
        _ => two_digits(tokens, at).map(|(value, used)| (format!("{value:.0}"), used)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_heard_in_any_way() {
        for text in [
            "is JB-2024-001 still available",
            "jb 2024 001 please",
            "J B twenty twenty four double oh one",
            "j b two zero two four zero zero one",
            "the reference is 2024 dash 001",
        ] {
            assert_eq!(
                reference(&Tokens::of(text)).map(|found| found.value).as_deref(),
                Some("2024001"),
                "{text}"
            );
        }
        assert_eq!(reference(&Tokens::of("a two bed in W9 up to 2024 a month")), None);
        assert_eq!(reference(&Tokens::of("my reference is lost")), None);
    }
}
