//! What staff look at: rows as the pages show them, filtered and in pages. Nothing here is written.

mod alerts;
mod calls;
mod diary;
mod homes;
mod leads;
mod row;
mod tasks;

pub use alerts::AlertRow;
pub use calls::{CallFilter, CallLine, CallRow};
pub use diary::{TicketRow, ViewingRow};
pub use homes::HomeRow;
pub use leads::{LeadFilter, LeadRow, MessageRow};
pub use tasks::{TaskFilter, TaskRow};

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
