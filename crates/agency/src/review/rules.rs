//! The reading without a model: what was recorded, and phrases.

use super::{Analysis, HomeInterest, Requirement, Reviewed};
use crate::conversation::State;
use crate::crm::{Interest, Property};
use crate::language::{Intent, plain, qualifications};
use crate::speech;

/// What the caller thinks of a home. Refusals stand first.
const OPINIONS: &[(Interest, &[&str])] = &[
    (
        Interest::Rejected,
        &[
            "not for me", "not for us", "too expensive", "too dear", "too small", "too far", "too dark",
            "dont like", "didnt like", "dont want that", "not interested", "no good for us",
            "no good for me", "rule that one out", "not that one", "hate",
        ],
    ),
    (
        Interest::Low,
        &[
            "not sure about", "not too keen", "not keen", "not so keen", "maybe not", "bit pricey",
            "bit small",
        ],
    ),
    (
        Interest::High,
        &[
            "love that", "love the", "love it", "perfect", "sounds great", "sounds lovely", "sounds perfect",
            "sounds good", "sounds ideal", "like that one", "like the", "interested in", "very keen",
            "really like",
        ],
    ),
    (Interest::Medium, &["tell me more", "might be", "could work", "maybe", "possibly"]),
];

pub fn by_rules(reviewed: &Reviewed) -> Analysis {
    let state = reviewed.state;
    Analysis {
        summary: summary(state),
        intent: state.intent.map(Intent::word).map(str::to_owned),
        requirements: requirements(reviewed),
        homes: opinions(reviewed),
        follow_ups: Vec::new(),
    }
}

/// Three facts, from what was done, not from what was said.
pub fn summary(state: &State) -> Vec<String> {
    let wanted = if state.wants.is_empty() {
        "Said nothing about a home.".to_owned()
    } else {
        format!("Wanted {}.", speech::search(&state.wants))
    };
    let discussed = match state.discussed.len() {
        0 => "No homes were discussed.".to_owned(),
        1 => "One home was discussed.".to_owned(),
        n => format!("{n} homes were discussed."),
    };
    vec![wanted, discussed, format!("Outcome: {}.", state.outcome().word().replace('_', " "))]
}

/// The last word on each thing counts.
fn requirements(reviewed: &Reviewed) -> Vec<Requirement> {
    let mut found: Vec<Requirement> = Vec::new();
    for words in reviewed.said_by_caller() {
        for (field, value) in qualifications(words, reviewed.ended, reviewed.lexicon) {
            found.retain(|known| known.field != field.word());
            found.push(Requirement { field: field.word().to_owned(), value, words: words.to_owned() });
        }
    }
    found
}

/// A caller's opinion is of the home they name, or else of the only one we just named.
fn opinions(reviewed: &Reviewed) -> Vec<HomeInterest> {
    let mut found: Vec<HomeInterest> = Vec::new();
    let mut named: Vec<&Property> = Vec::new();
    for (who, words) in reviewed.lines {
        let here: Vec<&Property> = reviewed.homes.iter().filter(|home| names(words, home)).collect();
        if who != "caller" {
            named = here;
            continue;
        }
        let of = if here.is_empty() { &named } else { &here };
        if let ([home], Some(interest)) = (of.as_slice(), opinion(words)) {
            found.retain(|known| known.reference != home.reference);
            found.push(HomeInterest {
                reference: home.reference.clone(),
                interest: interest.word().to_owned(),
                words: words.clone(),
            });
        }
    }
    found
}

fn names(words: &str, home: &Property) -> bool {
    plain(words).contains(&plain(home.street()))
}

fn opinion(words: &str) -> Option<Interest> {
    let words = plain(words);
    let says = |phrase: &&str| words.contains(&format!(" {phrase} "));
    OPINIONS.iter().find(|(_, phrases)| phrases.iter().any(&says)).map(|(interest, _)| *interest)
}

/// The caller's words that ask to hear of new homes: they are the consent.
pub fn asks_for_news(reviewed: &Reviewed) -> Option<String> {
    reviewed.state.keeps_posted.clone().filter(|_| !reviewed.state.opts_out)
}
