//! `call`: a phone in the terminal. Type and Sarah answers.

use std::path::PathBuf;

use phone_network::{Call, Network, NetworkOptions};
use tokio::io::{AsyncBufReadExt, BufReader};

use super::terminal::{caller, heading, print, receptionist};
use crate::clock::Clock;
use crate::rehearsal::{ACCOUNT_SID, AGENCY_NUMBER, AUTH_TOKEN};
use crate::scenarios::{Step, read_file};

#[derive(clap::Args)]
#[command(
    after_help = "While talking: /keys 123 presses keys, /silence says nothing, /hangup ends the call."
)]
pub(super) struct Options {
    /// The running server; the demo's by default.
    #[arg(long, env = "BASE_URL", default_value = "http://127.0.0.1:8080")]
    url: String,
    /// The number to ring from, or `anonymous`.
    #[arg(long, default_value = "+447700900901")]
    from: String,
    /// Say this and stop; may be repeated.
    #[arg(long, conflicts_with = "scenario")]
    say: Vec<String>,
    /// Do what the caller of this scenario does.
    #[arg(long, value_name = "FILE")]
    scenario: Option<PathBuf>,
    /// How webhooks are signed; without it, as the demo expects.
    #[arg(long, env = "TWILIO_AUTH_TOKEN", hide_env_values = true, default_value = AUTH_TOKEN, hide_default_value = true)]
    auth_token: String,
}

pub(super) async fn run(options: Options) -> anyhow::Result<bool> {
    anyhow::ensure!(
        crate::settings::is_loopback(&options.url),
        "{} is not on this machine; the terminal's phone rings servers on the loopback only",
        options.url
    );
    let clock = Clock::system();
    let network_options = NetworkOptions::new(
        &options.url,
        ACCOUNT_SID,
        &options.auth_token,
        std::sync::Arc::new(move || clock.now()),
    );
    let network = Network::start(network_options).await?;
    network.seed_sids(rand_seed(&options));
    let mut call = network.ring(&options.from, AGENCY_NUMBER).await?;
    receptionist(&call.heard());
    match &options.scenario {
        Some(path) => follow(&mut call, &read_file(path)?.steps).await?,
        None if options.say.is_empty() => talk(&mut call).await?,
        None => {
            let steps: Vec<Step> = options.say.iter().cloned().map(Step::Say).collect();
            follow(&mut call, &steps).await?;
        }
    }
    call.hang_up();
    network.settle().await;
    for warning in network.complaints() {
        print(&format!("warning: {warning}"));
    }
    Ok(network.complaints().is_empty())
}

/// Calls from different runs must not share an id.
fn rand_seed(options: &Options) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    (Clock::system().now().as_microsecond(), std::process::id(), &options.from).hash(&mut hasher);
    hasher.finish()
}

async fn follow(call: &mut Call, steps: &[Step]) -> anyhow::Result<()> {
    for step in steps {
        if call.ending().is_some() {
            break;
        }
        match step {
            Step::Say(words) => {
                caller(words);
                call.say(words).await?;
            }
            Step::Press(keys) => {
                caller(&format!("[keys {keys}]"));
                call.press(keys).await?;
            }
            Step::Silence(times) => {
                for _ in 0..*times {
                    caller("[silence]");
                    call.silence().await?;
                }
            }
            Step::HangUp(_) => break,
            Step::Wait(_) | Step::Crash(_) | Step::RivalBooks(_) => {
                print("(a step that only `scenarios run` can take is left out)");
                continue;
            }
        }
        receptionist(&call.heard());
    }
    Ok(())
}

async fn talk(call: &mut Call) -> anyhow::Result<()> {
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while call.ending().is_none() {
        let Some(line) = lines.next_line().await? else { break };
        match line.trim() {
            "/hangup" => break,
            "/silence" | "" => call.silence().await?,
            keys if keys.starts_with("/keys ") => {
                call.press(keys.trim_start_matches("/keys ").trim()).await?;
            }
            words => call.say(words).await?,
        }
        receptionist(&call.heard());
    }
    if let Some(ending) = call.ending() {
        heading(&format!("({ending})"));
    }
    Ok(())
}
