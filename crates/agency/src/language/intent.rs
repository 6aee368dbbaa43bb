//! What a call is about: the eleven intents of `spec.md` §6.3. A linear model over words, runs of words, the cues of
//! `data/cues.json`, and what else was heard; its weights (`data/intents.json`) are learned from `training/` by
//! `cargo xtask learn`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::acts::Act;
use super::entity::{Entity, Value};
use super::phrases::PhraseBook;
use super::tokens::Tokens;
use super::topics;
use crate::crm::{Listing, vocabulary};
use crate::learned::{Model, word_features};

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

static MODEL: LazyLock<Model> = LazyLock::new(|| Model::read(include_str!("../../data/intents.json")));

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
    let shares = MODEL.shares(|tell| features(tokens, entities, acts, tell));
    let share = |class: usize| shares[class];
    let (class, intent) =
        Intent::ALL.iter().copied().enumerate().max_by(|(a, _), (b, _)| share(*a).total_cmp(&share(*b)))?;
    let confidence = share(class);
    let is_about_something = share(CLASSES - 1) <= NOTHING_MAX && confidence >= CONFIDENCE_MIN;
    is_about_something.then_some(Judged { intent, confidence })
}

/// What the model looks at, for whoever teaches it.
pub fn features_of(heard: &super::Heard, words: &str) -> Vec<String> {
    let mut all = Vec::new();
    features(&Tokens::of(words), &heard.entities, &heard.acts, &mut |name| all.push(name.concat()));
    all.sort_unstable();
    all.dedup();
    all
}

/// Tells the name of every feature, in pieces.
fn features(tokens: &Tokens, entities: &[Entity], acts: &[Act], tell: &mut dyn FnMut(&[&str])) {
    let words: Vec<&str> = tokens.words().map(plain).collect();
    word_features(&words, tell);
    entities.iter().filter_map(|entity| kind(&entity.value)).for_each(|kind| tell(&[":", kind]));
    acts.iter().filter(|act| act_counts(**act)).for_each(|act| tell(&[":", act.word()]));
    cues(tokens, tell);
    for topic in topics::topics(tokens) {
        tell(&[":topic ", topic.word()]);
    }
    for topic in topics::office(tokens) {
        tell(&[":office ", topic.word()]);
    }
    tell(&[":length ", ["0", "1", "2", "3"][words.len().min(12) / 4]]);
}

/// Each cue, and how often it is there: once, twice, more.
fn cues(tokens: &Tokens, tell: &mut dyn FnMut(&[&str])) {
    let (names, book) = &*CUES;
    let mut times = vec![0_usize; names.len()];
    for (cue, _) in book.find(tokens) {
        times[cue] += 1;
    }
    for (name, times) in names.iter().zip(times) {
        for n in [" 1", " 2", " 3"].into_iter().take(times) {
            tell(&[":", name, n]);
        }
    }
}

fn act_counts(act: Act) -> bool {
    !matches!(act, Act::Unsure | Act::PlainYes | Act::Details)
}

/// Figures differ from call to call; that there is one does not.
fn plain(word: &str) -> &str {
    match word {
        _ if word.starts_with(|c: char| c.is_ascii_digit() || c == '£') => "#",
        "apartment" | "condo" => "flat",
        "apartments" | "condos" => "flats",
        _ => word,
    }
}

fn kind(value: &Value) -> Option<&'static str> {
    Some(match value {
        Value::Bedrooms { .. } => "bedrooms",
        Value::Bathrooms { .. } => "bathrooms",
        Value::Money { per, max, .. } if per.is_some() || max.is_some_and(|max| max < 20_000) => "rent money",
        Value::Money { .. } => "sale money",
        Value::Date(_) => "date",
        Value::Time(_) => "time",
        Value::Listing { value: Listing::Rent } => "listing rent",
        Value::Listing { value: Listing::Sale } => "listing sale",
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
    })
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
