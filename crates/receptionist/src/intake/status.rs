//! `POST /api/voice/status`: late, repeated and unordered. A final status ends the call, once.

use axum::extract::State;
use axum::http::StatusCode;

use super::oncall::ring_of;
use super::voice::turn_of;
use super::{Refused, Signed};
use crate::app::App;
use crate::conversation::{Answer, end_call, in_time};
use crate::ladder;

/// After these nothing more happens to a call (twilio.com/docs/voice/api/call-resource).
const FINAL: &[&str] = &["completed", "busy", "failed", "no-answer", "canceled"];

pub(super) async fn status(State(app): State<App>, signed: Signed) -> Result<StatusCode, Refused> {
    let app_of_end = app.clone();
    match in_time(&app, tokio::spawn(async move { Some(take(&app_of_end, signed).await) })).await {
        Answer::Kept(answer) => answer,
        Answer::NoDatabase | Answer::Slow => Err(Refused::try_again()),
    }
}

async fn take(app: &App, signed: Signed) -> Result<StatusCode, Refused> {
    let turn = turn_of(&signed)?;
    let status = signed.form.get("CallStatus").unwrap_or_default();
    if signed.query.get("ring").is_some() {
        return ring_ended(app, &signed, status).await;
    }
    if FINAL.contains(&status) {
        let seconds = signed.form.get("CallDuration").and_then(|seconds| seconds.parse().ok());
        end_call(app, &turn, seconds).await.map_err(|error| {
            tracing::error!(error = %error, code = error.code(), "the end of a call could not be written; the sweep will end it");
            Refused::try_again()
        })?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// A call of ours to somebody on duty.
async fn ring_ended(app: &App, signed: &Signed, status: &str) -> Result<StatusCode, Refused> {
    if FINAL.contains(&status) {
        let ring = ring_of(app, signed).await?;
        ladder::call_ended(app, &ring, status).await.map_err(|error| {
            tracing::error!(error = %error, code = error.code(), "the end of a call to staff could not be written; the ladder goes on by the clock");
            Refused::try_again()
        })?;
    }
    Ok(StatusCode::NO_CONTENT)
}
