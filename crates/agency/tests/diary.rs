//! The diary's promises, over many random weeks: clock changes, holidays, shifts, notice and busy times.

use agency::crm::{PropertyId, UserId};
use agency::diary::{
    Absence, Avoids, Busy, DiaryFacts, Negotiator, PropertyRules, Refusal, Shift, TimeWish, cells, day,
    judge, offers,
};
use agency::london;
use agency::settings::{Day, DiaryRules, OpeningHours};
use jiff::civil::{Date, Time, Weekday, date, time};
use jiff::{SignedDuration, Timestamp, ToSpan};
use proptest::prelude::*;

fn at(date: Date, hour: i8, minute: i8) -> Timestamp {
    london::instant(date.at(hour, minute, 0, 0))
}

fn facts(now: Timestamp) -> DiaryFacts {
    use Day::{Friday, Monday, Saturday, Thursday, Tuesday, Wednesday};
    DiaryFacts {
        now,
        hours: OpeningHours {
            days: vec![Monday, Tuesday, Wednesday, Thursday, Friday, Saturday],
            opens: time(9, 0, 0, 0),
            closes: time(18, 0, 0, 0),
            exceptions: Vec::new(),
        },
        rules: DiaryRules {
            slot_minutes: 30,
            last_start: time(17, 30, 0, 0),
            notice_minutes: 60,
            days_ahead: 7,
            offers_max: 3,
        },
        property: Some(PropertyId(7)),
        property_rules: PropertyRules::default(),
        agent: Some(UserId(2)),
        negotiators: [(1, "Amy Hart"), (2, "Ben Okoye")]
            .map(|(id, name)| Negotiator {
                id: UserId(id),
                name: name.into(),
                shifts: vec![],
                absences: vec![],
            })
            .into(),
        busy: vec![],
    }
}

const MONDAY: Date = date(2026, 11, 23);

#[test]
fn the_homes_own_negotiator_comes_first_then_any_free_one() {
    let mut facts = facts(at(MONDAY, 8, 0));
    assert_eq!(judge(at(MONDAY, 10, 0), &facts).unwrap().negotiator, UserId(2));
    facts.busy.push(Busy {
        negotiator: Some(UserId(2)),
        property: None,
        from: at(MONDAY, 9, 45),
        until: at(MONDAY, 10, 15),
    });
    assert_eq!(judge(at(MONDAY, 10, 0), &facts).unwrap().negotiator, UserId(1));
    facts.busy.push(Busy {
        negotiator: Some(UserId(1)),
        property: None,
        from: at(MONDAY, 10, 15),
        until: at(MONDAY, 10, 45),
    });
    assert_eq!(judge(at(MONDAY, 10, 0), &facts), Err(Refusal::EverybodyBusy));
}

