//! A sentence as lower-case words, with the recogniser's spellings made alike.

/// Words of one transcript, at most [`WORDS_MAX`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tokens(pub(super) Vec<String>);

/// Nobody says more in one turn; what is beyond is not looked at.
const WORDS_MAX: usize = 400;

/// Units that recognisers glue to a number: `2pm`, `2bed`, `450k`.
const GLUED_UNITS: &[&str] =
    &["am", "pm", "k", "m", "bed", "beds", "bedroom", "bedrooms", "pcm", "pw", "grand"];

impl Tokens {
    pub(super) fn of(text: &str) -> Self {
        let text = text.to_lowercase().replace(['’', '‘', '\''], "").replace(['-', '–', '/'], " ");
        Self(text.split_whitespace().flat_map(words_of).take(WORDS_MAX).collect())
    }

    pub(super) fn get(&self, at: usize) -> &str {
        self.0.get(at).map_or("", String::as_str)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Where this phrase begins, if it is there.
    pub(super) fn find(&self, phrase: &str) -> Option<usize> {
        let phrase: Vec<&str> = phrase.split(' ').collect();
        self.0
            .windows(phrase.len())
            .position(|window| window.iter().zip(&phrase).all(|(have, want)| have == want))
    }

    pub(super) fn has(&self, phrase: &str) -> bool {
        self.find(phrase).is_some()
    }

    pub(super) fn has_any(&self, phrases: &[&str]) -> bool {
        phrases.iter().any(|phrase| self.has(phrase))
    }

    /// Whether the word here is refused: `not Monday`, `anything but the first`, `I don't want …`.
    pub(super) fn is_refused(&self, at: usize) -> bool {
        const WORDS_BACK: usize = 4;
        const REFUSALS: &[&str] = &["not", "but", "except", "dont", "without"];
        let from = at.saturating_sub(WORDS_BACK);
        let near = &self.0[from..at.min(self.0.len())];
        // What comes after "not this, …" begins anew with its own article.
        let refused = near.iter().rposition(|word| REFUSALS.contains(&word.as_str()));
        refused.is_some_and(|r| {
            near[r + 1..].iter().filter(|word| *word == "the").count() <= 1
                && !near[r + 1..]
                    .iter()
                    .any(|word| matches!(word.as_str(), "one" | "second" | "third" | "first" | "last"))
        })
    }

    /// The words before and after the last correction: `Monday at nine, sorry, ten`.
    pub(super) fn corrected(&self) -> Option<(Self, Self)> {
        const MARKS: &[&str] =
            &["i meant", "i mean", "no sorry", "sorry", "make that", "or rather", "scrap that", "actually"];
        let (at, length) = MARKS
            .iter()
            .filter_map(|mark| {
                let words: Vec<&str> = mark.split(' ').collect();
                let at = self
                    .0
                    .windows(words.len())
                    .rposition(|window| window.iter().zip(&words).all(|(a, b)| a == b))?;
                Some((at, words.len()))
            })
            .max()?;
        let (before, after) = (Self(self.0[..at].to_vec()), Self(self.0[at + length..].to_vec()));
        (!before.0.is_empty() && !after.0.is_empty()).then_some((before, after))
    }

    /// All words, for rules that look at the whole turn.
    pub(super) fn is_exactly_one_of(&self, phrases: &[&str]) -> bool {
        let whole = self.0.join(" ");
        phrases.contains(&whole.as_str())
    }
}

fn words_of(chunk: &str) -> Vec<String> {
    let bare = chunk.trim_matches(|c: char| !c.is_alphanumeric() && c != '£' && c != '@' && c != '+');
    let without_thousands = if bare.starts_with(|c: char| c.is_ascii_digit() || c == '£') {
        bare.replace(',', "")
    } else {
        bare.to_owned()
    };
    let digits_end = without_thousands.find(|c: char| c.is_alphabetic()).unwrap_or(0);
    let (number, unit) = without_thousands.split_at(digits_end);
    if digits_end > 0 && GLUED_UNITS.contains(&unit) {
        return vec![number.to_owned(), unit.to_owned()];
    }
    let keeps_inner_marks =
        without_thousands.contains('@') || without_thousands.contains(|c: char| c.is_ascii_digit());
    if keeps_inner_marks {
        return Some(without_thousands).filter(|word| !word.is_empty()).into_iter().collect();
    }
    without_thousands
        .split(|c: char| !c.is_alphanumeric() && c != '@')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn glued_units_come_apart_and_postcodes_stay_whole() {
        for (text, words) in [
            ("A two-bed, please.", "a two bed please"),
            ("£2,500pcm in W9 1AB", "£2500 pcm in w9 1ab"),
            ("2.30pm, Queen’s Park!", "2.30 pm queens park"),
            ("sam.okoro@example.com.", "sam.okoro@example.com"),
        ] {
            assert_eq!(Tokens::of(text).0.join(" "), words, "{text}");
        }
    }
}
