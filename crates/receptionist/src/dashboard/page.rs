//! Lists in pages: a page ends with the mark after which the next begins.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::Serialize;
use store::Paging;
use utoipa::ToSchema;

use super::problem::Problem;

/// Part of a list.
#[derive(Serialize, ToSchema)]
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    /// `after` of the next page; none: this is the last.
    pub(super) next: Option<String>,
}

const LIMIT: i64 = 50;
const LIMIT_MAX: i64 = 100;

/// One more than a page holds is read, to know whether another follows.
pub(super) fn paging(after: Option<&str>, limit: Option<i64>) -> Result<Paging, Problem> {
    let after = after.map(opened).transpose()?;
    Ok(Paging { after, limit: limit.unwrap_or(LIMIT).clamp(1, LIMIT_MAX) + 1 })
}

fn opened(mark: &str) -> Result<(Timestamp, String), Problem> {
    let unreadable = || Problem::bad_request("after is not a mark of ours: take `next` of the page before");
    let bytes = URL_SAFE_NO_PAD.decode(mark).map_err(|_| unreadable())?;
    let text = String::from_utf8(bytes).map_err(|_| unreadable())?;
    let (at, id) = text.split_once(' ').ok_or_else(unreadable)?;
    Ok((at.parse().map_err(|_| unreadable())?, id.to_owned()))
}

impl<T> Page<T> {
    pub(super) fn of<R>(
        mut rows: Vec<R>,
        paging: &Paging,
        mark: impl Fn(&R) -> (Timestamp, String),
        view: impl FnMut(R) -> T,
    ) -> Self {
        let holds = usize::try_from(paging.limit - 1).unwrap_or_default();
        let has_more = rows.len() > holds;
        rows.truncate(holds);
        let last = rows.last().filter(|_| has_more).map(&mark);
        let next = last.map(|(at, id)| URL_SAFE_NO_PAD.encode(format!("{at} {id}")));
        Self { items: rows.into_iter().map(view).collect(), next }
    }
}
