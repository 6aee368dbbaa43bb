//! Reading aloud in British English: money, times, dates, telephone numbers and addresses, as a person on the phone
//! says them (`domain.md` §6.2 of the reference, restated in the tests).

mod money;
mod numbers;
mod property;
mod spelled;
mod when;

pub use money::{amount, price};
pub(crate) use numbers::{SMALL, TENS};
pub use numbers::{cardinal, ordinal};
pub use property::{bathrooms, bedrooms, kind, property, search, with_article};
pub use spelled::{email, epc, phone, postcode, reference};
pub use when::{clock_time, date, moment, moment_in_writing, part_of_day};

/// `one`, `one or two`, `one, two or three`.
pub fn any_of(parts: &[String]) -> String {
    joined(parts, "or")
}

/// `one`, `one and two`, `one, two and three`.
pub fn all_of(parts: &[String]) -> String {
    joined(parts, "and")
}

fn joined(parts: &[String], word: &str) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} {word} {last}", first.join(", ")),
    }
}
