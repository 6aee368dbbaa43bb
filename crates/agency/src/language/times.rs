//! Times of day: exact ones, ranges, and parts of the day.

use jiff::civil::Time;

use super::clock::exact;
use super::entity::{Clock, Found};
use super::tokens::Tokens;

/// Every time, range and part of the day, in order. Bare hours ("two", "eleven thirty") count only where a time was
/// asked for.
pub(super) fn times(tokens: &Tokens, asked: bool) -> Vec<Found<Clock>> {
    read(tokens, asked, false)
}

/// What is refused: `no mornings`, `not after four`.
pub(super) fn refused_times(tokens: &Tokens) -> Vec<Found<Clock>> {
    read(tokens, true, true)
}

fn read(tokens: &Tokens, asked: bool, refused: bool) -> Vec<Found<Clock>> {
    let mut found: Vec<Found<Clock>> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match exact(tokens, at, asked).or_else(|| part_of_day(tokens, at)) {
            Some((clock, used)) => {
                if tokens.is_refused(at) == refused {
                    found.push(Found::new(clock, at..at + used));
                }
                at += used;
            }
            None => at += 1,
        }
    }
    settle(found, tokens)
}

const fn at(hour: i8, minute: i8) -> Time {
    Time::constant(hour, minute, 0, 0)
}
const DAY_ENDS: Time = at(23, 59);

/// When a viewing may start if it is to be in that part of the day; the longest phrases first.
const PARTS_OF_DAY: &[(&str, Time, Time)] = &[
    ("first thing in the morning", at(9, 0), at(10, 0)),
    ("first thing in the afternoon", at(12, 0), at(13, 30)),
    ("first thing", at(9, 0), at(10, 0)),
    ("early in the morning", at(8, 0), at(10, 0)),
    ("early morning", at(8, 0), at(10, 0)),
    ("late in the morning", at(11, 0), at(12, 0)),
    ("late morning", at(11, 0), at(12, 0)),
    ("mid morning", at(10, 0), at(11, 30)),
    ("early afternoon", at(12, 0), at(14, 0)),
    ("mid afternoon", at(14, 0), at(16, 0)),
    ("late afternoon", at(16, 0), at(18, 0)),
    ("late in the afternoon", at(16, 0), at(18, 0)),
    ("late in the day", at(16, 0), at(18, 0)),
    ("early evening", at(17, 0), at(19, 0)),
    ("after work", at(17, 30), at(20, 0)),
    ("end of the day", at(16, 30), at(18, 0)),
    ("end of day", at(16, 30), at(18, 0)),
    ("before work", at(7, 0), at(9, 0)),
    ("after the school run", at(9, 30), at(11, 0)),
    ("before lunch", at(9, 0), at(12, 0)),
    ("after lunch", at(13, 0), at(15, 0)),
    ("before noon", at(0, 0), at(12, 0)),
    ("after school", at(15, 30), at(17, 30)),
    ("lunch time", at(12, 0), at(14, 0)),
    ("lunchtime", at(12, 0), at(14, 0)),
    ("lunch break", at(12, 0), at(14, 0)),
    ("lunch hour", at(12, 0), at(14, 0)),
    ("over lunch", at(12, 0), at(14, 0)),
    ("around lunch", at(12, 0), at(14, 0)),
    ("at lunch", at(12, 0), at(14, 0)),
    ("teatime", at(16, 0), at(18, 0)),
    ("tea time", at(16, 0), at(18, 0)),
    ("dinnertime", at(18, 0), at(20, 0)),
    ("dinner time", at(18, 0), at(20, 0)),
    ("midday", at(12, 0), at(12, 0)),
    ("mid day", at(12, 0), at(12, 0)),
    ("noon", at(12, 0), at(12, 0)),
    ("midnight", at(0, 0), at(0, 0)),
    ("morning", at(0, 0), at(11, 59)),
    ("mornings", at(0, 0), at(11, 59)),
    ("afternoon", at(12, 0), at(17, 59)),
    ("afternoons", at(12, 0), at(17, 59)),
    ("evening", at(17, 0), at(21, 0)),
    ("evenings", at(17, 0), at(21, 0)),
    ("tonight", at(17, 0), at(21, 0)),
];

fn part_of_day(tokens: &Tokens, i: usize) -> Option<(Clock, usize)> {
    let word = tokens.get(i);
    // A greeting is no wish.
    if matches!(tokens.before(i), "good" | "lovely") || word.is_empty() {
        return None;
    }
    PARTS_OF_DAY.iter().find_map(|(phrase, from, until)| {
        if !phrase.starts_with(word) {
            return None;
        }
        let words = phrase.split(' ');
        let length = words.clone().count();
        let is_here = words.enumerate().all(|(n, want)| tokens.get(i + n) == want);
        let clock = if from == until { Clock::at(*from) } else { Clock::between(*from, *until) };
        is_here.then_some((clock, length))
    })
}

/// Ranges, and parts of the day that only say which half an exact time is in.
fn settle(found: Vec<Found<Clock>>, tokens: &Tokens) -> Vec<Found<Clock>> {
    let mut settled: Vec<Found<Clock>> = Vec::new();
    for mut next in found {
        if let Some(last) = settled.last_mut() {
            if let Some(whole) = joined(last, &next, tokens) {
                last.value = whole;
                last.run.end = next.run.end;
                continue;
            }
            // "In the afternoon, half three": the exact time says it all.
            if last.value.time.is_some() && next.value.from.is_some() && next.run.start - last.run.end < 6 {
                continue;
            }
            if last.value.from.is_some() && next.value.time.is_some() && next.run.start - last.run.end < 6 {
                *last = limited(next, tokens);
                continue;
            }
        }
        next = limited(next, tokens);
        settled.push(next);
    }
    settled
}

