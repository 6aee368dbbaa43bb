//! What the database tells: whether it is ready, who is on call, who may sign in, and what has been rehearsed.

use agency::greeting::tells_of_recording;
use agency::oncall::ladder;
use jiff::{SignedDuration, Timestamp};
use store::{Store, StoreError};

use super::Finding;
use crate::settings::Settings;

/// The database as it is: nothing is migrated by looking.
pub(super) async fn database(settings: &Settings) -> (Option<Store>, Finding) {
    const CHECK: &str = "database";
    let url = settings.database_url();
    if let Some(path) = url.strip_prefix("sqlite:")
        && !std::path::Path::new(path).exists()
    {
        let found = format!("there is no database at {path} yet");
        return (
            None,
            Finding::fail(CHECK, found, "Run `receptionist migrate`, or start `receptionist serve`."),
        );
    }
    let store = match Store::open_as_it_is(&url).await {
        Ok(store) => store,
        Err(error) => {
            let fix = "Check DATABASE_URL, and that the database is up and lets this machine in.";
            return (None, Finding::fail(CHECK, format!("it does not answer: {error}"), fix));
        }
    };
    match store.pending_migrations().await {
        Ok(0) => {
            let found = format!("{}, up to date", store.kind());
            (Some(store), Finding::ok(CHECK, found))
        }
        Ok(pending) => {
            let found = format!("{pending} migrations have not been run");
            (None, Finding::fail(CHECK, found, "Make a backup, then run `receptionist migrate`."))
        }
        Err(error) => {
            (None, Finding::fail(CHECK, format!("it cannot be read: {error}"), "Run `receptionist migrate`."))
        }
    }
}

/// Every hour of the next seven days has somebody who is rung.
pub(super) async fn on_call(
    store: &Store,
    settings: &Settings,
    now: Timestamp,
) -> Result<Finding, StoreError> {
    const CHECK: &str = "on_call";
    const HOURS: i64 = 7 * 24;
    let contact = settings.emergency.contact_phone.as_ref();
    let mut without = 0;
    let mut alone = 0;
    for hour in 0..HOURS {
        let at = now.saturating_add(SignedDuration::from_hours(hour)).unwrap_or(now);
        match ladder(&store.oncall_rota(at).await?, contact, at).len() {
            0 => without += 1,
            1 => alone += 1,
            _ => {}
        }
    }
    let fix = "Fill the rota (Settings, On call), and set EMERGENCY_CONTACT_PHONE as the last resort.";
    Ok(match (without, alone) {
        (0, 0) => Finding::ok(CHECK, "two people or more at every hour of the next seven days"),
        (0, hours) => {
            Finding::warn(CHECK, format!("only one person at {hours} of the next {HOURS} hours"), fix)
        }
        (hours, _) => {
            Finding::fail(CHECK, format!("nobody is rung at {hours} of the next {HOURS} hours"), fix)
        }
    })
}

pub(super) async fn accounts(store: &Store) -> Result<Finding, StoreError> {
    const CHECK: &str = "accounts";
    let all = store.accounts().await?;
    let active = all.iter().filter(|account| !account.is_disabled).count();
    let admins = all.iter().filter(|account| !account.is_disabled && account.role.word() == "admin");
    let (admins, with_factor) = admins
        .fold((0, 0), |(all, with), account| (all + 1, with + usize::from(account.totp_secret.is_some())));
    let add = "receptionist user add --email you@agency.example --name You --role admin";
    Ok(match (admins, with_factor) {
        (0, _) => Finding::fail(CHECK, format!("{active} accounts, none of them an administrator's"), add),
        (admins, with) if with < admins => Finding::warn(
            CHECK,
            format!(
                "{active} accounts; {} of {admins} administrators without a second factor",
                admins - with
            ),
            "Turn it on under Your account in the dashboard.",
        ),
        _ => Finding::ok(CHECK, format!("{active} accounts, administrators with a second factor")),
    })
}

/// Whoever is recorded is told so, by the greeting as it is published.
pub(super) async fn recording(store: &Store, settings: &Settings) -> Result<Finding, StoreError> {
    const CHECK: &str = "recording";
    if !settings.voice.record {
        return Ok(Finding::skipped(CHECK, "calls are not recorded"));
    }
    let published = store.setting("greetings").await?;
    let published = published.and_then(|setting| serde_json::from_str(&setting.value).ok());
    let greetings = published.unwrap_or_else(|| settings.greetings.clone());
    Ok(if tells_of_recording(&settings.agency, &greetings) {
        Finding::ok(CHECK, "callers are told, and may object")
    } else {
        let fix = "Write {kept} into the notice (Settings, Greetings).";
        Finding::warn(CHECK, "nobody is recorded: the notice does not say so", fix)
    })
}

pub(super) async fn backup(store: &Store, now: Timestamp) -> Result<Finding, StoreError> {
    const CHECK: &str = "backup";
    const TOO_OLD: SignedDuration = SignedDuration::from_hours(48);
    let fix = "Run `receptionist backup --to DIR` every night, and keep a copy elsewhere.";
    Ok(match store.last_done("backup_made").await? {
        None => Finding::warn(CHECK, "no backup was ever made", fix),
        Some(at) if now.duration_since(at) > TOO_OLD => {
            Finding::warn(CHECK, format!("the last is of {at}"), fix)
        }
        Some(at) => Finding::ok(CHECK, format!("the last is of {at}")),
    })
}

/// What an agency tries out before its number is announced.
pub(super) async fn rehearsals(store: &Store) -> Result<Vec<Finding>, StoreError> {
    let tried = store.rehearsed().await?;
    let step = |check, count: i64, found: &str, fix: &str| {
        if count > 0 {
            Finding::ok(check, format!("{count} {found}"))
        } else {
            Finding::warn(check, format!("no {found} yet"), fix)
        }
    };
    Ok(vec![
        step(
            "test_call",
            tried.calls_answered,
            "calls answered",
            "Ring the number and say what you look for.",
        ),
        step(
            "test_booking",
            tried.bookings,
            "viewings booked by callers",
            "Ring and book a viewing of a home.",
        ),
        step(
            "test_confirmation",
            tried.confirmations,
            "confirmations delivered by SMS",
            "Book from a mobile; then look at Messages of the lead, and at the number's messaging in Twilio.",
        ),
        step(
            "test_emergency",
            tried.emergencies,
            "emergencies acknowledged",
            "Warn whoever is on call, ring and say there is a smell of gas, and have them press 1.",
        ),
        step(
            "analytics",
            tried.days_counted,
            "days counted",
            "The first call is counted within a minute of its end.",
        ),
    ])
}
