//! Days as callers name them. Each rule reads one way of saying it; the longest that fits a place is taken.

use jiff::ToSpan;
use jiff::civil::Date;

use super::entity::{Days, Found};
use super::month_days::{day_and_month, day_of_month, in_year, written_date, year_at};
use super::numbers::whole_at;
use super::spans;
use super::tokens::Tokens;
use super::weekdays::{coming, weekday, weekday_named};
use crate::london;

/// Every day or run of days the words name, in their order; what is refused ("not Monday") is left out.
pub(super) fn dates(tokens: &Tokens, today: Date) -> Vec<Found<Days>> {
    read(tokens, today, false)
}

/// The days that are refused.
pub(super) fn refused_dates(tokens: &Tokens, today: Date) -> Vec<Found<Days>> {
    read(tokens, today, true)
}

fn read(tokens: &Tokens, today: Date, refused: bool) -> Vec<Found<Days>> {
    let mut found: Vec<Found<Days>> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if let Some((days, used)) = after_the_last(tokens, at, &found) {
            found.push(Found::new(days, at..at + used));
            at += used;
            continue;
        }
        let readings = RULES.iter().filter_map(|rule| rule(tokens, at, today));
        let Some((days, used)) = readings.max_by_key(|(_, used)| *used) else {
            at += 1;
            continue;
        };
        if let Some(days) = days.filter(|_| tokens.is_refused(at) == refused) {
            found.push(Found::new(days, at..at + used));
        }
        at += used;
    }
    join_ranges(found, tokens)
}

/// What the words at one place mean, and how many they are. `None` for words that name no day one can come on: they are
/// read, so that "last Tuesday" is not taken for Tuesday.
pub(super) type Reading = Option<(Option<Days>, usize)>;
type Rule = fn(&Tokens, usize, Date) -> Reading;

const RULES: &[Rule] = &[
    relative_day,
    weekday,
    day_and_month,
    day_of_month,
    written_date,
    holiday,
    counted_ahead,
    spans::span,
    spans::past,
];

/// `the Friday after`, `the day after`: counted from the day named before it.
fn after_the_last(tokens: &Tokens, at: usize, found: &[Found<Days>]) -> Option<(Days, usize)> {
    let last = found.last()?.value.date?;
    if tokens.get(at + 1) != "after"
        || matches!(tokens.get(at + 2), "next" | "that" | "the" | "this" | "tomorrow")
    {
        return None;
    }
    let date = match tokens.get(at) {
        "day" => last.tomorrow().ok()?,
        word => coming(weekday_named(word)?, last),
    };
    Some((Days::one(date), 2))
}

/// `from the 5th to the 8th`, `between Monday and Wednesday`, `Monday to Friday`.
fn join_ranges(found: Vec<Found<Days>>, tokens: &Tokens) -> Vec<Found<Days>> {
    let mut joined: Vec<Found<Days>> = Vec::new();
    for next in found {
        if let Some(last) = joined.last_mut()
            && let (Some(from), Some(to)) = (last.value.date, next.value.date)
            && from < to
            && is_range(tokens, last.run.start, last.run.end, next.run.start)
        {
            last.value = Days { ambiguous: std::mem::take(&mut last.value.ambiguous), ..Days::run(from, to) };
            last.run.end = next.run.end;
            continue;
        }
        joined.push(next);
    }
    joined
}

fn is_range(tokens: &Tokens, first: usize, end: usize, next: usize) -> bool {
    let opened = (first.saturating_sub(2)..first).any(|i| matches!(tokens.get(i), "from" | "between"));
    let gap: Vec<&str> = (end..next).map(|i| tokens.get(i)).collect();
    match gap.as_slice() {
        ["to" | "until" | "till" | "til" | "through"] | ["up", "to"] | ["to" | "till" | "until", "the"] => {
            true
        }
        ["and"] | ["and", "the"] => opened,
        _ => false,
    }
}

fn ahead(today: Date, days: i64) -> Option<Days> {
    today.checked_add(days.days()).ok().map(Days::one)
}

