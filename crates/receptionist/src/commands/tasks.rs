//! `tasks`: what people have to do, and whether the call-backs promised to callers were made in time.

use serde_json::json;
use store::{Store, Task};

use super::terminal::{complain, print};
use crate::clock::Clock;
use crate::settings::Settings;

#[derive(clap::Args)]
pub(super) struct Options {
    /// This task is done.
    #[arg(long, value_name = "TASK", conflicts_with = "promises")]
    done: Option<String>,
    /// How many of the call-backs promised by a time were made in time.
    #[arg(long)]
    promises: bool,
    /// JSON instead of text.
    #[arg(long)]
    json: bool,
}

pub(super) const EXAMPLES: &str = "Examples:
  receptionist tasks                        what is open, the urgent first
  receptionist tasks --done task_01J…       it is done
  receptionist tasks --promises --json      call-backs kept, broken, open and overdue";

pub(super) async fn run(settings: &Settings, options: &Options) -> anyhow::Result<bool> {
    let store = Store::open(&settings.database_url()).await?;
    let done = match &options.done {
        Some(task) => finish(&store, task).await?,
        None if options.promises => promises(&store, options.json).await?,
        None => list(&store, options.json).await?,
    };
    store.close().await;
    Ok(done)
}

async fn finish(store: &Store, task: &str) -> anyhow::Result<bool> {
    let mut tx = store.begin().await?;
    let is_done = tx.finish_task(task, Clock::system().now()).await?;
    tx.commit().await?;
    if !is_done {
        complain(&format!("there is no open task {task}; `receptionist tasks` lists them"));
    }
    Ok(is_done)
}

async fn promises(store: &Store, as_json: bool) -> anyhow::Result<bool> {
    let promises = store.promises(Clock::system().now()).await?;
    let (kept, broken, open, overdue) = (promises.kept, promises.broken, promises.open, promises.overdue);
    print(&if as_json {
        json!({"kept": kept, "broken": broken, "open": open, "overdue": overdue}).to_string()
    } else {
        format!("call-backs: {kept} made in time, {broken} late, {open} open, {overdue} of them overdue")
    });
    Ok(true)
}

async fn list(store: &Store, as_json: bool) -> anyhow::Result<bool> {
    for task in store.open_tasks().await? {
        print(&if as_json { about(&task).to_string() } else { line(&task) });
    }
    Ok(true)
}

fn about(task: &Task) -> serde_json::Value {
    json!({
        "id": task.id, "kind": task.kind, "priority": task.priority, "title": task.title,
        "due_at": task.due().map(|at| at.to_string()), "assigned_to": task.assigned_name,
    })
}

fn line(task: &Task) -> String {
    let due = task.due().map(|at| agency::london::local(at).strftime("by %a %d %b %H:%M").to_string());
    let owner = task.assigned_name.as_deref().unwrap_or("nobody yet");
    format!("{}  {}  {}  {}  {owner}", task.id, task.priority, due.unwrap_or_default(), task.title)
}
