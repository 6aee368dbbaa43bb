//! "How was your call?", from 1 to 5, by SMS: after ordinary calls only, and not often (`reference/domain.md` §7.2).

use agency::crm::CallOutcome;
use agency::messages::{Way, kind, survey};
use agency::phone::PhoneNumber;
use agency::review::Reviewed;
use jiff::SignedDuration;
use store::{StoreError, ToReview, Tx};

use crate::app::App;
use crate::outbox::{About, Post, post_at};

pub(super) async fn ask(
    app: &App,
    tx: &mut Tx,
    one: &ToReview,
    reviewed: &Reviewed<'_>,
) -> Result<(), StoreError> {
    let rules = &app.settings.following_up;
    let phone = tx.lead_facts(one.lead).await?.phone.filter(PhoneNumber::takes_texts);
    let Some(phone) = phone.filter(|_| rules.survey && is_ordinary(reviewed)) else { return Ok(()) };
    if tx.has_stopped(phone.as_str(), SURVEYS).await? {
        return Ok(());
    }
    let since = one.ended.saturating_sub(SignedDuration::from_hours(24 * rules.survey_every_days));
    let asked = (one.lead, one.conversation.as_str());
    if !tx.ask_survey(&app.id("survey"), asked, since.unwrap_or(one.ended), one.ended).await? {
        return Ok(());
    }
    let after = SignedDuration::from_secs(rules.survey_after_s);
    let at = rules.not_quiet(one.ended.saturating_add(after).unwrap_or(one.ended));
    let about = About { lead: Some(one.lead), conversation: Some(&one.conversation), alert: None };
    let question = Post {
        kind: kind::SURVEY,
        to: &phone,
        way: Way::Sms,
        body: &survey(app.agency()),
        appointment: None,
        dedupe_key: &format!("{}:{}", kind::SURVEY, one.conversation),
    };
    post_at(app, tx, &about, &question, at).await
}

/// The purpose that STOP stops with all others.
const SURVEYS: &str = "surveys";

/// Somebody who spoke, and had nothing worse on their mind.
fn is_ordinary(reviewed: &Reviewed) -> bool {
    let state = reviewed.state;
    // It is of calls: a chat is not followed by one.
    if state.manner.is_written() {
        return false;
    }
    let is_grave = state.is_delicate || !state.hazards.is_empty() || !state.doubted.is_empty();
    state.caller_spoke && !is_grave && !state.opts_out && state.outcome() != CallOutcome::Emergency
}