/// `today`, `tomorrow`, `the day after tomorrow`, `this afternoon`, each with `week` or `fortnight` after it.
fn relative_day(tokens: &Tokens, at: usize, today: Date) -> Reading {
    let (days, used) = match (tokens.get(at), tokens.get(at + 1), tokens.get(at + 2)) {
        ("day", "after", "tomorrow" | "tomorrows") => (2, 3),
        ("overmorrow", ..) => (2, 1),
        ("tomorrow" | "tomorrows" | "tmrw" | "tmr" | "tomoz" | "tommorow" | "tomorow", ..) => (1, 1),
        ("today" | "tonight" | "todays", ..) => (0, 1),
        // The part of the day is left for the time.
        ("this", "morning" | "afternoon" | "evening" | "lunchtime", _) => (0, 1),
        ("later", "today" | "on", "today" | "") => (0, if tokens.get(at + 1) == "on" { 3 } else { 2 }),
        ("straight" | "right", "away", _) => (0, 2),
        ("asap" | "immediately", ..) => (0, 1),
        ("as", "soon", "as") if tokens.get(at + 3) == "possible" => (0, 4),
        ("day", "after", "that") => return Some((None, 3)),
        _ => return None,
    };
    let (more, words) = match tokens.get(at + used) {
        "week" if days < 2 => (7, 1),
        "fortnight" if days < 2 => (14, 1),
        _ => (0, 0),
    };
    Some((ahead(today, days + more), used + words))
}

/// `Boxing Day`, `Good Friday`, `the bank holiday`, `bank holiday Monday`.
fn holiday(tokens: &Tokens, at: usize, today: Date) -> Reading {
    let word = |n: usize| tokens.get(at + n);
    let fixed = match (word(0), word(1), word(2)) {
        ("christmas", "eve", _) => Some((12, 24, 2)),
        ("christmas", "day", _) => Some((12, 25, 2)),
        ("christmas", ..)
            if !matches!(
                tokens.before(at),
                "over" | "before" | "after" | "by" | "until" | "since" | "for" | "merry" | "happy"
            ) =>
        {
            Some((12, 25, 1))
        }
        ("boxing", "day", _) => Some((12, 26, 2)),
        ("new", "years" | "year", "eve") => Some((12, 31, 3)),
        ("new", "years" | "year", "day") => Some((1, 1, 3)),
        ("valentines", "day", _) => Some((2, 14, 2)),
        _ => None,
    };
    if let Some((month, day, used)) = fixed {
        let (year, more) = year_at(tokens, at + used);
        return Some((in_year(day, month, year, today).map(Days::one), used + more));
    }
    let easter = |offset: i64| {
        (0..=1)
            .map(|years| london::easter_sunday(today.year() + years).saturating_add(offset.days()))
            .find(|date| *date >= today)
            .map(Days::one)
    };
    match (word(0), word(1), word(2)) {
        ("good", "friday", _) => Some((easter(-2), 2)),
        ("easter", "monday", _) => Some((easter(1), 2)),
        ("easter", "sunday", _) => Some((easter(0), 2)),
        ("easter", "saturday", _) => Some((easter(-1), 2)),
        ("bank", "holiday" | "holidays", next) => {
            let day = weekday_named(next);
            let date = (0..400)
                .filter_map(|n| today.checked_add(n.days()).ok())
                .find(|date| london::is_bank_holiday(*date) && day.is_none_or(|day| day == date.weekday()));
            Some((date.map(Days::one), 2 + usize::from(day.is_some())))
        }
        _ => None,
    }
}

/// `in three days`, `in a fortnight`, `a week today`, `two weeks tomorrow`, `3 days from now`, `in two weeks' time`.
fn counted_ahead(tokens: &Tokens, at: usize, today: Date) -> Reading {
    let opened = usize::from(matches!(tokens.get(at), "in" | "within"));
    let (count, used) = match tokens.get(at + opened) {
        "a" | "an" => (1, 1),
        "fortnight" => (1, 0),
        "couple" => (2, if tokens.get(at + opened + 1) == "of" { 2 } else { 1 }),
        _ => whole_at(tokens, at + opened, 1..=365)?,
    };
    let (count, used) = match (count, tokens.get(at + opened + used), tokens.get(at + opened + used + 1)) {
        (1, "couple", "of") => (2, used + 2),
        other => (other.0, used),
    };
    let unit = tokens.get(at + opened + used);
    let end = opened + used + 1;
    let days = match unit {
        "day" | "days" => count,
        "week" | "weeks" => 7 * count,
        "fortnight" | "fortnights" => 14 * count,
        "month" | "months" => return month_ahead(tokens, at, opened, end, count, today),
        _ => return None,
    };
    let word = |n: usize| tokens.get(at + end + n);
    let (extra, more) = match (word(0), word(1)) {
        ("today", _) => (0, 1),
        ("tomorrow", _) => (1, 1),
        ("from" | "after", "today" | "now") => (0, 2),
        ("from" | "after", "tomorrow") => (1, 2),
        ("time", _) => (0, 1),
        ("from" | "after", _) => return after_a_date(tokens, at + end + 1, days, end + 1, today),
        _ if opened > 0 => (0, 0),
        _ => return None,
    };
    Some((ahead(today, days + extra), end + more))
}

