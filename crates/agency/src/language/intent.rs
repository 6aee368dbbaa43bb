//! What a call is about: the eleven intents of `spec.md` §6.3. A linear model over words, runs of words, the cues of
//! `data/cues.json`, and what else was heard; its weights (`data/intents.json`) are learned from `training/` by
//! `cargo xtask learn`.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::acts::Act;
use super::entity::{Entity, Value};
use super::phrases::PhraseBook;
use super::tokens::Tokens;
use super::topics;
use crate::crm::vocabulary;

vocabulary! {
    /// The intents, as recorded with each call.
    Intent {
        PropertyEnquiryRent = "property_enquiry_rent", PropertyEnquiryBuy = "property_enquiry_buy",
        BookViewing = "book_viewing", BookValuation = "book_valuation", TenantMaintenance = "tenant_maintenance",
        TenantGeneral = "tenant_general", LandlordEnquiry = "landlord_enquiry", ExistingViewing = "existing_viewing",
        SpeakToAgent = "speak_to_agent", OfficeHours = "office_hours", GeneralEnquiry = "general_enquiry",
    }
}

impl Intent {
    /// Whether this call is looking for a home.
    pub fn is_enquiry(self) -> bool {
        matches!(self, Self::PropertyEnquiryRent | Self::PropertyEnquiryBuy | Self::BookViewing)
    }
}

/// An intent and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    pub intent: Intent,
    /// From 0 to 1: the share of all there is to be said for it.
    pub confidence: f32,
}

impl Judged {
    pub fn is_plain(self) -> bool {
        const PLAIN: f32 = 0.6;
        self.confidence >= PLAIN
    }
}

/// Below this the words could be about anything.
const CONFIDENCE_MIN: f32 = 0.12;
/// Above this they are about nothing an agency does.
const NOTHING_MAX: f32 = 0.6;
/// One for each intent, and one for words that carry none.
const CLASSES: usize = Intent::ALL.len() + 1;

#[derive(Deserialize)]
struct Written {
    /// What a weight of one stands for.
    scale: f32,
    bias: Vec<i16>,
    weights: HashMap<String, Vec<i16>>,
}

struct Model {
    bias: [f32; CLASSES],
    weights: HashMap<String, [f32; CLASSES]>,
}

static MODEL: LazyLock<Model> = LazyLock::new(|| {
    let written: Written = serde_json::from_str(include_str!("../../data/intents.json"))
        .expect("data/intents.json is checked by a test");
    let scaled = |weights: &[i16]| {
        std::array::from_fn(|class| f32::from(weights.get(class).copied().unwrap_or(0)) * written.scale)
    };
    Model {
        bias: scaled(&written.bias),
        weights: written
            .weights
            .iter()
            .map(|(feature, weights)| (feature.clone(), scaled(weights)))
            .collect(),
    }
});

/// Ways of speaking that tell something of the caller, as a person would name them.
static CUES: LazyLock<(Vec<String>, PhraseBook<usize>)> = LazyLock::new(|| {
    let cues: BTreeMap<String, Vec<String>> = serde_json::from_str(include_str!("../../data/cues.json"))
        .expect("data/cues.json is checked by a test");
    let phrases =
        cues.values().enumerate().flat_map(|(cue, all)| all.iter().map(move |phrase| (cue, phrase.as_str())));
    let book = PhraseBook::new(phrases);
    (cues.into_keys().collect(), book)
});

/// The likeliest intent, if the words carry one.
pub(super) fn judge(tokens: &Tokens, entities: &[Entity], acts: &[Act]) -> Option<Judged> {
    let mut scores = MODEL.bias;
    for feature in features(tokens, entities, acts) {
        if let Some(weights) = MODEL.weights.get(&feature) {
            scores.iter_mut().zip(weights).for_each(|(score, weight)| *score += weight);
        }
    }
    let most = scores.iter().copied().fold(f32::MIN, f32::max);
    let total: f32 = scores.iter().map(|score| (score - most).exp()).sum();
    let share = |class: usize| (scores[class] - most).exp() / total;
    let (class, intent) =
        Intent::ALL.iter().copied().enumerate().max_by(|(a, _), (b, _)| share(*a).total_cmp(&share(*b)))?;
    let confidence = share(class);
    let is_about_something = share(CLASSES - 1) <= NOTHING_MAX && confidence >= CONFIDENCE_MIN;
    is_about_something.then_some(Judged { intent, confidence })
}

/// What the model looks at, for whoever teaches it.
pub fn features_of(heard: &super::Heard, words: &str) -> Vec<String> {
    features(&Tokens::of(words), &heard.entities, &heard.acts)
}

