//! One wording of the triage table, and where it is found in a sentence.
//!
//! A wording is written as it is said, without apostrophes. `a|b` is either word, `this_one|that` allows words that
//! belong together, `~` stands for up to four small words (see `fillers` in the table), `..` for up to four of any.

use std::collections::HashSet;
use std::ops::Range;

use serde::Deserialize;

/// Small words that say nothing of danger, and words that begin another thought.
#[derive(Debug, Deserialize)]
pub(super) struct SmallWords {
    pub(super) denials: HashSet<String>,
    pub(super) fillers: HashSet<String>,
    pub(super) breaks: HashSet<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(from = "String")]
pub(super) struct Wording(Vec<Part>);

#[derive(Clone, Debug)]
enum Part {
    OneOf(Vec<Vec<String>>),
    Fillers,
    Anything,
}

impl From<String> for Wording {
    fn from(text: String) -> Self {
        Self(text.split_whitespace().map(part).collect())
    }
}

fn part(text: &str) -> Part {
    match text {
        "~" => Part::Fillers,
        ".." => Part::Anything,
        words => {
            let together = |option: &str| option.split('_').map(str::to_owned).collect();
            Part::OneOf(words.split('|').map(together).collect())
        }
    }
}

const GAP_MAX: usize = 4;

impl Wording {
    /// The words it may begin with.
    pub(super) fn firsts(&self) -> impl Iterator<Item = &str> {
        let options = match self.0.first() {
            Some(Part::OneOf(options)) => options.as_slice(),
            _ => &[],
        };
        options.iter().filter_map(|words| words.first()).map(String::as_str)
    }

    /// Where it stands if it begins at this word.
    pub(super) fn at(&self, words: &[&str], start: usize, small: &SmallWords) -> Option<Range<usize>> {
        end_of(&self.0, words, start, small).map(|end| start..end)
    }

    /// Where it stands first.
    pub(super) fn find(&self, words: &[&str], small: &SmallWords) -> Option<Range<usize>> {
        (0..words.len()).find_map(|start| self.at(words, start, small))
    }

    /// Whether it stands from this word on, or may yet, as the sentence is not over: then the last word may not be whole.
    pub(super) fn may_stand(&self, said: Unfinished, start: usize, small: &SmallWords) -> bool {
        may_end(&self.0, said, start, small)
    }

    /// Whether the first of these words is all of it, or may yet be.
    pub(super) fn may_be_one_word(&self, said: Unfinished) -> bool {
        let [Part::OneOf(options)] = self.0.as_slice() else { return false };
        options.iter().any(|option| option.len() == 1 && may_stand_at(option, said, 0))
    }
}

/// The words of a sentence so far.
#[derive(Clone, Copy)]
pub(super) struct Unfinished<'a> {
    pub(super) words: &'a [&'a str],
    pub(super) last_is_whole: bool,
}

fn may_end(parts: &[Part], said: Unfinished, at: usize, small: &SmallWords) -> bool {
    let Some((part, rest)) = parts.split_first() else { return true };
    let goes_on = |at: usize| at >= said.words.len() || may_end(rest, said, at, small);
    let across = |is_small: &dyn Fn(&str) -> bool| {
        let left = said.words.get(at..).unwrap_or_default();
        let gap = left.iter().take(GAP_MAX).take_while(|word| is_small(word)).count();
        (0..=gap).any(|gap| goes_on(at + gap) || (!said.last_is_whole && at + gap + 1 == said.words.len()))
    };
    match part {
        Part::OneOf(options) => {
            options.iter().any(|option| may_stand_at(option, said, at) && goes_on(at + option.len()))
        }
        Part::Fillers => across(&|word| small.is_filler(word)),
        Part::Anything => across(&|word| !small.breaks.contains(word)),
    }
}

/// As far as anything was said.
fn may_stand_at(option: &[String], said: Unfinished, at: usize) -> bool {
    let left = said.words.get(at..).unwrap_or_default();
    let last = left.len().checked_sub(1).filter(|_| !said.last_is_whole);
    left.iter().zip(option).enumerate().all(|(nth, (word, written))| {
        is_said(written, word) || (last == Some(nth) && written.starts_with(word.trim_end_matches('\'')))
    })
}

/// Where the last of the parts ends, if all follow one another from here; the shortest gaps are tried first.
fn end_of(parts: &[Part], words: &[&str], at: usize, small: &SmallWords) -> Option<usize> {
    let Some((part, rest)) = parts.split_first() else { return Some(at) };
    match part {
        Part::OneOf(options) => options
            .iter()
            .filter(|option| stand_at(option, words, at))
            .find_map(|option| end_of(rest, words, at + option.len(), small)),
        Part::Fillers => across_gap(rest, words, at, small, |word| small.is_filler(word)),
        Part::Anything => across_gap(rest, words, at, small, |word| !small.breaks.contains(word)),
    }
}

fn stand_at(option: &[String], words: &[&str], at: usize) -> bool {
    let said = words.get(at..at + option.len());
    said.is_some_and(|said| said.iter().zip(option).all(|(said, written)| is_said(written, said)))
}

/// "Ceiling's" may be a ceiling that is something, or something of a ceiling; "its" and "it's" are one.
fn is_said(written: &str, said: &str) -> bool {
    let Some(stem) = said.strip_suffix("'s") else { return said == written };
    stem == written || written.strip_suffix('s') == Some(stem)
}

impl SmallWords {
    pub(super) fn is_filler(&self, said: &str) -> bool {
        self.fillers.contains(said.strip_suffix("'s").unwrap_or(said))
    }
}

fn across_gap(
    rest: &[Part],
    words: &[&str],
    at: usize,
    small: &SmallWords,
    may_stand: impl Fn(&str) -> bool,
) -> Option<usize> {
    let last = words[at.min(words.len())..].iter().take(GAP_MAX).take_while(|word| may_stand(word)).count();
    (0..=last).find_map(|gap| end_of(rest, words, at + gap, small))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(wording: &str, sentence: &str) -> bool {
        let set = |words: &str| words.split_whitespace().map(str::to_owned).collect();
        let small = SmallWords { denials: set("no"), fillers: set("is the a"), breaks: set("but") };
        let words: Vec<&str> = sentence.split_whitespace().collect();
        Wording::from(wording.to_owned()).find(&words, &small).is_some()
    }

    #[test]
    fn wordings_are_found() {
        assert!(found("smell|smells .. gas", "it smells a bit of gas here"));
        assert!(found("boiler ~ dead|packed_up", "the boiler is packed up"));
        assert!(found("boiler ~ dead|packed_up", "the boiler dead"));
        assert!(found("~ dead", "is dead"));
    }

    #[test]
    fn gaps_are_short_and_end_with_the_thought() {
        assert!(!found("boiler ~ dead", "the boiler cupboard is dead"));
        assert!(!found("smell .. gas", "i smell it but gas is included"));
        assert!(!found("smell .. gas", "smell one two three four five gas"));
        assert!(!found("boiler ~ packed_up", "the boiler is packed"));
    }
}
