//! Questions to the agency itself: hours, address, fees, policies. Only what is approved is said.

use super::{closing, recovery, repeat};
use crate::conversation::{Context, Effect, State, Step};
use crate::crm::ActionTaken;
use crate::fees::{Capped, cap_pence};
use crate::language::{Act, Heard, Intent, OfficeTopic};
use crate::manner::Manner;
use crate::settings::{Day, fill};

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
    let week = format!(
        "We're open {}, from {} to {}, closed on bank holidays.",
        days(&hours.days),
        manner.clock_time(hours.opens),
        manner.clock_time(hours.closes)
    );
    let exceptions = hours.exceptions_ahead(context.now).into_iter().map(|exception| {
        let day = manner.date(exception.date);
        match exception.opens.zip(exception.closes) {
            Some((opens, closes)) => {
                let (opens, closes) = (manner.clock_time(opens), manner.clock_time(closes));
                format!("On {day} we're open from {opens} to {closes}.")
            }
            None => format!("On {day} we're closed."),
        }
    });
    std::iter::once(week).chain(exceptions).collect::<Vec<_>>().join(" ")
}

/// "Monday to Saturday" where one follows the other, else each by its name.
fn days(days: &[Day]) -> String {
    let follows = |pair: &[Day]| pair[0].weekday().next() == pair[1].weekday();
    let names: Vec<String> = days.iter().map(|day| format!("{day:?}")).collect();
    match names.as_slice() {
        [] => "no days at present".to_owned(),
        [only] => format!("on {only}s"),
        [first, .., last] if days.len() > 2 && days.windows(2).all(follows) => format!("{first} to {last}"),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

fn address(context: &Context) -> String {
    format!("Our address is {}.", context.agency.address)
}
