//! How things are written, as against said.

use jiff::civil::Date;

use super::money::grouped;
use crate::crm::{Listing, Wants};
use crate::speech;

/// `1 December 2026`
pub(crate) fn day(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

/// `two-bedroom flats to rent in Maida Vale up to £2,200 a month`
pub(crate) fn search(wants: &Wants) -> String {
    let words = speech::search(&Wants { budget_max: None, ..wants.clone() });
    let Some(most) = wants.budget_max else { return words };
    let unit = if wants.listing == Some(Listing::Rent) { " a month" } else { "" };
    format!("{words} up to £{}{unit}", grouped(most))
}
