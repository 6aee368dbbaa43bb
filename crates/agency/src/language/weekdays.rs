//! A weekday, with everything that moves it: `this`, `next`, `week`, `a week on …`, `the 17th`.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::dates::Reading;
use super::entity::Days;
use super::month_days::{day_and_month, day_number, in_year, ordinal, written_date};
use super::numbers::whole_at;
use super::tokens::Tokens;

pub(super) fn weekday_named(word: &str) -> Option<Weekday> {
    Some(match word {
        "monday" | "mondays" | "mon" => Weekday::Monday,
        "tuesday" | "tuesdays" | "tues" | "tue" => Weekday::Tuesday,
        "wednesday" | "wednesdays" | "weds" | "wed" | "wensday" => Weekday::Wednesday,
        "thursday" | "thursdays" | "thurs" | "thur" | "thu" => Weekday::Thursday,
        "friday" | "fridays" | "fri" => Weekday::Friday,
        "saturday" | "saturdays" | "sat" => Weekday::Saturday,
        "sunday" | "sundays" | "sun" => Weekday::Sunday,
        _ => return None,
    })
}

/// A weekday with everything that moves it: `this`, `next`, `week`, `next week`, `a week on …`, `the 17th`.
pub(super) fn weekday(tokens: &Tokens, at: usize, today: Date) -> Reading {
    let (lead, skip) = weekday_lead(tokens, at);
    let day = weekday_named(tokens.get(at + skip))?;
    // "I sat down", "sun": the short forms alone are only days beside other words for one.
    if matches!(tokens.get(at + skip), "sat" | "sun") && !short_form_is_day(tokens, at + skip) {
        return None;
    }
    if tokens.get(at + skip) == "wed" && is_we_would(tokens, at + skip) {
        return None;
    }
    let (tail, more) = weekday_tail(tokens, at + skip + 1);
    let used = skip + 1 + more;
    if lead == Lead::Plain
        && tail == Tail::None
        && let Some((Some(days), dated)) = dated_weekday(tokens, at + skip + 1, today)
    {
        return Some((Some(days), skip + 1 + dated));
    }
    let coming = coming(day, today);
    let week = monday_of(today);
    let in_week = |weeks: i64| {
        let offset = 7 * weeks + i64::from(day.to_monday_zero_offset());
        week.checked_add(offset.days()).ok()
    };
    let later = |weeks: i64| coming.checked_add((7 * weeks).days()).ok();
    let days = match (lead, tail) {
        (_, Tail::Past) => None,
        (_, Tail::NextWeek) | (Lead::NextWeek, _) => in_week(1).map(Days::one),
        (_, Tail::ThisWeek) | (Lead::ThisWeek, _) => in_week(0).map(Days::one),
        (_, Tail::WeekAfterNext) => in_week(2).map(Days::one),
        (_, Tail::InWeeks(weeks)) => nearest(day, today.saturating_add((7 * weeks).days())),
        (_, Tail::Weeks(weeks)) | (Lead::WeeksOn(weeks), _) => later(weeks).map(Days::one),
        (_, Tail::AfterNext) => later(1).map(Days::one),
        (Lead::Next, _) => Some(Days::either([later(0), later(1)].into_iter().flatten().collect())),
        (Lead::Plain, Tail::None) => later(0).map(Days::one),
    };
    Some((days, used))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Lead {
    Plain,
    Next,
    NextWeek,
    ThisWeek,
    WeeksOn(i64),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tail {
    None,
    NextWeek,
    ThisWeek,
    WeekAfterNext,
    AfterNext,
    Weeks(i64),
    InWeeks(i64),
    Past,
}

fn weekday_lead(tokens: &Tokens, at: usize) -> (Lead, usize) {
    let word = |ahead: usize| tokens.get(at + ahead);
    match (word(0), word(1), word(2)) {
        ("next", "week", "on") => (Lead::NextWeek, 3),
        ("next", "week", _) => (Lead::NextWeek, 2),
        ("this", "week", "on") => (Lead::ThisWeek, 3),
        ("this", "week", _) => (Lead::ThisWeek, 2),
        ("next", ..) => (Lead::Next, 1),
        ("not", "this", _) if word(3) == "but" && word(4) == "next" => (Lead::Plain, 0),
        ("this", "coming", _) => (Lead::Plain, 2),
        ("this" | "coming", ..) => (Lead::Plain, 1),
        ("week" | "weeks", "on", _) => (Lead::WeeksOn(weeks_before(tokens, at)), 2),
        ("week", "from" | "after", _) => (Lead::WeeksOn(weeks_before(tokens, at)), 2),
        ("fortnight", "on" | "from", _) => (Lead::WeeksOn(2), 2),
        ("a" | "the", "week", "on" | "from") => (Lead::WeeksOn(1), 3),
        _ => (Lead::Plain, 0),
    }
}

/// `two weeks on Tuesday`: the number stands before the place.
fn weeks_before(tokens: &Tokens, at: usize) -> i64 {
    at.checked_sub(1).and_then(|i| whole_at(tokens, i, 1..=8)).map_or(1, |(weeks, _)| weeks)
}

fn weekday_tail(tokens: &Tokens, at: usize) -> (Tail, usize) {
    let word = |ahead: usize| tokens.get(at + ahead);
    match (word(0), word(1), word(2)) {
        ("week", "after", "next") => (Tail::WeekAfterNext, 3),
        ("the", "week", "after") if word(3) == "next" => (Tail::WeekAfterNext, 4),
        ("the", "week", "after") => (Tail::Weeks(1), 3),
        ("after", "next", _) => (Tail::AfterNext, 2),
        ("after" | "the", "after" | "week", "this" | "") => (Tail::None, 0),
        ("week", ..) => (Tail::Weeks(1), 1),
        ("fortnight", ..) => (Tail::Weeks(2), 1),
        ("of" | "in", "next", "week") => (Tail::NextWeek, 3),
        ("of" | "in", "this", "week") => (Tail::ThisWeek, 3),
        ("next", "week", _) => (Tail::NextWeek, 2),
        ("this", "week", _) => (Tail::ThisWeek, 2),
        ("last", "week", _) => (Tail::Past, 2),
        ("in", "a", "week") => (Tail::InWeeks(1), 3),
        ("in", "a", "fortnight") => (Tail::InWeeks(2), 3),
        _ => {
            let start = usize::from(word(0) == "in");
            match whole_at(tokens, at + start, 1..=8) {
                Some((weeks, used)) if matches!(word(start + used), "weeks" | "week") => {
                    let ends = match (word(start + used + 1), word(start + used + 2)) {
                        ("from", "now" | "today") => 2,
                        ("time", _) => 1,
                        _ => 0,
                    };
                    let counts = start > 0 || ends > 0;
                    if counts { (Tail::InWeeks(weeks), start + used + 1 + ends) } else { (Tail::None, 0) }
                }
                _ => (Tail::None, 0),
            }
        }
    }
}

/// "We'd like", with its mark or without it.
fn is_we_would(tokens: &Tokens, at: usize) -> bool {
    let after = tokens.get(at + 1);
    tokens.said(&(at..at + 1)).contains(['\'', '’'])
        || ["like", "love", "prefer", "rather", "want", "need", "be", "have", "also", "really", "both"]
            .contains(&after)
}

fn short_form_is_day(tokens: &Tokens, at: usize) -> bool {
    matches!(tokens.before(at), "on" | "this" | "next" | "or" | "and" | "" | "coming")
        || !matches!(tokens.before(at), "the" | "i" | "we" | "she" | "he")
            && matches!(tokens.get(at + 1), "" | "at" | "morning" | "afternoon" | "or" | "and" | "the")
        || whole_at(tokens, at + 1, 1..=31).is_some()
}

/// What follows a weekday is the date itself: `Friday the 17th`, `Tuesday March 3`, `Saturday 3 December`.
fn dated_weekday(tokens: &Tokens, at: usize, today: Date) -> Reading {
    let skip = usize::from(tokens.get(at) == "the");
    let (Some(weekday), skip_may) = (weekday_named(tokens.before(at)), tokens.get(at) == "may") else {
        return None;
    };
    let after_may = || {
        let (day, used) = day_number(tokens, at + 1)?;
        skip_may.then(|| (in_year(day, 5, None, today).map(Days::one), used + 1))
    };
    day_and_month(tokens, at, today)
        .or_else(after_may)
        .or_else(|| written_date(tokens, at, today).filter(|_| tokens.get(at).contains('/')))
        .or_else(|| {
            let (day, used) = ordinal(tokens, at + skip)?;
            let is_that_day = |date: &Date| *date >= today && date.weekday() == weekday;
            let date = (0..12)
                .filter_map(|months: i64| today.first_of_month().checked_add(months.months()).ok())
                .filter_map(|first| Date::new(first.year(), first.month(), day).ok())
                .find(is_that_day);
            Some((date.map(Days::one), used + skip))
        })
}

/// The next such day after today; on a Tuesday, "Tuesday" is a week away ("today" is called today).
pub(super) fn coming(weekday: Weekday, today: Date) -> Date {
    let ahead = i64::from(today.weekday().until(weekday));
    today.saturating_add(if ahead == 0 { 7 } else { ahead }.days())
}

/// Such a day within three days of that date.
fn nearest(weekday: Weekday, date: Date) -> Option<Days> {
    (-3..=3)
        .filter_map(|n| date.checked_add(n.days()).ok())
        .find(|day| day.weekday() == weekday)
        .map(Days::one)
}

pub(super) fn monday_of(today: Date) -> Date {
    today.saturating_sub(i64::from(today.weekday().to_monday_zero_offset()).days())
}
