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

/// What callers are told of who answers, and of what becomes of the call.
pub fn notice(agency: &AgencyProfile, greetings: &Greetings, recorded: bool) -> String {
    let kept = if recorded { "recorded and written up" } else { "written up" };
    fill(
        &greetings.notice,
        &[("persona", agency.persona.as_str()), ("agency", agency.name.as_str()), ("kept", kept)],
    )
}

/// Whether somebody who is recorded would hear so (SI 2018/356, regulation 4: they must be told).
pub fn tells_of_recording(agency: &AgencyProfile, greetings: &Greetings) -> bool {
    notice(agency, greetings, true).contains("recorded")
}

/// The words. They reveal a first name and the caller's own search, and nothing else.
pub fn words(
    caller: &Caller,
    agency: &AgencyProfile,
    greetings: &Greetings,
    notice: &str,
    now: Timestamp,
) -> String {
    let template = match kind(caller, now) {
        GreetingKind::ViewedRecently => &greetings.viewed_recently,
        GreetingKind::ReturningRenter => &greetings.returning_renter,
        GreetingKind::ReturningBuyer => &greetings.returning_buyer,
        GreetingKind::Tenant => &greetings.tenant,
        GreetingKind::Landlord => &greetings.landlord,
        GreetingKind::NewCaller => &greetings.new_caller,
    };
    let agency_and_persona = [("agency", agency.name.as_str()), ("persona", agency.persona.as_str())];
    let search = speech::search(&caller.wants);
    let filled =
        fill(template, &[("notice", notice), ("search", &search), ("time_of_day", time_of_day(now))]);
    with_name(&fill(&filled, &agency_and_persona), caller)
}

/// The first words of a first chat: who answers, and that it is an AI. Somebody we do not know is called what they call
/// themselves, if that can be a name.
pub fn in_writing(
    caller: &Caller,
    profile_name: Option<&str>,
    agency: &AgencyProfile,
    greetings: &Greetings,
) -> String {
    let filled = fill(
        &greetings.in_writing,
        &[("agency", agency.short_name.as_str()), ("persona", agency.persona.as_str())],
    );
    let profile_name = profile_name.and_then(|name| name.split_whitespace().next());
    let can_be =
        |name: &&str| (2..=16).contains(&name.chars().count()) && name.chars().all(char::is_alphabetic);
    match profile_name.filter(can_be).filter(|_| caller.name.is_none()) {
        Some(name) => fill(&filled, &[("first_name", name)]),
        None => with_name(&filled, caller),
    }
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
    fn a_profile_name_is_a_hint() {
        let agency = AgencyProfile {
            name: "John Barclay Estate".into(),
            short_name: "John Barclay".into(),
            persona: "Sarah".into(),
            address: String::new(),
            phone: crate::phone::PhoneNumber::parse("02079460100").unwrap(),
        };
        let greetings: Greetings = serde_json::from_value(serde_json::json!({
            "notice": "", "viewed_recently": "", "returning_renter": "", "returning_buyer": "", "tenant": "",
            "landlord": "", "new_caller": ""
        }))
        .unwrap();
        let stranger = Caller::unknown(None);
        let known = Caller { name: Some("Grace Mensah".into()), ..Caller::unknown(None) };
        for (caller, profile, start) in [
            (&stranger, Some("Zoë M."), "Hello Zoë, Sarah here"),
            (&stranger, Some("🏡 Flat hunter"), "Hello, Sarah here"),
            (&stranger, Some("x4lex99"), "Hello, Sarah here"),
            (&stranger, None, "Hello, Sarah here"),
            (&known, Some("Mr Somebody"), "Hello Grace, Sarah here"),
        ] {
            let words = in_writing(caller, profile, &agency, &greetings);
            assert!(words.starts_with(start), "{words}");
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
