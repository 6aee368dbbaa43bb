//! When: offering times and hearing which one.

use jiff::SignedDuration;
use jiff::civil::Weekday;

use super::{choosing, closing, details, enquiry, message, recovery, viewing};
use crate::conversation::{Effect, State, Step};
use crate::crm::Property;
use crate::diary::TimeWish;
use crate::language::{Act, Heard};
use crate::tools::ToolCall;
use crate::tools::viewing_slots::{OfferedSlot, SlotsOutcome, ViewingSlots};
use crate::{london, speech};

/// Asks the diary for times that fit the wish.
pub(super) fn look_up(state: &State) -> Vec<Effect> {
    let property = state.chosen.as_ref().map(|property| property.id);
    if property.is_none() && state.valuation.is_none() {
        return enquiry::search(state);
    }
    let wish = TimeWish { avoids: state.avoids.clone(), ..state.wish.clone() };
    State::run(ToolCall::ViewingSlots(ViewingSlots { property, wish }))
}

/// Takes over the day and time that were said, asks which day if it may be either of two, and looks.
pub(crate) fn with_wish(state: &mut State, heard: &Heard) -> Vec<Effect> {
    if !heard.wish.is_empty() {
        state.wish = narrowed(&state.wish, &heard.wish, &state.slots);
    }
    let all_sundays = state.wish.dates.iter().all(|date| date.weekday() == Weekday::Sunday);
    if heard.ambiguous && state.wish.dates.len() == 2 && !all_sundays {
        let days: Vec<String> = state.wish.dates.iter().map(|date| state.manner.date(*date)).collect();
        return state.ask(Step::AskWhichDay, format!("Do you mean {}?", speech::any_of(&days)));
    }
    look_up(state)
}

/// The answer to "do you mean the one or the other".
pub(super) fn which_day(state: &mut State, heard: &Heard) -> Vec<Effect> {
    let days = state.wish.dates.clone();
    let by_date = days.iter().filter(|day| heard.wish.dates.contains(day)).collect::<Vec<_>>();
    let day = match (by_date.as_slice(), heard.choice()) {
        ([only], _) => Some(**only),
        (_, Some(index)) => choosing::nth(&days, index).copied(),
        _ if heard.did(Act::PlainYes) || heard.did(Act::DontKnow) => days.first().copied(),
        _ => None,
    };
    if heard.wish.from.is_some() {
        (state.wish.from, state.wish.until) = (heard.wish.from, heard.wish.until);
    }
    match day {
        Some(day) => state.wish.dates = vec![day],
        None if heard.wish.dates.is_empty() => {
            return recovery::not_understood(state, "Is it the earlier of the two, or the later?");
        }
        None => state.wish.dates.clone_from(&heard.wish.dates),
    }
    look_up(state)
}

/// Says the times that the diary issued.
pub(super) fn offered(state: &mut State, outcome: SlotsOutcome) -> Vec<Effect> {
    match outcome {
        SlotsOutcome::Offered { slots, as_wished, closed } => {
            state.slots = apart_from_booked(state, slots);
            if let Some(exact) = exactly_wished(state, as_wished) {
                return take(state, exact);
            }
            let lead_in = match (as_wished, closed) {
                (true, _) => "I can do",
                (false, true) => "We're closed that day. The nearest I can do is",
                (false, false) => "I haven't got that time free. The nearest I can do is",
            };
            offer(state, lead_in)
        }
        SlotsOutcome::NoneFree if state.wish.is_empty() => message::offer(
            state,
            "I'm sorry, I see no free time this week. A colleague can find one for you.",
        ),
        SlotsOutcome::NoneFree => {
            state.wish = TimeWish::default();
            look_up(state)
        }
        SlotsOutcome::OffTheMarket => off_the_market(state),
    }
}

/// Between the starts of two viewings of one caller.
const APART: SignedDuration = SignedDuration::from_mins(30);

/// The next viewing follows the one that was just booked.
pub(super) fn straight_after(state: &mut State) {
    if let Some(next) = state.viewing.as_ref().and_then(|viewing| viewing.start.checked_add(APART).ok()) {
        state.wish = TimeWish::exactly(next);
    }
}

/// Nobody can view two homes at once.
fn apart_from_booked(state: &State, slots: Vec<OfferedSlot>) -> Vec<OfferedSlot> {
    let Some(booked) = state.viewing.as_ref().filter(|_| !state.is_moving()) else { return slots };
    let far = |offered: &&OfferedSlot| offered.slot.start.duration_since(booked.start).abs() >= APART;
    let apart: Vec<OfferedSlot> = slots.iter().filter(far).cloned().collect();
    if apart.is_empty() { slots } else { apart }
}

