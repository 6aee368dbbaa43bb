//! Everybody of the agency, to give things to.

use axum::Json;
use axum::extract::State;
use store::UserView;

use super::access::{Staff, Views};
use super::problem::Problem;
use crate::app::App;

/// Everybody in the CRM, with a telephone or without; those who have left last.
#[utoipa::path(get, path = "/api/v1/users", operation_id = "list_users", tag = "accounts", security(("session" = ["view"])),
    responses((status = 200, body = [UserView]), (status = 401, body = Problem)))]
pub(super) async fn list(
    State(app): State<App>,
    _staff: Staff<Views>,
) -> Result<Json<Vec<UserView>>, Problem> {
    Ok(Json(app.store.users().await?))
}

/// Nothing is given to nobody, nor to somebody who has left; what they have already may stay theirs.
pub(super) async fn works_here(app: &App, user: Option<i64>, already: &[i64]) -> Result<(), Problem> {
    let Some(user) = user.filter(|user| *user != 0 && !already.contains(user)) else { return Ok(()) };
    if app.store.users().await?.iter().any(|known| known.user == user && known.is_active) {
        return Ok(());
    }
    Err(Problem::bad_request(format!("user {user} is nobody who works here: GET /api/v1/users")))
}
