//! Addresses, said or written: flat, house number, street, postcode. A street of ours is found by its sound; any other
//! by the word it ends with.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::numbers::whole_at;
use super::places::{Lexicon, STREET_WORDS, postcodes_in};
use super::tokens::Tokens;
use crate::crm::street_of;
use crate::speech;

/// As much of an address as was said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// `2`, `B`, `garden`.
    pub flat: Option<String>,
    /// `18`, `12A`.
    pub number: Option<String>,
    pub street: Option<String>,
    pub postcode: Option<String>,
}

/// Longer names of streets are not looked for.
const STREET_NAME_WORDS_MAX: usize = 4;
const HOUSE_NUMBER_MAX: i64 = 999;
/// Flats that go by a name.
const NAMED_FLATS: &[&str] =
    &["basement", "garden", "ground", "top", "first", "second", "third", "upper", "lower"];

/// The address that was said, if any street or full postcode was.
pub fn address_in(words: &str, lexicon: &Lexicon) -> Option<Address> {
    let tokens = Tokens::of(words);
    let street = street_in(&tokens, lexicon);
    let postcode =
        postcodes_in(&tokens).into_iter().map(|found| found.value).find(|code| code.inward.is_some());
    if street.is_none() && postcode.is_none() {
        return None;
    }
    let number = match &street {
        Some((_, run)) => number_before(&tokens, run.start),
        None => None,
    };
    Some(Address {
        flat: flat_in(&tokens),
        number,
        street: street.map(|(name, _)| name),
        postcode: postcode.map(|code| code.to_string()),
    })
}

fn street_in(tokens: &Tokens, lexicon: &Lexicon) -> Option<(String, Range<usize>)> {
    let (_, ours) = lexicon.places_in(tokens);
    if let Some(found) = ours.into_iter().next() {
        return Some((found.value, found.run));
    }
    let last = (0..tokens.len()).find(|at| STREET_WORDS.contains(&tokens.get(*at)))?;
    let earliest = last.saturating_sub(STREET_NAME_WORDS_MAX);
    let is_name = |at: usize| {
        !is_number(tokens.get(at))
            && !matches!(tokens.get(at), "on" | "in" | "at" | "is" | "its" | "the" | "my" | "number")
    };
    let first = (earliest..last).rev().take_while(|at| is_name(*at)).last()?;
    let name: Vec<String> = (first..=last).map(|at| speech::capitalised(tokens.get(at))).collect();
    Some((name.join(" "), first..last + 1))
}

fn is_letter(word: &str) -> bool {
    word.len() == 1 && word.starts_with(|c: char| c.is_ascii_alphabetic())
}

fn is_number(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
        || whole_at(&Tokens::of(word), 0, 1..=HOUSE_NUMBER_MAX).is_some()
}

/// `18`, `eighteen`, `12a`, right before the street.
fn number_before(tokens: &Tokens, street: usize) -> Option<String> {
    let skips = usize::from(matches!(tokens.before(street), "on" | "in" | "of"));
    let end = street - skips;
    let written = tokens.before(end);
    if is_letter(written) && end > 1 && is_number(tokens.get(end - 2)) {
        return Some(format!("{}{}", number_before(tokens, end - 1)?, written.to_uppercase()));
    }
    if written.starts_with(|c: char| c.is_ascii_digit()) && written.len() <= 5 {
        return Some(written.to_uppercase());
    }
    (end.saturating_sub(4)..end).find_map(|start| {
        let (number, used) = whole_at(tokens, start, 1..=HOUSE_NUMBER_MAX)?;
        (start + used == end).then(|| number.to_string())
    })
}

/// `flat 2`, `flat two b`, `the garden flat`, `top floor flat`.
fn flat_in(tokens: &Tokens) -> Option<String> {
    let at = (0..tokens.len()).find(|at| matches!(tokens.get(*at), "flat" | "apartment" | "apt" | "unit"))?;
    let named = [tokens.before(at), if tokens.before(at) == "floor" { tokens.before(at - 1) } else { "" }];
    if let Some(name) = named.into_iter().find(|name| NAMED_FLATS.contains(name)) {
        return Some(name.to_owned());
    }
    let next = at + 1 + usize::from(tokens.get(at + 1) == "number");
    let word = tokens.get(next);
    if is_letter(word) && !matches!(word, "a" | "i") || word.starts_with(|c: char| c.is_ascii_digit()) {
        return Some(word.to_uppercase());
    }
    let (number, used) = whole_at(tokens, next, 1..=HOUSE_NUMBER_MAX)?;
    let letter = tokens.get(next + used);
    let letter = if is_letter(letter) && letter != "i" { letter.to_uppercase() } else { String::new() };
    Some(format!("{number}{letter}"))
}