/// `between two and four`, `from ten till twelve`, `10 to 12`.
fn joined(last: &Found<Clock>, next: &Found<Clock>, tokens: &Tokens) -> Option<Clock> {
    let (from, to) = (last.value.time.or(last.value.from)?, next.value.time?);
    let opened = (last.run.start.saturating_sub(2)..last.run.start)
        .any(|i| matches!(tokens.get(i), "between" | "from"));
    let gap: Vec<&str> = (last.run.end..next.run.start).map(|i| tokens.get(i)).collect();
    let is_range = match gap.as_slice() {
        ["to" | "till" | "until" | "til"] => true,
        ["and"] => opened,
        _ => false,
    };
    let twelve_hours = jiff::SignedDuration::from_hours(12);
    // "From 5 to 6 pm": the half said last is the half of both.
    let from = if from > to { from.checked_sub(twelve_hours).unwrap_or(from) } else { from };
    (is_range && from < to).then(|| Clock::between(from, to))
}

/// `after three`, `before ten`, `from two onwards`, `no later than four`.
fn limited(found: Found<Clock>, tokens: &Tokens) -> Found<Clock> {
    let Some(time) = found.value.time else { return found };
    let at = found.run.start;
    let near: Vec<&str> = (at.saturating_sub(3)..at).map(|i| tokens.get(i)).collect();
    let ends_with = |words: &[&str]| near.ends_with(words);
    let after = ends_with(&["after"])
        || ends_with(&["after", "about"])
        || ends_with(&["after", "around"])
        || ends_with(&["later", "than"])
        || ends_with(&["earlier", "than"]) && near.first() == Some(&"no")
        || ends_with(&["from"])
        || ends_with(&["past"])
        || matches!(tokens.get(found.run.end), "onwards" | "or")
            && tokens.get(found.run.end + 1) != "at"
            && (tokens.get(found.run.end) == "onwards" || tokens.get(found.run.end + 1) == "later");
    let before = ends_with(&["before"])
        || ends_with(&["by"])
        || ends_with(&["until"])
        || ends_with(&["till"])
        || ends_with(&["earlier", "than"]) && near.first() != Some(&"no")
        || ends_with(&["no", "later", "than"]);
    let value = match (before, after) {
        (true, _) => Clock::between(Time::midnight(), time),
        (_, true) => Clock::between(time, DAY_ENDS),
        _ => found.value,
    };
    Found { value, ..found }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(text: &str) -> Option<String> {
        let show = |t: Time| t.strftime("%H:%M").to_string();
        let found = times(&Tokens::of(text), true);
        let clock = found.first()?.value;
        match (clock.time, clock.from, clock.to) {
            (Some(time), ..) => Some(show(time)),
            (_, Some(from), Some(to)) => Some(format!("{}-{}", show(from), show(to))),
            _ => None,
        }
    }

    #[test]
    fn exact_times() {
        for (text, time) in [
            ("half three", "15:30"),
            ("half past three", "15:30"),
            ("quarter to five", "16:45"),
            ("ten past ten", "10:10"),
            ("twenty-five to six", "17:35"),
            ("25 to 7 p.m.", "18:35"),
            ("2pm", "14:00"),
            ("2.30 pm", "14:30"),
            ("14:30 please", "14:30"),
            ("eleven thirty", "11:30"),
            ("two o'clock", "14:00"),
            ("Tuesday at two", "14:00"),
            ("nine am", "09:00"),
            ("half past nine", "09:30"),
            ("twelve thirty", "12:30"),
            ("yes but can it be four", "16:00"),
            ("nine-ish", "09:00"),
            ("afternoon 1:30", "13:30"),
            ("12 in the afternoon", "12:00"),
            ("10 05 night", "22:05"),
            ("15 to 2 night", "01:45"),
            ("half past 0 p.m.", "12:30"),
            ("4 15 in the morning", "04:15"),
            ("at noon", "12:00"),
            ("not ten, eleven", "11:00"),
        ] {
            assert_eq!(heard(text).as_deref(), Some(time), "{text}");
        }
    }

    #[test]
    fn parts_of_the_day_are_ranges() {
        for (text, range) in [
            ("Saturday morning", "00:00-11:59"),
            ("after work", "17:30-20:00"),
            ("after three pm", "15:00-23:59"),
            ("lunchtime", "12:00-14:00"),
            ("between two and four", "14:00-16:00"),
            ("from ten till twelve", "10:00-12:00"),
            ("no later than four", "00:00-16:00"),
            ("first thing", "09:00-10:00"),
        ] {
            assert_eq!(heard(text).as_deref(), Some(range), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_no_times() {
        for text in [
            "a two bedroom flat",
            "two thousand two hundred",
            "the second one",
            "yes please",
            "the 24th",
            "two to three bedrooms",
            "good morning",
            "up to 2000 a month",
        ] {
            assert_eq!(heard(text), None, "{text}");
        }
    }
}
