//! The triage table (`data/triage.json`): hazards, how they are said, what looks like them, and what is said at once.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::Hazard;
use super::wording::{SmallWords, Wording};

#[derive(Debug, Deserialize)]
struct Data {
    #[serde(flatten)]
    small: Small,
    hazards: Vec<Hazard>,
}

/// Everything of the table that is not a hazard.
#[derive(Debug, Deserialize)]
pub(super) struct Small {
    #[serde(flatten)]
    pub(super) words: SmallWords,
    /// It was so once: a word before and one of `ago` after, unless `today` says that it is so now.
    pub(super) before: Vec<Wording>,
    pub(super) ago: Vec<Wording>,
    /// Words after it that say it is over.
    pub(super) mended: Vec<Wording>,
    pub(super) today: Vec<Wording>,
    /// What makes a hazard worse, by the names that hazards use in `raised_by`.
    pub(super) circumstances: HashMap<String, Vec<Wording>>,
}

/// The table, with the wordings found by the words they begin with.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) small: Small,
    pub(super) hazards: Vec<Hazard>,
    by_first: HashMap<String, Vec<(usize, usize)>>,
}

pub(super) static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let data: Data = serde_json::from_str(include_str!("../../data/triage.json"))
        .expect("data/triage.json is checked by a test");
    let mut by_first: HashMap<String, Vec<(usize, usize)>> = HashMap::new();
    for (hazard, entry) in data.hazards.iter().enumerate() {
        for (wording, words) in entry.wordings.iter().enumerate() {
            for first in words.firsts() {
                by_first.entry(first.to_owned()).or_default().push((hazard, wording));
            }
        }
    }
    Table { small: data.small, hazards: data.hazards, by_first }
});

impl Table {
    /// The hazards, with their wordings, that may begin with this word.
    pub(super) fn beginning_with(&self, word: &str) -> impl Iterator<Item = (&Hazard, &Wording)> {
        let stem = word.strip_suffix("'s");
        let with_s = stem.map(|stem| format!("{stem}s"));
        let forms = [Some(stem.unwrap_or(word)), with_s.as_deref()];
        let places: Vec<_> = forms.into_iter().flatten().filter_map(|form| self.by_first.get(form)).collect();
        places.into_iter().flatten().map(|(hazard, wording)| {
            let hazard = &self.hazards[*hazard];
            (hazard, &hazard.wordings[*wording])
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wording_begins_with_a_word_and_every_emergency_has_a_script() {
        for hazard in &TABLE.hazards {
            for wording in hazard.wordings.iter().chain(&hazard.look_alikes) {
                assert!(wording.firsts().next().is_some(), "{}: {wording:?}", hazard.hazard);
            }
            assert!(
                hazard.grade == crate::triage::Grade::P3 || !hazard.script.is_empty(),
                "{}",
                hazard.hazard
            );
            for circumstance in &hazard.raised_by {
                let is_known = circumstance == "winter"
                    || circumstance == "agency"
                    || TABLE.small.circumstances.contains_key(circumstance);
                assert!(is_known, "{}: {circumstance}", hazard.hazard);
            }
        }
    }

    #[test]
    fn the_owner_reads_what_callers_hear() {
        let document = include_str!("../../../../docs/owner.md");
        for hazard in TABLE.hazards.iter().filter(|hazard| !hazard.script.is_empty()) {
            let row = document.lines().find(|line| line.starts_with(&format!("| `{}` |", hazard.hazard)));
            let row = row.unwrap_or_else(|| panic!("docs/owner.md lacks {}", hazard.hazard));
            assert!(row.contains(&format!("| {:?} |", hazard.grade)), "{row}");
            assert!(row.ends_with(&format!("| {} |", hazard.script)), "{row}");
            assert_eq!(row.contains("|  |"), hazard.raised_by.is_empty(), "{row}");
        }
    }
}
