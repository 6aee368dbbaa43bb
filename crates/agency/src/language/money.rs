//! Amounts of money, as a budget or a price. What a bare figure means depends on whether it is rent or a price:
//! "six fifty" is 650 a month or 650,000.

use super::entity::{Found, Per};
use super::numbers::{price_at, rounded, two_digits};
use super::tokens::Tokens;
use crate::crm::Listing;

/// Whole pounds, as said: not yet a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Money {
    pub(super) min: Option<i64>,
    pub(super) max: Option<i64>,
    pub(super) per: Option<Per>,
}

/// Between the cheapest room a week and the dearest house.
const AMOUNTS: std::ops::RangeInclusive<i64> = 100..=100_000_000;
const RENT_MIN: f64 = 300.0;
/// No home here sells for under this, and none rents for over it a month.
const RENT_OR_PRICE: i64 = 30_000;

impl Money {
    /// What the amount says of the search: nobody pays half a million a month.
    pub(super) fn implied_listing(self) -> Option<Listing> {
        if self.per.is_some() {
            return Some(Listing::Rent);
        }
        self.max.or(self.min).and_then(|amount| (amount > RENT_OR_PRICE).then_some(Listing::Sale))
    }

    /// Weekly × 52 ÷ 12.
    pub(super) fn per_month(self) -> Self {
        let monthly = |amount: Option<i64>| match self.per {
            Some(Per::Week) => amount.map(|pounds| (pounds * 52 + 6) / 12),
            _ => amount,
        };
        Self { min: monthly(self.min), max: monthly(self.max), per: self.per.map(|_| Per::Month) }
    }
}

/// Words that make the figures beside them amounts, whatever was asked.
pub(super) fn is_spoken_of(tokens: &Tokens) -> bool {
    tokens.has_any(&["stretch", "budget", "afford", "pounds", "pcm", "spend"]) || tokens.has("a month")
}

/// The amounts of a sentence as one budget, if there is one. `asked`: a bare number is an amount.
pub(super) fn money(tokens: &Tokens, asked: bool, listing: Option<Listing>) -> Option<Found<Money>> {
    let unit = unit(tokens);
    let amounts = amounts(tokens, asked || unit.is_some(), listing, unit);
    let (first, last) = (amounts.first()?, amounts.last()?);
    let run = first.run.start..last.run.end.max(unit_end(tokens, last.run.end));
    let per = match unit {
        Some(Unit::Week) => Some(Per::Week),
        Some(Unit::Month | Unit::Year) => Some(Per::Month),
        None => None,
    };
    let pounds = |found: &Found<i64>| if unit == Some(Unit::Year) { found.value / 12 } else { found.value };
    let least = amounts.iter().map(pounds).min()?;
    let most = amounts.iter().map(pounds).max()?;
    let (min, max) = limits(tokens, &amounts, least, most);
    Some(Found::new(Money { min, max, per }, run))
}

