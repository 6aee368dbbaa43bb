//! `documents add FILE`: papers of a tenancy, which the receptionist hands to that tenant only.

use std::path::PathBuf;

use anyhow::Context;

use super::terminal::print;
use crate::app::App;
use crate::clock::{Clock, Ids};
use crate::documents::{NewPaper, attach};
use crate::settings::Settings;

#[derive(clap::Subcommand)]
pub(super) enum Verb {
    /// Attach a PDF or a picture to a tenant; prints its id.
    Add {
        file: PathBuf,
        /// The tenant's id in the table `pm_tenants`.
        #[arg(long)]
        tenant: i64,
        /// As they are told it is called.
        #[arg(long)]
        name: String,
        #[arg(long, value_enum, default_value_t = Kind::Contract)]
        kind: Kind,
    },
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum Kind {
    Contract,
    Other,
}

pub(super) const EXAMPLES: &str = "Examples:
  receptionist documents add agreement.pdf --tenant 12 --name 'Tenancy agreement'";

pub(super) async fn run(settings: Settings, verb: &Verb) -> anyhow::Result<bool> {
    let Verb::Add { file, tenant, name, kind } = verb;
    let bytes = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let kind = match kind {
        Kind::Contract => "contract",
        Kind::Other => "other",
    };
    let app = App::open(settings, Clock::system(), Ids::random()).await?;
    let paper = NewPaper { tenant: *tenant, kind, name, actor: "the command line" };
    let id = attach(&app, &paper, &bytes).await?;
    app.stopping.cancel();
    app.store.close().await;
    print(&id);
    Ok(true)
}
