//! After a conversation: what it was about, from what was recorded first and from what was said second. A model may read
//! it ([`analysis`], as strict structured output) or the rules do ([`rules`]); either way only what the caller's own words
//! support is kept ([`Analysis::supported`]). Then the lead is merged, scored ([`score`]) and moved forward.

mod analysis;
mod prompt;
mod rules;
mod score;

pub use analysis::{Analysis, FollowUp, HomeInterest, Requirement};
pub use prompt::{messages, schema};
pub use rules::{asks_for_news, by_rules, summary};
pub use score::{Score, ScoreFacts, StatusFacts, score, status};

use jiff::Timestamp;

use crate::conversation::State;
use crate::crm::Property;
use crate::language::Lexicon;

/// What is known of a conversation that has ended.
pub struct Reviewed<'a> {
    /// What was recorded as it went: wants, homes, actions.
    pub state: &'a State,
    /// (who, words), in order.
    pub lines: &'a [(String, String)],
    /// The homes that were spoken of.
    pub homes: &'a [Property],
    pub lexicon: &'a Lexicon,
    /// When it ended: "next month" is counted from there.
    pub ended: Timestamp,
}

impl Reviewed<'_> {
    fn said_by_caller(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().filter(|(who, _)| who == "caller").map(|(_, words)| words.as_str())
    }
}
