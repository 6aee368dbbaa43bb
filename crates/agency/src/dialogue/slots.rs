//! When: offering times and hearing which one.

use super::{choosing, closing, details, enquiry, message, recovery};
use crate::conversation::{Effect, State, Step};
use crate::crm::Property;
use crate::diary::TimeWish;
use crate::language::{Act, Heard};
use crate::tools::ToolCall;
use crate::tools::viewing_slots::{OfferedSlot, SlotsOutcome, ViewingSlots};
use crate::{london, speech};

/// Asks the diary for times that fit the wish.
pub(super) fn look_up(state: &State) -> Vec<Effect> {
    let Some(property) = state.chosen.as_ref() else { return enquiry::search(state) };
    State::run(ToolCall::ViewingSlots(ViewingSlots { property: property.id, wish: state.wish.clone() }))
}

/// Says the times that the diary issued.
pub(super) fn offered(state: &mut State, outcome: SlotsOutcome) -> Vec<Effect> {
    match outcome {
        SlotsOutcome::Offered { slots, as_wished } => {
            state.slots = slots;
            let lead_in =
                if as_wished { "I can do" } else { "I haven't got that time free. The nearest I can do is" };
            offer(state, lead_in)
        }
        SlotsOutcome::NoneFree if state.wish.is_empty() => message::offer(
            state,
            "I'm sorry, I see no free time for a viewing this week. A colleague can find one for you.",
        ),
        SlotsOutcome::NoneFree => {
            state.wish = TimeWish::default();
            look_up(state)
        }
        SlotsOutcome::OffTheMarket => off_the_market(state),
    }
}

pub(super) fn off_the_market(state: &mut State) -> Vec<Effect> {
    if let Some(id) = state.chosen.as_ref().map(|property: &Property| property.id) {
        choosing::forget(state, id);
    }
    message::offer(state, "I'm sorry, that home has just come off the market.")
}

/// Offers the slots in hand.
pub(super) fn offer(state: &mut State, lead_in: &str) -> Vec<Effect> {
    let times: Vec<String> = state.slots.iter().map(|offered| speech::moment(offered.slot.start)).collect();
    let question = if times.len() == 1 { "Does that suit you?" } else { "Which suits you best?" };
    let words = format!("{lead_in} {}. {question}", speech::any_of(&times));
    state.ask(Step::ChooseSlot, words)
}

/// The answer to "which suits you best".
pub(super) fn choose(state: &mut State, heard: &Heard) -> Vec<Effect> {
    if heard.did(Act::Goodbye) {
        return closing::goodbye(state);
    }
    if let Some(slot) = picked(state, heard) {
        state.slot = Some(slot);
        return details::next(state);
    }
    if !heard.wish.is_empty() {
        state.wish = narrowed(&state.wish, &heard.wish, &state.slots);
        return look_up(state);
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

fn picked(state: &State, heard: &Heard) -> Option<OfferedSlot> {
    if let Some(index) = heard.choice() {
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
