//! What a reading of the conversation comes to, whoever read it, and the check that keeps only what was really said.

use jiff::civil::{Date, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Reviewed;
use crate::crm::{Interest, MoveUrgency};
use crate::language::{Intent, Qualification, plain};

/// The shape of the structured output.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Analysis {
    /// At most three sentences for the negotiator: what they wanted, what was done, what is next.
    pub summary: Vec<String>,
    /// One of the intents of the list, or null.
    pub intent: Option<String>,
    pub requirements: Vec<Requirement>,
    pub homes: Vec<HomeInterest>,
    pub follow_ups: Vec<FollowUp>,
}

/// Something the caller told of themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Requirement {
    /// The column: one of the list.
    pub field: String,
    /// Its value: true or false, an ISO date, HH:MM, one of the column's words, or a few plain words.
    pub value: String,
    /// The caller's own words that say so, copied exactly.
    pub words: String,
}

/// What the caller thought of a home that was spoken of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HomeInterest {
    pub reference: String,
    /// high, medium, low or rejected.
    pub interest: String,
    /// The caller's own words that say so, copied exactly.
    pub words: String,
}

/// Something a colleague must do that is not done yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FollowUp {
    pub title: String,
    /// The caller's own words that ask for it, copied exactly.
    pub words: String,
    pub urgent: bool,
}

/// Nobody leaves more than this behind in one conversation.
const FOLLOW_UPS_MAX: usize = 5;
const SUMMARY_MAX: usize = 3;
const LETTERS_MAX: usize = 300;

impl Analysis {
    /// Only what the caller's words support, in the words of our columns.
    #[must_use]
    pub fn supported(self, reviewed: &Reviewed) -> Self {
        let said: Vec<String> = reviewed.said_by_caller().map(plain).collect();
        let is_said = |words: &str| {
            let words = plain(words);
            !words.trim().is_empty() && said.iter().any(|line| line.contains(&words))
        };
        let intent = self.intent.filter(|word| Intent::from_word(word).is_some());
        Self {
            summary: self.summary.iter().take(SUMMARY_MAX).map(|line| short(line)).collect(),
            intent,
            requirements: self.requirements.into_iter().filter(|r| is_said(&r.words) && r.fits()).collect(),
            homes: self
                .homes
                .into_iter()
                .filter(|home| {
                    let is_spoken_of = reviewed.homes.iter().any(|known| known.reference == home.reference);
                    is_spoken_of && is_said(&home.words) && Interest::from_word(&home.interest).is_some()
                })
                .collect(),
            follow_ups: self
                .follow_ups
                .into_iter()
                .filter(|task| is_said(&task.words))
                .map(|task| FollowUp { title: short(&task.title), ..task })
                .take(FOLLOW_UPS_MAX)
                .collect(),
        }
    }
}

impl Requirement {
    /// The column it goes into.
    pub fn column(&self) -> Option<Qualification> {
        Qualification::from_word(&self.field)
    }

    fn fits(&self) -> bool {
        use Qualification as Q;
        let value = self.value.as_str();
        match self.column() {
            None => false,
            Some(Q::HasDeposit | Q::IsFirstTimeBuyer | Q::MortgageApproved) => {
                matches!(value, "true" | "false")
            }
            Some(Q::MoveInDate) => value.parse::<Date>().is_ok(),
            Some(Q::Urgency) => MoveUrgency::from_word(value).is_some(),
            Some(Q::DoNotCallBefore | Q::DoNotCallAfter) => value.parse::<Time>().is_ok(),
            Some(Q::PreferredContactMethod) => matches!(value, "phone" | "email" | "whatsapp"),
            Some(Q::CurrentSituation | Q::ReasonForMoving | Q::BestTimeToCall) => {
                !value.is_empty() && value.len() <= LETTERS_MAX
            }
        }
    }
}

fn short(words: &str) -> String {
    words.chars().take(LETTERS_MAX).collect()
}
