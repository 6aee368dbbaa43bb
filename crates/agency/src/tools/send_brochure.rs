//! Commit: the brochure of a home, as a link or a file, to a number.

use serde::{Deserialize, Serialize};

use crate::crm::Property;
use crate::phone::PhoneNumber;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SendBrochure {
    pub homes: Vec<Property>,
    pub to: PhoneNumber,
}
