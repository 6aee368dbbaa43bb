//! Signing in and out: a password, a second factor where set, an opaque cookie of which only the hash is kept.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::{Account, Audited, Session, Tx};
use utoipa::ToSchema;

use super::access::{Staff, Views, cookie_name, expires};
use super::input::Body;
use super::password;
use super::problem::Problem;
use super::second_factor::is_figure_of;
use crate::app::App;

/// As it is kept: whoever reads the table cannot sign in with it.
pub fn token_hash(token: &str) -> String {
    hex::encode(Sha256::digest(token))
}

#[derive(Deserialize, ToSchema)]
pub(super) struct SignIn {
    email: String,
    password: String,
    /// Six figures of the authenticator, where the account has one.
    figure: Option<String>,
}

/// Who is signed in, and what the pages need to know before anything else.
#[derive(Serialize, ToSchema)]
pub(super) struct Me {
    id: String,
    name: String,
    email: String,
    role: String,
    /// What the role may do: view, work, review, manage, administer.
    permissions: Vec<String>,
    /// The colleague's id in the CRM.
    user: Option<i64>,
    has_second_factor: bool,
    agency: String,
    /// Everything is shown in this time zone.
    time_zone: &'static str,
    /// What the server takes for now.
    now: Timestamp,
    /// Whether the office is open now; and when it opens next, if it is not.
    office_is_open: bool,
    office_opens: Option<Timestamp>,
}

fn me(app: &App, account: Account) -> Me {
    let now = app.now();
    let is_open = app.hours().is_open(now);
    Me {
        permissions: account.role.permissions().map(|permission| permission.to_string()).collect(),
        role: account.role.to_string(),
        user: account.user.map(|user| user.0),
        has_second_factor: account.totp_secret.is_some(),
        id: account.id,
        name: account.name,
        email: account.email,
        agency: app.agency().name.clone(),
        time_zone: "Europe/London",
        office_is_open: is_open,
        office_opens: (!is_open).then(|| app.hours().next_opening(now)),
        now,
    }
}

/// After so many wrong attempts in a row an account rests: a minute, and twice as long with each more, up to an hour.
const FREE_ATTEMPTS: i64 = 5;
const REST: SignedDuration = SignedDuration::from_mins(1);
const REST_MAX: SignedDuration = SignedDuration::from_hours(1);

fn rests_until(failed: i64, now: Timestamp) -> Option<Timestamp> {
    let over = u32::try_from(failed - FREE_ATTEMPTS).ok()?;
    let rest = REST.checked_mul(1 << over.min(6)).unwrap_or(REST_MAX).min(REST_MAX);
    now.checked_add(rest).ok()
}

/// Signs in.
///
/// Sets a cookie that ends after twelve hours without use, and after a week in any case.
#[utoipa::path(post, path = "/api/v1/session", tag = "session", request_body = SignIn, responses(
    (status = 200, body = Me), (status = 401, body = Problem), (status = 429, body = Problem)))]
pub(super) async fn sign_in(
    State(app): State<App>,
    headers: HeaderMap,
    jar: CookieJar,
    Body(wish): Body<SignIn>,
) -> Result<(CookieJar, Json<Me>), Problem> {
    let account = app.store.account_of(&wish.email.trim().to_lowercase()).await?;
    let account = account.filter(|account| !account.is_disabled);
    if let Some(until) = account.as_ref().and_then(|account| account.locked_until)
        && until > app.now()
    {
        return Err(Problem::resting(until.duration_since(app.now()).as_secs() + 1));
    }
    let hash = account.as_ref().and_then(|account| account.password_hash.clone());
    let is_right = password::is_right(wish.password, hash).await.map_err(|error| busy(&error))?;
    let Some(account) = account else { return Err(Problem::wrong_sign_in()) };
    let mut tx = app.store.begin().await?;
    let problem = match (&account.totp_secret, wish.figure.as_deref()) {
        _ if !is_right => Some(Problem::wrong_sign_in()),
        (Some(_), None) => return Err(Problem::figure_needed()),
        (Some(secret), Some(figure)) => {
            let good = is_figure_of(secret, figure, &account.id, &app, &mut tx).await?;
            (!good).then(Problem::wrong_sign_in)
        }
        (None, _) => None,
    };
    if let Some(problem) = problem {
        tx.sign_in_failed(&account.id, rests_until(account.failed_attempts + 1, app.now())).await?;
        tx.commit().await?;
        metrics::counter!("sign_ins_total", "outcome" => "refused").increment(1);
        return Err(problem);
    }
    let cookie = begin(&app, &mut tx, &account, &headers).await?;
    tx.commit().await?;
    metrics::counter!("sign_ins_total", "outcome" => "signed_in").increment(1);
    Ok((jar.add(cookie), Json(me(&app, account))))
}

