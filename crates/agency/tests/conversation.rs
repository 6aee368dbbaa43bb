//! The conversation as a machine: whatever happens, the caller is asked something, told goodbye, or a tool is run;
//! a saved state goes on like the one it was saved from; a danger is answered first at any step.

use agency::conversation::{Context, Effect, Event, State, Step, handle};
use agency::crm::{
    AppointmentId, Caller, Channel, Listing, Property, PropertyId, PropertyType, RentPeriod, UserId,
    WantedArea,
};
use agency::diary::Slot;
use agency::language::{Expecting, Lexicon, Said, hear};
use agency::office::{Fee, Office};
use agency::phone::PhoneNumber;
use agency::search::Widened;
use agency::settings::{AgencyProfile, Day, Greetings, OpeningHours};
use agency::tools::book_viewing::BookingOutcome;
use agency::tools::cancel_viewing::CancelOutcome;
use agency::tools::emergency_details::EmergencyNoted;
use agency::tools::find_properties::FoundProperties;
use agency::tools::find_ticket::TicketOutcome;
use agency::tools::find_viewing::BookedViewing;
use agency::tools::hand_off::Transfer;
use agency::tools::move_viewing::MoveOutcome;
use agency::tools::raise_emergency::EmergencyRaised;
use agency::tools::report_repair::RepairReported;
use agency::tools::send_details::DetailsSent;
use agency::tools::take_message;
use agency::tools::viewing_slots::{SlotsOutcome, issue};
use agency::tools::{ToolCall, ToolOutcome};
use jiff::Timestamp;
use jiff::civil::time;
use proptest::prelude::*;

struct World {
    agency: AgencyProfile,
    greetings: Greetings,
    hours: OpeningHours,
    lexicon: Lexicon,
    office: Office,
}

fn now() -> Timestamp {
    Timestamp::constant(1_795_426_200, 0) // Monday 23 November 2026, 09:30
}

fn world() -> World {
    let text = |words: &str| words.to_owned();
    World {
        agency: AgencyProfile {
            name: text("John Barclay"),
            short_name: text("John Barclay"),
            persona: text("Sarah"),
            address: text("21 Clifton Road"),
            phone: PhoneNumber::parse("02079460100").expect("a drama number"),
        },
        greetings: Greetings {
            notice: text("I'm {persona}, the AI assistant."),
            viewed_recently: text("Hello {first_name}. {notice}"),
            returning_renter: text("Hello {first_name}. {notice} {search}?"),
            returning_buyer: text("Hello {first_name}. {notice} {search}?"),
            tenant: text("Hello {first_name}. {notice}"),
            landlord: text("Good {time_of_day} {first_name}. {notice}"),
            new_caller: text("Hello, {agency}. {notice} How can I help?"),
            in_writing: text("Hello {first_name}, {persona} here."),
        },
        hours: OpeningHours {
            days: vec![Day::Monday, Day::Tuesday, Day::Wednesday, Day::Thursday, Day::Friday, Day::Saturday],
            opens: time(9, 0, 0, 0),
            closes: time(18, 0, 0, 0),
            exceptions: Vec::new(),
        },
        lexicon: Lexicon::new(
            vec![WantedArea { name: Some(text("Maida Vale")), outward: Some(text("W9")) }],
            vec![text("Elgin Avenue"), text("Lauderdale Road")],
        ),
        office: Office {
            fees: vec![Fee {
                asked_as: vec![text("admin fee")],
                words: text("Tenants pay no admin fees."),
                source: text("Tenant Fees Act 2019, s. 1"),
                computes: None,
            }],
            policies: Vec::new(),
        },
    }
}

