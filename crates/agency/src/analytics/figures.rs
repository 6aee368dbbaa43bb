//! The numbers themselves: definition, target, and how each is made of tallies.

use super::{Measure as M, Tallies, Tally};
use crate::crm::vocabulary;

vocabulary! {
    /// What a value is: a part of one; a mean of scores; seconds; milliseconds; money in the currency of the prices; a number.
    Unit { Share = "share", Score = "score", Seconds = "seconds", Milliseconds = "milliseconds", Money = "money", Count = "count" }
}

/// What the value should be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    AtLeast(f64),
    Over(f64),
    Under(f64),
}

/// One number: what it means, and how it comes about.
#[derive(Debug)]
pub struct Definition {
    pub name: &'static str,
    pub title: &'static str,
    pub unit: Unit,
    pub target: Option<Target>,
    /// For people; `docs/analytics.md` has the same words.
    pub definition: &'static str,
    /// What it is made of: a query of the list of calls, or of the list of leads where it begins with `leads`.
    pub rows: &'static str,
    /// What is divided, and by how many.
    parts: fn(&Tallies) -> (f64, i64),
    /// Fewer tell nothing.
    sample_min: i64,
}

/// One number of some time.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    pub name: &'static str,
    /// None: nothing was counted, or too little.
    pub value: Option<f64>,
    /// How many it is made of.
    pub sample: i64,
    /// Where a share of so small a sample may truly lie, 19 times in 20 (Wilson 1927).
    pub between: Option<(f64, f64)>,
    /// Whether the target is met.
    pub meets: Option<bool>,
}

pub fn figures(tallies: &Tallies) -> impl Iterator<Item = (&'static Definition, Figure)> {
    FIGURES.iter().map(|definition| (definition, definition.figure(tallies)))
}

impl Definition {
    pub fn figure(&self, tallies: &Tallies) -> Figure {
        let (part, sample) = (self.parts)(tallies);
        let is_enough = sample >= self.sample_min;
        let value = is_enough.then(|| if self.unit == Unit::Count { part } else { part / real(sample) });
        let between = value.filter(|_| self.unit == Unit::Share).map(|share| wilson(share, real(sample)));
        let meets = value.zip(self.target).map(|(value, target)| target.is_met(value));
        Figure { name: self.name, value, sample, between, meets }
    }
}

