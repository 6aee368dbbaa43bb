//! Work behind the calls: the outbox, the diary's reconciler, and calls that nobody ended.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use agency::crm::{Priority, TaskKind};
use futures_util::FutureExt;
use jiff::SignedDuration;
use store::{MessageLine, NewTask, StoreError};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::appointments::look_after_viewings;

use crate::conversation::{answer_chats, close_silent_chats};
use crate::dashboard::test_phone::{end_forgotten, forget_old_copies};
use crate::ladder::climb_due;
use crate::market::watch_market;
use crate::media::look_after_media;
use crate::outbox::{apply_waiting_receipts, ask_for_receipts, send_line};
use crate::overdue::escalate;
use crate::privacy::{delete_copies, forget_old};
use crate::recordings::look_after_recordings;
use crate::review::{rate_daily, review_due};
use crate::untold::{look_for_untold, note_start};

const LADDER_EVERY: Duration = Duration::from_secs(1);
const CHATS_EVERY: Duration = Duration::from_secs(1);
const SOON: Duration = Duration::from_millis(5);
const COUNTED_EVERY: Duration = Duration::from_mins(1);
const ABANDONED_EVERY: Duration = Duration::from_secs(20);
const HOUSEKEEPING_EVERY: Duration = Duration::from_secs(5);

/// Does some work again and again until told to stop: when it is rung for, and after a while in any case.
macro_rules! again {
    ($work:literal, $stop:ident, ($rung:expr, $every:expr), $doing:expr) => {
        async {
            while !$stop.is_cancelled() {
                tell($work, $doing).await;
                tokio::select! {
                    () = $rung.notified() => {}
                    () = tokio::time::sleep($every) => {}
                    () = $stop.cancelled() => {}
                }
            }
        }
    };
}

/// Runs until told to stop. Messages leave when a commit rings, or at the latest with the next poll.
pub async fn run(app: App, stop: CancellationToken) {
    let poll = Duration::from_millis(app.settings.outbox.poll_ms);
    let (app, stop, unrung) = (&app, &stop, Notify::new());
    tell("calls since the last start", note_start(app)).await;
    tokio::join!(
        again!("outbox", stop, (app.outbox_rung, poll), send_line(app, MessageLine::Rest)),
        again!("mail", stop, (unrung, poll), send_line(app, MessageLine::Mail)),
        again!("the on-call ladder", stop, (unrung, LADDER_EVERY), climb_due(app)),
        again!("files", stop, (app.media_rung, HOUSEKEEPING_EVERY), look_after_media(app)),
        again!("recordings", stop, (unrung, HOUSEKEEPING_EVERY), look_after_recordings(app)),
        again!("housekeeping", stop, (unrung, HOUSEKEEPING_EVERY), keep_house(app)),
        again!("the work after calls", stop, (app.calls_ended, HOUSEKEEPING_EVERY), follow_up(app)),
        again!("what nobody told us", stop, (unrung, ABANDONED_EVERY), look_for_untold(app)),
        again!("numbers", stop, (unrung, COUNTED_EVERY), count(app)),
        chats(app, stop),
        keep_warm(app, stop),
    );
}

async fn chats(app: &App, stop: &CancellationToken) {
    while !stop.is_cancelled() {
        tell("chats", answer_chats(app)).await;
        tokio::select! {
            () = app.chats_rung.notified() => {}
            () = tokio::time::sleep(until_next_answer(app).await) => {}
            () = stop.cancelled() => {}
        }
    }
}

/// To the moment at which somebody has stopped typing, or soon: another node may know of somebody else.
async fn until_next_answer(app: &App) -> Duration {
    let due = app.store.next_answer().await.ok().flatten();
    let wait = due.map_or(CHATS_EVERY, |at| at.duration_since(app.now()).try_into().unwrap_or(SOON));
    wait.clamp(SOON, CHATS_EVERY)
}

/// A connection to the model that is used now and then stays open.
async fn keep_warm(app: &App, stop: &CancellationToken) {
    const EVERY: Duration = Duration::from_secs(45);
    let Some(models) = &app.models else { return };
    while !stop.is_cancelled() {
        models.warm().await;
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = stop.cancelled() => {}
        }
    }
}

/// Everything that is looked after besides sending; a test steps it.
pub async fn keep_house(app: &App) -> Result<(), StoreError> {
    forget_old_copies(&app.settings);
    app.limiters.forget();
    end_forgotten(app).await;
    app.read_settings_again().await?;
    app.read_words_again().await?;
    apply_waiting_receipts(app).await?;
    ask_for_receipts(app).await?;
    reconcile_diary(app).await?;
    forget_incidents(app).await?;
    forget_old(app).await?;
    delete_copies(app).await?;
    close_silent_chats(app).await
}

/// What follows from conversations, viewings and the market; a test steps it.
pub async fn follow_up(app: &App) -> Result<(), StoreError> {
    review_due(app).await?;
    look_after_viewings(app).await?;
    watch_market(app).await?;
    escalate(app).await?;
    rate_daily(app).await
}

/// The numbers of the dashboard are never older than this; whoever looks at them counts first.
async fn count(app: &App) -> Result<(), StoreError> {
    while app.store.count_stale_days().await? {}
    Ok(())
}

/// Work that fails, or panics over some odd row, is tried again, and stops no other work.
async fn tell<T>(work: &'static str, doing: impl Future<Output = Result<T, StoreError>>) {
    match AssertUnwindSafe(doing).catch_unwind().await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => tracing::error!(
            error = %error, code = error.code(),
            work,
            "work behind the calls failed; it is tried again"
        ),
        Err(_) => tracing::error!(work, "work behind the calls panicked; it is tried again"),
    }
}

/// Gives cells to the CRM's own appointments. Two of them in one slot are a person's to sort out.
async fn reconcile_diary(app: &App) -> Result<(), StoreError> {
    let now = app.now();
    let mut tx = app.store.begin().await?;
    for claimed in tx.reconcile_cells(now).await?.iter().filter(|claimed| claimed.clashes) {
        let task = NewTask {
            id: &app.id("task"),
            kind: TaskKind::Other,
            priority: Priority::Urgent,
            title: "Two appointments in one slot",
            notes: Some(&format!(
                "Appointment {} overlaps another. Move one of them.",
                claimed.appointment.0
            )),
            lead: None,
            conversation: None,
            message: None,
            dedupe_key: &format!("clash:{}", claimed.appointment.0),
            due: Some(app.hours().next_opening(now)),
            now,
        };
        tx.add_task(&task).await?;
    }
    tx.commit().await
}

/// What is reported from now on of a building is another incident.
async fn forget_incidents(app: &App) -> Result<(), StoreError> {
    let hours = SignedDuration::from_hours(app.settings.emergency.same_incident_h);
    let mut tx = app.store.begin().await?;
    tx.forget_incidents(app.now().saturating_sub(hours).unwrap_or_default()).await?;
    tx.commit().await
}
