//! Tools that only read. They may be repeated and thrown away.

use agency::crm::{Property, PropertyId};
use agency::diary::{DiaryFacts, PropertyRules};
use agency::search::{Widened, attempts};
use agency::tools::ToolOutcome;
use agency::tools::find_properties::{self, FindProperties};
use agency::tools::viewing_slots::{self, ViewingSlots};
use jiff::{SignedDuration, ToSpan};
use store::StoreError;

use crate::app::App;

/// Looks until something is found, nearest first. Homes in a street the caller named come before any search.
pub(super) async fn find_properties(app: &App, call: &FindProperties) -> Result<ToolOutcome, StoreError> {
    if let Some(reference) = &call.reference {
        let property = app.store.property_by_reference(reference).await?;
        return Ok(ToolOutcome::Found(find_properties::decide_one(property)));
    }
    if !call.streets.is_empty() {
        let there = app.store.properties_in_streets(&call.streets).await?;
        let found = find_properties::decide_streets(call, there);
        if !found.properties.is_empty() || !call.wants.can_search() {
            return Ok(ToolOutcome::Found(found));
        }
    }
    // More than can be told, where the record decides which are.
    const LOOKED_AT: usize = 24;
    let is_choosy = !call.wants.must_haves.is_empty() || !call.wants.deal_breakers.is_empty();
    let most = if is_choosy { LOOKED_AT } else { find_properties::SPOKEN_MAX };
    let limit = i64::try_from(most + call.except.len()).unwrap_or(i64::MAX);
    for (widened, criteria) in attempts(&call.wants) {
        let found = app.store.find_properties(&criteria, limit).await?;
        let decided = find_properties::decide(call, found, widened);
        if !decided.properties.is_empty() {
            return Ok(ToolOutcome::Found(decided));
        }
    }
    Ok(ToolOutcome::Found(find_properties::decide(call, Vec::new(), Widened::Nothing)))
}

pub(super) async fn viewing_slots(app: &App, call: &ViewingSlots) -> Result<ToolOutcome, StoreError> {
    let property = match call.property {
        Some(id) => app.store.property(id).await?,
        None => None,
    };
    let facts = diary_facts(app, call.property, property.as_ref(), &call.wish.dates).await?;
    Ok(ToolOutcome::Slots(viewing_slots::decide(call, property.as_ref(), &facts)))
}

/// Everything the diary judges by, for the days ahead and the days wished for; without a home, for a valuation.
pub(crate) async fn diary_facts(
    app: &App,
    id: Option<PropertyId>,
    property: Option<&Property>,
    wished: &[jiff::civil::Date],
) -> Result<DiaryFacts, StoreError> {
    let now = app.now();
    let rules = app.settings.diary.clone();
    let ahead = now.saturating_add(SignedDuration::from_hours(24 * (rules.days_ahead + 1))).unwrap_or(now);
    let around_wish = |date: &jiff::civil::Date| {
        date.checked_add(5.days()).ok().map(|d| agency::london::instant(d.at(0, 0, 0, 0)))
    };
    let until = wished.iter().filter_map(around_wish).chain([ahead]).max().unwrap_or(ahead);
    let roles = if id.is_some() { &app.settings.staff.negotiators } else { &app.settings.staff.valuers };
    let property_rules = match id {
        Some(id) => app.store.viewing_rules(id).await?,
        None => PropertyRules::default(),
    };
    let (negotiators, busy) =
        tokio::try_join!(app.store.diaries_of(roles, now, until), app.store.busy_times(now, until))?;
    Ok(DiaryFacts {
        now,
        hours: app.hours().clone(),
        rules,
        property: id,
        property_rules,
        agent: property.and_then(|property| property.agent),
        negotiators,
        busy,
    })
}
