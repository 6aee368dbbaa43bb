//! What staff look at: rows as the pages show them, filtered and in pages. Nothing here is written.

mod alerts;
mod analytics;
mod assessments;
mod calls;
mod diary;
mod homes;
mod inbox;
mod leads;
mod made;
mod papers;
mod rehearsed;
mod rota;
pub(crate) mod row;
mod settings;
mod tasks;

pub use alerts::AlertView;
pub use analytics::Counted;
pub use assessments::{Agreement, AssessmentView, ToAssess};
pub use calls::{CallFilter, CallRow, LineView};
pub use diary::{TicketView, ViewingView};
pub use homes::{HomePlace, HomeView, RulesView};
pub use inbox::ThreadView;
pub use leads::{LeadFilter, LeadKnown, LeadView, MessageView, TalkedOf};
pub use made::{MadeView, MediaView};
pub use papers::PaperView;
pub use rehearsed::Rehearsed;
pub use rota::{AbsenceView, ContractorView, OptOutView, ShiftView, UserView, WorkingHours};
pub use settings::{DraftView, VersionView};
pub use tasks::{TaskFilter, TaskView};

use jiff::Timestamp;

/// A page of a list: so many, after the last one of the page before, which is known by what the list is ordered by.
#[derive(Clone, Debug)]
pub struct Paging<Place> {
    pub after: Option<Place>,
    pub limit: i64,
}

/// The place of a record in a list ordered by time.
pub type ByTime<Id> = (Timestamp, Id);
/// The same, where some records come first whatever their time.
pub type ByRank<Id> = (i64, Timestamp, Id);

/// A pattern for `LIKE … ESCAPE '\'` that finds these words anywhere.
fn anywhere(words: &str) -> String {
    let escaped = words.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

/// The three parts of a place, each to be bound by itself.
fn unzip<A, B, C>(place: Option<(A, B, C)>) -> (Option<A>, Option<B>, Option<C>) {
    place.map_or((None, None, None), |(a, b, c)| (Some(a), Some(b), Some(c)))
}
