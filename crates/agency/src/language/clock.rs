//! One time on the clock: `half three`, `2.30 pm`, `at two`. The office opens at nine, so "half three" is in the
//! afternoon.

use jiff::civil::Time;

use super::entity::Clock;
use super::numbers::whole_at;
use super::tokens::Tokens;

/// Which half of the day was said beside an hour.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
    Unsaid,
    Morning,
    Afternoon,
    Night,
}

/// A time on the clock with the words that say which half of the day, before or after it.
pub(super) fn exact(tokens: &Tokens, i: usize, asked: bool) -> Option<(Clock, usize)> {
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

/// Words that a bare hour may follow.
const BEFORE_AN_HOUR: &[&str] = &[
    "at", "about", "around", "after", "before", "by", "be", "make", "between", "till", "until", "past",
    "than", "for", "it", "from", "to",
];
/// Words that may follow a bare hour; other words are counted by it.
const AFTER_AN_HOUR: &[&str] = &[
    "", "on", "please", "would", "is", "works", "tomorrow", "today", "if", "then", "for", "and", "or", "ish",
    "in", "onwards", "to", "till", "until", "this", "next", "thanks", "would've", "sharp", "instead", "not",
    "rather", "could", "can", "any", "we", "i", "the",
];

/// `at two`, or `two` alone where a time was asked for and nothing else is counted.
fn bare_hour(tokens: &Tokens, i: usize, asked: bool) -> Reading {
    let introduced = BEFORE_AN_HOUR.contains(&tokens.before(i));
    let (hour, used) = whole_at(tokens, i, 0..=23)?;
    let after = tokens.get(i + used);
    let ends = AFTER_AN_HOUR.contains(&after)
        || super::weekdays::weekday_named(after).is_some()
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
    super::weekdays::weekday_named(before).is_some()
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
