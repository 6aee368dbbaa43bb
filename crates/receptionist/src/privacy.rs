//! A person asks what is kept of them, or that it goes (UK GDPR, articles 15 and 17). What lies outside the database, at Twilio and on
//! the shelf of files, is deleted by the worker, again and again until it is gone.

mod archive;

pub use archive::archive;

use std::sync::PoisonError;

use agency::crm::{Priority, TaskKind};
use agency::london;
use agency::phone::PhoneNumber;
use agency::settings::Retention;
use agency::speech;
use anyhow::bail;
use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde_json::{Map, Value, json};
use store::{Audited, Cutoffs, Erased, FutureAppointment, KnownPerson, NewTask, StoreError, Tx};

use crate::app::App;

/// All that is kept of somebody, as rows by table; none: nothing is.
pub async fn export(app: &App, person: &KnownPerson, actor: &str) -> anyhow::Result<Option<Value>> {
    let tables = app.store.all_of(person).await?;
    if tables.is_empty() {
        return Ok(None);
    }
    let tables: Map<String, Value> =
        tables.into_iter().map(|(table, rows)| (table.to_owned(), json!(rows))).collect();
    let mut tx = app.store.begin().await?;
    audit(app, &mut tx, (actor, "caller_exported"), person).await?;
    tx.commit().await?;
    let phone = person.phone.as_ref().map(PhoneNumber::as_str);
    Ok(Some(json!({"phone": phone, "exported": app.now(), "tables": tables})))
}

