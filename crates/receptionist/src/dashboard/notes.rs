//! What colleagues write down of a lead, a repair, a call or one line of it.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use store::{NewNote, NoteOf, Tx};
use utoipa::ToSchema;

use super::access::{Needs, Reviews, Staff, Views, Works};
use super::input::Body;
use super::problem::Problem;
use super::{leads, tickets};
use crate::app::App;

const CHARS_MAX: usize = 2_000;

#[derive(Deserialize, ToSchema)]
pub(super) struct WriteNote {
    /// 1 to 2,000 characters.
    body: String,
    /// Yours for this note: sent again with the same, it is not written twice.
    key: String,
}

#[derive(Deserialize, ToSchema)]
pub(super) struct WriteCallNote {
    /// 1 to 2,000 characters.
    body: String,
    /// Yours for this note: sent again with the same, it is not written twice.
    key: String,
    /// The line of the call that it is of, by its id; none: the whole call.
    line: Option<String>,
}

/// Writes it down; the transaction is the caller's to commit.
pub(super) async fn write_down<N: Needs>(
    app: &App,
    staff: &Staff<N>,
    tx: &mut Tx,
    (of, body, key): (NoteOf<'_>, &str, &str),
) -> Result<(), Problem> {
    let body = body.trim();
    if body.is_empty() || body.chars().count() > CHARS_MAX {
        return Err(Problem::bad_request("a note has 1 to 2,000 characters"));
    }
    let (id, dedupe_key) = (app.id("note"), format!("{}:{key}", staff.account.id));
    let new =
        NewNote { id: &id, of, account: &staff.account.id, body, dedupe_key: &dedupe_key, now: app.now() };
    if tx.add_note(&new).await? {
        staff.audit(app, tx, ("note_written", &id, None)).await?;
    }
    Ok(())
}

async fn write<N: Needs>(
    app: &App,
    staff: &Staff<N>,
    (of, body, key): (NoteOf<'_>, &str, &str),
) -> Result<StatusCode, Problem> {
    if key.is_empty() {
        return Err(Problem::bad_request("key is not empty"));
    }
    let mut tx = app.store.begin().await?;
    write_down(app, staff, &mut tx, (of, body, key)).await?;
    tx.commit().await?;
    Ok(StatusCode::CREATED)
}

/// Writes a note of a lead.
#[utoipa::path(post, path = "/api/v1/leads/{id}/notes", operation_id = "write_lead_note", tag = "leads", security(("session" = ["work"])),
    params(("id" = i64, Path)), request_body = WriteNote,
    responses((status = 201), (status = 400, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn of_lead(
    State(app): State<App>,
    staff: Staff<Works>,
    Path(id): Path<String>,
    Body(wish): Body<WriteNote>,
) -> Result<StatusCode, Problem> {
    let lead = leads::lead(&app, &id).await?.id;
    write(&app, &staff, (NoteOf::Lead(lead), &wish.body, &wish.key)).await
}

/// Writes a note of a repair.
#[utoipa::path(post, path = "/api/v1/tickets/{id}/notes", operation_id = "write_ticket_note", tag = "tickets", security(("session" = ["work"])),
    params(("id" = i64, Path)), request_body = WriteNote,
    responses((status = 201), (status = 400, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn of_ticket(
    State(app): State<App>,
    staff: Staff<Works>,
    Path(id): Path<String>,
    Body(wish): Body<WriteNote>,
) -> Result<StatusCode, Problem> {
    let ticket = tickets::ticket(&app, &id).await?.id;
    write(&app, &staff, (NoteOf::Ticket(ticket), &wish.body, &wish.key)).await
}

/// Writes a note of a call, or of one line of it.
#[utoipa::path(post, path = "/api/v1/calls/{id}/notes", operation_id = "write_call_note", tag = "calls", security(("session" = ["review"])),
    params(("id" = String, Path)), request_body = WriteCallNote,
    responses((status = 201), (status = 400, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn of_call(
    State(app): State<App>,
    staff: Staff<Reviews>,
    Path(id): Path<String>,
    Body(wish): Body<WriteCallNote>,
) -> Result<StatusCode, Problem> {
    app.store.call(&id).await?.ok_or_else(|| Problem::not_found("There is no such call"))?;
    if let Some(line) = &wish.line {
        let lines = app.store.call_lines(&id).await?;
        let is_there = lines.iter().any(|one| one.id == *line);
        is_there.then_some(()).ok_or_else(|| Problem::not_found("There is no such line in this call"))?;
    }
    write(&app, &staff, (NoteOf::Call(&id, wish.line.as_deref()), &wish.body, &wish.key)).await
}

/// Takes back a note that you wrote.
#[utoipa::path(delete, path = "/api/v1/notes/{id}", operation_id = "remove_note", tag = "leads", security(("session" = ["view"])),
    params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn remove(
    State(app): State<App>,
    staff: Staff<Views>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let mut tx = app.store.begin().await?;
    if !tx.remove_note(&id, &staff.account.id).await? {
        return Err(Problem::not_found("There is no such note of yours"));
    }
    staff.audit(&app, &mut tx, ("note_removed", &id, None)).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
