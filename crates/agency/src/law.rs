//! What an agency must not say, whoever chose the words (`data/law.json`, each rule with its source). Checked on every
//! sentence of a model before it is spoken; and in tests on everything of our own.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::crm::Listing;
use crate::triage::{Denied, Pattern};

/// One thing that is not said, and what is said instead.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    #[serde(rename = "rule")]
    pub name: String,
    pub source: String,
    /// The law of lettings, not of sales: above the asking price a buyer may bid.
    #[serde(default)]
    lettings_only: bool,
    /// Said with a "can't" or a "not" before it, it is the right answer.
    deniable: bool,
    pub instead: String,
    wordings: Vec<Pattern>,
}

#[derive(Debug, Deserialize)]
struct Data {
    rules: Vec<Rule>,
}

static TABLE: LazyLock<Data> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../data/law.json")).expect("data/law.json is checked by a test")
});

fn wordings() -> impl Iterator<Item = &'static Pattern> + Clone {
    TABLE.rules.iter().flat_map(|rule| &rule.wordings)
}

/// The rule that this sentence breaks, in talk of a sale, a letting, or nobody knows which.
pub fn breach(sentence: &str, listing: Option<Listing>) -> Option<&'static Rule> {
    TABLE.rules.iter().find(|rule| {
        let concerns = !rule.lettings_only || listing != Some(Listing::Sale);
        let denied = if rule.deniable { Denied::Allowed } else { Denied::Counts };
        concerns && Pattern::any_in(&rule.wordings, sentence, denied)
    })
}

/// Where something forbidden may have begun in words that go on: the byte.
pub(crate) fn may_begin_at(words: &str) -> Option<usize> {
    Pattern::may_begin_at(&wordings(), words)
}

/// Whether this word, or what it may become, is forbidden by itself.
pub(crate) fn may_forbid(word: &str) -> bool {
    wordings().any(|wording| wording.may_be_one_word(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(sentence: &str) -> Option<&'static str> {
        breach(sentence, Some(Listing::Rent)).map(|rule| rule.name.as_str())
    }

    #[test]
    fn what_must_not_be_said_is_known() {
        let cases = [
            ("You could offer a bit more to be safe.", "bidding"),
            ("If you go fifty pounds above the asking rent you'd have a good chance.", "bidding"),
            ("The landlord wants best and final by Friday.", "bidding"),
            ("Others have offered more already.", "other_applicants"),
            ("There's another couple viewing it at two.", "other_applicants"),
            ("The owner is away until Monday.", "other_applicants"),
            ("Six months up front would help.", "rent_in_advance"),
            ("You'd pay three months rent in advance.", "rent_in_advance"),
            ("I'm afraid it's professionals only.", "discrimination"),
            ("The landlord doesn't accept children.", "discrimination"),
            ("No DSS, sorry.", "discrimination"),
            ("It's not suitable for families.", "discrimination"),
            ("Legally your landlord has to fix that.", "legal_advice"),
            ("You could withhold the rent.", "legal_advice"),
            ("It's a good investment.", "financial_advice"),
            ("Prices will rise next year.", "financial_advice"),
            ("Your house is worth about half a million.", "value_estimate"),
            ("The plumber will be there by six.", "promise"),
            ("I guarantee you'll get it.", "promise"),
            ("That's fine, it can wait.", "safety"),
            ("You don't need to call 999.", "safety"),
            ("It's perfectly safe.", "safety"),
            ("There's a call-out charge of fifty pounds.", "charges"),
            ("I'm a real person, don't worry.", "human"),
            ("I'm not a robot.", "human"),
            ("Could you read me your card number?", "secrets_by_voice"),
        ];
        let missed: Vec<_> = cases
            .iter()
            .filter(|(sentence, rule)| broken(sentence) != Some(*rule))
            .map(|(sentence, _)| (sentence, broken(sentence)))
            .collect();
        assert!(missed.is_empty(), "{missed:#?}");
    }

    #[test]
    fn the_right_answers_break_nothing() {
        for sentence in [
            "We can't take offers above the asking rent.",
            "I can't give legal advice.",
            "I can't say what it's worth.",
            "Nothing is due before you sign; then the first month and the deposit.",
            "Affordability is checked the same way for everyone.",
            "I'm the agency's AI assistant, not a person.",
            "The rent is two thousand two hundred pounds a month.",
            "Would you like to view it on Tuesday?",
            "It has two bedrooms and a garden, close to the park.",
            "Children are welcome.",
            "A colleague will ring you back within the hour.",
        ] {
            assert_eq!(broken(sentence), None, "{sentence}");
        }
        let sale = "You may offer above the asking price.";
        assert!(breach(sale, Some(Listing::Sale)).is_none(), "a buyer may bid");
        for rule in &TABLE.rules {
            assert!(breach(&rule.instead, None).is_none(), "{}: its own words break a rule", rule.name);
            assert!(!rule.source.is_empty());
        }
    }
}
