//! Tools meet the store: load facts, let the rules decide, commit once, answer from what was committed.

mod booking;
mod brochure;
mod details;
mod emergency;
mod hand_off;
mod pass_on;
mod reading;
mod repair;
mod stop_recording;
mod task;
mod ticket;
mod valuation;
mod viewings;
mod writing;

use agency::tools::raise_emergency::RaiseEmergency;
use agency::tools::{ToolCall, ToolOutcome};
pub(crate) use booking::book_for;
pub(crate) use emergency::alert_without_store;
pub(crate) use hand_off::{Held, colleagues, held};
pub(crate) use reading::diary_facts;
use sha2::{Digest, Sha256};
use store::StoreError;
use tracing::Instrument;
pub(crate) use valuation::{book_valuation_for, call_off_valuation, move_valuation};
pub(crate) use viewings::{call_off, move_to};

use crate::conversation::Talk;

/// Runs a tool. A failure of the store becomes [`ToolOutcome::Failed`]: the caller is told, and nothing was written.
pub(crate) async fn run(talk: &Talk<'_>, call: &ToolCall) -> ToolOutcome {
    let span = tracing::info_span!("tool", otel.name = call.name());
    let outcome = perform(talk, call).instrument(span).await;
    metrics::counter!("tools_total", "tool" => call.name()).increment(1);
    outcome.unwrap_or_else(|error| {
        if let ToolCall::RaiseEmergency(raise) = call {
            alert_without_store(talk.app, &raise.emergency, raise.phone.as_ref());
        }
        tracing::error!(error = %error, code = error.code(), tool = call.name(), "a tool failed");
        ToolOutcome::Failed
    })
}

async fn perform(talk: &Talk<'_>, call: &ToolCall) -> Result<ToolOutcome, StoreError> {
    let key = key(talk, call);
    match call {
        ToolCall::FindProperties(find) => reading::find_properties(talk.app, find).await,
        ToolCall::ViewingSlots(slots) => reading::viewing_slots(talk.app, slots).await,
        ToolCall::BookViewing(book) => once(talk, &key, booking::book_viewing(talk, book, &key)).await,
        ToolCall::BookValuation(book) => once(talk, &key, valuation::book_valuation(talk, book, &key)).await,
        ToolCall::FindTicket(find) => ticket::find_ticket(talk.app, find).await,
        ToolCall::SendCode(find) => once(talk, &key, ticket::send_code(talk, find, &key)).await,
        ToolCall::CheckCode(code) => once(talk, &key, ticket::check_code(talk, code, &key)).await,
        ToolCall::FindViewing(find) => viewings::find_viewing(talk.app, find).await,
        ToolCall::MoveViewing(to) => once(talk, &key, viewings::move_viewing(talk, to, &key)).await,
        ToolCall::CancelViewing(off) => once(talk, &key, viewings::cancel_viewing(talk, off, &key)).await,
        ToolCall::RunningLate(late) => once(talk, &key, viewings::running_late(talk, late, &key)).await,
        ToolCall::SendBrochure(send) => once(talk, &key, brochure::send_brochure(talk, send, &key)).await,
        ToolCall::SendDetails(send) => once(talk, &key, details::send_details(talk, send, &key)).await,
        ToolCall::TakeMessage(message) => once(talk, &key, writing::take_message(talk, message, &key)).await,
        ToolCall::RaiseEmergency(raise) => raise_emergency(talk, raise, &key).await,
        ToolCall::PassOn(to) => once(talk, &key, pass_on::pass_on(talk, to, &key)).await,
        ToolCall::StopRecording(stop) => {
            once(talk, &key, stop_recording::stop_recording(talk, stop, &key)).await
        }
        ToolCall::HandOff(to) => once(talk, &key, hand_off::hand_off(talk, to, &key)).await,
        ToolCall::EmergencyDetails(more) => {
            once(talk, &key, emergency::emergency_details(talk, more, &key)).await
        }
        ToolCall::ReportRepair(repair) => once(talk, &key, repair::report_repair(talk, repair, &key)).await,
    }
}

/// An alert is worth another try: what kept it from being written may have passed.
async fn raise_emergency(
    talk: &Talk<'_>,
    raise: &RaiseEmergency,
    key: &str,
) -> Result<ToolOutcome, StoreError> {
    const TRIES_MAX: usize = 3;
    let mut tried = 1;
    loop {
        match once(talk, key, emergency::raise_emergency(talk, raise, key)).await {
            Err(error) if tried < TRIES_MAX => {
                tracing::warn!(error = %error, code = error.code(), "an alert could not be written; trying again");
                tried += 1;
            }
            other => return other,
        }
    }
}

/// A commit that was made before (its turn was answered twice, or died before its answer was kept) is not made again:
/// it came to what it came to.
async fn once(
    talk: &Talk<'_>,
    key: &str,
    commit: impl Future<Output = Result<ToolOutcome, StoreError>>,
) -> Result<ToolOutcome, StoreError> {
    if let Some(outcome) = done_before(talk, key).await? {
        return Ok(outcome);
    }
    match commit.await {
        Err(StoreError::AlreadyDone) => done_before(talk, key).await?.ok_or(StoreError::AlreadyDone),
        other => other,
    }
}

async fn done_before(talk: &Talk<'_>, key: &str) -> Result<Option<ToolOutcome>, StoreError> {
    let kept = talk.app.store.tool_result(key).await?;
    Ok(kept.map(|json| serde_json::from_str(&json)).transpose()?)
}

/// (call, caller turn, tool, arguments)
fn key(talk: &Talk<'_>, call: &ToolCall) -> String {
    let arguments = serde_json::to_string(call).unwrap_or_default();
    let digest = hex::encode(&Sha256::digest(arguments.as_bytes())[..8]);
    format!("{}:{}:{}:{digest}", talk.conversation, talk.state.turn, call.name())
}

/// The one commit of a tool call: everything it wrote, with its line of the transcript; then the outbox is rung.
async fn commit(
    talk: &Talk<'_>,
    mut tx: store::Tx,
    call: &ToolCall,
    outcome: ToolOutcome,
    key: &str,
) -> Result<ToolOutcome, StoreError> {
    let (arguments, result) = (serde_json::to_string(call)?, serde_json::to_string(&outcome)?);
    let id = talk.app.id("turn");
    tx.record_tool(
        &id,
        &talk.conversation,
        talk.state.turn,
        call.name(),
        &arguments,
        &result,
        key,
        talk.app.now(),
    )
    .await?;
    tx.commit().await?;
    talk.app.outbox_rung.notify_one();
    Ok(outcome)
}
