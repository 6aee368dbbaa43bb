//! `/healthz` (the process), `/readyz` (what it depends on, with the age of the last success), `/metrics`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::app::App;
use crate::telemetry::figures;

pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// Calls can be taken as long as the database answers; what else is down is named, with what it costs written in docs/operations.md.
pub(super) async fn readyz(State(app): State<App>) -> (StatusCode, Json<Value>) {
    let now = app.now();
    let backlog = app.store.outbox_backlog(now).await;
    let reached = &app.reached;
    reached.database.note(backlog.is_ok(), now);
    let all = [
        ("database", &reached.database),
        ("twilio", &reached.twilio),
        ("model", &reached.model),
        ("email", &reached.email),
        ("slack", &reached.slack),
    ];
    let down: Vec<&str> =
        all.iter().filter(|(_, one)| one.is_well() == Some(false)).map(|(name, _)| *name).collect();
    let (waiting, oldest) =
        backlog.as_ref().map_or((None, None), |(waiting, oldest)| (Some(*waiting), *oldest));
    let oldest = oldest.map(|at| now.duration_since(at).as_secs());
    let mut body =
        json!({"ready": backlog.is_ok(), "down": down, "outbox": {"due": waiting, "oldest_due_s": oldest}});
    for (name, one) in all {
        body[name] = one.json(now);
    }
    let status = if backlog.is_ok() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
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
