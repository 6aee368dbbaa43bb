//! Repairs that were reported.

use agency::repairs::trade_of;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use store::{ContractorView, NoteOf, NoteView, TicketView};
use utoipa::{IntoParams, ToSchema};

use super::access::{Staff, Views, Works};
use super::edit::{IfMatch, etag};
use super::input::{Body, Query};
use super::notes::write_down;
use super::page::{Page, PageQuery};
use super::problem::Problem;
use super::staffing::mask;
use super::users::works_here;
use crate::app::App;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct TicketQuery {
    /// `true`: only those still to be done; `false`: only those that are resolved or closed.
    is_open: Option<bool>,
    /// emergency, urgent or normal.
    urgency: Option<String>,
}

/// Repairs: emergencies first, then urgent ones, the newest of each first.
#[utoipa::path(get, path = "/api/v1/tickets", operation_id = "list_tickets", tag = "tickets", security(("session" = ["view"])), params(TicketQuery, PageQuery),
    responses((status = 200, body = Page<TicketView>), (status = 400, body = Problem), (status = 401, body = Problem)))]
pub(super) async fn list(
    State(app): State<App>,
    staff: Staff<Views>,
    Query(query): Query<TicketQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<TicketView>>, Problem> {
    let paging = page.paging()?;
    let rows = app.store.tickets(query.is_open, query.urgency.as_deref(), &paging).await?;
    Page::of(rows, &paging, TicketView::place, |row| shown(row, &staff)).map(Json)
}

fn shown(mut ticket: TicketView, staff: &Staff<Views>) -> TicketView {
    ticket.tenant_phone = staff.shown(ticket.tenant_phone);
    ticket
}

pub(super) async fn ticket(app: &App, id: &str) -> Result<TicketView, Problem> {
    let no_such = || Problem::not_found("There is no such repair");
    let id: i64 = id.parse().map_err(|_| no_such())?;
    app.store.ticket(id).await?.ok_or_else(no_such)
}

/// A repair, with who sees to such.
#[derive(Serialize, ToSchema)]
pub(super) struct TicketDetail {
    #[serde(flatten)]
    ticket: TicketView,
    /// Of its trade, in the order in which they are called out.
    contractors: Vec<ContractorView>,
    /// What colleagues wrote down, in that order: why it was changed, among others.
    notes: Vec<NoteView>,
}

/// One repair; its `ETag` is what a change of it asks for.
#[utoipa::path(get, path = "/api/v1/tickets/{id}", operation_id = "get_ticket", tag = "tickets", security(("session" = ["view"])), params(("id" = i64, Path)),
    responses((status = 200, body = TicketDetail), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn one(
    State(app): State<App>,
    staff: Staff<Views>,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let ticket = ticket(&app, &id).await?;
    staff.looked_at(&app, &format!("ticket {id}")).await?;
    let mark = etag(&ticket)?;
    let mut contractors = app.store.all_contractors().await?;
    contractors.retain(|one| trade_of(&ticket.category) == Some(one.trade.as_str()));
    mask(&mut contractors, &staff);
    let notes = app.store.notes_of(NoteOf::Ticket(ticket.id)).await?;
    Ok((mark, Json(TicketDetail { ticket: shown(ticket, &staff), contractors, notes })))
}

#[derive(Deserialize, ToSchema)]
pub(super) struct ChangeTicket {
    /// open, `in_progress`, resolved or closed.
    status: Option<String>,
    /// emergency, urgent or normal.
    urgency: Option<String>,
    /// A colleague's id in the CRM.
    assigned_to: Option<i64>,
    /// Why it is more or less urgent, or what was done: asked for when its urgency changes and when it is resolved or closed, and kept
    /// as a note.
    reason: Option<String>,
}

impl ChangeTicket {
    fn check(&self) -> Result<(), Problem> {
        let is_one_of =
            |word: &Option<String>, of: &[&str]| word.as_deref().is_none_or(|word| of.contains(&word));
        if !is_one_of(&self.status, &["open", "in_progress", "resolved", "closed"]) {
            return Err(Problem::bad_request("status is one of open, in_progress, resolved, closed"));
        }
        if !is_one_of(&self.urgency, &["emergency", "urgent", "normal"]) {
            return Err(Problem::bad_request("urgency is one of emergency, urgent, normal"));
        }
        Ok(())
    }

    /// "urgent → normal: the heating is on again": what is kept of it as a note.
    fn note(&self, before: &TicketView) -> Result<Option<String>, Problem> {
        let turned = |wish: &Option<String>, was: &str| {
            let wish = wish.as_deref().filter(|wish| *wish != was)?;
            Some(format!("{was} → {wish}").replace('_', " "))
        };
        let (urgency, status) =
            (turned(&self.urgency, &before.urgency), turned(&self.status, &before.status));
        let is_done = matches!(self.status.as_deref(), Some("resolved" | "closed"));
        let reason = self.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
        if reason.is_none() && (urgency.is_some() || (status.is_some() && is_done)) {
            return Err(Problem::bad_request(
                "say why in reason: how urgent it is changes, or it is resolved or closed",
            ));
        }
        let turned: Vec<String> = [urgency, status].into_iter().flatten().collect();
        Ok(reason.map(|reason| match turned.as_slice() {
            [] => reason.to_owned(),
            turned => format!("{}: {reason}", turned.join(", ")),
        }))
    }
}

/// Changes a repair: only what is named. One of an emergency that nobody has taken is not changed.
#[utoipa::path(patch, path = "/api/v1/tickets/{id}", operation_id = "change_ticket", tag = "tickets", security(("session" = ["work"])),
    params(("id" = i64, Path), ("If-Match" = String, Header)), request_body = ChangeTicket,
    responses((status = 204), (status = 400, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 428, body = Problem)))]
pub(super) async fn change(
    State(app): State<App>,
    staff: Staff<Works>,
    Path(id): Path<String>,
    seen: IfMatch,
    Body(wish): Body<ChangeTicket>,
) -> Result<StatusCode, Problem> {
    wish.check()?;
    works_here(&app, wish.assigned_to, &[]).await?;
    let mut tx = app.store.begin().await?;
    tx.lock_ticket(ticket(&app, &id).await?.id).await?;
    let mut ticket = ticket(&app, &id).await?;
    seen.check(&ticket)?;
    if app.store.incidents(true, i64::MAX).await?.iter().any(|alert| alert.ticket == Some(ticket.id)) {
        return Err(Problem::conflict("emergency_open", "Nobody has taken this emergency")
            .with("Take it first, by name."));
    }
    if let Some(body) = wish.note(&ticket)? {
        write_down(&app, &staff, &mut tx, (NoteOf::Ticket(ticket.id), &body, &app.id("change"))).await?;
    }
    ticket.status = wish.status.unwrap_or(ticket.status);
    ticket.urgency = wish.urgency.unwrap_or(ticket.urgency);
    ticket.assigned_to = wish.assigned_to.or(ticket.assigned_to);
    tx.edit_ticket(&ticket).await?;
    let what = format!("{}, {}", ticket.status, ticket.urgency);
    staff.audit(&app, &mut tx, ("ticket_changed", &id, Some(&what))).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
