//! Everything that is kept: one set of functions for SQLite and PostgreSQL, and no SQL anywhere else.
//!
//! In the order a call meets them: [`callers`] (who is calling), [`calls`] (the conversation and its turns),
//! [`properties`], [`diary`], [`viewings`], [`leads`], [`messages`] (the outbox), [`tasks`]. Writes that belong together go through
//! one [`Tx`]; a message can only be written there, so that it commits with the fact it tells.

mod changes;
mod db;
mod error;
mod schema;
mod searches;
mod types;

mod accounts;
mod alerts;
mod appointments;
mod assessments;
mod backup;
mod callers;
mod calls;
mod chats;
mod deletions;
mod diary;
mod documents;
mod imports;
mod inbox;
mod leads;
mod lease;
mod limits;
mod managed;
mod market;
mod media;
mod messages;
mod notes;
mod packages;
mod persons;
mod properties;
mod reach;
mod reading;
mod receipts;
mod recordings;
mod requirements;
mod retention;
mod reviews;
mod rings;
mod rota;
mod rows;
mod settings;
mod surveys;
mod tallies;
mod tasks;
mod tickets;
mod transfers;
mod viewings;

pub use accounts::{Account, AuditRow, Audited, NewAccount, Session};
pub use alerts::{Alert, NewAlert, NewReporter, Reporter};
pub use appointments::{AppointmentStep, Due};
pub use assessments::NewAssessment;
pub use calls::{BeginCall, Conversation, EndedCall, SavedTurn, TurnLine, TurnTimes};
pub use changes::{Change, Subject};
pub use chats::{BeginChat, Chat, Waiting};
pub use db::{Store, Tx};
pub use deletions::DueDeletion;
pub use diary::{Claimed, NewAppointment, Place};
pub use documents::{Document, NewDocument};
pub use error::StoreError;
pub use inbox::NewInbound;
pub use leads::LeadChange;
pub use managed::{Contractor, ManagedHome, Person};
pub use market::{MarketChange, MarketNews, SeenBefore, Untold};
pub use media::{DueMedia, NewMedia, StoredMedia};
pub use messages::{Attempt, AttemptOutcome, ClaimedMessage, MessageLine, NewMessage, Rich, Settled};
pub use notes::{NewNote, NoteOf, NoteView};
pub use packages::{NewPackage, Package};
pub use persons::{Erased, FutureAppointment, KnownPerson};
pub use reading::{
    AbsenceView, Agreement, AlertView, AssessmentView, ByRank, ByTime, CallFilter, CallRow, ContractorView,
    Counted, DraftView, HomePlace, HomeView, LeadFilter, LeadKnown, LeadView, LineView, MadeView, MediaView,
    MessageView, OptOutView, Paging, PaperView, Rehearsed, RulesView, ShiftView, TalkedOf, TaskFilter,
    TaskView, ThreadView, TicketView, ToAssess, UserView, VersionView, ViewingView, WorkingHours,
};
pub use recordings::{DueRecording, KeptRecording};
pub use retention::Cutoffs;
pub use reviews::{Contradiction, LeadFacts, ToReview};
pub use rings::{NewRing, Ring, RingAnswer};
pub use rota::{List, NewAbsence, NewContractor, NewShift};
pub use rows::{DERIVED, Rows, TABLES};
pub use schema::CRM_TABLES;
pub use searches::{NewSearch, SavedSearch};
pub use settings::Setting;
pub use surveys::OpenSurvey;
pub use tasks::{NewTask, Promises, Task};
pub use tickets::{NewTicket, Ticket};
pub use transfers::{KeptTransfer, NewTransfer, OpenTransfer};
pub use viewings::BookedValuation;
