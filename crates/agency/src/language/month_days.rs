//! A day by its number: `the twenty-fourth of November`, `the 24th`, `24/11`.

use std::collections::HashMap;
use std::sync::LazyLock;

use jiff::ToSpan;
use jiff::civil::Date;

use super::dates::Reading;
use super::entity::Days;
use super::numbers::whole_at;
use super::tokens::Tokens;
use crate::speech;

pub(super) fn month_named(word: &str) -> Option<i8> {
    const MONTHS: [(&str, &str); 12] = [
        ("january", "jan"),
        ("february", "feb"),
        ("march", "mar"),
        ("april", "apr"),
        ("may", "may"),
        ("june", "jun"),
        ("july", "jul"),
        ("august", "aug"),
        ("september", "sept"),
        ("october", "oct"),
        ("november", "nov"),
        ("december", "dec"),
    ];
    let at = MONTHS.iter().position(|(long, short)| word == *long || word == *short);
    at.or_else(|| (word == "sep").then_some(8)).and_then(|at| i8::try_from(at + 1).ok())
}

/// `the twenty-fourth of November`, `24 Nov 2026`, `November the 24th`.
pub(super) fn day_and_month(tokens: &Tokens, at: usize, today: Date) -> Reading {
    let skip = usize::from(tokens.get(at) == "the");
    let day_first = day_number(tokens, at + skip).and_then(|(day, used)| {
        let of = usize::from(tokens.get(at + skip + used) == "of");
        let month = month_named(tokens.get(at + skip + used + of))?;
        Some((day, month, skip + used + of + 1))
    });
    let month_first = || {
        let month = month_named(tokens.get(at))?;
        let the = usize::from(tokens.get(at + 1) == "the");
        let (day, used) = day_number(tokens, at + 1 + the)?;
        // "May 2 people come": a bare number after the verb is a count.
        let is_verb = tokens.get(at) == "may"
            && the == 0
            && ordinal(tokens, at + 1).is_none()
            && (matches!(tokens.before(at), "i" | "we" | "you" | "they" | "there" | "it")
                || matches!(
                    tokens.get(at + 1 + used),
                    "people" | "of" | "adults" | "or" | "bedrooms" | "beds"
                ));
        (!is_verb).then_some((day, month, 1 + the + used))
    };
    let (day, month, used) = day_first.or_else(month_first)?;
    let (year, more) = year_at(tokens, at + used);
    Some((in_year(day, month, year, today).map(Days::one), used + more))
}

/// This year, or the next in which the day is still to come.
pub(super) fn in_year(day: i8, month: i8, year: Option<i16>, today: Date) -> Option<Date> {
    match year {
        Some(year) => Date::new(year, month, day).ok(),
        None => (0..=4)
            .filter_map(|years| Date::new(today.year() + years, month, day).ok())
            .find(|date| *date >= today),
    }
}

pub(super) fn year_at(tokens: &Tokens, at: usize) -> (Option<i16>, usize) {
    if tokens.get(at) == "in" && tokens.get(at + 1).starts_with("20") {
        let (year, used) = year_at(tokens, at + 1);
        return (year, if year.is_some() { used + 1 } else { 0 });
    }
    let comma = tokens.get(at);
    let year = comma.parse::<i16>().ok().filter(|year| comma.len() == 4 && (1900..2100).contains(year));
    match (year, tokens.get(at), tokens.get(at + 1)) {
        (Some(year), ..) => (Some(year), 1),
        (None, "twenty", next) => {
            let tail = super::numbers::two_digits(tokens, at + 1).and_then(|(n, used)| {
                super::numbers::rounded(n).filter(|n| (20..60).contains(n)).map(|n| (n, used))
            });
            match tail {
                Some((n, used)) if !next.is_empty() => (i16::try_from(2000 + n).ok(), used + 1),
                _ => (None, 0),
            }
        }
        _ => (None, 0),
    }
}

pub(super) fn day_number(tokens: &Tokens, at: usize) -> Option<(i8, usize)> {
    ordinal(tokens, at).or_else(|| {
        whole_at(tokens, at, 1..=31).and_then(|(day, used)| i8::try_from(day).ok().map(|day| (day, used)))
    })
}

