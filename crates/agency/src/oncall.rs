//! Who is rung in an emergency, in which order: the rota of this hour, then the emergency contact, then round again.

use std::collections::BTreeSet;

use jiff::civil::Time;
use jiff::{Timestamp, ToSpan};

use crate::crm::UserId;
use crate::london;
use crate::phone::PhoneNumber;
use crate::settings::Day;

/// One line of the rota. No hours: the whole day. Hours over midnight belong to the day they begin on.
#[derive(Clone, Debug, PartialEq)]
pub struct Shift {
    pub person: OnCall,
    /// Empty: every day.
    pub days: Vec<Day>,
    pub starts: Option<Time>,
    /// None: until midnight.
    pub ends: Option<Time>,
}

/// Somebody who is rung.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnCall {
    /// None for the emergency contact.
    pub user: Option<UserId>,
    pub name: String,
    pub phone: PhoneNumber,
}

impl Shift {
    fn covers(&self, now: Timestamp) -> bool {
        let local = london::local(now);
        let is_day = |date: jiff::civil::Date| {
            self.days.is_empty() || self.days.iter().any(|day| day.weekday() == date.weekday())
        };
        let starts = self.starts.unwrap_or(Time::midnight());
        match self.ends {
            None => is_day(local.date()) && local.time() >= starts,
            Some(ends) if starts < ends => is_day(local.date()) && (starts..ends).contains(&local.time()),
            Some(ends) => {
                let yesterday = local.date().yesterday().is_ok_and(is_day);
                (is_day(local.date()) && local.time() >= starts) || (yesterday && local.time() < ends)
            }
        }
    }
}

/// Everybody who is rung at this hour, in order, each once; the emergency contact last.
pub fn ladder(rota: &[Shift], contact: Option<&PhoneNumber>, now: Timestamp) -> Vec<OnCall> {
    let mut people: Vec<OnCall> = Vec::new();
    let contact = contact.map(|phone| OnCall {
        user: None,
        name: "The emergency contact".to_owned(),
        phone: phone.clone(),
    });
    for person in rota.iter().filter(|shift| shift.covers(now)).map(|shift| &shift.person).chain(&contact) {
        if !people.iter().any(|known| known.phone == person.phone) {
            people.push(person.clone());
        }
    }
    people
}

/// When nobody of a rota is on call, from then until then. Each shift begins and ends at its times of a day; between them nothing
/// changes.
pub fn gaps(rota: &[Shift], (from, until): (Timestamp, Timestamp)) -> Vec<(Timestamp, Timestamp)> {
    let times = rota.iter().flat_map(|shift| [shift.starts, shift.ends]).flatten();
    let times: BTreeSet<Time> = times.chain([Time::midnight()]).collect();
    let days = london::date_of(from).series(1.day()).take_while(|day| *day <= london::date_of(until));
    let turns = days.flat_map(|day| times.iter().map(move |time| london::instant_at(day, *time)));
    let mut turns: BTreeSet<Timestamp> = turns.filter(|turn| (from..until).contains(turn)).collect();
    turns.extend([from, until]);
    let turns: Vec<Timestamp> = turns.into_iter().collect();
    let spans = turns.windows(2).map(|pair| (pair[0], pair[1]));
    joined(spans.filter(|(start, _)| !rota.iter().any(|shift| shift.covers(*start))))
}

/// Spans in their order, those that touch as one.
pub fn joined(spans: impl IntoIterator<Item = (Timestamp, Timestamp)>) -> Vec<(Timestamp, Timestamp)> {
    let mut joined: Vec<(Timestamp, Timestamp)> = Vec::new();
    for (start, end) in spans {
        match joined.last_mut() {
            Some(last) if last.1 == start => last.1 = end,
            _ => joined.push((start, end)),
        }
    }
    joined
}

/// One try to reach somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rung<'a> {
    pub person: &'a OnCall,
    /// From 0: how often everybody was rung in vain.
    pub round: usize,
    /// Nobody is left to ring in this round.
    pub ends_round: bool,
}

/// The next to ring after so many.
pub fn rung(people: &[OnCall], rung_before: usize) -> Option<Rung<'_>> {
    let at = rung_before.checked_rem(people.len())?;
    Some(Rung { person: &people[at], round: rung_before / people.len(), ends_round: at + 1 == people.len() })
}

