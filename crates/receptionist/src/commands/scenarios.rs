//! `scenarios run DIR`.

use std::path::PathBuf;

use super::terminal::{complain, print};
use crate::scenarios::{Scenario, read_folder, run as play};

#[derive(clap::Subcommand)]
pub(super) enum Verb {
    /// Play every scenario of a folder on a fresh fictional agency and compare the final rows.
    Run {
        /// The folder that holds the `.yaml` files.
        #[arg(default_value = "scenarios")]
        folder: PathBuf,
        /// Only those whose file name contains this.
        #[arg(long, value_name = "WORD")]
        only: Option<String>,
        /// How callers are listened to.
        #[arg(long, value_enum, default_value_t = Voice::Relay)]
        voice: Voice,
        /// The same stories by WhatsApp, judged by what they come to; those about the telephone itself are left out.
        #[arg(long)]
        in_writing: bool,
        /// Print what was said even where all is well.
        #[arg(long)]
        verbose: bool,
        /// One JSON object a scenario on standard output.
        #[arg(long)]
        json: bool,
    },
    /// Print the JSON Schema of the file format.
    Schema,
}

/// `VOICE_MODE`
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum Voice {
    Relay,
    Gather,
}

impl Voice {
    fn environment(self) -> Vec<(&'static str, String)> {
        let mode = match self {
            Self::Relay => "relay",
            Self::Gather => "gather",
        };
        vec![("VOICE_MODE", mode.to_owned())]
    }
}

pub(super) async fn run(verb: Verb) -> anyhow::Result<bool> {
    match verb {
        Verb::Schema => {
            print(&serde_json::to_string_pretty(&schemars::schema_for!(Scenario))?);
            Ok(true)
        }
        Verb::Run { folder, only, voice, in_writing, verbose, json } => {
            let mut failed = 0;
            let mut played = 0;
            for (path, scenario) in read_folder(&folder)? {
                let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                if only.as_ref().is_some_and(|word| !file.contains(word)) {
                    continue;
                }
                let Some(scenario) = (if in_writing { scenario.in_writing() } else { Some(scenario) }) else {
                    continue;
                };
                played += 1;
                failed += usize::from(!one(&file, &scenario, voice, verbose, json).await?);
            }
            anyhow::ensure!(played > 0, "no scenario's file name contains {}", only.unwrap_or_default());
            if !json {
                print(&format!("{} passed, {failed} failed", played - failed));
            }
            Ok(failed == 0)
        }
    }
}

async fn one(
    file: &str,
    scenario: &Scenario,
    voice: Voice,
    verbose: bool,
    json: bool,
) -> anyhow::Result<bool> {
    let folder = tempfile::TempDir::new()?;
    let url = format!("sqlite:{}", folder.path().join("scenario.db").display());
    let verdict = play(scenario, &url, &voice.environment()).await?;
    let passed = verdict.problems.is_empty();
    if json {
        let line = serde_json::json!({
            "file": file, "name": scenario.name, "passed": passed, "problems": verdict.problems,
            "transcript": verdict.transcript, "changes": verdict.changes.rows,
        });
        print(&line.to_string());
        return Ok(passed);
    }
    print(&format!("{}  {file}  {}", if passed { "ok  " } else { "FAIL" }, scenario.name));
    for problem in &verdict.problems {
        complain(problem);
    }
    if verbose || !passed {
        verdict.transcript.iter().for_each(|line| print(&format!("        {line}")));
    }
    Ok(passed)
}
