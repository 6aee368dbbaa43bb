//! Times of day. The office opens at nine, so "half three" is in the afternoon.

use jiff::civil::Time;

use super::numbers::whole_at;
use super::tokens::Tokens;
use crate::diary::TimeWish;

/// An exact time, a part of the day, or nothing. Bare hours ("two", "eleven thirty") count only where a time was
/// asked for.
pub(super) fn times(tokens: &Tokens, asked: bool) -> TimeWish {
    if let Some(time) = exact(tokens, asked) {
        if tokens.has_any(&["after", "from"]) && !tokens.has("after work") {
            return range(time, Time::constant(23, 59, 0, 0));
        }
        return if tokens.has("before") { range(Time::midnight(), time) } else { range(time, time) };
    }
    let part = PARTS_OF_DAY.iter().find(|(phrases, ..)| tokens.has_any(phrases));
    part.map_or_else(TimeWish::default, |(_, from, until)| range(*from, *until))
}

const fn at(hour: i8, minute: i8) -> Time {
    Time::constant(hour, minute, 0, 0)
}

/// When a viewing may start if it is to be in that part of the day.
const PARTS_OF_DAY: &[(&[&str], Time, Time)] = &[
    (&["first thing", "early morning"], at(9, 0), at(10, 0)),
    (&["after work", "evening", "tonight", "end of the day", "late afternoon"], at(16, 30), at(20, 0)),
    (&["lunchtime", "lunch time", "midday", "over lunch"], at(12, 0), at(13, 30)),
    (&["morning"], at(0, 0), at(11, 59)),
    (&["afternoon"], at(12, 0), at(17, 59)),
];

fn range(from: Time, until: Time) -> TimeWish {
    TimeWish { dates: Vec::new(), from: Some(from), until: Some(until) }
}

fn exact(tokens: &Tokens, asked: bool) -> Option<Time> {
    (0..tokens.len()).find_map(|i| {
        clock_phrase(tokens, i).or_else(|| digital(tokens, i)).or_else(|| bare_hour(tokens, i, asked))
    })
}

/// `half past two`, `half two`, `quarter to five`, `ten past four`.
fn clock_phrase(tokens: &Tokens, i: usize) -> Option<Time> {
    let word = tokens.get(i);
    let (minutes, mut next) = match word {
        "half" => (30, i + 1),
        "quarter" => (15, i + 1),
        _ => {
            let (minutes, used) = whole_at(tokens, i, 5..=25)?;
            let next = i + used + usize::from(tokens.get(i + used) == "minutes");
            (minutes, next)
        }
    };
    let direction = tokens.get(next);
    if matches!(direction, "past" | "to") {
        next += 1;
    } else if word != "half" {
        return None;
    }
    let (hour, used) = whole_at(tokens, next, 1..=12)?;
    let minutes_past = if direction == "to" { -minutes } else { minutes };
    Some(office_time(hour, minutes_past, tokens.get(next + used)))
}

/// `14:30`, `2.30 pm`, `2pm`, `two o'clock`, `two thirty`, `eleven am`.
fn digital(tokens: &Tokens, i: usize) -> Option<Time> {
    let word = tokens.get(i);
    if let Some((hour, minute)) = word.split_once([':', '.']) {
        let (hour, minute) = (hour.parse().ok()?, minute.parse::<i64>().ok()?);
        let is_clock =
            (0..24).contains(&hour) && (0..60).contains(&minute) && word.len() - word.find([':', '.'])? == 3;
        return is_clock.then(|| office_time(hour, minute, tokens.get(i + 1)));
    }
    let (hour, used) = whole_at(tokens, i, 1..=12)?;
    let after = tokens.get(i + used);
    if matches!(after, "am" | "pm" | "oclock" | "o'clock") {
        return Some(office_time(hour, 0, after));
    }
    let (minute, more) = whole_at(tokens, i + used, 15..=45).filter(|(m, _)| m % 15 == 0)?;
    let unit = tokens.get(i + used + more);
    let is_money = matches!(unit, "pounds" | "thousand" | "k" | "hundred" | "grand" | "million");
    (!is_money && used == 1).then(|| office_time(hour, minute, unit))
}

/// `at two`, or `two` alone where a time was asked for and nothing else is counted.
fn bare_hour(tokens: &Tokens, i: usize, asked: bool) -> Option<Time> {
    let introduced = i > 0
        && matches!(tokens.get(i - 1), "at" | "about" | "around" | "after" | "before" | "by" | "be" | "make");
    let (hour, used) = whole_at(tokens, i, 1..=12)?;
    let ends = matches!(
        tokens.get(i + used),
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
    );
    let is_rough = tokens.get(i + used) == "ish";
    (asked && (introduced || is_rough) && ends).then(|| office_time(hour, 0, tokens.get(i + used)))
}

/// On a 12-hour clock without am or pm, the time inside or nearest to office hours is meant: 8 to 11 in the morning.
fn office_time(hour: i64, minutes_past: i64, half: &str) -> Time {
    let hour = match (hour, half) {
        (12, "am") => 0,
        (12.., _) | (_, "am") => hour,
        (_, "pm") => hour + 12,
        (8..=11, _) => hour,
        _ => hour + 12,
    };
    let minutes = (hour * 60 + minutes_past).rem_euclid(24 * 60);
    let narrow = |n: i64| i8::try_from(n).expect("an hour or a minute");
    Time::new(narrow(minutes / 60), narrow(minutes % 60), 0, 0).expect("inside a day")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(text: &str) -> Option<String> {
        let wish = times(&Tokens::of(text), true);
        let show = |t: Time| t.strftime("%H:%M").to_string();
        match (wish.from, wish.until) {
            (Some(a), Some(b)) if a == b => Some(show(a)),
            (Some(a), Some(b)) => Some(format!("{}-{}", show(a), show(b))),
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
        ] {
            assert_eq!(heard(text).as_deref(), Some(time), "{text}");
        }
    }

    #[test]
    fn parts_of_the_day_are_ranges() {
        for (text, range) in [
            ("Saturday morning", "00:00-11:59"),
            ("after work", "16:30-20:00"),
            ("after three pm", "15:00-23:59"),
            ("lunchtime", "12:00-13:30"),
        ] {
            assert_eq!(heard(text).as_deref(), Some(range), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_no_times() {
        for text in
            ["a two bedroom flat", "two thousand two hundred", "the second one", "yes please", "the 24th"]
        {
            assert_eq!(heard(text), None, "{text}");
        }
    }
}
