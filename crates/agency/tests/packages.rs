//! Every package in every way, word for word: `UPDATE=1 cargo test -p agency --test packages` writes the snapshots anew, and the
//! difference is for a person to read.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::path::Path;

use agency::crm::{
    AppointmentId, Listing, Property, PropertyId, PropertyType, RentPeriod, WantedArea, Wants,
};
use agency::messages::{
    AppointmentEmail, Attachment, BookableSlot, CalledOff, Card, Email, HomesPage, Negotiator, News,
    Occasion, PropertyDetails, PropertyMedia, Unsubscribing, ViewingConfirmation, Way, homes_page, survey,
    survey_thanks, unsubscribe_page, valuation_cancelled, valuation_confirmation, viewing_cancelled,
    viewing_confirmation, viewing_feedback, viewing_missed, viewing_reminder, viewing_reminder_to_staff,
};
use agency::phone::PhoneNumber;
use agency::settings::AgencyProfile;
use jiff::Timestamp;

const PAGE: &str = "https://agency.example/homes/package_1.proof";

fn agency() -> AgencyProfile {
    AgencyProfile {
        name: "John Barclay Estate and Management".into(),
        short_name: "John Barclay".into(),
        persona: "Sarah".into(),
        address: "21 Clifton Road, London W9".into(),
        phone: PhoneNumber::parse("+442079460100").unwrap(),
    }
}

fn at() -> Timestamp {
    "2026-11-24T15:30:00Z".parse().unwrap()
}

fn flat() -> Property {
    Property {
        id: PropertyId(1),
        reference: "JB-2024-001".into(),
        listing: Listing::Rent,
        status: "available".into(),
        address_line1: "Flat 3, 12 Elgin Avenue".into(),
        area: "Maida Vale".into(),
        postcode: "W9 1AB".into(),
        bedrooms: 2,
        bathrooms: 1,
        property_type: PropertyType::Flat,
        price: 577,
        rent_period: Some(RentPeriod::Week),
        description: "A bright home with <tall> windows & \"wooden\" floors.".into(),
        features: vec!["Lift".into(), "Own garden".into(), "Porter".into(), "Bike store".into()],
        epc_rating: Some("C".into()),
        council_tax_band: Some("D".into()),
        tenure: None,
        furnished: Some("unfurnished".into()),
        available_from: Some("2026-12-01".parse().unwrap()),
        agent: None,
    }
}

fn house() -> Property {
    Property {
        id: PropertyId(2),
        reference: "JB-2024-002".into(),
        listing: Listing::Sale,
        address_line1: "9 Bassett Road".into(),
        area: "North Kensington".into(),
        postcode: "W10 6AB".into(),
        bedrooms: 4,
        bathrooms: 2,
        property_type: PropertyType::House,
        price: 1_500_000,
        rent_period: None,
        tenure: Some("freehold".into()),
        furnished: None,
        available_from: None,
        ..flat()
    }
}

fn homes() -> Vec<(Property, PropertyMedia)> {
    let media = PropertyMedia {
        property: Some(PropertyId(1)),
        images: vec!["/pictures/1.jpg".into()],
        floor_plan_url: Some("https://img.example/plan.png".into()),
        epc_url: None,
        virtual_tour_url: Some("https://tour.example/1".into()),
    };
    vec![(flat(), media), (house(), PropertyMedia::default())]
}

fn wants() -> Wants {
    Wants {
        listing: Some(Listing::Rent),
        bedrooms_min: Some(2),
        budget_max: Some(2600),
        areas: vec![WantedArea { name: Some("Maida Vale".into()), outward: Some("W9".into()) }],
        ..Wants::default()
    }
}

/// As it is in the repository, or as it is to be.
fn is_as_before(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots").join(name);
    let text = format!("{}\n", text.trim_end());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == text, "{name} has changed; UPDATE=1 writes it anew:\n{text}");
}

fn is_email_as_before(name: &str, email: &Email) {
    is_as_before(&format!("{name}.txt"), &format!("Subject: {}\n\n{}", email.subject, email.text));
    is_as_before(&format!("{name}.html"), &email.html);
    for attachment in &email.attachments {
        match attachment {
            Attachment::Calendar { text, .. } => is_as_before(&format!("{name}.ics"), text),
            Attachment::Fetched { url, .. } => assert_eq!(url, "https://img.example/plan.png"),
        }
    }
}