impl World {
    fn context(&self) -> Context<'_> {
        Context {
            now: now(),
            agency: &self.agency,
            greetings: &self.greetings,
            hours: &self.hours,
            lexicon: &self.lexicon,
            office: &self.office,
            triage: &agency::triage::Choices {
                no_heating_in_winter: agency::triage::WinterHeating::Emergency,
                locked_out: agency::triage::LockedOut::Urgent,
            },
            has_model: false,
        }
    }

    /// What the tools would say, drawn by a number.
    fn run_tool(&self, call: &ToolCall, dice: u8) -> ToolOutcome {
        let slots = |count: i64| {
            let slot = |n: i64| Slot {
                start: Timestamp::from_second(now().as_second() + 86_400 * n).expect("in range"),
                minutes: 30,
                negotiator: UserId(1),
                negotiator_name: "Amy Hart".into(),
            };
            issue(Some(PropertyId(1)), (1..=count).map(slot).collect())
        };
        match (call, dice % 5) {
            (_, 4) => ToolOutcome::Failed,
            (ToolCall::FindProperties(_), n) => {
                let properties = (0..i64::from(n)).map(property).collect();
                ToolOutcome::Found(FoundProperties { properties, widened: Widened::Nearby, off_market: None })
            }
            (ToolCall::ViewingSlots(_), 0) => ToolOutcome::Slots(SlotsOutcome::OffTheMarket),
            (ToolCall::ViewingSlots(_), n) => ToolOutcome::Slots(SlotsOutcome::Offered {
                slots: slots(n.into()),
                as_wished: n == 1,
                closed: n == 3,
            }),
            (ToolCall::BookViewing(_), 0) => ToolOutcome::Booking(BookingOutcome::OffTheMarket),
            (ToolCall::BookViewing(_), 1) => {
                ToolOutcome::Booking(BookingOutcome::Gone { alternatives: slots(2) })
            }
            (ToolCall::BookViewing(_), _) => ToolOutcome::Booking(BookingOutcome::Booked {
                appointment: AppointmentId(1),
                start: now(),
                negotiator_name: "Amy Hart".into(),
                confirmed_by: vec![],
            }),
            (ToolCall::BookValuation(_), 1) => {
                ToolOutcome::Valuation(BookingOutcome::Gone { alternatives: slots(2) })
            }
            (ToolCall::BookValuation(_), _) => ToolOutcome::Valuation(BookingOutcome::Booked {
                appointment: AppointmentId(2),
                start: now(),
                negotiator_name: "Margaret Barclay".into(),
                confirmed_by: vec![],
            }),
            (ToolCall::FindViewing(_), n) => ToolOutcome::Viewing((n > 1).then(|| Box::new(booked()))),
            (ToolCall::MoveViewing(_), 0) => ToolOutcome::Moved(MoveOutcome::NotThere),
            (ToolCall::MoveViewing(_), 1) => {
                ToolOutcome::Moved(MoveOutcome::To(BookingOutcome::Gone { alternatives: slots(1) }))
            }
            (ToolCall::MoveViewing(_), _) => ToolOutcome::Moved(MoveOutcome::To(BookingOutcome::Booked {
                appointment: AppointmentId(1),
                start: now(),
                negotiator_name: "Amy Hart".into(),
                confirmed_by: vec![Channel::Sms],
            })),
            (ToolCall::CancelViewing(_), 0) => ToolOutcome::Cancelled(CancelOutcome::NotThere),
            (ToolCall::CancelViewing(_), _) => ToolOutcome::Cancelled(CancelOutcome::Cancelled),
            (ToolCall::SendDetails(_), n) => {
                ToolOutcome::DetailsSent(DetailsSent { by: if n == 0 { vec![] } else { vec![Channel::Sms] } })
            }
            (ToolCall::TakeMessage(call), _) => {
                ToolOutcome::MessageTaken(take_message::decide(call, &self.hours, now()))
            }
            (call, n) => run_other(call, n),
        }
    }

    /// One turn: the machine and its tools until it listens or ends. No more than a handful of tools.
    fn turn(&self, state: &mut State, event: Event, dice: u8) -> Vec<Effect> {
        let mut all = Vec::new();
        let mut next = handle(state, event, &self.context());
        for n in 0..8 {
            let call = next.iter().find_map(|effect| match effect {
                Effect::RunTool { call } => Some(call.clone()),
                _ => None,
            });
            all.append(&mut next);
            let Some(call) = call else { return all };
            let outcome = self.run_tool(&call, dice.wrapping_add(n));
            next = handle(state, Event::ToolFinished { outcome }, &self.context());
        }
        panic!("the machine goes round in a circle: {all:?}");
    }
}

