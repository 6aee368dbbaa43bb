//! Edits that overwrite nobody's: a record is read with its mark (`ETag`), and changed only if it still has it (`If-Match`,
//! RFC 9110 §13.1.1).

use axum::extract::FromRequestParts;
use axum::http::header::{ETAG, IF_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue};
use serde::Serialize;
use sha2::{Digest, Sha256};
use store::StoreError;

use super::problem::Problem;
use crate::app::App;

/// What marks a record as it is now.
pub(super) fn mark(record: &impl Serialize) -> Result<String, StoreError> {
    let hash = Sha256::digest(serde_json::to_vec(record)?);
    Ok(format!("\"{}\"", hex::encode(&hash[..12])))
}

pub(super) fn etag(record: &impl Serialize) -> Result<[(HeaderName, HeaderValue); 1], StoreError> {
    let mark = HeaderValue::from_str(&mark(record)?).unwrap_or_else(|_| HeaderValue::from_static("\"\""));
    Ok([(ETAG, mark)])
}

/// The mark that whoever changes a record has seen.
pub(super) struct IfMatch(String);

impl FromRequestParts<App> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self, Problem> {
        let given = parts.headers.get(IF_MATCH).and_then(|value| value.to_str().ok());
        given.map(|mark| Self(mark.to_owned())).ok_or_else(Problem::mark_missing)
    }
}

impl IfMatch {
    pub(super) fn check(&self, record: &impl Serialize) -> Result<(), Problem> {
        if mark(record)? == self.0 { Ok(()) } else { Err(Problem::changed()) }
    }
}
