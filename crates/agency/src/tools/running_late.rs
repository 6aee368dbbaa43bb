//! Commit: word to the negotiator that their caller is late. Nothing in the diary changes.

use serde::{Deserialize, Serialize};

use super::find_viewing::BookedViewing;
use crate::phone::PhoneNumber;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunningLate {
    pub viewing: BookedViewing,
    /// What they said of it: how late, and why.
    pub words: String,
    pub phone: Option<PhoneNumber>,
}
