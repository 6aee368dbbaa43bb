//! Times of day. The office opens at nine, so "half three" is in the afternoon.

use jiff::civil::Time;

use super::entity::{Clock, Found};
use super::numbers::whole_at;
use super::tokens::Tokens;

/// Every time, range and part of the day, in order. Bare hours ("two", "eleven thirty") count only where a time was
/// asked for.
pub(super) fn times(tokens: &Tokens, asked: bool) -> Vec<Found<Clock>> {
    let mut found: Vec<Found<Clock>> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match exact(tokens, at, asked).or_else(|| part_of_day(tokens, at)) {
            Some((clock, used)) if tokens.is_refused(at) => {
                let _ = clock;
                at += used;
            }
            Some((clock, used)) => {
                found.push(Found::new(clock, at..at + used));
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
        let words = phrase.split(' ');
        let length = words.clone().count();
        let is_here = words.enumerate().all(|(n, want)| tokens.get(i + n) == want);
        let clock = if from == until { Clock::at(*from) } else { Clock::between(*from, *until) };
        is_here.then_some((clock, length))
    })
}

/// Which half of the day was said beside an hour.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
    Unsaid,
    Morning,
    Afternoon,
    Night,
}

/// A time on the clock with the words that say which half of the day, before or after it.
fn exact(tokens: &Tokens, i: usize, asked: bool) -> Option<(Clock, usize)> {
    let (before, skip) = half_before(tokens, i);
    let start = i + skip;
    let (hour, minute, used, certain) = clock_phrase(tokens, start)
        .or_else(|| digital(tokens, start, asked))
        .or_else(|| bare_hour(tokens, start, asked))
        .or_else(|| whole_at(tokens, start, 0..=23).map(|(hour, used)| (hour, 0, used, false)))?;
    let (after, more) = half_after(tokens, start + used);
    let half = if after == Half::Unsaid { before } else { after };
    let is_certain = certain || half != Half::Unsaid;
    (is_certain && !is_other_number(tokens, start, used)).then(|| {
        let time = on_the_clock(hour, minute, half);
        (Clock::at(time), skip + used + more)
    })
}

/// `morning 11:30`, `evening at 6`
fn half_before(tokens: &Tokens, i: usize) -> (Half, usize) {
    let half = match tokens.get(i) {
        "morning" => Half::Morning,
        "afternoon" | "evening" => Half::Afternoon,
        "night" => Half::Night,
        _ => return (Half::Unsaid, 0),
    };
    if matches!(tokens.before(i), "good" | "lovely") {
        return (Half::Unsaid, 0);
    }
    let joint = usize::from(matches!(tokens.get(i + 1), "at" | "around" | "about"));
    (half, 1 + joint)
}

/// `pm`, `p m`, `in the morning`, `o'clock in the afternoon`, `at night`, `tonight`.
fn half_after(tokens: &Tokens, i: usize) -> (Half, usize) {
    let word = |n: usize| tokens.get(i + n);
    let part = |word: &str| match word {
        "morning" => Some(Half::Morning),
        "afternoon" | "evening" => Some(Half::Afternoon),
        "night" => Some(Half::Night),
        _ => None,
    };
    let clock = usize::from(matches!(word(0), "oclock" | "clock" | "hours" | "hrs" | "hr" | "h"));
    let clock = if (word(0), word(1)) == ("o", "clock") { 2 } else { clock };
    let found = match (word(clock), word(clock + 1), word(clock + 2)) {
        ("am" | "ams", ..) => Some((Half::Morning, 1)),
        ("pm" | "pms", ..) => Some((Half::Afternoon, 1)),
        ("a", "m", _) => Some((Half::Morning, 2)),
        ("p", "m", _) => Some((Half::Afternoon, 2)),
        ("a", "" | "on" | "tomorrow", _) => Some((Half::Morning, 1)),
        ("p", ..) => Some((Half::Afternoon, 1)),
        ("in" | "on" | "during", "the", third) => part(third).map(|half| (half, 3)),
        ("at", "night", _) => Some((Half::Night, 2)),
        ("this" | "tomorrow", next, _) => part(next).filter(|_| word(clock) == "this").map(|half| (half, 0)),
        ("tonight", ..) => Some((Half::Afternoon, 0)),
        (first, ..) => part(first).map(|half| (half, 1)),
    };
    found.map_or((Half::Unsaid, clock), |(half, used)| (half, clock + used))
}

type Reading = Option<(i64, i64, usize, bool)>;

