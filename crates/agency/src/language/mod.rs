//! Hearing: what a caller's words say, as far as rules can tell. The input is what a recogniser wrote, so spelling
//! is a hint; names of streets and areas are matched by sound among those the agency has.

mod acts;
mod choice;
mod contact;
mod dates;
mod intent;
mod names;
mod numbers;
mod reference;
mod times;
mod tokens;
mod wants;

pub use acts::Act;
pub use intent::Intent;
pub use names::Lexicon;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::crm::{Wants, vocabulary};
use crate::diary::TimeWish;
use crate::london;
use crate::phone::PhoneNumber;
use tokens::Tokens;

vocabulary! {
    /// What was just asked; it decides how bare words such as "two" are read.
    Expecting {
        Anything = "anything", Listing = "listing", Area = "area", Bedrooms = "bedrooms", Money = "money",
        Property = "property", Slot = "slot", Name = "name", Phone = "phone", Email = "email", YesNo = "yes_no",
        Message = "message",
    }
}

/// Everything heard in one turn. Fields that were not mentioned are empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Heard {
    pub intent: Option<Intent>,
    pub acts: Vec<Act>,
    pub wants: Wants,
    pub wish: TimeWish,
    /// From 1; -1 for "the last one".
    pub choice: Option<i64>,
    pub streets: Vec<String>,
    /// Year and number of a home's reference, such as `2024001`.
    pub reference: Option<String>,
    pub name: Option<String>,
    pub phone: Option<PhoneNumber>,
    pub email: Option<String>,
}

impl Heard {
    pub fn did(&self, act: Act) -> bool {
        self.acts.contains(&act)
    }

    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// Reads the transcripts of one turn, best first. A later alternative is used only when those before say nothing.
pub fn hear(alternatives: &[String], expecting: Expecting, lexicon: &Lexicon, now: Timestamp) -> Heard {
    let today = london::date_of(now);
    alternatives
        .iter()
        .map(|words| hear_one(words, expecting, lexicon, today))
        .find(|heard| !heard.is_nothing())
        .unwrap_or_default()
}

/// A correction replaces what it names and keeps the rest.
fn hear_one(words: &str, expecting: Expecting, lexicon: &Lexicon, today: Date) -> Heard {
    let tokens = Tokens::of(words);
    let whole = hear_tokens(words, &tokens, expecting, lexicon, today);
    let Some((before, after)) = tokens.corrected() else { return whole };
    let first = hear_tokens(words, &before, expecting, lexicon, today);
    let corrected = hear_tokens(words, &after, expecting, lexicon, today);
    let mut wants = first.wants;
    wants.merge(&corrected.wants);
    let (from, until) = if corrected.wish.from.is_some() {
        (corrected.wish.from, corrected.wish.until)
    } else {
        (first.wish.from, first.wish.until)
    };
    let dates = if corrected.wish.dates.is_empty() { first.wish.dates } else { corrected.wish.dates };
    Heard {
        wants,
        wish: TimeWish { dates, from, until },
        choice: corrected.choice.or(first.choice),
        streets: if corrected.streets.is_empty() { first.streets } else { corrected.streets },
        name: corrected.name.or(first.name),
        phone: corrected.phone.or(first.phone),
        email: corrected.email.or(first.email),
        ..whole
    }
}

fn hear_tokens(words: &str, tokens: &Tokens, expecting: Expecting, lexicon: &Lexicon, today: Date) -> Heard {
    let areas = lexicon.areas_in(tokens);
    let wants = wants::wants(tokens, expecting, areas);
    let dates = dates::dates(tokens, today);
    // Beside a day, a bare hour is a time.
    let asks_slot =
        matches!(expecting, Expecting::Slot | Expecting::YesNo | Expecting::Property) || !dates.is_empty();
    let wish = TimeWish { dates, ..times::times(tokens, asks_slot) };
    // "No, the name's wrong, it's Bob Johns": a name is also the answer where it is named.
    let asks_name =
        expecting == Expecting::Name || (expecting == Expecting::YesNo && tokens.has_any(&["name", "names"]));
    Heard {
        intent: intent::intent(tokens, &wants, &wish),
        choice: choice::choice(tokens, matches!(expecting, Expecting::Property | Expecting::Slot)),
        streets: lexicon.streets_in(tokens),
        reference: reference::reference(tokens),
        name: contact::name(words, tokens, asks_name),
        phone: contact::phone(tokens),
        email: contact::email(tokens),
        acts: acts::acts(tokens),
        wants,
        wish,
    }
}
