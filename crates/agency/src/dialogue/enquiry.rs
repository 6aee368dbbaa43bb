//! From "how can I help" to homes that fit.

use super::{business, choosing, closing, handoff, message, recovery, sending};
use crate::conversation::{Context, Effect, State, Step};
use crate::crm::{ActionTaken, Listing, Property, Wants};
use crate::handoff::Reason;
use crate::language::{Act, Heard, Intent};
use crate::manner::Manner;
use crate::search::Widened;
use crate::speech;
use crate::tools::ToolCall;
use crate::tools::find_properties::{FindProperties, FoundProperties};

/// Above this a person takes over (`spec.md` §6.8).
pub(super) const PERSON_FROM: i64 = 2_000_000;

pub(super) const DIRECTOR: &str = "For a home like that I'd like one of our directors to look after you.";

/// The first words of a caller, or a new wish after something was done.
pub(super) fn opening(state: &mut State, heard: &Heard, words: &str, context: &Context) -> Vec<Effect> {
    state.valuation = None;
    if let Some(effects) = business::not_an_enquiry(state, heard, words, context) {
        return effects;
    }
    if state.caller.vip && state.step == Step::Opening {
        return handoff::begin(
            state,
            Reason::Vip,
            "I'd like one of our directors to look after you.",
            "They'll ring you back.",
        );
    }
    if state.step == Step::AnythingElse && !heard.did(Act::PlainYes) && speaks_of_offered(state, heard) {
        return choosing::property(state, heard);
    }
    let is_enquiry = heard.intent.is_some_and(Intent::is_enquiry) || heard.did(Act::SeeThem);
    if accepts_their_search(state, heard) && (heard.wants.is_empty() || heard.did(Act::Affirm)) {
        state.wants = state.caller.wants.clone();
        return answer(state, heard);
    }
    if names_a_home(heard) || !heard.wants.is_empty() || !heard.elsewhere.is_empty() || is_enquiry {
        return answer(state, heard);
    }
    if wants_no_more(heard) {
        return closing::goodbye(state);
    }
    if heard.did(Act::Affirm) && state.step == Step::AnythingElse {
        return state.ask(Step::AnythingElse, "Of course. What can I do for you?");
    }
    if heard.did(Act::Greeting) && state.step == Step::Opening && state.misses == 0 {
        state.misses += 1;
        return state
            .ask(Step::Opening, "Hello. Are you looking to rent or buy a home, or is it something else?");
    }
    recovery::not_understood(
        state,
        "I can find you a home to rent or buy, book a viewing, or take a message. What would you like?",
    )
}

/// "And the second one too", after a booking; "what about the one in Mill Lane".
fn speaks_of_offered(state: &State, heard: &Heard) -> bool {
    let by_street =
        state.offered.iter().any(|home| heard.streets.iter().any(|street| street == home.street()));
    !state.offered.is_empty()
        && (by_street
            || !heard.choices.is_empty()
            || heard.did(Act::Both)
            || (heard.did(Act::SeeThem) && heard.wants.is_empty()))
}

pub(super) fn wants_no_more(heard: &Heard) -> bool {
    let says_more = !heard.wish.is_empty() || heard.did(Act::Unsure) || heard.did(Act::Wait);
    (heard.did(Act::Goodbye) || heard.did(Act::Deny) || heard.did(Act::Thanks)) && !says_more
}

/// A returning caller who says yes to the search the greeting recalled, or that nothing has changed in it.
fn accepts_their_search(state: &State, heard: &Heard) -> bool {
    let words = state.last_heard.to_lowercase();
    let says_same = words.contains("same") || (words.contains("nothing") && words.contains("chang"));
    let nothing_changed = state.caller.wants.listing == Some(Listing::Sale)
        && (says_same || (heard.did(Act::Deny) && heard.acts.len() == 1));
    state.step == Step::Opening
        && state.caller.wants.can_search()
        && (heard.did(Act::Affirm) || (heard.did(Act::More) && !heard.did(Act::Deny)) || nothing_changed)
}

