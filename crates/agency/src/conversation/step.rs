//! Where a conversation stands.

use serde::{Deserialize, Serialize};

use crate::language::Expecting;

/// What was last asked, and so what the next words answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    Opening,
    AskListing,
    AskArea,
    AskBedrooms,
    AskBudget,
    ChooseProperty,
    ChooseSlot,
    /// The day they named may be either of two.
    AskWhichDay,
    AskName,
    AskPhone,
    AskEmail,
    ConfirmBooking,
    AnythingElse,
    AskMessage,
    AskMessageName,
    AskMessagePhone,
    /// A viewing that the caller says they have: who, which home, which day.
    FindName,
    FindHome,
    FindDay,
    /// It was found: what is to become of it.
    AskChange,
    ConfirmCancel,
    ConfirmMove,
    /// Before goodbye: a name, and whether the details shall be sent.
    AskNameToEnd,
    OfferDetails,
    AskEmailToSend,
    AskPhoneToSend,
    /// A valuation: where, whether that is right, to sell or to let, what it is.
    ValuationAddress,
    ConfirmAddress,
    ValuationListing,
    ValuationKind,
    /// How a repair stands: who asks, where, its reference, or the code that was texted.
    TicketName,
    TicketHome,
    TicketReference,
    TicketCode,
    /// A report of something wrong in a home: `dialogue/report.rs`.
    ReportWhat,
    ReportPlace,
    ReportSince,
    ReportVulnerable,
    ReportAccess,
    ReportName,
    ReportPhone,
    /// A colleague is being rung for them.
    Transferring,
    Ended,
}

impl Step {
    /// As it is kept: for people who look on.
    pub fn word(self) -> String {
        serde_json::to_value(self).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
    }

    pub fn is_report(self) -> bool {
        matches!(
            self,
            Self::ReportWhat
                | Self::ReportPlace
                | Self::ReportSince
                | Self::ReportVulnerable
                | Self::ReportAccess
                | Self::ReportName
                | Self::ReportPhone
        )
    }

    pub fn expecting(self) -> Expecting {
        match self {
            Self::Opening
            | Self::AnythingElse
            | Self::AskChange
            | Self::TicketReference
            | Self::Transferring
            | Self::Ended => Expecting::Anything,
            Self::AskListing | Self::ValuationListing => Expecting::Listing,
            Self::AskArea => Expecting::Area,
            Self::AskBedrooms | Self::ValuationKind => Expecting::Bedrooms,
            Self::AskBudget => Expecting::Money,
            Self::ChooseProperty => Expecting::Property,
            Self::ChooseSlot => Expecting::Slot,
            Self::AskName
            | Self::AskMessageName
            | Self::FindName
            | Self::AskNameToEnd
            | Self::ReportName
            | Self::TicketName => Expecting::Name,
            Self::AskPhone
            | Self::AskMessagePhone
            | Self::AskPhoneToSend
            | Self::ReportPhone
            | Self::TicketCode => Expecting::Phone,
            Self::AskEmail | Self::AskEmailToSend => Expecting::Email,
            Self::FindHome | Self::ReportPlace | Self::TicketHome | Self::ValuationAddress => {
                Expecting::Address
            }
            Self::FindDay | Self::AskWhichDay => Expecting::Date,
            Self::ConfirmAddress
            | Self::ConfirmBooking
            | Self::ConfirmCancel
            | Self::ConfirmMove
            | Self::OfferDetails => Expecting::YesNo,
            Self::AskMessage
            | Self::ReportWhat
            | Self::ReportSince
            | Self::ReportVulnerable
            | Self::ReportAccess => Expecting::Message,
        }
    }
}
