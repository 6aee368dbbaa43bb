//! One call is one trace: from the webhook over its tools to the texts it caused, and nothing personal in it.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod support;

use std::collections::BTreeSet;
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
    for words in ["I'd like a call back about my deposit", "Grace Mensah", "yes, this number"] {
        call.say(words).await.unwrap();
    }
    call.hang_up();
    let has = |name: &str| spans.lock().unwrap().iter().any(|span| span.name == name);
    for _ in 0..400 {
        if has("deliver") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    process.signal("TERM");
    process.ended();
    let spans = spans.lock().unwrap().clone();
    let traces: BTreeSet<Vec<u8>> = spans.iter().map(|span| span.trace_id.clone()).collect();
    for span in &spans { println!("{} {} {:?}", hex(&span.trace_id), span.name, span.attributes.iter().map(|a| format!("{:?}", a)).collect::<Vec<_>>()); }
    let names: BTreeSet<&str> = spans.iter().map(|span| span.name.as_str()).collect();
    assert_eq!(traces.len(), 1, "{names:?}");
    for name in ["turn", "take_message", "deliver"] {
        assert!(names.contains(name), "{name}: {names:?}");
    }
    let tool = spans.iter().find(|span| span.name == "take_message").unwrap();
    let turn = spans.iter().find(|span| span.span_id == tool.parent_span_id).unwrap();
    assert_eq!(turn.name, "turn", "a tool belongs to its turn");
    let written = format!("{spans:?}").to_lowercase();
    for personal in ["grace", "mensah", "7700900841", "deposit"] {
        assert!(!written.contains(personal), "{personal}");
    }
    store.close().await;
}

fn hex(b: &[u8]) -> String { b.iter().map(|x| format!("{x:02x}")).collect() }
