//! Emergencies: who has taken them, and taking them.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use store::AlertView;
use utoipa::IntoParams;

use super::access::{Staff, Views, Works};
use super::input::Query;
use super::problem::Problem;
use crate::app::App;
use crate::ladder::{self, Taker};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct AlertQuery {
    /// Only those that nobody has taken.
    #[serde(default)]
    open: bool,
}

/// Emergencies, those that nobody has taken first: at most 100.
#[utoipa::path(get, operation_id = "list_alerts", path = "/api/v1/alerts", tag = "alerts", security(("session" = ["view"])), params(AlertQuery),
    responses((status = 200, body = [AlertView]), (status = 401, body = Problem)))]
pub(super) async fn list(
    State(app): State<App>,
    _staff: Staff<Views>,
    Query(query): Query<AlertQuery>,
) -> Result<Json<Vec<AlertView>>, Problem> {
    const SHOWN: i64 = 100;
    Ok(Json(app.store.incidents(query.open, SHOWN).await?))
}

/// Takes an emergency, by name: nobody else is rung for it, and the caller is told who is coming.
#[utoipa::path(post, operation_id = "acknowledge_alert", path = "/api/v1/alerts/{id}/acknowledge", tag = "alerts", security(("session" = ["work"])), params(("id" = String, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn acknowledge(
    State(app): State<App>,
    staff: Staff<Works>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let alert =
        app.store.alert(&id).await?.ok_or_else(|| Problem::not_found("There is no such emergency"))?;
    let mut tx = app.store.begin().await?;
    let account = &staff.account;
    let taker = Taker { user: account.user, name: &account.name, ring: None, how: "on the dashboard" };
    if !ladder::take(&app, &mut tx, &alert, &taker).await? {
        return Err(Problem::conflict("taken_already", "Somebody has taken it already"));
    }
    staff.audit(&app, &mut tx, ("emergency_acknowledged", &id, None)).await?;
    tx.commit().await?;
    app.outbox_rung.notify_one();
    Ok(StatusCode::NO_CONTENT)
}
