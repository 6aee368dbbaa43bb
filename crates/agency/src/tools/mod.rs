//! What the conversation may do. One file per tool: arguments, decision, outcome. Reads may be repeated and thrown
//! away; commits write once, in one transaction, keyed by call, turn, tool and arguments.

pub mod book_valuation;
pub mod book_viewing;
pub mod cancel_viewing;
pub mod emergency_details;
pub mod find_properties;
pub mod find_ticket;
pub mod find_viewing;
pub mod hand_off;
pub mod move_viewing;
pub mod pass_on;
pub mod raise_emergency;
pub mod report_repair;
pub mod running_late;
mod same_name;
pub mod send_brochure;
pub mod send_details;
pub mod stop_recording;
pub mod take_message;
pub mod viewing_slots;

use serde::{Deserialize, Serialize};

use book_valuation::BookValuation;
use book_viewing::{BookViewing, BookingOutcome};
use cancel_viewing::{CancelOutcome, CancelViewing};
use emergency_details::{EmergencyDetails, EmergencyNoted};
use find_properties::{FindProperties, FoundProperties};
use find_ticket::{FindTicket, TicketOutcome};
use find_viewing::{BookedViewing, FindViewing};
use hand_off::{HandOff, Transfer};
use move_viewing::{MoveOutcome, MoveViewing};
use pass_on::{PassOn, PassedOn};
use raise_emergency::{EmergencyRaised, RaiseEmergency};
use report_repair::{RepairReported, ReportRepair};
use running_late::RunningLate;
use send_brochure::SendBrochure;
use send_details::{DetailsSent, SendDetails};
use stop_recording::StopRecording;
use take_message::{MessageTaken, TakeMessage};
use viewing_slots::{SlotsOutcome, ViewingSlots};

/// A tool with its arguments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "tool", content = "arguments", rename_all = "snake_case")]
pub enum ToolCall {
    FindProperties(FindProperties),
    ViewingSlots(ViewingSlots),
    BookViewing(Box<BookViewing>),
    BookValuation(Box<BookValuation>),
    FindTicket(FindTicket),
    /// To the number on file of whoever name and address fit.
    SendCode(FindTicket),
    CheckCode(String),
    FindViewing(FindViewing),
    MoveViewing(Box<MoveViewing>),
    CancelViewing(Box<CancelViewing>),
    RunningLate(Box<RunningLate>),
    SendBrochure(SendBrochure),
    SendDetails(SendDetails),
    TakeMessage(TakeMessage),
    RaiseEmergency(Box<RaiseEmergency>),
    EmergencyDetails(EmergencyDetails),
    ReportRepair(Box<ReportRepair>),
    HandOff(HandOff),
    PassOn(PassOn),
    StopRecording(StopRecording),
}

/// What a tool came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", content = "result", rename_all = "snake_case")]
pub enum ToolOutcome {
    Found(FoundProperties),
    Slots(SlotsOutcome),
    Booking(BookingOutcome),
    Valuation(BookingOutcome),
    Ticket(TicketOutcome),
    /// None: nothing fits all that was said.
    Viewing(Option<Box<BookedViewing>>),
    Moved(MoveOutcome),
    Cancelled(CancelOutcome),
    /// The negotiator was told.
    LateTold,
    BrochureSent,
    DetailsSent(DetailsSent),
    MessageTaken(MessageTaken),
    EmergencyRaised(EmergencyRaised),
    EmergencyNoted(EmergencyNoted),
    RepairReported(RepairReported),
    /// None: nobody is free.
    HandOff(Option<Transfer>),
    PassedOn(PassedOn),
    RecordingStopped,
    /// The store could not be reached; nothing was written.
    Failed,
}

impl ToolOutcome {
    /// Something was written that the caller must hear of.
    pub fn must_be_told(&self) -> bool {
        matches!(
            self,
            Self::Booking(BookingOutcome::Booked { .. })
                | Self::Valuation(BookingOutcome::Booked { .. })
                | Self::Moved(MoveOutcome::To(BookingOutcome::Booked { .. }))
                | Self::Cancelled(CancelOutcome::Cancelled)
                | Self::RepairReported(_)
        )
    }
}

impl ToolCall {
    pub fn name(&self) -> &'static str {
        match self {
            Self::FindProperties(_) => "find_properties",
            Self::ViewingSlots(_) => "viewing_slots",
            Self::BookViewing(_) => "book_viewing",
            Self::BookValuation(_) => "book_valuation",
            Self::FindTicket(_) => "find_ticket",
            Self::SendCode(_) => "send_code",
            Self::CheckCode(_) => "check_code",
            Self::FindViewing(_) => "find_viewing",
            Self::MoveViewing(_) => "move_viewing",
            Self::CancelViewing(_) => "cancel_viewing",
            Self::RunningLate(_) => "running_late",
            Self::SendBrochure(_) => "send_brochure",
            Self::SendDetails(_) => "send_details",
            Self::TakeMessage(_) => "take_message",
            Self::RaiseEmergency(_) => "raise_emergency",
            Self::EmergencyDetails(_) => "emergency_details",
            Self::ReportRepair(_) => "report_repair",
            Self::HandOff(_) => "hand_off",
            Self::PassOn(_) => "pass_on",
            Self::StopRecording(_) => "stop_recording",
        }
    }
}
