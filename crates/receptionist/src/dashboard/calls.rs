//! Conversations: the list, one with its transcript, and what Sarah has understood so far.

use agency::conversation::State as Memory;
use agency::london;
use axum::Json;
use axum::extract::{Path, State};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};
use store::{CallFilter, CallLine, CallRow};
use utoipa::{IntoParams, ToSchema};

use super::access::{Staff, Views};
use super::input::Query;
use super::page::{Page, paging};
use super::problem::Problem;
use super::view::view;
use crate::app::App;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct CallQuery {
    /// `true`: only those still going on; `false`: only those that are over.
    live: Option<bool>,
    /// voice, whatsapp, sms or web.
    channel: Option<String>,
    outcome: Option<String>,
    intent: Option<String>,
    /// Only with an emergency, or only without.
    emergency: Option<bool>,
    lead: Option<i64>,
    /// First day, London's.
    from: Option<Date>,
    /// Last day, London's, included.
    to: Option<Date>,
    /// Words that were said, at least three letters.
    q: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
    /// At most 100.
    limit: Option<i64>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct CallView {
    id: String,
    /// voice, whatsapp, sms or web.
    channel: String,
    /// inbound or outbound.
    direction: String,
    lead: i64,
    name: Option<String>,
    /// Masked for read-only accounts; none: withheld.
    phone: Option<String>,
    started: Timestamp,
    /// When anything last happened.
    updated: Timestamp,
    ended: Option<Timestamp>,
    duration_s: Option<i64>,
    intent: Option<String>,
    outcome: Option<String>,
    summary: Option<String>,
    needs_follow_up: bool,
    /// From the caller's last word to our first, on average.
    response_ms_mean: Option<i64>,
    response_ms_max: Option<i64>,
    has_emergency: bool,
    /// A colleague took the call.
    was_taken: bool,
    /// The first line in which the words looked for were said.
    found: Option<String>,
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
    fn of(row: CallRow, staff: &Staff<Views>) -> Self {
        let memory: Option<Memory> = serde_json::from_str(&row.state).ok();
        let is_live = row.ended.is_none();
        let intent = memory.as_ref().and_then(|memory| memory.intent).map(|intent| intent.word().to_owned());
        Self {
            id: row.id,
            channel: row.channel,
            direction: row.direction,
            lead: row.lead,
            phone: staff.shown(row.phone),
            started: row.started,
            updated: row.updated,
            ended: row.ended,
            duration_s: row.duration_s,
            intent: row.intent.or(intent),
            outcome: row.outcome,
            summary: row.summary,
            needs_follow_up: row.needs_follow_up,
            response_ms_mean: row.response_ms_mean,
            response_ms_max: row.response_ms_max,
            has_emergency: row.has_emergency,
            was_taken: row.was_taken,
            found: row.found,
            step: memory.as_ref().filter(|_| is_live).map(|memory| memory.step.word()),
            heard: memory.as_ref().filter(|_| is_live).map(|memory| memory.last_heard.clone()),
            said: memory.as_ref().filter(|_| is_live).map(|memory| memory.last_words.clone()),
            facts: memory.as_ref().map(facts).unwrap_or_default(),
            name: row.name.or_else(|| memory.and_then(|memory| memory.details.name)),
        }
    }
}

fn facts(memory: &Memory) -> Vec<Fact> {
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

fn start_of_day(day: Date) -> Timestamp {
    london::instant_at(day, Time::midnight())
}

/// Conversations, the newest first.
#[utoipa::path(get, operation_id = "list_calls", path = "/api/v1/calls", tag = "calls", security(("session" = ["view"])), params(CallQuery),
    responses((status = 200, body = Page<CallView>), (status = 400, body = Problem), (status = 401, body = Problem)))]
pub(super) async fn list(
    State(app): State<App>,
    staff: Staff<Views>,
    Query(query): Query<CallQuery>,
) -> Result<Json<Page<CallView>>, Problem> {
    const SHORTEST_SEARCH: usize = 3;
    let words = query.q.map(|words| words.trim().to_owned()).filter(|words| !words.is_empty());
    if words.as_ref().is_some_and(|words| words.chars().count() < SHORTEST_SEARCH) {
        return Err(Problem::bad_request("q needs three letters at least"));
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
        words,
    };
    let paging = paging(query.after.as_deref(), query.limit)?;
    let rows = app.store.calls(&filter, &paging).await?;
    Ok(Json(Page::of(rows, &paging, |row| (row.started, row.id.clone()), |row| CallView::of(row, &staff))))
}

view! {
    /// One line of a transcript: words, or a tool with what it was given and came to.
    LineView of CallLine {
        id: String,
        turn: i64,
        /// caller, receptionist, tool or staff.
        speaker: String,
        words: Option<String>,
        /// As much as the caller heard before they spoke over it.
        words_heard: Option<String>,
        tool: Option<String>,
        /// JSON.
        arguments: Option<String>,
        /// JSON.
        result: Option<String>,
        spoken: Timestamp,
        /// From the caller's last word to the whole answer, and its parts.
        took_ms: Option<i64>,
        first_token_ms: Option<i64>,
        model_ms: Option<i64>,
        tools_ms: Option<i64>,
    }
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
    let lines = app.store.call_lines(&id).await?.into_iter().map(LineView::from).collect();
    let open = app.store.open_transfer(&id, app.now()).await?.filter(|_| row.ended.is_none());
    let holder = open.map(|open| Holder { status: open.status, name: open.name, since: open.started });
    Ok(Json(CallDetail { call: CallView::of(row, &staff), holder, lines }))
}
