//! What staff look at: rows as the pages show them, filtered and in pages. Nothing here is written.

mod alerts;
mod analytics;
mod assessments;
mod calls;
mod diary;
mod homes;
mod inbox;
mod leads;
mod papers;
mod row;
mod settings;
mod tasks;

pub use alerts::AlertView;
pub use analytics::Counted;
pub use assessments::{AssessmentView, ToAssess};
pub use calls::{CallFilter, CallRow, LineView};
pub use diary::{TicketView, ViewingView};
pub use homes::HomeView;
pub use inbox::ThreadView;
pub use leads::{LeadFilter, LeadView, MessageView};
pub use papers::PaperView;
pub use settings::{DraftView, VersionView};
pub use tasks::{TaskFilter, TaskView};

use jiff::Timestamp;

/// A page of a list: so many, after the last one of the page before.
#[derive(Clone, Debug)]
pub struct Paging {
    pub after: Option<(Timestamp, String)>,
    pub limit: i64,
}

/// A pattern for `LIKE … ESCAPE '\'` that finds these words anywhere.
fn anywhere(words: &str) -> String {
    let escaped = words.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}
