//! Reading aloud in British English: money, times, dates, telephone numbers and addresses, as a person on the phone
//! says them (`domain.md` §6.2 of the reference, restated in the tests).

mod money;
mod numbers;
mod property;
mod spelled;
mod when;

pub use money::{amount, pence, price};
pub(crate) use numbers::{SMALL, TENS};
pub use numbers::{cardinal, ordinal};
pub use property::{bathrooms, bedrooms, kind, property, search, with_article};
pub use spelled::{email, epc, phone, postcode, reference};
pub use when::{clock_time, date, date_in_writing, moment, moment_in_writing, time_in_writing};

/// `one`, `one or two`, `one, two or three`.
pub fn any_of(parts: &[String]) -> String {
    joined(parts, "or")
}

/// `one`, `one and two`, `one, two and three`.
pub fn all_of(parts: &[String]) -> String {
    joined(parts, "and")
}

/// Cut between sentences, or else between words, so that no piece is longer (in characters) than a voice takes at once.
pub fn pieces(words: &str, longest: usize) -> Vec<&str> {
    let mut all = Vec::new();
    let mut rest = words.trim();
    while let Some((cut, _)) = rest.char_indices().nth(longest) {
        let head = &rest[..cut];
        let sentence = head.rfind(". ").or_else(|| head.rfind("? ")).map(|at| at + 1);
        let at = sentence.or_else(|| head.rfind(' ')).filter(|at| *at > 0).unwrap_or(cut);
        all.push(rest[..at].trim_end());
        rest = rest[at..].trim_start();
    }
    all.push(rest);
    all
}

/// `elgin` as `Elgin`.
pub fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn joined(parts: &[String], word: &str) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} {word} {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::pieces;

    #[test]
    fn long_words_are_cut_between_sentences() {
        assert_eq!(pieces("One. Two and three. Four.", 20), ["One. Two and three.", "Four."]);
        assert_eq!(pieces("one two three", 8), ["one two", "three"]);
        assert_eq!(pieces("éééééé", 4), ["éééé", "éé"]);
        assert_eq!(pieces("", 4), [""]);
    }
}
