//! What may be said in this conversation: values that came from a tool, the agency's settings and approved words, or the
//! caller's own mouth.

use std::collections::BTreeSet;

use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

use crate::conversation::Context;
use crate::language::{Expecting, Said, Value, figures_named, hear, plain};
use crate::speech;

/// The values of some text. What is wanted of a text, and what there is to back it, are both this.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Grounds {
    amounts: BTreeSet<i64>,
    dates: BTreeSet<Date>,
    /// Days that may be meant, of which one is: a text is right if any of them is backed.
    either: Vec<BTreeSet<Date>>,
    times: BTreeSet<Time>,
    /// Streets, areas, postcodes, references, numbers, addresses: as written in the shape of their kind.
    names: BTreeSet<String>,
    /// Runs of two or more figures.
    figures: BTreeSet<String>,
}

/// Words that make money of anything before them: "five percent", "a grand".
fn shares_and_slang(text: &str) -> impl Iterator<Item = String> {
    const WORDS: &[&str] = &["percent", "grand", "quid", "fiver", "tenner"];
    let plain = plain(&text.replace('%', " percent ").replace("per cent", "percent"));
    WORDS.iter().filter(move |word| plain.contains(&format!(" {word} "))).map(|word| (*word).to_owned())
}

/// Streets by the way they are written, ours or not: "Portland Place".
fn streets(text: &str) -> Vec<String> {
    const ENDINGS: &[&str] = &[
        "Street", "Road", "Avenue", "Lane", "Place", "Square", "Gardens", "Terrace", "Crescent", "Grove",
        "Mews", "Close", "Way", "Row", "Hill", "Court",
    ];
    let words: Vec<&str> =
        text.split_whitespace().map(|word| word.trim_matches([',', '.', '?', '!', ';'])).collect();
    let is_street = |pair: &&[&str]| ENDINGS.contains(&pair[1]) && pair[0].starts_with(char::is_uppercase);
    words.windows(2).filter(is_street).map(|pair| pair.join(" ")).collect()
}

impl Grounds {
    /// What a text names.
    pub fn of(text: &str, context: &Context) -> Self {
        let said = Said {
            alternatives: &[text.to_owned()],
            expecting: Expecting::Anything,
            listing: None,
            offers: &[],
            now: context.now,
        };
        let mut all = Self::default();
        for entity in hear(&said, context.lexicon).entities {
            all.take(entity.value);
        }
        all.amounts.extend(figures_named(&text.replace('-', " ")));
        all.names.extend(shares_and_slang(text));
        all.names.extend(streets(text));
        all.figures.extend(
            text.replace(',', "")
                .split(|c: char| !c.is_ascii_digit())
                .filter(|run| run.len() > 1)
                .map(str::to_owned),
        );
        all
    }

    fn take(&mut self, value: Value) {
        match value {
            Value::Money { min, max, .. } => self.amounts.extend(min.into_iter().chain(max)),
            Value::Date(days) => {
                self.dates.extend(days.date.into_iter().chain(days.from).chain(days.to));
                if !days.ambiguous.is_empty() {
                    self.either.push(days.ambiguous.into_iter().collect());
                }
            }
            Value::Time(clock) => self.times.extend(clock.time.into_iter().chain(clock.from).chain(clock.to)),
            Value::Area { value, is_ours: true, .. } => {
                self.names.insert(value);
            }
            Value::Postcode { outward, inward } => {
                self.names.insert(format!("{outward} {}", inward.unwrap_or_default()).trim().to_owned());
            }
            Value::Property { reference, street, .. } => {
                self.names.extend(reference.into_iter().chain(street));
            }
            Value::Reference { value } | Value::Phone { value } | Value::Email { value } => {
                self.names.insert(value);
            }
            _ => {}
        }
    }

    /// Adds what another text names.
    pub fn learn(&mut self, text: &str, context: &Context) {
        let more = Self::of(text, context);
        self.amounts.extend(more.amounts);
        self.dates.extend(more.dates);
        self.dates.extend(more.either.into_iter().flatten());
        self.times.extend(more.times);
        self.names.extend(more.names);
        self.figures.extend(more.figures);
    }

    /// The agency's own: its hours, address, numbers and approved words.
    pub fn of_agency(constant: &str, context: &Context) -> Self {
        let mut all = Self::default();
        all.learn(constant, context);
        all.times.extend([context.hours.opens, context.hours.closes]);
        for exception in context.hours.exceptions_ahead(context.now) {
            all.dates.extend([exception.date]);
            all.times.extend(exception.opens.into_iter().chain(exception.closes));
        }
        all
    }

    /// The first value of this text that none of those backs.
    pub fn lacks(&self, backing: &[&Self]) -> Option<String> {
        let is_dated = |date: &Date| backing.iter().any(|all| all.dates.contains(date));
        let amount =
            self.amounts.iter().find(|amount| !backing.iter().any(|all| all.amounts.contains(amount)));
        let date = self.dates.iter().find(|date| !is_dated(date));
        let either = self.either.iter().find(|days| !days.iter().any(is_dated)).and_then(BTreeSet::first);
        let time = self.times.iter().find(|time| !backing.iter().any(|all| all.times.contains(time)));
        let name = self.names.iter().find(|name| !backing.iter().any(|all| all.names.contains(*name)));
        let figure = self.figures.iter().find(|figure| !backing.iter().any(|all| all.backs_figure(figure)));
        amount
            .map(|amount| speech::amount(*amount))
            .or(date.or(either).map(ToString::to_string))
            .or(time.map(ToString::to_string))
            .or(name.or(figure).cloned())
    }

    /// Figures of an amount, of a time, a day of the month or a year.
    fn backs_figure(&self, figure: &str) -> bool {
        let is_part = |text: &str| text.split(|c: char| !c.is_ascii_digit()).any(|run| run == figure);
        self.figures.contains(figure)
            || self.amounts.iter().any(|amount| amount.to_string() == figure)
            || self.dates.iter().any(|date| is_part(&date.to_string()))
            || self.times.iter().any(|time| is_part(&format!("{:02}:{:02}", time.hour(), time.minute())))
            || self.names.iter().any(|name| is_part(name))
    }
}
