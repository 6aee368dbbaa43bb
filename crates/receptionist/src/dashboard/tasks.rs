//! What people have to do.

use agency::crm::{LeadId, Priority, TaskKind, UserId};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::{NewTask, TaskFilter, TaskView};
use utoipa::{IntoParams, ToSchema};

use super::access::{Needs, Staff, Views, Works};
use super::edit::{IfMatch, mark};
use super::input::{Body, Query};
use super::page::{Page, PageQuery};
use super::problem::Problem;
use super::users::works_here;
use crate::app::App;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct TaskQuery {
    /// open (what is meant if nothing is said), done or cancelled.
    status: Option<String>,
    /// mine, unassigned or team (everybody's).
    whose: Option<String>,
    /// `call_back`, `follow_up`, complaint, `data_request`, `delivery_failed`, review or other.
    kind: Option<String>,
}

/// A task, with its mark: done in one press from the list, it must still be as it was shown there.
#[derive(Serialize, ToSchema)]
pub(super) struct MarkedTask {
    #[serde(flatten)]
    task: TaskView,
    /// What a change of it says as `If-Match`.
    etag: String,
}

fn shown<N: Needs>(mut task: TaskView, staff: &Staff<N>) -> Result<MarkedTask, Problem> {
    let etag = mark(&task)?;
    task.lead_phone = staff.shown(task.lead_phone);
    Ok(MarkedTask { task, etag })
}

/// Tasks: the urgent first, then by the time they are due; those that are closed, the latest first.
#[utoipa::path(get, operation_id = "list_tasks", path = "/api/v1/tasks", tag = "tasks", security(("session" = ["view"])), params(TaskQuery, PageQuery),
    responses((status = 200, body = Page<MarkedTask>), (status = 400, body = Problem), (status = 401, body = Problem)))]