fn features(tokens: &Tokens, entities: &[Entity], acts: &[Act]) -> Vec<String> {
    let words: Vec<String> = tokens.words().map(plain).collect();
    let mut all = Vec::with_capacity(words.len() * 3 + 12);
    let at = |i: usize| words.get(i).map_or("$", String::as_str);
    for (i, word) in words.iter().enumerate() {
        all.push(word.clone());
        all.push(format!("{word} {}", at(i + 1)));
        if i + 2 < words.len() {
            all.push(format!("{word} {} {}", at(i + 1), at(i + 2)));
            all.push(format!("{word} _ {}", at(i + 2)));
        }
        // The beginning of a word stands for its other forms.
        if word.len() > 5 && word.is_ascii() {
            all.push(format!("{}~", &word[..5]));
        }
    }
    all.push(format!("^ {}", at(0)));
    all.push(format!("^ {} {}", at(0), at(1)));
    all.extend(entities.iter().filter_map(|entity| kind(&entity.value)));
    all.extend(acts.iter().filter(|act| act_counts(**act)).map(|act| format!(":{act}")));
    cues(tokens, &mut all);
    all.extend(topics::topics(tokens).iter().map(|topic| format!(":topic {topic}")));
    all.extend(topics::office(tokens).iter().map(|topic| format!(":office {topic}")));
    all.push(format!(":length {}", words.len().min(12) / 4));
    all.sort_unstable();
    all.dedup();
    all
}

/// Each cue, and how often it is there: once, twice, more.
fn cues(tokens: &Tokens, all: &mut Vec<String>) {
    let (names, book) = &*CUES;
    let mut times = vec![0_usize; names.len()];
    for (cue, _) in book.find(tokens) {
        times[cue] += 1;
    }
    for (name, times) in names.iter().zip(times) {
        all.extend((1..=times.min(3)).map(|n| format!(":{name} {n}")));
    }
}

fn act_counts(act: Act) -> bool {
    !matches!(act, Act::Unsure | Act::PlainYes | Act::Details)
}

/// Figures differ from call to call; that there is one does not.
fn plain(word: &str) -> String {
    match word {
        _ if word.starts_with(|c: char| c.is_ascii_digit() || c == '£') => "#".to_owned(),
        "apartment" | "condo" => "flat".to_owned(),
        "apartments" | "condos" => "flats".to_owned(),
        _ => word.to_owned(),
    }
}

fn kind(value: &Value) -> Option<String> {
    let kind = match value {
        Value::Bedrooms { .. } => "bedrooms",
        Value::Bathrooms { .. } => "bathrooms",
        Value::Money { per, max, .. } if per.is_some() || max.is_some_and(|max| max < 20_000) => "rent money",
        Value::Money { .. } => "sale money",
        Value::Date(_) => "date",
        Value::Time(_) => "time",
        Value::Listing { value } => return Some(format!(":listing {value}")),
        Value::PropertyType { .. } => "type",
        Value::Area { .. } | Value::Postcode { .. } => "area",
        Value::Property { .. } => "property",
        Value::Name { .. } => "name",
        Value::Phone { .. } => "phone",
        Value::Email { .. } => "email",
        Value::Choice { .. } => "choice",
        Value::Feature { .. } => "feature",
        Value::Count { .. } => "count",
        Value::Reference { .. } => return None,
    };
    Some(format!(":{kind}"))
}

#[cfg(test)]
mod tests {
    use super::super::{Expecting, Lexicon, Said, hear};
    use super::*;

    fn intent(text: &str) -> Option<Intent> {
        let said = Said {
            alternatives: &[text.to_owned()],
            expecting: Expecting::Anything,
            listing: None,
            offers: &[],
            now: jiff::Timestamp::constant(1_795_426_200, 0),
        };
        hear(&said, &Lexicon::default()).judged.map(|judged| judged.intent)
    }

    #[test]
    fn calls_tell_what_they_are_about() {
        for (text, expected) in [
            ("my boiler has stopped working", Intent::TenantMaintenance),
            ("I'd like a valuation of my house", Intent::BookValuation),
            ("I need to reschedule my viewing", Intent::ExistingViewing),
            ("what are your opening hours", Intent::OfficeHours),
            ("can I book a viewing", Intent::BookViewing),
            ("can I speak to someone", Intent::SpeakToAgent),
            ("a two bed flat to rent in Maida Vale", Intent::PropertyEnquiryRent),
            ("I'm looking to buy a house", Intent::PropertyEnquiryBuy),
        ] {
            assert_eq!(intent(text), Some(expected), "{text}");
        }
        for text in ["the second one", "half past two", "yes please", "what's the capital of France"] {
            assert_eq!(intent(text), None, "{text}");
        }
    }
}
