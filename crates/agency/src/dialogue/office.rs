//! Questions to the agency itself: hours, address, fees, policies. Only what is approved is said.

use super::{closing, recovery, repeat};
use crate::conversation::{Context, Effect, State, Step};
use crate::crm::ActionTaken;
use crate::fees::{Capped, cap_pence};
use crate::language::{Act, Heard, Intent, OfficeTopic};
use crate::manner::Manner;
use crate::settings::fill;

/// Answers a question that is all that was said, and goes on from there.
pub(super) fn answer(
    state: &mut State,
    heard: &Heard,
    words: &str,
    context: &Context,
) -> Option<Vec<Effect>> {
    let said = approved(state, heard, words, context)?;
    state.did(ActionTaken::InfoGiven);
    state.intent = heard.intent.or(state.intent);
    Some(closing::anything_else(state, &said))
}

/// Answers a question in the middle of a search, and puts the open question again.
pub(super) fn in_passing(
    state: &mut State,
    heard: &Heard,
    words: &str,
    context: &Context,
) -> Option<Vec<Effect>> {
    let searching = matches!(
        state.step,
        Step::AskListing
            | Step::AskArea
            | Step::AskBedrooms
            | Step::AskBudget
            | Step::ChooseProperty
            | Step::OfferDetails
            | Step::ChooseSlot
            | Step::AskName
            | Step::AskEmail
    );
    let asks =
        searching && heard.did(Act::Asks) && heard.wish.is_empty() && heard.wants.names_features_only();
    let said = asks.then(|| approved(state, heard, words, context)).flatten()?;
    state.did(ActionTaken::InfoGiven);
    let question = recovery::last_sentence(&state.last_words).to_owned();
    Some(repeat(state, format!("{said} {question}")))
}

/// The first thing asked that there is an approved answer to.
pub(crate) fn approved(state: &State, heard: &Heard, words: &str, context: &Context) -> Option<String> {
    let asks = |topic| heard.office.contains(&topic);
    if asks(OfficeTopic::Hours) || asks(OfficeTopic::Address) {
        let hours = asks(OfficeTopic::Hours).then(|| hours(context, state.manner));
        let address = asks(OfficeTopic::Address).then(|| address(context));
        return Some(hours.into_iter().chain(address).collect::<Vec<_>>().join(" "));
    }
    if let Some((approved, computes)) = context.office.answer(words) {
        let figure = computes.and_then(|what| for_the_home(state, what)).unwrap_or_default();
        let recorded =
            if state.recorded { "Yes, this call is recorded." } else { "No, you are not recorded." };
        return Some(fill(&format!("{approved}{figure}"), &[("recorded", recorded)]));
    }
    if asks(OfficeTopic::Phone) {
        return Some(format!("Our number is {}.", state.manner.phone(&context.agency.phone)));
    }
    (heard.intent == Some(Intent::OfficeHours))
        .then(|| format!("{} {}", hours(context, state.manner), address(context)))
}

/// What it comes to for the one home that is spoken of.
fn for_the_home(state: &State, what: Capped) -> Option<String> {
    let in_focus = state.offered.iter().find(|home| Some(home.id) == state.focus);
    let home = state.chosen.as_ref().or(in_focus).or(match state.offered.as_slice() {
        [only] => Some(only),
        _ => None,
    })?;
    let pence = cap_pence(what, home)?;
    Some(format!(" For the one in {} that is {}.", home.street(), state.manner.pence(pence)))
}

fn hours(context: &Context, manner: Manner) -> String {
    let hours = context.hours;
    let days = match (hours.days.first(), hours.days.last()) {
        (Some(first), Some(last)) => format!("{first:?} to {last:?}"),
        _ => "no days at present".to_owned(),
    };
    format!(
        "We're open {days}, from {} to {}, closed on bank holidays.",
        manner.clock_time(hours.opens),
        manner.clock_time(hours.closes)
    )
}

fn address(context: &Context) -> String {
    format!("Our address is {}.", context.agency.address)
}
