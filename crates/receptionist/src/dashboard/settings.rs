//! What staff may edit of the settings: drafted, compared, published, and every version kept.

use agency::london;
use agency::office::Office;
use agency::settings::{AgencyProfile, Greetings, OpeningHours, Retention};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jiff::civil::{Date, Time};
use jiff::{Timestamp, ToSpan};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::StoreError;
use utoipa::ToSchema;

use super::access::{Manages, Staff, Views};
use super::input::Body;
use super::problem::Problem;
use crate::app::App;

pub(super) const SECTIONS: [&str; 5] = ["agency", "hours", "greetings", "office", "retention"];

/// A section as it is published, with what somebody edits of it.
#[derive(Serialize, ToSchema)]
pub(super) struct SectionView {
    section: &'static str,
    version: i64,
    #[schema(value_type = Object)]
    value: Value,
    draft: Option<Draft>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Draft {
    #[schema(value_type = Object)]
    value: Value,
    by: String,
    updated: Timestamp,
}

/// A version that was published.
#[derive(Serialize, ToSchema)]
pub(super) struct PublishedView {
    version: i64,
    #[schema(value_type = Object)]
    value: Value,
    /// None: the configuration, at the first start.
    by: Option<String>,
    published: Timestamp,
}

fn known(section: &str) -> Result<&'static str, Problem> {
    let found = SECTIONS.into_iter().find(|known| *known == section);
    found.ok_or_else(|| {
        Problem::not_found("There is no such section; they are agency, hours, greetings, office, retention")
    })
}

/// A value as this release has it, with what an older one did not know; or what is wrong with it, in words for whoever edits it.
fn checked(section: &str, value: &Value) -> Result<Value, String> {
    fn read<T: DeserializeOwned + Serialize>(
        value: &Value,
        problem: impl Fn(&T) -> Option<&'static str>,
    ) -> Result<Value, String> {
        let read: T = serde_json::from_value(value.clone()).map_err(|error| error.to_string())?;
        let whole = serde_json::to_value(&read).map_err(|error| error.to_string())?;
        problem(&read).map_or(Ok(whole), |problem| Err(problem.to_owned()))
    }
    match section {
        "agency" => read::<AgencyProfile>(value, |_| None),
        "hours" => read(value, OpeningHours::problem),
        "greetings" => read(value, Greetings::problem),
        "retention" => read(value, Retention::problem),
        _ => read(value, Office::problem),
    }
}

/// The settings that staff may edit. They were the configuration's at the first start, and are the database's since.
#[utoipa::path(get, path = "/api/v1/settings", operation_id = "list_settings", tag = "settings", security(("session" = ["view"])),
    responses((status = 200, body = [SectionView]), (status = 401, body = Problem)))]
pub(super) async fn list(
    State(app): State<App>,
    _staff: Staff<Views>,
) -> Result<Json<Vec<SectionView>>, Problem> {
    let mut drafts = app.store.setting_drafts().await?;
    let mut sections = Vec::new();
    for section in SECTIONS {
        let Some(kept) = app.store.setting(section).await? else { continue };
        let at = drafts.iter().position(|draft| draft.section == section);
        let draft = match at.map(|at| drafts.swap_remove(at)) {
            Some(draft) => Some(Draft { value: parsed(&draft.value)?, by: draft.by, updated: draft.updated }),
            None => None,
        };
        let value = parsed(&kept.value)?;
        let value = checked(section, &value).unwrap_or(value);
        sections.push(SectionView { section, version: kept.version, value, draft });
    }
    Ok(Json(sections))
}

fn parsed(json: &str) -> Result<Value, StoreError> {
    Ok(serde_json::from_str(json)?)
}

#[derive(Deserialize, ToSchema)]
pub(super) struct Edit {
    /// `updated` of the draft that you see; none: there was none. Refused if somebody has drafted since.
    seen: Option<Timestamp>,
    #[schema(value_type = Object)]
    value: Value,
}

