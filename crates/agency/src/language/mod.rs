//! Hearing: what a caller's words say, as far as rules can tell. The input is what a recogniser wrote, so spelling
//! is a hint; names of streets and areas are matched by sound among those the agency has.
//!
//! [`hear`] reads the transcripts of one turn into entities ([`entity`]), acts, and an intent, and folds them into
//! [`Heard`], which the conversation answers. `receptionist understand` prints the same reading.

mod acts;
mod address;
mod choice;
mod clock;
mod contact;
mod dates;
mod entities;
mod entity;
mod heard;
mod home;
mod intent;
mod letters;
mod likeness;
mod money;
mod month_days;
mod numbers;
mod person;
mod phrases;
mod places;
mod postcode_voice;
mod qualification;
mod reference;
mod rooms;
mod spans;
mod times;
mod tokens;
mod topics;
mod understand;
mod weekdays;

pub use crate::crm::Feature;
pub use acts::Act;
pub use acts::is_back_channel;
pub use address::{Address, address_in};
pub use entity::{Clock, Days, Entity, Per, Value};
pub use heard::{Heard, Said, hear};
pub use intent::{Intent, Judged, features_of};
pub(crate) use money::figures_named;
pub use places::Lexicon;
pub use qualification::{Qualification, qualifications};
pub use topics::{Compare, OfficeTopic, Topic};
pub use understand::{Line, Offer, Understanding, Urgency, understand};

use crate::crm::vocabulary;

vocabulary! {
    /// What was just asked; it decides how bare words such as "two" are read.
    Expecting {
        Anything = "anything", Listing = "listing", Area = "area", Bedrooms = "bedrooms", Bathrooms = "bathrooms",
        Money = "money", Property = "property", Slot = "slot", Date = "date", Time = "time", Name = "name",
        Phone = "phone", Email = "email", Postcode = "postcode", Address = "address", YesNo = "yes_no",
        Choice = "choice", Message = "message",
    }
}

/// Words as phrases are looked for in them: no marks, and a space at each end, so that whole words are compared.
pub(crate) fn plain(words: &str) -> String {
    let letters = words.to_lowercase().replace(['’', '\''], "");
    let spaced: String = letters.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    format!(" {} ", spaced.split_whitespace().collect::<Vec<_>>().join(" "))
}
