//! Staff with hours and absences, tenants, landlords, contacts, contractors, and who is on call.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::{Table, at};

const STAFF: &[(&str, &str)] = &[
    ("Amy Hart", "negotiator"),
    ("Ben Okoye", "negotiator"),
    ("Clara Whitfield", "negotiator"),
    ("Dev Malhotra", "negotiator"),
    ("Ruth Adeyemi", "property_manager"),
    ("Owen Price", "property_manager"),
    ("Margaret Barclay", "director"),
];

const WEEKDAYS: [&str; 6] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

pub(super) fn tables(today: Date) -> Vec<Table> {
    vec![
        Table::new("users", users()),
        Table::new("working_hours", working_hours()),
        Table::new("absences", absences(today)),
        Table::new("pm_landlords", landlords()),
        Table::new("pm_properties", managed_homes()),
        Table::new("pm_tenants", tenants()),
        Table::new("unified_contacts", contacts()),
        Table::new("contractors", contractors()),
        Table::new("oncall_rota", rota()),
    ]
}

fn users() -> Vec<Value> {
    (1..)
        .zip(STAFF)
        .map(|(id, (name, role))| {
            let first = name.split(' ').next().unwrap_or_default().to_lowercase();
            json!({
                "id": id, "name": name, "email": format!("{first}@johnbarclay.example"),
                "phone": format!("+4477009002{id:02}"), "role": role, "active": true,
            })
        })
        .collect()
}

/// Amy and Ben work the whole week, Clara mornings, Dev from Wednesday.
fn working_hours() -> Vec<Value> {
    let shift = |user: i64, weekday: &str, starts: &str, ends: &str| json!({"user_id": user, "weekday": weekday, "starts": starts, "ends": ends});
    let mut shifts: Vec<Value> = Vec::new();
    for weekday in WEEKDAYS {
        shifts.push(shift(1, weekday, "09:00", "18:00"));
        shifts.push(shift(2, weekday, "09:00", "18:00"));
        shifts.push(shift(3, weekday, "09:00", "13:00"));
    }
    shifts.extend(WEEKDAYS[2..].iter().map(|weekday| shift(4, weekday, "10:00", "18:00")));
    shifts
}

fn absences(today: Date) -> Vec<Value> {
    let absence = |id: &str, user: i64, from: String, until: String, reason: &str| json!({"id": id, "user_id": user, "starts_at": from, "ends_at": until, "reason": reason});
    vec![
        absence("absence_seed_1", 2, at(today, 1, 12, 0), at(today, 1, 14, 0), "training"),
        absence("absence_seed_2", 4, at(today, 2, 0, 0), at(today, 5, 0, 0), "holiday"),
    ]
}

fn landlords() -> Vec<Value> {
    [("Peter Lindqvist", "+447700900120"), ("Joan Achebe", "+447700900121"), ("Farid Haddad", "+447700900122")]
        .iter()
        .zip(1..)
        .map(|((name, phone), id)| json!({"id": id, "name": name, "phone": phone, "email": format!("landlord{id}@example.com")}))
        .collect()
}

fn managed_homes() -> Vec<Value> {
    let homes = [
        ("Flat 2, 18 Elgin Avenue", "W9 2QL", 1, 5),
        ("44 Bassett Road", "W10 6JL", 1, 5),
        ("Flat 7, 9 Salusbury Road", "NW6 6RG", 2, 6),
        ("Flat 1, 60 Gloucester Terrace", "W2 3HH", 2, 6),
        ("12 Leghorn Road", "NW10 4PH", 3, 5),
    ];
    homes
        .iter()
        .zip(1..)
        .map(|((address, postcode, landlord, manager), id)| {
            json!({
                "id": id, "property_id": null, "address_line1": address, "postcode": postcode, "landlord_id": landlord,
                "manager_id": manager,
            })
        })
        .collect()
}

fn tenants() -> Vec<Value> {
    ["Grace Mensah", "Luca Ferraro", "Aisha Rahman", "Tomasz Zielinski", "Emily Carver"]
        .iter()
        .zip(0..)
        .map(|(name, index)| {
            json!({
                "id": index + 1, "name": name, "phone": format!("+4477009001{:02}", 10 + index),
                "email": format!("tenant{}@example.com", index + 1), "pm_property_id": index + 1,
            })
        })
        .collect()
}

fn contacts() -> Vec<Value> {
    vec![
        json!({"id": 1, "name": "Verity Ashdown", "phone": "+447700900130", "email": "verity@example.com", "kind": "developer", "vip": true}),
        json!({"id": 2, "name": "Martin Sole", "phone": "+442079460155", "email": "martin@example.com", "kind": "solicitor", "vip": false}),
    ]
}

fn contractors() -> Vec<Value> {
    [
        ("plumber", "Brightwater Plumbing", "+442079460161", "24 hours"),
        ("electrician", "Harrow Road Electrics", "+442079460162", "24 hours"),
        ("gas engineer", "Kilburn Gas & Heat", "+442079460163", "07:00-22:00"),
        ("locksmith", "Westway Locks", "+442079460164", "24 hours"),
        ("drainage", "Canal Drainage", "+442079460165", "08:00-20:00"),
    ]
    .iter()
    .zip(1..)
    .map(|((trade, name, phone, hours), id)| json!({"id": id, "trade": trade, "name": name, "phone": phone, "hours": hours}))
    .collect()
}

fn rota() -> Vec<Value> {
    [(5, 1), (6, 2), (7, 3)]
        .iter()
        .map(|(user, position)| json!({"id": position, "user_id": user, "position": position, "days": [], "starts": null, "ends": null}))
        .collect()
}
