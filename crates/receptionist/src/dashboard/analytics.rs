//! The numbers: each with its definition, sample and target, beside the same time before (docs/analytics.md).

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use agency::analytics::{Definition, Measure, Percentiles, Step, Tallies, Tally, Target};
use agency::analytics::{before, figures, percentiles};
use agency::london;
use axum::Json;
use axum::extract::State;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use store::{Counted, StoreError};
use utoipa::{IntoParams, ToSchema};

use super::access::{Staff, Views};
use super::input::Query;
use super::problem::Problem;
use crate::app::App;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct AnalyticsQuery {
    /// First day, London's; none: four weeks up to today.
    from: Option<Date>,
    /// Last day, London's, included.
    to: Option<Date>,
    /// voice, whatsapp, sms or web; none: all.
    channel: Option<String>,
    /// How the lines are cut: day, week or month.
    #[param(value_type = Option<String>)]
    by: Option<Step>,
}

/// A number with what it means.
#[derive(Serialize, ToSchema)]
pub(super) struct FigureView {
    name: &'static str,
    title: &'static str,
    definition: &'static str,
    /// share (0 to 1), score, seconds, milliseconds, money or count.
    unit: &'static str,
    /// None: nothing was counted, or too little to tell.
    value: Option<f64>,
    /// How many it is made of.
    sample: i64,
    /// Of a share: where it may truly lie, 19 times in 20.
    low: Option<f64>,
    high: Option<f64>,
    /// The same of the time just before, as long.
    previous: Option<f64>,
    /// Such as `over 0.9`.
    target: Option<String>,
    meets: Option<bool>,
    /// A query of `GET /api/v1/calls` for the calls it is made of.
    rows: &'static str,
}

/// How often something came.
#[derive(Serialize, ToSchema)]
pub(super) struct ItemView {
    item: String,
    n: i64,
}

#[derive(Serialize, ToSchema)]
pub(super) struct HourView {
    /// 1 is Monday.
    weekday: i64,
    /// London's, from 0.
    hour: i64,
    n: i64,
}

/// One point of the lines.
#[derive(Serialize, ToSchema)]
pub(super) struct PointView {
    /// Its first day.
    from: Date,
    /// Its last, of those that were asked for.
    to: Date,
    /// 23 or 25 a day when clocks change.
    hours: i64,
    calls: i64,
    ended: i64,
    answered: i64,
    resolved: i64,
    handed_off: i64,
    enquiries: i64,
    booked: i64,
    new_leads: i64,
    /// Seconds.
    duration_mean: Option<f64>,
}

/// Milliseconds from the end of the caller's words to our first word; upper edges of the steps they are counted in.
#[derive(Serialize, ToSchema)]
pub(super) struct ResponseTimes {
    p50: i64,
    p90: i64,
    p95: i64,
    p99: i64,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Analytics {
    from: Date,
    to: Date,
    previous_from: Date,
    previous_to: Date,
    /// day, week or month.
    by: &'static str,
    as_of: Timestamp,
    /// False: older days are being counted still, as after an import; ask again.
    is_complete: bool,
    figures: Vec<FigureView>,
    /// Different people who were in touch; none: of more than 92 days it is not counted, as it cannot be added up from days.
    people: Option<i64>,
    points: Vec<PointView>,
    outcomes: Vec<ItemView>,
    intents: Vec<ItemView>,
    /// Hours in which nothing came are left out.
    busiest: Vec<HourView>,
    /// By score; `surveyed` people were asked.
    satisfaction: Vec<ItemView>,
    surveyed: i64,
    response: Option<ResponseTimes>,
}

/// At most three years are asked for at once.
const DAYS_MAX: i64 = 1_100;

fn range(query: &AnalyticsQuery, now: Timestamp) -> Result<(Date, Date), Problem> {
    let to = query.to.unwrap_or_else(|| london::date_of(now));
    let from = query.from.unwrap_or_else(|| to.saturating_sub(27.days()));
    if from > to || i64::from((to - from).get_days()) >= DAYS_MAX {
        return Err(Problem::bad_request("from lies before to, at most 1,100 days"));
    }
    Ok((from, to))
}

/// What calls, leads and colleagues' assessments come to, over some days of London.
#[utoipa::path(get, path = "/api/v1/analytics", operation_id = "get_analytics", tag = "analytics", security(("session" = ["view"])), params(AnalyticsQuery),
    responses((status = 200, body = Analytics), (status = 400, body = Problem), (status = 401, body = Problem)))]
