//! May this home be viewed at this moment, and with whom; if not, why not.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, Zoned};
use serde::{Deserialize, Serialize};

use super::facts::{DiaryFacts, Negotiator};
use crate::crm::UserId;
use crate::london;

/// A time that can be booked, and who would show the home.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    pub start: Timestamp,
    pub minutes: i64,
    pub negotiator: UserId,
    pub negotiator_name: String,
}

/// Why a time is not offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    BankHoliday,
    Closed,
    OutsideHours,
    TooSoon,
    TenantNeedsNotice,
    NotOnThisDay,
    NotAtThisHour,
    PropertyTaken,
    KeysNotThere,
    NobodyWorking,
    EverybodyBusy,
}

/// Checks one start time against all rules, the general before the particular.
pub fn judge(start: Timestamp, facts: &DiaryFacts) -> Result<Slot, Refusal> {
    let local = london::local(start);
    let end = london::local(facts.end_of(start));
    check_office(&local, &end, facts)?;
    check_notice(start, facts)?;
    check_home(&local, &end, facts)?;
    let negotiator = pick_negotiator(&local, &end, facts)?;
    Ok(Slot {
        start,
        minutes: facts.rules.slot_minutes,
        negotiator: negotiator.id,
        negotiator_name: negotiator.name.clone(),
    })
}

/// Every start on the office's grid that day, each with its slot or its refusal.
pub fn day(date: Date, facts: &DiaryFacts) -> Vec<(Timestamp, Result<Slot, Refusal>)> {
    let last = london::instant_at(date, facts.rules.last_start);
    let step = SignedDuration::from_mins(facts.rules.slot_minutes.max(1));
    let (opens, _) = facts.hours.on(date).unwrap_or((facts.hours.opens, facts.hours.closes));
    let first = london::instant_at(date, opens);
    std::iter::successors(Some(first), |at| at.checked_add(step).ok())
        .take_while(|at| *at <= last)
        .map(|at| (at, judge(at, facts)))
        .collect()
}

fn check_office(local: &Zoned, end: &Zoned, facts: &DiaryFacts) -> Result<(), Refusal> {
    let Some((opens, closes)) = facts.hours.on(local.date()) else {
        let is_holiday = london::is_bank_holiday(local.date());
        return Err(if is_holiday { Refusal::BankHoliday } else { Refusal::Closed });
    };
    let late = local.time() > facts.rules.last_start || end.date() != local.date() || end.time() > closes;
    if local.time() < opens || late { Err(Refusal::OutsideHours) } else { Ok(()) }
}

fn check_notice(start: Timestamp, facts: &DiaryFacts) -> Result<(), Refusal> {
    let ahead = start.duration_since(facts.now);
    if ahead < SignedDuration::from_mins(facts.rules.notice_minutes) {
        return Err(Refusal::TooSoon);
    }
    match facts.property_rules.notice_hours {
        Some(hours) if ahead < SignedDuration::from_hours(hours) => Err(Refusal::TenantNeedsNotice),
        _ => Ok(()),
    }
}

fn check_home(local: &Zoned, end: &Zoned, facts: &DiaryFacts) -> Result<(), Refusal> {
    let rules = &facts.property_rules;
    if !rules.weekdays.is_empty() && !rules.weekdays.contains(&local.weekday()) {
        return Err(Refusal::NotOnThisDay);
    }
    let too_early = rules.earliest.is_some_and(|earliest| local.time() < earliest);
    let too_late = rules.latest_end.is_some_and(|latest| end.time() > latest);
    if too_early || too_late {
        return Err(Refusal::NotAtThisHour);
    }
    if facts.is_property_busy(local.timestamp(), end.timestamp()) {
        Err(Refusal::PropertyTaken)
    } else {
        Ok(())
    }
}

/// The home's own negotiator first, then any free one; only the key holder where one person has the keys.
fn pick_negotiator<'f>(local: &Zoned, end: &Zoned, facts: &'f DiaryFacts) -> Result<&'f Negotiator, Refusal> {
    let keys = facts.property_rules.keys_with;
    let mut candidates: Vec<&Negotiator> =
        facts.negotiators.iter().filter(|n| keys.is_none_or(|holder| holder == n.id)).collect();
    candidates.sort_by_key(|n| (facts.agent != Some(n.id), n.id));
    let working: Vec<&Negotiator> = candidates.into_iter().filter(|n| is_working(n, local, end)).collect();
    if working.is_empty() {
        return Err(if keys.is_some() { Refusal::KeysNotThere } else { Refusal::NobodyWorking });
    }
    working
        .into_iter()
        .find(|n| !facts.is_negotiator_busy(n.id, local.timestamp(), end.timestamp()))
        .ok_or(if keys.is_some() { Refusal::KeysNotThere } else { Refusal::EverybodyBusy })
}

fn is_working(who: &Negotiator, local: &Zoned, end: &Zoned) -> bool {
    let on_shift = if who.shifts.is_empty() {
        true // the office's hours, checked before
    } else {
        who.shifts
            .iter()
            .any(|s| s.weekday == local.weekday() && s.starts <= local.time() && end.time() <= s.ends)
    };
    let absent = who.absences.iter().any(|a| a.from < end.timestamp() && local.timestamp() < a.until);
    on_shift && !absent
}
