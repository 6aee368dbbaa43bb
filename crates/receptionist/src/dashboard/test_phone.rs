//! The test phone: a call through the same doors as any other, to a copy of this agency that is thrown away afterwards. Nothing is
//! sent, nobody is rung, and the diary stays as it is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use agency::conversation::State as Memory;
use agency::phone::PhoneNumber;
use anyhow::Context;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};
use phone_network::Call;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{LineView, Rows, Store, Tx};
use tempfile::TempDir;
use tokio::sync::Mutex;
use utoipa::ToSchema;

use super::access::{Staff, Works};
use super::assessments::as_file;
use super::calls::{Fact, facts};
use super::input::Body;
use super::problem::Problem;
use super::settings::SECTIONS;
use crate::app::App;
use crate::clock::Clock;
use crate::rehearsal::{AGENCY_NUMBER, Plan, Rehearsal};
use crate::scenarios::{Told, export};
use crate::settings::Settings;

/// So many at once, and nobody is silent for longer.
const CALLS_MAX: usize = 4;
const TURNS_MAX: u32 = 60;
const IDLE_MAX: SignedDuration = SignedDuration::from_mins(10);

/// What Sarah needs to know to answer as she would. Leads stay behind: nobody's past is copied for a test.
const COPIED: &[&str] = &[
    "users", "properties", "pm_landlords", "pm_properties", "pm_tenants", "viewing_appointments",
    "unified_contacts", "working_hours", "absences", "viewing_rules", "contractors", "oncall_rota",
    "settings",
];

/// Where the outcome of a call stands.
const WRITTEN: &[&str] = &[
    "viewing_appointments", "support_tickets", "alerts", "tasks", "messages", "voice_leads",
    "voice_lead_calls", "saved_searches",
];

/// Columns that only the machine needs.
const LEFT_OUT: &[&str] = &[
    "dedupe_key", "content_variables", "content_sid", "transcript", "claimed_by", "claimed_until", "review",
];

pub(crate) type TestCalls = Mutex<BTreeMap<String, Arc<Mutex<TestCall>>>>;

pub(crate) struct TestCall {
    rehearsal: Rehearsal,
    call: Call,
    /// What the copy held before, by table.
    before: BTreeMap<&'static str, BTreeSet<String>>,
    turns: u32,
    used: Timestamp,
    _folder: TempDir,
}

#[derive(Deserialize, ToSchema)]
pub(super) struct RingUp {
    /// Who rings, E.164: somebody's number makes you that caller; none: a number that nobody has.
    from: Option<String>,
    /// When, as far as Sarah knows, in London's time, such as 2026-12-25T10:00; none: now.
    #[schema(value_type = Option<String>)]
    at: Option<DateTime>,
    /// With the settings as they are drafted.
    #[serde(default)]
    drafts: bool,
}

/// A row that was written.
#[derive(Serialize, ToSchema)]
pub(super) struct WrittenRow {
    table: &'static str,
    /// Its columns that have a value.
    #[schema(value_type = Object)]
    row: Value,
}

/// A test call as it stands.
#[derive(Serialize, ToSchema)]
pub(super) struct TestCallView {
    id: String,
    /// What Sarah said last.
    heard: String,
    /// How it ended; none: it goes on.
    ending: Option<String>,
    lines: Vec<LineView>,
    /// What Sarah takes it to be about, what she does, and what she has understood so far.
    intent: Option<String>,
    step: Option<String>,
    facts: Vec<Fact>,
    /// What would have been written, had this been a call.
    written: Vec<WrittenRow>,
}

fn folder(settings: &Settings) -> PathBuf {
    settings.database.data_dir.join("test-calls")
}

/// Copies that a process left behind when it was killed: they have people's names in them.
pub(crate) fn forget_old_copies(settings: &Settings) {
    const OLD: std::time::Duration = std::time::Duration::from_hours(2);
    let copies = std::fs::read_dir(folder(settings)).into_iter().flatten().flatten();
    for copy in copies {
        let modified = copy.metadata().and_then(|about| about.modified()).ok();
        let is_old = modified.and_then(|at| at.elapsed().ok()).is_some_and(|age| age > OLD);
        if is_old && let Err(error) = std::fs::remove_dir_all(copy.path()) {
            tracing::error!(error = %error, "the copy of an old test call cannot be deleted; delete test-calls in DATA_DIR");
        }
    }
}

