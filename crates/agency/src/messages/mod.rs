//! What is sent, one file per message, and by which ways.

mod callback_promise;
mod emergency_alert;
mod plan;
mod viewing_confirmation;

pub use callback_promise::callback_promise;
pub use emergency_alert::emergency_alert;
pub use plan::{Reach, Way, fallback, ways};
pub use viewing_confirmation::{ViewingConfirmation, viewing_confirmation};

/// The names under which messages are recorded.
pub mod kind {
    pub const VIEWING_CONFIRMATION: &str = "viewing_confirmation";
    pub const CALLBACK_PROMISE: &str = "callback_promise";
    pub const EMERGENCY_ALERT: &str = "emergency_alert";
}
