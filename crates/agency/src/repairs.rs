//! Repairs: what kind each is and which trade sees to it, by the table `data/repairs.json` (the category tree is our own,
//! `domain.md` §1.5 of the reference).

use std::sync::LazyLock;

use serde::Deserialize;

use crate::triage::Pattern;

/// One kind of repair.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    #[serde(rename = "category")]
    pub name: String,
    /// Who is called out, as `contractors.trade` has it.
    pub trade: Option<String>,
    wordings: Vec<Pattern>,
    /// Hazards of the triage table that are of this kind.
    hazards: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Table {
    categories: Vec<Category>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../data/repairs.json"))
        .expect("data/repairs.json is checked by a test")
});

/// What a description is about: by its hazard if there is one, else by its words; the first of the table that fits.
pub fn category(hazard: Option<&str>, words: &str) -> Option<&'static Category> {
    let by_hazard =
        TABLE.categories.iter().find(|kind| kind.hazards.iter().any(|known| Some(known.as_str()) == hazard));
    by_hazard.or_else(|| {
        TABLE.categories.iter().find(|kind| kind.wordings.iter().any(|wording| wording.is_in(words)))
    })
}

/// Every trade that a repair can call out.
pub fn trades() -> Vec<&'static str> {
    let mut trades: Vec<&str> = TABLE.categories.iter().filter_map(|kind| kind.trade.as_deref()).collect();
    trades.sort_unstable();
    trades.dedup();
    trades
}

/// Who sees to repairs of this category, by its name.
pub fn trade_of(category: &str) -> Option<&'static str> {
    TABLE.categories.iter().find(|kind| kind.name == category)?.trade.as_deref()
}

/// The word for a repair that no category fits.
pub const OTHER: &str = "other";

/// The trade that can make an emergency safe. Gas is made safe by the network first; nobody of ours goes in before.
pub fn emergency_trade(hazard: &str) -> Option<&'static str> {
    if matches!(
        hazard,
        "gas" | "carbon_monoxide" | "flue" | "fire" | "person_at_risk" | "unclear" | "intruder" | "alarm"
    ) {
        return None;
    }
    category(Some(hazard), "")?.trade.as_deref()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repairs_have_a_kind() {
        for (hazard, words, expected) in [
            (None, "the kitchen tap is dripping", "plumbing and leaks"),
            (None, "my washing machine won't drain", "appliances"),
            (None, "the boiler keeps losing pressure", "heating and hot water"),
            (None, "there are mice in the kitchen", "pests"),
            (None, "the bathroom door handle came off", "doors, locks and keys"),
            (None, "the bedroom window won't close", "windows"),
            (Some("water"), "it's everywhere", "plumbing and leaks"),
            (Some("repair"), "the sofa is broken", "furniture"),
        ] {
            assert_eq!(category(hazard, words).map(|kind| kind.name.as_str()), Some(expected), "{words}");
        }
        assert!(category(None, "hello there").is_none());
        assert_eq!(trades(), ["drainage", "electrician", "gas engineer", "locksmith", "plumber"]);
        assert_eq!((trade_of("plumbing and leaks"), trade_of("furniture")), (Some("plumber"), None));
    }

    #[test]
    fn every_hazard_is_of_some_kind_or_of_none() {
        for kind in &TABLE.categories {
            for hazard in &kind.hazards {
                assert!(crate::triage::hazard(hazard).is_some(), "{}: {hazard}", kind.name);
            }
        }
        assert_eq!(emergency_trade("water"), Some("plumber"));
        assert_eq!(emergency_trade("gas"), None);
    }
}