pub(super) async fn analytics(
    State(app): State<App>,
    _staff: Staff<Views>,
    Query(query): Query<AnalyticsQuery>,
) -> Result<Json<Analytics>, Problem> {
    let (from, to) = range(&query, app.now())?;
    let is_complete = count(&app).await?;
    let of = Counted { from, to, channel: query.channel.as_deref() };
    let (previous_from, previous_to) = before(from, to);
    let (now, past, by_day, people) = tokio::try_join!(
        app.store.tallies(of),
        app.store.tallies(Counted { from: previous_from, to: previous_to, ..of }),
        app.store.tallies_by_day(of),
        people(&app, of),
    )?;
    let by = query.by.unwrap_or(Step::Day);
    Ok(Json(Analytics {
        from,
        to,
        previous_from,
        previous_to,
        by: by.word(),
        as_of: app.now(),
        is_complete,
        figures: figure_views(&now, &past),
        people,
        points: points((from, to), by, &by_day),
        outcomes: items(&now, Measure::Outcome),
        intents: items(&now, Measure::Intent),
        busiest: busiest(&now),
        satisfaction: items(&now, Measure::Satisfaction),
        surveyed: now.n(Measure::Surveyed),
        response: percentiles(&now).map(ResponseTimes::from),
    }))
}

async fn people(app: &App, of: Counted<'_>) -> Result<Option<i64>, StoreError> {
    const DAYS_MAX: i32 = 92;
    let is_short = (of.to - of.from).get_days() < DAYS_MAX;
    Ok(if is_short { Some(app.store.people_in_touch(of).await?) } else { None })
}

/// Counts what has changed, for as long as somebody would wait. Says whether all is counted.
pub(super) async fn count(app: &App) -> Result<bool, StoreError> {
    const WAIT_MAX: Duration = Duration::from_secs(1);
    let began = Instant::now();
    while began.elapsed() < WAIT_MAX {
        if !app.store.count_stale_days().await? {
            return Ok(true);
        }
    }
    Ok(!app.store.has_stale_days().await?)
}

fn figure_views(now: &Tallies, past: &Tallies) -> Vec<FigureView> {
    let view = |(definition, figure): (&Definition, agency::analytics::Figure)| FigureView {
        name: definition.name,
        title: definition.title,
        definition: definition.definition,
        unit: definition.unit.word(),
        value: figure.value,
        sample: figure.sample,
        low: figure.between.map(|(low, _)| low),
        high: figure.between.map(|(_, high)| high),
        previous: definition.figure(past).value,
        target: definition.target.map(|target| match target {
            Target::AtLeast(least) => format!("at least {least}"),
            Target::Over(limit) => format!("over {limit}"),
            Target::Under(limit) => format!("under {limit}"),
        }),
        meets: figure.meets,
        rows: definition.rows,
    };
    figures(now).map(view).collect()
}

/// The most frequent first.
fn items(tallies: &Tallies, measure: Measure) -> Vec<ItemView> {
    let mut items: Vec<ItemView> =
        tallies.items(measure).map(|(item, n)| ItemView { item: item.to_owned(), n }).collect();
    items.sort_by(|a, b| b.n.cmp(&a.n).then_with(|| a.item.cmp(&b.item)));
    items
}

fn busiest(tallies: &Tallies) -> Vec<HourView> {
    let hour = |(item, n): (&str, i64)| {
        let (weekday, hour) = item.split_once('-')?;
        Some(HourView { weekday: weekday.parse().ok()?, hour: hour.parse().ok()?, n })
    };
    tallies.items(Measure::Hour).filter_map(hour).collect()
}

/// Every part of the time has its point, though nothing came.
fn points((from, to): (Date, Date), by: Step, by_day: &[(Date, Measure, Tally)]) -> Vec<PointView> {
    let mut parts: BTreeMap<Date, Tallies> = BTreeMap::new();
    for (day, measure, tally) in by_day {
        parts.entry(by.begins(*day)).or_default().add(*measure, "", *tally);
    }
    let begins = std::iter::successors(Some(by.begins(from)), |begin| Some(by.next(*begin)));
    begins
        .take_while(|begin| *begin <= to)
        .map(|begin| {
            let (first, last) = (begin.max(from), by.next(begin).saturating_sub(1.day()).min(to));
            point(first, last, parts.get(&begin).unwrap_or(&Tallies::default()))
        })
        .collect()
}

fn point(from: Date, to: Date, tallies: &Tallies) -> PointView {
    let n = |measure| tallies.n(measure);
    let midnight = super::calls::start_of_day;
    let Tally { n: timed, total: seconds } = tallies.of(Measure::Duration);
    #[expect(clippy::cast_precision_loss, reason = "seconds of calls are far below 2^52")]
    let duration_mean = (timed > 0).then(|| seconds as f64 / timed as f64);
    PointView {
        from,
        to,
        hours: midnight(to.saturating_add(1.day())).duration_since(midnight(from)).as_hours(),
        calls: n(Measure::Calls),
        ended: n(Measure::Ended),
        answered: n(Measure::Answered),
        resolved: n(Measure::Resolved),
        handed_off: n(Measure::HandedOff),
        enquiries: n(Measure::Enquiry),
        booked: n(Measure::Booked),
        new_leads: n(Measure::Lead),
        duration_mean,
    }
}

impl From<Percentiles> for ResponseTimes {
    fn from(of: Percentiles) -> Self {
        Self { p50: of.p50, p90: of.p90, p95: of.p95, p99: of.p99 }
    }
}