/// Tools that are not about homes.
fn run_other(call: &ToolCall, dice: u8) -> ToolOutcome {
    match (call, dice) {
        (ToolCall::HandOff(_), n) => ToolOutcome::HandOff((n > 1).then(|| Transfer {
            id: "transfer_1".into(),
            people: vec![(UserId(1), PhoneNumber::parse("07700900201").expect("a drama number"))],
        })),
        (ToolCall::RaiseEmergency(raise), _) => ToolOutcome::EmergencyRaised(EmergencyRaised {
            hazard: raise.emergency.hazard.clone(),
            alert: "alert_1".into(),
            reference: Some("T-1".into()),
        }),
        (ToolCall::EmergencyDetails(more), n) => ToolOutcome::EmergencyNoted(EmergencyNoted {
            alert: more.alert.clone(),
            reference: (n > 1).then(|| "T-2".into()),
            contractor: None,
        }),
        (ToolCall::ReportRepair(_), n) => {
            ToolOutcome::RepairReported(RepairReported { reference: "T-3".into(), texted: n > 1 })
        }
        (ToolCall::FindTicket(_) | ToolCall::CheckCode(_), n) => ToolOutcome::Ticket(match n {
            0 => TicketOutcome::NotFound,
            1 => TicketOutcome::WrongCode,
            _ => TicketOutcome::Told(vec![]),
        }),
        (ToolCall::SendCode(_), _) => ToolOutcome::Ticket(TicketOutcome::CodeSent),
        (ToolCall::RunningLate(_), _) => ToolOutcome::LateTold,
        (call, _) => panic!("{} is not known here", call.name()),
    }
}

fn booked() -> BookedViewing {
    BookedViewing {
        appointment: AppointmentId(1),
        property: property(0),
        start: Timestamp::from_second(now().as_second() + 86_400).expect("in range"),
        viewer_name: "Sam Okoro".into(),
        negotiator_name: "Amy Hart".into(),
    }
}

fn property(n: i64) -> Property {
    Property {
        id: PropertyId(n + 1),
        reference: format!("JB-2024-{n:03}"),
        listing: Listing::Rent,
        status: "available".into(),
        address_line1: format!("{} Elgin Avenue", n + 2),
        area: "Maida Vale".into(),
        postcode: "W9 1AB".into(),
        bedrooms: 2,
        bathrooms: 1,
        property_type: PropertyType::Flat,
        price: 2_500 + n,
        rent_period: Some(RentPeriod::Month),
        description: "A bright flat.".into(),
        features: vec!["Lift".into()],
        epc_rating: None,
        council_tax_band: None,
        tenure: None,
        furnished: None,
        available_from: None,
        agent: Some(UserId(1)),
    }
}

fn any_words() -> impl Strategy<Value = String> {
    const SAID: &[&str] = &[
        "a two bed flat to rent in maida veil up to two and a half thousand",
        "the first one",
        "the second",
        "Elgin",
        "yes",
        "no",
        "Tuesday at half past two",
        "any time",
        "Sam Okoro",
        "oh seven seven double oh nine double oh one two three",
        "sam at example dot com",
        "can I speak to someone",
        "what are your opening hours",
        "tell me more",
        "goodbye",
        "sorry?",
        "my boiler is broken",
        "are you a robot",
        "none of those",
        "actually I meant Thursday",
        "to buy",
        "three million pounds",
    ];
    prop_oneof![
        4 => proptest::sample::select(SAID).prop_map(str::to_owned),
        1 => "\\PC{0,60}",
        1 => proptest::collection::vec(proptest::sample::select(SAID), 1..4).prop_map(|words| words.join(" ")),
    ]
}

fn any_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        8 => any_words().prop_map(|words| Event::CallerSpoke { alternatives: vec![words] }),
        1 => Just(Event::CallerSilent),
        1 => "[0-9*#]{1,12}".prop_map(|digits| Event::KeysPressed { digits }),
        1 => Just(Event::TurnLost { greeted: false }),
    ]
}

