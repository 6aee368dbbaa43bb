//! The verbs of the one binary. Data goes to standard output, talk to standard error; exit codes are 0 ok, 1 failed,
//! 2 usage, 3 bad configuration.

mod backup;
mod call;
mod caller;
mod demo;
mod doctor;
mod documents;
mod import;
mod incidents;
mod preview;
mod scenarios;
mod serve;
mod simulate;
mod store;
mod tasks;
mod templates;
mod terminal;
mod understand;
mod user;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::dashboard;
use crate::settings::{self, Settings, SettingsError};

const EXAMPLES: &str = r#"Examples:
  receptionist demo                          one call in the terminal, then a server to ring
  receptionist call --from +447700900900     be the caller yourself
  receptionist call --say 'a two bed flat to rent in Maida Vale' --say 'up to 2800 a month'
  receptionist scenarios run scenarios       play scripted calls, judged by the database
  echo '{"text": "half three on tuesday", "expecting": "slot"}' | receptionist understand
  receptionist import properties homes.csv --dry-run
  receptionist serve --config agency.toml    answer real calls"#;

/// The AI receptionist for estate agencies.
#[derive(Parser)]
#[command(name = "receptionist", version, after_help = EXAMPLES)]
struct Arguments {
    /// A TOML file that overrides the defaults (see config/default.toml); the environment overrides both.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Play one call in the terminal, then keep serving. No keys, no network.
    Demo(demo::Options),
    /// Be the caller: ring a running server from this terminal.
    Call(call::Options),
    /// Scripted conversations, judged by the final database.
    #[command(subcommand)]
    Scenarios(scenarios::Verb),
    /// Many calls at once: prints latencies and what was lost; with --faults, while everything around fails.
    #[command(after_help = simulate::EXAMPLES)]
    Simulate(simulate::Options),
    #[command(flatten)]
    OfTheAgency(OfTheAgency),
    /// Print the description of the staff's API (OpenAPI 3.1, JSON).
    Openapi,
    /// Print a shell completion script.
    Completion { shell: clap_complete::Shell },
}

/// What needs the settings.
#[derive(Subcommand)]
enum OfTheAgency {
    /// Answer calls.
    Serve,
    /// What the receptionist hears in a sentence: JSON lines in, JSON lines out.
    #[command(after_help = understand::EXAMPLES)]
    Understand,
    /// Emergencies, and the timeline of one.
    #[command(after_help = incidents::EXAMPLES)]
    Incidents(incidents::Options),
    /// What people have to do, and whether promised call-backs were made in time.
    #[command(after_help = tasks::EXAMPLES)]
    Tasks(tasks::Options),
    /// Papers of tenancies, handed to whoever has shown they are the tenant.
    #[command(subcommand, after_help = documents::EXAMPLES)]
    Documents(documents::Verb),
    /// WhatsApp templates and quick replies: what we send, and whether Twilio has it so.
    #[command(subcommand, after_help = templates::EXAMPLES)]
    Templates(templates::Verb),
    /// Write homes from a file.
    #[command(subcommand)]
    Import(import::Verb),
    /// A package as it would arrive by email, WhatsApp or SMS.
    #[command(after_help = preview::EXAMPLES)]
    Preview(preview::Options),
    /// Who may sign in to the dashboard.
    #[command(subcommand, after_help = user::EXAMPLES)]
    User(user::Verb),
    /// Copy the database and the files, while calls are answered.
    #[command(after_help = backup::BACKUP_EXAMPLES)]
    Backup(backup::Backup),
    /// Put a backup in place.
    #[command(after_help = backup::RESTORE_EXAMPLES)]
    Restore(backup::Restore),
    /// What is missing before real callers are answered, each with its fix.
    #[command(after_help = doctor::EXAMPLES)]
    Doctor(doctor::Options),
    /// The number at Twilio.
    #[command(subcommand, after_help = doctor::CONNECT_EXAMPLES)]
    Twilio(doctor::Twilio),
    /// All that is kept of a person (UK GDPR, article 15).
    #[command(subcommand, after_help = caller::EXPORT_EXAMPLES)]
    Export(caller::Export),
    /// Erase a person (article 17).
    #[command(subcommand, after_help = caller::ERASE_EXAMPLES)]
    Erase(caller::Erase),
    /// Keep a person while there is a claim.
    #[command(subcommand, after_help = caller::HOLD_EXAMPLES)]
    Hold(caller::Hold),
    /// What is past its time and goes tonight.
    Retention(caller::Retention),
    /// Create or update the tables in the configured database.
    Migrate,
    /// Write the demo's fictional agency into the configured, empty database.
    Seed,
}

/// Runs the verb that was asked for.
pub async fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match arguments.verb {
        Verb::Demo(options) => demo::run(options).await,
        Verb::Call(options) => call::run(options).await,
        Verb::Scenarios(verb) => scenarios::run(verb).await,
        Verb::Simulate(options) => simulate::run(options).await,
        Verb::OfTheAgency(verb) => match configured(arguments.config.as_deref()) {
            Ok(settings) => of_the_agency(verb, settings).await,
            Err(error) => return refuse(&error),
        },
        Verb::Openapi => dashboard::openapi()
            .to_pretty_json()
            .map(|json| terminal::print(&json))
            .map(|()| true)
            .map_err(Into::into),
        Verb::Completion { shell } => {
            clap_complete::generate(shell, &mut Arguments::command(), "receptionist", &mut std::io::stdout());
            Ok(true)
        }
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            terminal::complain(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn of_the_agency(verb: OfTheAgency, settings: Settings) -> anyhow::Result<bool> {
    match verb {
        OfTheAgency::Serve => serve::run(settings).await,
        OfTheAgency::Understand => understand::run(&settings).await,
        OfTheAgency::Incidents(options) => incidents::run(&settings, &options).await,
        OfTheAgency::Tasks(options) => tasks::run(&settings, &options).await,
        OfTheAgency::Documents(verb) => documents::run(settings, &verb).await,
        OfTheAgency::Templates(verb) => templates::run(&settings, &verb).await,
        OfTheAgency::Import(verb) => import::run(settings, &verb).await,
        OfTheAgency::Preview(options) => preview::run(&settings, &options).await,
        OfTheAgency::User(verb) => user::run(settings, &verb).await,
        OfTheAgency::Backup(options) => backup::backup(&settings, &options).await,
        OfTheAgency::Restore(options) => backup::restore(&settings, &options).await,
        OfTheAgency::Doctor(options) => doctor::run(&settings, &options).await,
        OfTheAgency::Twilio(verb) => doctor::connect(&settings, &verb).await,
        OfTheAgency::Retention(options) => caller::retention(settings, &options).await,
        OfTheAgency::Export(verb) => caller::export(settings, &verb).await,
        OfTheAgency::Erase(verb) => caller::erase(settings, &verb).await,
        OfTheAgency::Hold(verb) => caller::hold(settings, &verb).await,
        OfTheAgency::Migrate => store::migrate(&settings).await,
        OfTheAgency::Seed => store::seed(&settings).await,
    }
}

fn configured(file: Option<&Path>) -> Result<Settings, SettingsError> {
    settings::load(file, |name| std::env::var(name).ok())
}

fn refuse(error: &SettingsError) -> ExitCode {
    terminal::complain(&error.to_string());
    ExitCode::from(3)
}
