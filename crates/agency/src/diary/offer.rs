//! Which free slots to offer: few, spread out, and near to what the caller wished.

use jiff::civil::{Date, Time};
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::facts::DiaryFacts;
use super::judge::{Slot, day};
use crate::london;

/// What the caller said about when. Absent means any.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TimeWish {
    pub dates: Vec<Date>,
    /// An exact start, or the beginning of a range.
    pub from: Option<Time>,
    /// The latest start; equal to `from` for an exact time.
    pub until: Option<Time>,
    pub avoids: Avoids,
}

/// Days and parts of the day that do not suit the caller.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Avoids {
    pub dates: Vec<Date>,
    /// From, and the first time after it that suits again; equal for a single time.
    pub times: Vec<(Time, Time)>,
}

impl Avoids {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Adds what does not suit; what is wished for now suits again.
    pub fn learn(&mut self, more: &Self, wish: &TimeWish) {
        self.dates.retain(|date| !wish.dates.contains(date));
        if wish.from.is_some() {
            self.times.clear();
        }
        self.dates.extend(more.dates.iter().filter(|date| !wish.dates.contains(date)));
        self.times.extend(more.times.iter());
    }

    pub fn suits(&self, start: Timestamp) -> bool {
        let local = london::local(start);
        let time = local.time();
        !self.dates.contains(&local.date())
            && !self.times.iter().any(|(from, until)| time == *from || (*from..*until).contains(&time))
    }
}

impl TimeWish {
    /// Just this time of just this day.
    pub fn exactly(start: Timestamp) -> Self {
        let local = london::local(start);
        let time = Some(local.time());
        Self { dates: vec![local.date()], from: time, until: time, ..Self::default() }
    }

    /// Whether any time will do; some may be avoided all the same.
    pub fn is_empty(&self) -> bool {
        self.dates.is_empty() && self.from.is_none() && self.until.is_none()
    }

    pub fn fits(&self, start: Timestamp) -> bool {
        let local = london::local(start);
        (self.dates.is_empty() || self.dates.contains(&local.date()))
            && self.from.is_none_or(|from| local.time() >= from)
            && self.until.is_none_or(|until| local.time() <= until)
            && self.avoids.suits(start)
    }
}

/// All free slots on the wished dates, or in the days ahead that the rules allow.
pub fn free_slots(wish: &TimeWish, facts: &DiaryFacts) -> Vec<Slot> {
    let today = london::date_of(facts.now);
    let dates: Vec<Date> = if wish.dates.is_empty() {
        (0..=facts.rules.days_ahead).filter_map(|ahead| today.checked_add(ahead.days()).ok()).collect()
    } else {
        wish.dates.clone()
    };
    dates.into_iter().flat_map(|date| day(date, facts)).filter_map(|(_, verdict)| verdict.ok()).collect()
}

/// At most `rules.offers_max` slots: those that fit the wish, spread over days and over the day; when none fits,
/// the nearest in time to it.
pub fn offers(wish: &TimeWish, facts: &DiaryFacts) -> Vec<Slot> {
    let most = facts.rules.offers_max.max(1);
    let fitting: Vec<Slot> =
        free_slots(wish, facts).into_iter().filter(|slot| wish.fits(slot.start)).collect();
    if !fitting.is_empty() {
        return spread(fitting, most);
    }
    let anywhere = TimeWish { dates: near_dates(&wish.dates), ..TimeWish::default() };
    let mut nearest = free_slots(&anywhere, facts);
    if nearest.iter().any(|slot| wish.avoids.suits(slot.start)) {
        nearest.retain(|slot| wish.avoids.suits(slot.start));
    }
    if wish.dates.is_empty()
        && let Some(time) = wish.from
    {
        // Any day will do: what matters is the time of day.
        let off = |slot: &Slot| london::local(slot.start).time().duration_until(time).abs();
        nearest.sort_by_key(|slot| (off(slot), slot.start));
        nearest.truncate(most);
        nearest.sort_by_key(|slot| slot.start);
        return nearest;
    }
    if let Some(wished) = wished_instant(wish, facts) {
        nearest.sort_by_key(|slot| (slot.start.duration_since(wished).abs(), slot.start));
        nearest.truncate(most);
        nearest.sort_by_key(|slot| slot.start);
        return nearest;
    }
    spread(nearest, most)
}

fn near_dates(dates: &[Date]) -> Vec<Date> {
    let mut near: Vec<Date> = dates
        .iter()
        .flat_map(|date| (-1..=3).filter_map(|ahead| date.checked_add(ahead.days()).ok()))
        .collect();
    near.sort();
    near.dedup();
    near
}

fn wished_instant(wish: &TimeWish, facts: &DiaryFacts) -> Option<Timestamp> {
    if wish.is_empty() {
        return None;
    }
    let date = wish.dates.first().copied().unwrap_or_else(|| london::date_of(facts.now));
    Some(london::instant_at(date, wish.from.unwrap_or(facts.hours.opens)))
}

/// Picks slots far apart: different days first, then different times of the day.
fn spread(slots: Vec<Slot>, most: usize) -> Vec<Slot> {
    if slots.len() <= most {
        return slots;
    }
    let mut picked: Vec<Slot> = Vec::with_capacity(most);
    // Morning on the first day, early afternoon on the second, later on the third, and so round.
    let favourites = [Time::constant(10, 0, 0, 0), Time::constant(14, 0, 0, 0), Time::constant(16, 30, 0, 0)];
    for favourite in favourites.iter().cycle().take(most) {
        let best = slots
            .iter()
            .filter(|slot| !picked.contains(slot))
            .min_by_key(|slot| {
                let local = london::local(slot.start);
                let days_shared = picked.iter().filter(|p| london::date_of(p.start) == local.date()).count();
                (days_shared, local.date(), favourite.duration_until(local.time()).abs())
            })
            .cloned();
        picked.extend(best);
    }
    picked.sort_by_key(|slot| slot.start);
    picked
}