fn talk(withheld: bool) -> State {
    let phone = if withheld { None } else { PhoneNumber::parse("07700900123").ok() };
    State::new(Caller::unknown(phone))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn the_caller_always_gets_an_answer(withheld: bool, events in proptest::collection::vec((any_event(), any::<u8>()), 1..25)) {
        let world = world();
        let mut state = talk(withheld);
        world.turn(&mut state, Event::Started, 0);
        for (event, dice) in events {
            // A bug report is a replay: the saved state goes on exactly like the one in memory.
            let saved = serde_json::to_string(&state).expect("a state serialises");
            let mut restored: State = serde_json::from_str(&saved).expect("and comes back");
            let effects = world.turn(&mut state, event.clone(), dice);
            prop_assert_eq!(world.turn(&mut restored, event, dice), effects.clone());
            prop_assert_eq!(&restored, &state);
            let speaks = effects.iter().any(|e| matches!(e, Effect::Say { words } | Effect::Warn { words } if !words.trim().is_empty()));
            let goes_on = effects.iter().any(|e| matches!(e, Effect::Listen { .. } | Effect::Transfer { .. }));
            let ends = effects.iter().any(|e| matches!(e, Effect::End));
            prop_assert!(speaks && (goes_on ^ ends), "{:?}", effects);
            if ends { break; }
        }
    }

    #[test]
    fn a_danger_is_answered_first_at_any_step(events in proptest::collection::vec((any_event(), any::<u8>()), 0..12), dice: u8) {
        let world = world();
        let mut state = talk(false);
        world.turn(&mut state, Event::Started, 0);
        for (event, dice) in events {
            world.turn(&mut state, event, dice);
        }
        let smell = Event::CallerSpoke { alternatives: vec!["hang on, yes, I can smell gas".into()] };
        let effects = world.turn(&mut state, smell, dice);
        prop_assert!(matches!(&effects[0], Effect::Warn { words } if words.contains("leave the property")), "{:?}", effects);
        prop_assert!(effects.iter().any(|effect| matches!(effect, Effect::End)), "the caller is not held on the line");
    }

    #[test]
    fn hearing_never_panics(words in "\\PC{0,200}", which in 0..Expecting::ALL.len()) {
        let said = Said {
            alternatives: &[words],
            expecting: Expecting::ALL[which],
            listing: None,
            offers: &[],
            now: now(),
        };
        let heard = hear(&said, &world().lexicon);
        prop_assert!(heard.wish.dates.iter().all(|date| date.year() >= 2026));
    }
}

/// Three failures in a row, and a person takes over; three silences, and the call ends with a call-back.
#[test]
fn nobody_is_left_in_a_loop() {
    let world = world();
    let mut state = talk(false);
    world.turn(&mut state, Event::Started, 0);
    for _ in 0..3 {
        world.turn(&mut state, Event::CallerSpoke { alternatives: vec!["wibble".into()] }, 0);
    }
    assert_eq!(state.step, Step::AskMessage);
    let mut silent = talk(false);
    world.turn(&mut silent, Event::Started, 0);
    let effects: Vec<Effect> = (0..3).flat_map(|_| world.turn(&mut silent, Event::CallerSilent, 0)).collect();
    assert!(
        effects.iter().any(|effect| matches!(effect, Effect::RunTool { call: ToolCall::TakeMessage(_) }))
    );
    assert_eq!(effects.last(), Some(&Effect::End));
}

fn at_the_read_back(world: &World) -> State {
    let mut state = talk(false);
    world.turn(&mut state, Event::Started, 0);
    for words in [
        "a two bed flat to rent in Maida Vale up to 3000 a month",
        "the first one",
        "the first one",
        "Sam Okoro",
        "no email",
    ] {
        world.turn(&mut state, Event::CallerSpoke { alternatives: vec![words.into()] }, 2);
    }
    assert_eq!(state.step, Step::ConfirmBooking);
    state
}

/// The process died between the alert and the answer: another tells what the alert came to, and the safety words come first.
#[test]
fn safety_words_lost_with_a_process_are_said_by_the_next() {
    let world = world();
    for hazard in agency::triage::emergencies() {
        let mut state = talk(false);
        world.turn(&mut state, Event::Started, 0);
        let raised =
            EmergencyRaised { hazard: hazard.hazard.clone(), alert: "alert_1".into(), reference: None };
        let outcome = ToolOutcome::EmergencyRaised(raised);
        let effects = handle(&mut state, Event::ToolFinished { outcome }, &world.context());
        assert!(matches!(effects.first(), Some(Effect::Warn { .. })), "{}: {effects:#?}", hazard.hazard);
        assert_eq!(effects.last() == Some(&Effect::End), hazard.ends_call, "{}: {effects:#?}", hazard.hazard);
        let warnings = effects.iter().filter(|effect| matches!(effect, Effect::Warn { .. })).count();
        assert_eq!(warnings, 1, "{}", hazard.hazard);
    }
}