impl Address {
    /// An address line as records have it: `Flat 2, 18 Elgin Avenue`.
    pub fn of_line(line: &str) -> Self {
        let mut parts: Vec<&str> = line.split(',').map(str::trim).collect();
        let last = parts.pop().unwrap_or_default();
        let number = last
            .split_once(' ')
            .map(|(number, _)| number)
            .filter(|first| first.starts_with(|c: char| c.is_ascii_digit()));
        Self {
            flat: parts.iter().find_map(|part| flat_in(&Tokens::of(part))),
            number: number.map(str::to_uppercase),
            street: Some(street_of(line).to_owned()),
            postcode: None,
        }
    }

    /// How two addresses in one building are known to be in one: number and street.
    pub fn building(&self) -> Option<String> {
        let (number, street) = (self.number.as_ref()?, self.street.as_ref()?);
        Some(format!("{number} {street}").to_lowercase())
    }

    /// A home as the records have it.
    pub fn of_home(line: &str, postcode: &str) -> Self {
        let postcode = Some(postcode.trim().to_uppercase()).filter(|postcode| !postcode.is_empty());
        Self { postcode, ..Self::of_line(line) }
    }

    /// Whether nothing was said but this home's whole postcode.
    pub fn is_postcode_of(&self, home: &Self) -> bool {
        let plain = |address: &Self| address.postcode.as_ref().map(|postcode| postcode.replace(' ', ""));
        /// An outward code alone, such as SW1A, is shorter.
        const WHOLE: usize = 5;
        self.street.is_none()
            && self.number.is_none()
            && self.flat.is_none()
            && plain(self).is_some_and(|code| code.len() >= WHOLE)
            && plain(self) == plain(home)
    }

    /// Whether what was said is this home: the same building, and the same flat where there are flats.
    pub fn is_home(&self, home: &Self) -> bool {
        let same_flat = match (&self.flat, &home.flat) {
            (Some(said), Some(there)) => said.eq_ignore_ascii_case(there),
            (None, None) => true,
            _ => false,
        };
        same_flat && self.building().is_some() && self.building() == home.building()
    }

    /// What is missing is filled from what was said before.
    #[must_use]
    pub fn or(self, before: Option<Self>) -> Self {
        let Some(before) = before else { return self };
        Self {
            flat: self.flat.or(before.flat),
            number: self.number.or(before.number),
            street: self.street.or(before.street),
            postcode: self.postcode.or(before.postcode),
        }
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let named = self.flat.as_ref().filter(|flat| NAMED_FLATS.contains(&flat.as_str()));
        let flat = match (named, &self.flat) {
            (Some(name), _) => Some(format!("{} flat", speech::capitalised(name))),
            (None, Some(flat)) => Some(format!("Flat {flat}")),
            (None, None) => None,
        };
        let street = match (&self.number, &self.street) {
            (Some(number), Some(street)) => Some(format!("{number} {street}")),
            (_, street) => street.clone(),
        };
        let parts: Vec<String> = [flat, street, self.postcode.clone()].into_iter().flatten().collect();
        f.write_str(&parts.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_heard() {
        let lexicon = Lexicon::new(Vec::new(), vec!["Elgin Avenue".into(), "Salusbury Road".into()]);
        for (words, expected) in [
            ("it's flat two, eighteen Elgin Avenue", "Flat 2, 18 Elgin Avenue"),
            ("flat 2 18 elgan avenue W9 2QL", "Flat 2, 18 Elgin Avenue, W9 2QL"),
            ("44 Bassett Road", "44 Bassett Road"),
            ("I'm at forty four bassett road", "44 Bassett Road"),
            ("number 12a on salusbury road", "12A Salusbury Road"),
            ("the garden flat, 7 Salusbury Road", "Garden flat, 7 Salusbury Road"),
            ("flat seven b nine salusbury road", "Flat 7B, 9 Salusbury Road"),
            ("a hundred and twenty Harrow Road", "120 Harrow Road"),
        ] {
            let heard = address_in(words, &lexicon).map(|address| address.to_string());
            assert_eq!(heard.as_deref(), Some(expected), "{words}");
        }
        assert_eq!(address_in("water is everywhere", &lexicon), None);
    }

    #[test]
    fn a_home_is_known_by_building_and_flat() {
        let home = Address::of_line("Flat 2, 18 Elgin Avenue");
        let lexicon = Lexicon::default();
        let said = |words| address_in(words, &lexicon).unwrap();
        assert!(said("flat 2, 18 Elgin Avenue").is_home(&home));
        assert!(!said("flat 3, 18 Elgin Avenue").is_home(&home));
        assert!(!said("18 Elgin Avenue").is_home(&home));
        assert_eq!(said("flat 3, 18 Elgin Avenue").building(), home.building());
        assert!(said("44 Bassett Road").is_home(&Address::of_line("44 Bassett Road")));
    }
}