/// What erasing somebody did.
pub struct Erasure {
    pub tables: Vec<Erased>,
    pub appointments: Vec<FutureAppointment>,
    /// Where their number, their email or their whole name still stands, with how many rows: what the agency keeps on another basis.
    pub left: Vec<(&'static str, usize)>,
}

/// Erases somebody: calls off what lies ahead, tells the negotiators, and leaves past rows without the person.
pub async fn erase(app: &App, person: &KnownPerson, actor: &str) -> anyhow::Result<Option<Erasure>> {
    let held = app.store.all_of(person).await?;
    if held.is_empty() {
        return Ok(None);
    }
    if let Some(lead) = person.lead
        && let Some(reason) = app.store.hold_on(lead).await?
    {
        bail!(
            "there is a legal hold on this caller ({reason}); lift it first: receptionist hold caller --phone {} --lift",
            person.phone.as_ref().map_or("...", PhoneNumber::as_str)
        );
    }
    let words = words_of(person, &held);
    let appointments = app.store.appointments_ahead(person, app.now()).await?;
    let mut tx = app.store.begin().await?;
    for appointment in &appointments {
        if tx.cancel_appointment(appointment).await? {
            tell(app, &mut tx, appointment).await?;
        }
    }
    let tables = tx.erase(person, app.now()).await?;
    audit(app, &mut tx, (actor, "caller_erased"), person).await?;
    tx.commit().await?;
    delete_copies(app).await?;
    let left = app.store.search_everywhere(&words).await?;
    Ok(Some(Erasure { tables, appointments, left }))
}

/// The negotiator learns that nobody comes; not who it was.
async fn tell(app: &App, tx: &mut Tx, appointment: &FutureAppointment) -> Result<(), StoreError> {
    let (id, now) = (app.id("task"), app.now());
    let of = appointment.reference.as_deref().map(|home| format!(" of {home}")).unwrap_or_default();
    let (kind, when) = (&appointment.kind, speech::moment_in_writing(appointment.start));
    let title = format!("The {kind}{of} on {when} is called off: the caller's data was erased");
    let dedupe_key = format!("erased:{}", appointment.id.0);
    let task = NewTask {
        id: &id,
        kind: TaskKind::FollowUp,
        priority: Priority::Urgent,
        title: &title,
        notes: Some("Nobody comes. The time is free again."),
        lead: None,
        conversation: None,
        message: None,
        dedupe_key: &dedupe_key,
        due: Some(now),
        now,
    };
    tx.add_task(&task).await?;
    if let Some(agent) = appointment.agent {
        tx.give_task(&dedupe_key, agent).await?;
    }
    Ok(())
}

/// What would show that somebody is still there: the number, as it is kept and as it is dialled here, emails, and whole names.
fn words_of(person: &KnownPerson, held: &[(&'static str, store::Rows)]) -> Vec<String> {
    const NAMES: [&str; 5] = ["name", "email", "viewer_name", "viewer_email", "profile_name"];
    let phone = person.phone.as_ref().map(PhoneNumber::as_str);
    let mut words: Vec<String> = phone.into_iter().map(str::to_owned).collect();
    words.extend(phone.and_then(|phone| phone.strip_prefix("+44")).map(|rest| format!("0{rest}")));
    for row in held.iter().filter(|(table, _)| *table != "documents").flat_map(|(_, rows)| rows) {
        let names = NAMES.iter().filter_map(|name| row.get(*name)?.as_str());
        // A first name alone is somebody else's too.
        words.extend(names.filter(|name| name.contains([' ', '@'])).map(str::to_owned));
    }
    words.sort();
    words.dedup();
    words
}

async fn audit(
    app: &App,
    tx: &mut Tx,
    (actor, action): (&str, &str),
    person: &KnownPerson,
) -> Result<(), StoreError> {
    let (id, subject) = (app.id("audit"), person.lead.map_or("no lead".to_owned(), |lead| lead.to_string()));
    let entry = Audited { id: &id, actor, action, subject: &subject, detail: None, now: app.now() };
    tx.audit(&entry).await
}

/// Deletes what is due at Twilio and on the shelf; says how much. A test steps this, the worker loops it.
pub async fn delete_copies(app: &App) -> Result<usize, StoreError> {
    const AT_ONCE: i64 = 50;
    let mut done = 0;
    for due in app.store.due_deletions(app.now(), AT_ONCE).await? {
        let is_gone = app.twilio.delete(&due.kind, &due.sid).await.is_ok();
        let mut tx = app.store.begin().await?;
        if is_gone {
            tx.deleted_at_provider(&due.id).await?;
            done += 1;
        } else {
            tx.deletion_failed(&due.id, again(app.now(), due.attempts)).await?;
            if again(app.now(), due.attempts).is_none() {
                ask_a_person(app, &mut tx, &due.id).await?;
            }
        }
        tx.commit().await?;
    }
    for path in app.store.files_to_delete(AT_ONCE).await? {
        if let Err(error) = app.shelf.delete(&path).await {
            tracing::warn!(error = %format!("{error:#}"), "a file of somebody who was erased is still there");
            continue;
        }
        let mut tx = app.store.begin().await?;
        tx.file_deleted(&path).await?;
        tx.commit().await?;
        done += 1;
    }
    Ok(done)
}

/// A minute later, then twice as long each time, for about a week.
fn again(now: Timestamp, attempts: i64) -> Option<Timestamp> {
    const ATTEMPTS_MAX: i64 = 14;
    let minutes = 1_i64.checked_shl(u32::try_from(attempts).ok()?)?;
    (attempts + 1 < ATTEMPTS_MAX).then(|| now.saturating_add(SignedDuration::from_mins(minutes)).ok())?
}

async fn ask_a_person(app: &App, tx: &mut Tx, deletion: &str) -> Result<(), StoreError> {
    let id = app.id("task");
    let task = NewTask {
        id: &id,
        kind: TaskKind::DataRequest,
        priority: Priority::Urgent,
        title: "Twilio still keeps something of a caller who was erased",
        notes: Some("Delete it in Twilio's console: the log of messages and calls."),
        lead: None,
        conversation: None,
        message: None,
        dedupe_key: &format!("undeleted:{deletion}"),
        due: Some(app.now()),
        now: app.now(),
    };
    tx.add_task(&task).await?;
    Ok(())
}

/// From this hour on what is past its time goes, once a day.
const NIGHT: i8 = 3;

/// Until when what goes in the coming night: what goes of itself next.
pub fn tonight(retention: &Retention, now: Timestamp) -> Cutoffs {
    let day = london::date_of(now);
    let hour = Time::midnight().saturating_add(SignedDuration::from_hours(i64::from(NIGHT)));
    let night = [day, day.saturating_add(1.day())].map(|day| london::instant_at(day, hour));
    cutoffs(retention, night.into_iter().find(|night| *night > now).unwrap_or(now))
}

/// Until when what goes now.
pub fn cutoffs(retention: &Retention, now: Timestamp) -> Cutoffs {
    const TECHNICAL_DAYS: i64 = 2;
    let months = |months: i32| {
        let day = london::date_of(now).saturating_sub(months.months());
        london::instant_at(day, Time::midnight())
    };
    Cutoffs {
        transcripts: months(retention.transcripts_months),
        messages: months(retention.messages_months),
        leads: months(retention.leads_months),
        recordings: months(retention.recordings_months),
        technical: now.saturating_sub(SignedDuration::from_hours(24 * TECHNICAL_DAYS)).unwrap_or(now),
    }
}

/// Once a day, after three at night: what is personal and past its time goes. Several nodes may do it; the second finds nothing.
pub async fn forget_old(app: &App) -> Result<(), StoreError> {
    let now = app.now();
    let local = london::local(now);
    {
        let mut done_on = app.forgotten_on.lock().unwrap_or_else(PoisonError::into_inner);
        if local.hour() < NIGHT || *done_on == Some(local.date()) {
            return Ok(());
        }
        *done_on = Some(local.date());
    }
    let cutoffs = cutoffs(app.retention(), now);
    let mut tx = app.store.begin().await?;
    let rows = tx.let_go(&cutoffs, now).await?;
    if rows > 0 {
        by_the_calendar(app, &mut tx, ("retention_done", &format!("{rows} rows"))).await?;
    }
    tx.commit().await?;
    for person in app.store.leads_to_forget(cutoffs.leads).await? {
        let mut tx = app.store.begin().await?;
        tx.erase(&person, now).await?;
        let lead = person.lead.unwrap_or_default().to_string();
        by_the_calendar(app, &mut tx, ("caller_forgotten", &lead)).await?;
        tx.commit().await?;
    }
    Ok(())
}

async fn by_the_calendar(app: &App, tx: &mut Tx, (action, subject): (&str, &str)) -> Result<(), StoreError> {
    let id = app.id("audit");
    tx.audit(&Audited { id: &id, actor: "the calendar", action, subject, detail: None, now: app.now() }).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_deleted_again_and_again_and_then_by_a_person() {
        let now: Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
        let waits = [0, 1, 5, 12, 13].map(|n| again(now, n).map(|at| at.duration_since(now).as_mins()));
        assert_eq!(waits, [Some(1), Some(2), Some(32), Some(4_096), None]);
    }
}
