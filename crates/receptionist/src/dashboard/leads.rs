//! People who look for a home.

use agency::crm::LeadId;
use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use store::{LeadFilter, LeadView, MessageView, ViewingView};
use utoipa::{IntoParams, ToSchema};

use super::access::{Staff, Views};
use super::input::Query;
use super::page::{Page, paging};
use super::problem::Problem;
use super::viewings::shown as shown_viewing;
use crate::app::App;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct LeadQuery {
    /// new, contacted, qualified, `viewing_booked`, `offer_made`, converted or lost.
    status: Option<String>,
    /// hot, warm or cold.
    temperature: Option<String>,
    /// Part of a name, a number or an address.
    q: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
    /// At most 100.
    limit: Option<i64>,
}

fn shown(mut lead: LeadView, staff: &Staff<Views>) -> LeadView {
    (lead.phone, lead.email) = (staff.shown(lead.phone), staff.shown_email(lead.email));
    lead
}

/// Leads: whoever was in touch last, first.
#[utoipa::path(get, path = "/api/v1/leads", operation_id = "list_leads", tag = "leads", security(("session" = ["view"])), params(LeadQuery),
    responses((status = 200, body = Page<LeadView>), (status = 400, body = Problem), (status = 401, body = Problem)))]
pub(super) async fn list(
    State(app): State<App>,
    staff: Staff<Views>,
    Query(query): Query<LeadQuery>,
) -> Result<Json<Page<LeadView>>, Problem> {
    let words = query.q.map(|words| words.trim().to_owned()).filter(|words| !words.is_empty());
    let filter = LeadFilter { status: query.status, temperature: query.temperature, words };
    let paging = paging(query.after.as_deref(), query.limit)?;
    let rows = app.store.leads(&filter, &paging).await?;
    Ok(Json(Page::of(rows, &paging, |row| (row.updated, row.id.to_string()), |row| shown(row, &staff))))
}

/// A lead with appointments and the latest messages; their calls are `GET /api/v1/calls?lead=`.
#[derive(Serialize, ToSchema)]
pub(super) struct LeadDetail {
    lead: LeadView,
    viewings: Vec<ViewingView>,
    /// The newest first, at most 50.
    messages: Vec<MessageView>,
}

/// One lead.
#[utoipa::path(get, path = "/api/v1/leads/{id}", operation_id = "get_lead", tag = "leads", security(("session" = ["view"])), params(("id" = i64, Path)),
    responses((status = 200, body = LeadDetail), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn one(
    State(app): State<App>,
    staff: Staff<Views>,
    Path(id): Path<String>,
) -> Result<Json<LeadDetail>, Problem> {
    const MESSAGES: i64 = 50;
    let no_such = || Problem::not_found("There is no such lead; it may have been deleted under retention");
    let id = LeadId(id.parse().map_err(|_| no_such())?);
    let lead = app.store.lead(id).await?.ok_or_else(no_such)?;
    let viewings = app.store.viewings(None, None, Some(id.0)).await?;
    let messages = app.store.messages_of(id, MESSAGES).await?;
    Ok(Json(LeadDetail {
        lead: shown(lead, &staff),
        viewings: viewings.into_iter().map(|row| shown_viewing(row, &staff)).collect(),
        messages,
    }))
}
