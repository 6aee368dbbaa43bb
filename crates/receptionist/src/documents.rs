//! Papers of tenancies: attached by staff, handed out by links that end after a day, to the number on file after a code that went
//! there was read back.

use agency::chat::MediaKind;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jiff::{SignedDuration, Timestamp};
use store::{NewDocument, StoreError};

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
            let headers: [(HeaderName, &str); 2] =
                [(header::CONTENT_TYPE, &media_type), (header::CONTENT_DISPOSITION, "inline")];
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

/// A paper to be kept with a tenancy.
pub struct NewPaper<'a> {
    pub tenant: i64,
    /// contract or other
    pub kind: &'a str,
    /// As the tenant is told it is called.
    pub name: &'a str,
    /// Who attaches it, for the audit.
    pub actor: &'a str,
}

#[derive(Debug, thiserror::Error)]
pub enum NotAttached {
    /// Something is wrong with what was given; nothing was kept.
    #[error("{0}")]
    Unfit(String),
    #[error("the file could not be stored")]
    Failed(#[source] anyhow::Error),
}

impl From<StoreError> for NotAttached {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

/// Keeps a file with a tenancy; gives its id. Only a PDF or a picture, known by its bytes.
pub async fn attach(app: &App, paper: &NewPaper<'_>, bytes: &[u8]) -> Result<String, NotAttached> {
    let unfit = |why: String| Err(NotAttached::Unfit(why));
    if bytes.len() > app.settings.media.bytes_max {
        return unfit("the file is too large; media.bytes_max is the limit".into());
    }
    if !app.store.tenants().await?.iter().any(|known| known.id == paper.tenant) {
        return unfit(format!(
            "there is no tenant {} with a telephone; see the table pm_tenants",
            paper.tenant
        ));
    }
    let file = match inspect(bytes, app.settings.media.pixels_max) {
        Ok(file) if matches!(file.kind, MediaKind::Document | MediaKind::Picture) => file,
        Ok(_) => return unfit("a document is a PDF or a picture".into()),
        Err(why) => return unfit(format!("{why}; give a PDF or a picture")),
    };
    let id = app.id("doc");
    let path = format!("documents/{id}.{}", file.extension);
    let size = i64::try_from(file.bytes.len()).unwrap_or(i64::MAX);
    app.shelf.put(&path, file.bytes).await.map_err(NotAttached::Failed)?;
    let new = NewDocument {
        id: &id,
        kind: paper.kind,
        tenant: paper.tenant,
        name: paper.name,
        path: &path,
        media_type: file.media_type,
        bytes: size,
        now: app.now(),
    };
    let mut tx = app.store.begin().await?;
    tx.attach_document(&new, (&app.id("audit"), paper.actor)).await?;
    tx.commit().await?;
    Ok(id)
}