/// Two amounts are a range only where they are said as one; else the higher is the limit.
fn limits(tokens: &Tokens, amounts: &[Found<i64>], least: i64, most: i64) -> (Option<i64>, Option<i64>) {
    let start = amounts[0].run.start;
    let near = |words: &[&str]| (start.saturating_sub(3)..start).any(|i| words.contains(&tokens.get(i)));
    let joined = amounts.len() > 1
        && (amounts[0].run.end..amounts[1].run.start)
            .all(|i| matches!(tokens.get(i), "to" | "and" | "a" | "month" | "pounds" | "or" | "pcm"));
    let is_range = least < most
        && joined
        && (near(&["between", "from", "range"])
            || tokens.get(amounts[0].run.end) == "to"
            || tokens.get(amounts[0].run.end) == "or");
    if is_range && !tokens.has("up to") && !tokens.contains("stretch") {
        return (Some(least), Some(most));
    }
    let at_least = near(&["least", "minimum", "over", "above"])
        || tokens.has("more than")
            && !tokens.has("no more than")
            && !tokens.has("not more than")
            && !tokens.has_any(&[
                "cant", "dont", "wont", "cannot", "shouldnt", "wouldnt", "nae", "not", "no", "never",
                "nothing", "isnt", "didnt", "couldnt",
            ])
        || tokens.has("or more");
    if at_least && amounts.len() == 1 && !tokens.has_any(&["not", "nothing", "never"]) {
        (Some(least), None)
    } else {
        (None, Some(most))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Week,
    Month,
    Year,
}

fn unit(tokens: &Tokens) -> Option<Unit> {
    (0..tokens.len()).find_map(|at| unit_at(tokens, at).map(|(unit, _)| unit))
}

fn unit_at(tokens: &Tokens, at: usize) -> Option<(Unit, usize)> {
    Some(match (tokens.get(at), tokens.get(at + 1), tokens.get(at + 2)) {
        ("pcm" | "monthly", ..) => (Unit::Month, 1),
        ("pw" | "weekly", ..) => (Unit::Week, 1),
        ("a" | "per" | "each" | "every" | "the", "month", _) if tokens.get(at) != "the" => (Unit::Month, 2),
        ("per", "calendar", "month") => (Unit::Month, 3),
        ("p", "c", "m") => (Unit::Month, 3),
        ("p", "w", _) => (Unit::Week, 2),
        ("per" | "each" | "every", "week", _) => (Unit::Week, 2),
        ("a", "week", next)
            if !matches!(next, "on" | "from" | "today" | "tomorrow" | "or" | "ago")
                && counts_before(tokens, at) =>
        {
            (Unit::Week, 2)
        }
        ("per" | "a", "year", _) if counts_before(tokens, at) => (Unit::Year, 2),
        ("per", "annum", _) => (Unit::Year, 2),
        ("annually" | "yearly", ..) => (Unit::Year, 1),
        _ => return None,
    })
}

/// "Five hundred a week", as against "a week on Tuesday".
fn counts_before(tokens: &Tokens, at: usize) -> bool {
    (at.saturating_sub(3)..at).any(|i| {
        matches!(tokens.get(i), "pounds" | "hundred" | "thousand" | "grand" | "quid" | "k")
            || tokens.get(i).chars().filter(char::is_ascii_digit).count() >= 3
            || two_digits(tokens, i).is_some()
    })
}

fn unit_end(tokens: &Tokens, at: usize) -> usize {
    let at = at + usize::from(matches!(tokens.get(at), "pounds" | "quid"));
    unit_at(tokens, at).map_or(at, |(_, used)| at + used).min(tokens.len())
}

/// Every figure of a hundred or more, whatever it counts: what is said of money is measured by it.
pub(crate) fn figures_named(text: &str) -> Vec<i64> {
    const LEAST: i64 = 100;
    let tokens = Tokens::of(text);
    let (mut found, mut at) = (Vec::new(), 0);
    while at < tokens.len() {
        let Some((value, used)) = price_at(&tokens, at).filter(|_| !tokens.get(at).starts_with('0')) else {
            at += 1;
            continue;
        };
        found.extend(rounded(value).filter(|value| *value >= LEAST));
        at += used.max(1);
    }
    found
}

fn amounts(tokens: &Tokens, asked: bool, listing: Option<Listing>, unit: Option<Unit>) -> Vec<Found<i64>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let Some((value, used)) = short_price(tokens, at, listing, unit).or_else(|| price_at(tokens, at))
        else {
            at += 1;
            continue;
        };
        let marked = is_marked(tokens, at, used);
        let is_amount =
            (marked || asked || is_hinted(tokens, at)) && !counts_something_else(tokens, at, used);
        let value = if marked && is_scaled(tokens, at, used) {
            value
        } else {
            in_context(value, listing, unit, asked)
        };
        // Nobody rents for less a month: a figure was lost on the way.
        let is_too_low = unit != Some(Unit::Week) && value < RENT_MIN;
        let pounds = rounded(value).filter(|pounds| is_amount && !is_too_low && AMOUNTS.contains(pounds));
        found.extend(pounds.map(|pounds| Found::new(pounds, at..at + used)));
        at += used;
    }
    found
}

/// `two two` is 2,200 a month or 2.2 million; `two grand two` is 2,200.
fn short_price(
    tokens: &Tokens,
    at: usize,
    listing: Option<Listing>,
    unit: Option<Unit>,
) -> Option<(f64, usize)> {
    let digit = |at: usize| two_digits(tokens, at).filter(|(n, used)| *used == 1 && (1.0..10.0).contains(n));
    let (first, one) = digit(at)?;
    let grand = usize::from(matches!(tokens.get(at + 1), "grand" | "k"));
    let (second, two) = digit(at + one + grand)?;
    let after = tokens.get(at + one + grand + two);
    let ends = matches!(
        after,
        "" | "a"
            | "per"
            | "pcm"
            | "max"
            | "maximum"
            | "please"
            | "tops"
            | "or"
            | "and"
            | "at"
            | "would"
            | "ish"
    );
    let is_rent = listing == Some(Listing::Rent) || unit.is_some() || grand > 0;
    let figure = first * 10.0 + second;
    match (ends, is_rent, listing) {
        (true, true, _) => Some((figure * 100.0, one + grand + two)),
        (true, false, Some(Listing::Sale)) => Some((figure * 100_000.0, one + grand + two)),
        _ => None,
    }
}

/// A figure without a unit, as it is meant: nobody buys for 650 pounds or rents for two.
fn in_context(value: f64, listing: Option<Listing>, unit: Option<Unit>, asked: bool) -> f64 {
    match (listing, unit) {
        (Some(Listing::Sale), None) if value < 20.0 => value * 1_000_000.0,
        (Some(Listing::Sale), None) if value < 10_000.0 => value * 1_000.0,
        (Some(Listing::Rent), _) | (_, Some(Unit::Month)) if asked && value < 20.0 => value * 1_000.0,
        _ => value,
    }
}