impl TestCall {
    async fn begin(app: &App, wish: &RingUp) -> anyhow::Result<Self> {
        const NOBODY: &str = "+447700900950";
        let folder = folder(&app.settings);
        std::fs::create_dir_all(&folder)?;
        let folder = TempDir::new_in(folder)?;
        let url = format!("sqlite:{}", folder.path().join("copy.db").display());
        let copy = Store::open(&url).await?;
        app.store.copy_to(&copy, COPIED).await?;
        for section in SECTIONS {
            if let Some(kept) = app.store.setting(section).await? {
                copy.setting_or_keep(section, &kept.value, app.now()).await?;
            }
        }
        let mut tx = copy.begin().await?;
        tx.reconcile_cells(app.now()).await?;
        if wish.drafts {
            try_drafts(app, &mut tx).await?;
        }
        tx.commit().await?;
        copy.close().await;
        let clock =
            wish.at.map_or_else(|| app.clock.clone(), |at| Clock::running_from(agency::london::instant(at)));
        let (ids, settings) = (app.ids.clone(), app.settings.clone());
        let adjust = Arc::new(move |own: &mut Settings| as_of_the_agency(own, &settings));
        let plan = Plan { clock, ids, adjust, ..Plan::stepped(&url, app.now()) };
        let rehearsal = Rehearsal::start(plan).await?;
        rehearsal.network.seed_sids(u64::try_from(app.now().as_microsecond()).unwrap_or_default());
        let from = wish.from.as_deref().map_or(NOBODY.to_owned(), known_number);
        let rung = async {
            Ok((ids_of(&rehearsal.app.store).await?, rehearsal.network.ring(&from, AGENCY_NUMBER).await?))
        };
        match rung.await {
            Ok((before, call)) => {
                Ok(Self { rehearsal, call, before, turns: 0, used: app.now(), _folder: folder })
            }
            Err(error) => {
                rehearsal.stop().await;
                Err(error)
            }
        }
    }

    async fn view(&self, id: &str) -> anyhow::Result<TestCallView> {
        let store = &self.rehearsal.app.store;
        let conversation =
            store.conversation(self.call.sid()).await?.context("the call left no conversation")?;
        let memory = Memory::read(&conversation.state)?;
        Ok(TestCallView {
            intent: memory.intent.map(|intent| intent.word().to_owned()),
            step: Some(memory.step.word()),
            facts: facts(&memory),
            id: id.to_owned(),
            heard: self.call.heard(),
            ending: self.call.ending().map(|ending| ending.to_string()),
            lines: store.call_lines(&conversation.id).await?,
            written: self.written().await?,
        })
    }

    async fn written(&self) -> anyhow::Result<Vec<WrittenRow>> {
        let mut written = Vec::new();
        for table in WRITTEN {
            let known = self.before.get(table);
            let rows = self.rehearsal.app.store.rows(table).await?.into_iter();
            let new = rows.filter(|row| known.is_none_or(|known| !known.contains(&row["id"].to_string())));
            written.extend(new.map(|mut row| {
                row.retain(|column, value| !value.is_null() && !LEFT_OUT.contains(&column.as_str()));
                WrittenRow { table, row: Value::Object(row) }
            }));
        }
        Ok(written)
    }

    async fn finish(&mut self) -> anyhow::Result<()> {
        self.call.hang_up();
        self.rehearsal.settle().await
    }
}

/// Publishes in the copy what is drafted in the agency.
async fn try_drafts(app: &App, copy: &mut Tx) -> anyhow::Result<()> {
    let now = app.now();
    for draft in app.store.setting_drafts().await? {
        copy.draft_setting(&draft.section, (&draft.value, "test phone"), None, now).await?;
        copy.publish_setting(&draft.section, (1, now), "test phone", now).await?;
    }
    Ok(())
}

/// As the network has it: a number that is written the national way is no withheld one.
fn known_number(from: &str) -> String {
    PhoneNumber::parse(from).map_or_else(|_| from.to_owned(), |number| number.as_str().to_owned())
}

async fn ids_of(store: &Store) -> anyhow::Result<BTreeMap<&'static str, BTreeSet<String>>> {
    let mut all = BTreeMap::new();
    for table in WRITTEN {
        let rows: Rows = store.rows(table).await?;
        all.insert(*table, rows.iter().map(|row| row["id"].to_string()).collect());
    }
    Ok(all)
}

/// The agency's choices, without a way to reach anybody: database, files, numbers and mail are the copy's own.
fn as_of_the_agency(own: &mut Settings, agency: &Settings) {
    let copy = std::mem::replace(own, agency.clone());
    own.server = copy.server;
    own.database = copy.database;
    own.twilio = copy.twilio;
    own.outbox = copy.outbox;
    own.media = copy.media;
    own.email = copy.email;
    own.voice.mode = copy.voice.mode;
    own.emergency.slack_webhook_url = copy.emergency.slack_webhook_url;
}

fn failed(error: &anyhow::Error) -> Problem {
    tracing::error!(error = %error, "a test call failed");
    Problem::try_again("The test call could not go on")
}

fn no_such_call() -> Problem {
    Problem::not_found("This test call is over; calls that are silent for ten minutes end")
}

/// Rings Sarah on the test phone: a copy of this agency answers, nothing is sent and nothing is kept.
#[utoipa::path(post, path = "/api/v1/test-calls", operation_id = "begin_test_call", tag = "test phone", security(("session" = ["work"])), request_body = RingUp,
    responses((status = 201, body = TestCallView), (status = 400, body = Problem), (status = 403, body = Problem), (status = 409, body = Problem), (status = 503, body = Problem)))]
