//! Lists in pages: a page ends with the mark after which the next begins.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use store::{Paging, StoreError};
use utoipa::{IntoParams, ToSchema};

use super::problem::Problem;

/// Part of a list.
#[derive(Serialize, ToSchema)]
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    /// `after` of the next page; none: this is the last.
    pub(super) next: Option<String>,
}

/// Which part of a list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PageQuery {
    /// `next` of the page before.
    after: Option<String>,
    /// At most 100; 50 if nothing is said.
    limit: Option<i64>,
}

impl PageQuery {
    /// One more than a page holds is read, to know whether another follows.
    pub(super) fn paging<Place: DeserializeOwned>(&self) -> Result<Paging<Place>, Problem> {
        const LIMIT: i64 = 50;
        const LIMIT_MAX: i64 = 100;
        let after = self.after.as_deref().map(opened).transpose()?;
        Ok(Paging { after, limit: self.limit.unwrap_or(LIMIT).clamp(1, LIMIT_MAX) + 1 })
    }
}

fn opened<Place: DeserializeOwned>(mark: &str) -> Result<Place, Problem> {
    let bytes = URL_SAFE_NO_PAD.decode(mark).ok();
    let place = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    place.ok_or_else(|| Problem::bad_request("after is not a mark of ours: take `next` of the page before"))
}

impl<T> Page<T> {
    /// `place`: where a record stands in the order of the list.
    pub(super) fn of<R, Place: Serialize>(
        mut rows: Vec<R>,
        paging: &Paging<Place>,
        place: impl Fn(&R) -> Place,
        view: impl FnMut(R) -> T,
    ) -> Result<Self, Problem> {
        let holds = usize::try_from(paging.limit - 1).unwrap_or_default();
        let has_more = rows.len() > holds;
        rows.truncate(holds);
        let last = rows.last().filter(|_| has_more).map(place);
        let mark = last.map(|place| serde_json::to_vec(&place)).transpose().map_err(StoreError::from)?;
        let next = mark.map(|mark| URL_SAFE_NO_PAD.encode(mark));
        Ok(Self { items: rows.into_iter().map(view).collect(), next })
    }
}
