//! What the numbers of the dashboard mean: each is made of tallies, which the store counts by London day, and is measured against
//! its target (`spec.md` §9).

mod figures;
mod response;

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use crate::crm::vocabulary;

pub use figures::{Definition, FIGURES, Figure, Target, Unit, figures};
pub use response::{Percentiles, percentiles};

vocabulary! {
    /// What is counted; `total` is a sum beside the count.
    Measure {
        /// Conversations that began.
        Calls = "calls",
        /// Those whose length is known; total: seconds.
        Duration = "duration",
        /// By weekday and hour of their beginning: `1-09` is Monday, 9 to 10.
        Hour = "hour",
        Outcome = "outcome",
        Intent = "intent",
        /// Those that are over.
        Ended = "ended",
        /// Of those over: Sarah said something.
        Answered = "answered",
        /// Turns, by the milliseconds to our first word; total: milliseconds.
        Response = "response",
        /// Of those over: a person was needed.
        HandedOff = "handed_off",
        /// Of those over: an outcome without a person, and nobody rang again about it.
        Resolved = "resolved",
        /// Of those over: the same caller was in touch about the same thing within a day.
        Repeated = "repeated",
        /// Of those over: about a home, or about viewing one.
        Enquiry = "enquiry",
        /// Enquiries that led to a viewing.
        Booked = "booked",
        /// Calls with a price; total: millionths of the currency.
        Cost = "cost",
        /// What the model wanted to state and was checked; total: what nothing backed.
        Statement = "statement",
        /// New leads; total: their scores.
        Lead = "lead",
        LeadCaptured = "lead_captured",
        LeadQualified = "lead_qualified",
        /// People who were asked how it was.
        Surveyed = "surveyed",
        /// Their answers, by score; total: scores.
        Satisfaction = "satisfaction",
        /// Assessments by colleagues; total: scores.
        Assessed = "assessed",
        /// Those that judge the intent; total: those that found it right.
        IntentAssessed = "intent_assessed",
    }
}

/// How many, and the sum of what is added up beside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub n: i64,
    pub total: i64,
}

/// All that was counted in some time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tallies(BTreeMap<Measure, BTreeMap<String, Tally>>);

impl Tallies {
    pub fn add(&mut self, measure: Measure, item: &str, tally: Tally) {
        let sum = self.0.entry(measure).or_default().entry(item.to_owned()).or_default();
        sum.n += tally.n;
        sum.total += tally.total;
    }

    pub fn of(&self, measure: Measure) -> Tally {
        let add = |a: Tally, b: &Tally| Tally { n: a.n + b.n, total: a.total + b.total };
        self.0.get(&measure).into_iter().flatten().map(|(_, tally)| tally).fold(Tally::default(), add)
    }

    pub fn n(&self, measure: Measure) -> i64 {
        self.of(measure).n
    }

    /// Each item with its count.
    pub fn items(&self, measure: Measure) -> impl Iterator<Item = (&str, i64)> {
        self.0.get(&measure).into_iter().flatten().map(|(item, tally)| (item.as_str(), tally.n))
    }
}

vocabulary! {
    /// How a line of numbers is cut.
    Step { Day = "day", Week = "week", Month = "month" }
}

impl Step {
    /// The first day of the part that this day lies in; weeks begin on Monday.
    pub fn begins(self, day: Date) -> Date {
        match self {
            Self::Day => day,
            Self::Week => day.saturating_sub(i64::from(day.weekday().since(Weekday::Monday)).days()),
            Self::Month => day.first_of_month(),
        }
    }

    pub fn next(self, begin: Date) -> Date {
        match self {
            Self::Day => begin.saturating_add(1.day()),
            Self::Week => begin.saturating_add(1.week()),
            Self::Month => begin.saturating_add(1.month()),
        }
    }
}

/// The time just before, as long.
pub fn before(from: Date, to: Date) -> (Date, Date) {
    let days = i64::from((to - from).get_days()) + 1;
    (from.saturating_sub(days.days()), from.saturating_sub(1.day()))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn weeks_begin_on_monday_and_months_on_the_first() {
        let sunday = date(2026, 10, 25);
        assert_eq!(Step::Week.begins(sunday), date(2026, 10, 19));
        assert_eq!(Step::Week.next(date(2026, 10, 19)), date(2026, 10, 26));
        assert_eq!(Step::Month.begins(sunday), date(2026, 10, 1));
        assert_eq!(Step::Month.next(date(2026, 12, 1)), date(2027, 1, 1));
        assert_eq!(before(date(2026, 11, 1), date(2026, 11, 28)), (date(2026, 10, 4), date(2026, 10, 31)));
    }

    #[test]
    fn tallies_add_up() {
        let mut tallies = Tallies::default();
        for (item, n, total) in [("5", 3, 15), ("4", 1, 4), ("5", 1, 5)] {
            tallies.add(Measure::Satisfaction, item, Tally { n, total });
        }
        assert_eq!(tallies.of(Measure::Satisfaction), Tally { n: 5, total: 24 });
        assert_eq!(tallies.items(Measure::Satisfaction).collect::<Vec<_>>(), [("4", 1), ("5", 4)]);
        assert_eq!(tallies.n(Measure::Calls), 0);
    }
}
