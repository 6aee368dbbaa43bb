//! A lead's requirements as `voice_leads` keeps them: read into wants, merged with what was said, compared.

use agency::crm::{Feature, Listing, PropertyType, WantedArea, Wants};

use crate::leads::LeadChange;
use crate::types::{Int, TextList};

#[derive(sqlx::FromRow)]
pub(crate) struct KeptRequirements {
    pub(crate) name: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) looking_for: Option<String>,
    pub(crate) property_type: Option<String>,
    pub(crate) bedrooms_min: Option<Int>,
    pub(crate) bedrooms_max: Option<Int>,
    pub(crate) budget_min: Option<Int>,
    pub(crate) budget_max: Option<Int>,
    pub(crate) preferred_areas: TextList,
    pub(crate) preferred_area_names: TextList,
    pub(crate) must_haves: TextList,
    pub(crate) deal_breakers: TextList,
}

impl KeptRequirements {
    pub(crate) fn wants(&self) -> Wants {
        Wants {
            listing: self.looking_for.as_deref().and_then(listing_of),
            property_type: self.property_type.as_deref().and_then(PropertyType::from_word),
            bedrooms_min: self.bedrooms_min.map(|n| n.0),
            bedrooms_max: self.bedrooms_max.map(|n| n.0),
            budget_min: self.budget_min.map(|n| n.0),
            budget_max: self.budget_max.map(|n| n.0),
            areas: areas(&self.preferred_area_names.0, &self.preferred_areas.0),
            must_haves: features(&self.must_haves.0),
            deal_breakers: features(&self.deal_breakers.0),
        }
    }

    /// What is not mentioned stays; money does not outlive a change from renting to buying.
    pub(crate) fn merged(&self, change: &LeadChange) -> Self {
        let wants = change.wants.clone().unwrap_or_default();
        let turned =
            wants.listing.is_some_and(|listing| self.looking_for.as_deref() != Some(looking_for(listing)));
        let keep = |new: Option<i64>, old: Option<Int>| new.map(Int).or(if turned { None } else { old });
        let (codes, names) = area_lists(&wants);
        let areas_said = !wants.areas.is_empty();
        Self {
            name: newer(self.name.as_ref(), change.name.as_ref(), change.keeps_person),
            email: newer(self.email.as_ref(), change.email.as_ref(), change.keeps_person),
            looking_for: wants
                .listing
                .map(|l| looking_for(l).to_owned())
                .or_else(|| self.looking_for.clone()),
            property_type: wants
                .property_type
                .map(|t: PropertyType| t.word().to_owned())
                .or_else(|| self.property_type.clone()),
            bedrooms_min: if has_beds(&wants) { wants.bedrooms_min.map(Int) } else { self.bedrooms_min },
            bedrooms_max: if has_beds(&wants) { wants.bedrooms_max.map(Int) } else { self.bedrooms_max },
            budget_min: keep(wants.budget_min, self.budget_min),
            budget_max: keep(wants.budget_max, self.budget_max),
            preferred_areas: if areas_said { codes } else { self.preferred_areas.clone() },
            preferred_area_names: if areas_said { names } else { self.preferred_area_names.clone() },
            must_haves: with(&self.must_haves, &wants.must_haves, &wants.deal_breakers),
            deal_breakers: with(&self.deal_breakers, &wants.deal_breakers, &wants.must_haves),
        }
    }

    /// (column, before, after) of what changed.
    pub(crate) fn differences(&self, after: &Self) -> Vec<(&'static str, Option<String>, Option<String>)> {
        let number = |n: Option<Int>| n.map(|n| n.0.to_string());
        let list = |l: &TextList| (!l.0.is_empty()).then(|| l.0.join("|"));
        let pairs = [
            ("looking_for", self.looking_for.clone(), after.looking_for.clone()),
            ("property_type", self.property_type.clone(), after.property_type.clone()),
            ("bedrooms_min", number(self.bedrooms_min), number(after.bedrooms_min)),
            ("bedrooms_max", number(self.bedrooms_max), number(after.bedrooms_max)),
            ("budget_min", number(self.budget_min), number(after.budget_min)),
            ("budget_max", number(self.budget_max), number(after.budget_max)),
            ("preferred_areas", list(&self.preferred_areas), list(&after.preferred_areas)),
            ("preferred_area_names", list(&self.preferred_area_names), list(&after.preferred_area_names)),
            ("must_haves", list(&self.must_haves), list(&after.must_haves)),
            ("deal_breakers", list(&self.deal_breakers), list(&after.deal_breakers)),
        ];
        pairs.into_iter().filter(|(_, old, new)| old != new).collect()
    }
}

/// Words of ours among those the CRM keeps; staff may have written others, which stay as they are.
fn features(kept: &[String]) -> Vec<Feature> {
    kept.iter().filter_map(|word| Feature::from_word(word)).collect()
}

/// What is kept and what was said, without what was taken back.
fn with(kept: &TextList, said: &[Feature], taken_back: &[Feature]) -> TextList {
    let gone = |word: &String| taken_back.iter().any(|feature| feature.word() == word);
    let mut words: Vec<String> = kept.0.iter().filter(|word| !gone(word)).cloned().collect();
    words.extend(said.iter().map(|feature| feature.word().to_owned()).filter(|word| !kept.0.contains(word)));
    TextList(words)
}

fn newer(kept: Option<&String>, said: Option<&String>, keeps: bool) -> Option<String> {
    let (first, second) = if keeps { (kept, said) } else { (said, kept) };
    first.or(second).cloned()
}

fn has_beds(wants: &Wants) -> bool {
    wants.bedrooms_min.is_some() || wants.bedrooms_max.is_some()
}

fn looking_for(listing: Listing) -> &'static str {
    match listing {
        Listing::Rent => "rent",
        Listing::Sale => "buy",
    }
}

/// A lead is looking to `buy` what a listing offers for `sale`.
fn listing_of(looking_for: &str) -> Option<Listing> {
    match looking_for {
        "rent" => Some(Listing::Rent),
        "buy" => Some(Listing::Sale),
        _ => None,
    }
}

/// Outward codes and spoken names as the two columns keep them: names first, each with its code.
fn area_lists(wants: &Wants) -> (TextList, TextList) {
    let (named, coded): (Vec<_>, Vec<_>) = wants.areas.iter().partition(|area| area.name.is_some());
    let outwards = named.iter().chain(&coded).filter_map(|area| area.outward.clone()).collect();
    (TextList(outwards), TextList(named.iter().filter_map(|area| area.name.clone()).collect()))
}

/// Names and codes are kept as two lists; a code beyond the names was said without one.
fn areas(names: &[String], codes: &[String]) -> Vec<WantedArea> {
    let named = names
        .iter()
        .enumerate()
        .map(|(place, name)| WantedArea { name: Some(name.clone()), outward: codes.get(place).cloned() });
    let coded =
        codes.iter().skip(names.len()).map(|code| WantedArea { name: None, outward: Some(code.clone()) });
    named.chain(coded).collect()
}
