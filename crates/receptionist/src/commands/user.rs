//! `user`: who may sign in to the dashboard.

use std::io::Read;

use agency::staff::{StaffRole, password_problem};
use anyhow::{Context, bail};
use serde_json::json;
use store::{Account, Audited, NewAccount, StoreError, Tx};

use super::terminal::print;
use crate::app::App;
use crate::clock::{Clock, Ids};
use crate::dashboard::{invite, password};
use crate::settings::Settings;

#[derive(clap::Subcommand)]
pub(super) enum Verb {
    /// A new account; without a password on standard input, a link is printed by which its owner chooses one.
    Add {
        #[arg(long)]
        email: String,
        #[arg(long)]
        name: String,
        /// admin, manager, negotiator, reviewer or `read_only`.
        #[arg(long)]
        role: String,
        /// Read the password from standard input, so that no list of processes shows it.
        #[arg(long)]
        password_stdin: bool,
    },
    /// A new link to choose a password; the old password goes on until it is used.
    Reset {
        #[arg(long)]
        email: String,
        /// End the second factor too, for whoever has lost their authenticator.
        #[arg(long)]
        second_factor: bool,
    },
    /// Everybody who may sign in.
    List {
        /// JSON instead of text.
        #[arg(long)]
        json: bool,
    },
}

pub(super) const EXAMPLES: &str = "Examples:
  receptionist user add --email aisha@agency.example --name 'Aisha Khan' --role manager
  pass show dashboard | receptionist user add --email root@agency.example --name Root --role admin --password-stdin
  receptionist user reset --email aisha@agency.example      a new link, good for a day
  receptionist user reset --email aisha@agency.example --second-factor      for whoever has lost their telephone
  receptionist user list --json";

pub(super) async fn run(settings: Settings, verb: &Verb) -> anyhow::Result<bool> {
    let app = App::open(settings, Clock::system(), Ids::random()).await?;
    let done = match verb {
        Verb::Add { email, name, role, password_stdin } => {
            let role = StaffRole::from_word(role).with_context(|| {
                let known: Vec<&str> = StaffRole::ALL.iter().map(|role| role.word()).collect();
                format!("there is no role {role}; take one of {}", known.join(", "))
            })?;
            add(&app, (email, name), role, *password_stdin).await
        }
        Verb::Reset { email, second_factor } => reset(&app, email, *second_factor).await,
        Verb::List { json } => list(&app, *json).await,
    };
    app.stopping.cancel();
    app.store.close().await;
    done.map(|()| true)
}

async fn add(
    app: &App,
    (email, name): (&str, &str),
    role: StaffRole,
    from_stdin: bool,
) -> anyhow::Result<()> {
    let email = email.trim().to_lowercase();
    let hash = if from_stdin { Some(password::hash(read_password(&email)?).await?) } else { None };
    let id = app.id("account");
    let mut tx = app.store.begin().await?;
    let new = NewAccount { id: &id, email: &email, name, role, user: None, now: app.now() };
    match tx.add_account(&new).await {
        Err(StoreError::AlreadyDone) => {
            bail!("{email} has an account; `receptionist user reset` gives a new link")
        }
        other => other?,
    }
    let told = match hash {
        Some(hash) => {
            tx.set_password(&id, &hash, app.now()).await?;
            format!("{email} may sign in")
        }
        None => invite(app, &mut tx, &id).await?,
    };
    by_command(app, &mut tx, ("account_created", &id)).await?;
    tx.commit().await?;
    print(&told);
    Ok(())
}

async fn by_command(app: &App, tx: &mut Tx, (action, subject): (&str, &str)) -> anyhow::Result<()> {
    let id = app.id("audit");
    let now = app.now();
    Ok(tx.audit(&Audited { id: &id, actor: "the command line", action, subject, detail: None, now }).await?)
}

fn read_password(email: &str) -> anyhow::Result<String> {
    const BYTES_MAX: u64 = 4_096;
    let mut password = String::new();
    std::io::stdin()
        .take(BYTES_MAX)
        .read_to_string(&mut password)
        .context("no password came on standard input")?;
    let password = password.trim_end_matches(['\r', '\n']).to_owned();
    match password_problem(&password, email) {
        Some(problem) => bail!("{problem}"),
        None => Ok(password),
    }
}

async fn reset(app: &App, email: &str, second_factor: bool) -> anyhow::Result<()> {
    let account = app.store.account_of(&email.trim().to_lowercase()).await?;
    let account =
        account.with_context(|| format!("nobody has the address {email}; see `receptionist user list`"))?;
    let mut tx = app.store.begin().await?;
    let link = invite(app, &mut tx, &account.id).await?;
    by_command(app, &mut tx, ("link_made", &account.id)).await?;
    if second_factor {
        tx.set_totp(&account.id, None, app.now()).await?;
        by_command(app, &mut tx, ("second_factor_ended", &account.id)).await?;
    }
    tx.commit().await?;
    print(&link);
    Ok(())
}

async fn list(app: &App, as_json: bool) -> anyhow::Result<()> {
    for Account { email, name, role, is_disabled, password_hash, totp_secret, .. } in
        app.store.accounts().await?
    {
        let (has_password, has_second_factor) = (password_hash.is_some(), totp_secret.is_some());
        if as_json {
            let account = json!({"email": email, "name": name, "role": role, "is_disabled": is_disabled, "has_password": has_password, "has_second_factor": has_second_factor});
            print(&account.to_string());
        } else {
            let state = if is_disabled {
                "  disabled"
            } else if has_password {
                ""
            } else {
                "  has not chosen a password"
            };
            print(&format!("{email}  {name}  {role}{state}"));
        }
    }
    Ok(())
}
