//! Days as callers name them. Each rule reads one way of saying it; the longest that fits a place is taken.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::entity::{Days, Found};
use super::numbers::whole_at;
use super::spans;
use super::tokens::Tokens;
use crate::{london, speech};

/// Every day or run of days the words name, in their order; what is refused ("not Monday") is left out.
pub(super) fn dates(tokens: &Tokens, today: Date) -> Vec<Found<Days>> {
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
        if let Some(days) = days.filter(|_| !tokens.is_refused(at)) {
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
fn weekday(tokens: &Tokens, at: usize, today: Date) -> Reading {
    let (lead, skip) = weekday_lead(tokens, at);
    let day = weekday_named(tokens.get(at + skip))?;
    // "I sat down", "sun": the short forms alone are only days beside other words for one.
    if matches!(tokens.get(at + skip), "sat" | "sun") && !short_form_is_day(tokens, at + skip) {
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
fn day_and_month(tokens: &Tokens, at: usize, today: Date) -> Reading {
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
fn in_year(day: i8, month: i8, year: Option<i16>, today: Date) -> Option<Date> {
    match year {
        Some(year) => Date::new(year, month, day).ok(),
        None => (0..=4)
            .filter_map(|years| Date::new(today.year() + years, month, day).ok())
            .find(|date| *date >= today),
    }
}

fn year_at(tokens: &Tokens, at: usize) -> (Option<i16>, usize) {
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

fn day_number(tokens: &Tokens, at: usize) -> Option<(i8, usize)> {
    ordinal(tokens, at).or_else(|| {
        whole_at(tokens, at, 1..=31).and_then(|(day, used)| i8::try_from(day).ok().map(|day| (day, used)))
    })
}

/// `24th`, `twenty fourth`
fn ordinal(tokens: &Tokens, at: usize) -> Option<(i8, usize)> {
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
    static WORDS: std::sync::LazyLock<Vec<String>> =
        std::sync::LazyLock::new(|| (1..=30).map(speech::ordinal).collect());
    let at = WORDS.iter().position(|ordinal| ordinal == word)?;
    i8::try_from(at + 1).ok()
}

/// `the 24th`, `the twelfth`; "first", "second" and "third" are choices unless "the second of the month" or a digit.
fn day_of_month(tokens: &Tokens, at: usize, today: Date) -> Reading {
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
fn written_date(tokens: &Tokens, at: usize, today: Date) -> Reading {
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
