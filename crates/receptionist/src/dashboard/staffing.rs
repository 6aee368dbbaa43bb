//! Who works when, and which contractors are called out.

use std::collections::BTreeMap;

use agency::oncall::is_hours_of_contractor;
use agency::phone::PhoneNumber;
use agency::repairs::trades;
use agency::settings::Day;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use jiff::civil::Time;
use serde::{Deserialize, Serialize};
use store::{ContractorView, List, NewContractor, WorkingHours};
use utoipa::ToSchema;

use super::access::{Manages, Staff, Views};
use super::edit::{IfMatch, etag};
use super::input::Body;
use super::problem::Problem;
use super::users::works_here;
use crate::app::App;

/// Who works on these days between these times.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub(super) struct WorkingLine {
    /// A colleague's id in the CRM.
    user: i64,
    #[schema(value_type = Vec<String>)]
    days: Vec<Day>,
    /// HH:MM.
    #[schema(value_type = String)]
    starts: Time,
    #[schema(value_type = String)]
    ends: Time,
}

/// Who works when. Whoever has no line works the office's hours.
#[derive(Serialize, ToSchema)]
pub(super) struct Working {
    lines: Vec<WorkingLine>,
}

/// The same hours of the same person are one line.
fn lines(hours: &[WorkingHours]) -> Vec<WorkingLine> {
    let mut together: BTreeMap<(i64, &str, &str), Vec<Day>> = BTreeMap::new();
    for one in hours {
        let day = Day::ALL.into_iter().find(|day| day.word() == one.weekday);
        together.entry((one.user, &one.starts, &one.ends)).or_default().extend(day);
    }
    let line = |((user, starts, ends), mut days): ((i64, &str, &str), Vec<Day>)| {
        days.sort_by_key(|day| day.weekday().to_monday_zero_offset());
        Some(WorkingLine { user, days, starts: starts.parse().ok()?, ends: ends.parse().ok()? })
    };
    together.into_iter().filter_map(line).collect()
}

/// Who works when: viewings and valuations are booked with whoever does. Its `ETag` is what a change of it asks for.
#[utoipa::path(get, path = "/api/v1/working-hours", operation_id = "get_working_hours", tag = "settings", security(("session" = ["view"])),
    responses((status = 200, body = Working), (status = 401, body = Problem)))]
pub(super) async fn working(
    State(app): State<App>,
    _staff: Staff<Views>,
) -> Result<impl IntoResponse, Problem> {
    let hours = app.store.working_hours().await?;
    Ok((etag(&hours)?, Json(Working { lines: lines(&hours) })))
}

#[derive(Deserialize, ToSchema)]
pub(super) struct SetWorking {
    lines: Vec<WorkingLine>,
}

/// Sets everybody's hours: what is booked already stays.
#[utoipa::path(put, path = "/api/v1/working-hours", operation_id = "set_working_hours", tag = "settings", security(("session" = ["manage"])),
    params(("If-Match" = String, Header)), request_body = SetWorking,
    responses((status = 204), (status = 400, body = Problem), (status = 403, body = Problem), (status = 412, body = Problem), (status = 428, body = Problem)))]
