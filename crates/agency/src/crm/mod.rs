//! Records of the agency, as the rules see them. Reading and writing them is the store's work.

mod caller;
mod lead;
mod property;

pub use caller::{Caller, Role};
pub use lead::{ActionTaken, CallOutcome, Interest, LeadStatus, MoveUrgency, Temperature, WantedArea, Wants};
pub use property::{Feature, Listing, Property, PropertyType, RentPeriod, street_of};

use serde::{Deserialize, Serialize};

macro_rules! record_ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);
    )+};
}

record_ids! {
    /// A row of `properties`.
    PropertyId,
    /// A row of `users`: negotiators, property managers, other staff.
    UserId,
    /// A row of `voice_leads`.
    LeadId,
    /// A row of `viewing_appointments`.
    AppointmentId,
    /// A row of `pm_properties`: a managed home.
    ManagedHomeId,
    /// A row of `support_tickets`.
    TicketId,
}

impl TicketId {
    /// What callers and staff call a ticket by: its number, short enough to be said.
    pub fn reference(self) -> String {
        format!("T-{}", self.0)
    }
}

/// Gives a closed vocabulary its one spelling, for the database, JSON and people alike.
macro_rules! vocabulary {
    ($(#[$doc:meta])* $name:ident { $($(#[$on_variant:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$on_variant])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.word()) }
        }
    };
}
pub(crate) use vocabulary;

vocabulary! {
    /// How a conversation or a message travels.
    Channel { Voice = "voice", WhatsApp = "whatsapp", Sms = "sms", Web = "web", Email = "email", Slack = "slack" }
}

vocabulary! {
    /// Work that a person must do.
    TaskKind {
        CallBack = "call_back", FollowUp = "follow_up", Complaint = "complaint", DataRequest = "data_request",
        DeliveryFailed = "delivery_failed", Review = "review", Other = "other",
    }
}

vocabulary! {
    /// How soon.
    Priority { Urgent = "urgent", Normal = "normal" }
}

/// A person at the agency, as callers hear of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffName {
    pub id: UserId,
    pub name: String,
}
