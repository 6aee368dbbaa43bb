//! Eight weeks in which people rang and wrote: the same every time for the same day.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::{Table, at};

const WEEKS: i64 = 8;
const FIRST_LEAD: usize = 100;
/// Of Ofcom's numbers for drama: +44 7700 900500 and on.
const LEADS: usize = 90;

const FIRST_NAMES: [&str; 9] = ["Amara", "Ben", "Chloe", "Dev", "Esme", "Femi", "Greta", "Hugo", "Ines"];
const LAST_NAMES: [&str; 10] =
    ["Archer", "Bello", "Cohen", "Dunne", "Evans", "Farah", "Grant", "Hughes", "Iyer", "Jansen"];

/// What they wanted, what it came to, and what was said of it.
const CALLS: [(&str, &str, &str); 10] = [
    ("property_enquiry_rent", "viewing_booked", "Wants two bedrooms in Maida Vale; booked a viewing."),
    ("property_enquiry_rent", "info_sent", "Asked for flats near Queen's Park; details were sent."),
    ("book_viewing", "viewing_booked", "Booked a viewing of a home they had seen online."),
    ("tenant_maintenance", "ticket_raised", "Reported a dripping tap."),
    ("property_enquiry_buy", "info_given", "Asked what is for sale in Kilburn."),
    ("office_hours", "info_given", "Asked when the office is open."),
    ("speak_to_agent", "transferred", "Asked for a negotiator and was put through."),
    ("book_valuation", "valuation_booked", "Would like to let a flat; a valuation is booked."),
    ("property_enquiry_rent", "abandoned", "Rang off before an outcome."),
    ("tenant_general", "callback_promised", "Asked about the deposit; is rung back."),
];

pub(super) fn tables(today: Date) -> Vec<Table> {
    let mut calls = Vec::new();
    for day in 1..=WEEKS * 7 {
        // Sundays are quiet, Mondays are not.
        let weekday = (i64::from(today.weekday().to_monday_zero_offset()) - day).rem_euclid(7);
        let count = [9, 7, 6, 6, 7, 4, 1][usize::try_from(weekday).unwrap_or_default()];
        calls.extend((0..count).map(|nth| (day, nth)));
    }
    let numbered = || calls.iter().copied().enumerate();
    vec![
        Table::new("voice_leads", (0..LEADS).map(|nth| lead(today, nth)).collect()),
        Table::new("conversations", numbered().map(|(nth, when)| conversation(today, nth, when)).collect()),
        Table::new("voice_lead_calls", numbered().map(|(nth, when)| call(today, nth, when)).collect()),
        Table::new(
            "conversation_turns",
            numbered().flat_map(|(nth, when)| turns(today, nth, when)).collect(),
        ),
        Table::new(
            "surveys",
            numbered().filter(|(nth, _)| nth % 5 == 0).map(|(nth, when)| survey(today, nth, when)).collect(),
        ),
        Table::new(
            "assessments",
            numbered()
                .filter(|(nth, _)| nth % 7 == 0)
                .map(|(nth, when)| assessment(today, nth, when))
                .collect(),
        ),
    ]
}

/// Days ago, and which call of that day: from nine to half past seven.
fn moment(today: Date, (day, nth): (i64, i8)) -> String {
    at(today, -day, 9 + (nth * 7) % 11, (nth * 13) % 60)
}

fn lead_of(nth: usize) -> usize {
    FIRST_LEAD + (nth * 7) % LEADS
}

fn lead(today: Date, nth: usize) -> Value {
    let since = at(today, -1 - i64::try_from(nth % 56).unwrap_or_default(), 9, 0);
    let name = format!("{} {}", FIRST_NAMES[nth % 9], LAST_NAMES[nth % 10]);
    json!({
        "id": FIRST_LEAD + nth, "phone": format!("+44770090{:04}", 500 + nth), "name": name, "source": "phone_call",
        "looking_for": (["rent", "buy", "undecided"][nth % 3]), "status": (["new", "contacted", "qualified"][nth % 3]),
        "score": 40 + nth % 50, "total_calls": 1, "first_call_date": since, "last_call_date": since, "scored_at": since,
        "created_at": since, "updated_at": since,
    })
}

fn channel(nth: usize) -> &'static str {
    if nth % 4 == 3 { "whatsapp" } else { "voice" }
}

fn conversation(today: Date, nth: usize, when: (i64, i8)) -> Value {
    let began = moment(today, when);
    json!({
        "id": format!("call_past_{nth:04}"), "lead_id": lead_of(nth), "channel": channel(nth), "state": "", "turn": 2,
        "started_at": began, "updated_at": began, "ended_at": began, "reviewed_at": began,
    })
}

fn call(today: Date, nth: usize, when: (i64, i8)) -> Value {
    let (began, (intent, outcome, summary)) = (moment(today, when), CALLS[(nth * 3 + nth / 9) % 10]);
    json!({
        "id": 1_000 + nth, "lead_id": lead_of(nth), "direction": "inbound", "channel": channel(nth), "conversation_id": format!("call_past_{nth:04}"),
        "duration": (channel(nth) == "voice").then_some(70 + (nth * 37) % 260), "intent": intent, "outcome": outcome, "ai_summary": summary,
        "statements_checked": nth % 6, "statements_refused": usize::from(nth % 29 == 5), "created_at": began, "ended_at": began,
    })
}

fn turns(today: Date, nth: usize, when: (i64, i8)) -> Vec<Value> {
    let words = [
        "Hello, I'm Sarah, the agency's AI assistant. How can I help?",
        "I have one for you. Shall I book a viewing?",
    ];
    let turn = |(turn, words): (usize, &str)| {
        json!({
            "id": format!("turn_past_{nth:04}_{turn}"), "conversation_id": format!("call_past_{nth:04}"), "turn": turn, "speaker": "receptionist",
            "words": words, "spoken_at": moment(today, when), "took_ms": 180 + (nth * 53 + turn * 31) % 700,
        })
    };
    words.into_iter().enumerate().map(turn).collect()
}

fn survey(today: Date, nth: usize, when: (i64, i8)) -> Value {
    json!({
        "id": format!("survey_past_{nth:04}"), "lead_id": lead_of(nth), "conversation_id": format!("call_past_{nth:04}"),
        "asked_at": moment(today, when), "score": ([5, 5, 4, 5, 3][nth / 5 % 5]), "comment": "",
    })
}

fn assessment(today: Date, nth: usize, when: (i64, i8)) -> Value {
    let began = moment(today, when);
    json!({
        "id": format!("assessment_past_{nth:04}"), "conversation_id": format!("call_past_{nth:04}"), "account_id": "A colleague",
        "score": 3 + nth % 3, "intent_is_right": !nth.is_multiple_of(13), "created_at": began, "updated_at": began,
    })
}
