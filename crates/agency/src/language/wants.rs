//! What kind of home: rent or buy, type, bedrooms, budget.

use super::Expecting;
use super::numbers::{price_at, rounded, whole_at};
use super::tokens::Tokens;
use crate::crm::{Listing, PropertyType, WantedArea, Wants};

pub(super) fn wants(tokens: &Tokens, expecting: Expecting, areas: Vec<WantedArea>) -> Wants {
    let property_type = property_type(tokens);
    let beds = bedrooms(tokens, expecting == Expecting::Bedrooms);
    let (bedrooms_min, bedrooms_max) = match beds {
        None if property_type == Some(PropertyType::Studio) => (Some(0), Some(0)),
        None => (None, None),
        Some((min, max)) => (Some(min), max),
    };
    let (budget_min, budget_max, per_month) = budget(tokens, expecting == Expecting::Money);
    let listing =
        listing(tokens, expecting).or_else(|| budget_max.and_then(|most| implied_listing(most, per_month)));
    Wants { listing, property_type, bedrooms_min, bedrooms_max, budget_min, budget_max, areas }
}

fn listing(tokens: &Tokens, expecting: Expecting) -> Option<Listing> {
    const RENT: &[&str] = &["rent", "renting", "rental", "to let", "lettings", "letting", "pcm", "tenancy"];
    const BUY: &[&str] =
        &["buy", "buying", "purchase", "purchasing", "for sale", "sales", "mortgage", "first time buyer"];
    let landlord_or_vendor =
        tokens.has_any(&["rent out", "let out", "my flat", "my house", "my property", "sell my", "to sell"]);
    if landlord_or_vendor && expecting != Expecting::Listing {
        return None;
    }
    match (tokens.has_any(RENT), tokens.has_any(BUY)) {
        (true, false) => Some(Listing::Rent),
        (false, true) => Some(Listing::Sale),
        _ => None,
    }
}

/// No home here sells for under this, and none rents for over it a month.
const RENT_OR_PRICE: i64 = 30_000;

fn implied_listing(most: i64, per_month: bool) -> Option<Listing> {
    if per_month {
        return Some(Listing::Rent);
    }
    (most > RENT_OR_PRICE).then_some(Listing::Sale)
}

fn property_type(tokens: &Tokens) -> Option<PropertyType> {
    const TYPES: &[(PropertyType, &[&str])] = &[
        (PropertyType::Studio, &["studio", "studios", "bedsit"]),
        (PropertyType::Maisonette, &["maisonette", "maisonettes"]),
        (PropertyType::House, &["house", "houses", "terraced", "townhouse"]),
        (PropertyType::Flat, &["flat", "flats", "apartment", "apartments"]),
    ];
    TYPES.iter().find(|(_, words)| tokens.has_any(words)).map(|(kind, _)| *kind)
}

/// `two bed`, `two or three bedrooms`, `at least two bedrooms`: least and most, no most for "at least".
fn bedrooms(tokens: &Tokens, asked: bool) -> Option<(i64, Option<i64>)> {
    (0..tokens.len()).find_map(|at| {
        let (first, used) = whole_at(tokens, at, 1..=9)?;
        let mut next = at + used;
        let mut last = first;
        if matches!(tokens.get(next), "or" | "to")
            && let Some((second, more)) = whole_at(tokens, next + 1, 1..=9)
        {
            last = second.max(first);
            next += 1 + more;
        }
        let minimum = tokens.get(next) == "plus"
            || tokens.get(next) == "or" && tokens.get(next + 1) == "more"
            || (at >= 2 && tokens.get(at - 2) == "at" && tokens.get(at - 1) == "least");
        let names_beds = (next..next + 3)
            .any(|i| matches!(tokens.get(i), "bed" | "beds" | "bedroom" | "bedrooms" | "bedder" | "bedders"))
            && !matches!(tokens.get(next), "bathroom" | "bathrooms");
        let counts_people = matches!(tokens.get(next), "of" | "people" | "adults" | "person");
        ((names_beds || asked) && !counts_people).then_some((first.min(last), (!minimum).then_some(last)))
    })
}