/// Takes over what was said and asks for what is missing, each thing once; then searches.
pub(crate) fn answer(state: &mut State, heard: &Heard) -> Vec<Effect> {
    if names_a_home(heard) {
        note(state, heard);
        return search_streets(state, heard);
    }
    if heard.did(Act::Goodbye) && heard.wants.is_empty() {
        return closing::goodbye(state);
    }
    let is_enquiry = heard.intent.is_some_and(Intent::is_enquiry);
    let said_nothing =
        heard.wants.is_empty() && heard.elsewhere.is_empty() && !heard.did(Act::DontKnow) && !is_enquiry;
    let names_nothing = heard.acts.is_empty() && heard.entities.is_empty() && heard.intent.is_none();
    let unknown_area = state.step == Step::AskArea
        && heard.wants.is_empty()
        && (!heard.elsewhere.is_empty() || names_nothing || heard.did(Act::DontKnow));
    if said_nothing && !unknown_area && state.step != Step::Opening && state.step != Step::AnythingElse {
        return recovery::not_understood(state, &question(state.step));
    }
    let insists = !heard.elsewhere.is_empty() && state.elsewhere.as_ref() == heard.elsewhere.first();
    if insists && heard.wants.areas.is_empty() {
        return closing::anything_else(state, "I'm sorry, that's outside our area.");
    }
    note(state, heard);
    if state.wants.listing == Some(Listing::Sale)
        && state.wants.budget_max.is_some_and(|most| most > PERSON_FROM)
    {
        return handoff::begin(state, Reason::Price, DIRECTOR, "They'll ring you back.");
    }
    match next_question(state) {
        // Asked before, and answered with something else.
        Some(Step::AskListing) if state.step == Step::AskListing => {
            recovery::not_understood(state, "Is it a home to rent, or a home to buy?")
        }
        Some(step) => {
            state.asked.push(step.expecting());
            // An area we have nothing in is not asked for again.
            let nothing_there = heard.elsewhere.first().filter(|_| step == Step::AskArea);
            if let Some(place) = nothing_there {
                let words =
                    format!("I'm afraid we have nothing in {place}. Which other area or postcode would do?");
                return state.ask(step, words);
            }
            let lead_in = if unknown_area && !heard.did(Act::DontKnow) {
                "I don't have that area, so I'll look in all of ours. "
            } else {
                acknowledged(heard)
            };
            state.ask(step, format!("{lead_in}{}", question(step)))
        }
        None => search(state),
    }
}

/// By its street or its reference.
pub(super) fn names_a_home(heard: &Heard) -> bool {
    !heard.streets.is_empty() || heard.reference.is_some()
}

fn note(state: &mut State, heard: &Heard) {
    state.wants.merge(&heard.wants);
    // Somebody who rented before is renting, unless they say otherwise.
    state.wants.listing = state.wants.listing.or(state.caller.wants.listing);
    if !heard.wish.is_empty() {
        state.wish = heard.wish.clone();
    }
    state.elsewhere = heard.elsewhere.first().cloned();
    // "Could you email me the details of …": sent once the home is found.
    let way = [Act::ByEmail, Act::ByText].into_iter().find(|way| heard.did(*way));
    state.send_by = way
        .filter(|_| heard.did(Act::Details) || heard.topics.is_empty() && names_a_home(heard))
        .or(state.send_by);
}

/// What was said early is not asked again, and not met with silence.
fn acknowledged(heard: &Heard) -> &'static str {
    if heard.wants.is_empty() { "" } else { "Lovely. " }
}

fn next_question(state: &State) -> Option<Step> {
    let wants = &state.wants;
    let open = |step: Step, known: bool| (!known && !state.asked.contains(&step.expecting())).then_some(step);
    if wants.listing.is_none() {
        return Some(Step::AskListing);
    }
    open(Step::AskArea, !wants.areas.is_empty())
        .or_else(|| open(Step::AskBedrooms, wants.bedrooms_min.is_some() || wants.bedrooms_max.is_some()))
        .or_else(|| open(Step::AskBudget, wants.budget_max.is_some()))
}

fn question(step: Step) -> String {
    match step {
        Step::AskListing => "Are you looking to rent or to buy?",
        Step::AskArea => "Which area or postcode would you like?",
        Step::AskBedrooms => "How many bedrooms do you need?",
        Step::AskBudget => "And what's the most you'd like to pay?",
        _ => "What would you like?",
    }
    .to_owned()
}

pub(super) fn search(state: &State) -> Vec<Effect> {
    let call = FindProperties { wants: state.wants.clone(), ..FindProperties::default() };
    State::run(ToolCall::FindProperties(call))
}

pub(super) fn search_streets(state: &State, heard: &Heard) -> Vec<Effect> {
    let call = FindProperties {
        wants: state.wants.clone(),
        streets: heard.streets.clone(),
        reference: heard.reference.clone(),
        except: Vec::new(),
    };
    State::run(ToolCall::FindProperties(call))
}

/// "Let me know if something comes up": the wish is on file, and their words are the consent to be told.
pub(super) fn keep_posted(state: &mut State, heard: &Heard) -> Option<Vec<Effect>> {
    let step = matches!(
        state.step,
        Step::ChooseProperty | Step::OfferDetails | Step::AskArea | Step::AskBedrooms | Step::AnythingElse
    );
    if !heard.did(Act::KeepPosted) || !step || state.wants.is_empty() || !heard.wish.is_empty() {
        return None;
    }
    if state.elsewhere.is_some() && state.wants.areas.is_empty() {
        // Nothing of ours is ever there: homes elsewhere are no news to them.
        return Some(closing::anything_else(state, "I've noted that, and a colleague will let you know."));
    }
    state.keeps_posted = Some(state.last_heard.clone());
    state.did(ActionTaken::SavedSearch);
    if state.details.name.is_none() && !state.name_asked {
        state.name_asked = true;
        return Some(state.ask(
            Step::AskNameToEnd,
            "Of course, we'll let you know when something like that comes up. What's your name, please?",
        ));
    }
    Some(closing::anything_else(
        state,
        "I've noted that, and we'll let you know when something like that comes up.",
    ))
}