#[test]
fn turns_lost_one_after_another_end_with_a_person_and_not_in_the_same_words() {
    let world = world();
    let mut state = talk(false);
    world.turn(&mut state, Event::Started, 0);
    let effects: Vec<Effect> =
        (0..6).flat_map(|_| world.turn(&mut state, Event::TurnLost { greeted: false }, 0)).collect();
    let said: Vec<&str> = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Say { words } => Some(words.as_str()),
            _ => None,
        })
        .collect();
    assert!(said.windows(3).all(|three| three[0] != three[1] || three[1] != three[2]), "{said:#?}");
    let is_passed_on = |effect: &Effect| matches!(effect, Effect::RunTool { call: ToolCall::TakeMessage(_) });
    assert!(effects.iter().any(is_passed_on), "{effects:#?}");
}

/// Only a plain yes books.
#[test]
fn nothing_is_booked_on_half_a_yes() {
    let world = world();
    for words in [
        "absolutely not",
        "please don't book it",
        "yes but not that day",
        "yeah nah",
        "I'm not sure",
        "no",
        "goodbye",
        "are you sure that's right?",
        "yes but can it be four",
        "no the name's wrong, it's Bob Johns",
        "forget it",
        "hmm",
        "perfect if it has a garden",
        "lovely, I'll think it over",
    ] {
        let mut state = at_the_read_back(&world);
        let effects = world.turn(&mut state, Event::CallerSpoke { alternatives: vec![words.into()] }, 2);
        let books =
            effects.iter().any(|effect| matches!(effect, Effect::RunTool { call: ToolCall::BookViewing(_) }));
        assert!(!books, "{words}: {effects:?}");
    }
    let mut state = at_the_read_back(&world);
    let effects = world.turn(&mut state, Event::CallerSpoke { alternatives: vec!["yes please".into()] }, 2);
    assert!(
        effects.iter().any(|effect| matches!(effect, Effect::RunTool { call: ToolCall::BookViewing(_) }))
    );
}

/// A second, different danger is alerted as well; the same one is not alerted twice.
#[test]
fn each_danger_is_alerted_once() {
    let world = world();
    let mut state = talk(false);
    world.turn(&mut state, Event::Started, 0);
    let alerts = |state: &mut State, words: &str| {
        let effects = world.turn(state, Event::CallerSpoke { alternatives: vec![words.into()] }, 0);
        effects
            .iter()
            .filter(|effect| matches!(effect, Effect::RunTool { call: ToolCall::RaiseEmergency(_) }))
            .count()
    };
    assert_eq!(alerts(&mut state, "a pipe has burst"), 1);
    assert_eq!(alerts(&mut state, "it's the burst pipe in the kitchen"), 0);
    assert_eq!(alerts(&mut state, "and now I can smell gas"), 1);
}

/// Whatever happens, a caller who falls silent at the end is let go with an outcome; the same words are never said
/// three times in a row; and no amount and no date is spoken that no tool, setting or caller gave.
mod promises {
    use super::*;
    use agency::speech;

    /// Runs of number words before "pounds", and what follows "the" before "of" a month.
    fn amounts(words: &str) -> Vec<String> {
        let plain: Vec<&str> = words.split_whitespace().collect();
        let is_number = |word: &str| {
            let word = word.trim_matches(|c: char| !c.is_alphanumeric());
            word.split('-').all(|part| NUMBER_WORDS.contains(&part))
        };
        let ends = plain.iter().enumerate().filter(|(_, word)| word.starts_with("pounds")).map(|(at, _)| at);
        ends.map(|end| {
            let start = (0..end).rev().take_while(|at| is_number(plain[*at])).last().unwrap_or(end);
            plain[start..end].join(" ")
        })
        .collect()
    }

    const NUMBER_WORDS: &[&str] = &[
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
        "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
        "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred", "thousand",
        "million", "point", "and",
    ];

    /// Every amount that may be said: of the homes the tools gave, and the caller's own.
    fn known_amounts(state: &State) -> Vec<String> {
        let homes = (0..6).map(|n| property(n).price);
        let own = [state.wants.budget_min, state.wants.budget_max].into_iter().flatten();
        homes.chain(own).map(|pounds| speech::amount(pounds).trim_end_matches(" pounds").to_owned()).collect()
    }

