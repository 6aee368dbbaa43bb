//! Numbers in words and digits, with the short forms of prices.

use super::tokens::Tokens;
use crate::speech::{SMALL, TENS};

/// The number that begins at a word, and how many words it takes. Understands `2500`, `2.5`, `two and a half
/// thousand`, `twenty-four`, `seven hundred and fifty thousand`, `450 k`, `one point two million`.
pub(super) fn number_at(tokens: &Tokens, at: usize) -> Option<(f64, usize)> {
    let (mut value, mut used) = small_number(tokens, at)?;
    if tokens.get(at + used) == "point" {
        let mut scale = 0.1;
        let mut digits = 0;
        while let Some(digit) = unit(tokens.get(at + used + 1 + digits)) {
            value += digit * scale;
            scale /= 10.0;
            digits += 1;
        }
        used += if digits > 0 { digits + 1 } else { 0 };
    }
    if tokens.get(at + used) == "and" && tokens.get(at + used + 1) == "a" {
        let fraction = match tokens.get(at + used + 2) {
            "half" => 0.5,
            "quarter" => 0.25,
            _ => 0.0,
        };
        if fraction > 0.0 {
            value += fraction;
            used += 3;
        }
    }
    if let Some(scale) = big_unit(tokens.get(at + used)) {
        value *= scale;
        used += 1;
        let joint = usize::from(tokens.get(at + used) == "and");
        let starts_another = |more: usize| big_unit(tokens.get(at + used + joint + more)).is_some();
        if let Some((rest, more)) = small_number(tokens, at + used + joint)
            && rest < scale
            && !starts_another(more)
        {
            value += rest;
            used += joint + more;
        }
    }
    Some((value, used))
}

/// A whole number in a range, as for bedrooms or days of the month.
pub(super) fn whole_at(
    tokens: &Tokens,
    at: usize,
    range: std::ops::RangeInclusive<i64>,
) -> Option<(i64, usize)> {
    let (value, used) = number_at(tokens, at)?;
    let whole = rounded(value)?;
    (range.contains(&whole) && (value - value.round()).abs() < f64::EPSILON).then_some((whole, used))
}

/// To the nearest whole pound; none beyond any price there is.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked just before")]
pub(super) fn rounded(value: f64) -> Option<i64> {
    (0.0..1e12).contains(&value).then(|| value.round() as i64)
}

fn big_unit(word: &str) -> Option<f64> {
    match word {
        "thousand" | "k" | "grand" => Some(1_000.0),
        "million" | "m" | "mil" => Some(1_000_000.0),
        _ => None,
    }
}

/// Up to 999, or any number in digits.
fn small_number(tokens: &Tokens, at: usize) -> Option<(f64, usize)> {
    let word = tokens.get(at);
    if let Ok(value) = word.trim_start_matches('£').parse::<f64>() {
        return value.is_finite().then_some((value, 1));
    }
    let (mut value, mut used) = two_digits(tokens, at)?;
    if tokens.get(at + used) == "hundred" {
        value *= 100.0;
        used += 1;
        let joint = usize::from(tokens.get(at + used) == "and");
        if let Some((rest, more)) = two_digits(tokens, at + used + joint) {
            value += rest;
            used += joint + more;
        }
    }
    Some((value, used))
}

fn two_digits(tokens: &Tokens, at: usize) -> Option<(f64, usize)> {
    let word = tokens.get(at);
    if let Some(tens) = tens(word) {
        return Some(unit(tokens.get(at + 1)).filter(|u| *u > 0.0).map_or((tens, 1), |u| (tens + u, 2)));
    }
    if matches!(word, "a" | "an") {
        return matches!(tokens.get(at + 1), "hundred" | "thousand" | "million").then_some((1.0, 1));
    }
    unit(word).or_else(|| teen(word)).map(|value| (value, 1))
}

fn unit(word: &str) -> Option<f64> {
    position(&SMALL[..10], word).map(f64::from)
}

fn teen(word: &str) -> Option<f64> {
    position(&SMALL, word).filter(|n| *n >= 10).map(f64::from)
}

fn tens(word: &str) -> Option<f64> {
    position(&TENS, word).filter(|n| *n >= 2).map(|n| f64::from(n * 10))
}

fn position(words: &[&str], word: &str) -> Option<u8> {
    words.iter().position(|name| *name == word && !word.is_empty()).and_then(|n| u8::try_from(n).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_in_every_short_form() {
        for (text, value) in [
            ("2500", 2_500.0),
            ("£2,500", 2_500.0),
            ("two thousand two hundred", 2_200.0),
            ("two and a half thousand", 2_500.0),
            ("seven hundred and fifty thousand", 750_000.0),
            ("450k", 450_000.0),
            ("one point two million", 1_200_000.0),
            ("a hundred grand", 100_000.0),
            ("twenty-two hundred", 2_200.0),
            ("one thousand nine hundred and fifty", 1_950.0),
        ] {
            let (found, used) = number_at(&Tokens::of(text), 0).unwrap();
            assert!((found - value).abs() < 0.001, "{text}: {found}");
            assert_eq!(used, Tokens::of(text).len(), "{text}");
        }
    }
}
