//! `incidents`: emergencies, and the timeline of one, minute by minute, as an insurer asks for it.

use serde_json::json;
use store::{Alert, Store};

use super::terminal::print;
use crate::settings::Settings;

#[derive(clap::Args)]
pub(super) struct Options {
    /// The incident whose timeline is wanted; without it the latest are listed.
    incident: Option<String>,
    /// JSON instead of text.
    #[arg(long)]
    json: bool,
}

pub(super) const EXAMPLES: &str = "Examples:
  receptionist incidents                       the latest emergencies
  receptionist incidents alert_01J… --json     one, step by step";

/// So many are listed.
const LATEST: i64 = 50;

pub(super) async fn run(settings: &Settings, options: &Options) -> anyhow::Result<bool> {
    let store = Store::open(&settings.database_url()).await?;
    let found = match &options.incident {
        Some(id) => timeline(&store, id, options.json).await?,
        None => list(&store, options.json).await?,
    };
    store.close().await;
    Ok(found)
}

async fn list(store: &Store, as_json: bool) -> anyhow::Result<bool> {
    for alert in store.alerts(LATEST).await? {
        if as_json {
            print(&about(&alert).to_string());
        } else {
            let taken = alert.acknowledged_name.as_deref().unwrap_or("nobody yet");
            let place = alert.place.as_deref().unwrap_or("place not known");
            print(&format!(
                "{}  {}  {}  {place}  taken by {taken}",
                alert.id,
                alert.raised_at(),
                alert.hazard
            ));
        }
    }
    Ok(true)
}

fn about(alert: &Alert) -> serde_json::Value {
    json!({
        "id": alert.id, "hazard": alert.hazard, "evidence": alert.evidence, "place": alert.place,
        "raised_at": alert.raised_at().to_string(), "taken_by": alert.acknowledged_name,
        "ticket": alert.ticket().map(|ticket| ticket.0),
    })
}

async fn timeline(store: &Store, id: &str, as_json: bool) -> anyhow::Result<bool> {
    let Some(alert) = store.alert(id).await? else {
        super::terminal::complain(&format!("there is no incident {id}; `receptionist incidents` lists them"));
        return Ok(false);
    };
    let steps = store.alert_steps(id).await?;
    if as_json {
        let steps: Vec<_> = steps
            .iter()
            .map(|(at, step, detail)| json!({"at": at.to_string(), "step": step, "detail": detail}))
            .collect();
        let mut whole = about(&alert);
        whole["steps"] = steps.into();
        print(&whole.to_string());
        return Ok(true);
    }
    for (at, step, detail) in steps {
        let local = agency::london::local(at).strftime("%Y-%m-%d %H:%M:%S");
        print(&format!("{local}  {step}{}", detail.map(|detail| format!(": {detail}")).unwrap_or_default()));
    }
    Ok(true)
}
