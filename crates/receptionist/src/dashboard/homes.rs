//! The homes that the agency lets and sells.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use store::HomeView;
use utoipa::IntoParams;

use super::access::{Staff, Views};
use super::input::Query;
use super::page::{Page, PageQuery};
use super::problem::Problem;
use crate::app::App;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct HomeQuery {
    /// Part of a street, reference, postcode or area.
    q: Option<String>,
    /// Such as available: the agency's own word.
    status: Option<String>,
}

/// Homes: those on the market first, by street.
#[utoipa::path(get, path = "/api/v1/properties", operation_id = "list_properties", tag = "properties", security(("session" = ["view"])), params(HomeQuery, PageQuery),
    responses((status = 200, body = Page<HomeView>), (status = 400, body = Problem), (status = 401, body = Problem)))]
pub(super) async fn list(
    State(app): State<App>,
    _staff: Staff<Views>,
    Query(query): Query<HomeQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<HomeView>>, Problem> {
    let paging = page.paging()?;
    let words = query.q.as_deref().map(str::trim).filter(|words| !words.is_empty());
    let rows = app.store.homes(words, query.status.as_deref(), app.now(), &paging).await?;
    Page::of(rows, &paging, HomeView::place, |row| row).map(Json)
}
