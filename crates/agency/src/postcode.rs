//! British postcodes: an outward code (`W9`) and, where known, an inward code (`1AB`).

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Postcode {
    pub outward: String,
    pub inward: Option<String>,
}

impl Postcode {
    /// Reads `W9`, `w9 1ab`, `NW61TJ`. Shape only (Royal Mail PAF): one or two letters, a digit, a digit or letter.
    pub fn parse(text: &str) -> Option<Self> {
        let compact: String =
            text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect();
        if !compact.is_ascii() {
            return None;
        }
        if compact.len() >= 5 {
            let (outward, inward) = compact.split_at(compact.len() - 3);
            if is_outward(outward) && is_inward(inward) {
                return Some(Self { outward: outward.into(), inward: Some(inward.into()) });
            }
        }
        is_outward(&compact).then_some(Self { outward: compact, inward: None })
    }
}

impl std::fmt::Display for Postcode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.inward {
            Some(inward) => write!(f, "{} {inward}", self.outward),
            None => f.write_str(&self.outward),
        }
    }
}

fn is_outward(code: &str) -> bool {
    let letters = code.bytes().take_while(u8::is_ascii_uppercase).count();
    let rest = &code.as_bytes()[letters..];
    (1..=2).contains(&letters)
        && match rest {
            [first] => first.is_ascii_digit(),
            [first, last] => first.is_ascii_digit() && last.is_ascii_alphanumeric(),
            _ => false,
        }
}

fn is_inward(code: &str) -> bool {
    matches!(code.as_bytes(), [d, a, b] if d.is_ascii_digit() && a.is_ascii_uppercase() && b.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_outward_and_full_codes() {
        let full = Postcode::parse("nw6 1tj").unwrap();
        assert_eq!((full.outward.as_str(), full.inward.as_deref()), ("NW6", Some("1TJ")));
        for (text, outward) in [("W9", "W9"), ("w 10", "W10"), ("W91AB", "W9"), ("EC1A1BB", "EC1A")] {
            assert_eq!(Postcode::parse(text).unwrap().outward, outward, "{text}");
        }
    }

    #[test]
    fn refuses_other_words() {
        for text in ["", "W", "hello", "9W", "W9 1A", "ÉW9", "123"] {
            assert_eq!(Postcode::parse(text), None, "{text}");
        }
    }
}
