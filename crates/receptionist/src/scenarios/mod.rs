//! Scripted conversations judged by the final database: what must be there at the end, and nothing else changed.
//! Wording is never judged, except safety words.

mod export;
mod format;
mod judge;
mod outside;
mod play;
mod writing;

pub use export::{Told, export};
pub use format::{Scenario, Step, read_file, read_folder};
pub use judge::{Changes, Snapshot, differences};
pub use play::{Verdict, run};
