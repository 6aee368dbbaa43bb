//! Calls that are no search for a home: a viewing they have, a valuation, something wrong in a home, a question to the
//! office, a matter for a colleague.

use super::enquiry::{names_a_home, wants_no_more};
use super::{RING_BACK, handoff, message, office, report, ticket, valuation, viewing};
use crate::conversation::{Context, Effect, State};
use crate::crm::Role;
use crate::handoff::Reason;
use crate::language::{Act, Heard, Intent};
use crate::triage;

/// A viewing they have, a question to the office, or business for a colleague.
pub(super) fn not_an_enquiry(
    state: &mut State,
    heard: &Heard,
    words: &str,
    context: &Context,
) -> Option<Vec<Effect>> {
    let changes_mind = state.viewing.is_some() && (heard.did(Act::Cancel) || heard.did(Act::Change));
    if viewing::is_meant(heard, words) || changes_mind {
        return Some(viewing::begin(state, heard));
    }
    if heard.intent == Some(Intent::BookValuation) {
        return Some(valuation::begin(state, heard, words, context));
    }
    if ticket::papers_are_meant(words) {
        return Some(ticket::begin_papers(state, heard, words, context));
    }
    if ticket::is_meant(words) {
        return Some(ticket::begin(state, heard, words, context));
    }
    if let Some(place) = report::late_place(state, heard, words, context) {
        return Some(place);
    }
    if is_repair(state, heard, words, context) {
        let more = report::more(state, words, context);
        return Some(more.unwrap_or_else(|| report::begin(state, heard, words, context)));
    }
    if state.caller.role == Role::Landlord && is_their_business(state, heard)
        || heard.intent == Some(Intent::LandlordEnquiry)
    {
        let lead_in = "That's something for one of our property managers.";
        return Some(handoff::begin(state, Reason::Landlord, lead_in, RING_BACK));
    }
    if is_their_business(state, heard) {
        return Some(message::offer(state, "That's something a colleague should deal with."));
    }
    // Somebody who reports a leak at 4 Elgin Avenue is not looking for a home there.
    if heard.intent.is_some_and(is_for_a_colleague) {
        return Some(message::offer(state, "That's something a colleague should deal with."));
    }
    let names_a_wish = names_a_home(heard) || !heard.wants.is_empty();
    if !names_a_wish && let Some(said) = office::answer(state, heard, words, context) {
        return Some(said);
    }
    let is_general = heard.intent == Some(Intent::GeneralEnquiry) && !names_a_wish && !wants_no_more(heard);
    is_general.then(|| message::offer(state, "That's a question for a colleague, who will ring you back."))
}

/// Something is wrong in a home: by what it is called, or by what the triage table hears.
fn is_repair(state: &State, heard: &Heard, words: &str, context: &Context) -> bool {
    if heard
        .intent
        .is_some_and(|intent| intent != Intent::TenantMaintenance && intent != Intent::TenantGeneral)
    {
        return false;
    }
    let is_tenant = state.caller.role == Role::Tenant;
    let sounds_so = heard.judged.is_some_and(|judged| judged.intent == Intent::TenantMaintenance);
    let is_found = triage::triage(&[words.to_owned()], context.now, context.triage).is_some();
    heard.intent == Some(Intent::TenantMaintenance)
        || (is_tenant && sounds_so)
        || (is_found && heard.wants.is_empty())
}

/// A known landlord or tenant, on a matter that sounds like theirs.
fn is_their_business(state: &State, heard: &Heard) -> bool {
    let seeks = heard.intent.is_some_and(Intent::is_enquiry) || heard.did(Act::SeeThem);
    matches!(state.caller.role, Role::Landlord | Role::Tenant)
        && !seeks
        && heard.judged.is_some_and(|judged| is_for_a_colleague(judged.intent))
}

fn is_for_a_colleague(intent: Intent) -> bool {
    !intent.is_enquiry()
        && !matches!(intent, Intent::OfficeHours | Intent::GeneralEnquiry | Intent::ExistingViewing)
}
