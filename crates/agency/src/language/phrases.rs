//! Many phrases looked for at once. A phrase is written as data: words, with `a|b` for one of several, `a?` for one
//! that may be missing, `leak~` for anything that begins so, `_` for any one word and `*` for up to three.

use std::collections::HashMap;
use std::ops::Range;

use super::tokens::Tokens;

#[derive(Debug)]
enum Piece {
    Words { any_of: Vec<String>, optional: bool },
    AnyOne,
    UpToThree,
}

/// Phrases with what they stand for.
#[derive(Debug)]
pub(super) struct PhraseBook<T> {
    phrases: Vec<(Vec<Piece>, T)>,
    /// By the first word, or by the first letters of a stem.
    by_word: HashMap<String, Vec<usize>>,
    by_stem: HashMap<String, Vec<usize>>,
}

/// Letters of a stem that the index looks at.
const STEM: usize = 3;

impl<T: Copy> PhraseBook<T> {
    /// Each meaning with all its phrases.
    pub(super) fn of_lists(lists: &[(T, &[&str])]) -> Self {
        Self::new(
            lists.iter().flat_map(|(meaning, phrases)| phrases.iter().map(move |phrase| (*meaning, *phrase))),
        )
    }

    pub(super) fn new<'a>(phrases: impl IntoIterator<Item = (T, &'a str)>) -> Self {
        let mut book = Self { phrases: Vec::new(), by_word: HashMap::new(), by_stem: HashMap::new() };
        for (meaning, phrase) in phrases {
            let pieces: Vec<Piece> = phrase.split_whitespace().map(piece).collect();
            let index = book.phrases.len();
            assert!(
                !book.index(&pieces, index),
                "the phrase \"{phrase}\" must have a word before what may be anything"
            );
            book.phrases.push((pieces, meaning));
        }
        book
    }

    /// Notes the words it may begin with, past those that may be missing; true if it may begin with anything.
    fn index(&mut self, pieces: &[Piece], index: usize) -> bool {
        for piece in pieces {
            let Piece::Words { any_of, optional } = piece else { return true };
            for word in any_of {
                match word.strip_suffix('~') {
                    Some(stem) => {
                        self.by_stem.entry(stem.chars().take(STEM).collect()).or_default().push(index);
                    }
                    None => self.by_word.entry(word.clone()).or_default().push(index),
                }
            }
            if !optional {
                return false;
            }
        }
        true
    }

    /// Every phrase that is there, with its place, in the order of the words.
    pub(super) fn find(&self, tokens: &Tokens) -> Vec<(T, Range<usize>)> {
        let mut found = Vec::new();
        for at in 0..tokens.len() {
            let word = tokens.get(at);
            let stem = word.char_indices().nth(STEM).map_or(word, |(cut, _)| &word[..cut]);
            let by_word = self.by_word.get(word).into_iter().flatten();
            let by_stem = self.by_stem.get(stem).into_iter().flatten();
            for index in by_word.chain(by_stem) {
                let (pieces, meaning) = &self.phrases[*index];
                if let Some(end) = ends(pieces, tokens, at) {
                    found.push((*meaning, at..end));
                }
            }
        }
        found
    }

    /// What the whole sentence stands for, if it is one of the phrases.
    pub(super) fn whole(&self, tokens: &Tokens) -> Vec<T> {
        let all = 0..tokens.len();
        self.find(tokens).into_iter().filter(|(_, run)| *run == all).map(|(meaning, _)| meaning).collect()
    }
}

fn piece(text: &str) -> Piece {
    match text {
        "_" => Piece::AnyOne,
        "*" => Piece::UpToThree,
        _ => {
            let (words, optional) = text.strip_suffix('?').map_or((text, false), |words| (words, true));
            Piece::Words { any_of: words.split('|').map(str::to_owned).collect(), optional }
        }
    }
}

/// Where the phrase ends, if it begins here.
fn ends(pieces: &[Piece], tokens: &Tokens, at: usize) -> Option<usize> {
    let Some((first, rest)) = pieces.split_first() else { return Some(at) };
    match first {
        Piece::Words { any_of, optional } => {
            let here = at < tokens.len() && any_of.iter().any(|word| is_word(word, tokens.get(at)));
            let taken = here.then(|| ends(rest, tokens, at + 1)).flatten();
            taken.or_else(|| optional.then(|| ends(rest, tokens, at)).flatten())
        }
        Piece::AnyOne => (at < tokens.len()).then(|| ends(rest, tokens, at + 1)).flatten(),
        Piece::UpToThree => {
            (0..=3).filter(|n| at + n <= tokens.len()).find_map(|n| ends(rest, tokens, at + n))
        }
    }
}

fn is_word(pattern: &str, word: &str) -> bool {
    pattern.strip_suffix('~').map_or_else(|| pattern == word, |stem| word.starts_with(stem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_found_in_all_their_forms() {
        let book = PhraseBook::new([
            (1, "speak|talk to|with a? person|human"),
            (2, "leak~"),
            (3, "when * open"),
            (4, "really? bad"),
        ]);
        let found = |text: &str| book.find(&Tokens::of(text)).into_iter().map(|(n, _)| n).collect::<Vec<_>>();
        assert_eq!(found("can I talk with a human about the leaking tap"), [1, 2]);
        assert_eq!(found("speak to person"), [1]);
        assert_eq!(found("it is bad"), [4]);
        assert_eq!(found("when are you open"), [3]);
        assert_eq!(found("when will the other office be open"), Vec::<i32>::new());
        assert_eq!(book.whole(&Tokens::of("talk to a person")), [1]);
        assert!(book.whole(&Tokens::of("please talk to a person")).is_empty());
    }
}
