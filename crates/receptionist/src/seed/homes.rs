//! Homes to rent and to buy in W9, W10, NW6, W2 and NW10.

use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::{Table, at};

/// (area, outward code, what a two-bedroom flat rents for a month, streets)
const AREAS: &[(&str, &str, i64, &[&str])] = &[
    (
        "Maida Vale",
        "W9",
        2600,
        &["Elgin Avenue", "Sutherland Avenue", "Lauderdale Road", "Castellain Road", "Shirland Road"],
    ),
    ("Little Venice", "W9", 3100, &["Clifton Gardens", "Warwick Avenue", "Randolph Avenue"]),
    (
        "North Kensington",
        "W10",
        2450,
        &["Bassett Road", "St Quintin Avenue", "Oxford Gardens", "Cambridge Gardens"],
    ),
    ("Ladbroke Grove", "W10", 2550, &["Ladbroke Grove", "Golborne Road", "Chesterton Road"]),
    ("Queen's Park", "NW6", 2350, &["Salusbury Road", "Harvist Road", "Kingswood Avenue", "Chevening Road"]),
    ("Kilburn", "NW6", 2150, &["Kilburn Park Road", "Brondesbury Road", "Cambridge Avenue"]),
    ("West Hampstead", "NW6", 2450, &["West End Lane", "Mill Lane", "Fordwych Road"]),
    ("Bayswater", "W2", 3000, &["Leinster Square", "Porchester Terrace", "Westbourne Grove"]),
    ("Paddington", "W2", 2850, &["Gloucester Terrace", "Sussex Gardens", "Praed Street"]),
    ("Kensal Rise", "NW10", 2100, &["Chamberlayne Road", "Leghorn Road", "Wrottesley Road"]),
];

/// (type, bedrooms, bathrooms, price in percent of a two-bedroom flat's)
const KINDS: &[(&str, i64, i64, i64)] = &[
    ("flat", 2, 1, 100),
    ("flat", 1, 1, 78),
    ("flat", 3, 2, 138),
    ("studio", 0, 1, 60),
    ("maisonette", 3, 2, 146),
    ("house", 4, 3, 205),
    ("flat", 2, 2, 112),
    ("house", 3, 2, 165),
    ("flat", 2, 1, 94),
];

const CHARACTERS: &[&str] = &[
    "A bright home on a quiet stretch of the street, with tall windows and wooden floors.",
    "A well-kept home in a handsome period building, close to the shops and cafés.",
    "A newly decorated home with a large reception room and a fitted kitchen.",
    "A peaceful home at the back of the building, looking over communal gardens.",
    "A generous home with high ceilings and original features throughout.",
    "A smart home in a purpose-built block with a porter and a lift.",
    "A light top-floor home with far-reaching views over the rooftops.",
];

const FEATURES: &[&[&str]] = &[
    &["Wooden floors", "Communal gardens", "Lift"],
    &["Private balcony", "Dishwasher", "Video entry"],
    &["Period fireplace", "Sash windows", "Storage"],
    &["Own garden", "Fitted wardrobes", "Washer dryer"],
    &["Porter", "Bike store", "Double glazing"],
];

/// How many homes there are.
const HOMES: usize = 96;
/// A sale price for each pound of monthly rent.
const PRICE_PER_RENT: i64 = 310;

pub(super) fn tables(today: Date) -> Vec<Table> {
    vec![Table::new("properties", demo_homes(today)), Table::new("viewing_rules", viewing_rules())]
}

/// The homes of the demo's agency.
pub fn demo_homes(today: Date) -> Vec<Value> {
    homes(HOMES, today)
}

/// As many homes as asked for: the demo's, or ten thousand for a measurement.
pub fn homes(count: usize, today: Date) -> Vec<Value> {
    (0..count).map(|index| home(index, today)).collect()
}

fn home(index: usize, today: Date) -> Value {
    let (area, outward, rent_of_two_beds, streets) = AREAS[index % AREAS.len()];
    let round = index / AREAS.len();
    let (kind, bedrooms, bathrooms, percent) = KINDS[(index + round) % KINDS.len()];
    let street = streets[round % streets.len()];
    let is_rent = (index % AREAS.len() + round) % 3 != 2;
    let n = i64::try_from(index).unwrap_or_default();
    // Neighbours differ a little, always the same way.
    let rent = rent_of_two_beds * percent / 100 + (n * 37 % 9 - 4) * 25;
    let is_weekly = is_rent && index % 17 == 4;
    let price = match (is_rent, is_weekly) {
        (true, true) => rent * 12 / 52 / 5 * 5,
        (true, false) => rent / 25 * 25,
        (false, _) => rent * PRICE_PER_RENT / 5_000 * 5_000,
    };
    let number = 2 + (index * 7) % 90;
    let flat = if kind == "house" { String::new() } else { format!("Flat {}, ", 1 + index % 12) };
    let letters = ["AB", "BD", "EF", "HL", "JN", "PR", "TU", "XY"];
    let status = match (index % 13, is_rent) {
        (9, true) => "let_agreed",
        (9, false) => "under_offer",
        _ => "available",
    };
    let available = today.saturating_add((n * 5 % 50).days());
    json!({
        "id": n + 1,
        "reference": format!("JB-2024-{:03}", n + 1),
        "listing_type": if is_rent { "rent" } else { "sale" },
        "status": status,
        "address_line1": format!("{flat}{number} {street}"),
        "area": area, "city": "London",
        "postcode": format!("{outward} {}{}", 1 + index % 7, letters[index % letters.len()]),
        "bedrooms": bedrooms, "bathrooms": bathrooms, "property_type": kind, "price": price,
        "rent_period": match (is_rent, is_weekly) { (true, true) => Some("week"), (true, false) => Some("month"), _ => None },
        "description": (CHARACTERS[index % CHARACTERS.len()]),
        "features": (FEATURES[index % FEATURES.len()]),
        "images": [format!("/demo/homes/{}.jpg", n + 1)],
        "floor_plan_url": format!("/demo/plans/{}.png", n + 1),
        "epc_rating": (["C", "D", "C", "B", "D"][index % 5]),
        "council_tax_band": (["C", "D", "E", "F"][index % 4]),
        "tenure": if is_rent { None } else if kind == "house" { Some("freehold") } else { Some("leasehold") },
        "furnished": if is_rent { Some(["furnished", "unfurnished", "part furnished"][index % 3]) } else { None },
        "available_from": is_rent.then(|| available.to_string()),
        "agent_id": 1 + n % 4,
        "created_at": at(today, -(n % 60) - 1, 9, 0),
        "updated_at": at(today, -(n % 60) - 1, 9, 0),
    })
}

/// Tenants in place who need notice, keys with one person, a home shown on some days only.
fn viewing_rules() -> Vec<Value> {
    let rule = |property: i64,
                notice: Option<i64>,
                weekdays: &[&str],
                earliest: Option<&str>,
                keys: Option<i64>,
                note: &str| {
        json!({
            "property_id": property, "notice_hours": notice, "weekdays": weekdays, "earliest": earliest, "latest_end": null,
            "keys_with": keys, "note": note,
        })
    };
    vec![
        rule(5, Some(24), &[], None, None, "Tenant in place: a day's notice."),
        rule(
            12,
            None,
            &["tuesday", "thursday", "saturday"],
            Some("13:00"),
            None,
            "Owner works from home in the mornings.",
        ),
        rule(23, None, &[], None, Some(2), "Ben holds the only keys."),
    ]
}
