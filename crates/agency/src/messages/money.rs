//! Prices as they are written.

use crate::crm::{Property, RentPeriod};

/// `£2,200 pcm`, `£500 pw`, `£750,000`
pub(crate) fn price(property: &Property) -> String {
    let grouped = grouped(property.price);
    match property.rent_period {
        Some(RentPeriod::Month) => format!("£{grouped} pcm"),
        Some(RentPeriod::Week) => format!("£{grouped} pw"),
        None => format!("£{grouped}"),
    }
}

/// `2,200`
pub(crate) fn grouped(pounds: i64) -> String {
    let digits = pounds.to_string();
    digits
        .char_indices()
        .flat_map(|(i, c)| {
            let comma = i > 0 && (digits.len() - i).is_multiple_of(3);
            comma.then_some(',').into_iter().chain(std::iter::once(c))
        })
        .collect()
}
