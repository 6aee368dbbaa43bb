//! What an agency sets, as far as the rules need it. Reading files and the environment is the app's work.

use jiff::civil::{Date, Time, Weekday};
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use crate::london;

/// Who we are, in the words callers hear.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgencyProfile {
    pub name: String,
    /// How the agency is named in a text message.
    pub short_name: String,
    pub persona: String,
    pub address: String,
    /// The number callers ring, as read out and printed in texts.
    pub phone: crate::phone::PhoneNumber,
}

/// One template each, in the order of `spec.md` §6.2. `{agency}`, `{persona}`, `{notice}`, `{first_name}`,
/// `{search}` and `{time_of_day}` are filled in, and `{kept}` in the notice: "written up", or "recorded and written up".
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Greetings {
    /// Says that this is an AI, and by `{kept}` whether this call is recorded.
    pub notice: String,
    pub viewed_recently: String,
    pub returning_renter: String,
    pub returning_buyer: String,
    pub tenant: String,
    pub landlord: String,
    pub new_caller: String,
    /// The first words of a first chat.
    #[serde(default = "in_writing")]
    pub in_writing: String,
}

/// Also where the database has kept the greetings of before there were chats.
fn in_writing() -> String {
    "Hello {first_name}, {persona} here, the AI assistant of {agency}.".to_owned()
}

/// How long what is personal is kept. No statute gives numbers; these are the owner's to justify (UK GDPR, article 5.1.e).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// The words of a conversation, and what was made of them; that it happened, and its outcome, stay.
    pub transcripts_months: i32,
    /// Texts, emails and what came with them.
    pub messages_months: i32,
    /// Whoever was not in touch for so long, and did not become a customer, is erased.
    pub leads_months: i32,
    /// The sound of calls.
    #[serde(default = "recordings_months")]
    pub recordings_months: i32,
}

/// Also for what the database has kept from before calls could be recorded.
fn recordings_months() -> i32 {
    3
}

impl Retention {
    /// What is wrong with it, if anything.
    pub fn problem(&self) -> Option<&'static str> {
        const MONTHS: std::ops::RangeInclusive<i32> = 1..=120;
        let all = [self.transcripts_months, self.messages_months, self.leads_months, self.recordings_months];
        if !all.iter().all(|months| MONTHS.contains(months)) {
            return Some("retention is 1 to 120 months");
        }
        let longest = self.transcripts_months.max(self.messages_months);
        (self.leads_months < longest)
            .then_some("a lead is kept at least as long as their conversations and messages")
    }
}

/// When the office is open. Bank holidays are closed, but for exceptions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpeningHours {
    pub days: Vec<Day>,
    pub opens: Time,
    pub closes: Time,
    #[serde(default)]
    pub exceptions: Vec<HoursException>,
}

/// A day with hours of its own; without any the office is closed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HoursException {
    pub date: Date,
    pub opens: Option<Time>,
    pub closes: Option<Time>,
}

/// A day of the week by its English name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Day {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Day {
    pub const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];

    pub fn weekday(self) -> Weekday {
        match self {
            Self::Monday => Weekday::Monday,
            Self::Tuesday => Weekday::Tuesday,
            Self::Wednesday => Weekday::Wednesday,
            Self::Thursday => Weekday::Thursday,
            Self::Friday => Weekday::Friday,
            Self::Saturday => Weekday::Saturday,
            Self::Sunday => Weekday::Sunday,
        }
    }

    /// As it is written in the settings and in the rota.
    pub fn word(self) -> &'static str {
        match self {
            Self::Monday => "monday",
            Self::Tuesday => "tuesday",
            Self::Wednesday => "wednesday",
            Self::Thursday => "thursday",
            Self::Friday => "friday",
            Self::Saturday => "saturday",
            Self::Sunday => "sunday",
        }
    }
}

/// How viewings are offered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiaryRules {
    pub slot_minutes: i64,
    pub last_start: Time,
    pub notice_minutes: i64,
    pub days_ahead: i64,
    /// How many times are offered at once (at most three are easy to remember).
    pub offers_max: usize,
}

