//! `templates`: what WhatsApp must know before we send it, and whether Twilio has it as we fill it.

use agency::messages::approved::{CONTENTS, Content, problem};
use serde_json::json;

use super::terminal::{complain, print};
use crate::delivery::TwilioClient;
use crate::settings::Settings;

#[derive(clap::Subcommand)]
pub(super) enum Verb {
    /// Every content we send, with its variables, and the Content SID that the settings have for it.
    List {
        /// One JSON object a content.
        #[arg(long)]
        json: bool,
    },
    /// Compare what the settings have with Twilio's Content API: variables, and WhatsApp's approval.
    Check {
        /// One JSON object a content.
        #[arg(long)]
        json: bool,
    },
}

pub(super) const EXAMPLES: &str = "Examples:
  receptionist templates list               names, variables, and what is set in [whatsapp_templates]
  receptionist templates check --json       asks Twilio; exit code 1 if one cannot be sent as it is";

pub(super) async fn run(settings: &Settings, verb: &Verb) -> anyhow::Result<bool> {
    match verb {
        Verb::List { json } => {
            for content in CONTENTS {
                print(&told(settings, content, *json));
            }
            Ok(true)
        }
        Verb::Check { json } => check(settings, *json).await,
    }
}

fn sid<'s>(settings: &'s Settings, content: &Content) -> Option<&'s str> {
    settings.whatsapp_templates.get(content.name).map(String::as_str)
}

fn told(settings: &Settings, content: &Content, as_json: bool) -> String {
    let sid = sid(settings, content);
    if as_json {
        return json!({
            "name": content.name, "about": content.about, "variables": content.variables,
            "needs_approval": content.needs_approval, "content_sid": sid,
        })
        .to_string();
    }
    let variables: Vec<String> =
        content.variables.iter().zip(1..).map(|(variable, n)| format!("{n} {variable}")).collect();
    format!("{:<24} {:<36} {} ({})", content.name, sid.unwrap_or("-"), content.about, variables.join(", "))
}

async fn check(settings: &Settings, as_json: bool) -> anyhow::Result<bool> {
    let twilio = TwilioClient::new(settings)?;
    let mut all_well = true;
    let registered = CONTENTS.iter().filter_map(|content| Some((content, sid(settings, content)?)));
    let mut count = 0;
    for (content, sid) in registered {
        count += 1;
        let wrong = match twilio.content(sid).await {
            Ok(Some(found)) => problem(content, &found.variables, found.approval.as_deref()),
            Ok(None) => Some(format!("Twilio has no content {sid}; correct [whatsapp_templates]")),
            Err(error) => Some(format!("Twilio could not be asked: {}", error.without_url())),
        };
        all_well &= wrong.is_none();
        print(&if as_json {
            json!({"name": content.name, "content_sid": sid, "ok": wrong.is_none(), "problem": wrong})
                .to_string()
        } else {
            format!(
                "{}  {:<24} {sid}  {}",
                if wrong.is_none() { "ok  " } else { "FAIL" },
                content.name,
                wrong.unwrap_or_default()
            )
        });
    }
    if count == 0 {
        complain(
            "no content is registered: outside the 24-hour window people get SMS or email instead. Names and variables: `receptionist templates list`",
        );
    }
    Ok(all_well)
}
