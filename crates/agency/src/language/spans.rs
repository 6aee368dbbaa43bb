//! Runs of days (`the weekend`, `next week`, `mid-month`), and days that have passed, which nobody can come on.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::dates::Reading;
use super::entity::Days;
use super::month_days::month_named;
use super::numbers::whole_at;
use super::tokens::Tokens;
use super::weekdays::{coming, monday_of, weekday_named};

/// `the weekend`, `next week`, `early next week`, `end of the month`, `in January`, `the next few days`.
pub(super) fn span(tokens: &Tokens, at: usize, today: Date) -> Reading {
    let (part, skip) = part_of(tokens, at);
    let (from, to, used) = whole_span(tokens, at + skip, today)?;
    let days = i64::from((to - from).get_days());
    let run = |a: i64, b: i64| Days::run(from.saturating_add(a.days()), from.saturating_add(b.days()));
    let is_month = days > 20;
    let days = match (part, is_month) {
        (Part::Whole, _) => Days::run(from, to),
        (Part::Early, false) => run(0, 1),
        (Part::Middle, false) => run(2, 2),
        (Part::Late, false) => run(days.min(4) - 1, days.min(4)),
        (Part::Early, true) => run(0, 6),
        (Part::Middle, true) => run(12, 16),
        (Part::Late, true) => run(days - 6, days),
    };
    let days = match (days.from, days.to) {
        // What is left of it.
        (Some(from), Some(to)) if from < today && to >= today => Days::run(today, to),
        _ => days,
    };
    Some((Some(days), skip + used))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Whole,
    Early,
    Middle,
    Late,
}

/// `early`, `late`, `middle of`, `the end of`.
fn part_of(tokens: &Tokens, at: usize) -> (Part, usize) {
    let word = |n: usize| tokens.get(at + n);
    let part = match word(0) {
        "early" | "start" | "beginning" => Part::Early,
        "mid" | "middle" => Part::Middle,
        "late" | "end" | "later" => Part::Late,
        _ => return (Part::Whole, 0),
    };
    match (word(1), word(2)) {
        ("of", "the") => (part, 3),
        ("of" | "in" | "the", _) => (part, 2),
        _ => (part, 1),
    }
}

fn whole_span(tokens: &Tokens, at: usize, today: Date) -> Option<(Date, Date, usize)> {
    let word = |n: usize| tokens.get(at + n);
    let monday = monday_of(today);
    let week = |weeks: i64| monday.saturating_add((7 * weeks).days());
    let of_week = |weeks: i64| (week(weeks), week(weeks).saturating_add(6.days()));
    let with = |(from, to): (Date, Date), used: usize| Some((from, to, used));
    // On a Sunday "the weekend" is the next one: nobody says it of the day it is.
    let saturday =
        if today.weekday() == Weekday::Saturday { today } else { coming(Weekday::Saturday, today) };
    let weekend = (saturday, saturday.saturating_add(1.day()));
    match (word(0), word(1), word(2)) {
        ("next", "weekend", _) => with((weekend.0, weekend.1.saturating_add(7.days())), 2),
        ("weekend" | "weekends", ..) => with(weekend, 1),
        ("week", "after", "next") => with(of_week(2), 3),
        ("next", "week", _) => with(of_week(1), 2),
        ("this" | "rest", "week", _) => with(of_week(0), 2),
        ("of", "the", "week") | ("the", "week", "") if at > 0 => {
            with(of_week(0), if word(0) == "of" { 3 } else { 2 })
        }
        ("week", ..) if is_part_before(tokens, at) => with(of_week(0), 1),
        ("next", "month", _) => month_span(1, today, 2),
        ("this", "month", _) => month_span(0, today, 2),
        ("month", ..) if is_part_before(tokens, at) || matches!(tokens.before(at), "mid") => {
            month_span(0, today, 1)
        }
        ("weekday" | "weekdays", ..) => {
            with((week_start(today), week_start(today).saturating_add(4.days())), 1)
        }
        ("next", "few" | "couple", "days") => with((today, today.saturating_add(4.days())), 3),
        ("next", "couple", "of") if word(3) == "days" => with((today, today.saturating_add(3.days())), 4),
        ("coming", "week" | "days", _) => with((today, today.saturating_add(6.days())), 2),
        _ => named_month(tokens, at, today).or_else(|| coming_days(tokens, at, today)),
    }
}

