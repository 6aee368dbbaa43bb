//! Logs, figures and traces. A log line is a clear message with fields; names, numbers, words and texts of callers never
//! stand in it, nor in a trace.

mod traces;

pub use traces::{finish, of_conversation};

use std::sync::OnceLock;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

/// Logs go to standard error, as text for people or as JSON for machines (`RECEPTIONIST_LOG_JSON=1`); traces to whoever
/// `OTEL_EXPORTER_OTLP_ENDPOINT` names.
pub fn start_logging() -> anyhow::Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = if std::env::var_os("RECEPTIONIST_LOG_JSON").is_some() {
        lines.json().boxed()
    } else {
        lines.compact().boxed()
    };
    let started =
        tracing_subscriber::registry().with(traces::layer()?).with(lines.with_filter(filter)).try_init();
    // A second start in the same process keeps the first.
    drop(started);
    Ok(())
}

/// The process's figures in Prometheus's text form.
pub fn figures() -> &'static PrometheusHandle {
    static FIGURES: OnceLock<PrometheusHandle> = OnceLock::new();
    FIGURES.get_or_init(|| {
        PrometheusBuilder::new().install_recorder().expect("this is the only place that installs a recorder")
    })
}