#[test]
fn every_refusal_has_its_own_reason() {
    let now = at(MONDAY, 8, 0);
    let base = facts(now);
    assert_eq!(judge(at(date(2026, 12, 28), 10, 0), &base), Err(Refusal::BankHoliday));
    assert_eq!(judge(at(date(2026, 11, 29), 10, 0), &base), Err(Refusal::Closed));
    assert_eq!(judge(at(MONDAY, 17, 45), &base), Err(Refusal::OutsideHours));
    assert_eq!(judge(at(MONDAY, 8, 30), &base), Err(Refusal::OutsideHours));
    assert_eq!(judge(at(MONDAY, 9, 0), &facts(at(MONDAY, 8, 1))), Err(Refusal::TooSoon));
    assert!(judge(at(MONDAY, 9, 0), &base).is_ok(), "exactly an hour's notice is enough");

    let mut tenant = base.clone();
    tenant.property_rules.notice_hours = Some(24);
    assert_eq!(judge(at(MONDAY, 17, 0), &tenant), Err(Refusal::TenantNeedsNotice));

    let mut saturdays = base.clone();
    saturdays.property_rules.weekdays = vec![Weekday::Saturday];
    assert_eq!(judge(at(MONDAY, 10, 0), &saturdays), Err(Refusal::NotOnThisDay));

    let mut afternoons = base.clone();
    afternoons.property_rules.earliest = Some(time(13, 0, 0, 0));
    assert_eq!(judge(at(MONDAY, 10, 0), &afternoons), Err(Refusal::NotAtThisHour));

    let mut taken = base.clone();
    taken.busy.push(Busy {
        negotiator: None,
        property: Some(PropertyId(7)),
        from: at(MONDAY, 10, 0),
        until: at(MONDAY, 10, 30),
    });
    assert_eq!(judge(at(MONDAY, 10, 0), &taken), Err(Refusal::PropertyTaken));

    let mut keys = base.clone();
    keys.property_rules.keys_with = Some(UserId(1));
    keys.negotiators[0].absences = vec![Absence { from: at(MONDAY, 0, 0), until: at(MONDAY, 23, 0) }];
    assert_eq!(judge(at(MONDAY, 10, 0), &keys), Err(Refusal::KeysNotThere));

    let mut part_time = base;
    for negotiator in &mut part_time.negotiators {
        negotiator.shifts =
            vec![Shift { weekday: Weekday::Tuesday, starts: time(9, 0, 0, 0), ends: time(13, 0, 0, 0) }];
    }
    assert_eq!(judge(at(MONDAY, 10, 0), &part_time), Err(Refusal::NobodyWorking));
}

#[test]
fn offers_are_spread_over_days() {
    let offered = offers(&TimeWish::default(), &facts(at(MONDAY, 8, 0)));
    let days: Vec<Date> = offered.iter().map(|slot| london::date_of(slot.start)).collect();
    assert_eq!(days, [MONDAY, date(2026, 11, 24), date(2026, 11, 25)]);
}

#[test]
fn an_exact_wish_is_offered_alone_and_a_taken_one_gets_its_neighbours() {
    let mut facts = facts(at(MONDAY, 8, 0));
    let time = Some(time(14, 30, 0, 0));
    let wish = TimeWish { dates: vec![MONDAY], from: time, until: time, ..TimeWish::default() };
    assert_eq!(offers(&wish, &facts).iter().map(|s| s.start).collect::<Vec<_>>(), [at(MONDAY, 14, 30)]);
    facts.busy.push(Busy {
        negotiator: None,
        property: Some(PropertyId(7)),
        from: at(MONDAY, 14, 30),
        until: at(MONDAY, 15, 0),
    });
    let offered = offers(&wish, &facts);
    assert_eq!(offered.len(), 3);
    assert!(
        offered
            .iter()
            .all(|s| s.start.duration_since(at(MONDAY, 14, 30)).abs() <= SignedDuration::from_mins(60))
    );
}

#[test]
fn an_evening_wish_gets_the_latest_times_there_are() {
    let (from, until) = (Some(time(18, 30, 0, 0)), Some(time(23, 59, 0, 0)));
    let wish = TimeWish { from, until, ..TimeWish::default() };
    let offered = offers(&wish, &facts(at(MONDAY, 8, 0)));
    assert!(offered.iter().all(|slot| london::local(slot.start).time() == time(17, 30, 0, 0)), "{offered:?}");
}

#[test]
fn what_does_not_suit_is_not_offered_while_anything_else_is_free() {
    let avoids = Avoids { dates: vec![MONDAY], times: vec![(Time::midnight(), time(11, 59, 0, 0))] };
    let wish = TimeWish { avoids: avoids.clone(), ..TimeWish::default() };
    let offered = offers(&wish, &facts(at(MONDAY, 8, 0)));
    assert_eq!(offered.len(), 3);
    assert!(offered.iter().all(|slot| avoids.suits(slot.start)), "{offered:?}");
    // Nothing fits the wish: the nearest that suits, before any that does not.
    let sunday = TimeWish { dates: vec![date(2026, 11, 29)], ..wish };
    assert!(offers(&sunday, &facts(at(MONDAY, 8, 0))).iter().all(|slot| avoids.suits(slot.start)));
}

