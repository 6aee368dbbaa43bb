//! Papers of tenancies: attached by staff, handed out by links that end after a day, to the number on file after a code that went
//! there was read back.

use agency::chat::MediaKind;
use anyhow::Context as _;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jiff::{SignedDuration, Timestamp};
use store::NewDocument;

use crate::app::App;
use crate::links::Page;
use crate::media::inspect;

/// So long a link is good.
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(24);

pub(crate) fn router() -> Router<App> {
    Router::new().route("/documents/{token}", get(document))
}

/// Good for a day.
pub(crate) fn link(app: &App, id: &str) -> String {
    let until = app.now().saturating_add(GOOD_FOR).unwrap_or_default().as_second();
    app.links.to(Page::Document, &format!("{id}~{until}"))
}

/// The document of a link that is ours and has not ended.
fn opened<'t>(app: &App, token: &'t str) -> Option<&'t str> {
    let (id, until) = app.links.opened(Page::Document, token)?.split_once('~')?;
    let until = Timestamp::from_second(until.parse().ok()?).ok()?;
    (app.now() < until).then_some(id)
}

async fn document(State(app): State<App>, Path(token): Path<String>) -> Response {
    match hand_out(&app, &token).await {
        Ok(Some((media_type, bytes))) => {
            let headers: [(HeaderName, &str); 5] = [
                (header::CONTENT_TYPE, &media_type),
                (header::CONTENT_DISPOSITION, "inline"),
                (header::CACHE_CONTROL, "no-store"),
                (header::REFERRER_POLICY, "no-referrer"),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            ];
            (headers, bytes).into_response()
        }
        Ok(None) => {
            (StatusCode::NOT_FOUND, "This link has ended. Please ask us for it again.\n").into_response()
        }
        Err(error) => {
            tracing::error!(error = %error, "a document could not be handed out");
            let later = "Something went wrong. Please try again in a minute, or ring us.\n";
            (StatusCode::SERVICE_UNAVAILABLE, later).into_response()
        }
    }
}

async fn hand_out(app: &App, token: &str) -> anyhow::Result<Option<(String, Vec<u8>)>> {
    let Some(id) = opened(app, token) else { return Ok(None) };
    let Some(document) = app.store.document(id).await? else { return Ok(None) };
    Ok(Some((document.media_type, app.shelf.get(&document.path).await?)))
}

/// Keeps a file with a tenancy; gives its id. Only a PDF or a picture, known by its bytes.
pub async fn attach(
    app: &App,
    (tenant, kind, name): (i64, &str, &str),
    bytes: &[u8],
) -> anyhow::Result<String> {
    anyhow::ensure!(
        bytes.len() <= app.settings.media.bytes_max,
        "the file is too large; media.bytes_max is the limit"
    );
    let is_tenant = app.store.tenants().await?.iter().any(|known| known.id == tenant);
    anyhow::ensure!(is_tenant, "there is no tenant {tenant} with a telephone; see the table pm_tenants");
    let file = inspect(bytes, app.settings.media.pixels_max)
        .map_err(|why| anyhow::anyhow!("{why}; give a PDF or a picture"))?;
    anyhow::ensure!(
        matches!(file.kind, MediaKind::Document | MediaKind::Picture),
        "a document is a PDF or a picture"
    );
    let id = app.id("doc");
    let path = format!("documents/{id}.{}", file.extension);
    let size = i64::try_from(file.bytes.len()).unwrap_or(i64::MAX);
    app.shelf.put(&path, file.bytes).await.context("the file could not be stored")?;
    let new = NewDocument {
        id: &id,
        kind,
        tenant,
        name,
        path: &path,
        media_type: file.media_type,
        bytes: size,
        now: app.now(),
    };
    let mut tx = app.store.begin().await?;
    tx.attach_document(&new, (&app.id("audit"), "the command line")).await?;
    tx.commit().await?;
    Ok(id)
}
