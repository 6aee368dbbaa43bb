//! Who is rung in an emergency, who is away, and who wants no messages.

use agency::london;
use agency::oncall::{gaps, joined, ladder};
use agency::settings::Day;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use jiff::civil::{DateTime, Time};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::{AbsenceView, List, NewAbsence, NewShift, OptOutView, ShiftView, StoreError};
use utoipa::ToSchema;

use super::access::{Manages, Staff, Views};
use super::edit::{IfMatch, etag};
use super::input::{Body, Query};
use super::page::{Page, PageQuery};
use super::problem::Problem;
use crate::app::App;

/// The rota, with whom it comes to at this moment.
#[derive(Serialize, ToSchema)]
pub(super) struct Rota {
    shifts: Vec<ShiftView>,
    /// Those that are not over.
    absences: Vec<AbsenceView>,
    /// Who would be rung now, in this order; the emergency contact last.
    now: Vec<String>,
    /// When nobody of the rota is on call in the next seven days: then only the emergency contact is rung, if there is one.
    gaps: Vec<Gap>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Gap {
    starts: Timestamp,
    ends: Timestamp,
}

/// Whoever is away comes and goes at the edges of the absences; between them the rota is the same every week.
async fn gaps_ahead(app: &App, absences: &[AbsenceView]) -> Result<Vec<Gap>, StoreError> {
    const AHEAD: SignedDuration = SignedDuration::from_hours(7 * 24);
    let from = app.now();
    let until = from.saturating_add(AHEAD).unwrap_or(from);
    let edges = absences.iter().flat_map(|absence| [absence.starts, absence.ends]);
    let mut edges: Vec<Timestamp> = edges.filter(|edge| (from..until).contains(edge)).collect();
    edges.extend([from, until]);
    edges.sort();
    let mut found = Vec::new();
    for pair in edges.windows(2) {
        found.extend(gaps(&app.store.oncall_rota(pair[0]).await?, (pair[0], pair[1])));
    }
    Ok(joined(found).into_iter().map(|(starts, ends)| Gap { starts, ends }).collect())
}

/// The on-call rota; its `ETag` is of the lines, and is what a change of them asks for.
#[utoipa::path(get, path = "/api/v1/rota", operation_id = "get_rota", tag = "settings", security(("session" = ["view"])),
    responses((status = 200, body = Rota), (status = 401, body = Problem)))]
pub(super) async fn rota(State(app): State<App>, _staff: Staff<Views>) -> Result<impl IntoResponse, Problem> {
    let now = app.now();
    let contact = app.settings.emergency.contact_phone.as_ref();
    let people = ladder(&app.store.oncall_rota(now).await?, contact, now);
    let shifts = app.store.rota().await?;
    let mark = etag(&shifts)?;
    let absences = app.store.absences(now).await?;
    let gaps = gaps_ahead(&app, &absences).await?;
    let now = people.into_iter().map(|person| person.name).collect();
    Ok((mark, Json(Rota { shifts, absences, now, gaps })))
}

#[derive(Deserialize, ToSchema)]
pub(super) struct Shift {
    /// A colleague with a telephone: an id of `GET /api/v1/colleagues`.
    user: i64,
    /// monday to sunday; none: every day.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    days: Vec<Day>,
    /// HH:MM; none: from midnight.
    #[schema(value_type = Option<String>)]
    starts: Option<Time>,
    /// HH:MM; none: until midnight. Before `starts`: over midnight, and part of the day it begins on.
    #[schema(value_type = Option<String>)]
    ends: Option<Time>,
}

impl From<Shift> for NewShift {
    fn from(shift: Shift) -> Self {
        let clock = |time: Time| time.strftime("%H:%M").to_string();
        let days = shift.days.iter().map(|day| day.word().to_owned()).collect();
        Self { user: shift.user, days, starts: shift.starts.map(clock), ends: shift.ends.map(clock) }
    }
}

#[derive(Deserialize, ToSchema)]
pub(super) struct SetRota {
    /// In the order in which they are rung.
    shifts: Vec<Shift>,
}

/// Sets the whole rota: the next emergency rings by it. Somebody must be left to ring.
#[utoipa::path(put, path = "/api/v1/rota", operation_id = "set_rota", tag = "settings", security(("session" = ["manage"])),
    params(("If-Match" = String, Header)), request_body = SetRota,
    responses((status = 204), (status = 400, body = Problem), (status = 403, body = Problem), (status = 412, body = Problem), (status = 428, body = Problem)))]
