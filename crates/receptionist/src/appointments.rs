//! What time makes of viewings: a reminder the day before, to the viewer and to the negotiator; "how did it go" afterwards; what
//! staff mark as done or missed. Read from the diary as it stands, so that a viewing that was moved or called off, by whomever,
//! takes its reminders with it.

use agency::crm::{Priority, Property, TaskKind};
use agency::messages::{
    AppointmentEmail, News, Way, kind, viewing_feedback, viewing_missed, viewing_reminder,
    viewing_reminder_to_staff, ways,
};
use agency::phone::PhoneNumber;
use jiff::{SignedDuration, Timestamp};
use store::{AppointmentStep, Due, NewTask, StoreError, Tx};

use crate::app::App;
use crate::delivery::reach;
use crate::outbox::{About, Post, post_at, post_email};
use crate::review::rate;

/// What is older nobody is asked about any more.
const ASKS_BACK: SignedDuration = SignedDuration::from_hours(72);
/// Staff mark a viewing when they come to it.
const MARKED_WITHIN: SignedDuration = SignedDuration::from_hours(24 * 60);

/// Does what is due about viewings. A test steps this, the worker loops it.
pub async fn look_after_viewings(app: &App) -> Result<(), StoreError> {
    remind(app).await?;
    ask_how_it_went(app).await?;
    note_completed(app).await?;
    note_missed(app).await
}

fn before(now: Timestamp, span: SignedDuration) -> Timestamp {
    now.saturating_sub(span).unwrap_or(now)
}

async fn remind(app: &App) -> Result<(), StoreError> {
    let now = app.now();
    let ahead = SignedDuration::from_hours(app.settings.following_up.reminder_h);
    let until = now.saturating_add(ahead).unwrap_or(now);
    for due in app.store.viewings_without(AppointmentStep::Reminded, "booked", (now, until)).await? {
        // Who booked or moved it within the day has just heard of it.
        if due.last_told.is_some_and(|told| told > before(due.start, ahead)) {
            continue;
        }
        let Some(home) = app.store.property(due.property).await? else { continue };
        let way = way_to_viewer(app, &due, kind::VIEWING_REMINDER).await?;
        let mut tx = app.store.begin().await?;
        if tx.take_step(&due, AppointmentStep::Reminded, "booked", now).await? {
            remind_viewer(app, &mut tx, &due, &home, way).await?;
            remind_staff(app, &mut tx, &due, &home).await?;
        }
        tx.commit().await?;
        app.outbox_rung.notify_one();
    }
    Ok(())
}

/// The way that is read soonest: WhatsApp where they use it, else SMS; a failed WhatsApp goes on by SMS.
async fn way_to_viewer(app: &App, due: &Due, kind: &str) -> Result<Option<Way>, StoreError> {
    let Some(phone) = &due.viewer_phone else { return Ok(None) };
    Ok(ways(&reach(app, phone, kind).await?, app.now()).pop())
}

async fn remind_viewer(
    app: &App,
    tx: &mut Tx,
    due: &Due,
    home: &Property,
    way: Option<Way>,
) -> Result<(), StoreError> {
    if let (Some(way), Some(phone)) = (way, &due.viewer_phone) {
        let body = viewing_reminder(home, due.start, &due.staff_name, app.agency());
        return tell(app, tx, due, (kind::VIEWING_REMINDER, phone, way, &body), app.now()).await;
    }
    let (Some(to), Some(mailer)) = (&due.viewer_email, &app.mailer) else { return Ok(()) };
    let email = AppointmentEmail {
        appointment: due.appointment,
        news: News::Reminder,
        home: Some(home),
        address: "",
        start: due.start,
        minutes: due.minutes,
        staff_name: &due.staff_name,
        name: &due.viewer_name,
        email: to,
        from: &mailer.address(),
        sales: &[],
        now: app.now(),
    }
    .email(app.agency());
    let about = About { lead: due.lead, conversation: None, alert: None };
    let key = key(kind::VIEWING_REMINDER, due);
    post_email(app, tx, &about, (kind::VIEWING_REMINDER, to, &email), (Some(due.appointment), &key)).await
}

async fn remind_staff(app: &App, tx: &mut Tx, due: &Due, home: &Property) -> Result<(), StoreError> {
    let Some(phone) = due.staff_phone.as_ref().filter(|phone| phone.takes_texts()) else { return Ok(()) };
    let viewer = due.viewer_phone.as_ref().map(PhoneNumber::national).unwrap_or_default();
    let body = viewing_reminder_to_staff(home, due.start, &due.viewer_name, &viewer);
    tell(app, tx, due, (kind::VIEWING_REMINDER, phone, Way::Sms, &body), app.now()).await
}

