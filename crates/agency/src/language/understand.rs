//! One line of `receptionist understand`: what is heard in a sentence, in the shapes of `spec.md` §3.

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::{Act, Entity, Expecting, Heard, Intent, Lexicon, Said, hear};
use crate::crm::Listing;
use crate::london;
use crate::triage::{self, Level};

/// A sentence and what is known about it.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Line {
    pub text: String,
    /// RFC 3339; the clock, if absent.
    #[serde(default)]
    pub now: Option<Timestamp>,
    #[serde(default)]
    pub expecting: Option<Expecting>,
    #[serde(default)]
    pub listing: Option<Listing>,
    /// Other transcripts of the same words.
    #[serde(default)]
    pub alternatives: Vec<String>,
    /// London times that were offered.
    #[serde(default)]
    pub offers: Vec<Offer>,
}

/// A local time (`2026-11-24T15:30`), or an instant, which is then read in London.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Offer(pub DateTime);

impl TryFrom<String> for Offer {
    type Error = jiff::Error;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse::<Timestamp>()
            .map(|instant| london::local(instant).datetime())
            .or_else(|_| text.parse())
            .map(Self)
    }
}

/// What was heard in it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Understanding {
    pub intent: Option<Intent>,
    /// From 0 to 1; 0 without an intent.
    pub confidence: f64,
    pub emergency: Option<Urgency>,
    pub acts: Vec<Act>,
    pub entities: Vec<Entity>,
}

/// What needs somebody, how soon, and the words that say so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Urgency {
    pub level: Level,
    pub hazard: String,
    pub evidence: String,
}

/// Reads one line as the conversation would.
pub fn understand(line: &Line, lexicon: &Lexicon, clock: Timestamp) -> Understanding {
    let mut alternatives = vec![line.text.clone()];
    alternatives.extend(line.alternatives.iter().filter(|other| **other != line.text).cloned());
    let offers: Vec<DateTime> = line.offers.iter().map(|offer| offer.0).collect();
    let said = Said {
        alternatives: &alternatives,
        expecting: line.expecting.unwrap_or(Expecting::Anything),
        listing: line.listing,
        offers: &offers,
        now: line.now.unwrap_or(clock),
    };
    let heard = hear(&said, lexicon);
    let emergency = urgency(&heard, &alternatives, said.now);
    Understanding {
        intent: heard.judged.map(|judged| judged.intent),
        confidence: heard.judged.map_or(0.0, |judged| (f64::from(judged.confidence) * 100.0).round() / 100.0),
        emergency,
        acts: heard.acts.into_iter().filter(|act| act.is_public()).collect(),
        entities: heard.entities,
    }
}

/// By the triage table; any other repair is normal.
fn urgency(heard: &Heard, alternatives: &[String], now: Timestamp) -> Option<Urgency> {
    if let Some(found) = triage::triage(alternatives, now, &triage::Choices::default()) {
        return Some(Urgency { level: found.level(), hazard: found.hazard, evidence: found.evidence });
    }
    const SURE: f32 = 0.6;
    let is_repair = heard
        .judged
        .is_some_and(|judged| judged.intent == Intent::TenantMaintenance && judged.confidence > SURE);
    let evidence = alternatives.first().cloned().unwrap_or_default();
    is_repair.then(|| Urgency { level: Level::Normal, hazard: "repair".to_owned(), evidence })
}
