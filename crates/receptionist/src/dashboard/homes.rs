//! The homes that the agency lets and sells.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::Deserialize;
use store::HomeRow;
use utoipa::IntoParams;

use super::access::{Staff, Views};
use super::input::Query;
use super::problem::Problem;
use super::view::view;
use crate::app::App;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct HomeQuery {
    /// Part of a street, reference, postcode or area.
    q: Option<String>,
    /// Such as available: the agency's own word.
    status: Option<String>,
}

view! {
    HomeView of HomeRow {
        id: i64,
        reference: String,
        /// rent or sale.
        listing: String,
        status: String,
        address: String,
        postcode: String,
        area: Option<String>,
        bedrooms: Option<i64>,
        property_type: Option<String>,
        /// Whole pounds.
        price: Option<i64>,
        /// month or week; none: for sale.
        rent_period: Option<String>,
        epc_rating: Option<String>,
        agent_name: Option<String>,
        next_viewing: Option<Timestamp>,
        /// How many people have talked of it.
        leads: i64,
    }
}

/// Homes: those on the market first, by street; at most 200.
#[utoipa::path(get, path = "/api/v1/properties", operation_id = "list_properties", tag = "properties", security(("session" = ["view"])), params(HomeQuery),
    responses((status = 200, body = [HomeView]), (status = 401, body = Problem)))]
pub(super) async fn list(
    State(app): State<App>,
    _staff: Staff<Views>,
    Query(query): Query<HomeQuery>,
) -> Result<Json<Vec<HomeView>>, Problem> {
    let words = query.q.as_deref().map(str::trim).filter(|words| !words.is_empty());
    let rows = app.store.homes(words, query.status.as_deref(), app.now()).await?;
    Ok(Json(rows.into_iter().map(HomeView::from).collect()))
}