fn key(kind: &str, due: &Due) -> String {
    format!("{kind}:{}:{}", due.appointment.0, due.start)
}

async fn tell(
    app: &App,
    tx: &mut Tx,
    due: &Due,
    (kind, to, way, body): (&str, &PhoneNumber, Way, &str),
    at: Timestamp,
) -> Result<(), StoreError> {
    let about = About { lead: due.lead, conversation: None, alert: None };
    let message = Post {
        kind,
        to,
        way,
        body,
        appointment: Some(due.appointment),
        dedupe_key: &format!("{}:{to}", key(kind, due)),
    };
    post_at(app, tx, &about, &message, at).await
}

/// Two hours after: a viewer may have been delayed, and is not asked at night.
async fn ask_how_it_went(app: &App) -> Result<(), StoreError> {
    let now = app.now();
    let wait = SignedDuration::from_hours(app.settings.following_up.feedback_after_h);
    for status in ["booked", "completed"] {
        let over = (before(now, ASKS_BACK), before(now, wait));
        for due in app.store.viewings_without(AppointmentStep::Asked, status, over).await? {
            let end = due.start.saturating_add(SignedDuration::from_mins(due.minutes)).unwrap_or(due.start);
            if now < end.saturating_add(wait).unwrap_or(end) {
                continue;
            }
            let Some(home) = app.store.property(due.property).await? else { continue };
            let way = way_to_viewer(app, &due, kind::VIEWING_FEEDBACK).await?;
            let mut tx = app.store.begin().await?;
            if tx.take_step(&due, AppointmentStep::Asked, status, now).await? {
                if let (Some(way), Some(phone)) = (way, &due.viewer_phone) {
                    let body = viewing_feedback(&home, app.agency());
                    let at = app.settings.following_up.not_quiet(now);
                    tell(app, &mut tx, &due, (kind::VIEWING_FEEDBACK, phone, way, &body), at).await?;
                }
                if status == "booked" {
                    let title =
                        format!("Did {} come to see {}? Mark the viewing", due.viewer_name, home.reference);
                    leave(app, &mut tx, &due, (&title, Priority::Normal, "unmarked")).await?;
                }
            }
            tx.commit().await?;
            app.outbox_rung.notify_one();
        }
    }
    Ok(())
}

async fn leave(
    app: &App,
    tx: &mut Tx,
    due: &Due,
    (title, priority, key): (&str, Priority, &str),
) -> Result<(), StoreError> {
    let now = app.now();
    let task = NewTask {
        id: &app.id("task"),
        kind: TaskKind::FollowUp,
        priority,
        title,
        notes: Some(&format!("{} was to show it.", due.staff_name)),
        lead: due.lead,
        conversation: None,
        message: None,
        dedupe_key: &format!("{key}:{}:{}", due.appointment.0, due.start),
        due: Some(app.hours().next_opening(now)),
        now,
    };
    tx.add_task(&task).await?;
    Ok(())
}

/// Staff, or the CRM, say that they came: the lead has viewed a home.
async fn note_completed(app: &App) -> Result<(), StoreError> {
    let now = app.now();
    let past = (before(now, MARKED_WITHIN), now);
    for due in app.store.viewings_without(AppointmentStep::Completed, "completed", past).await? {
        let mut tx = app.store.begin().await?;
        if tx.take_step(&due, AppointmentStep::Completed, "completed", now).await?
            && let Some(lead) = due.lead
        {
            tx.viewing_completed(lead, due.property, due.start).await?;
            rate(&mut tx, lead, now).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}

/// Nobody came: they are asked whether they would like another time, and somebody follows it up.
async fn note_missed(app: &App) -> Result<(), StoreError> {
    let now = app.now();
    let past = (before(now, MARKED_WITHIN), now);
    for due in app.store.viewings_without(AppointmentStep::Missed, "no_show", past).await? {
        let Some(home) = app.store.property(due.property).await? else { continue };
        let way = way_to_viewer(app, &due, kind::VIEWING_MISSED).await?;
        let mut tx = app.store.begin().await?;
        if tx.take_step(&due, AppointmentStep::Missed, "no_show", now).await? {
            let is_fresh = due.start > before(now, ASKS_BACK);
            if let (Some(way), Some(phone), true) = (way, &due.viewer_phone, is_fresh) {
                let body = viewing_missed(&home, app.agency());
                let at = app.settings.following_up.not_quiet(now);
                tell(app, &mut tx, &due, (kind::VIEWING_MISSED, phone, way, &body), at).await?;
            }
            let title = format!("{} did not come to see {}", due.viewer_name, home.reference);
            leave(app, &mut tx, &due, (&title, Priority::Normal, "missed")).await?;
        }
        tx.commit().await?;
        app.outbox_rung.notify_one();
    }
    Ok(())
}
