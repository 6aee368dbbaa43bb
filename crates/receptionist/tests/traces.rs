//! One call is one trace: from the webhook over its tools to the texts it caused, and nothing personal in it.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod support;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use receptionist::rehearsal::AGENCY_NUMBER;
use support::process::{serve_with, stage};

type Spans = Arc<Mutex<Vec<Span>>>;

async fn take(State(spans): State<Spans>, body: Bytes) {
    let request = ExportTraceServiceRequest::decode(body).unwrap();
    let scopes = request.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
    spans.lock().unwrap().extend(scopes.flat_map(|scope| scope.spans));
}

/// Whoever collects traces, on the loopback.
async fn collector() -> (String, Spans) {
    let spans = Spans::default();
    let app = Router::new().route("/v1/traces", post(take)).with_state(spans.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    (url, spans)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_one_trace_from_the_webhook_to_the_text() {
    let (url, spans) = collector().await;
    let database = testkit::sqlite();
    let (store, network, port) = stage(&database).await;
    let traced = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", url.as_str()),
        ("OTEL_BSP_SCHEDULE_DELAY", "50"),
        ("VOICE_MODE", "gather"),
    ];
    let process = serve_with(port, &database.url, network.rest_url(), &traced).await;
    let mut call = network.ring("+447700900841", AGENCY_NUMBER).await.unwrap();
    call.say("it's Grace Mensah at 9 Elgin Avenue, I can smell gas").await.unwrap();
    call.hang_up();
    let of_the_call = || {
        let all = spans.lock().unwrap().clone();
        let call = all.iter().find(|span| span.name == "turn").map(|turn| turn.trace_id.clone());
        all.into_iter().filter(|span| Some(&span.trace_id) == call.as_ref()).collect::<Vec<_>>()
    };
    for _ in 0..400 {
        if of_the_call().iter().any(|span| span.name == "deliver") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    process.signal("TERM");
    process.ended();
    let spans = of_the_call();
    let names: Vec<&str> = spans.iter().map(|span| span.name.as_str()).collect();
    assert!(names.contains(&"deliver"), "{names:?}");
    assert_eq!(
        names.iter().filter(|name| **name == "turn").count(),
        2,
        "the greeting and the report: {names:?}"
    );
    let tool = spans.iter().find(|span| span.name == "raise_emergency").unwrap();
    let turn = spans.iter().find(|span| span.span_id == tool.parent_span_id).unwrap();
    assert_eq!(turn.name, "turn", "a tool belongs to its turn");
    let written = format!("{spans:?}").to_lowercase();
    for personal in ["grace", "mensah", "7700900841", "elgin", "smell"] {
        assert!(!written.contains(personal), "{personal}");
    }
    store.close().await;
}