/// Least and most in whole pounds (a month for rents), and whether a unit of time was said.
fn budget(tokens: &Tokens, asked: bool) -> (Option<i64>, Option<i64>, bool) {
    let weekly = tokens.has_any(&["a week", "per week", "pw", "weekly"]);
    let yearly = tokens.has_any(&["a year", "per year", "per annum", "yearly"]);
    let monthly = tokens.has_any(&["a month", "per month", "pcm", "monthly", "per calendar month"]);
    let unit_said = weekly || monthly || yearly;
    let per_month = |amount: i64| match (weekly, yearly) {
        (true, _) => (amount * 52 + 6) / 12,
        (_, true) => amount / 12,
        _ => amount,
    };
    let amounts: Vec<i64> = amounts(tokens, asked || unit_said).into_iter().map(per_month).collect();
    let (Some(least), Some(most)) = (amounts.iter().min().copied(), amounts.iter().max().copied()) else {
        return (None, None, false);
    };
    // Two amounts are a range only where they are said as one; else the higher is the limit.
    let is_range = amounts.len() > 1
        && tokens.has_any(&["between", "from", "to"])
        && !tokens.has_any(&["stretch", "up to"]);
    if is_range {
        (Some(least), Some(most), unit_said)
    } else if tokens.has_any(&["at least", "minimum"]) {
        (Some(least), None, unit_said)
    } else {
        (None, Some(most), unit_said)
    }
}

fn amounts(tokens: &Tokens, asked: bool) -> Vec<i64> {
    const HINTS: &[&str] = &[
        "budget",
        "up to",
        "under",
        "below",
        "around",
        "about",
        "maximum",
        "max",
        "no more than",
        "between",
        "spend",
        "afford",
        "at least",
        "over",
        "less than",
        "stretch",
    ];
    let hinted = asked || tokens.has_any(HINTS);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let Some((value, used)) = price_at(tokens, at) else {
            at += 1;
            continue;
        };
        let is_unit = |word: &str| matches!(word, "k" | "grand" | "thousand" | "million");
        let marked = tokens.get(at).starts_with('£')
            || tokens.get(at + used) == "pounds"
            || (at..at + used).any(|i| is_unit(tokens.get(i)));
        // A telephone number begins with nought, and goes on in digits.
        let is_phone = tokens.get(at).starts_with('0') || (at > 0 && tokens.get(at - 1).starts_with('0'));
        found.extend(rounded(value).filter(|amount| is_price(*amount) && (marked || hinted) && !is_phone));
        at += used;
    }
    found
}

/// Between the cheapest room a week and the dearest house.
fn is_price(amount: i64) -> bool {
    (150..=100_000_000).contains(&amount)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(text: &str) -> Wants {
        wants(&Tokens::of(text), Expecting::Anything, vec![])
    }

    #[test]
    fn a_whole_search_in_one_sentence() {
        let found = heard("Hi, I'm looking for a two bed flat to rent up to two and a half thousand a month");
        assert_eq!(found.listing, Some(Listing::Rent));
        assert_eq!(found.property_type, Some(PropertyType::Flat));
        assert_eq!((found.bedrooms_min, found.bedrooms_max), (Some(2), Some(2)));
        assert_eq!(found.budget_max, Some(2500));
    }

    #[test]
    fn bedrooms_in_ranges() {
        for (text, min, max) in [
            ("two or three bedrooms", 2, Some(3)),
            ("at least two bedrooms", 2, None),
            ("a 3-bed house", 3, Some(3)),
            ("one bedroom", 1, Some(1)),
        ] {
            assert_eq!((heard(text).bedrooms_min, heard(text).bedrooms_max), (Some(min), max), "{text}");
        }
        assert_eq!(heard("a studio").bedrooms_max, Some(0));
        assert_eq!(heard("half past two").bedrooms_min, None);
    }

    #[test]
    fn a_price_tells_rent_from_sale() {
        assert_eq!(heard("up to £750,000").listing, Some(Listing::Sale));
        assert_eq!(heard("£500 a week").budget_max, Some(2167));
        assert_eq!(heard("around six hundred k").budget_max, Some(600_000));
        assert_eq!(
            heard("between two thousand and two thousand five hundred a month").budget_min,
            Some(2000)
        );
    }

    #[test]
    fn a_budget_is_the_callers_limit_however_it_is_said() {
        assert_eq!(heard("two thousand two fifty a month").budget_max, Some(2250));
        assert_eq!(heard("up to thirty grand a year").budget_max, Some(2500));
        assert_eq!(heard("I can't afford more than two thousand, two bed rent").budget_max, Some(2000));
        assert_eq!(heard("my number is 07700 900555, budget two thousand").budget_max, Some(2000));
        let stretched = heard("my max is 2300 but I could stretch to 2500");
        assert_eq!((stretched.budget_min, stretched.budget_max), (None, Some(2500)));
        assert_eq!(heard("2 people, one bedroom, up to 1800").bedrooms_min, Some(1));
    }

    #[test]
    fn a_landlord_is_no_applicant() {
        assert_eq!(heard("I want to rent out my flat").listing, None);
    }
}
