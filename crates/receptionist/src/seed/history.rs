//! A past: leads with their searches, calls, viewings and messages.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::{Table, at};

struct PastLead {
    phone: &'static str,
    name: &'static str,
    looking_for: &'static str,
    bedrooms: i64,
    budget: i64,
    area: &'static str,
    outward: &'static str,
    last_call_days_ago: i64,
    status: &'static str,
    contact: &'static str,
}

const LEADS: &[PastLead] = &[
    PastLead {
        phone: "+447700900101",
        name: "Tom Becker",
        looking_for: "rent",
        bedrooms: 2,
        budget: 2800,
        area: "Maida Vale",
        outward: "W9",
        last_call_days_ago: 12,
        status: "qualified",
        contact: "phone",
    },
    PastLead {
        phone: "+447700900102",
        name: "Priya Nair",
        looking_for: "rent",
        bedrooms: 1,
        budget: 2000,
        area: "Queen's Park",
        outward: "NW6",
        last_call_days_ago: 6,
        status: "viewing_booked",
        contact: "whatsapp",
    },
    PastLead {
        phone: "+447700900103",
        name: "Hannah Cole",
        looking_for: "buy",
        bedrooms: 3,
        budget: 1_100_000,
        area: "North Kensington",
        outward: "W10",
        last_call_days_ago: 120,
        status: "contacted",
        contact: "email",
    },
    PastLead {
        phone: "+447700900104",
        name: "Marcus Webb",
        looking_for: "rent",
        bedrooms: 3,
        budget: 3600,
        area: "Bayswater",
        outward: "W2",
        last_call_days_ago: 200,
        status: "new",
        contact: "phone",
    },
    PastLead {
        phone: "+447700900105",
        name: "Yuki Tanaka",
        looking_for: "buy",
        bedrooms: 2,
        budget: 750_000,
        area: "Kilburn",
        outward: "NW6",
        last_call_days_ago: 30,
        status: "qualified",
        contact: "whatsapp",
    },
    PastLead {
        phone: "+447700900106",
        name: "Olu Adebayo",
        looking_for: "rent",
        bedrooms: 2,
        budget: 2300,
        area: "Kensal Rise",
        outward: "NW10",
        last_call_days_ago: 3,
        status: "viewing_booked",
        contact: "phone",
    },
];

pub(super) fn tables(today: Date) -> Vec<Table> {
    vec![
        Table::new("voice_leads", each(|id, lead| past_lead(today, id, lead))),
        Table::new("voice_lead_calls", each(|id, lead| past_call(today, id, lead))),
        Table::new("voice_lead_properties", each(|id, _| discussed(today, id))),
        Table::new("viewing_appointments", viewings(today)),
        Table::new("messages", messages(today)),
    ]
}

fn each(row: impl Fn(i64, &PastLead) -> Value) -> Vec<Value> {
    (1..).zip(LEADS).map(|(id, lead)| row(id, lead)).collect()
}

fn past_lead(today: Date, id: i64, lead: &PastLead) -> Value {
    let called = at(today, -lead.last_call_days_ago, 11, 15);
    json!({
        "id": id, "phone": lead.phone, "name": lead.name, "email": format!("applicant{id}@example.com"),
        "looking_for": lead.looking_for, "property_type": null, "bedrooms_min": lead.bedrooms, "bedrooms_max": lead.bedrooms,
        "budget_min": null, "budget_max": lead.budget, "preferred_areas": [lead.outward], "preferred_area_names": [lead.area],
        "temperature": "warm", "score": 60, "preferred_contact_method": lead.contact, "status": lead.status,
        "source": "phone_call", "first_call_date": called, "last_call_date": called, "total_calls": 1, "created_at": called,
        "updated_at": called, "must_haves": [], "deal_breakers": [],
    })
}

fn past_call(today: Date, id: i64, lead: &PastLead) -> Value {
    let called = at(today, -lead.last_call_days_ago, 11, 15);
    json!({
        "id": id, "lead_id": id, "call_sid": format!("CA5eed{id:028x}"), "direction": "inbound", "duration": 140 + id * 11,
        "transcript": "caller: I'm looking for somewhere to live.\nreceptionist: I have one for you.",
        "ai_summary": format!("Wanted {} bedrooms in {}.", lead.bedrooms, lead.area),
        "intent": if lead.looking_for == "buy" { "property_enquiry_buy" } else { "property_enquiry_rent" },
        "properties_discussed": [id], "actions_taken": ["info_given"], "follow_up_required": false,
        "outcome": "info_given", "channel": "voice", "language": "en-GB", "created_at": called, "ended_at": called,
    })
}

fn discussed(today: Date, id: i64) -> Value {
    json!({
        "id": id, "lead_id": id, "property_id": id, "first_mentioned": at(today, -6, 11, 15), "times_discussed": 1,
        "interest": "medium",
    })
}

/// Priya viewed five days ago; two viewings stand in the diary, one of them the CRM's own without a lead.
fn viewings(today: Date) -> Vec<Value> {
    let viewing = |id: i64,
                   lead: Option<i64>,
                   property: i64,
                   agent: i64,
                   when: String,
                   status: &str,
                   name: &str,
                   phone: &str| {
        json!({
            "id": id, "property_id": property, "lead_id": lead, "agent_id": agent, "kind": "viewing", "scheduled_date": when,
            "duration_minutes": 30, "status": status, "viewer_name": name, "viewer_email": null, "viewer_phone": phone,
            "address": null, "created_at": at(today, -10, 10, 0),
        })
    };
    vec![
        viewing(1, Some(2), 5, 1, at(today, -5, 10, 0), "completed", "Priya Nair", "+447700900102"),
        viewing(2, Some(6), 10, 2, at(today, 1, 10, 0), "booked", "Olu Adebayo", "+447700900106"),
        viewing(3, None, 21, 1, at(today, 2, 15, 10), "booked", "Walk-in enquiry", "+442079460177"),
    ]
}

/// Priya wrote on WhatsApp two hours ago, Yuki a month ago.
fn messages(today: Date) -> Vec<Value> {
    let inbound = |id: &str, phone: &str, when: String| {
        json!({
            "id": id, "direction": "inbound", "channel": "whatsapp", "kind": "text", "to_address": "whatsapp:+442079460100",
            "from_address": format!("whatsapp:{phone}"), "body": "Is it still available?", "status": "received",
            "send_after": when, "created_at": when, "updated_at": when, "attempts": 0, "possible_duplicate": false,
        })
    };
    vec![
        inbound("msg_seed_1", "+447700900102", at(today, 0, 7, 30)),
        inbound("msg_seed_2", "+447700900105", at(today, -30, 12, 0)),
    ]
}