/// Others than those offered.
pub(crate) fn search_more(state: &State) -> Vec<Effect> {
    search_others(state, state.wants.clone())
}

/// Others than those offered, for a wish that is only of this moment ("anything cheaper").
pub(super) fn search_others(state: &State, wants: Wants) -> Vec<Effect> {
    let call = FindProperties { wants, except: state.discussed.clone(), ..FindProperties::default() };
    State::run(ToolCall::FindProperties(call))
}

/// Says what was found, two or three at a time; what had to give is said first.
pub(super) fn found(state: &mut State, found: FoundProperties) -> Vec<Effect> {
    state.did(ActionTaken::InfoGiven);
    if let Some(status) = &found.off_market {
        let words = format!(
            "I'm sorry, that home is {} now. Are you looking to rent or to buy something like it?",
            status.replace('_', " ")
        );
        return state.ask(Step::AskListing, words);
    }
    if found.properties.is_empty() && !state.offered.is_empty() && !state.discussed.is_empty() {
        return nothing_more(state);
    }
    if found.properties.is_empty() {
        let nothing = if state.discussed.is_empty() {
            "I'm sorry, I have nothing like that at the moment."
        } else {
            "I'm sorry, those were all I have like that."
        };
        return message::offer(state, &format!("{nothing} A colleague can look further for you."));
    }
    for property in &found.properties {
        if !state.discussed.contains(&property.id) {
            state.discussed.push(property.id);
        }
    }
    state.offered = found.properties;
    state.focus = None;
    // Asked about homes that are all to let, a caller is looking to rent.
    if let [first, rest @ ..] = state.offered.as_slice()
        && rest.iter().all(|property| property.listing == first.listing)
    {
        state.wants.listing = state.wants.listing.or(Some(first.listing));
    }
    if let Some(way) = state.send_by.take() {
        return sending::answer(state, &Heard { acts: vec![way], ..Heard::default() });
    }
    let lead_in = lead_in(found.widened, state);
    state.elsewhere = None;
    // Whoever asked to view, and there is one home only, is offered times at once.
    if let ([only], Widened::Nothing) = (state.offered.clone().as_slice(), found.widened)
        && state.intent == Some(Intent::BookViewing)
        && !state.wish.is_empty()
        && only.price <= PERSON_FROM
    {
        return choosing::choose(state, &Heard::default(), only.clone());
    }
    match state.offered.as_slice() {
        [only] => {
            let words = format!("{lead_in} {}", choosing::told(only, state.manner));
            state.ask(Step::ChooseProperty, words)
        }
        several => {
            let words = format!(
                "{lead_in} {} Which one would you like to view, or hear more about?",
                listed(several, state.manner)
            );
            state.ask(Step::ChooseProperty, words)
        }
    }
}

/// The homes that were offered before still stand.
fn nothing_more(state: &mut State) -> Vec<Effect> {
    let words = "I have nothing else like that at the moment. Would you like to view one of those I mentioned, or shall a colleague look further?";
    if state.last_words == words {
        return message::offer(state, "A colleague will look further for you.");
    }
    state.ask(Step::ChooseProperty, words)
}

fn lead_in(widened: Widened, state: &State) -> String {
    let exactly = match state.offered.len() {
        1 => "I have one for you.".to_owned(),
        n => format!("I have {} for you.", speech::cardinal(i64::try_from(n).unwrap_or(i64::MAX))),
    };
    match widened {
        Widened::Nothing => exactly,
        Widened::Nearby => "I have nothing in exactly that area, but there is something close by.".to_owned(),
        Widened::Budget => "I have nothing within that budget, but something a little above it.".to_owned(),
        Widened::Bedrooms => "I have nothing quite like that, but something similar.".to_owned(),
        Widened::Area => match &state.elsewhere {
            Some(place) => format!("I have nothing in {place}, but something in our own area."),
            None => "I have nothing in that area, but something elsewhere.".to_owned(),
        },
    }
}

pub(super) fn listed(properties: &[Property], manner: Manner) -> String {
    let told = properties.iter().map(|property| manner.property(property));
    if manner.is_written() {
        return in_lines(&told.collect::<Vec<_>>());
    }
    let parts: Vec<String> = choosing::ORDINALS
        .iter()
        .zip(told)
        .map(|(ordinal, told)| format!("The {ordinal} is {told}."))
        .collect();
    parts.join(" ")
}

/// One a line, with the number it is chosen by.
pub(super) fn in_lines(items: &[String]) -> String {
    let lines =
        items.iter().enumerate().map(|(n, item)| format!("\n{}. {}", n + 1, speech::capitalised(item)));
    format!("{}\n", lines.collect::<String>())
}
