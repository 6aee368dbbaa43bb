//! Repairs that were reported.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use store::TicketView;
use utoipa::IntoParams;

use super::access::{Staff, Views};
use super::input::Query;
use super::problem::Problem;
use crate::app::App;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct TicketQuery {
    /// Such as open or closed: the agency's own word.
    status: Option<String>,
    /// emergency, urgent or normal.
    urgency: Option<String>,
}

/// Repairs: emergencies first, then urgent ones, the newest of each first; at most 200.
#[utoipa::path(get, path = "/api/v1/tickets", operation_id = "list_tickets", tag = "tickets", security(("session" = ["view"])), params(TicketQuery),
    responses((status = 200, body = [TicketView]), (status = 401, body = Problem)))]
pub(super) async fn list(
    State(app): State<App>,
    _staff: Staff<Views>,
    Query(query): Query<TicketQuery>,
) -> Result<Json<Vec<TicketView>>, Problem> {
    let rows = app.store.tickets(query.status.as_deref(), query.urgency.as_deref()).await?;
    Ok(Json(rows))
}
