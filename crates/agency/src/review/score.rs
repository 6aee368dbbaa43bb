//! How promising a lead is, by the formula of `spec.md` §7, with its reasons. Protected traits, children and benefits are
//! not among the inputs, and cannot enter.

use jiff::{SignedDuration, Timestamp};

use crate::crm::{LeadStatus, MoveUrgency, Temperature};

/// What the formula asks of a lead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScoreFacts {
    /// The call under review counts.
    pub calls: i64,
    pub viewed: i64,
    pub mortgage_approved: bool,
    pub has_deposit: bool,
    pub budget_max_known: bool,
    pub urgency: Option<MoveUrgency>,
    /// The latest call or message; none while nobody has been in touch.
    pub last_contact: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Score {
    pub value: i64,
    /// `+10 has a deposit`, in the order of the formula.
    pub reasons: Vec<String>,
    pub temperature: Temperature,
}

const START: i64 = 50;
const RECENT: SignedDuration = SignedDuration::from_hours(7 * 24);
const LONG_AGO: SignedDuration = SignedDuration::from_hours(30 * 24);

pub fn score(facts: &ScoreFacts, now: Timestamp) -> Score {
    let silent_for = facts.last_contact.map(|last| now.duration_since(last));
    let parts = [
        (5 * facts.calls, format!("{} in all", counted(facts.calls, "call"))),
        (10 * facts.viewed, format!("{} viewed", counted(facts.viewed, "home"))),
        (if facts.mortgage_approved { 15 } else { 0 }, "mortgage approved".to_owned()),
        (if facts.has_deposit { 10 } else { 0 }, "has a deposit".to_owned()),
        (if facts.budget_max_known { 5 } else { 0 }, "top of the budget known".to_owned()),
        urgency(facts.urgency),
        (if silent_for.is_some_and(|d| d < RECENT) { 10 } else { 0 }, "in touch this week".to_owned()),
        (if silent_for.is_some_and(|d| d > LONG_AGO) { -10 } else { 0 }, "silent for a month".to_owned()),
    ];
    let value = (START + parts.iter().map(|(points, _)| points).sum::<i64>()).clamp(0, 100);
    let told = parts.into_iter().filter(|(points, _)| *points != 0);
    Score {
        value,
        reasons: std::iter::once(format!("{START} to begin with"))
            .chain(told.map(|(points, why)| format!("{points:+} {why}")))
            .collect(),
        temperature: temperature(value),
    }
}

