//! A call from the webhook to the last text it caused is one trace, whichever nodes worked on it: its id is made of the conversation's,
//! so nothing has to be handed over. Sent by OTLP over HTTP (opentelemetry.io/docs/specs/otlp), in batches, from a thread of its own.

use std::sync::OnceLock;

use anyhow::Context as _;
use opentelemetry::trace::{
    SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState, TracerProvider,
};
use opentelemetry::{Context, KeyValue};
use opentelemetry_otlp::SpanExporter;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use sha2::{Digest, Sha256};
use tracing::{Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::registry::LookupSpan;

use crate::delivery::encrypt;

static PROVIDER: OnceLock<SdkTracerProvider> = OnceLock::new();

/// Nothing is traced unless somebody listens.
pub(super) fn layer<S>() -> anyhow::Result<Option<impl Layer<S>>>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    if std::env::var_os("OTEL_EXPORTER_OTLP_ENDPOINT").is_none() {
        return Ok(None);
    }
    encrypt();
    let exporter = SpanExporter::builder().with_http().build();
    let exporter = exporter.context("OTEL_EXPORTER_OTLP_ENDPOINT cannot be used for traces")?;
    let name = std::env::var("OTEL_SERVICE_NAME").unwrap_or_else(|_| "receptionist".to_owned());
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let resource = Resource::builder().with_service_name(name).with_attribute(version).build();
    let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build();
    let tracer = PROVIDER.get_or_init(|| provider).tracer("receptionist");
    let spans = tracing_opentelemetry::layer().with_tracer(tracer).with_location(false).with_threads(false);
    Ok(Some(spans.with_filter(Targets::new().with_target("receptionist", LevelFilter::INFO))))
}

/// The span becomes part of the conversation's trace.
pub fn of_conversation(span: Span, conversation: &str) -> Span {
    if PROVIDER.get().is_some() {
        let digest: [u8; 32] = Sha256::digest(conversation).into();
        let mut trace = [0; 16];
        trace.copy_from_slice(&digest[..16]);
        let mut root = [0; 8];
        root.copy_from_slice(&digest[16..24]);
        let call = SpanContext::new(
            TraceId::from_bytes(trace),
            SpanId::from_bytes(root),
            TraceFlags::SAMPLED,
            true,
            TraceState::NONE,
        );
        // Refused only for a span that has begun; these have not.
        let _ = span.set_parent(Context::new().with_remote_span_context(call));
    }
    span
}

/// What has not been sent yet is; nothing is traced after that.
pub fn finish() {
    if let Some(provider) = PROVIDER.get()
        && let Err(error) = provider.shutdown()
    {
        tracing::warn!(error = %error, "the last traces could not be sent");
    }
}
