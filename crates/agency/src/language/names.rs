//! Names of areas and streets by spelling and by sound, among those the agency has.

use rphonetic::DoubleMetaphone;
use serde::{Deserialize, Serialize};
use strsim::jaro_winkler;

use super::tokens::Tokens;
use crate::crm::WantedArea;
use crate::postcode::Postcode;

/// The finite lists that speech is matched against.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Lexicon {
    pub areas: Vec<WantedArea>,
    pub streets: Vec<String>,
}

/// So alike in spelling that it is the same name misheard.
const SAME_SPELLING: f64 = 0.92;
/// Alike enough, if it also sounds the same.
const NEAR_SPELLING: f64 = 0.78;

impl Lexicon {
    /// Areas by name and by postcode, as said.
    pub(super) fn areas_in(&self, tokens: &Tokens) -> Vec<WantedArea> {
        let mut found: Vec<WantedArea> = self
            .areas
            .iter()
            .filter(|area| {
                area.name
                    .as_ref()
                    .is_some_and(|name| sounds_in(name, tokens) && !is_refused_area(name, tokens))
            })
            .cloned()
            .collect();
        for code in outward_codes(tokens) {
            if !found.iter().any(|area| area.outward.as_deref() == Some(&code)) {
                found.push(WantedArea { name: None, outward: Some(code) });
            }
        }
        found
    }

    pub(super) fn streets_in(&self, tokens: &Tokens) -> Vec<String> {
        self.streets.iter().filter(|street| sounds_in(street, tokens)).cloned().collect()
    }
}

/// `anywhere but Kilburn`, `not in Maida Vale`.
fn is_refused_area(name: &str, tokens: &Tokens) -> bool {
    let first = Tokens::of(name).get(0).to_owned();
    tokens.0.iter().position(|word| *word == first).is_some_and(|at| tokens.is_refused(at))
}

/// Whether some run of words is this name, or sounds like it. A street may be said without "Road" or "Avenue".
fn sounds_in(name: &str, tokens: &Tokens) -> bool {
    let name_tokens = Tokens::of(name);
    let words = name_tokens.0.len();
    let whole = name_tokens.0.join(" ");
    [words, words + 1].into_iter().any(|width| {
        (0..tokens.len().saturating_sub(width - 1))
            .any(|start| is_alike(&tokens.0[start..start + width].join(" "), &whole))
    }) || (words == 2 && short_form_in(&name_tokens.0, tokens))
}

/// `Elgin` for `Elgin Avenue`: exact spelling only, and only for a name long enough to be one.
fn short_form_in(name: &[String], tokens: &Tokens) -> bool {
    const STREET_WORDS: &[&str] = &[
        "avenue", "road", "street", "gardens", "square", "terrace", "lane", "mews", "place", "crescent",
        "grove", "way", "close",
    ];
    name[0].len() >= 5 && STREET_WORDS.contains(&name[1].as_str()) && tokens.0.contains(&name[0])
}

fn is_alike(heard: &str, name: &str) -> bool {
    if heard == name {
        return true;
    }
    let likeness = jaro_winkler(heard, name);
    if likeness >= SAME_SPELLING {
        // "Kilburn Park" must not pass for "Kilburn Lane": the last word must be alike too.
        let last = |text: &str| text.rsplit(' ').next().unwrap_or_default().to_owned();
        let (heard, name) = (last(heard), last(name));
        return jaro_winkler(&heard, &name) >= NEAR_SPELLING || sounds_the_same(&heard, &name);
    }
    likeness >= NEAR_SPELLING && name.len() >= 6 && sounds_the_same(heard, name)
}

fn sounds_the_same(heard: &str, name: &str) -> bool {
    let code = |text: &str| DoubleMetaphone::new(Some(12)).double_metaphone(&text.replace(' ', "")).primary();
    code(heard) == code(name)
}

/// `W9`, `w 9`, `NW six`, `north west six`.
fn outward_codes(tokens: &Tokens) -> Vec<String> {
    let mut codes = Vec::new();
    let mut i = 0;
    while i < tokens.len() {
        let (letters, used) = compass(tokens, i);
        let number = super::numbers::whole_at(tokens, i + used, 1..=28).filter(|_| used > 0);
        if let Some((number, more)) = number {
            codes.push(format!("{letters}{number}"));
            i += used + more;
            continue;
        }
        let word = tokens.get(i);
        if word.starts_with(|c: char| c.is_ascii_alphabetic()) && word.ends_with(|c: char| c.is_ascii_digit())
        {
            codes.extend(Postcode::parse(word).map(|code| code.outward));
        }
        i += 1;
    }
    codes
}

fn compass(tokens: &Tokens, i: usize) -> (&'static str, usize) {
    match (tokens.get(i), tokens.get(i + 1)) {
        ("north", "west") | ("n", "w") => ("NW", 2),
        ("nw" | "northwest", _) => ("NW", 1),
        ("w" | "west", _) => ("W", 1),
        _ => ("", 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lexicon() -> Lexicon {
        let area =
            |name: &str, outward: &str| WantedArea { name: Some(name.into()), outward: Some(outward.into()) };
        Lexicon {
            areas: vec![
                area("Maida Vale", "W9"),
                area("Queen's Park", "NW6"),
                area("Kilburn", "NW6"),
                area("Kensal Rise", "NW10"),
            ],
            streets: ["Elgin Avenue", "Lauderdale Road", "Salusbury Road", "Clifton Gardens"]
                .map(String::from)
                .into(),
        }
    }

    #[test]
    fn areas_survive_a_recogniser() {
        for (text, name) in [
            ("something in Maida Vale", "Maida Vale"),
            ("in maida veil", "Maida Vale"),
            ("made a vale please", "Maida Vale"),
            ("Queens Park", "Queen's Park"),
            ("kensal rice", "Kensal Rise"),
        ] {
            let found = lexicon().areas_in(&Tokens::of(text));
            assert_eq!(found.first().and_then(|a| a.name.as_deref()), Some(name), "{text}");
        }
        for text in ["anywhere but Kilburn", "not in Maida Vale"] {
            assert!(lexicon().areas_in(&Tokens::of(text)).is_empty(), "{text}");
        }
    }

    #[test]
    fn postcodes_count_as_areas() {
        for (text, code) in
            [("in W9", "W9"), ("n w six", "NW6"), ("north west ten please", "NW10"), ("w 10", "W10")]
        {
            let found = lexicon().areas_in(&Tokens::of(text));
            assert_eq!(found.first().and_then(|a| a.outward.as_deref()), Some(code), "{text}");
        }
    }

    #[test]
    fn streets_survive_a_recogniser() {
        for (text, street) in [
            ("the one on elgan avenue", "Elgin Avenue"),
            ("elgin", "Elgin Avenue"),
            ("salisbury road", "Salusbury Road"),
            ("Lauderdale", "Lauderdale Road"),
        ] {
            assert_eq!(lexicon().streets_in(&Tokens::of(text)), [street], "{text}");
        }
        assert!(lexicon().streets_in(&Tokens::of("I am looking for two bedrooms")).is_empty());
    }
}
