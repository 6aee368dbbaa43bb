//! Whether a name that was heard is a name on file, in a recogniser's spelling.

use strsim::jaro_winkler;

/// First names are short, and brothers and sisters share the surname and the home: Mary is not Mark, nor Joan John.
const SAME_FIRST_NAME: f64 = 0.93;
const SAME_SURNAME: f64 = 0.92;

/// A first name alone is no proof of anything: both must be said, and each be right.
pub(super) fn is_same_name(said: &str, known: &str) -> bool {
    let (said, known) = (plain(said), plain(known));
    let (Some((first, surname)), Some((known_first, known_surname))) = (ends(&said), ends(&known)) else {
        return false;
    };
    is_like(first, known_first, SAME_FIRST_NAME) && is_like(surname, known_surname, SAME_SURNAME)
}

/// Winkler's measure makes much of a common beginning: Harris is not Harrison.
fn is_like(said: &str, known: &str, at_least: f64) -> bool {
    said.chars().count().abs_diff(known.chars().count()) <= 1 && jaro_winkler(said, known) >= at_least
}

fn ends(name: &str) -> Option<(&str, &str)> {
    let mut words = name.split_whitespace();
    Some((words.next()?, words.next_back()?))
}

fn plain(name: &str) -> String {
    name.to_lowercase().replace(['\'', '’', '-'], "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_name_misspelled_and_not_a_brothers() {
        for (said, known) in [
            ("niamh oneill", "Niamh O'Neill"),
            ("Grace Mensa", "Grace Mensah"),
            ("ann marie Smith", "Ann Smith"),
        ] {
            assert!(is_same_name(said, known), "{said}");
        }
        for (said, known) in [
            ("Grace", "Grace Mensah"),
            ("Mary Savage", "Mark Savage"),
            ("Joan Baker", "John Baker"),
            ("Kirsty Harrison", "Kirsty Harris"),
            ("Luca Mensah", "Grace Mensah"),
            ("Grace Savage", "Grace Mensah"),
            ("", ""),
        ] {
            assert!(!is_same_name(said, known), "{said}");
        }
    }
}