    /// Every day that may be said: of the times the tools gave, and those the caller named.
    fn known_days(state: &State) -> Vec<String> {
        let ahead = (0..40).map(|n| {
            agency::london::date_of(
                Timestamp::from_second(now().as_second() + 86_400 * n).expect("a day after a test's start"),
            )
        });
        let slots = ahead.take(5);
        slots.chain(state.wish.dates.iter().copied()).map(speech::date).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn are_kept(withheld: bool, events in proptest::collection::vec((any_event(), any::<u8>()), 1..40)) {
            let world = world();
            let mut state = talk(withheld);
            world.turn(&mut state, Event::Started, 0);
            let silences = (0..6).map(|_| (Event::CallerSilent, 2));
            let (mut last, mut times, mut ended) = (String::new(), 0, false);
            for (event, dice) in events.into_iter().chain(silences) {
                let day_wished = state.wish.dates.clone();
                let effects = world.turn(&mut state, event, dice);
                let said = effects.iter().filter_map(|effect| match effect {
                    Effect::Say { words } => Some(words.clone()),
                    _ => None,
                }).collect::<Vec<_>>().join(" ");
                times = if said == last { times + 1 } else { 1 };
                prop_assert!(times < 3, "three times: {said}");
                let broken = agency::law::breach(&said, state.wants.listing).map(|rule| rule.name.as_str());
                prop_assert!(broken.is_none(), "{broken:?}: {said}");
                for amount in amounts(&said) {
                    prop_assert!(known_amounts(&state).contains(&amount), "{amount} has no source: {said}");
                }
                let days: Vec<String> = known_days(&state).into_iter().chain(day_wished.into_iter().map(speech::date)).collect();
                for part in said.split(" the ").skip(1).filter(|part| part.contains(" of November") || part.contains(" of December")) {
                    let month_end = part.find(" of ").map_or(0, |at| at + 4);
                    let day = format!("the {}{}", &part[..month_end], part[month_end..].split([' ', ',', '.', '?', ':', ';']).next().unwrap_or_default());
                    prop_assert!(days.iter().any(|known| known.ends_with(&day)), "{day} has no source: {said}");
                }
                last = said;
                if effects.iter().any(|effect| matches!(effect, Effect::End)) {
                    ended = true;
                    break;
                }
            }
            prop_assert!(ended, "the call goes on for ever at {:?}", state.step);
        }
    }
}

/// Whatever a recogniser writes, in whatever order, hearing it comes to an end without a panic: words of every rule,
/// figures, marks and letters of any script, as the best transcript and as others.
mod hearing {
    use super::*;
    use agency::language::{Line, Offer, understand};

    fn any_piece() -> impl Strategy<Value = String> {
        const PIECES: &[&str] = &[
            "half", "past", "to", "quarter", "two", "twenty", "five", "31st", "first", "next", "week", "on",
            "tuesday", "fortnight", "of", "february", "2026", "30/2", "12/13/14", "9999", "00", "at", "dot",
            "com", "@", "double", "oh", "triple", "plus", "for", "mother", "W9", "1AB", "£", "£2,5,0",
            "grand", "million", "k", "a month", "bed", "rooms", "between", "and", "not", "but", "sorry",
            "no", "I meant", "elgin", "avenue", "maida", "veil", "JB-", "reference", "is", "name", "it's",
            "O'Neill", "ⱥ", "İ", "ß", "🏠", "‑", "ago", "last", "in", "days", "am", "p.m.", "'", "99:99",
            "24:00", "1e9", "inf", "nan", "-1", "the", "one", "or", "more", "per", "annum", "until",
        ];
        prop_oneof![
            9 => proptest::sample::select(PIECES).prop_map(str::to_owned),
            1 => "\\PC{0,12}",
        ]
    }

    fn any_text() -> impl Strategy<Value = String> {
        proptest::collection::vec(any_piece(), 0..24).prop_map(|pieces| pieces.join(" "))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3_000))]

        #[test]
        fn never_panics_on_any_words(text in any_text(), other in any_text(), which in 0..Expecting::ALL.len(), moment in 0_i64..4_000_000_000) {
            let offer = Offer(jiff::civil::date(2026, 11, 24).at(14, 0, 0, 0));
            let line = Line {
                text,
                alternatives: vec![other],
                expecting: Some(Expecting::ALL[which]),
                offers: vec![offer],
                now: Timestamp::from_second(moment).ok(),
                ..Line::default()
            };
            let heard = understand(&line, &world().lexicon, now());
            prop_assert!(serde_json::to_string(&heard).is_ok());
            prop_assert!((0.0..=1.0).contains(&heard.confidence));
        }
    }
}