/// `half past two`, `half two`, `quarter to five`, `ten past four`, `5 minutes to six`, `twenty-five to six`.
fn clock_phrase(tokens: &Tokens, i: usize) -> Reading {
    let skip = usize::from(tokens.get(i) == "a");
    let word = tokens.get(i + skip);
    let (minutes, mut next) = match word {
        "half" => (30, i + skip + 1),
        "quarter" => (15, i + skip + 1),
        _ => {
            let (minutes, used) = whole_at(tokens, i, 1..=29)?;
            (minutes, i + used + usize::from(matches!(tokens.get(i + used), "minutes" | "mins" | "minute")))
        }
    };
    let direction = tokens.get(next);
    // "From ten to twelve" is a range.
    let is_range = direction == "to" && matches!(tokens.before(i), "from" | "between");
    if matches!(direction, "past" | "to") && !is_range {
        next += 1;
    } else if word != "half" {
        return None;
    }
    let (hour, used) = whole_at(tokens, next, 0..=23)?;
    let is_counted = matches!(
        tokens.get(next + used),
        "bed" | "beds" | "bedroom" | "bedrooms" | "people" | "thousand" | "million"
    );
    // "two to three bedrooms", "one to two": quantities, not minutes.
    let plain_small = direction == "to" && !matches!(word, "half" | "quarter") && minutes < 5;
    let past = if direction == "to" { -minutes } else { minutes };
    (!is_counted && !plain_small).then_some((hour, past, next + used - i, true))
}

/// `14:30`, `2.30 pm`, `2pm`, `two o'clock`, `two thirty`, `6 45`, `1430`.
fn digital(tokens: &Tokens, i: usize, asked: bool) -> Reading {
    let word = tokens.get(i);
    if let Some((hour, minute)) = run_together(word).filter(|_| {
        asked && !is_amount(tokens, i) || matches!(tokens.get(i + 1), "am" | "pm" | "hours" | "hrs")
    }) {
        return Some((hour, minute, 1, true));
    }
    if let Some((hour, rest)) = word.split_once([':', '.']) {
        let minute = rest.split(':').next().unwrap_or_default();
        let is_clock = minute.len() == 2 && hour.len() <= 2 && rest.len() <= 5;
        let (hour, minute) = (hour.parse().ok()?, minute.parse::<i64>().ok()?);
        let fits = (0..24).contains(&hour) && (0..60).contains(&minute);
        let certain = word.contains(':') || tokens.get(i + 1).len() <= 2 || tokens.len() == 1;
        return (is_clock && fits).then_some((hour, minute, 1, certain));
    }
    let (hour, used) = whole_at(tokens, i, 0..=23)?;
    let after = tokens.get(i + used);
    let follows_clock = matches!(after, "am" | "pm" | "oclock" | "hours" | "hrs" | "hr" | "h")
        || (after, tokens.get(i + used + 1)) == ("o", "clock")
        || (matches!(after, "p" | "a") && word.len() <= 2 && word.starts_with(|c: char| c.is_ascii_digit()));
    if follows_clock {
        return Some((hour, 0, used, true));
    }
    if matches!(after, "oh" | "o" | "0")
        && let Some((minute, more)) = whole_at(tokens, i + used + 1, 1..=9)
        && used == 1
    {
        return Some((hour, minute, used + 1 + more, asked));
    }
    let (minute, more) = minutes_at(tokens, i + used).filter(|_| !tokens.is_after_pause(i + used))?;
    let unit = tokens.get(i + used + more);
    let is_money =
        matches!(unit, "pounds" | "thousand" | "k" | "hundred" | "grand" | "million" | "a" | "per" | "pcm");
    let is_half = matches!(unit, "am" | "pm" | "in" | "at" | "night" | "morning" | "afternoon" | "evening");
    (used == 1 && (!is_money || is_half)).then_some((
        hour,
        minute,
        used + more,
        asked || is_half || minute % 15 == 0,
    ))
}

/// `2000 a month`, `up to 2000`
fn is_amount(tokens: &Tokens, i: usize) -> bool {
    matches!(tokens.get(i + 1), "a" | "per" | "pcm" | "pw" | "pounds" | "quid" | "max" | "each")
        || matches!(tokens.before(i), "to" | "under" | "about" | "budget" | "max" | "of")
}

/// `1745`, `0730`, `530`
fn run_together(word: &str) -> Option<(i64, i64)> {
    if !(3..=4).contains(&word.len()) || !word.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (hour, minute) = word.split_at(word.len() - 2);
    let (hour, minute): (i64, i64) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour < 24 && minute < 60 && minute % 5 == 0).then_some((hour, minute))
}

/// Minutes as they stand after an hour: `30`, `thirty`, `00`, `05`, `forty five`.
fn minutes_at(tokens: &Tokens, at: usize) -> Option<(i64, usize)> {
    let word = tokens.get(at);
    if word.len() == 2 && word.bytes().all(|b| b.is_ascii_digit()) {
        return word.parse().ok().filter(|minute| (0..60).contains(minute)).map(|minute| (minute, 1));
    }
    whole_at(tokens, at, 10..=59).filter(|_| word.chars().all(char::is_alphabetic))
}

