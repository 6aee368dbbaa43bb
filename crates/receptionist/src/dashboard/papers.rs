//! Papers of tenancies: attached here, handed by Sarah to whoever has shown that they are the tenant.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use store::PaperView;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::{Staff, Views, Works};
use super::input::Query;
use super::page::{Page, PageQuery};
use super::problem::Problem;
use crate::app::App;
use crate::documents::{NewPaper, NotAttached, attach};

/// With a limit of its own: papers are larger than webhooks.
pub(super) fn routes() -> OpenApiRouter<App> {
    const BYTES_MAX: usize = 32 * 1024 * 1024;
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(remove))
        .routes(routes!(file))
        .routes(routes!(tenants))
        .layer(DefaultBodyLimit::max(BYTES_MAX))
}

#[derive(Serialize, ToSchema)]
pub(super) struct TenantView {
    id: i64,
    name: String,
    address: String,
}

/// Tenants with a telephone: a paper can be kept for them, and a code can reach them.
#[utoipa::path(get, path = "/api/v1/tenants", operation_id = "list_tenants", tag = "documents", security(("session" = ["view"])),
    responses((status = 200, body = [TenantView]), (status = 401, body = Problem)))]
pub(super) async fn tenants(
    State(app): State<App>,
    _staff: Staff<Views>,
) -> Result<Json<Vec<TenantView>>, Problem> {
    let tenants = app.store.tenants().await?;
    let view = |tenant: agency::tools::find_ticket::KnownTenant| TenantView {
        id: tenant.id,
        name: tenant.name,
        address: tenant.home.to_string(),
    };
    Ok(Json(tenants.into_iter().map(view).collect()))
}

/// Papers, the newest first.
#[utoipa::path(get, path = "/api/v1/documents", operation_id = "list_documents", tag = "documents", security(("session" = ["view"])), params(PageQuery),
    responses((status = 200, body = Page<PaperView>), (status = 400, body = Problem), (status = 401, body = Problem)))]
pub(super) async fn list(
    State(app): State<App>,
    _staff: Staff<Views>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<PaperView>>, Problem> {
    let paging = page.paging()?;
    let rows = app.store.papers(&paging).await?;
    Page::of(rows, &paging, |row| (row.created, row.id.clone()), |row| row).map(Json)
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct NewPaperQuery {
    tenant: i64,
    /// As the tenant is told it is called.
    name: String,
    /// contract or other.
    kind: String,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Attached {
    id: String,
}

/// Attaches a PDF or a picture: the body is the file.
#[utoipa::path(post, path = "/api/v1/documents", operation_id = "attach_document", tag = "documents", security(("session" = ["work"])),
    params(NewPaperQuery), request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = Attached), (status = 400, body = Problem), (status = 403, body = Problem)))]
pub(super) async fn add(
    State(app): State<App>,
    staff: Staff<Works>,
    Query(query): Query<NewPaperQuery>,
    bytes: Bytes,
) -> Result<(StatusCode, Json<Attached>), Problem> {
    let name = query.name.trim();
    if name.is_empty() || !["contract", "other"].contains(&query.kind.as_str()) {
        return Err(Problem::bad_request("give a name, and a kind: contract or other"));
    }
    let paper = NewPaper { tenant: query.tenant, kind: &query.kind, name, actor: &staff.account.id };
    match attach(&app, &paper, &bytes).await {
        Ok(id) => Ok((StatusCode::CREATED, Json(Attached { id }))),
        Err(NotAttached::Unfit(why)) => Err(Problem::bad_request(why)),
        Err(NotAttached::Failed(error)) => {
            tracing::error!(error = %format!("{error:#}"), "a paper could not be stored");
            Err(Problem::try_again("The file could not be stored"))
        }
    }
}

/// Hands it out no more; the file is deleted.
#[utoipa::path(delete, path = "/api/v1/documents/{id}", operation_id = "remove_document", tag = "documents", security(("session" = ["work"])),
    params(("id" = String, Path)), responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn remove(
    State(app): State<App>,
    staff: Staff<Works>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let document = app.store.document(&id).await?.ok_or_else(no_such)?;
    let mut tx = app.store.begin().await?;
    tx.remove_document(&id).await?;
    staff.audit(&app, &mut tx, ("document_removed", &id, Some(&document.name))).await?;
    tx.commit().await?;
    // The row decides what is handed out; a file that stays behind is only found by whoever searches the shelf.
    if let Err(error) = app.shelf.delete(&document.path).await {
        tracing::warn!(error = %format!("{error:#}"), document = id, "the file of a removed paper is still there");
    }
    Ok(StatusCode::NO_CONTENT)
}

/// The file itself.
#[utoipa::path(get, path = "/api/v1/documents/{id}/file", operation_id = "get_document", tag = "documents", security(("session" = ["view"])),
    params(("id" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn file(
    State(app): State<App>,
    _staff: Staff<Views>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let document = app.store.document(&id).await?.ok_or_else(no_such)?;
    let bytes = app.shelf.get(&document.path).await.map_err(|error| {
        tracing::error!(error = %format!("{error:#}"), document = id, "a paper could not be read");
        Problem::try_again("The file cannot be read")
    })?;
    let headers: [(HeaderName, &str); 1] = [(header::CONTENT_TYPE, &document.media_type)];
    Ok((headers, bytes).into_response())
}

fn no_such() -> Problem {
    Problem::not_found("There is no such document")
}
