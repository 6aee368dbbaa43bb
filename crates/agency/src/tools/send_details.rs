//! Commit: the details of homes that were spoken of, by text or WhatsApp at once; by email through a colleague.

use serde::{Deserialize, Serialize};

use crate::crm::{Channel, Property};
use crate::phone::PhoneNumber;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SendDetails {
    pub homes: Vec<Property>,
    pub to: Recipient,
    pub name: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    /// A text, and WhatsApp where they use it.
    Phone(PhoneNumber),
    Email(String),
}

/// By what it goes out; nothing: a colleague has the task of sending it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DetailsSent {
    pub by: Vec<Channel>,
}
