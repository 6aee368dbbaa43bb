//! Times, dates and moments.

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::numbers::{cardinal, ordinal};
use crate::london;

/// `half past three in the afternoon`, `nine in the morning`, `midday`; twelve thirty is `half past twelve`.
pub fn clock_time(time: Time) -> String {
    if (time.hour(), time.minute()) == (12, 0) {
        return "midday".to_owned();
    }
    format!("{} {}", bare_time(time), part_of_day(time))
}

fn bare_time(time: Time) -> String {
    let hour = |h: i8| cardinal(i64::from(if h % 12 == 0 { 12 } else { h % 12 }));
    match time.minute() {
        0 => hour(time.hour()),
        15 => format!("quarter past {}", hour(time.hour())),
        30 => format!("half past {}", hour(time.hour())),
        45 => format!("quarter to {}", hour(time.hour() + 1)),
        minute @ 1..30 => format!("{} minutes past {}", cardinal(minute.into()), hour(time.hour())),
        minute => format!("{} minutes to {}", cardinal((60 - minute).into()), hour(time.hour() + 1)),
    }
}

/// `in the morning`, `in the afternoon`, `in the evening`.
fn part_of_day(time: Time) -> &'static str {
    match time.hour() {
        0..12 => "in the morning",
        12..17 => "in the afternoon",
        _ => "in the evening",
    }
}

/// `Tuesday the twenty-fourth of November`
pub fn date(date: Date) -> String {
    format!("{} the {} of {}", weekday_name(date), ordinal(date.day().into()), month_name(date))
}

/// A moment as it is said: `half past three in the afternoon on Tuesday the twenty-fourth of November`.
pub fn moment(instant: Timestamp) -> String {
    let local = london::local(instant);
    format!("{} on {}", clock_time(local.time()), date(local.date()))
}

/// A moment as it is written in a text: `Tue 24 Nov at 3:30pm`.
pub fn moment_in_writing(instant: Timestamp) -> String {
    let local = london::local(instant);
    format!("{} at {}", date_in_writing(local.date()), time_in_writing(local.time()))
}

/// `Tue 24 Nov`
pub fn date_in_writing(date: Date) -> String {
    format!("{} {} {}", &weekday_name(date)[..3], date.day(), &month_name(date)[..3])
}

/// `3:30pm`
pub fn time_in_writing(time: Time) -> String {
    let hour = if time.hour() % 12 == 0 { 12 } else { time.hour() % 12 };
    let half = if time.hour() < 12 { "am" } else { "pm" };
    format!("{hour}:{:02}{half}", time.minute())
}

fn weekday_name(date: Date) -> &'static str {
    const NAMES: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    NAMES[usize::try_from(date.weekday().to_monday_zero_offset()).expect("a weekday")]
}

fn month_name(date: Date) -> &'static str {
    const NAMES: [&str; 12] = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
        "November", "December",
    ];
    NAMES[usize::try_from(date.month() - 1).expect("a month")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_said_and_written_in_london_time() {
        let summer: Timestamp = "2026-07-07T14:30:00Z".parse().unwrap();
        assert_eq!(moment(summer), "half past three in the afternoon on Tuesday the seventh of July");
        let winter: Timestamp = "2026-11-24T15:30:00Z".parse().unwrap();
        assert_eq!(moment_in_writing(winter), "Tue 24 Nov at 3:30pm");
        assert_eq!(moment_in_writing("2026-11-24T12:00:00Z".parse().unwrap()), "Tue 24 Nov at 12:00pm");
    }

    #[test]
    fn clock_times_are_said_without_digits() {
        for (hour, minute, words) in [
            (9, 0, "nine in the morning"),
            (12, 0, "midday"),
            (12, 45, "quarter to one in the afternoon"),
            (17, 30, "half past five in the evening"),
            (10, 10, "ten minutes past ten in the morning"),
        ] {
            assert_eq!(clock_time(Time::constant(hour, minute, 0, 0)), words);
        }
    }
}
