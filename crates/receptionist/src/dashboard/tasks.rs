//! What people have to do.

use agency::crm::{TaskKind, UserId};
use axum::Json;
use axum::extract::{Path, State};
use jiff::Timestamp;
use serde::Deserialize;
use store::{TaskFilter, TaskView};
use utoipa::{IntoParams, ToSchema};

use super::access::{Needs, Staff, Views, Works};
use super::input::{Body, Query};
use super::problem::Problem;
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

fn shown<N: Needs>(mut task: TaskView, staff: &Staff<N>) -> TaskView {
    task.lead_phone = staff.shown(task.lead_phone);
    task
}

/// Tasks: the urgent first, then by the time they are due; at most 200.
#[utoipa::path(get, operation_id = "list_tasks", path = "/api/v1/tasks", tag = "tasks", security(("session" = ["view"])), params(TaskQuery),
    responses((status = 200, body = [TaskView]), (status = 400, body = Problem), (status = 401, body = Problem)))]
pub(super) async fn list(
    State(app): State<App>,
    staff: Staff<Views>,
    Query(query): Query<TaskQuery>,
) -> Result<Json<Vec<TaskView>>, Problem> {
    const SHOWN: i64 = 200;
    let assigned_to = match query.whose.as_deref() {
        None | Some("team") => None,
        Some("mine") => Some(Some(staff.account.user.map_or(-1, |user| user.0))),
        Some("unassigned") => Some(None),
        Some(_) => return Err(Problem::bad_request("whose is one of mine, unassigned, team")),
    };
    if query.kind.as_deref().is_some_and(|kind| TaskKind::from_word(kind).is_none()) {
        return Err(Problem::bad_request("there is no such kind of task"));
    }
    let status = Some(query.status.unwrap_or_else(|| "open".to_owned()));
    let rows = app.store.tasks(&TaskFilter { status, assigned_to, kind: query.kind }, SHOWN).await?;
    Ok(Json(rows.into_iter().map(|row| shown(row, &staff)).collect()))
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
#[utoipa::path(patch, operation_id = "change_task", path = "/api/v1/tasks/{id}", tag = "tasks", security(("session" = ["work"])), params(("id" = String, Path)),
    request_body = ChangeTask,
    responses((status = 200, body = TaskView), (status = 400, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn change(
    State(app): State<App>,
    staff: Staff<Works>,
    Path(id): Path<String>,
    Body(wish): Body<ChangeTask>,
) -> Result<Json<TaskView>, Problem> {
    let no_such = || Problem::not_found("There is no such task");
    let mut task = app.store.task(&id).await?.ok_or_else(no_such)?;
    let mut done = Vec::new();
    if let Some(status) = wish.status {
        if !["open", "done", "cancelled"].contains(&status.as_str()) {
            return Err(Problem::bad_request("status is one of open, done, cancelled"));
        }
        task.done = (status == "done").then(|| app.now());
        done.push(status.clone());
        task.status = status;
    }
    if let Some(user) = wish.assigned_to {
        task.assigned_to = Some(UserId(user).0).filter(|user| *user != 0);
        done.push("assigned".to_owned());
    }
    if let Some(due) = wish.due {
        task.due = Some(due);
        done.push("put off".to_owned());
    }
    let mut tx = app.store.begin().await?;
    tx.change_task(&task).await?;
    staff.audit(&app, &mut tx, ("task_changed", &id, Some(&done.join(", ")))).await?;
    tx.commit().await?;
    let row = app.store.task(&id).await?.ok_or_else(no_such)?;
    Ok(Json(shown(row, &staff)))
}
