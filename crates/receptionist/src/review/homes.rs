//! The homes of a call go out after it: once each, to whoever did not say no, by the first way that is open.

use agency::conversation::Sending;
use agency::crm::{CallOutcome, Interest, Property};
use agency::messages::{Occasion, kind, package_way};
use agency::review::{Analysis, Reviewed};
use store::{LeadFacts, StoreError, ToReview};

use crate::app::App;
use crate::delivery::{reach, reach_by_email};
use crate::packages::{self, For, Package};

/// More at once nobody looks at.
const HOMES_MAX: usize = 5;

pub(super) async fn to_send(
    app: &App,
    one: &ToReview,
    reviewed: &Reviewed<'_>,
    analysis: &Analysis,
) -> Result<Option<Package>, StoreError> {
    if !app.settings.following_up.send_homes || !may_send(reviewed) {
        return Ok(None);
    }
    let mut tx = app.store.begin().await?;
    let facts = tx.lead_facts(one.lead).await?;
    let ids: Vec<_> = worth_sending(reviewed, analysis).iter().map(|home| home.id).collect();
    let fresh = tx.not_sent_yet(one.lead, &ids).await?;
    tx.commit().await?;
    // The last they heard of are nearest to what they want.
    let fresh: Vec<&Property> = reviewed.homes.iter().filter(|home| fresh.contains(&home.id)).collect();
    let homes: Vec<Property> =
        fresh[fresh.len().saturating_sub(HOMES_MAX)..].iter().map(|home| (*home).clone()).collect();
    if homes.is_empty() || has_stopped(app, &facts).await? {
        return Ok(None);
    }
    let reach = match &facts.phone {
        Some(phone) => reach(app, phone, kind::PROPERTY_DETAILS).await?,
        None => reach_by_email(app, facts.email.as_deref()),
    };
    let Some(way) = package_way(&reach, app.now()) else { return Ok(None) };
    let of = For {
        lead: one.lead,
        conversation: Some(&one.conversation),
        name: facts.name.as_deref(),
        wants: &facts.wants,
        homes: &homes,
        occasion: Occasion::AfterCall,
        phone: facts.phone.as_ref(),
        email: facts.email.as_deref(),
        key: &format!("after:{}:{}", one.conversation, one.turn),
        send_after: app.settings.following_up.not_quiet(app.now()),
    };
    packages::prepare(app, &of, &[way]).await.map(Some)
}

/// Nobody who said no, and nobody in the middle of something worse.
fn may_send(reviewed: &Reviewed) -> bool {
    let state = reviewed.state;
    let is_refused = state.sending == Sending::Declined || state.opts_out;
    state.caller_spoke && !is_refused && !state.is_delicate && state.outcome() != CallOutcome::Emergency
}

/// On the market, and not turned down.
fn worth_sending<'a>(reviewed: &'a Reviewed<'_>, analysis: &Analysis) -> Vec<&'a Property> {
    let is_rejected = |home: &Property| {
        let rejected = Interest::Rejected.word();
        analysis.homes.iter().any(|said| said.reference == home.reference && said.interest == rejected)
    };
    reviewed.homes.iter().filter(|home| home.is_available() && !is_rejected(home)).collect()
}

pub(crate) async fn has_stopped(app: &App, facts: &LeadFacts) -> Result<bool, StoreError> {
    let phone = facts.phone.as_ref().map(ToString::to_string);
    let addresses: Vec<&str> = phone.iter().map(String::as_str).chain(facts.email.as_deref()).collect();
    app.store.has_stopped(&addresses, NEW_HOMES).await
}

/// The purpose that is stopped by the link in such messages.
pub(crate) const NEW_HOMES: &str = "new_homes";