pub(super) async fn set(
    State(app): State<App>,
    staff: Staff<Manages>,
    seen: IfMatch,
    Body(wish): Body<SetRota>,
) -> Result<StatusCode, Problem> {
    if wish.shifts.is_empty() && app.settings.emergency.contact_phone.is_none() {
        let why = "nobody would be rung in an emergency: keep a line, or set EMERGENCY_CONTACT_PHONE";
        return Err(Problem::bad_request(why));
    }
    for shift in &wish.shifts {
        has_telephone(&app, shift.user).await?;
    }
    let mut tx = app.store.begin().await?;
    tx.lock_list(List::Rota).await?;
    seen.check(&app.store.rota().await?)?;
    let shifts: Vec<NewShift> = wish.shifts.into_iter().map(NewShift::from).collect();
    tx.set_rota(&shifts).await?;
    staff.audit(&app, &mut tx, ("rota_set", "rota", Some(&format!("{} lines", shifts.len())))).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn has_telephone(app: &App, user: i64) -> Result<(), Problem> {
    let known = app.store.colleagues(app.now()).await?;
    if known.iter().any(|colleague| colleague.user.0 == user) {
        return Ok(());
    }
    Err(Problem::bad_request(format!("user {user} is no colleague with a telephone number in the CRM")))
}

#[derive(Deserialize, ToSchema)]
pub(super) struct AddAbsence {
    user: i64,
    /// London's, such as 2026-12-24T09:00.
    #[schema(value_type = String)]
    starts: DateTime,
    #[schema(value_type = String)]
    ends: DateTime,
    reason: Option<String>,
}

/// Somebody will be away: Sarah books nothing with them, and nobody rings them. What is booked already stays.
#[utoipa::path(post, path = "/api/v1/absences", operation_id = "add_absence", tag = "settings", security(("session" = ["manage"])),
    request_body = AddAbsence,
    responses((status = 204), (status = 400, body = Problem), (status = 403, body = Problem)))]
pub(super) async fn add_absence(
    State(app): State<App>,
    staff: Staff<Manages>,
    Body(wish): Body<AddAbsence>,
) -> Result<StatusCode, Problem> {
    if wish.ends <= wish.starts {
        return Err(Problem::bad_request("an absence ends after it starts"));
    }
    has_telephone(&app, wish.user).await?;
    let (id, reason) = (app.id("absence"), wish.reason.as_deref());
    let at = |local: DateTime| london::instant_at(local.date(), local.time());
    let new = NewAbsence { id: &id, user: wish.user, starts: at(wish.starts), ends: at(wish.ends), reason };
    let mut tx = app.store.begin().await?;
    tx.add_absence(&new).await?;
    staff.audit(&app, &mut tx, ("absence_added", &wish.user.to_string(), None)).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// They are not away after all.
#[utoipa::path(delete, path = "/api/v1/absences/{id}", operation_id = "remove_absence", tag = "settings", security(("session" = ["manage"])),
    params(("id" = String, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn remove_absence(
    State(app): State<App>,
    staff: Staff<Manages>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let mut tx = app.store.begin().await?;
    if !tx.remove_absence(&id).await? {
        return Err(Problem::not_found("There is no such absence"));
    }
    staff.audit(&app, &mut tx, ("absence_removed", &id, None)).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who has said stop, the latest first. They take it back themselves, by writing START.
#[utoipa::path(get, path = "/api/v1/opt-outs", operation_id = "list_opt_outs", tag = "settings", security(("session" = ["view"])), params(PageQuery),
    responses((status = 200, body = Page<OptOutView>), (status = 400, body = Problem), (status = 401, body = Problem)))]
pub(super) async fn opt_outs(
    State(app): State<App>,
    staff: Staff<Views>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<OptOutView>>, Problem> {
    let paging = page.paging()?;
    let rows = app.store.opt_outs(&paging).await?;
    let shown = |mut row: OptOutView| {
        let is_email = row.channel == "email";
        let address = Some(row.address);
        let shown = if is_email { staff.shown_email(address) } else { staff.shown(address) };
        row.address = shown.unwrap_or_default();
        row
    };
    Page::of(rows, &paging, |row| (row.recorded, row.id.clone()), shown).map(Json)
}