pub(super) fn busy(error: &anyhow::Error) -> Problem {
    tracing::error!(error = %error, "a password could not be checked");
    Problem::resting(5)
}

async fn begin(
    app: &App,
    tx: &mut Tx,
    account: &Account,
    headers: &HeaderMap,
) -> Result<Cookie<'static>, Problem> {
    const BROWSER_CHARS_MAX: usize = 200;
    let token = app.ids.key();
    let browser = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    let session = Session {
        id: app.id("session"),
        account: account.id.clone(),
        browser: browser.map(|browser| browser.chars().take(BROWSER_CHARS_MAX).collect()),
        created: app.now(),
        seen: app.now(),
        expires: expires(app.now(), app.now()),
    };
    tx.begin_session(&session, &token_hash(&token)).await?;
    let audited = Audited {
        id: &app.id("audit"),
        actor: &account.id,
        action: "signed_in",
        subject: &account.id,
        detail: None,
        now: app.now(),
    };
    tx.audit(&audited).await?;
    Ok(cookie(app, token))
}

fn cookie(app: &App, token: String) -> Cookie<'static> {
    let name = cookie_name(&app.settings);
    Cookie::build((name, token))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(name.starts_with("__Host"))
        .build()
}

/// Who is signed in.
#[utoipa::path(get, path = "/api/v1/session", tag = "session", security(("session" = ["view"])),
    responses((status = 200, body = Me), (status = 401, body = Problem)))]
pub(super) async fn who_am_i(State(app): State<App>, staff: Staff<Views>) -> Json<Me> {
    Json(me(&app, staff.account))
}

/// Signs this browser out.
#[utoipa::path(delete, path = "/api/v1/session", tag = "session", security(("session" = ["view"])),
    responses((status = 204), (status = 401, body = Problem)))]
pub(super) async fn sign_out(
    State(app): State<App>,
    staff: Staff<Views>,
    jar: CookieJar,
) -> Result<(CookieJar, StatusCode), Problem> {
    let mut tx = app.store.begin().await?;
    tx.end_session(&staff.account.id, &staff.session.id).await?;
    staff.audit(&app, &mut tx, ("signed_out", &staff.account.id, None)).await?;
    tx.commit().await?;
    let gone = Cookie::build(cookie_name(&app.settings)).path("/");
    Ok((jar.remove(gone), StatusCode::NO_CONTENT))
}

#[derive(Serialize, ToSchema)]
pub(super) struct SessionView {
    id: String,
    /// As the browser names itself.
    browser: Option<String>,
    created: Timestamp,
    seen: Timestamp,
    expires: Timestamp,
    is_this: bool,
}

/// Where this account is signed in.
#[utoipa::path(get, operation_id = "list_sessions", path = "/api/v1/sessions", tag = "session", security(("session" = ["view"])),
    responses((status = 200, body = [SessionView]), (status = 401, body = Problem)))]
pub(super) async fn list(
    State(app): State<App>,
    staff: Staff<Views>,
) -> Result<Json<Vec<SessionView>>, Problem> {
    let sessions = app.store.sessions_of(&staff.account.id, app.now()).await?;
    let view = |session: Session| SessionView {
        is_this: session.id == staff.session.id,
        id: session.id,
        browser: session.browser,
        created: session.created,
        seen: session.seen,
        expires: session.expires,
    };
    Ok(Json(sessions.into_iter().map(view).collect()))
}

/// Signs out every browser but this one.
#[utoipa::path(delete, operation_id = "end_other_sessions", path = "/api/v1/sessions", tag = "session", security(("session" = ["view"])),
    responses((status = 204), (status = 401, body = Problem)))]
pub(super) async fn end_others(State(app): State<App>, staff: Staff<Views>) -> Result<StatusCode, Problem> {
    let mut tx = app.store.begin().await?;
    for other in app.store.sessions_of(&staff.account.id, app.now()).await? {
        if other.id != staff.session.id {
            tx.end_session(&staff.account.id, &other.id).await?;
        }
    }
    staff.audit(&app, &mut tx, ("other_sessions_ended", &staff.account.id, None)).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Signs one browser of this account out.
#[utoipa::path(delete, operation_id = "end_session", path = "/api/v1/sessions/{id}", tag = "session", security(("session" = ["view"])),
    params(("id" = String, Path)), responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn end(
    State(app): State<App>,
    staff: Staff<Views>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let mut tx = app.store.begin().await?;
    if tx.end_session(&staff.account.id, &id).await? == 0 {
        return Err(Problem::not_found("There is no such session"));
    }
    staff.audit(&app, &mut tx, ("session_ended", &staff.account.id, None)).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_rests_longer_each_time() {
        let now: Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
        let rest = |failed| rests_until(failed, now).map(|until| until.duration_since(now).as_mins());
        assert_eq!([4, 5, 6, 8, 11, 30].map(rest), [None, Some(1), Some(2), Some(8), Some(60), Some(60)]);
    }
}
