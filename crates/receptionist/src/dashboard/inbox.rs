//! People who write: reading along, answering them oneself, and giving them back to Sarah.

use agency::crm::{LeadId, Priority, TaskKind};
use agency::messages::{Way, kind, ways};
use agency::phone::PhoneNumber;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use store::{MessageView, NewTask, ThreadView};
use utoipa::{IntoParams, ToSchema};

use super::access::{Needs, Staff, Views, Works};
use super::input::{Body, Query};
use super::page::{Page, PageQuery};
use super::problem::Problem;
use crate::app::App;
use crate::delivery::reach;
use crate::outbox::{About, Post, post};

fn shown<N: Needs>(mut thread: ThreadView, staff: &Staff<N>) -> ThreadView {
    thread.address = staff.shown(Some(thread.address)).unwrap_or_default();
    thread
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ThreadQuery {
    /// `true`: only those who wait for an answer.
    waits: Option<bool>,
    /// Part of a name, words of the latest message, or part of a number where your role sees them.
    q: Option<String>,
}

/// People who write: those who wait for an answer first, then by the latest message.
#[utoipa::path(get, path = "/api/v1/inbox", operation_id = "list_threads", tag = "inbox", security(("session" = ["view"])), params(ThreadQuery, PageQuery),
    responses((status = 200, body = Page<ThreadView>), (status = 400, body = Problem), (status = 401, body = Problem)))]
