//! Accounts of colleagues, and who did what.

use agency::crm::UserId;
use agency::staff::StaffRole;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::{Account, AuditRow, NewAccount, StoreError};
use utoipa::{IntoParams, ToSchema};

use super::access::{Administers, Staff};
use super::input::{Body, Query};
use super::invitation::invite;
use super::problem::Problem;
use super::users::works_here;
use crate::app::App;

#[derive(Serialize, ToSchema)]
pub(super) struct AccountView {
    id: String,
    email: String,
    name: String,
    role: String,
    user: Option<i64>,
    is_disabled: bool,
    has_password: bool,
    has_second_factor: bool,
    created: Timestamp,
}

fn view(account: Account) -> AccountView {
    AccountView {
        role: account.role.to_string(),
        user: account.user.map(|user| user.0),
        has_password: account.password_hash.is_some(),
        has_second_factor: account.totp_secret.is_some(),
        id: account.id,
        email: account.email,
        name: account.name,
        is_disabled: account.is_disabled,
        created: account.created,
    }
}

/// Everybody who may sign in.
#[utoipa::path(get, operation_id = "list_accounts", path = "/api/v1/accounts", tag = "accounts", security(("session" = ["administer"])),
    responses((status = 200, body = [AccountView]), (status = 403, body = Problem)))]
pub(super) async fn list(
    State(app): State<App>,
    _staff: Staff<Administers>,
) -> Result<Json<Vec<AccountView>>, Problem> {
    Ok(Json(app.store.accounts().await?.into_iter().map(view).collect()))
}

#[derive(Deserialize, ToSchema)]
pub(super) struct CreateAccount {
    email: String,
    name: String,
    /// admin, manager, negotiator, reviewer or `read_only`.
    role: String,
    /// The colleague's id in the CRM: their own tasks and viewings. Not said: whoever has this address there.
    user: Option<i64>,
}

/// Where a password is chosen, once, within a day.
#[derive(Serialize, ToSchema)]
pub(super) struct Invitation {
    id: String,
    link: String,
}

fn role(word: &str) -> Result<StaffRole, Problem> {
    let known = StaffRole::ALL.iter().map(|role| role.word()).collect::<Vec<_>>().join(", ");
    StaffRole::from_word(word).ok_or_else(|| Problem::bad_request(format!("role is one of {known}")))
}

/// A new account. Nobody but its owner ever knows the password: they choose it by the link.
#[utoipa::path(post, operation_id = "create_account", path = "/api/v1/accounts", tag = "accounts", security(("session" = ["administer"])), request_body = CreateAccount,
    responses((status = 201, body = Invitation), (status = 400, body = Problem), (status = 403, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn create(
    State(app): State<App>,
    staff: Staff<Administers>,
    Body(wish): Body<CreateAccount>,
) -> Result<(StatusCode, Json<Invitation>), Problem> {
    let role = role(&wish.role)?;
    let email = wish.email.trim().to_lowercase();
    let is_address = email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
    if !is_address || wish.name.trim().is_empty() {
        return Err(Problem::bad_request("give a name and an email address"));
    }
    works_here(&app, wish.user, &[]).await?;
    let id = app.id("account");
    let new = NewAccount {
        id: &id,
        email: &email,
        name: wish.name.trim(),
        role,
        user: wish.user.map(UserId),
        now: app.now(),
    };
    let mut tx = app.store.begin().await?;
    match tx.add_account(&new).await {
        Err(StoreError::AlreadyDone) => {
            return Err(Problem::conflict("account_exists", "There is an account with this address"));
        }
        other => other?,
    }
    let link = invite(&app, &mut tx, &id).await?;
    staff.audit(&app, &mut tx, ("account_created", &id, Some(role.word()))).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(Invitation { id, link })))
}

#[derive(Deserialize, ToSchema)]
pub(super) struct ChangeAccount {
    role: Option<String>,
    is_disabled: Option<bool>,
    /// The colleague's id in the CRM; 0: nobody's.
    user: Option<i64>,
}

