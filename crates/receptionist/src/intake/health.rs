//! `/healthz` (the process), `/readyz` (what it depends on, with the age of the last success), `/metrics`.

use std::sync::Mutex;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::app::App;
use crate::telemetry::figures;

pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// When each dependency last answered, in this process.
static DATABASE_ANSWERED: Mutex<Option<Timestamp>> = Mutex::new(None);

pub(super) async fn readyz(State(app): State<App>) -> (StatusCode, Json<Value>) {
    let now = app.now();
    let backlog = app.store.outbox_backlog(now).await;
    let mut answered = DATABASE_ANSWERED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if backlog.is_ok() {
        *answered = Some(now);
    }
    let age = |at: Option<Timestamp>| at.map(|at| now.duration_since(at).as_secs());
    let (waiting, oldest) =
        backlog.as_ref().map_or((None, None), |(waiting, oldest)| (Some(*waiting), age(*oldest)));
    let twilio = app.twilio.last_success();
    let status = if backlog.is_ok() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = json!({
        "database": {"ok": backlog.is_ok(), "last_success_s": age(*answered)},
        "twilio": {"last_success_s": age(twilio)},
        "outbox": {"due": waiting, "oldest_due_s": oldest},
    });
    (status, Json(body))
}

pub(super) async fn metrics(State(app): State<App>) -> String {
    if let Ok(promises) = app.store.promises(app.now()).await {
        let by_state = [
            ("kept", promises.kept),
            ("broken", promises.broken),
            ("open", promises.open),
            ("overdue", promises.overdue),
        ];
        for (state, count) in by_state {
            #[expect(clippy::cast_precision_loss, reason = "a count of calls is far below 2^52")]
            metrics::gauge!("promised_call_backs", "state" => state).set(count as f64);
        }
    }
    figures().render()
}
