//! Handing a caller to a person: for what reason, to whom at this hour, and what is whispered to them. Nobody is rung who
//! is off duty, at a viewing, or on another call.

use std::sync::LazyLock;

use jiff::Timestamp;
use serde::Deserialize;

use crate::crm::{Role, UserId, vocabulary};
use crate::diary::{Absence, Shift};
use crate::london;
use crate::phone::PhoneNumber;
use crate::settings::OpeningHours;
use crate::triage::Pattern;

vocabulary! {
    /// Why a person takes over (`spec.md` §6.8, `domain.md` §6.4 of the reference).
    Reason {
        Asked = "asked", NotUnderstood = "not_understood", Complaint = "complaint", Price = "above_two_million", Vip = "vip",
        Landlord = "landlord", Bereavement = "bereavement", Legal = "legal", Press = "press", TakenOver = "taken_over",
    }
}

/// A matter that is never ours to answer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    #[serde(rename = "subject")]
    pub reason: Reason,
    pub lead_in: String,
    wordings: Vec<Pattern>,
}

#[derive(Debug, Deserialize)]
struct Table {
    subjects: Vec<Subject>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../data/handoff.json"))
        .expect("data/handoff.json is checked by a test")
});

/// The matter these words are about, if it is one for a manager.
pub fn subject(words: &str) -> Option<&'static Subject> {
    TABLE.subjects.iter().find(|subject| subject.wordings.iter().any(|wording| wording.is_in(words)))
}

/// Somebody who may take a call.
#[derive(Clone, Debug)]
pub struct Colleague {
    pub user: UserId,
    pub name: String,
    pub phone: PhoneNumber,
    pub role: String,
    /// None at all: works the office's hours.
    pub shifts: Vec<Shift>,
    pub absences: Vec<Absence>,
    /// At an appointment, or on a call that we put through.
    pub is_busy: bool,
}

/// Everything the choice looks at.
#[derive(Clone, Copy, Debug)]
pub struct Availability<'a> {
    pub now: Timestamp,
    pub hours: &'a OpeningHours,
    pub colleagues: &'a [Colleague],
    /// The negotiator of the home in hand.
    pub agent: Option<UserId>,
    pub people_max: usize,
}

/// Who is rung, in order; nobody if nobody is free.
pub fn who_takes(reason: Reason, caller: Role, facts: &Availability<'_>) -> Vec<Colleague> {
    let roles = roles(reason, caller);
    let rank =
        |colleague: &Colleague| roles.iter().position(|names| names.contains(&colleague.role.as_str()));
    let mut free: Vec<(usize, &Colleague)> = facts
        .colleagues
        .iter()
        .filter_map(|colleague| Some((rank(colleague)?, colleague)))
        .filter(|(_, colleague)| is_free(colleague, facts))
        .collect();
    free.sort_by_key(|(rank, colleague)| (*rank, facts.agent != Some(colleague.user), colleague.user));
    free.into_iter().take(facts.people_max).map(|(_, colleague)| colleague.clone()).collect()
}

/// Somebody who waits for a colleague: why, and who they are to us.
pub type Waiting = (Reason, Role);

/// Who is rung when it is this caller's turn: each of those who wait longer has the first who is free for them.
pub fn who_takes_in_turn(
    before: &[Waiting],
    (reason, caller): Waiting,
    facts: &Availability<'_>,
) -> Vec<Colleague> {
    let mut colleagues = facts.colleagues.to_vec();
    for (reason, caller) in before {
        let theirs =
            who_takes(*reason, *caller, &Availability { colleagues: &colleagues, agent: None, ..*facts });
        let first = theirs.first().map(|colleague| colleague.user);
        colleagues.retain(|colleague| Some(colleague.user) != first);
    }
    who_takes(reason, caller, &Availability { colleagues: &colleagues, ..*facts })
}

/// Whether somebody who could take it is there, though busy: then holding is worth it.
pub fn is_worth_holding((reason, caller): Waiting, facts: &Availability<'_>) -> bool {
    let as_if_free: Vec<Colleague> =
        facts.colleagues.iter().map(|colleague| Colleague { is_busy: false, ..colleague.clone() }).collect();
    !who_takes(reason, caller, &Availability { colleagues: &as_if_free, ..*facts }).is_empty()
}

const NEGOTIATORS: &[&str] = &["negotiator"];
const MANAGERS: &[&str] = &["property_manager"];
const DIRECTORS: &[&str] = &["director", "manager", "owner", "admin"];

fn roles(reason: Reason, caller: Role) -> &'static [&'static [&'static str]] {
    match reason {
        Reason::Complaint | Reason::Legal | Reason::Press | Reason::Bereavement => &[DIRECTORS, MANAGERS],
        // Whoever takes a call over rings themselves.
        Reason::TakenOver => &[],
        Reason::Price | Reason::Vip => &[DIRECTORS, NEGOTIATORS],
        Reason::Landlord => &[MANAGERS, DIRECTORS],
        Reason::Asked | Reason::NotUnderstood if matches!(caller, Role::Tenant | Role::Landlord) => {
            &[MANAGERS, NEGOTIATORS]
        }
        Reason::Asked | Reason::NotUnderstood => &[NEGOTIATORS, MANAGERS],
    }
}