/// What goes out by itself after a call, and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FollowingUp {
    /// Nothing that was not asked for at that moment leaves between these times.
    pub quiet_from: Time,
    pub quiet_to: Time,
    /// The homes of a call go out after it.
    pub send_homes: bool,
    pub reminder_h: i64,
    /// "How did it go", so long after a viewing's end.
    pub feedback_after_h: i64,
    pub survey: bool,
    pub survey_after_s: i64,
    pub survey_every_days: i64,
    /// A call-back, or what is urgent, so long past its time is a manager's; and the rest.
    pub escalate_after_min: i64,
    pub escalate_ordinary_after_h: i64,
    /// A worker that died over a review is waited for no longer.
    pub review_lease_s: i64,
}

impl FollowingUp {
    /// The first moment, from `at` on, at which somebody may be written to unasked.
    pub fn not_quiet(&self, at: Timestamp) -> Timestamp {
        let local = london::local(at);
        let (time, date) = (local.time(), local.date());
        if time >= self.quiet_from {
            return london::instant_at(date.saturating_add(1.day()), self.quiet_to);
        }
        if time < self.quiet_to { london::instant_at(date, self.quiet_to) } else { at }
    }
}

impl OpeningHours {
    /// From when to when it is open that day; none: it is closed.
    pub fn on(&self, date: Date) -> Option<(Time, Time)> {
        if let Some(exception) = self.exceptions.iter().find(|exception| exception.date == date) {
            return exception.opens.zip(exception.closes);
        }
        let is_holiday = london::is_bank_holiday(date) || london::is_closed_by_custom(date);
        let is_day = self.days.iter().any(|day| day.weekday() == date.weekday());
        (is_day && !is_holiday).then_some((self.opens, self.closes))
    }

    pub fn is_working_day(&self, date: Date) -> bool {
        self.on(date).is_some()
    }

    pub fn is_open(&self, now: Timestamp) -> bool {
        let local = london::local(now);
        self.on(local.date()).is_some_and(|(opens, closes)| (opens..closes).contains(&local.time()))
    }

    /// Exceptions of the next two weeks, in their order.
    pub fn exceptions_ahead(&self, now: Timestamp) -> Vec<&HoursException> {
        let today = london::date_of(now);
        let until = today.saturating_add(14.days());
        let mut ahead: Vec<_> =
            self.exceptions.iter().filter(|one| (today..=until).contains(&one.date)).collect();
        ahead.sort_by_key(|one| one.date);
        ahead
    }

    /// The next moment the office opens, at or after `now`.
    pub fn next_opening(&self, now: Timestamp) -> Timestamp {
        let today = london::date_of(now);
        (0..=14)
            .filter_map(|ahead| today.checked_add(ahead.days()).ok())
            .filter_map(|date| Some(london::instant_at(date, self.on(date)?.0)))
            .find(|opening| *opening >= now)
            .unwrap_or(now)
    }
}

impl OpeningHours {
    pub fn problem(&self) -> Option<&'static str> {
        if self.days.is_empty() {
            return Some("name one day at least on which the office is open");
        }
        let mut dates: Vec<Date> = self.exceptions.iter().map(|exception| exception.date).collect();
        dates.sort();
        if dates.windows(2).any(|pair| pair[0] == pair[1]) {
            return Some("two exceptions are of the same day: keep one of them");
        }
        let is_right = |exception: &HoursException| match (exception.opens, exception.closes) {
            (Some(opens), Some(closes)) => opens < closes,
            (opens, closes) => opens.is_none() && closes.is_none(),
        };
        if !self.exceptions.iter().all(is_right) {
            return Some(
                "an exception opens before it closes, or has neither time: then the office is closed",
            );
        }
        (self.opens >= self.closes).then_some("the office opens before it closes")
    }
}

impl Greetings {
    /// Every first word says that this is an AI (`reference/domain.md` §3): a caller must not take it for a person.
    pub fn problem(&self) -> Option<&'static str> {
        let calls = [
            &self.viewed_recently, &self.returning_renter, &self.returning_buyer, &self.tenant,
            &self.landlord, &self.new_caller,
        ];
        let says_so =
            |words: &str| words.split(|letter: char| !letter.is_alphanumeric()).any(|word| word == "AI");
        if calls.iter().any(|greeting| !greeting.contains("{notice}")) {
            return Some("every greeting of a call contains {notice}");
        }
        (!says_so(&self.notice) || !says_so(&self.in_writing))
            .then_some("the notice, and the first words of a chat, say that this is an AI")
    }
}

