//! The market, watched: a home that appears, is reduced or comes back is told to whoever asked to hear of such homes, once, the
//! best leads first; a home that is gone leaves a task for each viewing it still had.

use std::collections::BTreeMap;

use agency::crm::{LeadId, Priority, Property, TaskKind};
use agency::messages::{Occasion, kind, package_way};
use agency::search::fit;
use agency::tools::take_message::call_back_due;
use store::{MarketChange, MarketNews, NewTask, StoreError, Tx, Untold};

use crate::app::App;
use crate::delivery::{reach, reach_by_email};
use crate::packages::{self, For, Package};
use crate::review::has_stopped;

/// Notices what has changed, and tells of it. A test steps this, the worker loops it.
pub async fn watch_market(app: &App) -> Result<(), StoreError> {
    notice(app).await?;
    tell(app).await
}

/// So many changes in one transaction.
const CHANGES_AT_ONCE: i64 = 200;

async fn notice(app: &App) -> Result<(), StoreError> {
    if !app.store.has_watched().await? {
        // What is there at the first look is not news.
        let mut tx = app.store.begin().await?;
        tx.watch_all(app.now()).await?;
        return tx.commit().await;
    }
    loop {
        let changes = app.store.market_changes(CHANGES_AT_ONCE).await?;
        if changes.is_empty() {
            return Ok(());
        }
        let mut tx = app.store.begin().await?;
        for change in &changes {
            if tx.note_market(change, app.now()).await? {
                note(app, &mut tx, change).await?;
            }
        }
        tx.commit().await?;
    }
}

async fn note(app: &App, tx: &mut Tx, change: &MarketChange) -> Result<(), StoreError> {
    let Some(news) = news(change) else { return Ok(()) };
    tx.add_news(&app.id("news"), change, news, app.now()).await?;
    if news == MarketNews::Gone {
        return leave_tasks(app, tx, change).await;
    }
    Ok(())
}

fn news(change: &MarketChange) -> Option<MarketNews> {
    let is_available = change.status == "available";
    match &change.before {
        None => is_available.then_some(MarketNews::Appeared),
        Some(before) if before.status != "available" && is_available => {
            Some(if before.was_available { MarketNews::Back } else { MarketNews::Appeared })
        }
        Some(before) if before.status != "available" => None,
        Some(_) if !is_available => Some(MarketNews::Gone),
        Some(before) => (change.price < before.price).then_some(MarketNews::Reduced),
    }
}

async fn leave_tasks(app: &App, tx: &mut Tx, change: &MarketChange) -> Result<(), StoreError> {
    let now = app.now();
    for (appointment, start) in tx.viewings_to_come(change.property, now).await? {
        let status = change.status.replace('_', " ");
        let task = NewTask {
            id: &app.id("task"),
            kind: TaskKind::FollowUp,
            priority: Priority::Urgent,
            title: &format!("Viewing of a home that is {status}"),
            notes: Some(&format!(
                "Appointment {} on {}: keep it or call it off, and tell the viewer.",
                appointment.0,
                agency::speech::moment_in_writing(start)
            )),
            lead: None,
            conversation: None,
            message: None,
            dedupe_key: &format!("gone:{}:{}", appointment.0, change.status),
            due: Some(call_back_due(app.hours(), now)),
            now,
        };
        tx.add_task(&task).await?;
    }
    Ok(())
}

/// So much news is told together: somebody who is to hear of three homes gets one message.
const NEWS_AT_ONCE: i64 = 200;
/// So many people in one transaction.
const PEOPLE_AT_ONCE: usize = 25;

/// A home, its news, and how well it fits.
struct Match {
    news: String,
    occasion: Occasion,
    home: Property,
    fit: i64,
}

async fn tell(app: &App) -> Result<(), StoreError> {
    let untold = app.store.untold_news(NEWS_AT_ONCE).await?;
    if untold.is_empty() {
        return Ok(());
    }
    let mut matches = matches(app, &untold).await?;
    let leads: Vec<LeadId> = matches.keys().copied().collect();
    for leads in app.store.best_first(&leads).await?.chunks(PEOPLE_AT_ONCE) {
        let mut told = Vec::new();
        for lead in leads {
            let Some(mut homes) = matches.remove(lead) else { continue };
            homes.sort_by_key(|found| std::cmp::Reverse(found.fit));
            told.extend(worded(app, *lead, homes).await?);
        }
        write(app, &told).await?;
    }
    let mut tx = app.store.begin().await?;
    for news in &untold {
        tx.finish_news(&news.id, app.now()).await?;
    }
    tx.commit().await
}