#[test]
fn homes_in_every_way() {
    let (homes, wants) = (homes(), wants());
    let negotiator = Negotiator { name: "Amy Hart".into(), email: Some("amy@agency.example".into()) };
    let of = |occasion, unsubscribe| PropertyDetails {
        homes: &homes,
        occasion,
        name: Some("Sam Okoro"),
        wants: &wants,
        negotiator: Some(negotiator.clone()),
        base_url: "https://agency.example",
        page: PAGE,
        unsubscribe,
    };
    let spoken = of(Occasion::SpokenOf, None);
    is_as_before("homes.sms.txt", &spoken.sms(&agency()));
    is_as_before("homes.link.txt", &spoken.link(&agency()));
    let parts = spoken.whatsapp(&agency());
    let shown: Vec<String> = parts.iter().map(|part| format!("{:?}\n{}", part.picture, part.body)).collect();
    is_as_before("homes.whatsapp.txt", &shown.join("\n---\n"));
    is_as_before("homes.template.txt", &format!("{:#?}", spoken.template_variables(&agency())));
    is_email_as_before("homes.email", &spoken.email(&agency()));
    let news = of(Occasion::NewMatch, Some("https://agency.example/unsubscribe/package_1.proof"));
    is_email_as_before("new_match.email", &news.email(&agency()));
    is_as_before("new_match.sms.txt", &news.sms(&agency()));
    assert!(
        news.whatsapp(&agency()).last().unwrap().body.ends_with("Reply STOP."),
        "PECR 2003, reg. 22(3)(c)"
    );
    assert!(spoken.sms(&agency()).chars().count() <= 459);
}

#[test]
fn appointments_in_every_way() {
    let home = flat();
    let sold = [house()];
    let viewing = ViewingConfirmation {
        property: &home,
        start: at(),
        negotiator_name: "Amy Hart",
        viewer_name: "Sam Okoro",
    };
    is_as_before("viewing.sms.txt", &viewing_confirmation(&viewing, &agency(), Way::Sms));
    is_as_before("viewing.whatsapp.txt", &viewing_confirmation(&viewing, &agency(), Way::WhatsAppText));
    is_as_before(
        "valuation.sms.txt",
        &valuation_confirmation("18 Elgin Avenue, W9 1AB", at(), "Grace Lind", &agency()),
    );
    for (name, news, of_home) in [
        ("viewing.booked.email", News::Booked, true),
        ("viewing.moved.email", News::Moved, true),
        ("viewing.cancelled.email", News::Cancelled(CalledOff::ByThem), true),
        ("viewing.reminder.email", News::Reminder, true),
        ("valuation.booked.email", News::Booked, false),
    ] {
        let email = AppointmentEmail {
            appointment: AppointmentId(7),
            news,
            home: of_home.then_some(&home),
            address: "18 Elgin Avenue, W9 1AB",
            start: at(),
            minutes: 30,
            staff_name: "Amy Hart",
            name: "Sam Okoro",
            email: "sam@example.com",
            from: "office@agency.example",
            sales: &sold,
            now: "2026-11-23T10:00:00Z".parse().unwrap(),
        };
        is_email_as_before(name, &email.email(&agency()));
    }
}

#[test]
fn short_messages_word_for_word() {
    let home = flat();
    let all = [
        survey(&agency()),
        survey_thanks(5, &agency()),
        survey_thanks(1, &agency()),
        viewing_reminder(&home, at(), "Amy Hart", &agency()),
        viewing_reminder_to_staff(&home, at(), "Sam Okoro", "07700 900801"),
        viewing_cancelled(&home, at(), CalledOff::ByThem, &agency()),
        viewing_cancelled(&home, at(), CalledOff::ByUs, &agency()),
        valuation_cancelled("4 Elgin Avenue", at(), CalledOff::ByUs, &agency()),
        viewing_feedback(&home, &agency()),
        viewing_missed(&home, &agency()),
    ];
    is_as_before("short.txt", &all.join("\n\n"));
    assert!(all.iter().all(|text| !text.to_uppercase().contains("CANCEL ")), "Twilio takes it as an opt-out");
}

#[test]
fn pages_word_for_word() {
    let mut cards: Vec<Card> =
        homes().iter().map(|(home, media)| Card::new(home, media, "https://agency.example", PAGE)).collect();
    cards[0].slots = vec![BookableSlot { start: at(), words: "Tue 24 Nov at 3:30pm".into() }];
    let page = HomesPage {
        homes: cards,
        note: Some("That time has just gone."),
        book_at: "/homes/package_1.proof/book",
    };
    is_as_before("page.homes.html", &homes_page(page, &agency()));
    let asked = Unsubscribing { at: Some("/unsubscribe/package_1.proof") };
    is_as_before("page.unsubscribe.html", &unsubscribe_page(&asked, &agency()));
}
