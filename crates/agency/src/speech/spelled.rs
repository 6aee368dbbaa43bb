//! What is spelled out: telephone numbers in groups, postcodes letter by letter.

use super::numbers::cardinal;
use crate::phone::PhoneNumber;

/// `oh seven seven double oh, nine double oh, one two three`: groups as written, doubles said as doubles.
pub fn phone(number: &PhoneNumber) -> String {
    let groups: Vec<String> =
        number.national().split_whitespace().flat_map(split_long_group).map(|g| digits(&g)).collect();
    groups.join(", ")
}

/// Nobody holds six digits in mind: a long group is halved.
fn split_long_group(group: &str) -> Vec<String> {
    if group.len() > 5 && group.is_ascii() {
        let (head, tail) = group.split_at(group.len() / 2);
        vec![head.to_owned(), tail.to_owned()]
    } else {
        vec![group.to_owned()]
    }
}

fn digits(group: &str) -> String {
    let mut said = Vec::new();
    let mut rest = group.chars().peekable();
    while let Some(digit) = rest.next() {
        if rest.next_if_eq(&digit).is_some() {
            said.push(format!("double {}", digit_word(digit)));
        } else {
            said.push(digit_word(digit).to_owned());
        }
    }
    said.join(" ")
}

fn digit_word(digit: char) -> &'static str {
    match digit {
        '0' => "oh",
        '1' => "one",
        '2' => "two",
        '3' => "three",
        '4' => "four",
        '5' => "five",
        '6' => "six",
        '7' => "seven",
        '8' => "eight",
        '9' => "nine",
        _ => "",
    }
}

/// `N W 6`, `W 9, 1 A B`: a voice reads letters with spaces between them as letters.
pub fn postcode(postcode: &str) -> String {
    let spaced = |part: &str| {
        let mut said = String::new();
        let mut previous_digit = false;
        for c in part.chars() {
            let goes_on = previous_digit && c.is_ascii_digit();
            if !said.is_empty() && !goes_on {
                said.push(' ');
            }
            said.push(c);
            previous_digit = c.is_ascii_digit();
        }
        said
    };
    postcode.split_whitespace().map(spaced).collect::<Vec<_>>().join(", ")
}

/// `J B, twenty twenty-four, double oh one`: a home's reference as it is heard again.
pub fn reference(reference: &str) -> String {
    let parts: Vec<String> = reference
        .split(['-', ' ', '/'])
        .filter(|part| !part.is_empty())
        .map(|part| match part.parse::<i64>() {
            Ok(year) if part.len() == 4 && part.starts_with('2') => {
                format!("{} {}", cardinal(year / 100), two_figures(year % 100))
            }
            Ok(_) => digits(part),
            Err(_) => part.chars().map(String::from).collect::<Vec<_>>().join(" "),
        })
        .collect();
    parts.join(", ")
}

fn two_figures(n: i64) -> String {
    if n < 10 { format!("oh {}", cardinal(n)) } else { cardinal(n) }
}

/// `sam dot okoro at example dot com`; a name that is easily misheard is spelled as well.
pub fn email(email: &str) -> String {
    let (local, domain) = email.split_once('@').unwrap_or((email, ""));
    let words = |part: &str| {
        part.replace('.', " dot ").replace('_', " underscore ").replace('-', " dash ").replace('+', " plus ")
    };
    let domain = words(domain).replace(" dot uk", " dot u k");
    format!("{} at {domain}", words(local))
}

/// `E P C rating C`
pub fn epc(rating: &str) -> String {
    format!("E P C rating of {rating}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_in_groups_with_doubles() {
        let mobile = PhoneNumber::parse("07700900123").unwrap();
        assert_eq!(phone(&mobile), "oh double seven double oh, nine double oh, one two three");
        let office = PhoneNumber::parse("02079460123").unwrap();
        assert_eq!(phone(&office), "oh two oh, seven nine four six, oh one two three");
    }

    #[test]
    fn references_and_addresses_are_said_as_they_are_heard() {
        assert_eq!(reference("JB-2024-001"), "J B, twenty twenty-four, double oh one");
        assert_eq!(reference("JB-2008-117"), "J B, twenty oh eight, double one seven");
        assert_eq!(email("a.smith@x.co.uk"), "a dot smith at x dot co dot u k");
    }

    #[test]
    fn postcodes_are_letters_and_numbers() {
        assert_eq!(postcode("W9 1AB"), "W 9, 1 A B");
        assert_eq!(postcode("W10"), "W 10");
        assert_eq!(postcode("NW6"), "N W 6");
    }
}