async fn matches(app: &App, untold: &[Untold]) -> Result<BTreeMap<LeadId, Vec<Match>>, StoreError> {
    let mut matches: BTreeMap<LeadId, Vec<Match>> = BTreeMap::new();
    for news in untold {
        let occasion = match news.news {
            MarketNews::Appeared => Occasion::NewMatch,
            MarketNews::Reduced => Occasion::Reduced,
            MarketNews::Back => Occasion::BackOnTheMarket,
            MarketNews::Gone => continue,
        };
        let Some(home) = app.store.property(news.property).await?.filter(Property::is_available) else {
            continue;
        };
        for search in app.store.searches_for(home.listing, home.bedrooms, home.comparable_price()).await? {
            if let Some(fit) = fit(&search.wants, &home) {
                let found = Match { news: news.id.clone(), occasion, home: home.clone(), fit };
                matches.entry(search.lead).or_default().push(found);
            }
        }
    }
    Ok(matches)
}

/// One person's package, with the news it tells; none: there is no way to them, or they have said stop.
async fn worded(
    app: &App,
    lead: LeadId,
    mut found: Vec<Match>,
) -> Result<Option<(LeadId, Vec<String>, Package)>, StoreError> {
    /// The best; all of them are on the market, and can be asked for.
    const HOMES_MAX: usize = 3;
    let news: Vec<String> = found.iter().map(|found| found.news.clone()).collect();
    let mut tx = app.store.begin().await?;
    let facts = tx.lead_facts(lead).await?;
    let ids: Vec<_> = found.iter().map(|found| found.home.id).collect();
    let fresh = tx.not_sent_yet(lead, &ids).await?;
    tx.commit().await?;
    // A home they have the details of is no news, unless it is cheaper or to be had again.
    found.retain(|found| found.occasion != Occasion::NewMatch || fresh.contains(&found.home.id));
    found.truncate(HOMES_MAX);
    let Some(first) = found.first().map(|found| found.occasion) else { return Ok(None) };
    let occasion = if found.iter().all(|one| one.occasion == first) { first } else { Occasion::Several };
    if has_stopped(app, &facts).await? {
        return Ok(None);
    }
    let reach = match &facts.phone {
        Some(phone) => reach(app, phone, kind::NEW_MATCH).await?,
        None => reach_by_email(app, facts.email.as_deref()),
    };
    let Some(way) = package_way(&reach, app.now()) else { return Ok(None) };
    let homes: Vec<Property> = found.into_iter().map(|found| found.home).collect();
    let of = For {
        lead,
        conversation: None,
        name: facts.name.as_deref(),
        wants: &facts.wants,
        homes: &homes,
        occasion,
        phone: facts.phone.as_ref(),
        email: facts.email.as_deref(),
        key: &format!("{}:{}", lead.0, news.first().map_or("", String::as_str)),
        send_after: app.settings.following_up.not_quiet(app.now()),
    };
    Ok(Some((lead, news, packages::prepare(app, &of, &[way]).await?)))
}

async fn write(app: &App, told: &[(LeadId, Vec<String>, Package)]) -> Result<(), StoreError> {
    let mut tx = app.store.begin().await?;
    for (lead, news, package) in told {
        let mut is_new = false;
        for one in news {
            is_new |= tx.tell_news(one, *lead).await?;
        }
        if is_new {
            packages::write(app, &mut tx, package).await?;
        }
    }
    tx.commit().await?;
    app.outbox_rung.notify_one();
    Ok(())
}

#[cfg(test)]
mod tests {
    use agency::crm::PropertyId;
    use store::SeenBefore;

    use super::*;

    #[test]
    fn what_is_news_and_what_is_not() {
        let seen = |status: &str, price, was_available| {
            Some(SeenBefore { status: status.into(), price, was_available })
        };
        for (before, status, price, expected) in [
            (None, "available", 2000, Some(MarketNews::Appeared)),
            (None, "withdrawn", 2000, None),
            (seen("available", 2000, true), "available", 1900, Some(MarketNews::Reduced)),
            (seen("available", 2000, true), "available", 2100, None),
            (seen("available", 2000, true), "let_agreed", 2000, Some(MarketNews::Gone)),
            (seen("let_agreed", 2000, true), "available", 2000, Some(MarketNews::Back)),
            (seen("withdrawn", 2000, false), "available", 2000, Some(MarketNews::Appeared)),
            (seen("let_agreed", 2000, true), "withdrawn", 2000, None),
        ] {
            let change = MarketChange { property: PropertyId(1), status: status.into(), price, before };
            assert_eq!(news(&change), expected, "{change:?}");
        }
    }
}
