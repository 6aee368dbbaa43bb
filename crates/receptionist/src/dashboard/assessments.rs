//! Colleagues read calls and say how they were: the numbers of the AI's quality are made of this.

use agency::language::Intent;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use jiff::SignedDuration;
use serde::Deserialize;
use store::{Agreement, NewAssessment, ToAssess};
use utoipa::ToSchema;

use super::access::{Reviews, Staff};
use super::input::Body;
use super::problem::Problem;
use crate::app::App;
use crate::scenarios::{Told, export};

/// What went wrong, in the words of the page.
const TAGS: [&str; 5] = ["misheard", "wrong_fact", "too_slow", "should_have_handed_off", "tone"];

/// Calls of the last 30 days that you have not assessed, those most likely to have gone wrong first: at most 50.
#[utoipa::path(get, path = "/api/v1/assessments/queue", operation_id = "list_to_assess", tag = "assessments", security(("session" = ["review"])),
    responses((status = 200, body = [ToAssess]), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(super) async fn queue(
    State(app): State<App>,
    staff: Staff<Reviews>,
) -> Result<Json<Vec<ToAssess>>, Problem> {
    const SHOWN: i64 = 50;
    let since = app.now().saturating_sub(SignedDuration::from_hours(30 * 24)).unwrap_or(app.now());
    Ok(Json(app.store.to_assess(&staff.account.id, since, SHOWN).await?))
}

/// How far colleagues who assessed the same call agree.
#[utoipa::path(get, path = "/api/v1/assessments/agreement", operation_id = "get_agreement", tag = "assessments", security(("session" = ["review"])),
    responses((status = 200, body = Agreement), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(super) async fn agreement(
    State(app): State<App>,
    _staff: Staff<Reviews>,
) -> Result<Json<Agreement>, Problem> {
    Ok(Json(app.store.agreement().await?))
}

#[derive(Deserialize, ToSchema)]
pub(super) struct Assess {
    /// How good the answers were: 1 to 5.
    #[schema(minimum = 1, maximum = 5)]
    score: i64,
    /// What the caller really wanted, of the intents; none: you do not say.
    intent: Option<String>,
    /// misheard, `wrong_fact`, `too_slow`, `should_have_handed_off`, tone.
    #[serde(default)]
    tags: Vec<String>,
    /// At most 1,000 characters.
    comment: Option<String>,
}

/// Says how a call was; whoever says it again changes it.
#[utoipa::path(put, path = "/api/v1/calls/{id}/assessment", operation_id = "assess_call", tag = "assessments", security(("session" = ["review"])),
    params(("id" = String, Path)), request_body = Assess,
    responses((status = 204), (status = 400, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn assess(
    State(app): State<App>,
    staff: Staff<Reviews>,
    Path(id): Path<String>,
    Body(wish): Body<Assess>,
) -> Result<StatusCode, Problem> {
    check(&wish)?;
    let call = app.store.call(&id).await?.ok_or_else(|| Problem::not_found("There is no such call"))?;
    if call.ended.is_none() {
        return Err(Problem::conflict("call_goes_on", "The call goes on; assess it when it is over"));
    }
    let new = NewAssessment {
        id: &app.id("assessment"),
        conversation: &id,
        account: &staff.account.id,
        score: wish.score,
        intent: wish.intent.as_deref(),
        intent_is_right: wish.intent.as_ref().map(|intent| call.intent.as_ref() == Some(intent)),
        tags: wish.tags,
        comment: wish.comment.as_deref().map(str::trim).filter(|comment| !comment.is_empty()),
        now: app.now(),
    };
    let mut tx = app.store.begin().await?;
    tx.assess(&new).await?;
    staff.audit(&app, &mut tx, ("call_assessed", &id, None)).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A call as a scenario file: what the caller did, played on the fictional agency, with the rows it comes to. A test case once the names
/// in it are changed and what it expects is checked.
#[utoipa::path(get, path = "/api/v1/calls/{id}/scenario", operation_id = "get_scenario", tag = "assessments", security(("session" = ["review"])),
    params(("id" = String, Path)),
    responses((status = 200, body = String, content_type = "application/yaml"), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 503, body = Problem)))]
pub(super) async fn scenario(
    State(app): State<App>,
    staff: Staff<Reviews>,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let call = app.store.call(&id).await?.ok_or_else(|| Problem::not_found("There is no such call"))?;
    if call.ended.is_none() {
        return Err(Problem::conflict("call_goes_on", "The call goes on; take it when it is over"));
    }
    let lines = app.store.call_lines(&id).await?;
    let assessments = app.store.assessments_of(&id).await?;
    let mine = assessments.iter().find(|one| one.account == staff.account.id);
    let told = Told {
        name: "A call that a colleague read",
        is_spoken: call.channel == "voice",
        began: call.started,
        lines: &lines,
        intent: mine.and_then(|one| one.intent.as_deref()),
    };
    let file = export(&told).await.map_err(|error| {
        tracing::error!(error = %error, "a call could not be made a scenario");
        Problem::try_again("The call could not be played again")
    })?;
    let mut tx = app.store.begin().await?;
    staff.audit(&app, &mut tx, ("scenario_taken", &id, None)).await?;
    tx.commit().await?;
    Ok(as_file(file))
}

pub(super) fn as_file(scenario: String) -> impl IntoResponse {
    let named = "attachment; filename=\"scenario.yaml\"";
    ([(header::CONTENT_TYPE, "application/yaml"), (header::CONTENT_DISPOSITION, named)], scenario)
}

fn check(wish: &Assess) -> Result<(), Problem> {
    const COMMENT_CHARS_MAX: usize = 1_000;
    if !(1..=5).contains(&wish.score) {
        return Err(Problem::bad_request("score is 1 to 5"));
    }
    if wish.intent.as_deref().is_some_and(|intent| Intent::from_word(intent).is_none()) {
        return Err(Problem::bad_request("intent is one of those of spec §6, such as book_viewing"));
    }
    if let Some(unknown) = wish.tags.iter().find(|tag| !TAGS.contains(&tag.as_str())) {
        return Err(Problem::bad_request(format!("{unknown} is no tag; they are {}", TAGS.join(", "))));
    }
    if wish.comment.as_deref().is_some_and(|comment| comment.chars().count() > COMMENT_CHARS_MAX) {
        return Err(Problem::bad_request("comment has at most 1,000 characters"));
    }
    Ok(())
}
