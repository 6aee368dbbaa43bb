//! The first words of a call: six kinds, the first that fits (`spec.md` §6.2).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::crm::{Caller, Listing, Role};
use crate::settings::{AgencyProfile, Greetings, fill};
use crate::{london, speech};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GreetingKind {
    ViewedRecently,
    ReturningRenter,
    ReturningBuyer,
    Tenant,
    Landlord,
    NewCaller,
}

const VIEWED_WITHIN: SignedDuration = SignedDuration::from_hours(14 * 24);
const SEARCHED_WITHIN: SignedDuration = SignedDuration::from_hours(90 * 24);

pub fn kind(caller: &Caller, now: Timestamp) -> GreetingKind {
    let within =
        |at: Option<Timestamp>, limit| at.is_some_and(|at| at <= now && now.duration_since(at) <= limit);
    let has_search = !caller.wants.is_empty();
    match caller.wants.listing {
        _ if within(caller.last_viewed, VIEWED_WITHIN) => GreetingKind::ViewedRecently,
        Some(Listing::Rent) if has_search && within(caller.last_searched, SEARCHED_WITHIN) => {
            GreetingKind::ReturningRenter
        }
        Some(Listing::Sale) if has_search => GreetingKind::ReturningBuyer,
        _ if caller.role == Role::Tenant => GreetingKind::Tenant,
        _ if caller.role == Role::Landlord => GreetingKind::Landlord,
        _ => GreetingKind::NewCaller,
    }
}

/// The words. They reveal a first name and the caller's own search, and nothing else.
pub fn words(caller: &Caller, agency: &AgencyProfile, greetings: &Greetings, now: Timestamp) -> String {
    let template = match kind(caller, now) {
        GreetingKind::ViewedRecently => &greetings.viewed_recently,
        GreetingKind::ReturningRenter => &greetings.returning_renter,
        GreetingKind::ReturningBuyer => &greetings.returning_buyer,
        GreetingKind::Tenant => &greetings.tenant,
        GreetingKind::Landlord => &greetings.landlord,
        GreetingKind::NewCaller => &greetings.new_caller,
    };
    let agency_and_persona = [("agency", agency.name.as_str()), ("persona", agency.persona.as_str())];
    let notice = fill(&greetings.notice, &agency_and_persona);
    let search = speech::search(&caller.wants);
    let filled =
        fill(template, &[("notice", &notice), ("search", &search), ("time_of_day", time_of_day(now))]);
    with_name(&fill(&filled, &agency_and_persona), caller)
}

/// The first words of a first chat: who answers, and that it is an AI.
pub fn in_writing(caller: &Caller, agency: &AgencyProfile, greetings: &Greetings) -> String {
    let filled = fill(
        &greetings.in_writing,
        &[("agency", agency.short_name.as_str()), ("persona", agency.persona.as_str())],
    );
    with_name(&filled, caller)
}

/// A name that is not known leaves no gap in the sentence.
fn with_name(words: &str, caller: &Caller) -> String {
    match caller.first_name() {
        Some(name) => fill(words, &[("first_name", name)]),
        None => words.replace(", {first_name}", "").replace(" {first_name}", ""),
    }
}

fn time_of_day(now: Timestamp) -> &'static str {
    match london::local(now).hour() {
        0..12 => "morning",
        12..18 => "afternoon",
        _ => "evening",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crm::Wants;

    fn now() -> Timestamp {
        "2026-11-23T10:00:00Z".parse().unwrap()
    }

    fn days_ago(days: i64) -> Option<Timestamp> {
        now().checked_sub(SignedDuration::from_hours(24 * days)).ok()
    }

    fn searcher(listing: Listing, last_searched: i64) -> Caller {
        Caller {
            wants: Wants { listing: Some(listing), bedrooms_min: Some(2), ..Wants::default() },
            last_searched: days_ago(last_searched),
            ..Caller::unknown(None)
        }
    }

    #[test]
    fn the_first_kind_that_fits_wins() {
        let viewed_and_searching =
            Caller { last_viewed: days_ago(3), role: Role::Tenant, ..searcher(Listing::Rent, 3) };
        for (caller, expected) in [
            (viewed_and_searching, GreetingKind::ViewedRecently),
            (
                Caller { last_viewed: days_ago(15), ..searcher(Listing::Rent, 15) },
                GreetingKind::ReturningRenter,
            ),
            (searcher(Listing::Rent, 91), GreetingKind::NewCaller),
            (Caller { role: Role::Tenant, ..searcher(Listing::Rent, 91) }, GreetingKind::Tenant),
            (searcher(Listing::Sale, 400), GreetingKind::ReturningBuyer),
            (Caller { role: Role::Landlord, ..Caller::unknown(None) }, GreetingKind::Landlord),
            (Caller { role: Role::Contact, ..Caller::unknown(None) }, GreetingKind::NewCaller),
        ] {
            assert_eq!(kind(&caller, now()), expected);
        }
    }
}
