//! What is sent, one file per message, and by which ways.

mod callback_promise;
mod emergency_alert;
mod money;
mod plan;
mod property_details;
mod viewing_cancelled;
mod viewing_confirmation;

pub use callback_promise::callback_promise;
pub use emergency_alert::emergency_alert;
pub use plan::{Reach, Way, fallback, ways};
pub use property_details::property_details;
pub use viewing_cancelled::viewing_cancelled;
pub use viewing_confirmation::{ViewingConfirmation, viewing_confirmation};

/// The names under which messages are recorded.
pub mod kind {
    pub const VIEWING_CONFIRMATION: &str = "viewing_confirmation";
    pub const VIEWING_CANCELLED: &str = "viewing_cancelled";
    pub const PROPERTY_DETAILS: &str = "property_details";
    pub const CALLBACK_PROMISE: &str = "callback_promise";
    pub const EMERGENCY_ALERT: &str = "emergency_alert";
}
