//! Who is calling, as far as the number tells. A number is a hint, never proof.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{LeadId, Wants, vocabulary};
use crate::phone::PhoneNumber;

vocabulary! {
    /// What the look-up found first, in the order of `spec.md` §6.1.
    Role { Tenant = "tenant", Landlord = "landlord", Applicant = "applicant", Contact = "contact", Unknown = "unknown" }
}

/// The result of the one look-up before the greeting. It carries only what the first rung of the disclosure ladder
/// lets the conversation use: a first name and the caller's own search.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    pub phone: Option<PhoneNumber>,
    pub role: Role,
    pub name: Option<String>,
    pub email: Option<String>,
    pub lead: Option<LeadId>,
    pub vip: bool,
    /// What the lead looked for, and when they last said so.
    pub wants: Wants,
    pub last_searched: Option<Timestamp>,
    /// The latest viewing they attended.
    pub last_viewed: Option<Timestamp>,
    /// They have rung so often within an hour that the rules answer alone: nobody runs up the model's bill.
    #[serde(default)]
    pub rings_often: bool,
    /// They have said, in this call or an earlier one, that they do not want to be recorded.
    #[serde(default)]
    pub refuses_recording: bool,
}

impl Caller {
    pub fn unknown(phone: Option<PhoneNumber>) -> Self {
        Self {
            phone,
            role: Role::Unknown,
            name: None,
            email: None,
            lead: None,
            vip: false,
            wants: Wants::default(),
            last_searched: None,
            last_viewed: None,
            rings_often: false,
            refuses_recording: false,
        }
    }

    pub fn first_name(&self) -> Option<&str> {
        self.name.as_deref().and_then(|name| name.split_whitespace().next())
    }
}
