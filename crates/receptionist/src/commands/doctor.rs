//! `doctor`: what is missing before real callers are answered; `twilio connect`: the number's webhooks.

use anyhow::Context;
use serde_json::json;

use super::terminal::{complain, print};
use crate::clock::Clock;
use crate::delivery::{NumberUrls, TwilioClient};
use crate::doctor::{Finding, Verdict, examine};
use crate::settings::Settings;

#[derive(clap::Args)]
pub(super) struct Options {
    /// JSON instead of text.
    #[arg(long)]
    json: bool,
}

#[derive(clap::Subcommand)]
pub(super) enum Twilio {
    /// Send the number's calls and texts here.
    Connect {
        /// Set it; without this only the difference is shown.
        #[arg(long)]
        yes: bool,
    },
}

pub(super) const EXAMPLES: &str = "Examples:
  receptionist doctor                  each check, and what to do about it
  receptionist doctor --json | jq '.checks[] | select(.verdict == \"fail\")'
The exit code is 1 if a check fails; a warning alone is 0.";
pub(super) const CONNECT_EXAMPLES: &str = "Examples:
  receptionist twilio connect          what would change at Twilio
  receptionist twilio connect --yes    change it";

pub(super) async fn run(settings: &Settings, options: &Options) -> anyhow::Result<bool> {
    let clock = settings.clock.starts_at.map_or_else(Clock::system, Clock::running_from);
    let findings = examine(settings, clock.now()).await;
    let is_ready = findings.iter().all(|finding| finding.verdict != Verdict::Fail);
    if options.json {
        print(&serde_json::to_string_pretty(&json!({"ok": is_ready, "checks": findings}))?);
    } else {
        findings.iter().for_each(tell);
    }
    if !is_ready {
        complain("not ready for real calls: see FAIL above");
    }
    Ok(is_ready)
}

fn tell(finding: &Finding) {
    let mark = match finding.verdict {
        Verdict::Ok => "ok  ",
        Verdict::Warn => "warn",
        Verdict::Fail => "FAIL",
        Verdict::Skipped => "-   ",
    };
    print(&format!("{mark}  {:<18} {}", finding.check, finding.found));
    if let Some(fix) = &finding.fix {
        print(&format!("{:>26}{fix}", "→ "));
    }
}

pub(super) async fn connect(settings: &Settings, verb: &Twilio) -> anyhow::Result<bool> {
    let Twilio::Connect { yes } = verb;
    let client = TwilioClient::new(settings)?;
    let number = &settings.twilio.phone_number;
    let found = client.number(number).await.context("Twilio could not be asked")?;
    let found =
        found.with_context(|| format!("{number} is not a number of this account (TWILIO_PHONE_NUMBER)"))?;
    let wanted = NumberUrls::wanted(settings);
    let differences = found.urls.differences(&wanted);
    for (name, set, wanted) in &differences {
        print(&format!("{name}\n  - {}\n  + {wanted}", if set.is_empty() { "(not set)" } else { set }));
    }
    if differences.is_empty() {
        complain("the number sends everything here already");
        return Ok(true);
    }
    if !yes {
        complain("nothing was changed: say --yes to set it");
        return Ok(false);
    }
    client.connect_number(&found.sid, &wanted).await.context("Twilio refused the change")?;
    complain(&format!("{number} sends its calls and texts here now"));
    Ok(true)
}