/// `at two`, or `two` alone where a time was asked for and nothing else is counted.
fn bare_hour(tokens: &Tokens, i: usize, asked: bool) -> Reading {
    let introduced = matches!(
        tokens.before(i),
        "at" | "about"
            | "around"
            | "after"
            | "before"
            | "by"
            | "be"
            | "make"
            | "between"
            | "till"
            | "until"
            | "past"
            | "than"
            | "for"
            | "it"
            | "from"
            | "to"
    );
    let (hour, used) = whole_at(tokens, i, 0..=23)?;
    let after = tokens.get(i + used);
    let ends = matches!(
        after,
        "" | "on"
            | "please"
            | "would"
            | "is"
            | "works"
            | "tomorrow"
            | "today"
            | "if"
            | "then"
            | "for"
            | "and"
            | "or"
            | "ish"
            | "in"
            | "onwards"
            | "to"
            | "till"
            | "until"
            | "this"
            | "next"
            | "thanks"
            | "would've"
            | "sharp"
            | "instead"
            | "not"
            | "rather"
            | "could"
            | "can"
            | "any"
            | "we"
            | "i"
    ) || super::dates::weekday_named(after).is_some()
        || after == "the"
        || tokens.is_after_pause(i + used);
    let is_rough = after == "ish";
    if after == "to"
        && whole_at(tokens, i + used + 1, 0..=99)
            .is_some_and(|(_, more)| is_other_number(tokens, i + used + 1, more))
    {
        return None;
    }
    let used = used + usize::from(is_rough);
    // Beside "at" a bare hour is a time in any sentence; elsewhere only where one was asked for.
    let limits = matches!(tokens.before(i), "after" | "before" | "by" | "till" | "until" | "between")
        || tokens.before(i) == "than" && matches!(tokens.before(i - 1), "later" | "earlier");
    let in_any = (tokens.before(i) == "at" || limits) && ends || is_rough || second_of_two(tokens, i, ends);
    let leads = asked
        && ends
        && (introduced || i == 0 || tokens.is_after_pause(i) || is_rough || is_day_before(tokens, i));
    (in_any || leads).then_some((hour, 0, used, true))
}

/// `between eight and nine`
fn second_of_two(tokens: &Tokens, i: usize, ends: bool) -> bool {
    ends && tokens.before(i) == "and" && (i.saturating_sub(4)..i).any(|k| tokens.get(k) == "between")
}

fn is_day_before(tokens: &Tokens, i: usize) -> bool {
    let before = tokens.before(i);
    super::dates::weekday_named(before).is_some()
        || matches!(
            before,
            "tomorrow" | "today" | "week" | "yes" | "yeah" | "say" | "maybe" | "or" | "and" | "no"
        )
        || before.ends_with("th")
        || before.ends_with("rd")
}

/// A number that counts something else.
fn is_other_number(tokens: &Tokens, i: usize, used: usize) -> bool {
    let after = tokens.get(i + used);
    let counted = matches!(
        after,
        "bed"
            | "beds"
            | "bedroom"
            | "bedrooms"
            | "bedder"
            | "people"
            | "adults"
            | "bathroom"
            | "bathrooms"
            | "bath"
            | "baths"
            | "thousand"
            | "k"
            | "grand"
            | "million"
            | "pounds"
            | "hundred"
            | "pcm"
            | "pw"
            | "percent"
            | "of"
            | "weeks"
            | "days"
            | "months"
            | "years"
            | "minutes"
            | "mins"
            | "double"
    );
    counted || tokens.get(i).starts_with(['£', '+'])
}

/// On a 12-hour clock without am or pm, the time inside or nearest to office hours is meant: 8 to 11 in the morning.
fn on_the_clock(hour: i64, minutes_past: i64, half: Half) -> Time {
    let hour = match (hour, half) {
        (12, Half::Morning | Half::Night) => 0,
        (0, Half::Afternoon) => 12,
        (1..=11, Half::Afternoon) | (5..=11, Half::Night) => hour + 12,
        (12.. | 0, _) | (_, Half::Morning | Half::Night | Half::Afternoon) => hour,
        (8..=11, _) => hour,
        // "Quarter to eight" is before the office opens: in the evening, like "seven".
        _ => hour + 12,
    };
    let minutes = (hour * 60 + minutes_past).rem_euclid(24 * 60);
    let narrow = |n: i64| i8::try_from(n).expect("an hour or a minute");
    Time::new(narrow(minutes / 60), narrow(minutes % 60), 0, 0).expect("inside a day")
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