fn counted(n: i64, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

fn urgency(urgency: Option<MoveUrgency>) -> (i64, String) {
    match urgency {
        Some(MoveUrgency::Immediate) => (20, "wants to move at once".to_owned()),
        Some(MoveUrgency::WithinMonth) => (10, "wants to move within a month".to_owned()),
        _ => (0, String::new()),
    }
}

fn temperature(score: i64) -> Temperature {
    match score {
        80.. => Temperature::Hot,
        60.. => Temperature::Warm,
        _ => Temperature::Cold,
    }
}

/// What moves a lead's status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is one fact of the rule")]
pub struct StatusFacts {
    /// Information was sent, or a person rang or spoke with them.
    pub contacted: bool,
    pub has_name: bool,
    pub has_need: bool,
    pub has_place: bool,
    pub has_budget: bool,
    pub has_viewing: bool,
}

/// Forward only; what staff have set stays.
pub fn status(now: LeadStatus, facts: StatusFacts) -> LeadStatus {
    if now > LeadStatus::ViewingBooked {
        return now;
    }
    let reached = if facts.has_viewing {
        LeadStatus::ViewingBooked
    } else if facts.has_name && facts.has_need && facts.has_place && facts.has_budget {
        LeadStatus::Qualified
    } else if facts.contacted {
        LeadStatus::Contacted
    } else {
        LeadStatus::New
    };
    reached.max(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-23T10:00:00Z".parse().unwrap()
    }

    /// (calls, viewed, mortgage, deposit, budget, urgency, days since the last contact) → score: worked out by hand from
    /// the formula of `spec.md` §7.
    #[test]
    fn twenty_leads_scored_by_hand() {
        use MoveUrgency::{Browsing, Immediate, Within3Months, WithinMonth};
        type Case = (i64, i64, bool, bool, bool, Option<MoveUrgency>, Option<i64>, i64, Temperature);
        let cases: [Case; 20] = [
            (0, 0, false, false, false, None, None, 50, Temperature::Cold),
            (1, 0, false, false, false, None, Some(0), 65, Temperature::Warm),
            (1, 0, false, false, true, None, Some(0), 70, Temperature::Warm),
            (2, 0, false, false, true, None, Some(0), 75, Temperature::Warm),
            (3, 0, false, false, true, None, Some(0), 80, Temperature::Hot),
            (1, 1, false, false, false, None, Some(0), 75, Temperature::Warm),
            (1, 2, false, false, true, None, Some(0), 90, Temperature::Hot),
            (1, 0, true, false, false, None, Some(0), 80, Temperature::Hot),
            (1, 0, false, true, false, None, Some(0), 75, Temperature::Warm),
            (1, 0, true, true, true, None, Some(0), 95, Temperature::Hot),
            (1, 0, true, true, true, Some(WithinMonth), Some(0), 100, Temperature::Hot),
            (1, 0, false, false, false, Some(Immediate), Some(0), 85, Temperature::Hot),
            (1, 0, false, false, false, Some(WithinMonth), Some(6), 75, Temperature::Warm),
            (1, 0, false, false, false, Some(Within3Months), Some(7), 55, Temperature::Cold),
            (1, 0, false, false, false, Some(Browsing), Some(30), 55, Temperature::Cold),
            (1, 0, false, false, false, None, Some(31), 45, Temperature::Cold),
            (2, 0, false, false, true, None, Some(45), 55, Temperature::Cold),
            (4, 3, true, true, true, Some(Immediate), Some(1), 100, Temperature::Hot),
            (0, 0, false, false, false, None, Some(60), 40, Temperature::Cold),
            (1, 0, false, false, true, None, Some(20), 60, Temperature::Warm),
        ];
        for (n, (calls, viewed, mortgage, deposit, budget, urgency, days, value, warmth)) in
            cases.into_iter().enumerate()
        {
            let facts = ScoreFacts {
                calls,
                viewed,
                mortgage_approved: mortgage,
                has_deposit: deposit,
                budget_max_known: budget,
                urgency,
                last_contact: days.map(|d| now().checked_sub(SignedDuration::from_hours(24 * d)).unwrap()),
            };
            let scored = score(&facts, now());
            assert_eq!((scored.value, scored.temperature), (value, warmth), "lead {n}: {:?}", scored.reasons);
        }
    }

    #[test]
    fn a_score_says_why() {
        let facts = ScoreFacts { calls: 2, has_deposit: true, ..ScoreFacts::default() };
        assert_eq!(
            score(&facts, now()).reasons,
            ["50 to begin with", "+10 2 calls in all", "+10 has a deposit"]
        );
    }

    #[test]
    fn a_status_moves_forward_only_and_never_over_what_staff_set() {
        let all = StatusFacts {
            contacted: true,
            has_name: true,
            has_need: true,
            has_place: true,
            has_budget: true,
            has_viewing: false,
        };
        assert_eq!(status(LeadStatus::New, StatusFacts::default()), LeadStatus::New);
        assert_eq!(
            status(LeadStatus::New, StatusFacts { contacted: true, ..StatusFacts::default() }),
            LeadStatus::Contacted
        );
        assert_eq!(status(LeadStatus::New, all), LeadStatus::Qualified);
        assert_eq!(status(LeadStatus::ViewingBooked, all), LeadStatus::ViewingBooked);
        assert_eq!(status(LeadStatus::Lost, all), LeadStatus::Lost);
    }
}
