//! The brochure of a home as a PDF, behind a signed link: pictures, plan and material information. It is made when it is
//! asked for, from the record as it stands; one of a home that has gone leads nowhere.

mod sheet;

use std::time::Duration;

use agency::crm::PropertyId;
use agency::messages::{Card, PropertyMedia, absolute};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use store::StoreError;

use crate::app::App;
use crate::links::Page;
use crate::media::made_anew;
use sheet::{Sheet, draw};

pub(crate) fn router() -> Router<App> {
    Router::new().route("/brochures/{token}", get(brochure))
}

/// Where the brochure of this home is.
pub(crate) fn link(app: &App, home: PropertyId) -> String {
    app.links.to(Page::Brochure, &home.0.to_string())
}

async fn brochure(State(app): State<App>, Path(token): Path<String>) -> Response {
    let home = app.links.opened(Page::Brochure, &token).and_then(|id| id.parse().ok());
    let made = match home {
        Some(id) => make(&app, PropertyId(id)).await,
        None => Ok(None),
    };
    match made {
        Ok(Some((name, pdf))) => {
            let file = format!("inline; filename=\"{name}.pdf\"");
            let headers: [(HeaderName, &str); 3] = [
                (header::CONTENT_TYPE, "application/pdf"),
                (header::CONTENT_DISPOSITION, &file),
                (header::CACHE_CONTROL, "private, max-age=300"),
            ];
            (headers, pdf).into_response()
        }
        Ok(None) => {
            (StatusCode::NOT_FOUND, "This brochure is not there any more. Please ring us.\n").into_response()
        }
        Err(error) => {
            tracing::error!(error = %error, code = error.code(), "a brochure could not be made");
            let later = "Something went wrong. Please try again in a minute, or ring us.\n";
            (StatusCode::SERVICE_UNAVAILABLE, later).into_response()
        }
    }
}

/// Its reference, and the file.
async fn make(app: &App, id: PropertyId) -> Result<Option<(String, Vec<u8>)>, StoreError> {
    let Some(home) = app.store.property(id).await?.filter(agency::crm::Property::is_available) else {
        return Ok(None);
    };
    let media = app.store.media(id).await?;
    let card = Card::new(&home, &media, app.links.base_url(), "");
    let negotiator = app.store.negotiator_of(&home).await?;
    let (pictures, plan) = pictures(app, &media).await;
    let agency = app.agency().clone();
    let drawing = tokio::task::spawn_blocking(move || {
        draw(&Sheet { card: &card, agency: &agency, negotiator: negotiator.as_ref(), pictures, plan })
    });
    // A sheet that cannot be drawn is as if it were not there; it is told in the log.
    let pdf = drawing.await.ok().flatten();
    if pdf.is_none() {
        tracing::error!(property = id.0, "a brochure could not be drawn");
    }
    Ok(pdf.map(|pdf| (home.reference, pdf)))
}

/// The first pictures, and the plan; those that cannot be had are left out.
async fn pictures(app: &App, media: &PropertyMedia) -> (Vec<Vec<u8>>, Option<Vec<u8>>) {
    const PICTURES_MAX: usize = 4;
    let base = app.links.base_url();
    let urls = media.images.iter().take(PICTURES_MAX).map(|url| absolute(base, url));
    let fetching = futures_util::future::join_all(urls.map(|url| picture(app, url)));
    let plan = async {
        match &media.floor_plan_url {
            Some(url) => picture(app, absolute(base, url)).await,
            None => None,
        }
    };
    let (pictures, plan) = tokio::join!(fetching, plan);
    (pictures.into_iter().flatten().collect(), plan)
}

/// As large as paper shows.
const PIXELS_MAX: u32 = 1_400;

async fn picture(app: &App, url: String) -> Option<Vec<u8>> {
    const WAIT: Duration = Duration::from_secs(4);
    let bytes = tokio::time::timeout(WAIT, app.pictures.fetch(&url)).await.ok()??;
    tokio::task::spawn_blocking(move || made_anew(&bytes, PIXELS_MAX)).await.ok()?
}
