//! Acting on a call that goes on: taking it over, giving it back, ending it. Exactly one person holds a call; a failure returns
//! the caller to Sarah.

use agency::crm::{Role, UserId};
use agency::dialogue::summary;
use agency::handoff::Reason;
use agency::triage;
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
    let colleagues = crate::tools::colleagues(&app).await?;
    if !colleagues.iter().any(|colleague| colleague.user == user) {
        return Err(Problem::bad_request(
            "this colleague has no telephone number in the CRM, or one that may not be rung ([limits] in the settings)",
        ));
    }
    let transfer = app.id("transfer");
    let memory = agency::conversation::State::read(&call.state).map_err(StoreError::from)?;
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
    if app.twilio.move_call(&sid, &path).await.is_err() {
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
    let (_, sid) = live_call(&app, &id).await?;
    let nobody = || Problem::conflict("not_held", "No colleague has this call");
    let open = app.store.open_transfer(&id, app.now()).await?.ok_or_else(nobody)?;
    let note = wish.note.as_deref().and_then(one_line);
    let mut tx = app.store.begin().await?;
    if !tx.note_for_sarah(&open.id, note.as_deref()).await? {
        return Err(nobody());
    }
    staff.audit(&app, &mut tx, ("call_handed_back", &id, None)).await?;
    tx.commit().await?;
    let path = format!("/api/voice/handed-back?transfer={}&line={}", open.id, line(&app));
    // The colleague has the call until Twilio asks there how it goes on.
    if app.twilio.move_call(&sid, &path).await.is_err() {
        return Err(Problem::try_again("The call could not be handed back; the colleague still has it"));
    }
    Ok(StatusCode::ACCEPTED)
}

#[derive(Deserialize, ToSchema)]
pub(super) struct Whisper {
    /// What Sarah shall know or do, at most 300 characters; the caller does not hear it.
    words: String,
}

/// Whispers to Sarah: her model reads it before its next answer, within the same rules as ever.
#[utoipa::path(post, path = "/api/v1/calls/{id}/whisper", operation_id = "whisper", tag = "live", security(("session" = ["work"])),
    params(("id" = String, Path)), request_body = Whisper,
    responses((status = 202), (status = 400, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn whisper(
    State(app): State<App>,
    staff: Staff<Works>,
    Path(id): Path<String>,
    Body(wish): Body<Whisper>,
) -> Result<StatusCode, Problem> {
    let words = one_line(&wish.words).ok_or_else(|| Problem::bad_request("words are missing"))?;
    if app.models.is_none() {
        return Err(Problem::conflict(
            "no_model",
            "Without a model Sarah keeps to her rules; take the call over",
        ));
    }
    app.store.call(&id).await?.ok_or_else(|| Problem::not_found("There is no such call"))?;
    let mut tx = app.store.begin().await?;
    if !tx.whisper(&app.id("turn"), (&id, &words), app.now()).await? {
        return Err(Problem::conflict("call_over", "The call is over"));
    }
    staff.audit(&app, &mut tx, ("whispered", &id, None)).await?;
    tx.commit().await?;
    Ok(StatusCode::ACCEPTED)
}

fn one_line(words: &str) -> Option<String> {
    const CHARS_MAX: usize = 300;
    let words: String = words.trim().chars().take(CHARS_MAX).collect();
    Some(words).filter(|words| !words.is_empty())
}

#[derive(Deserialize, ToSchema)]
pub(super) struct MarkEmergency {
    /// Of `GET /api/v1/hazards`.
    hazard: String,
}

/// Marks a call as an emergency: the caller hears the safety words at once, and the on-call chain is rung.
#[utoipa::path(post, path = "/api/v1/calls/{id}/emergency", operation_id = "mark_emergency", tag = "live", security(("session" = ["work"])),
    params(("id" = String, Path)), request_body = MarkEmergency,
    responses((status = 202), (status = 400, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 503, body = Problem)))]
pub(super) async fn mark_emergency(
    State(app): State<App>,
    staff: Staff<Works>,
    Path(id): Path<String>,
    Body(wish): Body<MarkEmergency>,
) -> Result<StatusCode, Problem> {
    let unknown = || Problem::bad_request("hazard is one of those that GET /api/v1/hazards names");
    let hazard = triage::emergencies().find(|hazard| hazard.hazard == wish.hazard).ok_or_else(unknown)?;
    let (_, sid) = live_call(&app, &id).await?;
    if let Some(open) = app.store.open_transfer(&id, app.now()).await? {
        return Err(held_by(Some(open)));
    }
    let mut tx = app.store.begin().await?;
    staff.audit(&app, &mut tx, ("emergency_marked", &id, Some(&hazard.hazard))).await?;
    tx.commit().await?;
    let (mark, line) = (app.id("mark"), line(&app));
    let path = format!("/api/voice/marked?mark={mark}&hazard={}&line={line}", hazard.hazard);
    let moved = app.twilio.move_call(&sid, &path).await;
    moved.map_err(|_| {
        Problem::try_again("The caller could not be reached; ring the on-call colleague yourself")
    })?;
    Ok(StatusCode::ACCEPTED)
}

/// Dangers of the triage table for which people are rung, by name.
#[utoipa::path(get, path = "/api/v1/hazards", operation_id = "list_hazards", tag = "live", security(("session" = ["view"])),
    responses((status = 200, body = [String]), (status = 401, body = Problem)))]
pub(super) async fn hazards(_staff: Staff<Views>) -> Json<Vec<String>> {
    Json(triage::emergencies().map(|hazard| hazard.hazard.clone()).collect())
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
    let ended = app.twilio.hang_up(&sid).await;
    ended.map_err(|_| Problem::try_again("The call could not be ended"))?;
    let mut tx = app.store.begin().await?;
    staff.audit(&app, &mut tx, ("call_ended", &id, None)).await?;
    tx.commit().await?;
    Ok(StatusCode::ACCEPTED)
}
