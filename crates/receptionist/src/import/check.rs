//! The columns of `properties` and what they may hold.

use agency::crm::{Listing, PropertyType, RentPeriod};
use agency::postcode::Postcode;
use jiff::civil::Date;
use serde_json::{Map, Value};

/// How a column is written in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    List,
    Day,
    Link,
}

pub(super) const COLUMNS: &[(&str, Kind)] = &[
    ("reference", Kind::Text),
    ("listing_type", Kind::Text),
    ("status", Kind::Text),
    ("address_line1", Kind::Text),
    ("area", Kind::Text),
    ("city", Kind::Text),
    ("postcode", Kind::Text),
    ("bedrooms", Kind::Number),
    ("bathrooms", Kind::Number),
    ("property_type", Kind::Text),
    ("price", Kind::Number),
    ("rent_period", Kind::Text),
    ("description", Kind::Text),
    ("features", Kind::List),
    ("images", Kind::List),
    ("floor_plan_url", Kind::Link),
    ("epc_rating", Kind::Text),
    ("epc_url", Kind::Link),
    ("virtual_tour_url", Kind::Link),
    ("council_tax_band", Kind::Text),
    ("tenure", Kind::Text),
    ("furnished", Kind::Text),
    ("available_from", Kind::Day),
    ("agent_id", Kind::Number),
];

pub(super) const REQUIRED: &[&str] = &[
    "reference", "listing_type", "status", "address_line1", "area", "postcode", "bedrooms", "bathrooms",
    "property_type", "price",
];

const STATUSES: &[&str] = &["available", "under_offer", "let_agreed", "sold", "let", "withdrawn"];

/// A value as the column keeps it; empty is null.
pub(super) fn value(kind: Kind, text: &str) -> Result<Value, String> {
    let text = text.trim();
    match kind {
        Kind::List => Ok(text.split('|').map(str::trim).filter(|part| !part.is_empty()).collect()),
        _ if text.is_empty() => Ok(Value::Null),
        Kind::Text => Ok(text.into()),
        Kind::Number => whole(text).map(Value::from).ok_or_else(|| format!("`{text}` is not a whole number")),
        Kind::Day => {
            let day = text.parse::<Date>().map_err(|_| format!("`{text}` is not a date like 2026-12-01"))?;
            Ok(day.to_string().into())
        }
        Kind::Link if is_link(text) => Ok(text.into()),
        Kind::Link => Err(format!("`{text}` is not a link; begin it with https:// or /")),
    }
}

fn is_link(text: &str) -> bool {
    ["https://", "http://", "/"].iter().any(|start| text.starts_with(start))
}

/// `2,500`, `£2500.00`
fn whole(text: &str) -> Option<i64> {
    let plain: String = text.chars().filter(|c| !matches!(c, ',' | '£' | ' ')).collect();
    let plain = plain.strip_suffix(".00").unwrap_or(&plain);
    plain.parse().ok().filter(|n: &i64| (0..=1_000_000_000).contains(n))
}

/// Every problem of a row, not only the first.
pub(super) fn problems(columns: &Map<String, Value>) -> Vec<String> {
    let text = |name: &str| columns.get(name).and_then(Value::as_str);
    let mut found: Vec<String> = REQUIRED
        .iter()
        .filter(|name| columns.get(**name).is_none_or(Value::is_null))
        .map(|name| format!("{name} is missing"))
        .collect();
    let mut one_of = |name: &str, allowed: &[&str]| {
        if let Some(word) = text(name).filter(|word| !allowed.contains(word)) {
            found.push(format!("{name} `{word}` is none of {}", allowed.join(", ")));
        }
    };
    one_of("listing_type", &Listing::ALL.iter().map(|l| l.word()).collect::<Vec<_>>());
    one_of("status", STATUSES);
    one_of("property_type", &PropertyType::ALL.iter().map(|t| t.word()).collect::<Vec<_>>());
    one_of("rent_period", &RentPeriod::ALL.iter().map(|p| p.word()).collect::<Vec<_>>());
    if text("postcode").is_some_and(|code| Postcode::parse(code).is_none_or(|code| code.inward.is_none())) {
        found.push("postcode is not a whole British postcode, such as W9 1AB".to_owned());
    }
    let has_period = text("rent_period").is_some();
    match text("listing_type") {
        Some("rent") if !has_period => found.push("rent_period is missing: month or week".to_owned()),
        Some("sale") if has_period => found.push("a home for sale has no rent_period".to_owned()),
        _ => {}
    }
    if columns.get("price").and_then(Value::as_i64) == Some(0) {
        found.push("price is nought".to_owned());
    }
    found
}
