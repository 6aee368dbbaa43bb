//! Who asks, and whether they may: a handler that takes a [`Staff`] cannot be reached otherwise.

use std::marker::PhantomData;

use agency::staff::Permission;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum_extra::extract::CookieJar;
use jiff::{SignedDuration, Timestamp};
use store::{Account, Audited, Session, StoreError, Tx};

use super::problem::Problem;
use super::session::token_hash;
use crate::app::App;
use crate::settings::Settings;

/// What a handler needs.
pub(crate) trait Needs: Send + Sync {
    const PERMISSION: Permission;
}

macro_rules! needs {
    ($($name:ident => $permission:ident),+) => {
        $(pub(crate) struct $name;
        impl Needs for $name {
            const PERMISSION: Permission = Permission::$permission;
        })+
    };
}
needs!(Views => View, Works => Work, Reviews => Review, Manages => Manage, Administers => Administer);

/// Somebody who is signed in and may do what this handler needs.
pub(crate) struct Staff<N: Needs> {
    pub(crate) account: Account,
    pub(crate) session: Session,
    needs: PhantomData<N>,
}

/// A session that nobody uses ends after so long, and any after a week.
const IDLE_MAX: SignedDuration = SignedDuration::from_hours(12);
const SESSION_MAX: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Its use is written down this often.
const SEEN_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// When a session that began then and is used now ends.
pub(super) fn expires(began: Timestamp, now: Timestamp) -> Timestamp {
    let idle = now.saturating_add(IDLE_MAX).unwrap_or(Timestamp::MAX);
    idle.min(began.saturating_add(SESSION_MAX).unwrap_or(Timestamp::MAX))
}

/// `__Host-` binds it to this host and to https; a demo on plain http cannot have that.
pub(super) fn cookie_name(settings: &Settings) -> &'static str {
    if settings.server.base_url.starts_with("https:") { "__Host-session" } else { "session" }
}

/// Who holds this cookie.
pub(super) async fn signed_in(app: &App, jar: &CookieJar) -> Result<(Account, Session), Problem> {
    let token = jar.get(cookie_name(&app.settings)).ok_or_else(Problem::not_signed_in)?;
    let session = app.store.session(&token_hash(token.value()), app.now()).await?;
    let session = session.ok_or_else(Problem::not_signed_in)?;
    let account = app.store.account(&session.account).await?.filter(|account| !account.is_disabled);
    let account = account.ok_or_else(Problem::not_signed_in)?;
    if app.now().duration_since(session.seen) >= SEEN_EVERY {
        let mut tx = app.store.begin().await?;
        tx.session_seen(&session.id, app.now(), expires(session.created, app.now())).await?;
        tx.commit().await?;
    }
    Ok((account, session))
}

impl<N: Needs> FromRequestParts<App> for Staff<N> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let (account, session) = signed_in(app, &CookieJar::from_headers(&parts.headers)).await?;
        app.limiters.account(&account.id).map_err(|time| {
            metrics::counter!("requests_limited_total", "of" => "account").increment(1);
            Problem::too_often(time)
        })?;
        if !account.role.may(N::PERMISSION) {
            return Err(Problem::forbidden());
        }
        Ok(Self { account, session, needs: PhantomData })
    }
}

impl<N: Needs> Staff<N> {
    /// A number or address as this account may see it.
    pub(crate) fn shown(&self, number: Option<String>) -> Option<String> {
        if self.account.role.sees_numbers() {
            number
        } else {
            number.map(|number| agency::staff::masked(&number))
        }
    }

    /// An email address as this account may see it.
    pub(crate) fn shown_email(&self, email: Option<String>) -> Option<String> {
        let hidden = |email: String| email.split_once('@').map(|(_, host)| format!("•••@{host}"));
        if self.account.role.sees_numbers() { email } else { email.and_then(hidden) }
    }

    /// Writes down who looked at whose record, once an hour.
    pub(crate) async fn looked_at(&self, app: &App, subject: &str) -> Result<(), StoreError> {
        let id = format!("look:{}:{subject}:{}", self.account.id, app.now().strftime("%Y-%m-%dT%H"));
        if app.store.is_audited(&id).await? {
            return Ok(());
        }
        let mut tx = app.store.begin().await?;
        let (actor, now) = (self.account.id.as_str(), app.now());
        tx.audit(&Audited { id: &id, actor, action: "looked_at", subject, detail: None, now }).await?;
        tx.commit().await
    }

    /// Writes down who did it, with what they did.
    pub(crate) async fn audit(
        &self,
        app: &App,
        tx: &mut Tx,
        (action, subject, detail): (&str, &str, Option<&str>),
    ) -> Result<(), StoreError> {
        let id = app.id("audit");
        tx.audit(&Audited { id: &id, actor: &self.account.id, action, subject, detail, now: app.now() }).await
    }
}