fn any_moment() -> impl Strategy<Value = Timestamp> {
    // Both clock changes of 2026/27, Christmas and Easter lie in this range.
    (1_790_000_000i64..1_812_000_000).prop_map(|second| Timestamp::from_second(second).expect("in range"))
}

fn any_busy() -> impl Strategy<Value = (i64, i64, i64, i64)> {
    (0i64..7 * 24 * 12, 5i64..180, 0i64..4, 5i64..9)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_free_slot_breaks_no_rule(now in any_moment(), busy in proptest::collection::vec(any_busy(), 0..20)) {
        let mut facts = facts(now);
        facts.busy = busy.iter().map(|(five_minutes, minutes, who, property)| {
            let from = now.checked_add(SignedDuration::from_mins(five_minutes * 5)).unwrap();
            Busy {
                negotiator: (*who > 0).then_some(UserId(*who)), property: Some(PropertyId(*property)),
                from, until: from.checked_add(SignedDuration::from_mins(*minutes)).unwrap(),
            }
        }).collect();
        for ahead in 0..=7 {
            let date = london::date_of(now).checked_add(ahead.days()).unwrap();
            for (start, verdict) in day(date, &facts) {
                let Ok(slot) = verdict else { continue };
                let (local, end) = (london::local(start), facts.end_of(start));
                prop_assert_eq!(local.date(), date);
                prop_assert!(local.time() >= Time::constant(9, 0, 0, 0) && local.time() <= Time::constant(17, 30, 0, 0));
                prop_assert!(local.weekday() != Weekday::Sunday && !london::is_bank_holiday(date));
                prop_assert!(start.duration_since(now) >= SignedDuration::from_mins(60));
                prop_assert!(!facts.is_negotiator_busy(slot.negotiator, start, end));
                prop_assert!(!facts.is_property_busy(start, end));
            }
        }
    }

    #[test]
    fn two_appointments_overlap_only_if_they_share_a_cell(a in any_moment(), gap in -200i64..200, first in 1i64..120, second in 1i64..120) {
        let b = a.checked_add(SignedDuration::from_mins(gap)).unwrap();
        let busy = Busy { negotiator: None, property: None, from: a, until: a.checked_add(SignedDuration::from_mins(first)).unwrap() };
        if busy.overlaps(b, b.checked_add(SignedDuration::from_mins(second)).unwrap()) {
            let shared = cells(a, first).iter().any(|cell| cells(b, second).contains(cell));
            prop_assert!(shared, "overlapping appointments must collide in the database");
        }
    }

    #[test]
    fn every_day_has_the_same_eighteen_starts_in_summer_and_winter(now in any_moment()) {
        let date = london::date_of(now);
        let starts: Vec<Time> = day(date, &facts(now)).iter().map(|(at, _)| london::local(*at).time()).collect();
        prop_assert_eq!(starts.len(), 18);
        prop_assert_eq!(starts[0], Time::constant(9, 0, 0, 0));
        prop_assert_eq!(starts[17], Time::constant(17, 30, 0, 0));
    }

    #[test]
    fn offers_never_invent_a_slot(now in any_moment(), hour in 0i8..24, ahead in 0i64..10) {
        let facts = facts(now);
        let wish = TimeWish {
            dates: vec![london::date_of(now).checked_add(ahead.days()).unwrap()],
            from: Some(Time::constant(hour, 0, 0, 0)), until: Some(Time::constant(hour, 0, 0, 0)),
            ..TimeWish::default()
        };
        let offered = offers(&wish, &facts);
        prop_assert!(offered.len() <= 3);
        for slot in &offered {
            let judged = judge(slot.start, &facts);
            prop_assert_eq!(judged.as_ref(), Ok(slot));
        }
    }
}
