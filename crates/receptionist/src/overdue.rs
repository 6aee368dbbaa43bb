//! Tasks past their time: they become urgent, and the managers hear of them, in one message, while the office is open.

use agency::crm::Channel;
use agency::messages::{Way, kind};
use agency::speech;
use jiff::SignedDuration;
use store::{NewMessage, Rich, StoreError, Task, Tx};

use crate::app::App;
use crate::delivery::addresses;

/// Who answers for what others forget.
const ROLES: &[&str] = &["manager", "director"];
/// So many are named; of the rest there is a number.
const NAMED_MAX: usize = 5;

/// Escalates what is overdue. A test steps this, the worker loops it.
pub(crate) async fn escalate(app: &App) -> Result<(), StoreError> {
    let now = app.now();
    if !app.hours().is_open(now) {
        return Ok(());
    }
    let rules = &app.settings.following_up;
    let before = |grace: SignedDuration| now.saturating_sub(grace).unwrap_or(now);
    let promised = before(SignedDuration::from_mins(rules.escalate_after_min));
    let ordinary = before(SignedDuration::from_hours(rules.escalate_ordinary_after_h));
    let overdue = app.store.overdue_tasks((promised, ordinary)).await?;
    if overdue.is_empty() {
        return Ok(());
    }
    let managers = app.store.phones_of(ROLES).await?;
    let mut tx = app.store.begin().await?;
    let mut taken: Vec<&Task> = Vec::new();
    for task in &overdue {
        if tx.escalate_task(&task.id, now).await? {
            taken.push(task);
        }
    }
    if let Some(first) = taken.first() {
        let body = words(&taken);
        for phone in managers.iter().filter(|phone| phone.takes_texts()) {
            let (to, from) = addresses(&app.settings.twilio, phone, Way::Sms.channel());
            post(app, &mut tx, (Channel::Sms, &to, &from), &body, &format!("{}:{phone}", first.id)).await?;
        }
        if app.slack.is_some() {
            post(
                app,
                &mut tx,
                (Channel::Slack, "slack", "receptionist"),
                &body,
                &format!("{}:slack", first.id),
            )
            .await?;
        }
    }
    tx.commit().await?;
    app.outbox_rung.notify_one();
    Ok(())
}

/// No names of callers: a telephone on a desk is read by anybody.
fn words(tasks: &[&Task]) -> String {
    let one = |task: &&Task| {
        let due = task.due().map(speech::moment_in_writing).unwrap_or_default();
        format!("{} (due {due}, {})", task.kind.replace('_', " "), task.id)
    };
    let named: Vec<String> = tasks.iter().take(NAMED_MAX).map(one).collect();
    let more = tasks.len().saturating_sub(NAMED_MAX);
    let rest = if more > 0 { format!("; and {more} more") } else { String::new() };
    let count = if tasks.len() == 1 { "1 task is".to_owned() } else { format!("{} tasks are", tasks.len()) };
    format!("{count} past their time: {}{rest}. See `receptionist tasks`.", named.join("; "))
}

async fn post(
    app: &App,
    tx: &mut Tx,
    (channel, to, from): (Channel, &str, &str),
    body: &str,
    key: &str,
) -> Result<(), StoreError> {
    let message = NewMessage {
        id: &app.id("msg"),
        channel,
        kind: kind::TASK_OVERDUE,
        lead: None,
        conversation: None,
        appointment: None,
        alert: None,
        to,
        from,
        body,
        content_sid: None,
        content_variables: None,
        rich: Rich::default(),
        dedupe_key: &format!("{}:{key}", kind::TASK_OVERDUE),
        fallback_for: None,
        send_after: app.now(),
        now: app.now(),
    };
    tx.enqueue(&message).await?;
    Ok(())
}
