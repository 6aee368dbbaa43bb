//! The router with its limits, and the process that serves it.

use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;

use crate::app::App;
use crate::limits::by_address;
use crate::{brochure, connections, dashboard, documents, intake, pages, telemetry, worker};

pub fn router(app: App) -> Router {
    telemetry::figures();
    intake::router()
        .merge(pages::router())
        .merge(brochure::router())
        .merge(documents::router())
        .merge(dashboard::router())
        .layer(DefaultBodyLimit::max(app.settings.server.webhook_bytes_max))
        .layer(CatchPanicLayer::new())
        .layer(from_fn_with_state(app.clone(), by_address))
        .layer(from_fn_with_state(app.clone(), measured))
        .with_state(app)
}

/// Of every answer that does not say otherwise: nothing is guessed, framed, cached or told on; a page has a policy of its own.
const SAFE_HEADERS: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
];
const NOTHING_RUNS: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'";
const A_YEAR: &str = "max-age=31536000";

/// Counts every request with its time, and gives up on one that takes too long: Twilio then asks the fallback URL.
async fn measured(State(app): State<App>, request: Request, next: Next) -> Response {
    // The route, not the address: an address may hold a person's link.
    let door = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let began = app.now();
    let wait = Duration::from_millis(app.settings.server.webhook_wait_ms);
    let mut response = tokio::time::timeout(wait, next.run(request))
        .await
        .unwrap_or_else(|_| (StatusCode::GATEWAY_TIMEOUT, "this took too long\n").into_response());
    let headers = response.headers_mut();
    for (name, value) in SAFE_HEADERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    // Browsers show a PDF by a plug-in of theirs, which a policy would stop.
    if headers.get(header::CONTENT_TYPE).is_none_or(|kind| kind != "application/pdf") {
        headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(NOTHING_RUNS));
    }
    if app.settings.server.base_url.starts_with("https:") {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(A_YEAR));
    }
    if let Some(door) = door {
        let took = app.now().duration_since(began).as_secs_f64();
        let status = response.status().as_u16().to_string();
        metrics::histogram!("webhook_seconds", "door" => door, "status" => status).record(took);
    }
    response
}

/// Serves until told to stop; then takes no more, lets its calls and browsers go to other nodes, finishes what runs, and closes the
/// database.
pub async fn serve(app: App, listener: TcpListener, stop: CancellationToken) {
    const DRAIN: Duration = Duration::from_secs(15);
    let workers = tokio::spawn(worker::run(app.clone(), stop.clone()));
    let served = connections::serve(router(app.clone()), listener, &app.settings.server, stop.clone());
    let drained = async {
        stop.cancelled().await;
        app.stopping.cancel();
        tokio::time::sleep(DRAIN).await;
    };
    tokio::select! {
        () = served => {}
        () = drained => {}
    }
    drop(workers.await);
    app.store.close().await;
}

/// Ctrl-C or a service manager's SIGTERM.
pub async fn stop_signal() {
    let mut terminate = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(signal) => signal,
        Err(error) => {
            tracing::warn!(error = %error, "SIGTERM cannot be watched for; stop with Ctrl-C");
            return drop(tokio::signal::ctrl_c().await);
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}