pub(super) async fn list(
    State(app): State<App>,
    staff: Staff<Views>,
    Query(query): Query<ThreadQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<ThreadView>>, Problem> {
    let paging = page.paging()?;
    let words = query.q.as_deref().map(str::trim).filter(|words| !words.is_empty());
    let by_number = staff.account.role.sees_numbers();
    let threads = app.store.threads(query.waits, (words, by_number), &paging).await?;
    Page::of(threads, &paging, ThreadView::place, |thread| shown(thread, &staff)).map(Json)
}

async fn thread(app: &App, id: &str) -> Result<ThreadView, Problem> {
    app.store.thread(id).await?.ok_or_else(|| Problem::not_found("Nobody writes there"))
}

/// A thread with what was written.
#[derive(Serialize, ToSchema)]
pub(super) struct ThreadDetail {
    thread: ThreadView,
    /// The newest first, at most 100; what colleagues wrote by another way is among them.
    messages: Vec<MessageView>,
}

/// One thread.
#[utoipa::path(get, path = "/api/v1/inbox/{id}", operation_id = "get_thread", tag = "inbox", security(("session" = ["view"])), params(("id" = String, Path)),
    responses((status = 200, body = ThreadDetail), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn one(
    State(app): State<App>,
    staff: Staff<Views>,
    Path(id): Path<String>,
) -> Result<Json<ThreadDetail>, Problem> {
    const MESSAGES: i64 = 100;
    let thread = thread(&app, &id).await?;
    staff.looked_at(&app, &format!("lead {}", thread.lead)).await?;
    let messages = app.store.messages_of(LeadId(thread.lead), Some(&thread.channel), MESSAGES).await?;
    Ok(Json(ThreadDetail { thread: shown(thread, &staff), messages }))
}

#[derive(Deserialize, ToSchema)]
pub(super) struct Write {
    /// At most 1,500 characters.
    body: String,
    /// Yours for this message: sent again with the same, it is not sent twice.
    key: String,
}

/// Writes to somebody, in a colleague's own words, by the way they wrote. By WhatsApp only for 24 hours after they last wrote.
#[utoipa::path(post, path = "/api/v1/inbox/{id}/messages", operation_id = "write_message", tag = "inbox", security(("session" = ["work"])),
    params(("id" = String, Path)), request_body = Write,
    responses((status = 202), (status = 400, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn write(
    State(app): State<App>,
    staff: Staff<Works>,
    Path(id): Path<String>,
    Body(wish): Body<Write>,
) -> Result<StatusCode, Problem> {
    let thread = thread(&app, &id).await?;
    let number = thread.address.strip_prefix("whatsapp:").unwrap_or(&thread.address);
    let wanted = if thread.channel == "whatsapp" { Way::WhatsAppText } else { Way::Sms };
    let about =
        About { lead: Some(LeadId(thread.lead)), conversation: thread.conversation.as_deref(), alert: None };
    send(&app, &staff, &about, (number, wanted), &wish).await
}

/// Writes to a lead by SMS, in a colleague's own words: also to somebody who has only rung, or whose WhatsApp takes no free text.
#[utoipa::path(post, path = "/api/v1/leads/{id}/messages", operation_id = "write_to_lead", tag = "leads", security(("session" = ["work"])),
    params(("id" = i64, Path)), request_body = Write,
    responses((status = 202), (status = 400, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn write_to_lead(
    State(app): State<App>,
    staff: Staff<Works>,
    Path(id): Path<String>,
    Body(wish): Body<Write>,
) -> Result<StatusCode, Problem> {
    let no_such = || Problem::not_found("There is no such lead; it may have been deleted under retention");
    let lead = LeadId(id.parse().map_err(|_| no_such())?);
    let number = app.store.lead(lead).await?.ok_or_else(no_such)?.phone.unwrap_or_default();
    let about = About { lead: Some(lead), conversation: None, alert: None };
    send(&app, &staff, &about, (&number, Way::Sms), &wish).await
}

async fn send(
    app: &App,
    staff: &Staff<Works>,
    about: &About<'_>,
    (number, wanted): (&str, Way),
    wish: &Write,
) -> Result<StatusCode, Problem> {
    const CHARS_MAX: usize = 1_500;
    let body = wish.body.trim();
    if body.is_empty() || body.chars().count() > CHARS_MAX || wish.key.is_empty() {
        return Err(Problem::bad_request("body has 1 to 1,500 characters, and key is not empty"));
    }
    let to = PhoneNumber::parse(number).map_err(|_| Problem::bad_request("this is no number to write to"))?;
    let way = way(app, &to, wanted).await?;
    let dedupe_key = format!("{}:{}:{}", kind::FROM_STAFF, staff.account.id, wish.key);
    let message =
        Post { kind: kind::FROM_STAFF, to: &to, way, body, appointment: None, dedupe_key: &dedupe_key };
    let mut tx = app.store.begin().await?;
    post(app, &mut tx, about, &message).await?;
    let subject = about.lead.map(|lead| lead.0.to_string()).unwrap_or_default();
    staff.audit(app, &mut tx, ("message_written", &subject, None)).await?;
    tx.commit().await?;
    app.outbox_rung.notify_one();
    Ok(StatusCode::ACCEPTED)
}

/// The way they wrote, if it is open.
async fn way(app: &App, to: &PhoneNumber, wanted: Way) -> Result<Way, Problem> {
    let reach = reach(app, to, kind::FROM_STAFF).await?;
    if app.store.has_stopped(&[to.as_str()], "service").await? {
        return Err(Problem::conflict("opted_out", "They have said stop to messages")
            .with("Ring them; they can write START."));
    }
    if ways(&reach, app.now()).contains(&wanted) {
        return Ok(wanted);
    }
    if wanted == Way::Sms {
        return Err(Problem::conflict("takes_no_texts", "This number takes no texts").with("Ring them."));
    }
    Err(Problem::conflict("window_closed", "They last wrote more than 24 hours ago")
        .with("WhatsApp takes no free text now: ring them, or write by SMS."))
}

/// Answers somebody oneself: Sarah is quiet, but for dangers, until they are given back or the task is done.
#[utoipa::path(post, path = "/api/v1/inbox/{id}/take", operation_id = "take_chat", tag = "inbox", security(("session" = ["work"])),
    params(("id" = String, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn take(
    State(app): State<App>,
    staff: Staff<Works>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let thread = thread(&app, &id).await?;
    let held = || Problem::conflict("held", "Somebody answers them already");
    if let Some(name) = &thread.held_by {
        return Err(held().with(format!("{name} does.")));
    }
    let nothing = || Problem::conflict("not_begun", "Sarah has not answered them yet; try again in a moment");
    let conversation = thread.conversation.as_deref().ok_or_else(nothing)?;
    let (now, task_id) = (app.now(), app.id("task"));
    let task = NewTask {
        id: &task_id,
        kind: TaskKind::CallBack,
        priority: Priority::Normal,
        title: &format!("{} answers this chat", staff.account.name),
        notes: None,
        lead: Some(LeadId(thread.lead)),
        conversation: Some(conversation),
        message: None,
        dedupe_key: &format!("chat_taken:{task_id}"),
        due: now.checked_add(SignedDuration::from_hours(1)).ok(),
        now,
    };
    let mut tx = app.store.begin().await?;
    if !tx.claim_chat(conversation, &task_id).await? {
        return Err(held());
    }
    tx.add_task(&task).await?;
    if let Some(user) = staff.account.user {
        tx.give_task(task.dedupe_key, user).await?;
    }
    staff.audit(&app, &mut tx, ("chat_taken", conversation, None)).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sarah answers them again; the task is done.
#[utoipa::path(post, path = "/api/v1/inbox/{id}/give-back", operation_id = "give_chat_back", tag = "inbox", security(("session" = ["work"])),
    params(("id" = String, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn give_back(
    State(app): State<App>,
    staff: Staff<Works>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let thread = thread(&app, &id).await?;
    let nobody = || Problem::conflict("not_held", "Sarah answers them");
    let (task, conversation) = thread.held_by_task.zip(thread.conversation).ok_or_else(nobody)?;
    let mut tx = app.store.begin().await?;
    if !tx.give_chat_back(&conversation, &task).await? {
        return Err(nobody());
    }
    tx.finish_task(&task, app.now()).await?;
    staff.audit(&app, &mut tx, ("chat_given_back", &conversation, None)).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