fn is_marked(tokens: &Tokens, at: usize, used: usize) -> bool {
    tokens.get(at).starts_with('£')
        || matches!(tokens.get(at + used), "pounds" | "quid" | "pound" | "pcm" | "pw")
        || is_scaled(tokens, at, used)
}

fn is_scaled(tokens: &Tokens, at: usize, used: usize) -> bool {
    (at..at + used).any(|i| matches!(tokens.get(i), "k" | "grand" | "thousand" | "million" | "mil" | "m"))
}

fn is_hinted(tokens: &Tokens, at: usize) -> bool {
    // "For 2500", with nothing after it that it could count.
    let long_figure = tokens.get(at).len() == 4 && tokens.get(at).bytes().all(|b| b.is_ascii_digit());
    if long_figure && matches!(tokens.before(at), "for" | "of") && !tokens.get(at).starts_with("20") {
        return true;
    }
    const HINTS: &[&str] = &[
        "budget", "under", "below", "around", "about", "maximum", "max", "between", "spend", "afford",
        "over", "stretch", "pay", "roughly", "ceiling", "limit", "price", "cost", "costs", "least", "most",
        "than", "rent", "to", "and", "beyond", "circa",
    ];
    const WORDS_BACK: usize = 4;
    (at.saturating_sub(WORDS_BACK)..at).any(|i| HINTS.contains(&tokens.get(i)))
        && (tokens.has_any(&HINTS[..19]) || tokens.has("up to"))
        && tokens.get(at).chars().filter(char::is_ascii_digit).count() != 1
}

/// A telephone number begins with nought and goes on in digits; rooms, people, dates and clocks are no amounts.
fn counts_something_else(tokens: &Tokens, at: usize, used: usize) -> bool {
    let next = tokens.get(at + used);
    let is_phone = tokens.get(at).starts_with(['0', '+']) || tokens.before(at).starts_with('0');
    let counted = matches!(
        next,
        "bed"
            | "beds"
            | "bedroom"
            | "bedrooms"
            | "bedder"
            | "bath"
            | "baths"
            | "bathroom"
            | "bathrooms"
            | "people"
            | "adults"
            | "of"
            | "am"
            | "pm"
            | "oclock"
            | "days"
            | "weeks"
            | "months"
            | "years"
            | "minutes"
            | "mins"
            | "st"
            | "percent"
            | "square"
            | "sq"
            | "foot"
            | "ft"
            | "year"
            | "month"
            | "week"
            | "double"
    );
    let address = matches!(
        tokens.before(at),
        "flat" | "number" | "w" | "nw" | "jb" | "reference" | "at" | "half" | "past"
    );
    let is_clock = tokens.get(at).contains([':', '/']);
    let is_choice = tokens.get(at) == "one"
        && matches!(tokens.before(at), "first" | "second" | "third" | "last" | "that" | "this" | "which");
    is_phone || counted || address || is_clock || is_choice
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(text: &str, listing: Option<Listing>) -> Option<(Option<i64>, Option<i64>, Option<Per>)> {
        money(&Tokens::of(text), false, listing)
            .map(|found| (found.value.min, found.value.max, found.value.per))
    }

    fn asked(text: &str, listing: Listing) -> Option<i64> {
        money(&Tokens::of(text), true, Some(listing)).and_then(|found| found.value.max)
    }

    #[test]
    fn a_budget_is_the_callers_limit_however_it_is_said() {
        let month = Some(Per::Month);
        for (text, min, max, per) in [
            ("two thousand two fifty a month", None, Some(2_250), month),
            ("up to thirty grand a year", None, Some(2_500), month),
            ("I can't afford more than two thousand, two bed rent", None, Some(2_000), None),
            ("my number is 07700 900555, budget two thousand", None, Some(2_000), None),
            ("my max is 2300 but I could stretch to 2500", None, Some(2_500), None),
            ("£500 a week", None, Some(500), Some(Per::Week)),
            ("between two thousand and two thousand five hundred a month", Some(2_000), Some(2_500), month),
            ("1500 to 1800 pcm", Some(1_500), Some(1_800), month),
            ("around six hundred k", None, Some(600_000), None),
            ("one and a quarter million", None, Some(1_250_000), None),
            ("at least three hundred thousand", Some(300_000), None, None),
        ] {
            assert_eq!(heard(text, None), Some((min, max, per)), "{text}");
        }
        assert_eq!(heard("half past two on the 24th", None), None);
        assert_eq!(heard("two bedrooms for three people", None), None);
    }

    #[test]
    fn a_bare_figure_means_what_the_search_makes_it() {
        for (text, rent, price) in [
            ("six fifty", 650, 650_000),
            ("two two", 2_200, 2_200_000),
            ("twenty two hundred", 2_200, 2_200_000),
            ("two and a half", 2_500, 2_500_000),
            ("two grand two", 2_200, 2_200),
            ("one point two", 1_200, 1_200_000),
        ] {
            assert_eq!(asked(text, Listing::Rent), Some(rent), "{text}");
            if price != 2_200 {
                assert_eq!(asked(text, Listing::Sale), Some(price), "{text}");
            }
        }
    }
}
