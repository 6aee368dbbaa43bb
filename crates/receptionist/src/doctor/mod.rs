//! Is everything there to answer real calls? Each check says what it found and, where something is missing, what to do.

mod inside;
mod outside;

use jiff::Timestamp;
use serde::Serialize;
use store::Store;

use crate::settings::Settings;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Ok,
    /// Calls are answered, but something that the agency counts on is missing.
    Warn,
    /// Callers would not be served.
    Fail,
    /// The agency does not use it.
    Skipped,
}

/// What a check came to.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    pub check: &'static str,
    pub verdict: Verdict,
    pub found: String,
    /// What to do about it.
    pub fix: Option<String>,
}

impl Finding {
    fn ok(check: &'static str, found: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Ok, found: found.into(), fix: None }
    }

    fn skipped(check: &'static str, found: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Skipped, found: found.into(), fix: None }
    }

    fn warn(check: &'static str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Warn, found: found.into(), fix: Some(fix.into()) }
    }

    fn fail(check: &'static str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Fail, found: found.into(), fix: Some(fix.into()) }
    }
}

/// Every check, in the order in which an agency goes live.
pub async fn examine(settings: &Settings, now: Timestamp) -> Vec<Finding> {
    let (store, database) = inside::database(settings).await;
    let mut findings = vec![database];
    findings.extend(outside::look(settings).await);
    if let Some(store) = store {
        findings.extend(of_the_agency(&store, settings, now).await);
        store.close().await;
    }
    findings
}

async fn of_the_agency(store: &Store, settings: &Settings, now: Timestamp) -> Vec<Finding> {
    let unread = |check, error: &store::StoreError| {
        Finding::fail(check, format!("the database could not be read: {error}"), "See the check `database`.")
    };
    let mut findings = vec![
        inside::on_call(store, settings, now).await.unwrap_or_else(|error| unread("on_call", &error)),
        inside::accounts(store).await.unwrap_or_else(|error| unread("accounts", &error)),
        inside::recording(store, settings).await.unwrap_or_else(|error| unread("recording", &error)),
        inside::backup(store, now).await.unwrap_or_else(|error| unread("backup", &error)),
    ];
    findings
        .extend(inside::rehearsals(store).await.unwrap_or_else(|error| vec![unread("rehearsals", &error)]));
    findings
}