/// `24th`, `twenty fourth`
pub(super) fn ordinal(tokens: &Tokens, at: usize) -> Option<(i8, usize)> {
    let word = tokens.get(at);
    let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    if digits.len() < word.len() && ["st", "nd", "rd", "th"].contains(&&word[digits.len()..]) {
        return digits.parse().ok().filter(|day| (1..=31).contains(day)).map(|day| (day, 1));
    }
    if let (Some(tens), Some(unit)) =
        (["twenty", "thirty"].iter().position(|t| t == &word), small_ordinal(tokens.get(at + 1)))
        && unit < 10
    {
        return i8::try_from(20 + 10 * tens).ok().map(|tens| (tens + unit, 2)).filter(|(day, _)| *day <= 31);
    }
    small_ordinal(word).map(|day| (day, 1))
}

fn small_ordinal(word: &str) -> Option<i8> {
    static WORDS: LazyLock<HashMap<String, i8>> =
        LazyLock::new(|| (1..=30).map(|n| (speech::ordinal(i64::from(n)), n)).collect());
    let may_be = word.ends_with("th") || matches!(word, "first" | "second" | "third");
    if may_be { WORDS.get(word).copied() } else { None }
}

/// `the 24th`, `the twelfth`; "first", "second" and "third" are choices unless "the second of the month" or a digit.
pub(super) fn day_of_month(tokens: &Tokens, at: usize, today: Date) -> Reading {
    let skip = usize::from(tokens.get(at) == "the");
    let is_spelled = !tokens.get(at + skip).starts_with(|c: char| c.is_ascii_digit());
    let (day, used) = ordinal(tokens, at + skip)?;
    let after = tokens.get(at + skip + used);
    let names_month = after == "of" && matches!(tokens.get(at + skip + used + 1), "this" | "next" | "the");
    let is_choice = is_spelled && day <= 10 && (skip == 0 || day <= 3) && !names_month;
    let is_place = matches!(
        after,
        "one"
            | "ones"
            | "floor"
            | "flat"
            | "time"
            | "property"
            | "option"
            | "home"
            | "house"
            | "place"
            | "person"
            | "thing"
            | "avenue"
            | "street"
            | "bedroom"
    );
    if is_choice || is_place {
        return None;
    }
    ordinal_of_month(tokens, at + skip, today).map(|(days, used)| (days, used + skip))
}

fn ordinal_of_month(tokens: &Tokens, at: usize, today: Date) -> Reading {
    let (day, used) = ordinal(tokens, at)?;
    let of = |n: usize| tokens.get(at + used + n);
    let (months, more) = match (of(0), of(1), of(2)) {
        ("of", "next", "month") => (1..4, 3),
        ("of", "this" | "the", "month") => (0..3, 3),
        ("next", "month", _) => (1..4, 2),
        ("this", "month", _) => (0..3, 2),
        _ => (0..3, 0),
    };
    let date = months
        .filter_map(|months: i64| today.first_of_month().checked_add(months.months()).ok())
        .filter_map(|first| Date::new(first.year(), first.month(), day).ok())
        .find(|date| *date >= today);
    Some((date.map(Days::one), used + more))
}

/// `12/1`, `12/1/27`, `2027-01-12`, `2027/01/12`: the day first, as in Britain, unless it cannot be.
pub(super) fn written_date(tokens: &Tokens, at: usize, today: Date) -> Reading {
    let word = tokens.get(at);
    let parts: Vec<i16> = word.split(['/', '-', '.']).map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let small = |n: i16| i8::try_from(n).ok();
    let full_year = |year: i16| if year < 100 { year + 2000 } else { year };
    let marks = word.chars().filter(|c| !c.is_ascii_digit()).count();
    let is_decimal = word.contains('.') && marks < 2;
    if is_decimal || marks == 0 {
        return None;
    }
    let date = match parts.as_slice() {
        [year, month, day] if *year > 1000 => Date::new(*year, small(*month)?, small(*day)?).ok(),
        [day, month, year] => Date::new(full_year(*year), small(*month)?, small(*day)?)
            .or_else(|_| Date::new(full_year(*year), small(*day).unwrap_or(0), small(*month).unwrap_or(0)))
            .ok(),
        [day, month] => in_year(small(*day)?, small(*month)?, None, today)
            .or_else(|| in_year(small(*month)?, small(*day)?, None, today)),
        _ => None,
    };
    date.map(|date| (Some(Days::one(date)), 1))
}
