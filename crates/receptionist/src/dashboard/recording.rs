//! The sound of a call, whole or the part that a player asks for when somebody jumps ahead (RFC 9110 §14).

use std::ops::Bound;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum_extra::TypedHeader;
use axum_extra::headers::{ContentRange, Range};
use axum_extra::typed_header::TypedHeaderRejection;

use super::access::{Administers, Staff, Views};
use super::problem::Problem;
use crate::app::App;

/// The sound of a call, as MP3. Who listened is written down.
#[utoipa::path(get, operation_id = "get_recording", path = "/api/v1/calls/{id}/recording", tag = "calls", security(("session" = ["view"])), params(("id" = String, Path)),
    responses((status = 200, content_type = "audio/mpeg", body = Vec<u8>), (status = 206, content_type = "audio/mpeg", body = Vec<u8>), (status = 401, body = Problem), (status = 404, body = Problem), (status = 416)))]
pub(super) async fn recording(
    State(app): State<App>,
    staff: Staff<Views>,
    Path(id): Path<String>,
    range: Result<TypedHeader<Range>, TypedHeaderRejection>,
) -> Result<Response, Problem> {
    let no_such = || Problem::not_found("There is no recording; it may have been deleted under retention");
    let kept = app.store.recording(&id).await?.ok_or_else(no_such)?;
    staff.looked_at(&app, &format!("recording {id}")).await?;
    let bytes = app.shelf.get(&kept.path).await.map_err(|error| {
        tracing::error!(error = %format!("{error:#}"), conversation = id, "a recording could not be read");
        Problem::try_again("The recording cannot be read")
    })?;
    let kind = [(header::CONTENT_TYPE, "audio/mpeg"), (header::ACCEPT_RANGES, "bytes")];
    Ok((kind, part(range.ok().map(|TypedHeader(range)| range), bytes)).into_response())
}

/// Deletes the sound of a call, here and at Twilio; its words stay.
#[utoipa::path(delete, operation_id = "delete_recording", path = "/api/v1/calls/{id}/recording", tag = "calls", security(("session" = ["administer"])), params(("id" = String, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn delete(
    State(app): State<App>,
    staff: Staff<Administers>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let no_such = || Problem::not_found("There is no recording; it may have been deleted under retention");
    app.store.recording(&id).await?.ok_or_else(no_such)?;
    let call = app.store.call(&id).await?.ok_or_else(no_such)?;
    if let Some(reason) = app.store.hold_on(call.lead).await? {
        return Err(Problem::conflict("legal_hold", "There is a legal hold on this caller").with(reason));
    }
    let mut tx = app.store.begin().await?;
    tx.drop_recording(&id, "gone", app.now()).await?;
    staff.audit(&app, &mut tx, ("recording_deleted", &id, None)).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Several parts at once are answered with the whole, as they may be.
pub(super) fn part(range: Option<Range>, bytes: Vec<u8>) -> Response {
    let whole = bytes.len() as u64;
    let Some(range) = range else { return bytes.into_response() };
    let asked: Vec<_> = range.satisfiable_ranges(whole).collect();
    let (from, until) = match asked[..] {
        [] => (whole, whole),
        [(Bound::Included(from), Bound::Included(last))] => (from, whole.min(last.saturating_add(1))),
        [(Bound::Included(from), Bound::Unbounded)] => (from, whole),
        _ => return bytes.into_response(),
    };
    let place = |at| usize::try_from(at).unwrap_or(usize::MAX);
    let part = bytes.get(place(from)..place(until)).filter(|part| !part.is_empty());
    match (part, ContentRange::bytes(from..until, whole)) {
        (Some(part), Ok(told)) => {
            (StatusCode::PARTIAL_CONTENT, TypedHeader(told), part.to_vec()).into_response()
        }
        _ => (StatusCode::RANGE_NOT_SATISFIABLE, TypedHeader(ContentRange::unsatisfied_bytes(whole)))
            .into_response(),
    }
}
