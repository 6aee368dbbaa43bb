//! Acting on a call that goes on: taking it over, giving it back, ending it. Exactly one person holds a call; a failure returns
//! the caller to Sarah.

use agency::crm::{Role, UserId};
use agency::dialogue::summary;
use agency::handoff::Reason;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use store::{CallRow, NewTransfer, OpenTransfer, StoreError};
use utoipa::ToSchema;

use super::access::{Staff, Views, Works};
use super::input::Body;
use super::problem::Problem;
use crate::app::App;
use crate::settings::VoiceMode;

#[derive(Serialize, ToSchema)]
pub(super) struct ColleagueView {
    user: i64,
    name: String,
    role: String,
    /// At an appointment, or on a call.
    is_busy: bool,
}

/// Colleagues with a telephone, whom a call can be given to.
#[utoipa::path(get, path = "/api/v1/colleagues", operation_id = "list_colleagues", tag = "live", security(("session" = ["view"])),
    responses((status = 200, body = [ColleagueView]), (status = 401, body = Problem)))]
pub(super) async fn colleagues(
    State(app): State<App>,
    _staff: Staff<Views>,
) -> Result<Json<Vec<ColleagueView>>, Problem> {
    let colleagues = app.store.colleagues(app.now()).await?.into_iter().map(|colleague| ColleagueView {
        user: colleague.user.0,
        name: colleague.name,
        role: colleague.role,
        is_busy: colleague.is_busy,
    });
    Ok(Json(colleagues.collect()))
}

#[derive(Deserialize, ToSchema)]
pub(super) struct TakeOver {
    /// Whose telephone rings: a colleague's id in the CRM; none: that of whoever asks.
    user: Option<i64>,
}

/// A call that goes on, with what Twilio calls it.
async fn live_call(app: &App, id: &str) -> Result<(CallRow, String), Problem> {
    let no_such = || Problem::not_found("There is no such call");
    let row = app.store.call(id).await?.ok_or_else(no_such)?;
    if row.ended.is_some() {
        return Err(Problem::conflict("call_over", "The call is over"));
    }
    let sid = app.store.call_sid(id).await?;
    sid.map(|sid| (row, sid))
        .ok_or_else(|| Problem::conflict("not_a_call", "A chat cannot be taken over by telephone"))
}

fn held_by(open: Option<OpenTransfer>) -> Problem {
    let problem = Problem::conflict("held", "Somebody has this call, or is being rung for it");
    match open.and_then(|open| open.name) {
        Some(name) => problem.with(format!("{name} has it.")),
        None => problem,
    }
}

/// Takes a call over: the colleague's telephone rings, key 1 joins them to the caller.
///
/// Nobody answers: the caller is back with Sarah, who says so.
#[utoipa::path(post, path = "/api/v1/calls/{id}/take-over", operation_id = "take_over", tag = "live", security(("session" = ["work"])),
    params(("id" = String, Path)), request_body = TakeOver,
    responses((status = 202), (status = 400, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 503, body = Problem)))]
pub(super) async fn take_over(
    State(app): State<App>,
    staff: Staff<Works>,
    Path(id): Path<String>,
    Body(wish): Body<TakeOver>,
) -> Result<StatusCode, Problem> {
    let (call, sid) = live_call(&app, &id).await?;
    let user = wish.user.map(UserId).or(staff.account.user);
    let user = user.ok_or_else(|| {
        Problem::bad_request("your account belongs to nobody in the CRM: say whose telephone shall ring")
    })?;
    let colleagues = app.store.colleagues(app.now()).await?;
    if !colleagues.iter().any(|colleague| colleague.user == user) {
        return Err(Problem::bad_request("this colleague has no telephone number in the CRM"));
    }
    let transfer = app.id("transfer");
    let memory = serde_json::from_str(&call.state).map_err(StoreError::from)?;
    let new = NewTransfer {
        id: &transfer,
        conversation: &id,
        lead: agency::crm::LeadId(call.lead),
        reason: Reason::TakenOver,
        summary: &summary(&memory, Reason::TakenOver),
        caller: Role::Unknown,
        home: None,
        holds: false,
        now: app.now(),
    };
    let mut tx = app.store.begin().await?;
    if !tx.claim_call(&new).await? {
        return Err(held_by(app.store.open_transfer(&id, app.now()).await?));
    }
    staff.audit(&app, &mut tx, ("call_taken_over", &id, Some(&user.0.to_string()))).await?;
    tx.commit().await?;
    let path = format!("/api/voice/taken-over?transfer={transfer}&user={}&line={}", user.0, line(&app));
    if app.twilio.move_call(&sid, &path, app.now()).await.is_err() {
        app.store.end_transfer(&transfer, app.now()).await?;
        return Err(Problem::try_again("The call could not be taken over; it is still with Sarah"));
    }
    Ok(StatusCode::ACCEPTED)
}

/// How the conversation goes on afterwards.
fn line(app: &App) -> &'static str {
    match app.settings.voice.mode {
        VoiceMode::Relay => "relay",
        VoiceMode::Gather => "gather",
    }
}

#[derive(Deserialize, ToSchema)]
pub(super) struct HandBack {
    /// What Sarah should know: one line.
    note: Option<String>,
}

/// Gives the caller back to Sarah, who goes on where she was and does not greet again.
#[utoipa::path(post, path = "/api/v1/calls/{id}/hand-back", operation_id = "hand_back", tag = "live", security(("session" = ["work"])),
    params(("id" = String, Path)), request_body = HandBack,
    responses((status = 202), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 503, body = Problem)))]
pub(super) async fn hand_back(
    State(app): State<App>,
    staff: Staff<Works>,
    Path(id): Path<String>,
    Body(wish): Body<HandBack>,
) -> Result<StatusCode, Problem> {
    const NOTE_CHARS_MAX: usize = 300;
    let (_, sid) = live_call(&app, &id).await?;
    let nobody = || Problem::conflict("not_held", "No colleague has this call");
    let open = app.store.open_transfer(&id, app.now()).await?.ok_or_else(nobody)?;
    let note: Option<String> = wish.note.map(|note| note.trim().chars().take(NOTE_CHARS_MAX).collect());
    let note = note.filter(|note| !note.is_empty());
    let mut tx = app.store.begin().await?;
    if !tx.note_for_sarah(&open.id, note.as_deref()).await? {
        return Err(nobody());
    }
    staff.audit(&app, &mut tx, ("call_handed_back", &id, None)).await?;
    tx.commit().await?;
    let path = format!("/api/voice/handed-back?transfer={}&line={}", open.id, line(&app));
    // The colleague has the call until Twilio asks there how it goes on.
    if app.twilio.move_call(&sid, &path, app.now()).await.is_err() {
        return Err(Problem::try_again("The call could not be handed back; the colleague still has it"));
    }
    Ok(StatusCode::ACCEPTED)
}

/// Ends a call for good.
#[utoipa::path(post, path = "/api/v1/calls/{id}/end", operation_id = "end_call", tag = "live", security(("session" = ["work"])),
    params(("id" = String, Path)),
    responses((status = 202), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 503, body = Problem)))]
pub(super) async fn end(
    State(app): State<App>,
    staff: Staff<Works>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let (_, sid) = live_call(&app, &id).await?;
    let ended = app.twilio.hang_up(&sid, app.now()).await;
    ended.map_err(|_| Problem::try_again("The call could not be ended"))?;
    let mut tx = app.store.begin().await?;
    staff.audit(&app, &mut tx, ("call_ended", &id, None)).await?;
    tx.commit().await?;
    Ok(StatusCode::ACCEPTED)
}
