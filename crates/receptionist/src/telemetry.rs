//! Logs and figures. A log line is a clear message with fields; names, numbers, words and texts of callers never
//! stand in it.

use std::sync::OnceLock;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

/// Logs go to standard error, as text for people or as JSON for machines (`RECEPTIONIST_LOG_JSON=1`).
pub fn start_logging() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = if std::env::var_os("RECEPTIONIST_LOG_JSON").is_some() {
        builder.json().try_init()
    } else {
        builder.compact().try_init()
    };
    // A second start in the same process keeps the first.
    drop(started);
}

/// The process's figures in Prometheus's text form.
pub fn figures() -> &'static PrometheusHandle {
    static FIGURES: OnceLock<PrometheusHandle> = OnceLock::new();
    FIGURES.get_or_init(|| {
        PrometheusBuilder::new().install_recorder().expect("this is the only place that installs a recorder")
    })
}
