//! How the receptionist puts things: aloud, as a person on the telephone says them, or in writing, with figures. The talk is
//! the same; what only makes sense on the telephone has other words in writing (`data/in_writing.json`).

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

use crate::conversation::Effect;
use crate::crm::{Property, RentPeriod, Wants};
use crate::messages::{money, wording};
use crate::phone::PhoneNumber;
use crate::speech;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Manner {
    #[default]
    Spoken,
    Written,
}

impl Manner {
    pub fn is_written(self) -> bool {
        self == Self::Written
    }

    /// `five hundred and seven pounds sixty-nine`, `£507.69`
    pub fn pence(self, pence: i64) -> String {
        match self {
            Self::Spoken => speech::pence(pence),
            Self::Written if pence % 100 == 0 => format!("£{}", money::grouped(pence / 100)),
            Self::Written => format!("£{}.{:02}", money::grouped(pence / 100), pence % 100),
        }
    }

    pub fn price(self, property: &Property) -> String {
        match self {
            Self::Spoken => speech::price(property),
            Self::Written if property.rent_period == Some(RentPeriod::Week) => {
                let a_month = money::grouped(property.comparable_price());
                format!("{} (about £{a_month} pcm)", money::price(property))
            }
            Self::Written => money::price(property),
        }
    }

    /// `a lovely two-bedroom flat in Elgin Avenue, Maida Vale, at …`
    pub fn property(self, property: &Property) -> String {
        match self {
            Self::Spoken => speech::property(property),
            Self::Written => format!(
                "{} in {}, {}, at {}",
                speech::kind(property).replacen("the ", if property.bedrooms == 8 { "an " } else { "a " }, 1),
                property.street(),
                property.area,
                self.price(property)
            ),
        }
    }

    pub fn search(self, wants: &Wants) -> String {
        match self {
            Self::Spoken => speech::search(wants),
            Self::Written => wording::search(wants),
        }
    }

    /// `half past three in the afternoon`, `3:30pm`
    pub fn clock_time(self, time: Time) -> String {
        match self {
            Self::Spoken => speech::clock_time(time),
            Self::Written => speech::time_in_writing(time),
        }
    }

    /// `Tuesday the twenty-fourth of November`, `Tue 24 Nov`
    pub fn date(self, date: Date) -> String {
        match self {
            Self::Spoken => speech::date(date),
            Self::Written => speech::date_in_writing(date),
        }
    }

    pub fn moment(self, instant: Timestamp) -> String {
        match self {
            Self::Spoken => speech::moment(instant),
            Self::Written => speech::moment_in_writing(instant),
        }
    }

    /// Within a sentence: `at half past three …`, `on Tue 24 Nov at 3:30pm`.
    pub fn at(self, instant: Timestamp) -> String {
        let preposition = if self.is_written() { "on" } else { "at" };
        format!("{preposition} {}", self.moment(instant))
    }

    pub fn phone(self, number: &PhoneNumber) -> String {
        match self {
            Self::Spoken => speech::phone(number),
            Self::Written => number.national(),
        }
    }

    pub fn email(self, email: &str) -> String {
        match self {
            Self::Spoken => speech::email(email),
            Self::Written => email.to_owned(),
        }
    }

    pub fn postcode(self, postcode: &str) -> String {
        match self {
            Self::Spoken => speech::postcode(postcode),
            Self::Written => postcode.to_owned(),
        }
    }

    /// Of a home.
    pub fn reference(self, reference: &str) -> String {
        match self {
            Self::Spoken => speech::reference(reference),
            Self::Written => reference.to_owned(),
        }
    }

    pub fn epc(self, rating: &str) -> String {
        match self {
            Self::Spoken => speech::epc(rating),
            Self::Written => format!("EPC rating of {rating}"),
        }
    }

    /// What only makes sense on the telephone, put otherwise.
    pub(crate) fn put(self, effects: Vec<Effect>) -> Vec<Effect> {
        if self == Self::Spoken {
            return effects;
        }
        let put = effects.into_iter().map(|effect| match effect {
            Effect::Say { words } => Effect::Say { words: in_writing(&words) },
            other => other,
        });
        put.collect()
    }
}

/// Words for the ear, and the words for the eye that stand for them.
#[derive(Debug, Deserialize)]
struct Pair {
    aloud: String,
    written: String,
}

static PAIRS: LazyLock<Vec<Pair>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../data/in_writing.json"))
        .expect("data/in_writing.json is a list of {aloud, written}")
});

fn in_writing(words: &str) -> String {
    let words = PAIRS.iter().fold(words.to_owned(), |words, pair| words.replace(&pair.aloud, &pair.written));
    words.replace(" \n", "\n").replace("\n ", "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything the receptionist says herself, in the order of the files.
    fn dialogue() -> String {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/dialogue");
        let files = std::fs::read_dir(folder)
            .unwrap()
            .chain(std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/conversation")).unwrap());
        let questions = include_str!("../data/triage.json").to_owned();
        std::iter::once(questions)
            .chain(files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()))
            .collect()
    }

    #[test]
    fn every_pair_stands_for_something_that_is_said() {
        let dialogue = dialogue();
        for pair in PAIRS.iter() {
            assert!(dialogue.contains(&pair.aloud), "nothing says {:?} any more", pair.aloud);
        }
    }

    /// Twilio takes CANCEL, END and QUIT for an opt-out; keys and lines are of the telephone.
    #[test]
    fn nothing_of_the_telephone_is_left_in_writing() {
        let of_the_telephone = [
            "key it in", "key them in", "press zero", "for calling", "the line ", "calling from",
            "cancel it", "say no", "say yes", "say the", "say a ",
        ];
        let said = in_writing(&dialogue());
        for words in of_the_telephone {
            let left: Vec<&str> =
                said.lines().filter(|line| line.contains(words) && line.contains('"')).collect();
            assert!(left.is_empty(), "{words:?} has no words in writing: {left:#?}");
        }
    }
}
