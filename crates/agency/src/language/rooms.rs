//! Bedrooms, bathrooms and people: what is counted.

use super::Expecting;
use super::entity::Found;
use super::numbers::whole_at;
use super::tokens::Tokens;

/// Least and most; no most for "at least", no least for "up to".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rooms {
    pub(super) min: Option<i64>,
    pub(super) max: Option<i64>,
}

const BEDS: &[&str] = &[
    "bed", "beds", "bedroom", "bedrooms", "bedder", "bedders", "bedroomed", "bedded", "bedrooms'", "br",
    "bhk", "bet", "bedrom",
];
const BATHS: &[&str] = &["bath", "baths", "bathroom", "bathrooms", "ba"];
const PEOPLE: &[&str] = &[
    "people", "persons", "adults", "adult", "person", "guests", "kids", "children", "sharers", "tenants",
    "occupants",
];

/// `two bed`, `two or three bedrooms`, `at least two bedrooms`, `one double and a box room`; a studio has none.
pub(super) fn bedrooms(tokens: &Tokens, expecting: Expecting) -> Vec<Found<Rooms>> {
    let mut found = named_or_bare(tokens, BEDS, expecting == Expecting::Bedrooms);
    found.retain(|rooms| !is_about_others(tokens, rooms.run.start));
    if found.is_empty() {
        found.extend(double_and_box_room(tokens));
    }
    if found.is_empty() {
        found.extend(counted(tokens, &["rooms", "room"], false));
    }
    found
}

pub(super) fn bathrooms(tokens: &Tokens, expecting: Expecting) -> Vec<Found<Rooms>> {
    named_or_bare(tokens, BATHS, expecting == Expecting::Bathrooms)
}

/// A bare number is the answer only where nothing is named: "one with two bedrooms".
fn named_or_bare(tokens: &Tokens, units: &[&str], asked: bool) -> Vec<Found<Rooms>> {
    let named = counted(tokens, units, false);
    if named.is_empty() && asked { counted(tokens, units, true) } else { named }
}

/// `two of us`, `three people`, `a couple and a baby` is not counted.
pub(super) fn people(tokens: &Tokens) -> Vec<Found<i64>> {
    let mut found = Vec::new();
    for at in 0..tokens.len() {
        let Some((count, used)) = whole_at(tokens, at, 1..=99) else { continue };
        let next = tokens.get(at + used);
        let of_us = next == "of" && matches!(tokens.get(at + used + 1), "us" | "them");
        if PEOPLE.contains(&next) || of_us {
            let end = at + used + if of_us { 2 } else { 1 };
            found.push(Found::new(count, at..end));
        }
    }
    found
}

/// "I'm in a two bed now": what they have, not what they look for.
fn is_about_others(tokens: &Tokens, at: usize) -> bool {
    let near: Vec<&str> = (at.saturating_sub(5)..at).map(|i| tokens.get(i)).collect();
    let has = |words: &[&str]| near.windows(words.len()).any(|window| window == words);
    has(&["im", "in", "a"])
        || has(&["live", "in", "a"])
        || has(&["living", "in", "a"])
        || has(&["i", "own", "a"])
        || has(&["were", "in", "a"])
}

fn counted(tokens: &Tokens, units: &[&str], asked: bool) -> Vec<Found<Rooms>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match count_at(tokens, at, units, asked) {
            Some(rooms) if tokens.is_refused(at) => at = rooms.run.end,
            Some(rooms) => {
                at = rooms.run.end;
                found.push(rooms);
            }
            None => at += 1,
        }
    }
    found
}

/// Words that may stand between a number and what it counts.
const BETWEEN: &[&str] = &[
    "double", "single", "large", "big", "good", "small", "separate", "full", "sized", "size", "decent",
    "plus", "or", "more", "private", "proper",
];

fn count_at(tokens: &Tokens, at: usize, units: &[&str], asked: bool) -> Option<Found<Rooms>> {
    if units.contains(&tokens.get(at)) {
        return count_after(tokens, at);
    }
    let (first, used) = number(tokens, at)?;
    let mut next = at + used;
    let mut last = first;
    let mut between = usize::from(units.contains(&tokens.get(next)));
    if matches!(tokens.get(next + between), "or" | "to" | "and" | "maybe")
        && let Some((second, more)) =
            number(tokens, next + between + 1 + usize::from(tokens.get(next + between + 1) == "maybe"))
        && (tokens.get(next + between) != "and" || tokens.before(at) == "between")
    {
        last = second.max(first);
        next += between + 1 + usize::from(tokens.get(next + between + 1) == "maybe") + more;
        between = 0;
    }
    let unit_at = (next..next + 4).find(|i| !BETWEEN.contains(&tokens.get(*i)))?;
    let names_unit = between > 0
        || units.contains(&tokens.get(unit_at))
        || (tokens.get(unit_at) == "bed" && units == BEDS);
    let bare = asked && is_bare(tokens, at, next);
    if !names_unit && !bare {
        return None;
    }
    let end = if names_unit { unit_at.max(next) + 1 } else { next };
    let end = end + usize::from(matches!(tokens.get(end), "room" | "rooms") && units == BEDS);
    let (min, max) = bounds(tokens, at, next, end, first.min(last), last);
    Some(Found::new(Rooms { min, max }, at..end.min(tokens.len())))
}

