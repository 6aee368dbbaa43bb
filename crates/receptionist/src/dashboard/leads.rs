//! People who look for a home.

use agency::crm::{LeadId, LeadStatus, Listing};
use agency::language::{Expecting, Said, hear};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::{
    LeadChange, LeadFilter, LeadKnown, LeadView, MessageView, NoteOf, NoteView, TalkedOf, ViewingView,
};
use utoipa::{IntoParams, ToSchema};

use super::access::{Staff, Views, Works};
use super::calls::start_of_day;
use super::edit::{IfMatch, etag};
use super::input::{Body, Query};
use super::page::{Page, PageQuery};
use super::problem::Problem;
use super::users::works_here;
use super::viewings::shown as shown_viewing;
use crate::app::App;
use crate::review::rate;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct LeadQuery {
    /// new, contacted, qualified, `viewing_booked`, `offer_made`, converted or lost.
    status: Option<String>,
    /// hot, warm or cold.
    temperature: Option<String>,
    /// Part of a name; of a number or an address where your role sees them.
    q: Option<String>,
    /// First in touch from this day on, London's.
    from: Option<Date>,
    /// Last day, London's, included.
    to: Option<Date>,
}

fn shown(mut lead: LeadView, staff: &Staff<Views>) -> LeadView {
    (lead.phone, lead.email) = (staff.shown(lead.phone), staff.shown_email(lead.email));
    lead
}

/// Leads: whoever was in touch last, first.
#[utoipa::path(get, path = "/api/v1/leads", operation_id = "list_leads", tag = "leads", security(("session" = ["view"])), params(LeadQuery, PageQuery),
    responses((status = 200, body = Page<LeadView>), (status = 400, body = Problem), (status = 401, body = Problem)))]
pub(super) async fn list(
    State(app): State<App>,
    staff: Staff<Views>,
    Query(query): Query<LeadQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<LeadView>>, Problem> {
    let words = query.q.map(|words| words.trim().to_owned()).filter(|words| !words.is_empty());
    let filter = LeadFilter {
        status: query.status,
        temperature: query.temperature,
        words,
        by_number: staff.account.role.sees_numbers(),
        from: query.from.map(start_of_day),
        until: query.to.and_then(|day| day.tomorrow().ok()).map(start_of_day),
    };
    let paging = page.paging()?;
    let rows = app.store.leads(&filter, &paging).await?;
    Page::of(rows, &paging, |row| (row.updated, row.id), |row| shown(row, &staff)).map(Json)
}

/// A lead with appointments and the latest messages; their calls are `GET /api/v1/calls?lead=`.
#[derive(Serialize, ToSchema)]
pub(super) struct LeadDetail {
    lead: LeadView,
    known: Option<LeadKnown>,
    /// To what they have said stop: service, `new_homes`, survey or all.
    stopped: Vec<String>,
    /// Homes that were spoken of, what they like best first.
    homes: Vec<TalkedOf>,
    viewings: Vec<ViewingView>,
    /// The newest first, at most 50.
    messages: Vec<MessageView>,
    /// What colleagues wrote down, in that order.
    notes: Vec<NoteView>,
}

pub(super) async fn lead(app: &App, id: &str) -> Result<LeadView, Problem> {
    let no_such = || Problem::not_found("There is no such lead; it may have been deleted under retention");
    let id = LeadId(id.parse().map_err(|_| no_such())?);
    app.store.lead(id).await?.ok_or_else(no_such)
}

/// One lead; its `ETag` is what a change of it asks for.
#[utoipa::path(get, path = "/api/v1/leads/{id}", operation_id = "get_lead", tag = "leads", security(("session" = ["view"])), params(("id" = i64, Path)),
    responses((status = 200, body = LeadDetail), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn one(
    State(app): State<App>,
    staff: Staff<Views>,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    const MESSAGES: i64 = 50;
    let lead = lead(&app, &id).await?;
    let id = LeadId(lead.id);
    staff.looked_at(&app, &format!("lead {}", id.0)).await?;
    let viewings = app.store.viewings(None, None, Some(id.0)).await?;
    let mark = etag(&lead)?;
    let detail = LeadDetail {
        lead: shown(lead, &staff),
        known: app.store.known_of(id).await?,
        stopped: app.store.stopped_by(id).await?,
        homes: app.store.talked_of_by(id).await?,
        viewings: viewings.into_iter().map(|row| shown_viewing(row, &staff)).collect(),
        messages: app.store.messages_of(id, None, MESSAGES).await?,
        notes: app.store.notes_of(NoteOf::Lead(id.0)).await?,
    };
    Ok((mark, Json(detail)))
}

#[derive(Deserialize, ToSchema)]
pub(super) struct ChangeLead {
    name: Option<String>,
    email: Option<String>,
    /// new, contacted, qualified, `viewing_booked`, `offer_made`, converted or lost.
    status: Option<String>,
    /// A colleague's id in the CRM; 0: nobody's.
    assigned_to: Option<i64>,
    /// What they look for, as a caller would say it: "to rent, two bedrooms in Maida Vale, up to 2,200 a month". What is not
    /// mentioned stays.
    wants: Option<String>,
}

/// Understood as a caller's words are, and kept with them in the lead's history.
async fn understood(app: &App, words: &str, lead: &LeadView) -> Result<LeadChange, Problem> {
    let known = app.words().await?;
    let listing = match lead.looking_for.as_deref() {
        Some("rent") => Some(Listing::Rent),
        Some("buy") => Some(Listing::Sale),
        _ => None,
    };
    let said = Said {
        alternatives: &[words.to_owned()],
        expecting: Expecting::Anything,
        listing,
        offers: &[],
        now: app.now(),
    };
    let wants = hear(&said, &known.lexicon).wants;
    if wants.is_empty() {
        return Err(Problem::bad_request(
            "nothing in wants is a home: say it as \"to rent, two bedrooms in Maida Vale, up to 2,200 a month\"",
        ));
    }
    Ok(LeadChange {
        wants: Some(wants),
        words: Some(words.to_owned()),
        change_ids: (0..10).map(|_| app.id("change")).collect(),
        ..LeadChange::default()
    })
}

/// Changes a lead: only what is named.
#[utoipa::path(patch, path = "/api/v1/leads/{id}", operation_id = "change_lead", tag = "leads", security(("session" = ["work"])),
    params(("id" = i64, Path), ("If-Match" = String, Header)), request_body = ChangeLead,
    responses((status = 204), (status = 400, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 412, body = Problem), (status = 428, body = Problem)))]
