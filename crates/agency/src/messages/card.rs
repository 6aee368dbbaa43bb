//! One home as the packages show it: facts of the record in words, links whole. The street without its number: the full
//! address comes with a viewing.

use jiff::Timestamp;
use serde::Serialize;

use super::money::price;
use super::wording::day;
use crate::crm::{Property, PropertyId, PropertyType};
use crate::fees::{Capped, cap_pence};

/// What there is to see of a home.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PropertyMedia {
    pub property: Option<PropertyId>,
    pub images: Vec<String>,
    pub floor_plan_url: Option<String>,
    pub epc_url: Option<String>,
    pub virtual_tour_url: Option<String>,
}

/// A time that may be booked on the page.
#[derive(Clone, Debug, Serialize)]
pub struct BookableSlot {
    pub start: Timestamp,
    pub words: String,
}

#[derive(Clone, Debug, Serialize)]
pub struct Card {
    pub reference: String,
    pub title: String,
    pub place: String,
    pub price: String,
    pub beds: String,
    pub baths: String,
    pub description: String,
    pub short_description: String,
    pub features: Vec<String>,
    pub picture: Option<String>,
    pub plan: Option<String>,
    pub epc: Option<String>,
    pub epc_link: Option<String>,
    pub tour: Option<String>,
    pub available: Option<String>,
    pub council_tax: Option<String>,
    pub tenure: Option<String>,
    pub furnished: Option<String>,
    pub deposit: Option<String>,
    pub holding_deposit: Option<String>,
    pub book: String,
    pub is_gone: bool,
    pub slots: Vec<BookableSlot>,
}

const SHORT: usize = 200;

impl Card {
    /// `base_url` makes the links whole; `page` is where the home can be booked.
    pub fn new(home: &Property, media: &PropertyMedia, base_url: &str, page: &str) -> Self {
        let whole = |url: &Option<String>| url.as_deref().map(|url| absolute(base_url, url));
        let capped = |what| cap_pence(what, home).map(pounds_and_pence);
        Self {
            reference: home.reference.clone(),
            title: title(home),
            place: format!("{}, {} {}", home.street(), home.area, home.outward()),
            price: price(home),
            beds: counted(home.bedrooms, "bedroom"),
            baths: counted(home.bathrooms, "bathroom"),
            description: home.description.clone(),
            short_description: shortened(&home.description),
            features: home.features.iter().filter(|feature| !feature.is_empty()).cloned().collect(),
            picture: media.images.first().map(|url| absolute(base_url, url)),
            plan: whole(&media.floor_plan_url),
            epc: home.epc_rating.clone(),
            epc_link: whole(&media.epc_url),
            tour: whole(&media.virtual_tour_url),
            available: home.available_from.map(day),
            council_tax: home.council_tax_band.clone(),
            tenure: home.tenure.clone(),
            furnished: home.furnished.clone(),
            deposit: capped(Capped::Deposit),
            holding_deposit: capped(Capped::HoldingDeposit),
            book: format!("{page}#{}", home.reference),
            is_gone: !home.is_available(),
            slots: Vec::new(),
        }
    }
}

/// `2-bed flat`
fn title(home: &Property) -> String {
    match (home.bedrooms, home.property_type) {
        (0, kind) | (_, kind @ PropertyType::Studio) => kind.to_string(),
        (beds, kind) => format!("{beds}-bed {kind}"),
    }
}

fn counted(n: i64, what: &str) -> String {
    match (n, what) {
        (0, "bedroom") => "studio".to_owned(),
        (1, _) => format!("1 {what}"),
        _ => format!("{n} {what}s"),
    }
}

/// At a word's end.
fn shortened(text: &str) -> String {
    if text.chars().count() <= SHORT {
        return text.to_owned();
    }
    let cut: String = text.chars().take(SHORT - 1).collect();
    let end = cut.rfind(' ').unwrap_or(cut.len());
    format!("{}…", &cut[..end])
}

fn pounds_and_pence(pence: i64) -> String {
    format!("£{}.{:02}", super::money::grouped(pence / 100), pence % 100)
}

/// Pictures of our own are named from the root.
pub fn absolute(base_url: &str, url: &str) -> String {
    if url.starts_with("http://") || url.starts_with("https://") {
        return url.to_owned();
    }
    format!("{}/{}", base_url.trim_end_matches('/'), url.trim_start_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_whole() {
        assert_eq!(absolute("https://a.example/", "/p/1.jpg"), "https://a.example/p/1.jpg");
        assert_eq!(absolute("https://a.example", "https://b.example/1.jpg"), "https://b.example/1.jpg");
    }

    #[test]
    fn long_descriptions_end_at_a_word() {
        let long = "wide bright ".repeat(40);
        let short = shortened(&long);
        assert!(
            short.chars().count() <= SHORT && short.ends_with('…') && !short.contains("brig…"),
            "{short}"
        );
    }
}
