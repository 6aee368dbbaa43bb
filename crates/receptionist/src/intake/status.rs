//! `POST /api/voice/status`: late, repeated and unordered. A final status ends the call, once.

use axum::extract::State;
use axum::http::StatusCode;

use super::voice::turn_of;
use super::{Refused, Signed};
use crate::app::App;
use crate::conversation::end_call;

/// After these nothing more happens to a call (twilio.com/docs/voice/api/call-resource).
const FINAL: &[&str] = &["completed", "busy", "failed", "no-answer", "canceled"];

pub(super) async fn status(
    State(app): State<App>,
    Signed { form, .. }: Signed,
) -> Result<StatusCode, Refused> {
    let turn = turn_of(&form)?;
    let status = form.get("CallStatus").unwrap_or_default();
    if FINAL.contains(&status) {
        let seconds = form.get("CallDuration").and_then(|seconds| seconds.parse().ok());
        end_call(&app, &turn, seconds).await.map_err(|error| {
            tracing::error!(error = %error, code = error.code(), "the end of a call could not be written; the sweep will end it");
            Refused::try_again()
        })?;
    }
    Ok(StatusCode::NO_CONTENT)
}