fn is_free(colleague: &Colleague, facts: &Availability<'_>) -> bool {
    let local = london::local(facts.now);
    let on_shift = colleague.shifts.is_empty()
        || colleague.shifts.iter().any(|shift| {
            shift.weekday == local.weekday() && (shift.starts..shift.ends).contains(&local.time())
        });
    let is_absent =
        colleague.absences.iter().any(|absence| (absence.from..absence.until).contains(&facts.now));
    facts.hours.is_open(facts.now) && on_shift && !is_absent && !colleague.is_busy
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Time, Weekday, date};

    use super::*;
    use crate::settings::Day;

    fn hours() -> OpeningHours {
        let days = vec![Day::Monday, Day::Tuesday];
        OpeningHours {
            days,
            opens: Time::constant(9, 0, 0, 0),
            closes: Time::constant(18, 0, 0, 0),
            exceptions: Vec::new(),
        }
    }

    fn colleague(id: i64, role: &str) -> Colleague {
        Colleague {
            user: UserId(id),
            name: format!("Colleague {id}"),
            phone: PhoneNumber::parse(&format!("0770090020{id}")).unwrap(),
            role: role.to_owned(),
            shifts: Vec::new(),
            absences: Vec::new(),
            is_busy: false,
        }
    }

    fn taken(reason: Reason, caller: Role, colleagues: &[Colleague], hour: i8) -> Vec<i64> {
        let now = london::instant(date(2026, 11, 23).at(hour, 0, 0, 0));
        let facts = Availability { now, hours: &hours(), colleagues, agent: Some(UserId(2)), people_max: 2 };
        who_takes(reason, caller, &facts).iter().map(|colleague| colleague.user.0).collect()
    }

    #[test]
    fn the_right_people_are_rung_while_they_are_there() {
        let mut team = [
            colleague(1, "negotiator"),
            colleague(2, "negotiator"),
            colleague(3, "negotiator"),
            colleague(5, "property_manager"),
            colleague(7, "director"),
        ];
        assert_eq!(taken(Reason::Asked, Role::Unknown, &team, 10), [2, 1], "the home's own negotiator first");
        assert_eq!(taken(Reason::Asked, Role::Tenant, &team, 10), [5, 2]);
        assert_eq!(taken(Reason::Complaint, Role::Unknown, &team, 10), [7, 5]);
        assert_eq!(taken(Reason::Asked, Role::Unknown, &team, 20), [0_i64; 0], "closed");
        team[1].is_busy = true;
        team[0].shifts = vec![Shift {
            weekday: Weekday::Monday,
            starts: Time::constant(12, 0, 0, 0),
            ends: Time::constant(18, 0, 0, 0),
        }];
        assert_eq!(taken(Reason::Asked, Role::Unknown, &team, 10), [3, 5]);
    }

    #[test]
    fn whoever_holds_longest_is_first() {
        let mut team = [colleague(1, "negotiator"), colleague(7, "director")];
        let hours = hours();
        let now = london::instant(date(2026, 11, 23).at(10, 0, 0, 0));
        let turn = |team: &[Colleague], before: &[Waiting]| {
            let facts = Availability { now, hours: &hours, colleagues: team, agent: None, people_max: 2 };
            let asked = (Reason::Asked, Role::Unknown);
            let rung = who_takes_in_turn(before, asked, &facts);
            (
                rung.iter().map(|colleague| colleague.user.0).collect::<Vec<_>>(),
                is_worth_holding(asked, &facts),
            )
        };
        assert_eq!(turn(&team, &[]), (vec![1], true));
        assert_eq!(turn(&team, &[(Reason::Asked, Role::Unknown)]), (vec![], true));
        assert_eq!(
            turn(&team, &[(Reason::Press, Role::Unknown)]),
            (vec![1], true),
            "they wait for a director"
        );
        team[0].is_busy = true;
        assert_eq!(turn(&team, &[]), (vec![], true));
        assert_eq!(turn(&team[1..], &[]), (vec![], false), "nobody to hold for");
    }

    #[test]
    fn matters_for_a_manager_are_heard() {
        for (words, reason) in [
            ("my father passed away and he rented one of your flats", Some(Reason::Bereavement)),
            ("you'll be hearing from my solicitor", Some(Reason::Legal)),
            ("I've had a section 21 notice", Some(Reason::Legal)),
            ("I'm a journalist and I'm writing an article about rents", Some(Reason::Press)),
            ("I'd like a two bed flat in Maida Vale", None),
            ("do you have anything near the court", None),
            ("is there a reporter's notebook", None),
        ] {
            assert_eq!(subject(words).map(|subject| subject.reason), reason, "{words}");
        }
    }
}