fn week_start(today: Date) -> Date {
    if matches!(today.weekday(), Weekday::Saturday | Weekday::Sunday) {
        coming(Weekday::Monday, today)
    } else {
        today
    }
}

fn is_part_before(tokens: &Tokens, at: usize) -> bool {
    (at.saturating_sub(3)..at).any(|i| {
        matches!(tokens.get(i), "end" | "start" | "beginning" | "middle" | "mid" | "later" | "early" | "late")
    })
}

/// `the next three days`
fn coming_days(tokens: &Tokens, at: usize, today: Date) -> Option<(Date, Date, usize)> {
    if tokens.get(at) != "next" {
        return None;
    }
    let (count, used) = whole_at(tokens, at + 1, 2..=31)?;
    let days = match tokens.get(at + 1 + used) {
        "days" => count,
        "weeks" => 7 * count,
        _ => return None,
    };
    Some((today, today.checked_add(days.days()).ok()?, used + 2))
}

fn month_span(months: i64, today: Date, used: usize) -> Option<(Date, Date, usize)> {
    let first = today.first_of_month().checked_add(months.months()).ok()?;
    Some((first, first.last_of_month(), used))
}

/// `in January`, `January`; "may", "march" and "mar" are words before they are months.
fn named_month(tokens: &Tokens, at: usize, today: Date) -> Option<(Date, Date, usize)> {
    let word = tokens.get(at);
    let month = month_named(word)?;
    let is_word = matches!(word, "may" | "march" | "mar" | "sep" | "dec" | "jan");
    let introduced = matches!(
        tokens.before(at),
        "in" | "of" | "during" | "until" | "till" | "by" | "early" | "late" | "mid"
    );
    if is_word && !introduced && tokens.len() > 1 {
        return None;
    }
    let this_year = Date::new(today.year(), month, 1).ok()?;
    let first = if this_year.last_of_month() >= today {
        this_year
    } else {
        Date::new(today.year() + 1, month, 1).ok()?
    };
    Some((first, first.last_of_month(), 1))
}

/// `last Tuesday`, `yesterday`, `three weeks ago`, `last week`, `the other day`: read, and no day to come on.
pub(super) fn past(tokens: &Tokens, at: usize, _: Date) -> Reading {
    let word = |n: usize| tokens.get(at + n);
    let is_period = |word: &str| matches!(word, "night" | "week" | "month" | "year" | "weekend" | "time");
    let used = match (word(0), word(1)) {
        ("yesterday", _) => 1,
        ("last" | "previous", next)
            if weekday_named(next).is_some() || is_period(next) || month_named(next).is_some() =>
        {
            2
        }
        ("other", "day") => 2,
        _ => {
            let (_, used) = match word(0) {
                "a" | "some" | "few" | "couple" => (1, 1),
                _ => whole_at(tokens, at, 1..=999)?,
            };
            let unit = matches!(
                word(used),
                "day" | "days" | "week" | "weeks" | "month" | "months" | "year" | "years" | "fortnight"
            );
            if !(unit && word(used + 1) == "ago") {
                return None;
            }
            used + 2
        }
    };
    Some((None, used))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::dates::dates;
    use super::*;

    /// Sunday 22 November 2026.
    fn run(text: &str) -> Option<(String, String)> {
        let found = dates(&Tokens::of(text), date(2026, 11, 22));
        let days = &found.first()?.value;
        Some((days.from?.to_string(), days.to?.to_string()))
    }

    #[test]
    fn spans_name_their_days() {
        for (text, from, to) in [
            ("at the weekend", "2026-11-28", "2026-11-29"),
            ("any time next week", "2026-11-23", "2026-11-29"),
            ("early next week", "2026-11-23", "2026-11-24"),
            ("the end of the month", "2026-11-24", "2026-11-30"),
            ("mid January", "2027-01-13", "2027-01-17"),
            ("in December", "2026-12-01", "2026-12-31"),
            ("in the next few days", "2026-11-22", "2026-11-26"),
        ] {
            assert_eq!(run(text), Some((from.to_owned(), to.to_owned())), "{text}");
        }
    }
}
