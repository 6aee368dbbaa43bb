//! What the agency has approved to be said of itself: the table of fees, and its policies, one file per topic.

use serde::{Deserialize, Serialize};

use crate::fees::Capped;
use crate::language::plain;

/// Everything approved. What is not in it is not said.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Office {
    pub fees: Vec<Fee>,
    #[serde(default)]
    pub policies: Vec<Policy>,
}

/// One row of the fee table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fee {
    /// Words that ask for it.
    pub asked_as: Vec<String>,
    /// The whole sentence, as it is spoken.
    pub words: String,
    /// The rule it rests on, for whoever checks it.
    pub source: String,
    /// Said with its figure where one home is spoken of.
    #[serde(default)]
    pub computes: Option<Capped>,
}

/// One topic. Its file: a title, a line `Asked as: …`, and the words that are spoken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    pub title: String,
    pub asked_as: Vec<String>,
    pub words: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a policy file begins with a title (\"# Pets\"), then a line \"Asked as: pets, dog\", then what is said"
)]
pub struct NotAPolicy;

impl Policy {
    /// Reads a policy file.
    pub fn parse(markdown: &str) -> Result<Self, NotAPolicy> {
        let (title, rest) = markdown.trim().split_once('\n').ok_or(NotAPolicy)?;
        let title = title.strip_prefix("# ").ok_or(NotAPolicy)?.trim().to_owned();
        let (asked, words) = rest.trim().split_once('\n').ok_or(NotAPolicy)?;
        let asked = asked.strip_prefix("Asked as:").ok_or(NotAPolicy)?;
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let asked_as: Vec<String> =
            asked.split(',').map(|phrase| phrase.trim().to_lowercase()).filter(|p| !p.is_empty()).collect();
        if words.is_empty() || asked_as.is_empty() {
            Err(NotAPolicy)
        } else {
            Ok(Self { title, asked_as, words })
        }
    }
}

impl Office {
    /// What is wrong with it, if anything: what can never be asked for, or has nothing to say.
    pub fn problem(&self) -> Option<&'static str> {
        let asked = |phrases: &[String]| phrases.iter().any(|phrase| !phrase.trim().is_empty());
        let fees = self.fees.iter().map(|fee| (asked(&fee.asked_as), &fee.words));
        let policies = self.policies.iter().map(|policy| (asked(&policy.asked_as), &policy.words));
        let is_whole = fees.chain(policies).all(|(asked, words)| asked && !words.trim().is_empty());
        (!is_whole).then_some("each fee and policy needs words that ask for it, and the words that are said")
    }

    /// What may be said to this question, if it was approved; the longest words that ask for something win.
    pub fn answer(&self, question: &str) -> Option<(&str, Option<Capped>)> {
        let heard = plain(question);
        let fees = self.fees.iter().map(|fee| (&fee.asked_as, (fee.words.as_str(), fee.computes)));
        let policies = self.policies.iter().map(|policy| (&policy.asked_as, (policy.words.as_str(), None)));
        let asked = |phrases: &[String]| {
            phrases.iter().filter(|phrase| heard.contains(&plain(phrase))).map(String::len).max()
        };
        fees.chain(policies)
            .filter_map(|(phrases, words)| asked(phrases).map(|length| (length, words)))
            .max_by_key(|(length, _)| *length)
            .map(|(_, words)| words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_file_is_read_and_found() {
        let policy =
            Policy::parse("# Pets\nAsked as: pets, dog, keep a cat\n\nWe ask the landlord.\nMost say yes.")
                .unwrap();
        assert_eq!(policy.words, "We ask the landlord. Most say yes.");
        let office = Office { fees: Vec::new(), policies: vec![policy] };
        assert!(office.answer("can I keep my dog?").is_some());
        assert_eq!(office.answer("what about dogma"), None);
        assert_eq!(Policy::parse("Pets are fine"), Err(NotAPolicy));
    }
}
