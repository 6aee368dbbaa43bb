//! `call`: a phone in the terminal. Type and Sarah answers.

use std::path::PathBuf;

use phone_network::{Call, Network, NetworkOptions};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader};

use super::terminal::{caller, complain, heading, print, receptionist};
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
    /// One JSON object a turn on standard output, with how long the first word took.
    #[arg(long)]
    json: bool,
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
    let mut told = Told { json: options.json, network: &network, caller: None };
    told.heard(&call);
    match &options.scenario {
        Some(path) => follow(&mut call, &read_file(path)?.steps, &mut told).await?,
        None if options.say.is_empty() => talk(&mut call, &mut told).await?,
        None => {
            let steps: Vec<Step> = options.say.iter().cloned().map(Step::Say).collect();
            follow(&mut call, &steps, &mut told).await?;
        }
    }
    call.hang_up();
    network.settle().await;
    for warning in network.complaints() {
        complain(&warning);
    }
    Ok(network.complaints().is_empty())
}

/// What is printed of a call: lines for people, or an object a turn.
struct Told<'a> {
    json: bool,
    network: &'a Network,
    caller: Option<String>,
}

impl Told<'_> {
    fn says(&mut self, words: &str) {
        if !self.json {
            caller(words);
        }
        self.caller = Some(words.to_owned());
    }

    fn heard(&mut self, call: &Call) {
        if !self.json {
            return receptionist(&call.heard());
        }
        let took = self.network.latencies().last().map(|took| took.as_secs_f64() * 1000.0);
        let turn = json!({
            "caller": self.caller.take(), "receptionist": call.heard(), "first_word_ms": took,
            "ending": call.ending().map(|ending| ending.to_string()),
        });
        print(&turn.to_string());
    }
}

/// Calls from different runs must not share an id.
fn rand_seed(options: &Options) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    (Clock::system().now().as_microsecond(), std::process::id(), &options.from).hash(&mut hasher);
    hasher.finish()
}

async fn follow(call: &mut Call, steps: &[Step], told: &mut Told<'_>) -> anyhow::Result<()> {
    for step in steps {
        if call.ending().is_some() {
            break;
        }
        match step {
            Step::Say(words) => {
                told.says(words);
                call.say(words).await?;
            }
            Step::Press(keys) => {
                told.says(&format!("[keys {keys}]"));
                call.press(keys).await?;
            }
            Step::Silence(times) => {
                for _ in 0..*times {
                    told.says("[silence]");
                    call.silence().await?;
                }
            }
            Step::HangUp(_) => break,
            _ => {
                complain("a step that only `scenarios run` can take is left out");
                continue;
            }
        }
        told.heard(call);
    }
    Ok(())
}

async fn talk(call: &mut Call, told: &mut Told<'_>) -> anyhow::Result<()> {
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while call.ending().is_none() {
        let Some(line) = lines.next_line().await? else { break };
        match line.trim() {
            "/hangup" => break,
            "/silence" | "" => call.silence().await?,
            keys if keys.starts_with("/keys ") => {
                call.press(keys.trim_start_matches("/keys ").trim()).await?;
            }
            words => {
                told.caller = Some(words.to_owned());
                call.say(words).await?;
            }
        }
        told.heard(call);
    }
    if let Some(ending) = call.ending().filter(|_| !told.json) {
        heading(&format!("({ending})"));
    }
    Ok(())
}
