//! The line to a language model: Chat Completions over streamed HTTP, with any endpoint that speaks it. What is asked and
//! what of the answer is spoken is decided in `agency::model`.

mod breaker;
mod client;
mod stream;

pub use client::Models;
pub(crate) use stream::{Answer, Call, Part, Usage};

/// Why there is no answer. The rules engine answers instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    #[error("no model is healthy; the rules engine answers until one is")]
    Resting,
    #[error("the model could not be reached")]
    Unreachable,
    #[error("the model answered {status} ({code})")]
    Refused { status: u16, code: String },
    #[error("the model reported an error in the middle of its answer ({0})")]
    Broken(String),
    #[error("the answer was cut off")]
    Cut,
    #[error("the answer was not in the format of Chat Completions")]
    Garbled,
    #[error("the model took too long")]
    Late,
    #[error("the model had nothing to say")]
    Empty,
    #[error("the model went round in circles")]
    Circling,
}

impl ModelError {
    /// For figures.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Resting => "resting",
            Self::Unreachable => "unreachable",
            Self::Refused { .. } => "refused",
            Self::Broken(_) => "broken",
            Self::Cut => "cut",
            Self::Garbled => "garbled",
            Self::Late => "late",
            Self::Empty => "empty",
            Self::Circling => "circling",
        }
    }

    /// Money has run out: no waiting mends that.
    fn needs_a_person(&self) -> bool {
        matches!(self, Self::Refused { code, .. } if code == "insufficient_quota")
    }
}