/// Day and time were said, and just that is free: there is nothing to choose.
fn exactly_wished(state: &State, as_wished: bool) -> Option<OfferedSlot> {
    let said_it_all =
        state.wish.dates.len() == 1 && state.wish.from.is_some() && state.wish.from == state.wish.until;
    match state.slots.as_slice() {
        [only] if as_wished && said_it_all => Some(only.clone()),
        _ => None,
    }
}

/// A time is chosen: what is next to know of the booking, or the move is read back.
pub(crate) fn take(state: &mut State, slot: OfferedSlot) -> Vec<Effect> {
    state.slot = Some(slot);
    if state.is_moving() { viewing::read_back(state) } else { details::next(state) }
}

/// Offers what is left, if anything is.
pub(super) fn offer_or_message(state: &mut State, lead_in: &str) -> Vec<Effect> {
    if state.slots.is_empty() {
        return message::offer(state, "I'm sorry, that one has just gone, and I have no other time near it.");
    }
    offer(state, lead_in)
}

pub(super) fn off_the_market(state: &mut State) -> Vec<Effect> {
    if let Some(id) = state.chosen.as_ref().map(|property: &Property| property.id) {
        choosing::forget(state, id);
    }
    message::offer(state, "I'm sorry, that home has just come off the market.")
}

/// Offers the slots in hand.
pub(super) fn offer(state: &mut State, lead_in: &str) -> Vec<Effect> {
    let times: Vec<String> =
        state.slots.iter().map(|offered| state.manner.moment(offered.slot.start)).collect();
    let question = if times.len() == 1 { "Does that suit you?" } else { "Which suits you best?" };
    let words = match times.as_slice() {
        [_, _, ..] if state.manner.is_written() => {
            format!("{lead_in}:{}{question}", enquiry::in_lines(&times))
        }
        _ => format!("{lead_in} {}. {question}", speech::any_of(&times)),
    };
    state.ask(Step::ChooseSlot, words)
}

/// The answer to "which suits you best".
pub(super) fn choose(state: &mut State, heard: &Heard) -> Vec<Effect> {
    if heard.did(Act::Goodbye) {
        return closing::goodbye(state);
    }
    if state.is_moving() && heard.did(Act::Cancel) {
        return viewing::change(state, heard);
    }
    if let Some(slot) = picked(state, heard) {
        return take(state, slot);
    }
    if !heard.wish.is_empty() {
        return with_wish(state, heard);
    }
    if !heard.avoids.is_empty() {
        return without(state);
    }
    if state.valuation.is_none() && changes_home(state, heard) {
        (state.chosen, state.slot) = (None, None);
        return choosing::property(state, heard);
    }
    if heard.did(Act::Deny) || heard.did(Act::More) {
        if state.slots.is_empty() {
            return message::offer(state, "A colleague can find a time with you.");
        }
        state.slots.clear();
        state.wish = TimeWish::default();
        return state.ask(Step::ChooseSlot, "Which day and time would suit you?");
    }
    recovery::not_understood(
        state,
        "You can say a day and a time, or the first or the second. When would suit you?",
    )
}

/// "I can't do Monday": the same wish, without what does not suit.
fn without(state: &mut State) -> Vec<Effect> {
    state.wish.dates.retain(|date| !state.avoids.dates.contains(date));
    if !state.avoids.times.is_empty() {
        (state.wish.from, state.wish.until) = (None, None);
    }
    look_up(state)
}

/// "Actually, the one in Mill Lane instead."
fn changes_home(state: &State, heard: &Heard) -> bool {
    let other_street =
        heard.streets.iter().any(|street| state.chosen.as_ref().is_some_and(|home| home.street() != street));
    other_street || (heard.compare.is_some() && !state.is_moving())
}

fn picked(state: &State, heard: &Heard) -> Option<OfferedSlot> {
    // "Thursday at two for the first one": the time says which, not the ordinal.
    if let Some(index) = heard.choice().filter(|_| heard.wish.is_empty()) {
        return choosing::nth(&state.slots, index).cloned();
    }
    if !heard.wish.is_empty() {
        let mut fitting = state.slots.iter().filter(|offered| heard.wish.fits(offered.slot.start));
        return fitting.next().filter(|_| fitting.next().is_none()).cloned();
    }
    let takes_the_only = state.slots.len() == 1 && heard.did(Act::Affirm);
    let takes_any = heard.did(Act::DontKnow);
    state.slots.first().filter(|_| takes_the_only || takes_any).cloned()
}

/// A time alone keeps the day spoken of; a day alone forgets the earlier time.
fn narrowed(before: &TimeWish, now: &TimeWish, slots: &[OfferedSlot]) -> TimeWish {
    if !now.dates.is_empty() {
        return now.clone();
    }
    let mut dates = before.dates.clone();
    if dates.is_empty() {
        dates = slots.iter().map(|offered| london::date_of(offered.slot.start)).collect();
        dates.dedup();
        if dates.len() > 1 {
            dates.clear();
        }
    }
    TimeWish { dates, ..now.clone() }
}
