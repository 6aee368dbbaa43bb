//! Wordings of the table's kind, for other tables: whole sentences, and sentences that are still being written.

use serde::Deserialize;

use super::Sentence;
use super::table::TABLE;
use super::wording::{Unfinished, Wording};

/// A wording of the table's kind, for other tables.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct Pattern(Wording);

/// Whether a wording with a denial right before it counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Denied {
    Counts,
    Allowed,
}

impl Pattern {
    pub(crate) fn is_in(&self, words: &str) -> bool {
        Self::any_in(std::slice::from_ref(self), words, Denied::Counts)
    }

    /// Whether any of them stands in these words.
    pub(crate) fn any_in(patterns: &[Self], words: &str, denied: Denied) -> bool {
        let heard = Sentence::new(words);
        let said: Vec<&str> = heard.words.iter().map(String::as_str).collect();
        patterns.iter().filter_map(|pattern| pattern.0.find(&said, &TABLE.small.words)).any(|place| {
            denied == Denied::Counts
                || !said[..place.end].iter().any(|word| TABLE.small.words.denials.contains(*word))
        })
    }

    /// Where in these words, which go on, one of them stands or may yet come to stand: the byte it would begin at.
    pub(crate) fn may_begin_at<'a>(
        patterns: &(impl Iterator<Item = &'a Self> + Clone),
        words: &str,
    ) -> Option<usize> {
        let written = words.split_whitespace().flat_map(|written| {
            let at = written.as_ptr().addr() - words.as_ptr().addr();
            Sentence::new(written).words.into_iter().map(move |word| (at, word))
        });
        let (places, heard): (Vec<usize>, Vec<String>) = written.unzip();
        let small = &TABLE.small.words;
        let may_stand =
            |said: Unfinished, start| patterns.clone().any(|one| one.0.may_stand(said, start, small));
        let start =
            unfinished(words, &heard, |said| (0..places.len()).find(|start| may_stand(said, *start)))?;
        Some(places[start])
    }

    /// Whether this word alone is all of it; or may be, when it is whole.
    pub(crate) fn may_be_one_word(&self, word: &str) -> bool {
        unfinished(word, &Sentence::new(word).words, |said| self.0.may_be_one_word(said))
    }
}

fn unfinished<T>(written: &str, heard: &[String], judge: impl FnOnce(Unfinished) -> T) -> T {
    let words: Vec<&str> = heard.iter().map(String::as_str).collect();
    judge(Unfinished { words: &words, last_is_whole: written.ends_with(char::is_whitespace) })
}