/// Whether a contractor comes at this hour: `24 hours`, or `07:00-22:00` every day. Nothing said: they do not.
pub fn is_on_duty(hours: Option<&str>, now: Timestamp) -> bool {
    let Some(hours) = hours else { return false };
    let local = london::local(now).time();
    hours.starts_with("24") || limits(hours).is_some_and(|(from, until)| (from..until).contains(&local))
}

/// Whether hours are written as [`is_on_duty`] reads them.
pub fn is_hours_of_contractor(hours: &str) -> bool {
    hours == "24 hours" || limits(hours).is_some_and(|(from, until)| from < until)
}

fn limits(hours: &str) -> Option<(Time, Time)> {
    let (from, until) = hours.split_once('-')?;
    Some((from.trim().parse().ok()?, until.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;

    fn person(id: i64) -> OnCall {
        OnCall {
            user: Some(UserId(id)),
            name: format!("Person {id}"),
            phone: PhoneNumber::parse(&format!("0770090020{id}")).unwrap(),
        }
    }

    fn shift(id: i64, days: &[Day], hours: Option<(Time, Time)>) -> Shift {
        let (starts, ends) = hours.unzip();
        Shift { person: person(id), days: days.to_vec(), starts, ends }
    }

    fn rung_at(rota: &[Shift], day: i8, hour: i8) -> Vec<i64> {
        let now = london::instant(date(2026, 11, day).at(hour, 0, 0, 0));
        ladder(rota, None, now).iter().filter_map(|person| person.user).map(|user| user.0).collect()
    }

    #[test]
    fn a_night_belongs_to_the_day_it_begins_on() {
        let night =
            [shift(1, &[Day::Sunday], Some((time(18, 0, 0, 0), time(9, 0, 0, 0)))), shift(2, &[], None)];
        assert_eq!(rung_at(&night, 22, 17), [2], "Sunday afternoon");
        assert_eq!(rung_at(&night, 22, 18), [1, 2]);
        assert_eq!(rung_at(&night, 23, 8), [1, 2], "Monday morning");
        assert_eq!(rung_at(&night, 23, 9), [2]);
        assert_eq!(rung_at(&night, 23, 19), [2], "Monday evening");
    }

    #[test]
    fn gaps_are_told_over_clock_changes_too() {
        let at = |day, hour| london::instant(date(2026, 10, day).at(hour, 0, 0, 0));
        let nights = [shift(1, &[], Some((time(18, 0, 0, 0), time(9, 0, 0, 0))))];
        // The clocks go back on Sunday 25 October at 2.
        assert_eq!(
            gaps(&nights, (at(24, 12), at(26, 12))),
            [(at(24, 12), at(24, 18)), (at(25, 9), at(25, 18)), (at(26, 9), at(26, 12))]
        );
        assert_eq!(gaps(&[], (at(24, 12), at(26, 12))), [(at(24, 12), at(26, 12))], "as one");
        assert_eq!(gaps(&[shift(1, &[], None)], (at(24, 12), at(26, 12))), []);
        let weekend = [shift(1, &[Day::Saturday], None)];
        assert_eq!(gaps(&weekend, (at(24, 12), at(25, 12))), [(at(25, 0), at(25, 12))]);
    }

    #[test]
    fn it_goes_round_with_the_contact_last() {
        let contact = PhoneNumber::parse("07700900999").unwrap();
        let rota = [shift(1, &[], None), shift(2, &[], None), shift(1, &[], None)];
        let people = ladder(&rota, Some(&contact), london::instant(date(2026, 11, 22).at(3, 0, 0, 0)));
        let order: Vec<_> =
            (0..4).filter_map(|n| rung(&people, n)).map(|rung| (rung.person.user, rung.round)).collect();
        let (first, second) = (Some(UserId(1)), Some(UserId(2)));
        assert_eq!(order, [(first, 0), (second, 0), (None, 0), (first, 1)]);
        assert!(rung(&people, 2).unwrap().ends_round);
        assert_eq!(rung(&[], 0), None);
    }
}
