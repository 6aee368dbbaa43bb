//! Amounts and prices.

use super::numbers::cardinal;
use crate::crm::{Property, RentPeriod};

/// `two thousand two hundred pounds`, `one point two million pounds`.
pub fn amount(pounds: i64) -> String {
    if pounds >= 1_000_000 && pounds % 10_000 == 0 {
        let hundredths = pounds % 1_000_000 / 10_000;
        let decimals = match (hundredths / 10, hundredths % 10) {
            (0, 0) => String::new(),
            (tenth, 0) => format!(" point {}", cardinal(tenth)),
            (tenth, hundredth) => format!(" point {} {}", cardinal(tenth), cardinal(hundredth)),
        };
        return format!("{}{decimals} million pounds", cardinal(pounds / 1_000_000));
    }
    format!("{} pounds", cardinal(pounds))
}

/// `five hundred and seven pounds sixty-nine`
pub fn pence(pence: i64) -> String {
    let (pounds, rest) = (pence / 100, pence % 100);
    let rest = if rest == 0 { String::new() } else { format!(" {}", cardinal(rest)) };
    format!("{}{rest}", amount(pounds))
}

/// The advertised price with its unit; a weekly rent with the month's beside it, so that nobody compares wrongly.
pub fn price(property: &Property) -> String {
    let said = amount(property.price);
    match property.rent_period {
        Some(RentPeriod::Month) => format!("{said} per month"),
        Some(RentPeriod::Week) => {
            format!("{said} a week, that's about {} a month", cardinal(property.comparable_price()))
        }
        None => said,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pence_are_said_after_the_pounds() {
        assert_eq!(pence(50_769), "five hundred and seven pounds sixty-nine");
        assert_eq!(pence(50_000), "five hundred pounds");
    }

    #[test]
    fn amounts_are_said_as_people_say_them() {
        for (pounds, words) in [
            (2_200, "two thousand two hundred pounds"),
            (1_200_000, "one point two million pounds"),
            (1_250_000, "one point two five million pounds"),
            (2_000_000, "two million pounds"),
            (975_000, "nine hundred and seventy-five thousand pounds"),
        ] {
            assert_eq!(amount(pounds), words);
        }
    }
}
