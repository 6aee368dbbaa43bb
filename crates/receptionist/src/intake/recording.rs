//! `POST /api/voice/recording`: how the recording of a call stands; late, repeated and unordered.

use axum::extract::State;
use axum::http::StatusCode;

use super::{Refused, Signed};
use crate::app::App;
use crate::delivery::TwilioRecording;
use crate::recordings::told;

pub(super) async fn recording(
    State(app): State<App>,
    Signed { form, .. }: Signed,
) -> Result<StatusCode, Refused> {
    let call_sid = form.get("CallSid").ok_or(Refused::bad_request("CallSid is missing"))?;
    let recording = TwilioRecording {
        sid: form.get("RecordingSid").ok_or(Refused::bad_request("RecordingSid is missing"))?.to_owned(),
        status: form.get("RecordingStatus").unwrap_or_default().to_owned(),
        duration: form.get("RecordingDuration").map(str::to_owned),
    };
    told(&app, call_sid, &recording).await.map_err(|error| {
        tracing::error!(error = %error, code = error.code(), "what Twilio says of a recording could not be written; it is asked in an hour");
        Refused::try_again()
    })?;
    Ok(StatusCode::NO_CONTENT)
}
