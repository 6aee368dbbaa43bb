//! How a call ends, as its caller sees it.

use std::fmt;

/// Why a call is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    AppHungUp,
    CallerHungUp,
    Rejected,
    /// Neither the webhook nor its fallback gave TwiML: the caller hears Twilio's "application error".
    ApplicationError,
    /// The documents led in a circle.
    EndlessLoop,
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AppHungUp => "the agency hung up",
            Self::CallerHungUp => "the caller hung up",
            Self::Rejected => "the call was rejected",
            Self::ApplicationError => "application error",
            Self::EndlessLoop => "the documents led in a circle",
        })
    }
}