pub(super) async fn list(
    State(app): State<App>,
    staff: Staff<Views>,
    Query(query): Query<TaskQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<MarkedTask>>, Problem> {
    let assigned_to = match query.whose.as_deref() {
        None | Some("team") => None,
        Some("mine") => Some(Some(staff.account.user.map_or(-1, |user| user.0))),
        Some("unassigned") => Some(None),
        Some(_) => return Err(Problem::bad_request("whose is one of mine, unassigned, team")),
    };
    if query.kind.as_deref().is_some_and(|kind| TaskKind::from_word(kind).is_none()) {
        return Err(Problem::bad_request("there is no such kind of task"));
    }
    let status = query.status.unwrap_or_else(|| "open".to_owned());
    let paging = page.paging()?;
    let rows = app.store.tasks(&TaskFilter { status, assigned_to, kind: query.kind }, &paging).await?;
    let marked = rows.into_iter().map(|row| shown(row, &staff)).collect::<Result<Vec<_>, _>>()?;
    Page::of(marked, &paging, |marked| marked.task.place(), |marked| marked).map(Json)
}

#[derive(Deserialize, ToSchema)]
pub(super) struct CreateTask {
    /// At most 200 characters.
    title: String,
    /// At most 2,000 characters.
    notes: Option<String>,
    /// `call_back`, `follow_up`, complaint or other.
    kind: String,
    is_urgent: bool,
    lead: Option<i64>,
    /// The conversation it comes from; its lead is the task's if none is named.
    call: Option<String>,
    due: Option<Timestamp>,
    /// A colleague's id in the CRM.
    assigned_to: Option<i64>,
    /// Yours for this task: sent again with the same, it is not written twice.
    key: String,
}

impl CreateTask {
    fn kind(&self) -> Result<TaskKind, Problem> {
        let ours = [TaskKind::CallBack, TaskKind::FollowUp, TaskKind::Complaint, TaskKind::Other];
        let kind = TaskKind::from_word(&self.kind).filter(|kind| ours.contains(kind));
        let (title, notes) = (self.title.trim(), self.notes.as_deref().unwrap_or_default());
        if title.is_empty()
            || title.chars().count() > 200
            || notes.chars().count() > 2_000
            || self.key.is_empty()
        {
            return Err(Problem::bad_request(
                "title has 1 to 200 characters, notes have at most 2,000, and key is not empty",
            ));
        }
        kind.ok_or_else(|| Problem::bad_request("kind is one of call_back, follow_up, complaint, other"))
    }
}

/// Writes a task of a colleague's own.
#[utoipa::path(post, operation_id = "create_task", path = "/api/v1/tasks", tag = "tasks", security(("session" = ["work"])), request_body = CreateTask,
    responses((status = 201), (status = 400, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn create(
    State(app): State<App>,
    staff: Staff<Works>,
    Body(wish): Body<CreateTask>,
) -> Result<StatusCode, Problem> {
    let kind = wish.kind()?;
    let call = match &wish.call {
        Some(id) => {
            Some(app.store.call(id).await?.ok_or_else(|| Problem::not_found("There is no such call"))?)
        }
        None => None,
    };
    let lead = wish.lead.or(call.map(|call| call.lead)).map(LeadId);
    if let Some(lead) = lead {
        app.store.lead(lead).await?.ok_or_else(|| Problem::not_found("There is no such lead"))?;
    }
    works_here(&app, wish.assigned_to, &[]).await?;
    let (id, dedupe_key) = (app.id("task"), format!("by_staff:{}:{}", staff.account.id, wish.key));
    let task = NewTask {
        id: &id,
        kind,
        priority: if wish.is_urgent { Priority::Urgent } else { Priority::Normal },
        title: wish.title.trim(),
        notes: wish.notes.as_deref().map(str::trim).filter(|notes| !notes.is_empty()),
        lead,
        conversation: wish.call.as_deref(),
        message: None,
        dedupe_key: &dedupe_key,
        due: wish.due,
        now: app.now(),
    };
    let mut tx = app.store.begin().await?;
    if tx.add_task(&task).await? {
        if let Some(user) = wish.assigned_to {
            tx.give_task(&dedupe_key, UserId(user)).await?;
        }
        staff.audit(&app, &mut tx, ("task_created", &id, Some(kind.word()))).await?;
    }
    tx.commit().await?;
    Ok(StatusCode::CREATED)
}

#[derive(Deserialize, ToSchema)]
pub(super) struct ChangeTask {
    /// open, done or cancelled: open again undoes the others.
    status: Option<String>,
    /// A colleague's id in the CRM; 0: nobody's.
    assigned_to: Option<i64>,
    /// Put off until then.
    due: Option<Timestamp>,
}

/// Does a task, takes it up again, gives it to somebody or puts it off.
#[utoipa::path(patch, operation_id = "change_task", path = "/api/v1/tasks/{id}", tag = "tasks", security(("session" = ["work"])),
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = ChangeTask,
    responses((status = 200, body = MarkedTask), (status = 400, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 412, body = Problem), (status = 428, body = Problem)))]
pub(super) async fn change(
    State(app): State<App>,
    staff: Staff<Works>,
    Path(id): Path<String>,
    seen: IfMatch,
    Body(wish): Body<ChangeTask>,
) -> Result<Json<MarkedTask>, Problem> {
    works_here(&app, wish.assigned_to, &[]).await?;
    let read = async || {
        let found = app.store.task(&id).await?;
        found.ok_or_else(|| Problem::not_found("There is no such task"))
    };
    let mut tx = app.store.begin().await?;
    tx.lock_task(&id).await?;
    let mut task = read().await?;
    seen.check(&task)?;
    let done = wish.apply(&mut task, app.now())?;
    tx.change_task(&task).await?;
    staff.audit(&app, &mut tx, ("task_changed", &id, Some(&done.join(", ")))).await?;
    tx.commit().await?;
    shown(read().await?, &staff).map(Json)
}

impl ChangeTask {
    /// Says what was changed.
    fn apply(self, task: &mut TaskView, now: Timestamp) -> Result<Vec<String>, Problem> {
        let mut done = Vec::new();
        if let Some(status) = self.status {
            if !["open", "done", "cancelled"].contains(&status.as_str()) {
                return Err(Problem::bad_request("status is one of open, done, cancelled"));
            }
            task.done = (status == "done").then_some(now);
            done.push(status.clone());
            task.status = status;
        }
        if let Some(user) = self.assigned_to {
            task.assigned_to = Some(UserId(user).0).filter(|user| *user != 0);
            done.push("assigned".to_owned());
        }
        if let Some(due) = self.due {
            task.due = Some(due);
            done.push("put off".to_owned());
        }
        Ok(done)
    }
}