/// Keeps a draft of a section; callers hear nothing of it.
#[utoipa::path(put, path = "/api/v1/settings/{id}/draft", operation_id = "draft_setting", tag = "settings", security(("session" = ["manage"])),
    params(("id" = String, Path, description = "agency, hours, greetings, office or retention")), request_body = Edit,
    responses((status = 204), (status = 400, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn draft(
    State(app): State<App>,
    staff: Staff<Manages>,
    Path(id): Path<String>,
    Body(edit): Body<Edit>,
) -> Result<StatusCode, Problem> {
    let section = known(&id)?;
    let value = checked(section, &edit.value).map_err(Problem::bad_request)?.to_string();
    let mut tx = app.store.begin().await?;
    if !tx.draft_setting(section, (&value, &staff.account.id), edit.seen, app.now()).await? {
        return Err(changed());
    }
    staff.audit(&app, &mut tx, ("setting_drafted", section, None)).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Drops a draft.
#[utoipa::path(delete, path = "/api/v1/settings/{id}/draft", operation_id = "drop_draft", tag = "settings", security(("session" = ["manage"])),
    params(("id" = String, Path)), responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn drop_draft(
    State(app): State<App>,
    staff: Staff<Manages>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let section = known(&id)?;
    let mut tx = app.store.begin().await?;
    tx.drop_draft(section).await?;
    staff.audit(&app, &mut tx, ("setting_draft_dropped", section, None)).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, ToSchema)]
pub(super) struct Publish {
    /// The version that you compared the draft with: refused if somebody has published since.
    version: i64,
    /// `updated` of the draft that you see: refused if somebody has drafted since.
    draft: Timestamp,
}

fn changed() -> Problem {
    Problem::conflict("changed", "Somebody has drafted or published since").with("Look at it again.")
}

/// Publishes the draft of a section: the next caller hears it, at every node within seconds.
#[utoipa::path(post, path = "/api/v1/settings/{id}/publish", operation_id = "publish_setting", tag = "settings", security(("session" = ["manage"])),
    params(("id" = String, Path)), request_body = Publish,
    responses((status = 204), (status = 400, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn publish(
    State(app): State<App>,
    staff: Staff<Manages>,
    Path(id): Path<String>,
    Body(wish): Body<Publish>,
) -> Result<StatusCode, Problem> {
    let section = known(&id)?;
    let mut tx = app.store.begin().await?;
    let seen = (wish.version, wish.draft);
    let published = tx.publish_setting(section, seen, &staff.account.id, app.now()).await?;
    let value = published.ok_or_else(changed)?;
    // A draft of an older release may not fit any more.
    checked(section, &parsed(&value)?).map_err(Problem::bad_request)?;
    let detail = format!("version {}", wish.version + 1);
    staff.audit(&app, &mut tx, ("setting_published", section, Some(&detail))).await?;
    tx.commit().await?;
    app.read_settings_again().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Every version of a section, the latest first: at most 50. To restore one, draft its value.
#[utoipa::path(get, path = "/api/v1/settings/{id}/versions", operation_id = "list_setting_versions", tag = "settings", security(("session" = ["view"])),
    params(("id" = String, Path)), responses((status = 200, body = [PublishedView]), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn versions(
    State(app): State<App>,
    _staff: Staff<Views>,
    Path(id): Path<String>,
) -> Result<Json<Vec<PublishedView>>, Problem> {
    let mut all = Vec::new();
    for row in app.store.setting_versions(known(&id)?).await? {
        let (version, by, published) = (row.version, row.by, row.published);
        all.push(PublishedView { version, value: parsed(&row.value)?, by, published });
    }
    Ok(Json(all))
}

/// One day of the office's.
#[derive(Serialize, ToSchema)]
pub(super) struct DayView {
    /// London's.
    date: Date,
    /// None: it is closed.
    #[schema(value_type = Option<String>, example = "09:00:00")]
    opens: Option<Time>,
    #[schema(value_type = Option<String>, example = "18:00:00")]
    closes: Option<Time>,
    is_bank_holiday: bool,
    /// It has hours of its own.
    is_exception: bool,
}

/// When the office is open in the next two weeks, by the hours that are published.
#[utoipa::path(get, path = "/api/v1/hours", operation_id = "list_hours", tag = "settings", security(("session" = ["view"])),
    responses((status = 200, body = [DayView]), (status = 401, body = Problem)))]
pub(super) async fn hours(State(app): State<App>, _staff: Staff<Views>) -> Json<Vec<DayView>> {
    const DAYS: usize = 14;
    let hours = app.hours();
    let view = |date: Date| {
        let (opens, closes) = hours.on(date).unzip();
        let is_exception = hours.exceptions.iter().any(|exception| exception.date == date);
        DayView { date, opens, closes, is_bank_holiday: london::is_bank_holiday(date), is_exception }
    };
    Json(london::date_of(app.now()).series(1.day()).take(DAYS).map(view).collect())
}
