//! What is sent, one file per message, and by which ways.

mod appointment;
pub mod approved;
mod brochure;
mod calendar;
mod callback_promise;
mod card;
mod document;
mod emergency;
mod help;
mod homes_page;
mod letter;
pub(crate) mod money;
mod plan;
mod property_details;
mod running_late;
mod survey;
mod template;
mod valuation_confirmation;
mod verification_code;
mod viewing_cancelled;
mod viewing_confirmation;
pub(crate) mod wording;

pub use appointment::{AppointmentEmail, CalledOff, News};
pub use brochure::brochure;
pub use callback_promise::callback_promise;
pub use card::{BookableSlot, Card, PropertyMedia, absolute};
pub use document::document;
pub use emergency::{
    Incident, emergency_alert, emergency_call, emergency_notice, help_is_coming, repair_reported, stand_down,
};
pub use help::{file_refused, help};
pub use homes_page::{HomesPage, Unsubscribing, homes_page, unsubscribe_page};
pub use letter::{Attachment, Email, Part};
pub use plan::{Reach, Way, fallback, package_way, ways};
pub use property_details::{Negotiator, Occasion, PropertyDetails};
pub use running_late::running_late;
pub use survey::{
    score_in, survey, survey_thanks, viewing_feedback, viewing_missed, viewing_reminder,
    viewing_reminder_to_staff,
};
pub use valuation_confirmation::valuation_confirmation;
pub use verification_code::verification_code;
pub use viewing_cancelled::{valuation_cancelled, viewing_cancelled};
pub use viewing_confirmation::{ViewingConfirmation, viewing_confirmation};

/// The names under which messages are recorded.
pub mod kind {
    pub const VIEWING_CONFIRMATION: &str = "viewing_confirmation";
    pub const VERIFICATION_CODE: &str = "verification_code";
    pub const VALUATION_CONFIRMATION: &str = "valuation_confirmation";
    pub const VIEWING_CANCELLED: &str = "viewing_cancelled";
    pub const PROPERTY_DETAILS: &str = "property_details";
    pub const DOCUMENT: &str = "document";
    pub const BROCHURE: &str = "brochure";
    pub const CALLBACK_PROMISE: &str = "callback_promise";
    /// To staff: they end with the ladder.
    pub const EMERGENCY_ALERT: &str = "emergency_alert";
    pub const EMERGENCY_CALL: &str = "emergency_call";
    pub const EMERGENCY_NOTICE: &str = "emergency_notice";
    /// Sarah's answer to somebody who writes.
    pub const REPLY: &str = "reply";
    /// A colleague's own words.
    pub const FROM_STAFF: &str = "from_staff";
    pub const SAFETY_ADVICE: &str = "safety_advice";
    pub const HELP_IS_COMING: &str = "help_is_coming";
    /// Nothing limits these.
    pub fn is_of_emergency(kind: &str) -> bool {
        [EMERGENCY_ALERT, EMERGENCY_CALL, EMERGENCY_NOTICE, SAFETY_ADVICE, HELP_IS_COMING, STAND_DOWN]
            .contains(&kind)
    }
    pub const HAND_OFF: &str = "hand_off";
    pub const STAND_DOWN: &str = "stand_down";
    /// The name under which the settings hold the approved WhatsApp template of a message: packages go card by card.
    pub fn template(kind: &str) -> &str {
        if kind == PROPERTY_DETAILS || kind == NEW_MATCH { PROPERTY_CARD } else { kind }
    }

    pub const PROPERTY_CARD: &str = "property_card";
    pub const NEW_MATCH: &str = "new_match";
    pub const VIEWING_REMINDER: &str = "viewing_reminder";
    pub const VIEWING_FEEDBACK: &str = "viewing_feedback";
    pub const VIEWING_MISSED: &str = "viewing_missed";
    pub const SURVEY: &str = "survey";
    pub const SURVEY_THANKS: &str = "survey_thanks";
    pub const TASK_OVERDUE: &str = "task_overdue";
    pub const RUNNING_LATE: &str = "running_late";
    pub const REPAIR_REPORTED: &str = "repair_reported";
}
