//! Which of the things offered: `the second one`, `number two`, `option 3`, `the last`, `the first and the third`.

use super::entity::Found;
use super::numbers::whole_at;
use super::tokens::Tokens;

/// From 1, or -1 for the last. A bare `two` is a choice only when one was asked for.
pub(super) fn choices(tokens: &Tokens, asked: bool) -> Vec<Found<i64>> {
    let mut found: Vec<Found<i64>> = Vec::new();
    for at in 0..tokens.len() {
        let chosen = numbered(tokens, at).or_else(|| ordinal(tokens, at, asked));
        if let Some((index, used)) = chosen
            && !tokens.is_refused(at)
            && !found.iter().any(|earlier| earlier.value == index)
        {
            found.push(Found::new(index, at..at + used));
        }
    }
    if found.is_empty() && asked {
        found.extend(bare(tokens));
    }
    found
}

/// `number two`, `option three`, `the number 2 one`
fn numbered(tokens: &Tokens, at: usize) -> Option<(i64, usize)> {
    if !matches!(tokens.get(at), "number" | "option" | "choice") {
        return None;
    }
    let letter = match tokens.get(at + 1) {
        "a" => Some(1),
        "b" => Some(2),
        "c" => Some(3),
        _ => None,
    };
    if let Some(index) = letter {
        return Some((index, 2));
    }
    let (index, used) = whole_at(tokens, at + 1, 1..=9)?;
    let is_address = tokens.get(at + 1 + used).len() > 3
        && !matches!(tokens.get(at + 1 + used), "please" | "sounds" | "would" | "then");
    (!is_address).then_some((index, used + 1))
}

/// `the second one`; "the second" alone where a choice was asked for, unless a date or a floor.
fn ordinal(tokens: &Tokens, at: usize, asked: bool) -> Option<(i64, usize)> {
    let index = match tokens.get(at) {
        "first" | "1st" | "former" => 1,
        "second" | "2nd" | "middle" => 2,
        "third" | "3rd" => 3,
        "earliest" | "soonest" if asked => return Some((1, 1)),
        "latest" if asked => return Some((-1, 1)),
        "last" | "latter" => -1,
        _ => return None,
    };
    let next = tokens.get(at + 1);
    let one = matches!(
        next,
        "one"
            | "option"
            | "choice"
            | "property"
            | "home"
            | "flat"
            | "slot"
            | "time"
            | "house"
            | "apartment"
            | "place"
            | "ones"
    );
    let is_time = next == "time" && !asked;
    let is_other = matches!(
        next,
        "thing" | "floor" | "of" | "week" | "name" | "bedroom" | "bathroom" | "viewing" | "night" | "month" | "year"
            | "class" | "person" | "home" if !(asked && next == "home")
    ) || super::month_days::month_named(next).is_some()
        || super::weekdays::weekday_named(next).is_some();
    let is_digit_date = tokens.get(at).starts_with(|c: char| c.is_ascii_digit()) && !one;
    let seconds = tokens.get(at) == "second" && matches!(tokens.before(at), "one" | "a" | "just" | "split");
    let last_is_latest = index == -1 && !one && tokens.before(at) != "the";
    let fine = (one && !is_time) || (asked && !is_digit_date);
    (fine && !is_other && !seconds && !last_is_latest).then_some((index, 1 + usize::from(one)))
}

fn bare(tokens: &Tokens) -> Option<Found<i64>> {
    let polite = |at: usize| matches!(tokens.get(at), "" | "please" | "then" | "thanks");
    let (index, used) = whole_at(tokens, 0, 1..=3)?;
    (used == tokens.len() || (used + 1 == tokens.len() && polite(used))).then(|| Found::new(index, 0..used))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(text: &str, asked: bool) -> Vec<i64> {
        choices(&Tokens::of(text), asked).into_iter().map(|found| found.value).collect()
    }

    #[test]
    fn a_choice_is_heard_when_one_was_asked_for() {
        for (text, indices) in [
            ("the second one please", vec![2]),
            ("number three", vec![3]),
            ("two", vec![2]),
            ("the last one", vec![-1]),
            ("the first and the third", vec![1, 3]),
            ("the second of December", vec![]),
            ("first thing on Monday", vec![]),
            ("half past two", vec![]),
            ("second one's no good, third one's better", vec![3]),
            ("not the first one, the second", vec![2]),
            ("I don't want the first one", vec![]),
            ("anything but the first one", vec![]),
            ("just a second", vec![]),
        ] {
            assert_eq!(chosen(text, true), indices, "{text}");
        }
        assert!(chosen("two", false).is_empty());
        assert!(chosen("a flat on the second floor", false).is_empty());
    }
}