pub(super) async fn set_working(
    State(app): State<App>,
    staff: Staff<Manages>,
    seen: IfMatch,
    Body(wish): Body<SetWorking>,
) -> Result<StatusCode, Problem> {
    let hours = wished(&app, &wish.lines).await?;
    let mut tx = app.store.begin().await?;
    tx.lock_list(List::WorkingHours).await?;
    seen.check(&app.store.working_hours().await?)?;
    tx.set_working_hours(&hours).await?;
    staff.audit(&app, &mut tx, ("working_hours_set", "working_hours", None)).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn wished(app: &App, lines: &[WorkingLine]) -> Result<Vec<WorkingHours>, Problem> {
    let clock = |time: Time| time.strftime("%H:%M").to_string();
    let before: Vec<i64> = app.store.working_hours().await?.iter().map(|one| one.user).collect();
    let mut hours: Vec<WorkingHours> = Vec::new();
    for line in lines {
        works_here(app, Some(line.user), &before).await?;
        if line.user == 0 || line.days.is_empty() || line.starts >= line.ends {
            return Err(Problem::bad_request(
                "each line is somebody's, has a day at least, and starts before it ends",
            ));
        }
        for day in &line.days {
            let (weekday, starts, ends) = (day.word().to_owned(), clock(line.starts), clock(line.ends));
            let clashes = |one: &WorkingHours| {
                one.user == line.user && one.weekday == weekday && one.starts < ends && starts < one.ends
            };
            if hours.iter().any(clashes) {
                return Err(Problem::bad_request(format!(
                    "two lines of user {} overlap on {weekday}",
                    line.user
                )));
            }
            hours.push(WorkingHours { user: line.user, weekday, starts, ends });
        }
    }
    Ok(hours)
}

/// Contractors, with the trades that repairs call out.
#[derive(Serialize, ToSchema)]
pub(super) struct Contractors {
    contractors: Vec<ContractorView>,
    trades: Vec<&'static str>,
}

/// Who is called out, in this order for each trade. Its `ETag` is what a change of it asks for.
#[utoipa::path(get, path = "/api/v1/contractors", operation_id = "get_contractors", tag = "settings", security(("session" = ["view"])),
    responses((status = 200, body = Contractors), (status = 401, body = Problem)))]
pub(super) async fn contractors(
    State(app): State<App>,
    staff: Staff<Views>,
) -> Result<impl IntoResponse, Problem> {
    let mut contractors = app.store.all_contractors().await?;
    let mark = etag(&contractors)?;
    mask(&mut contractors, &staff);
    Ok((mark, Json(Contractors { contractors, trades: trades() })))
}

/// Many are one person with their own mobile.
pub(super) fn mask(contractors: &mut [ContractorView], staff: &Staff<Views>) {
    for one in contractors {
        one.phone = staff.shown(Some(std::mem::take(&mut one.phone))).unwrap_or_default();
    }
}

#[derive(Deserialize, ToSchema)]
pub(super) struct ContractorWish {
    /// One of `trades`.
    trade: String,
    name: String,
    phone: String,
    /// `24 hours`, or `07:00-22:00` every day; none: not in emergencies.
    hours: Option<String>,
}

#[derive(Deserialize, ToSchema)]
pub(super) struct SetContractors {
    contractors: Vec<ContractorWish>,
}

/// Sets the whole list: the next emergency names them.
#[utoipa::path(put, path = "/api/v1/contractors", operation_id = "set_contractors", tag = "settings", security(("session" = ["manage"])),
    params(("If-Match" = String, Header)), request_body = SetContractors,
    responses((status = 204), (status = 400, body = Problem), (status = 403, body = Problem), (status = 412, body = Problem), (status = 428, body = Problem)))]
pub(super) async fn set_contractors(
    State(app): State<App>,
    staff: Staff<Manages>,
    seen: IfMatch,
    Body(wish): Body<SetContractors>,
) -> Result<StatusCode, Problem> {
    let new = wish.contractors.into_iter().map(contractor).collect::<Result<Vec<_>, _>>()?;
    let mut tx = app.store.begin().await?;
    tx.lock_list(List::Contractors).await?;
    seen.check(&app.store.all_contractors().await?)?;
    tx.set_contractors(&new).await?;
    let detail = format!("{} lines", new.len());
    staff.audit(&app, &mut tx, ("contractors_set", "contractors", Some(&detail))).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

fn contractor(wish: ContractorWish) -> Result<NewContractor, Problem> {
    let phone = PhoneNumber::parse(&wish.phone)
        .map_err(|_| Problem::bad_request(format!("{} is no telephone number", wish.phone)))?;
    if !trades().contains(&wish.trade.as_str()) {
        return Err(Problem::bad_request(format!("trade is one of {}", trades().join(", "))));
    }
    let hours = wish.hours.map(|hours| hours.trim().to_owned()).filter(|hours| !hours.is_empty());
    if hours.as_deref().is_some_and(|hours| !is_hours_of_contractor(hours)) {
        return Err(Problem::bad_request("hours are `24 hours`, or such as 07:00-22:00"));
    }
    let name = wish.name.trim().to_owned();
    if name.is_empty() {
        return Err(Problem::bad_request("a contractor has a name"));
    }
    Ok(NewContractor { trade: wish.trade, name, phone, hours })
}
