//! What somebody may ask of their own data (UK GDPR, articles 15 and 17), for colleagues who keep accounts: a copy of it, or that it
//! goes; and the legal hold that forbids the second.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use store::KnownPerson;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::{Administers, Staff};
use super::input::Body;
use super::problem::Problem;
use crate::app::App;
use crate::privacy;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(archive))
        .routes(routes!(preview, erase))
        .routes(routes!(place_hold, lift_hold))
}

async fn person(app: &App, id: &str) -> Result<(i64, KnownPerson), Problem> {
    let no_such = || Problem::not_found("Nothing is kept of this lead; it may have been erased");
    let lead = id.parse().map_err(|_| no_such())?;
    Ok((lead, app.store.person_of_lead(lead).await?.ok_or_else(no_such)?))
}

/// All that is kept of a lead, as an archive: to read, for a machine, and the files.
#[utoipa::path(get, path = "/api/v1/leads/{id}/archive", operation_id = "export_lead", tag = "privacy", security(("session" = ["administer"])),
    params(("id" = i64, Path)),
    responses((status = 200, content_type = "application/zip", body = Vec<u8>), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn archive(
    State(app): State<App>,
    staff: Staff<Administers>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let (lead, person) = person(&app, &id).await?;
    let failed = |error: anyhow::Error| {
        tracing::error!(error = %format!("{error:#}"), lead, "an archive could not be made");
        Problem::try_again("The archive could not be made")
    };
    let all = privacy::export(&app, &person, &staff.account.id).await.map_err(failed)?;
    let all = all.ok_or_else(|| Problem::not_found("Nothing is kept of this lead"))?;
    let bytes = privacy::archive(&app, &all).await.map_err(failed)?;
    let name = format!("attachment; filename=\"lead-{lead}.zip\"");
    let headers: [(HeaderName, &str); 2] =
        [(header::CONTENT_TYPE, "application/zip"), (header::CONTENT_DISPOSITION, &name)];
    Ok((headers, bytes).into_response())
}

/// Rows of one table.
#[derive(Serialize, ToSchema)]
pub(super) struct RowsOf {
    table: String,
    rows: usize,
}

/// What erasing a lead would do.
#[derive(Serialize, ToSchema)]
pub(super) struct ErasurePreview {
    rows: Vec<RowsOf>,
    /// Viewings and valuations that would be called off.
    appointments_ahead: usize,
    /// Why nothing may be erased, if there is a legal hold.
    hold: Option<String>,
}

/// What would go.
#[utoipa::path(get, path = "/api/v1/leads/{id}/erasure", operation_id = "preview_erasure", tag = "privacy", security(("session" = ["administer"])),
    params(("id" = i64, Path)), responses((status = 200, body = ErasurePreview), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn preview(
    State(app): State<App>,
    _staff: Staff<Administers>,
    Path(id): Path<String>,
) -> Result<Json<ErasurePreview>, Problem> {
    let (lead, person) = person(&app, &id).await?;
    let held = app.store.all_of(&person).await?;
    let rows = held.into_iter().map(|(table, rows)| RowsOf { table: table.to_owned(), rows: rows.len() });
    Ok(Json(ErasurePreview {
        rows: rows.collect(),
        appointments_ahead: app.store.appointments_ahead(&person, app.now()).await?.len(),
        hold: app.store.hold_on(lead).await?,
    }))
}

/// What erasing a lead did.
#[derive(Serialize, ToSchema)]
pub(super) struct ErasureDone {
    appointments_called_off: usize,
    /// Tables of the agency's own in which the number, the email or the whole name still stands: to be looked at by hand.
    still_found: Vec<RowsOf>,
}

/// Erases a lead for good: rows, files, and Twilio's copies. What lies ahead is called off.
#[utoipa::path(delete, path = "/api/v1/leads/{id}/erasure", operation_id = "erase_lead", tag = "privacy", security(("session" = ["administer"])),
    params(("id" = i64, Path)), responses((status = 200, body = ErasureDone), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn erase(
    State(app): State<App>,
    staff: Staff<Administers>,
    Path(id): Path<String>,
) -> Result<Json<ErasureDone>, Problem> {
    let (lead, person) = person(&app, &id).await?;
    if let Some(reason) = app.store.hold_on(lead).await? {
        return Err(Problem::conflict("legal_hold", "There is a legal hold on this caller").with(reason));
    }
    let done = privacy::erase(&app, &person, &staff.account.id).await.map_err(|error| {
        tracing::error!(error = %format!("{error:#}"), lead, "an erasure failed");
        Problem::try_again("Not everything could be erased")
    })?;
    let done = done.ok_or_else(|| Problem::not_found("Nothing is kept of this lead"))?;
    Ok(Json(ErasureDone {
        appointments_called_off: done.appointments.len(),
        still_found: done
            .left
            .into_iter()
            .map(|(table, rows)| RowsOf { table: table.to_owned(), rows })
            .collect(),
    }))
}

#[derive(Deserialize, ToSchema)]
pub(super) struct NewHold {
    /// Such as "deposit dispute".
    reason: String,
}

/// From now on this lead is neither erased nor forgotten.
#[utoipa::path(put, path = "/api/v1/leads/{id}/hold", operation_id = "place_hold", tag = "privacy", security(("session" = ["administer"])),
    params(("id" = i64, Path)), request_body = NewHold,
    responses((status = 204), (status = 400, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn place_hold(
    State(app): State<App>,
    staff: Staff<Administers>,
    Path(id): Path<String>,
    Body(hold): Body<NewHold>,
) -> Result<StatusCode, Problem> {
    let (lead, _) = person(&app, &id).await?;
    let reason = hold.reason.trim();
    if reason.is_empty() {
        return Err(Problem::bad_request("say why, such as \"deposit dispute\""));
    }
    let mut tx = app.store.begin().await?;
    tx.place_hold(&app.id("hold"), lead, reason, app.now()).await?;
    staff.audit(&app, &mut tx, ("hold_placed", &id, Some(reason))).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The lead may be erased and forgotten again.
#[utoipa::path(delete, path = "/api/v1/leads/{id}/hold", operation_id = "lift_hold", tag = "privacy", security(("session" = ["administer"])),
    params(("id" = i64, Path)), responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn lift_hold(
    State(app): State<App>,
    staff: Staff<Administers>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let (lead, _) = person(&app, &id).await?;
    let mut tx = app.store.begin().await?;
    tx.lift_hold(lead).await?;
    staff.audit(&app, &mut tx, ("hold_lifted", &id, None)).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
