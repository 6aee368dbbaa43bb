//! Files that people have sent: photos of a repair, voice notes. What is kept has been made anew or checked (`media::inspect`).

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use axum_extra::TypedHeader;
use axum_extra::headers::Range;
use axum_extra::typed_header::TypedHeaderRejection;
use serde::Deserialize;
use store::MediaView;
use utoipa::IntoParams;

use super::access::{Staff, Views};
use super::input::Query;
use super::problem::Problem;
use super::recording::part;
use crate::app::App;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct MediaQuery {
    /// What was sent of this repair; or else
    ticket: Option<i64>,
    /// what this lead has sent.
    lead: Option<i64>,
}

/// Files that were sent of a repair or by a lead, in the order they came.
#[utoipa::path(get, path = "/api/v1/media", operation_id = "list_media", tag = "inbox", security(("session" = ["view"])), params(MediaQuery),
    responses((status = 200, body = [MediaView]), (status = 400, body = Problem), (status = 401, body = Problem)))]
pub(super) async fn list(
    State(app): State<App>,
    _staff: Staff<Views>,
    Query(query): Query<MediaQuery>,
) -> Result<Json<Vec<MediaView>>, Problem> {
    match (query.ticket, query.lead) {
        (Some(ticket), None) => Ok(Json(app.store.media_of_ticket(ticket).await?)),
        (None, Some(lead)) => Ok(Json(app.store.media_of_lead(lead).await?)),
        _ => Err(Problem::bad_request("say of which: ticket or lead")),
    }
}

/// The file itself, whole or in part. Who looked is written down.
#[utoipa::path(get, path = "/api/v1/media/{id}", operation_id = "get_medium", tag = "inbox", security(("session" = ["view"])), params(("id" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>), (status = 206, content_type = "application/octet-stream", body = Vec<u8>), (status = 401, body = Problem), (status = 404, body = Problem), (status = 416)))]
pub(super) async fn one(
    State(app): State<App>,
    staff: Staff<Views>,
    Path(id): Path<String>,
    range: Result<TypedHeader<Range>, TypedHeaderRejection>,
) -> Result<Response, Problem> {
    let no_such = || Problem::not_found("There is no such file; it may have been deleted under retention");
    let medium = app.store.medium(&id).await?.ok_or_else(no_such)?;
    let subject = medium.lead.map_or_else(|| format!("media {id}"), |lead| format!("lead {lead}"));
    staff.looked_at(&app, &subject).await?;
    let bytes = app.shelf.get(&medium.path).await.map_err(|error| {
        tracing::error!(error = %format!("{error:#}"), media = id, "a file that was sent could not be read");
        Problem::try_again("The file cannot be read")
    })?;
    let headers: [(HeaderName, &str); 2] =
        [(header::CONTENT_TYPE, &medium.media_type), (header::ACCEPT_RANGES, "bytes")];
    Ok((headers, part(range.ok().map(|TypedHeader(range)| range), bytes)).into_response())
}