/// `two weeks from January 15`
fn after_a_date(tokens: &Tokens, at: usize, days: i64, used: usize, today: Date) -> Reading {
    let (base, more) = day_and_month(tokens, at, today)?;
    let base = base?.date?;
    Some((ahead(base, days), used + more))
}

fn month_ahead(tokens: &Tokens, at: usize, opened: usize, end: usize, count: i64, today: Date) -> Reading {
    let timed = tokens.get(at + end) == "time";
    if opened == 0 && !timed {
        return None;
    }
    let date = today.checked_add(count.months()).ok().map(Days::one);
    Some((date, end + usize::from(timed)))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    /// The reference's day: Sunday 22 November 2026.
    fn on_the_reference_day(text: &str) -> Vec<String> {
        let found = dates(&Tokens::of(text), date(2026, 11, 22));
        found.iter().flat_map(|found| found.value.all()).map(|date| date.to_string()).collect()
    }

    #[test]
    fn days_as_callers_name_them() {
        for (text, expected) in [
            ("tomorrow", "2026-11-23"),
            ("the day after tomorrow", "2026-11-24"),
            ("Tuesday", "2026-11-24"),
            ("this Tuesday please", "2026-11-24"),
            ("Tuesday week", "2026-12-01"),
            ("a week on Tuesday", "2026-12-01"),
            ("two weeks on Tuesday", "2026-12-08"),
            ("Friday week", "2026-12-04"),
            ("Tuesday fortnight", "2026-12-08"),
            ("a fortnight today", "2026-12-06"),
            ("a week tomorrow", "2026-11-30"),
            ("tomorrow week", "2026-11-30"),
            ("in three days", "2026-11-25"),
            ("the twenty-fourth", "2026-11-24"),
            ("the twelfth", "2026-12-12"),
            ("on the 3rd of December", "2026-12-03"),
            ("the twelfth of January", "2027-01-12"),
            ("12/1", "2027-01-12"),
            ("Saturday morning", "2026-11-28"),
            ("Saturday 28th November", "2026-11-28"),
            ("bank holiday monday", "2026-12-28"),
            ("good friday", "2027-03-26"),
            ("Tuesday next week", "2026-11-24"),
            ("not Monday but Thursday", "2026-11-26"),
            ("Monday's no good, Wednesday", "2026-11-25"),
            ("2027-01-12", "2027-01-12"),
            ("the Friday after next", "2026-12-04"),
        ] {
            assert_eq!(on_the_reference_day(text), [expected], "{text}");
        }
    }

    #[test]
    fn an_ambiguous_friday_is_both_fridays() {
        assert_eq!(on_the_reference_day("next Friday"), ["2026-11-27", "2026-12-04"]);
    }

    #[test]
    fn words_that_only_look_like_dates_are_none() {
        for text in [
            "we'd like to come and see it",
            "wed love to view it",
            "the second one",
            "may I come and see it",
            "half past three",
            "two bedrooms",
            "first floor",
            "not Monday",
            "anything but Tuesday",
            "it broke last Tuesday",
            "three weeks ago",
            "I sat in the sun",
        ] {
            assert!(on_the_reference_day(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn ranges_are_runs_of_days() {
        let monday_to_wednesday = ["2026-11-23", "2026-11-24", "2026-11-25"];
        assert_eq!(on_the_reference_day("between Monday and Wednesday"), monday_to_wednesday);
        assert_eq!(on_the_reference_day("Monday to Wednesday"), monday_to_wednesday);
        assert_eq!(on_the_reference_day("Monday or Wednesday"), ["2026-11-23", "2026-11-25"]);
    }
}
