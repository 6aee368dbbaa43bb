//! Conversations: the list, one with its transcript, and what Sarah has understood so far.

use std::ops::RangeInclusive;

use agency::conversation::State as Memory;
use agency::london;
use axum::Json;
use axum::extract::{Path, State};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};
use store::{AssessmentView, CallFilter, CallRow, LineView, MadeView, NoteOf, NoteView};
use utoipa::{IntoParams, ToSchema};

use super::access::{Staff, Views};
use super::analytics::count;
use super::input::Query;
use super::page::{Page, PageQuery};
use super::problem::Problem;
use crate::app::App;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct CallQuery {
    /// `true`: only those still going on; `false`: only those that are over.
    live: Option<bool>,
    /// voice, whatsapp, sms or web.
    channel: Option<String>,
    /// One, or several with commas between.
    outcome: Option<String>,
    intent: Option<String>,
    /// Only with an emergency, or only without.
    emergency: Option<bool>,
    lead: Option<i64>,
    /// Only those that a colleague has assessed, or only the others.
    assessed: Option<bool>,
    /// First day, London's.
    from: Option<Date>,
    /// Last day, London's, included.
    to: Option<Date>,
    /// Words that were said, at least three letters.
    q: Option<String>,
    /// Begun in this hour of a week, London's: `1-09` is Mondays from 9 to 10.
    hour: Option<String>,
}

/// A conversation, with what Sarah makes of it.
#[derive(Serialize, ToSchema)]
pub(super) struct CallView {
    #[serde(flatten)]
    row: CallRow,
    /// What Sarah is doing or has last done, such as `choose_slot`; of calls going on.
    step: Option<String>,
    /// The caller's latest words, and ours; of calls going on.
    heard: Option<String>,
    said: Option<String>,
    /// What has been understood so far.
    facts: Vec<Fact>,
}

/// One thing that was understood.
#[derive(Serialize, ToSchema)]
pub(super) struct Fact {
    /// `looking_for`, home, slot, name, email, message, place.
    name: &'static str,
    value: String,
}

impl CallView {
    fn of(mut row: CallRow, staff: &Staff<Views>) -> Self {
        let memory: Option<Memory> = Memory::read(&row.state).ok();
        let live = memory.as_ref().filter(|_| row.ended.is_none());
        let intent = || memory.as_ref()?.intent.map(|intent| intent.word().to_owned());
        row.intent = row.intent.or_else(intent);
        row.name = row.name.or_else(|| memory.as_ref()?.details.name.clone());
        row.phone = staff.shown(row.phone);
        Self {
            step: live.map(|memory| memory.step.word()),
            heard: live.map(|memory| memory.last_heard.clone()),
            said: live.map(|memory| memory.last_words.clone()),
            facts: memory.as_ref().map(facts).unwrap_or_default(),
            row,
        }
    }
}

pub(super) fn facts(memory: &Memory) -> Vec<Fact> {
    let wants = (!memory.wants.is_empty()).then(|| memory.manner.search(&memory.wants));
    let home = memory.chosen.as_ref().map(|home| format!("{}, {}", home.reference, home.street()));
    let slot = memory.slot.as_ref().map(|offered| memory.manner.moment(offered.slot.start));
    [
        ("looking_for", wants),
        ("home", home),
        ("slot", slot),
        ("name", memory.details.name.clone()),
        ("email", memory.details.email.clone()),
        ("message", memory.message.clone()),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some(Fact { name, value: value? }))
    .collect()
}

pub(super) fn start_of_day(day: Date) -> Timestamp {
    london::instant_at(day, Time::midnight())
}

fn is_hour(text: &str) -> bool {
    let Some((weekday, hour)) = text.split_once('-') else { return false };
    let within = |text: &str, all: RangeInclusive<u8>| text.parse().is_ok_and(|n: u8| all.contains(&n));
    hour.len() == 2 && within(weekday, 1..=7) && within(hour, 0..=23)
}

/// Conversations, the newest first.
#[utoipa::path(get, operation_id = "list_calls", path = "/api/v1/calls", tag = "calls", security(("session" = ["view"])), params(CallQuery, PageQuery),
    responses((status = 200, body = Page<CallView>), (status = 400, body = Problem), (status = 401, body = Problem)))]
pub(super) async fn list(
    State(app): State<App>,
    staff: Staff<Views>,
    Query(query): Query<CallQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<CallView>>, Problem> {
    const SHORTEST_SEARCH: usize = 3;
    let words = query.q.map(|words| words.trim().to_owned()).filter(|words| !words.is_empty());
    if words.as_ref().is_some_and(|words| words.chars().count() < SHORTEST_SEARCH) {
        return Err(Problem::bad_request("q needs three letters at least"));
    }
    if let Some(hour) = &query.hour {
        if !is_hour(hour) {
            return Err(Problem::bad_request("hour is a weekday from 1, Monday, and an hour: 1-09"));
        }
        count(&app).await?;
    }
    let filter = CallFilter {
        channel: query.channel,
        outcome: query.outcome,
        intent: query.intent,
        lead: query.lead,
        from: query.from.map(start_of_day),
        until: query.to.and_then(|day| day.tomorrow().ok()).map(start_of_day),
        is_live: query.live,
        has_emergency: query.emergency,
        is_assessed: query.assessed,
        words,
        hour: query.hour,
    };
    let paging = page.paging()?;
    let rows = app.store.calls(&filter, &paging).await?;
    Page::of(rows, &paging, |row| (row.started, row.id.clone()), |row| CallView::of(row, &staff)).map(Json)
}

/// A colleague who has the call, or is being rung for it.
#[derive(Serialize, ToSchema)]
pub(super) struct Holder {
    /// ringing or accepted.
    status: String,
    name: Option<String>,
    since: Timestamp,
}

/// A conversation with every line of it.
#[derive(Serialize, ToSchema)]
pub(super) struct CallDetail {
    call: CallView,
    /// None: Sarah has it.
    holder: Option<Holder>,
    lines: Vec<LineView>,
    /// What came of it: appointments, repairs, tasks, messages and alerts.
    made: Vec<MadeView>,
    /// What colleagues think of it.
    assessments: Vec<AssessmentView>,
    /// What they wrote down of it and of its lines.
    notes: Vec<NoteView>,
    /// Whether its sound can be heard at `/api/v1/calls/{id}/recording`.
    has_recording: bool,
}

/// One conversation, going on or over.
#[utoipa::path(get, operation_id = "get_call", path = "/api/v1/calls/{id}", tag = "calls", security(("session" = ["view"])), params(("id" = String, Path)),
    responses((status = 200, body = CallDetail), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn one(
    State(app): State<App>,
    staff: Staff<Views>,
    Path(id): Path<String>,
) -> Result<Json<CallDetail>, Problem> {
    let row = app.store.call(&id).await?;
    let row = row.ok_or_else(|| {
        Problem::not_found("There is no such call; it may have been deleted under retention")
    })?;
    staff.looked_at(&app, &id).await?;
    let lines = app.store.call_lines(&id).await?;
    let made = app.store.made_in(&id).await?;
    let assessments = app.store.assessments_of(&id).await?;
    let notes = app.store.notes_of(NoteOf::Call(&id, None)).await?;
    let open = app.store.open_transfer(&id, app.now()).await?.filter(|_| row.ended.is_none());
    let holder = open.map(|open| Holder { status: open.status, name: open.name, since: open.started });
    let has_recording = app.store.recording(&id).await?.is_some();
    let call = CallView::of(row, &staff);
    Ok(Json(CallDetail { call, holder, lines, made, assessments, notes, has_recording }))
}
