//! One-time links by which somebody chooses a password.

use agency::staff::password_problem;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use store::{Audited, Tx};
use utoipa::ToSchema;

use super::input::Body;
use super::password;
use super::problem::Problem;
use super::session::{busy, token_hash};
use crate::app::App;

#[derive(Deserialize, ToSchema)]
pub(super) struct NewPassword {
    /// From the link that an administrator gave.
    token: String,
    password: String,
}

/// Chooses a password by a one-time link.
///
/// Every browser of the account is signed out.
#[utoipa::path(post, path = "/api/v1/password", tag = "session", request_body = NewPassword, responses(
    (status = 204), (status = 400, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn choose_password(
    State(app): State<App>,
    Body(wish): Body<NewPassword>,
) -> Result<StatusCode, Problem> {
    let gone = || Problem::not_found("This link has been used, or is too old").with("Ask for a new one.");
    let token = token_hash(&wish.token);
    let account = app.store.link_of(&token, app.now()).await?.ok_or_else(gone)?;
    let account =
        app.store.account(&account).await?.filter(|account| !account.is_disabled).ok_or_else(gone)?;
    if let Some(problem) = password_problem(&wish.password, &account.email) {
        return Err(Problem::bad_request(problem));
    }
    // Before the transaction: hashing takes its time, and calls write too.
    let hash = password::hash(wish.password).await.map_err(|error| busy(&error))?;
    let mut tx = app.store.begin().await?;
    tx.use_link(&token, app.now()).await?.ok_or_else(gone)?;
    tx.set_password(&account.id, &hash, app.now()).await?;
    tx.end_sessions(&account.id).await?;
    let (id, own) = (app.id("audit"), &account.id);
    let chosen = Audited {
        id: &id,
        actor: own,
        action: "password_chosen",
        subject: own,
        detail: None,
        now: app.now(),
    };
    tx.audit(&chosen).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A link by which somebody chooses a password, good for a day.
pub async fn invite(app: &App, tx: &mut Tx, account: &str) -> Result<String, store::StoreError> {
    const GOOD_FOR: SignedDuration = SignedDuration::from_hours(24);
    let token = app.ids.key();
    let until = app.now().saturating_add(GOOD_FOR).unwrap_or(Timestamp::MAX);
    tx.add_link(&token_hash(&token), account, until).await?;
    Ok(format!("{}/welcome#{token}", app.links.base_url()))
}