pub(super) async fn change(
    State(app): State<App>,
    staff: Staff<Works>,
    Path(id): Path<String>,
    seen: IfMatch,
    Body(wish): Body<ChangeLead>,
) -> Result<StatusCode, Problem> {
    if wish.status.as_deref().is_some_and(|status| LeadStatus::from_word(status).is_none()) {
        return Err(Problem::bad_request("status is one of those of a lead, such as offer_made"));
    }
    if wish.email.as_deref().is_some_and(|email| !email.contains('@')) {
        return Err(Problem::bad_request("email is an address, such as sam@example.com"));
    }
    works_here(&app, wish.assigned_to, &[]).await?;
    let mut tx = app.store.begin().await?;
    tx.lock_lead(LeadId(lead(&app, &id).await?.id)).await?;
    let mut lead = lead(&app, &id).await?;
    seen.check(&lead)?;
    let said =
        |words: Option<String>| words.map(|words| words.trim().to_owned()).filter(|words| !words.is_empty());
    lead.name = said(wish.name).or(lead.name);
    lead.email = said(wish.email).or(lead.email);
    lead.status = wish.status.unwrap_or(lead.status);
    lead.assigned_to = wish.assigned_to.map_or(lead.assigned_to, |user| Some(user).filter(|user| *user != 0));
    tx.edit_lead(&lead, app.now()).await?;
    if let Some(words) = wish.wants.as_deref().map(str::trim).filter(|words| !words.is_empty()) {
        let change = understood(&app, words, &lead).await?;
        tx.change_lead(LeadId(lead.id), &change, app.now()).await?;
        rate(&mut tx, LeadId(lead.id), app.now()).await?;
    }
    staff.audit(&app, &mut tx, ("lead_changed", &id, Some(&lead.status))).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
