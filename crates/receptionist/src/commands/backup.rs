//! `backup` and `restore`: the database and the files, while calls are answered.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, bail, ensure};
use reqwest::Url;
use store::{Audited, Store};
use tokio::process::Command;

use super::terminal::{complain, print};
use crate::clock::{Clock, Ids};
use crate::settings::Settings;

#[derive(clap::Args)]
pub(super) struct Backup {
    /// The folder in which a folder for this backup is made.
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
}

#[derive(clap::Args)]
pub(super) struct Restore {
    /// The folder that `backup` made.
    from: PathBuf,
    /// Put it in the place of the embedded database that is there; that one is kept beside it.
    #[arg(long)]
    yes: bool,
}

pub(super) const BACKUP_EXAMPLES: &str = "Examples:
  receptionist backup --to /var/backups/receptionist    prints the folder it made
  0 3 * * *  receptionist backup --to /var/backups/receptionist    every night, by cron
Encrypt what leaves the machine: it holds callers' data. Files in a bucket (MEDIA_URL) have the bucket's own versions.";
pub(super) const RESTORE_EXAMPLES: &str = "Examples:
  receptionist restore /var/backups/receptionist/2026-11-23T03-00-00Z
  receptionist restore /var/backups/receptionist/2026-11-23T03-00-00Z --yes    in place of what is there
Stop the server first. PostgreSQL is restored into an empty database.";

const EMBEDDED: &str = "receptionist.db";
const DUMP: &str = "receptionist.dump";

pub(super) async fn backup(settings: &Settings, options: &Backup) -> anyhow::Result<bool> {
    let now = Clock::system().now();
    let url = settings.database_url();
    let store = Store::open_as_it_is(&url).await.context("the database does not answer")?;
    let whole = options.to.join(now.strftime("%Y-%m-%dT%H-%M-%SZ").to_string());
    ensure!(!whole.exists(), "{} is there already: another backup was made this second", whole.display());
    // It has the name of a backup when it is one.
    let folder = whole.with_extension("unfinished");
    std::fs::create_dir_all(&options.to)
        .and_then(|()| std::fs::create_dir(&folder))
        .with_context(|| format!("{} cannot be made", folder.display()))?;
    if url.starts_with("sqlite:") {
        complain("copying the database …");
        store.copy_into(&folder.join(EMBEDDED)).await?;
    } else {
        complain("pg_dump …");
        let dump = folder.join(DUMP);
        postgres("pg_dump", &url, &["--format=custom", "--no-owner", "--file", &dump.display().to_string()])
            .await?;
    }
    if settings.media.url.is_empty() {
        copy_folder(&settings.database.data_dir.join("media"), &folder.join("media"))?;
    }
    std::fs::rename(&folder, &whole)?;
    let mut tx = store.begin().await?;
    let made = Audited {
        id: &Ids::random().next("audit", now),
        actor: "the command line",
        action: "backup_made",
        subject: "backup",
        detail: None,
        now,
    };
    tx.audit(&made).await?;
    tx.commit().await?;
    store.close().await;
    print(&whole.display().to_string());
    Ok(true)
}

pub(super) async fn restore(settings: &Settings, options: &Restore) -> anyhow::Result<bool> {
    let url = settings.database_url();
    let from = &options.from;
    if let Some(place) = url.strip_prefix("sqlite:") {
        embedded(from, Path::new(place), options.yes).await?;
    } else {
        into_postgres(from, &url).await?;
    }
    if settings.media.url.is_empty() {
        copy_folder(&from.join("media"), &settings.database.data_dir.join("media"))?;
    }
    let store = Store::open(&url).await.context("what was restored cannot be used")?;
    let callers = store.rows("voice_leads").await?.len();
    store.close().await;
    complain(&format!("restored: {callers} callers are known"));
    Ok(true)
}

async fn into_postgres(from: &Path, url: &str) -> anyhow::Result<()> {
    let dump = from.join(DUMP);
    ensure!(dump.exists(), "{} is not there; is this a backup of PostgreSQL?", dump.display());
    let store = Store::open_as_it_is(url).await.context("the database does not answer")?;
    let is_empty = store.is_empty().await?;
    store.close().await;
    ensure!(is_empty, "the database has tables already; make an empty one and set DATABASE_URL to it");
    let dump = dump.display().to_string();
    postgres("pg_restore", url, &["--no-owner", "--exit-on-error", "--single-transaction", &dump]).await
}

async fn embedded(from: &Path, place: &Path, is_sure: bool) -> anyhow::Result<()> {
    let copy = from.join(EMBEDDED);
    ensure!(copy.exists(), "{} is not there; is this a folder that `backup` made?", copy.display());
    let looked_at = Store::open_as_it_is(&format!("sqlite:{}", copy.display())).await?;
    let problem = looked_at.damage().await?;
    looked_at.close().await;
    if let Some(problem) = problem {
        bail!("{} is damaged ({problem}); nothing was restored", copy.display());
    }
    if place.exists() {
        ensure!(
            is_sure,
            "{} exists: stop the server, then say --yes to put the backup in its place",
            place.display()
        );
        let aside = place.with_extension(format!("before-{}", Clock::system().now().as_second()));
        for ending in ["", "-wal", "-shm"] {
            let of = |path: &Path| PathBuf::from(format!("{}{ending}", path.display()));
            if of(place).exists() {
                std::fs::rename(of(place), of(&aside))?;
            }
        }
        complain(&format!("what was there is kept as {}", aside.display()));
    }
    if let Some(folder) = place.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::copy(&copy, place).with_context(|| format!("{} cannot be written", place.display()))?;
    Ok(())
}

/// Runs one of PostgreSQL's own programs. The password goes by the environment: a list of processes shows arguments.
async fn postgres(program: &str, url: &str, arguments: &[&str]) -> anyhow::Result<()> {
    let mut url = Url::parse(url).context("DATABASE_URL cannot be read")?;
    let password = url.password().map(percent_decoded);
    url.set_password(None).ok();
    let mut command = Command::new(program);
    command.args(["--dbname", url.as_str()]).args(arguments).stdin(Stdio::null());
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    let missing =
        format!("{program} is missing: install PostgreSQL's client programs (Debian: postgresql-client)");
    let done = command.status().await.context(missing)?;
    ensure!(done.success(), "{program} failed: see above");
    Ok(())
}

fn percent_decoded(text: &str) -> String {
    form_urlencoded::parse(format!("p={}", text.replace('+', "%2B")).as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

fn copy_folder(from: &Path, to: &Path) -> anyhow::Result<()> {
    if !from.exists() {
        return Ok(());
    }
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