/// Fills `{key}` in a template. An unknown key stays visible rather than vanish.
pub fn fill(template: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(template.to_owned(), |text, (key, value)| text.replace(&format!("{{{key}}}"), value))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn hours() -> OpeningHours {
        use Day::{Friday, Monday, Saturday, Thursday, Tuesday, Wednesday};
        OpeningHours {
            days: vec![Monday, Tuesday, Wednesday, Thursday, Friday, Saturday],
            opens: Time::constant(9, 0, 0, 0),
            closes: Time::constant(18, 0, 0, 0),
            exceptions: Vec::new(),
        }
    }

    #[test]
    fn an_exception_is_stronger_than_the_week_and_than_a_bank_holiday() {
        let time = |hour| Some(Time::constant(hour, 0, 0, 0));
        let exception = |date, opens, closes| HoursException { date, opens, closes };
        let (eve, christmas, saturday) = (date(2026, 12, 24), date(2026, 12, 25), date(2026, 11, 28));
        let hours = OpeningHours {
            exceptions: vec![
                exception(eve, time(10), time(13)),
                exception(christmas, time(11), time(12)),
                exception(saturday, None, None),
            ],
            ..hours()
        };
        let at = |date, hour| london::instant_at(date, Time::constant(hour, 30, 0, 0));
        assert!(!hours.is_open(at(eve, 9)) && hours.is_open(at(eve, 12)) && !hours.is_open(at(eve, 13)));
        assert!(hours.is_open(at(christmas, 11)), "open, though a bank holiday");
        assert!(!hours.is_working_day(saturday));
        assert_eq!(hours.next_opening(at(saturday, 8)), at(date(2026, 11, 30), 8) + 30.minutes());
        assert_eq!(hours.next_opening(at(date(2026, 12, 23), 18)), at(eve, 9) + 30.minutes());
        assert_eq!(hours.exceptions_ahead(at(date(2026, 12, 20), 9)).len(), 2);
        assert_eq!(hours.problem(), None);
        let twice = vec![exception(eve, None, None), exception(eve, time(10), time(13))];
        assert!(
            OpeningHours { exceptions: twice, ..hours.clone() }.problem().is_some(),
            "one day, two words"
        );
        let wrong = |opens, closes| {
            let exceptions = vec![exception(eve, opens, closes)];
            OpeningHours { exceptions, ..hours.clone() }.problem().is_some()
        };
        assert!(wrong(time(13), time(10)) && wrong(time(10), None) && wrong(None, time(10)));
    }

    #[test]
    fn nobody_is_written_to_at_night_unasked() {
        let rules = FollowingUp {
            quiet_from: Time::constant(21, 0, 0, 0),
            quiet_to: Time::constant(8, 0, 0, 0),
            send_homes: true,
            reminder_h: 24,
            feedback_after_h: 2,
            survey: true,
            survey_after_s: 30,
            survey_every_days: 30,
            escalate_after_min: 60,
            escalate_ordinary_after_h: 24,
            review_lease_s: 180,
        };
        let at = |day: i8, hour: i8, minute: i8| london::instant(date(2026, 10, day).at(hour, minute, 0, 0));
        for (asked, leaves) in [
            (at(24, 20, 59), at(24, 20, 59)),
            (at(24, 21, 0), at(25, 8, 0)),
            // The night the clocks go back.
            (at(25, 3, 0), at(25, 8, 0)),
            (at(25, 8, 0), at(25, 8, 0)),
        ] {
            assert_eq!(rules.not_quiet(asked), leaves);
        }
    }

    #[test]
    fn christmas_is_followed_by_two_closed_days_in_2026() {
        // Friday 25 December, Saturday 26 (a normal Saturday), Monday 28 substitute.
        let christmas_eve_night = london::instant(date(2026, 12, 27).at(10, 0, 0, 0));
        assert_eq!(
            hours().next_opening(christmas_eve_night),
            london::instant(date(2026, 12, 29).at(9, 0, 0, 0))
        );
    }

    #[test]
    fn an_open_office_closes_at_six() {
        assert!(hours().is_open(london::instant(date(2026, 11, 23).at(17, 59, 0, 0))));
        assert!(!hours().is_open(london::instant(date(2026, 11, 23).at(18, 0, 0, 0))));
        assert!(!hours().is_open(london::instant(date(2026, 11, 22).at(12, 0, 0, 0))));
    }
}