pub(super) async fn begin(
    State(app): State<App>,
    staff: Staff<Works>,
    Body(wish): Body<RingUp>,
) -> Result<(StatusCode, Json<TestCallView>), Problem> {
    if wish.from.as_deref().is_some_and(|from| PhoneNumber::parse(from).is_err()) {
        return Err(Problem::bad_request("from is a number in E.164, such as +447700900950"));
    }
    end_forgotten(&app).await;
    let mut calls = app.test_calls.lock().await;
    if calls.len() >= CALLS_MAX {
        return Err(Problem::conflict("busy", "Four test calls are under way").with("End one of them."));
    }
    let mut tx = app.store.begin().await?;
    staff.audit(&app, &mut tx, ("test_call", "test phone", None)).await?;
    tx.commit().await?;
    let call = TestCall::begin(&app, &wish).await.map_err(|error| failed(&error))?;
    let id = app.id("test");
    let view = call.view(&id).await.map_err(|error| failed(&error))?;
    calls.insert(id, Arc::new(Mutex::new(call)));
    Ok((StatusCode::CREATED, Json(view)))
}

/// Ends calls in which nobody has said anything for long, and throws their copies away.
pub(crate) async fn end_forgotten(app: &App) {
    let mut calls = app.test_calls.lock().await;
    let mut kept = BTreeMap::new();
    for (id, call) in std::mem::take(&mut *calls) {
        let one = call.lock().await;
        if app.now().duration_since(one.used) > IDLE_MAX {
            one.rehearsal.stop().await;
        } else {
            drop(one);
            kept.insert(id, call);
        }
    }
    *calls = kept;
}

#[derive(Deserialize, ToSchema)]
pub(super) struct Utterance {
    /// What you say.
    words: Option<String>,
    /// Or the keys you press.
    keys: Option<String>,
}

/// Says something, presses keys, or (with neither) is silent; Sarah answers.
#[utoipa::path(post, path = "/api/v1/test-calls/{id}/turns", operation_id = "take_test_turn", tag = "test phone", security(("session" = ["work"])),
    params(("id" = String, Path)), request_body = Utterance,
    responses((status = 200, body = TestCallView), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 503, body = Problem)))]
pub(super) async fn turn(
    State(app): State<App>,
    _staff: Staff<Works>,
    Path(id): Path<String>,
    Body(said): Body<Utterance>,
) -> Result<Json<TestCallView>, Problem> {
    let call = app.test_calls.lock().await.get(&id).cloned().ok_or_else(no_such_call)?;
    let mut call = call.lock().await;
    call.used = app.now();
    call.turns += 1;
    if call.turns > TURNS_MAX {
        return Err(
            Problem::conflict("too_long", "This test call has had 60 turns").with("Hang up and ring again.")
        );
    }
    if call.call.ending().is_none() {
        let took = match (&said.words, &said.keys) {
            (Some(words), _) => call.call.say(words).await,
            (None, Some(keys)) => call.call.press(keys).await,
            (None, None) => call.call.silence().await,
        };
        took.map_err(|error| failed(&error.into()))?;
    }
    Ok(Json(call.view(&id).await.map_err(|error| failed(&error))?))
}

/// A test call as a scenario file, as long as it goes on: a test case once the names in it are changed and what it expects is checked.
#[utoipa::path(get, path = "/api/v1/test-calls/{id}/scenario", operation_id = "get_test_scenario", tag = "test phone", security(("session" = ["work"])),
    params(("id" = String, Path)),
    responses((status = 200, body = String, content_type = "application/yaml"), (status = 403, body = Problem), (status = 404, body = Problem), (status = 503, body = Problem)))]
pub(super) async fn scenario(
    State(app): State<App>,
    _staff: Staff<Works>,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let call = app.test_calls.lock().await.get(&id).cloned().ok_or_else(no_such_call)?;
    let (began, lines) = {
        let call = call.lock().await;
        let view = call.view(&id).await.map_err(|error| failed(&error))?;
        (call.rehearsal.app.now(), view.lines)
    };
    let name = "A call that a colleague made on the test phone";
    let told = Told { name, is_spoken: true, began, lines: &lines, intent: None };
    Ok(as_file(export(&told).await.map_err(|error| failed(&error))?))
}

/// Hangs up: gives what the call would have left, and forgets it.
#[utoipa::path(delete, path = "/api/v1/test-calls/{id}", operation_id = "end_test_call", tag = "test phone", security(("session" = ["work"])),
    params(("id" = String, Path)),
    responses((status = 200, body = TestCallView), (status = 403, body = Problem), (status = 404, body = Problem), (status = 503, body = Problem)))]
pub(super) async fn end(
    State(app): State<App>,
    _staff: Staff<Works>,
    Path(id): Path<String>,
) -> Result<Json<TestCallView>, Problem> {
    let call = app.test_calls.lock().await.remove(&id).ok_or_else(no_such_call)?;
    let mut call = call.lock().await;
    let ended = async {
        call.finish().await?;
        call.view(&id).await
    };
    let view = ended.await.map_err(|error| failed(&error));
    call.rehearsal.stop().await;
    Ok(Json(view?))
}
