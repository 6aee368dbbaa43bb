//! Numbers in words and digits, with the short forms of prices.

use std::collections::HashMap;
use std::sync::LazyLock;

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
            && !is_counted(tokens, at + used + joint + more)
        {
            value += rest;
            used += joint + more;
        } else if let Some(hundreds) = hundreds_alone(tokens, at + used + joint) {
            // "Two thousand two hundred and two thousand five hundred" are two numbers.
            value += hundreds;
            used += joint + 2;
        }
    }
    Some((value, used))
}

/// `two hundred` of `two hundred and two thousand`.
fn hundreds_alone(tokens: &Tokens, at: usize) -> Option<f64> {
    let (n, used) = two_digits(tokens, at).filter(|(n, _)| (1.0..10.0).contains(n))?;
    let another = tokens.get(at + used) == "hundred" && tokens.get(at + used + 1) == "and";
    (used == 1 && another).then_some(n * 100.0)
}

/// A price as people shorten it: `two thousand two fifty` (2,250), `eight fifty thousand`, `twenty-two fifty`,
/// `one million two`, `half a million`; else any number.
pub(super) fn price_at(tokens: &Tokens, at: usize) -> Option<(f64, usize)> {
    if (tokens.get(at), tokens.get(at + 1), tokens.get(at + 2)) == ("half", "a", "million") {
        return Some((500_000.0, 3));
    }
    shortened(tokens, at).or_else(|| number_at(tokens, at))
}

fn shortened(tokens: &Tokens, at: usize) -> Option<(f64, usize)> {
    if let Some(thousands) = thousands_short(tokens, at) {
        return Some(thousands);
    }
    let short_head = compound(tokens, at);
    let (head, used) = short_head.or_else(|| small_number(tokens, at))?;
    let tail = at + used + 1;
    match big_unit(tokens.get(at + used)) {
        None => short_head,
        Some(scale) if scale < 1e6 => match compound(tokens, tail).filter(|(rest, _)| *rest < scale) {
            Some((rest, more)) => Some((head * scale + rest, used + 1 + more)),
            None => short_head.map(|_| (head * scale, used + 1)),
        },
        Some(scale) => {
            let tenths = unit(tokens.get(tail)).filter(|tenths| *tenths > 0.0)?;
            let stands_alone = !is_counted(tokens, tail + 1) && tokens.get(tail + 1) != "hundred";
            stands_alone.then_some((head * scale + tenths * 100_000.0, used + 2))
        }
    }
}

/// `two two fifty` (2,250)
fn thousands_short(tokens: &Tokens, at: usize) -> Option<(f64, usize)> {
    let (thousands, one) =
        two_digits(tokens, at).filter(|(n, used)| *used == 1 && (1.0..10.0).contains(n))?;
    let (rest, used) = compound(tokens, at + one).filter(|(rest, _)| *rest < 1_000.0)?;
    Some((thousands * 1_000.0 + rest, one + used))
}

/// `two fifty` (250), `twenty two fifty` (2,250): hundreds and what is left of them, with nothing between.
fn compound(tokens: &Tokens, at: usize) -> Option<(f64, usize)> {
    if let Some(figures) = figures_apart(tokens, at) {
        return Some(figures);
    }
    let (hundreds, used) = two_digits(tokens, at).filter(|(n, _)| *n >= 1.0)?;
    let (rest, more) = two_digits(tokens, at + used).filter(|(n, _)| *n >= 10.0)?;
    (!is_counted(tokens, at + used + more)).then_some((hundreds * 100.0 + rest, used + more))
}

/// `16 50`: a recogniser's 1,650.
fn figures_apart(tokens: &Tokens, at: usize) -> Option<(f64, usize)> {
    let figures = |at: usize, lengths: std::ops::RangeInclusive<usize>| {
        let word = tokens.get(at);
        let fits = lengths.contains(&word.len()) && word.bytes().all(|b| b.is_ascii_digit());
        fits.then(|| word.parse::<f64>().ok()).flatten()
    };
    let (hundreds, rest) = (figures(at, 1..=2)?, figures(at + 1, 2..=2)?);
    (hundreds >= 1.0 && !is_counted(tokens, at + 2)).then_some((hundreds * 100.0 + rest, 2))
}

/// A number before these is not part of a price.
fn is_counted(tokens: &Tokens, at: usize) -> bool {
    matches!(tokens.get(at), "bed" | "beds" | "bedroom" | "bedrooms" | "bedder" | "people" | "of")
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
    let is_figure = word.starts_with(|c: char| c.is_ascii_digit() || c == '£');
    if is_figure && let Ok(value) = word.trim_start_matches('£').parse::<f64>() {
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

pub(super) fn two_digits(tokens: &Tokens, at: usize) -> Option<(f64, usize)> {
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
    named(word).filter(|n| *n < 10).map(f64::from)
}

fn teen(word: &str) -> Option<f64> {
    named(word).filter(|n| (10..20).contains(n)).map(f64::from)
}

fn tens(word: &str) -> Option<f64> {
    named(word).filter(|n| *n >= 20).map(f64::from)
}

/// `zero` to `nineteen`, `twenty` to `ninety`. Every rule asks every word, so a word is looked up once.
fn named(word: &str) -> Option<u8> {
    static NAMES: LazyLock<HashMap<&str, u8>> = LazyLock::new(|| {
        let small = (0_u8..).zip(SMALL).map(|(n, name)| (name, n));
        let tens = (2_u8..).zip(&TENS[2..]).map(|(n, name)| (*name, n * 10));
        small.chain(tens).collect()
    });
    let may_be = matches!(word.as_bytes().first(), Some(b'z' | b'o' | b't' | b'f' | b's' | b'e' | b'n'));
    if may_be { NAMES.get(word).copied() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_as_people_shorten_them() {
        for (text, value) in [
            ("two thousand two fifty", 2_250.0),
            ("two two fifty", 2_250.0),
            ("two thousand eight fifty", 2_850.0),
            ("twenty two fifty", 2_250.0),
            ("eight fifty thousand", 850_000.0),
            ("six fifty k", 650_000.0),
            ("one million two", 1_200_000.0),
            ("half a million", 500_000.0),
            ("eight fifty", 850.0),
            ("two thousand two hundred", 2_200.0),
            ("two thousand two bed", 2_000.0),
            ("seven hundred and fifty thousand", 750_000.0),
            ("two and a half thousand", 2_500.0),
            ("2500", 2_500.0),
        ] {
            let (found, _) = price_at(&Tokens::of(text), 0).unwrap();
            assert!((found - value).abs() < 0.001, "{text}: {found}");
        }
    }

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
