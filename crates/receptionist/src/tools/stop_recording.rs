//! The caller's switch: the objection is written down, and what there is of the recording goes. Twilio is told to stop at once; if that
//! fails, what it records is deleted when the call is over.

use agency::tools::stop_recording::StopRecording;
use agency::tools::{ToolCall, ToolOutcome};
use store::StoreError;

use super::commit;
use crate::app::App;
use crate::conversation::Talk;

pub(super) async fn stop_recording(
    talk: &Talk<'_>,
    call: &StopRecording,
    key: &str,
) -> Result<ToolOutcome, StoreError> {
    let app = talk.app;
    let mut tx = app.store.begin().await?;
    let of = (talk.conversation.as_str(), talk.lead);
    tx.refuse_recording(of, (&app.id("consent"), &call.words), app.now()).await?;
    let call = ToolCall::StopRecording(call.clone());
    let outcome = commit(talk, tx, &call, ToolOutcome::RecordingStopped, key).await?;
    if let Some(call_sid) = talk.call_sid.clone().filter(|_| talk.state.recorded) {
        // The caller does not wait for Twilio.
        tokio::spawn(stop(app.clone(), call_sid));
    }
    Ok(outcome)
}

async fn stop(app: App, call_sid: String) {
    if app.twilio.stop_recording(&call_sid).await.is_err() {
        tracing::warn!(call_sid, "Twilio goes on recording; it is deleted when the call is over");
    }
}
