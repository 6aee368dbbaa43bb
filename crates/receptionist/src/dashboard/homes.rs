//! The homes that the agency lets and sells.

use agency::crm::{Property, PropertyId};
use agency::settings::Day;
use agency::staff::Permission;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use jiff::civil::Time;
use serde::{Deserialize, Serialize};
use store::{HomeView, RulesView};
use utoipa::{IntoParams, ToSchema};

use super::access::{Staff, Views, Works};
use super::edit::{IfMatch, etag};
use super::input::{Body, Query};
use super::page::{Page, PageQuery};
use super::problem::Problem;
use super::users::works_here;
use crate::app::App;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct HomeQuery {
    /// Part of a street, reference, postcode or area.
    q: Option<String>,
    /// Such as available: the agency's own word.
    status: Option<String>,
}

/// Homes: those on the market first, by street.
#[utoipa::path(get, path = "/api/v1/properties", operation_id = "list_properties", tag = "properties", security(("session" = ["view"])), params(HomeQuery, PageQuery),
    responses((status = 200, body = Page<HomeView>), (status = 400, body = Problem), (status = 401, body = Problem)))]
pub(super) async fn list(
    State(app): State<App>,
    _staff: Staff<Views>,
    Query(query): Query<HomeQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<HomeView>>, Problem> {
    let paging = page.paging()?;
    let words = query.q.as_deref().map(str::trim).filter(|words| !words.is_empty());
    let rows = app.store.homes(words, query.status.as_deref(), app.now(), &paging).await?;
    Page::of(rows, &paging, HomeView::place, |row| row).map(Json)
}

/// A home with what Sarah may say of it, and when it may be viewed.
#[derive(Serialize, ToSchema)]
pub(super) struct HomeDetail {
    /// Sarah says these, and nothing else, of the home.
    #[schema(value_type = Object)]
    facts: Property,
    /// She keeps to them, and says nothing of the keys and the note; those only accounts that work with homes see.
    rules: RulesView,
}

async fn home(app: &App, id: &str) -> Result<Property, Problem> {
    let no_such =
        || Problem::not_found("There is no such home, or its record lacks a price or a number of bedrooms");
    let id = PropertyId(id.parse().map_err(|_| no_such())?);
    app.store.property(id).await?.ok_or_else(no_such)
}

/// One home; its `ETag` is of its rules, and is what a change of them asks for.
#[utoipa::path(get, path = "/api/v1/properties/{id}", operation_id = "get_property", tag = "properties", security(("session" = ["view"])), params(("id" = i64, Path)),
    responses((status = 200, body = HomeDetail), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn one(
    State(app): State<App>,
    staff: Staff<Views>,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let facts = home(&app, &id).await?;
    let mut rules = app.store.rules_of(facts.id.0).await?;
    let mark = etag(&rules)?;
    if !staff.account.role.may(Permission::Work) {
        (rules.keys_with, rules.note) = (None, None);
    }
    Ok((mark, Json(HomeDetail { facts, rules })))
}

#[derive(Deserialize, ToSchema)]
pub(super) struct SetRules {
    /// Of the tenant who lives there, in hours: at most 168.
    notice_hours: Option<i64>,
    #[schema(value_type = Vec<String>)]
    weekdays: Vec<Day>,
    #[schema(value_type = Option<String>)]
    earliest: Option<Time>,
    #[schema(value_type = Option<String>)]
    latest_end: Option<Time>,
    /// A colleague's id in the CRM.
    keys_with: Option<i64>,
    /// At most 500 characters.
    note: Option<String>,
}

/// When a home may be viewed: the next time that is offered keeps to it. What is booked already stays.
#[utoipa::path(put, path = "/api/v1/properties/{id}/rules", operation_id = "set_rules", tag = "properties", security(("session" = ["work"])),
    params(("id" = i64, Path), ("If-Match" = String, Header)), request_body = SetRules,
    responses((status = 204), (status = 400, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 412, body = Problem), (status = 428, body = Problem)))]
pub(super) async fn set_rules(
    State(app): State<App>,
    staff: Staff<Works>,
    Path(id): Path<String>,
    seen: IfMatch,
    Body(wish): Body<SetRules>,
) -> Result<StatusCode, Problem> {
    let rules = wish.rules()?;
    let home = home(&app, &id).await?;
    let before = app.store.rules_of(home.id.0).await?.keys_with;
    works_here(&app, rules.keys_with, before.as_slice()).await?;
    let mut tx = app.store.begin().await?;
    tx.lock_property(home.id.0).await?;
    seen.check(&app.store.rules_of(home.id.0).await?)?;
    tx.set_rules(home.id.0, &rules).await?;
    staff.audit(&app, &mut tx, ("viewing_rules_set", &home.reference, None)).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

impl SetRules {
    fn rules(self) -> Result<RulesView, Problem> {
        const NOTICE_MAX: i64 = 168;
        let clock = |time: Time| time.strftime("%H:%M").to_string();
        let backwards = self.earliest.zip(self.latest_end).is_some_and(|(from, until)| from >= until);
        let note = self.note.map(|note| note.trim().to_owned()).filter(|note| !note.is_empty());
        let too_long = note.as_ref().is_some_and(|note| note.chars().count() > 500);
        if backwards || too_long || !self.notice_hours.is_none_or(|hours| (0..=NOTICE_MAX).contains(&hours)) {
            let why = "notice is 0 to 168 hours, the earliest is before the latest, and a note has at most 500 characters";
            return Err(Problem::bad_request(why));
        }
        Ok(RulesView {
            notice_hours: self.notice_hours,
            weekdays: self.weekdays.iter().map(|day| day.word().to_owned()).collect(),
            earliest: self.earliest.map(clock),
            latest_end: self.latest_end.map(clock),
            keys_with: self.keys_with,
            note,
        })
    }
}
