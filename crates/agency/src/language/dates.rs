//! Days as callers name them. A day that has passed is never meant.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::numbers::whole_at;
use super::tokens::Tokens;
use crate::speech;

const WEEKDAYS: &[(&str, Weekday)] = &[
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Every date the words can mean, in order; empty when no day is named. "Next Friday" gives both Fridays: callers
/// differ, so the diary offers from both and the read-back names the date.
pub(super) fn dates(tokens: &Tokens, today: Date) -> Vec<Date> {
    let ahead = |days: i64| today.checked_add(days.days()).ok();
    let mut found: Vec<Date> = Vec::new();
    if tokens.has("day after tomorrow") {
        found.extend(ahead(2));
    } else if tokens.has("tomorrow") {
        found.extend(ahead(1));
    } else if tokens.has_any(&["today", "this afternoon", "this morning", "this evening", "tonight"]) {
        found.push(today);
    }
    let named = WEEKDAYS.iter().filter_map(|(word, day)| tokens.find(word).map(|at| (at, *day)));
    let wanted = named.filter(|(at, _)| !tokens.is_refused(*at));
    found.extend(wanted.flat_map(|(at, day)| weekday_dates(tokens, at, day, today)));
    if found.is_empty() {
        found.extend(numbered_day(tokens, today));
    }
    if found.is_empty() {
        found.extend(span_of_days(tokens, today));
    }
    found.sort();
    found.dedup();
    found
}

fn weekday_dates(tokens: &Tokens, at: usize, weekday: Weekday, today: Date) -> Vec<Date> {
    let coming = coming(weekday, today);
    let before = if at == 0 { "" } else { tokens.get(at - 1) };
    let a_week_on =
        tokens.get(at + 1) == "week" || (at >= 2 && before == "on" && tokens.get(at - 2) == "week");
    let weeks: &[i64] = if a_week_on {
        &[1]
    } else if tokens.get(at + 1) == "fortnight" {
        &[2]
    } else if before == "next" {
        &[0, 1]
    } else {
        &[0]
    };
    weeks.iter().filter_map(|weeks| coming.checked_add((7 * weeks).days()).ok()).collect()
}

/// The next such day after today; on a Tuesday, "Tuesday" is a week away ("today" is called today).
fn coming(weekday: Weekday, today: Date) -> Date {
    let ahead = i64::from(today.weekday().until(weekday));
    today.saturating_add(if ahead == 0 { 7 } else { ahead }.days())
}

/// `the twenty-fourth`, `24th of November`, `November 24`.
fn numbered_day(tokens: &Tokens, today: Date) -> Option<Date> {
    let month_at = MONTHS.iter().enumerate().find_map(|(index, name)| {
        let at = tokens.find(name)?;
        // "may" is a word before it is a month.
        (*name != "may" || day_number(tokens, at + 1).is_some() || (at > 0 && tokens.get(at - 1) == "of"))
            .then_some((index, at))
    });
    if let Some((index, at)) = month_at {
        let day = (at.saturating_sub(3)..at)
            .find_map(|i| day_number(tokens, i))
            .or_else(|| day_number(tokens, at + 1))?;
        let month = i8::try_from(index + 1).ok()?;
        let this_year = Date::new(today.year(), month, day).ok()?;
        return if this_year >= today {
            Some(this_year)
        } else {
            Date::new(today.year() + 1, month, day).ok()
        };
    }
    let day = (0..tokens.len()).find_map(|at| ordinal_day(tokens, at))?;
    (0..3)
        .filter_map(|months| today.first_of_month().checked_add(months.months()).ok())
        .find_map(|first| Date::new(first.year(), first.month(), day).ok().filter(|date| *date >= today))
}

fn day_number(tokens: &Tokens, at: usize) -> Option<i8> {
    ordinal_day(tokens, at)
        .or_else(|| whole_at(tokens, at, 1..=31).and_then(|(day, _)| i8::try_from(day).ok()))
}

/// `24th`, `twenty fourth`; "first", "second" and "third" count only after "the" with nothing to choose after them.
fn ordinal_day(tokens: &Tokens, at: usize) -> Option<i8> {
    let word = tokens.get(at);
    let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    if digits.len() < word.len() && ["st", "nd", "rd", "th"].contains(&&word[digits.len()..]) {
        return digits.parse().ok().filter(|day| (1..=31).contains(day));
    }
    (1..=31).rev().find(|day| {
        let spoken = speech::ordinal(i64::from(*day)).replace('-', " ");
        let length = spoken.split(' ').count();
        let is_there =
            (0..length).all(|i| tokens.get(at + i) == spoken.split(' ').nth(i).unwrap_or_default());
        let may_be_choice =
            *day <= 3 && (tokens.get(at + 1) != "of" || at == 0 || tokens.get(at - 1) != "the");
        is_there && !may_be_choice
    })
}

/// `the weekend`, `next week`, `this week`.
fn span_of_days(tokens: &Tokens, today: Date) -> Vec<Date> {
    let monday = coming(Weekday::Monday, today);
    let week_from =
        |first: Date| (0..6).filter_map(move |n| first.checked_add(n.days()).ok()).collect::<Vec<_>>();
    if tokens.has("weekend") {
        let saturday =
            if today.weekday() == Weekday::Saturday { today } else { coming(Weekday::Saturday, today) };
        return [Some(saturday), saturday.tomorrow().ok()].into_iter().flatten().collect();
    }
    if tokens.has("next week") {
        return week_from(monday);
    }
    if tokens.has("this week") {
        return (0..7)
            .filter_map(|n| today.checked_add(n.days()).ok())
            .take_while(|date| *date < monday)
            .collect();
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    /// The reference's day: Sunday 22 November 2026.
    fn on_the_reference_day(text: &str) -> Vec<String> {
        dates(&Tokens::of(text), date(2026, 11, 22)).iter().map(ToString::to_string).collect()
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
            ("Friday week", "2026-12-04"),
            ("Tuesday fortnight", "2026-12-08"),
            ("the twenty-fourth", "2026-11-24"),
            ("on the 3rd of December", "2026-12-03"),
            ("the twelfth of January", "2027-01-12"),
            ("Saturday morning", "2026-11-28"),
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
            "the second one",
            "may I come and see it",
            "half past three",
            "two bedrooms",
            "first floor",
            "not Monday",
            "anything but Tuesday",
        ] {
            assert!(on_the_reference_day(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn spans_name_their_days() {
        assert_eq!(on_the_reference_day("at the weekend"), ["2026-11-28", "2026-11-29"]);
        assert_eq!(on_the_reference_day("any time next week").len(), 6);
    }
}