/// A number as recognisers write it before a room: "to bed", "too bed", "for bed", "won bed", "a one bed".
fn number(tokens: &Tokens, at: usize) -> Option<(i64, usize)> {
    let is_misheard = tokens.get(at + 1).starts_with("bed")
        && !matches!(tokens.before(at), "go" | "going" | "went" | "want");
    match tokens.get(at) {
        "too" | "to" if is_misheard => Some((2, 1)),
        "for" if is_misheard => Some((4, 1)),
        "won" if is_misheard => Some((1, 1)),
        "free" if is_misheard => Some((3, 1)),
        "single" | "a" | "an" if BEDS.contains(&tokens.get(at + 1)) && tokens.get(at) == "single" => {
            Some((1, 1))
        }
        "couple" if tokens.get(at + 1) == "of" => Some((2, 2)),
        _ => whole_at(tokens, at, 0..=12),
    }
}

/// `bedrooms: two`, `number of bedrooms is 3`
fn count_after(tokens: &Tokens, at: usize) -> Option<Found<Rooms>> {
    let skip = usize::from(matches!(tokens.get(at + 1), "is" | "should" | "would" | "count" | "need"));
    let skip = skip + usize::from(matches!(tokens.get(at + 1 + skip), "be"));
    let introduces = skip > 0 || matches!(tokens.before(at), "of");
    let (count, used) = whole_at(tokens, at + 1 + skip, 1..=9).filter(|_| introduces)?;
    Some(Found::new(Rooms { min: Some(count), max: Some(count) }, at..at + 1 + skip + used))
}

/// The number is the answer, not one that counts something else.
fn is_bare(tokens: &Tokens, at: usize, next: usize) -> bool {
    let after = tokens.get(next);
    let counts_other = PEOPLE.contains(&after)
        || BATHS.contains(&after)
        || matches!(
            after,
            "of" | "thousand"
                | "hundred"
                | "k"
                | "pounds"
                | "grand"
                | "million"
                | "pm"
                | "am"
                | "oclock"
                | "weeks"
                | "months"
                | "years"
                | "floor"
        );
    !counts_other && !matches!(tokens.before(at), "at" | "flat" | "number")
}

fn bounds(
    tokens: &Tokens,
    at: usize,
    next: usize,
    end: usize,
    first: i64,
    last: i64,
) -> (Option<i64>, Option<i64>) {
    let before = |n: usize| at.checked_sub(n).map_or("", |i| tokens.get(i));
    let follows = |i: usize| {
        matches!(tokens.get(i), "plus" | "upwards" | "minimum" | "min")
            || (tokens.get(i), tokens.get(i + 1)) == ("and", "up")
            || (tokens.get(i) == "or"
                && matches!(tokens.get(i + 1), "more" | "bigger" | "larger" | "above" | "over"))
            || (tokens.get(i), tokens.get(i + 1)) == ("at", "least")
    };
    let least = follows(next)
        || follows(end)
        || (before(2), before(1)) == ("at", "least")
        || (before(2), before(1)) == ("minimum", "of")
        || matches!(before(1), "minimum" | "min")
        || (before(2), before(1)) == ("more", "than");
    let most = (before(2), before(1)) == ("up", "to")
        || (before(2), before(1)) == ("at", "most")
        || matches!(before(1), "maximum" | "max")
        || (before(3), before(2), before(1)) == ("no", "more", "than");
    let first =
        if (before(2), before(1)) == ("more", "than") && before(3) != "no" { first + 1 } else { first };
    match (least, most) {
        (true, false) => (Some(first), None),
        (_, true) => (None, Some(last)),
        _ => (Some(first), Some(last)),
    }
}

/// `one double and a box room` has two; `one double, one single` too.
fn double_and_box_room(tokens: &Tokens) -> Option<Found<Rooms>> {
    let start = tokens.find("double and a").or_else(|| tokens.find("double and one"))?;
    let small = matches!(tokens.get(start + 3), "box" | "single" | "small" | "study");
    small.then(|| Found::new(Rooms { min: Some(2), max: Some(2) }, start..start + 5))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beds(text: &str, expecting: Expecting) -> Option<(Option<i64>, Option<i64>)> {
        bedrooms(&Tokens::of(text), expecting).first().map(|found| (found.value.min, found.value.max))
    }

    #[test]
    fn bedrooms_in_ranges() {
        for (text, min, max) in [
            ("two or three bedrooms", Some(2), Some(3)),
            ("2 bed or 3 bed", Some(2), Some(3)),
            ("at least two bedrooms", Some(2), None),
            ("two beds or more", Some(2), None),
            ("up to three bedrooms", None, Some(3)),
            ("a 3-bed house", Some(3), Some(3)),
            ("one bedroom", Some(1), Some(1)),
            ("two double bedrooms", Some(2), Some(2)),
            ("between two and three bedrooms", Some(2), Some(3)),
            ("one double and a box room", Some(2), Some(2)),
            ("a too bed flat", Some(2), Some(2)),
            ("4 bed rooms", Some(4), Some(4)),
            ("2 people, one bedroom, up to 1800", Some(1), Some(1)),
        ] {
            assert_eq!(beds(text, Expecting::Anything), Some((min, max)), "{text}");
        }
        assert_eq!(beds("half past two", Expecting::Anything), None);
        assert_eq!(beds("two", Expecting::Bedrooms), Some((Some(2), Some(2))));
        assert_eq!(beds("two of us", Expecting::Bedrooms), None);
        assert_eq!(beds("I want to bed down", Expecting::Anything), None);
    }

    #[test]
    fn bathrooms_are_not_bedrooms() {
        let tokens = Tokens::of("a 2 bed with 3 bathrooms for four people");
        assert_eq!(bathrooms(&tokens, Expecting::Anything)[0].value.min, Some(3));
        assert_eq!(bedrooms(&tokens, Expecting::Anything)[0].value.max, Some(2));
        assert_eq!(people(&tokens)[0].value, 4);
    }
}
