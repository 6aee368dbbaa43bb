//! London time and the bank holidays of England and Wales.
//!
//! Instants are stored in UTC; every decision about a day or an hour is made here, in Europe/London.

use std::sync::LazyLock;

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};

static LONDON: LazyLock<TimeZone> =
    LazyLock::new(|| TimeZone::get("Europe/London").expect("the time zone database is bundled"));

pub fn local(instant: Timestamp) -> Zoned {
    instant.to_zoned(LONDON.clone())
}

pub fn date_of(instant: Timestamp) -> Date {
    local(instant).date()
}

/// The instant of a local date and time. In the hour that does not exist (last Sunday of March) it is the moment
/// just as far after the change; in the hour that comes twice (last Sunday of October) it is the first, summer, one.
pub fn instant(local: DateTime) -> Timestamp {
    LONDON.to_ambiguous_timestamp(local).compatible().expect("dates of a diary are inside jiff's range")
}

pub fn instant_at(date: Date, time: Time) -> Timestamp {
    instant(date.to_datetime(time))
}

/// The hours of a day, each with when it begins and ends: 23 when clocks go forward, 25 when they go back.
pub fn hours_of(day: Date) -> Vec<(Timestamp, Timestamp, i8)> {
    let next = instant_at(day.saturating_add(1.day()), Time::midnight());
    let later = |at: Timestamp| at.saturating_add(1.hour()).unwrap_or(next);
    let begins = std::iter::successors(Some(instant_at(day, Time::midnight())), |at| Some(later(*at)));
    begins.take_while(|at| *at < next).map(|at| (at, later(at), local(at).hour())).collect()
}

/// Holidays that no rule gives: proclaimed once, or moved from their usual Monday (gov.uk/bank-holidays).
const PROCLAIMED: &[(i16, i8, i8)] =
    &[(2012, 6, 4), (2012, 6, 5), (2020, 5, 8), (2022, 6, 2), (2022, 6, 3), (2022, 9, 19), (2023, 5, 8)];
const MOVED_AWAY: &[(i16, i8, i8)] = &[(2012, 5, 28), (2020, 5, 4), (2022, 5, 30)];

/// Whether banks are closed: Banking and Financial Dealings Act 1971, schedule 1, and the proclamations above.
pub fn is_bank_holiday(date: Date) -> bool {
    let day = (date.year(), date.month(), date.day());
    PROCLAIMED.contains(&day) || (is_regular_holiday(date) && !MOVED_AWAY.contains(&day))
}

/// Christmas Day, Boxing Day and New Year's Day themselves, whatever weekday they fall on: no office is open.
pub fn is_closed_by_custom(date: Date) -> bool {
    matches!((date.month(), date.day()), (12, 25 | 26) | (1, 1))
}

fn is_regular_holiday(date: Date) -> bool {
    is_moveable_monday(date) || is_easter_holiday(date) || is_fixed_or_substitute(date)
}

/// First and last Monday of May, last Monday of August.
fn is_moveable_monday(date: Date) -> bool {
    let last_week = date.day() + 7 > date.days_in_month();
    date.weekday() == Weekday::Monday
        && match date.month() {
            5 => date.day() <= 7 || last_week,
            8 => last_week,
            _ => false,
        }
}

fn is_easter_holiday(date: Date) -> bool {
    let easter = easter_sunday(date.year());
    date == easter.saturating_sub(2.days()) || date == easter.saturating_add(1.day())
}

/// New Year's Day, Christmas Day and Boxing Day; one that falls on a weekend moves to the next free weekday.
fn is_fixed_or_substitute(date: Date) -> bool {
    use Weekday::{Monday, Saturday, Sunday, Tuesday};
    let (month, day, weekday) = (date.month(), date.day(), date.weekday());
    let weekend = matches!(weekday, Saturday | Sunday);
    match (month, day) {
        (1, 1) | (12, 25 | 26) => !weekend,
        (1, 2 | 3) => weekday == Monday,
        (12, 27 | 28) => matches!(weekday, Monday | Tuesday),
        _ => false,
    }
}

/// The anonymous Gregorian computus (Nature, 1876), in its own letters.
#[expect(clippy::many_single_char_names, reason = "the published formula names its terms so")]
pub(crate) fn easter_sunday(year: i16) -> Date {
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (8 * b + 13) / 25;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 19 * l) / 433;
    let month = (h + l - 7 * m + 90) / 25;
    let day = (h + l - 7 * m + 33 * month + 19) % 32;
    let narrow = |n: i32| i8::try_from(n).expect("a month or a day");
    Date::new(year, narrow(month), narrow(day)).expect("Easter is a date")
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn knows_the_holidays_named_in_the_reference() {
        let expected_2027 = [(1, 1), (3, 26), (3, 29), (5, 3), (5, 31), (8, 30), (12, 27), (12, 28)];
        let first = date(2027, 1, 1);
        let found: Vec<_> = (0..365)
            .map(|n| first.saturating_add(n.days()))
            .filter(|d| is_bank_holiday(*d))
            .map(|d| (d.month(), d.day()))
            .collect();
        assert_eq!(found, expected_2027);
        assert!(is_bank_holiday(date(2026, 12, 25)) && is_bank_holiday(date(2026, 12, 28)));
        assert!(!is_bank_holiday(date(2026, 12, 26)));
    }

    #[test]
    fn agrees_with_the_published_list() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/uk_bank_holidays.json");
        let Ok(text) = std::fs::read_to_string(path) else {
            eprintln!(
                "skipped: {path} is absent (the list of the Ministry of Justice is not part of this project)"
            );
            return;
        };
        let list: serde_json::Value = serde_json::from_str(&text).unwrap();
        let published: Vec<Date> = list["england-and-wales"]["events"]
            .as_array()
            .unwrap()
            .iter()
            .map(|event| event["date"].as_str().unwrap().parse().unwrap())
            .collect();
        let (from, until) = (published[0].first_of_year(), published[published.len() - 1].last_of_year());
        let ours: Vec<Date> =
            from.series(1.day()).take_while(|d| *d <= until).filter(|d| is_bank_holiday(*d)).collect();
        assert_eq!(ours, published);
    }

    #[test]
    fn days_have_23_to_25_hours() {
        let hours = |day| hours_of(day).into_iter().map(|(_, _, hour)| hour).collect::<Vec<_>>();
        assert_eq!(hours(date(2026, 11, 23)), (0..24).collect::<Vec<_>>());
        assert_eq!(hours(date(2027, 3, 28))[..3], [0, 2, 3]);
        assert_eq!(hours(date(2026, 10, 25))[..4], [0, 1, 1, 2]);
        assert_eq!(hours(date(2026, 10, 25)).len(), 25);
    }

    #[test]
    fn clocks_change_without_losing_an_appointment() {
        let gap = instant(date(2027, 3, 28).at(1, 30, 0, 0));
        assert_eq!(local(gap).datetime(), date(2027, 3, 28).at(2, 30, 0, 0));
        let twice = instant(date(2026, 10, 25).at(1, 30, 0, 0));
        assert_eq!(twice.to_string(), "2026-10-25T00:30:00Z");
    }
}
