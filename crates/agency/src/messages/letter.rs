//! What a message may be made of besides words.

use serde::{Deserialize, Serialize};

use crate::settings::AgencyProfile;

/// The agency, as templates name it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct AgencyView<'a> {
    pub name: &'a str,
    pub short_name: &'a str,
    pub persona: &'a str,
    pub address: &'a str,
    pub phone: String,
    pub tel: &'a str,
}

impl<'a> AgencyView<'a> {
    pub(super) fn new(agency: &'a AgencyProfile) -> Self {
        Self {
            name: &agency.name,
            short_name: &agency.short_name,
            persona: &agency.persona,
            address: &agency.address,
            phone: agency.phone.national(),
            tel: agency.phone.as_str(),
        }
    }
}

/// One message of a package, with its picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub body: String,
    pub picture: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email {
    pub subject: String,
    pub text: String,
    pub html: String,
    pub attachments: Vec<Attachment>,
    /// For the header List-Unsubscribe (RFC 8058).
    pub unsubscribe: Option<String>,
}

/// What goes with an email.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attachment {
    /// Fetched when it is sent; one that cannot be had is left out, and the attempt says so.
    Fetched { name: String, url: String },
    /// An invitation (RFC 5545), with its method.
    Calendar { method: String, text: String },
}