impl Target {
    pub fn is_met(self, value: f64) -> bool {
        match self {
            Self::AtLeast(least) => value >= least,
            Self::Over(limit) => value > limit,
            Self::Under(limit) => value < limit,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn real(count: i64) -> f64 {
    count as f64
}

/// The score interval at 95 %.
fn wilson(share: f64, n: f64) -> (f64, f64) {
    const Z: f64 = 1.959_964;
    let (z2, scale) = (Z * Z / n, 1.0 + Z * Z / n);
    let middle = share + z2 / 2.0;
    let half = Z * (share * (1.0 - share) / n + z2 / (4.0 * n)).sqrt();
    (((middle - half) / scale).max(0.0), ((middle + half) / scale).min(1.0))
}

/// Of so many, so many.
fn share(part: M, whole: M) -> impl Fn(&Tallies) -> (f64, i64) {
    move |tallies| (real(tallies.n(part)), tallies.n(whole))
}

/// The mean of what was added up.
fn mean(tallies: &Tallies, of: M) -> (f64, i64) {
    let Tally { n, total } = tallies.of(of);
    (real(total), n)
}

macro_rules! figures {
    ($($name:literal, $title:literal, $unit:ident, $target:expr, $rows:literal, $sample_min:literal, $parts:expr, $definition:literal;)+) => {
        /// In the order of the page: those of `spec.md` §9 with a target first.
        pub const FIGURES: &[Definition] = &[$(Definition {
            name: $name, title: $title, unit: Unit::$unit, target: $target, definition: $definition, rows: $rows,
            parts: $parts, sample_min: $sample_min,
        }),+];
    };
}
figures! {
    "calls_answered", "Calls answered", Share, Some(Target::AtLeast(1.0)), "live=false", 1, |t| share(M::Answered, M::Ended)(t),
    "Of the calls and chats that are over, the share in which Sarah said something.";
    "response_time", "Response time", Milliseconds, Some(Target::Under(2_000.0)), "live=false", 1, |t| mean(t, M::Response),
    "From the end of the caller's words to the first word of the answer, on average over all turns.";
    "intent_accuracy", "Intent accuracy", Share, Some(Target::Over(0.9)), "assessed=true", 1,
    |t| { let Tally { n, total } = t.of(M::IntentAssessed); (real(total), n) },
    "Of the assessments in which a colleague judged what the caller wanted, the share that found Sarah had it right.";
    "viewing_bookings", "Enquiries that lead to a viewing", Share, Some(Target::Over(0.3)), "outcome=viewing_booked", 1,
    |t| share(M::Booked, M::Enquiry)(t),
    "Of the calls and chats that are over and were about a home to rent or buy or about viewing one, the share whose outcome is a viewing booked.";
    "leads_captured", "Leads captured", Share, Some(Target::Over(0.8)), "leads", 1, |t| share(M::LeadCaptured, M::Lead)(t),
    "Of the new leads, the share whose name is known and whose need is: whether they look to rent or to buy, or, by the end of their first day, what they were in touch about.";
    "satisfaction", "Satisfaction", Score, Some(Target::Over(4.5)), "live=false", 5, |t| mean(t, M::Satisfaction),
    "The mean of the answers, 1 to 5, to the question after the call. Shown from five answers on.";
    "hand_off", "Hand-off", Share, Some(Target::Under(0.15)), "outcome=transferred,callback_promised", 1, |t| share(M::HandedOff, M::Ended)(t),
    "Of the calls and chats that are over, the share in which a person was needed: Sarah put the caller through, tried to, or promised a call back. A colleague who takes a call over by themselves does not count.";
    "resolution", "Resolved without a person", Share, None, "live=false", 1, |t| share(M::Resolved, M::Ended)(t),
    "Of the calls and chats that are over, the share that reached an outcome (neither abandoned nor failed) without a person (not handed off, not taken over, no emergency), and whose caller was not in touch about the same thing again within 24 hours.";
    "repeats", "In touch again within a day", Share, None, "live=false", 1, |t| share(M::Repeated, M::Ended)(t),
    "Of the calls and chats that are over, the share whose caller was in touch about the same thing again within 24 hours.";
    "relevance", "Relevance", Score, None, "assessed=true", 1, |t| mean(t, M::Assessed),
    "The mean of the scores, 1 to 5, that colleagues gave to the calls they assessed.";
    "grounded", "Statements that were grounded", Share, None, "live=false", 1,
    |t| { let Tally { n, total } = t.of(M::Statement); (real(n - total), n) },
    "Of what the model wanted to state and was checked, the share that the agency's records or the caller's own words backed. The rest was not spoken.";
    "lead_quality", "New leads that qualify", Share, None, "leads", 1, |t| share(M::LeadQualified, M::Lead)(t),
    "Of the new leads, the share that reached qualified, or further, within 14 days.";
    "lead_score", "Score of new leads", Score, None, "leads", 1, |t| mean(t, M::Lead),
    "The mean of the scores, 0 to 100, that the new leads have now.";
    "duration", "Length of a call", Seconds, None, "channel=voice&live=false", 1, |t| mean(t, M::Duration),
    "From its beginning to its end, on average over the calls whose length is known.";
    "cost", "Cost of the model per call", Money, None, "live=false", 1,
    |t| { let (micros, n) = mean(t, M::Cost); (micros / 1_000_000.0, n) },
    "What the model's answers in a call cost, at the prices that are set, on average over the calls that have one.";
    "calls", "Calls and chats", Count, None, "", 0, |t| (real(t.n(M::Calls)), t.n(M::Calls)),
    "Calls and chats that began.";
    "new_leads", "New leads", Count, None, "leads", 0, |t| (real(t.n(M::Lead)), t.n(M::Lead)),
    "People who were in touch for the first time.";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tallies(counted: &[(M, i64, i64)]) -> Tallies {
        let mut tallies = Tallies::default();
        for (measure, n, total) in counted {
            tallies.add(*measure, "", Tally { n: *n, total: *total });
        }
        tallies
    }

    fn figure(name: &str, counted: &[(M, i64, i64)]) -> Figure {
        FIGURES.iter().find(|definition| definition.name == name).unwrap().figure(&tallies(counted))
    }

    #[test]
    fn shares_have_an_interval_and_meet_their_target_or_not() {
        let accuracy = figure("intent_accuracy", &[(M::IntentAssessed, 50, 47)]);
        assert_eq!((accuracy.value, accuracy.sample, accuracy.meets), (Some(0.94), 50, Some(true)));
        // As R's prop.test(47, 50, correct = FALSE) gives it.
        let (low, high) = accuracy.between.unwrap();
        assert!((low - 0.8378).abs() < 0.0001 && (high - 0.9794).abs() < 0.0001, "{low} {high}");
        assert_eq!(figure("calls_answered", &[(M::Ended, 3, 0), (M::Answered, 2, 0)]).meets, Some(false));
    }

    #[test]
    fn what_was_not_counted_has_no_value() {
        assert_eq!(figure("hand_off", &[]).value, None);
        assert_eq!(figure("satisfaction", &[(M::Satisfaction, 4, 20)]).value, None, "too few");
        assert_eq!(figure("satisfaction", &[(M::Satisfaction, 5, 24)]).value, Some(4.8));
        assert_eq!(figure("calls", &[]).value, Some(0.0));
        assert_eq!(figure("cost", &[(M::Cost, 2, 3_000_000)]).value, Some(1.5));
    }

    #[test]
    fn the_document_says_what_the_page_says() {
        let document = include_str!("../../../../docs/analytics.md");
        for definition in FIGURES {
            for words in [definition.title, definition.definition] {
                assert!(document.contains(words), "docs/analytics.md lacks: {words}");
            }
        }
    }
}
