//! The diary: appointments, and why a time is or is not offered.

use agency::crm::PropertyId;
use agency::diary::{Refusal, day};
use agency::london;
use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};
use store::ViewingView;
use utoipa::{IntoParams, ToSchema};

use super::access::{Staff, Views};
use super::input::Query;
use super::problem::Problem;
use crate::app::App;
use crate::tools::diary_facts;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ViewingQuery {
    /// First day, London's.
    from: Date,
    /// Last day, London's, included; at most 31 days in all.
    to: Date,
}

pub(super) fn shown(mut viewing: ViewingView, staff: &Staff<Views>) -> ViewingView {
    viewing.viewer_phone = staff.shown(viewing.viewer_phone);
    viewing
}

/// Viewings and valuations of some days, in their order.
#[utoipa::path(get, path = "/api/v1/viewings", operation_id = "list_viewings", tag = "viewings", security(("session" = ["view"])), params(ViewingQuery),
    responses((status = 200, body = [ViewingView]), (status = 400, body = Problem), (status = 401, body = Problem)))]
pub(super) async fn list(
    State(app): State<App>,
    staff: Staff<Views>,
    Query(query): Query<ViewingQuery>,
) -> Result<Json<Vec<ViewingView>>, Problem> {
    const DAYS_MAX: i32 = 31;
    let days = query.from.until(query.to).map_or(-1, |span| span.get_days());
    if !(0..DAYS_MAX).contains(&days) {
        return Err(Problem::bad_request("from must not be after to, and at most 31 days are shown"));
    }
    let start = |day: Date| london::instant_at(day, Time::midnight());
    let until = query.to.tomorrow().ok().map(start);
    let rows = app.store.viewings(Some(start(query.from)), until, None).await?;
    Ok(Json(rows.into_iter().map(|row| shown(row, &staff)).collect()))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SlotQuery {
    /// None: of a valuation, which takes a valuer and no home of ours.
    property: Option<i64>,
    /// London's.
    day: Date,
}

/// One start of the office's grid.
#[derive(Serialize, ToSchema)]
pub(super) struct SlotView {
    start: Timestamp,
    /// Who would show the home; none: it is not offered.
    negotiator: Option<String>,
    /// Why it is not offered.
    refusal: Option<&'static str>,
}

/// Every time of a day for a home or for a valuation, each with who would come or why Sarah does not offer it: her own judgement.
#[utoipa::path(get, path = "/api/v1/slots", operation_id = "list_slots", tag = "viewings", security(("session" = ["view"])), params(SlotQuery),
    responses((status = 200, body = [SlotView]), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn slots(
    State(app): State<App>,
    _staff: Staff<Views>,
    Query(query): Query<SlotQuery>,
) -> Result<Json<Vec<SlotView>>, Problem> {
    let home = match query.property {
        Some(id) => {
            let found = app.store.property(PropertyId(id)).await?;
            Some(found.ok_or_else(|| Problem::not_found("There is no such home"))?)
        }
        None => None,
    };
    let facts = diary_facts(&app, home.as_ref().map(|home| home.id), home.as_ref(), &[query.day]).await?;
    let view = |(start, judged): (Timestamp, Result<agency::diary::Slot, Refusal>)| match judged {
        Ok(slot) => SlotView { start, negotiator: Some(slot.negotiator_name), refusal: None },
        Err(refusal) => SlotView { start, negotiator: None, refusal: Some(words(refusal)) },
    };
    Ok(Json(day(query.day, &facts).into_iter().map(view).collect()))
}

fn words(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::BankHoliday => "a bank holiday",
        Refusal::Closed => "the office is closed that day",
        Refusal::OutsideHours => "outside the office's hours",
        Refusal::TooSoon => "too soon for whoever would show it",
        Refusal::TenantNeedsNotice => "the tenant needs notice",
        Refusal::NotOnThisDay => "not shown on this weekday",
        Refusal::NotAtThisHour => "not shown at this hour",
        Refusal::PropertyTaken => "somebody views it then",
        Refusal::KeysNotThere => "whoever has the keys is not there",
        Refusal::NobodyWorking => "nobody is working",
        Refusal::EverybodyBusy => "everybody is busy",
    }
}
