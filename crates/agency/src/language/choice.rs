//! Which of the things offered: `the second one`, `number two`, `option 3`, `the last`.

use super::numbers::whole_at;
use super::tokens::Tokens;

const ORDINALS: &[(&str, i64)] =
    &[("first", 1), ("1st", 1), ("second", 2), ("2nd", 2), ("third", 3), ("3rd", 3), ("last", -1)];

/// From 1, or -1 for the last. A bare `two` is a choice only when one was asked for.
pub(super) fn choice(tokens: &Tokens, asked: bool) -> Option<i64> {
    let is_ordinal_date = tokens.has_any(&[
        "of january",
        "of february",
        "of march",
        "of april",
        "of may",
        "of june",
        "of july",
        "of august",
        "of september",
        "of october",
        "of november",
        "of december",
        "first thing",
    ]);
    let mut chosen: Vec<i64> = ORDINALS
        .iter()
        .filter(|(word, _)| tokens.find(word).is_some_and(|at| !tokens.is_refused(at)))
        .map(|(_, index)| *index)
        .collect();
    chosen.dedup();
    // Two of them in one breath is a story, not a choice.
    if let [only] = chosen.as_slice()
        && asked
        && !is_ordinal_date
    {
        return Some(*only);
    }
    for lead in ["number", "option"] {
        if let Some(at) = tokens.find(lead) {
            return whole_at(tokens, at + 1, 1..=9).map(|(index, _)| index);
        }
    }
    let bare = asked && (tokens.len() == 1 || (tokens.len() == 2 && tokens.get(1) == "please"));
    bare.then(|| whole_at(tokens, 0, 1..=3)).flatten().map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_heard_when_one_was_asked_for() {
        for (text, index) in [
            ("the second one please", Some(2)),
            ("number three", Some(3)),
            ("two", Some(2)),
            ("the last one", Some(-1)),
            ("the second of December", None),
            ("first thing on Monday", None),
            ("half past two", None),
            ("second one's no good, third one's better", None),
            ("I saw the first one already, the second looked rough", None),
            ("not the first one, the second", Some(2)),
            ("I don't want the first one", None),
            ("anything but the first one", None),
        ] {
            assert_eq!(choice(&Tokens::of(text), true), index, "{text}");
        }
        assert_eq!(choice(&Tokens::of("two"), false), None);
    }
}