/// Changes a role or whose account it is, or lets somebody sign in no more; that takes effect at once, everywhere.
#[utoipa::path(patch, operation_id = "change_account", path = "/api/v1/accounts/{id}", tag = "accounts", security(("session" = ["administer"])),
    params(("id" = String, Path)), request_body = ChangeAccount,
    responses((status = 200, body = AccountView), (status = 400, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn change(
    State(app): State<App>,
    staff: Staff<Administers>,
    Path(id): Path<String>,
    Body(wish): Body<ChangeAccount>,
) -> Result<Json<AccountView>, Problem> {
    let account =
        app.store.account(&id).await?.ok_or_else(|| Problem::not_found("There is no such account"))?;
    let new_role = wish.role.as_deref().map_or(Ok(account.role), role)?;
    let is_disabled = wish.is_disabled.unwrap_or(account.is_disabled);
    if id == staff.account.id && (is_disabled || new_role != StaffRole::Admin) {
        return Err(Problem::conflict(
            "own_account",
            "Nobody takes the keys from themselves; ask another administrator",
        ));
    }
    works_here(&app, wish.user, &[]).await?;
    let user = wish.user.map_or(account.user, |user| Some(UserId(user)).filter(|user| user.0 != 0));
    let mut tx = app.store.begin().await?;
    tx.change_account(&id, (new_role, user), is_disabled, app.now()).await?;
    let whose = user.map_or(String::new(), |user| format!(", user {}", user.0));
    let detail = format!("{}{whose}{}", new_role.word(), if is_disabled { ", disabled" } else { "" });
    staff.audit(&app, &mut tx, ("account_changed", &id, Some(&detail))).await?;
    tx.commit().await?;
    Ok(Json(view(Account { role: new_role, user, is_disabled, ..account })))
}

/// A new link to choose a password, for somebody who forgot theirs.
#[utoipa::path(post, operation_id = "make_link", path = "/api/v1/accounts/{id}/link", tag = "accounts", security(("session" = ["administer"])),
    params(("id" = String, Path)),
    responses((status = 201, body = Invitation), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn link(
    State(app): State<App>,
    staff: Staff<Administers>,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<Invitation>), Problem> {
    app.store.account(&id).await?.ok_or_else(|| Problem::not_found("There is no such account"))?;
    let mut tx = app.store.begin().await?;
    let link = invite(&app, &mut tx, &id).await?;
    staff.audit(&app, &mut tx, ("link_made", &id, None)).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(Invitation { id, link })))
}

#[derive(Serialize, ToSchema)]
pub(super) struct AuditView {
    id: String,
    /// Who: the account's name, or its id where it is gone.
    actor: String,
    action: String,
    subject: String,
    detail: Option<String>,
    happened: Timestamp,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct AuditQuery {
    /// true: who looked at which call, lead or repair (once an hour), instead of who changed what.
    #[serde(default)]
    looks: bool,
}

/// Who did what, or looked at whom, the latest first: 200 entries.
#[utoipa::path(get, operation_id = "read_audit", path = "/api/v1/audit", tag = "accounts", security(("session" = ["administer"])), params(AuditQuery),
    responses((status = 200, body = [AuditView]), (status = 403, body = Problem)))]
pub(super) async fn audit(
    State(app): State<App>,
    _staff: Staff<Administers>,
    Query(query): Query<AuditQuery>,
) -> Result<Json<Vec<AuditView>>, Problem> {
    const SHOWN: i64 = 200;
    let view = |row: AuditRow| AuditView {
        id: row.id,
        actor: row.actor,
        action: row.action,
        subject: row.subject,
        detail: row.detail,
        happened: row.happened,
    };
    Ok(Json(app.store.audited(query.looks, SHOWN).await?.into_iter().map(view).collect()))
}
