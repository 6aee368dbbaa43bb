//! `POST /api/webhooks/twilio/message-status`: delivery receipts, late, repeated and unordered.

use axum::extract::State;
use axum::http::StatusCode;

use super::{Refused, Signed};
use crate::app::App;
use crate::outbox::take_receipt;

pub(super) async fn message_status(
    State(app): State<App>,
    Signed { form, .. }: Signed,
) -> Result<StatusCode, Refused> {
    let sid = form.get("MessageSid").ok_or(Refused::bad_request("MessageSid is missing"))?;
    let status = form.get("MessageStatus").ok_or(Refused::bad_request("MessageStatus is missing"))?;
    let code = form.get("ErrorCode").and_then(|code| code.parse().ok());
    take_receipt(&app, sid, status, code).await.map_err(|error| {
        tracing::error!(error = %error, code = error.code(), "a receipt could not be written");
        Refused::try_again()
    })?;
    Ok(StatusCode::NO_CONTENT)
}
