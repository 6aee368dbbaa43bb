//! `preview`: a package as it would arrive, with homes of the fictional agency and the words of the configured one.

use agency::crm::{AppointmentId, Listing, Property, WantedArea, Wants};
use agency::messages::{
    AppointmentEmail, Email, News, Occasion, PropertyDetails, PropertyMedia, ViewingConfirmation, Way,
    valuation_confirmation, viewing_confirmation,
};
use anyhow::Context;
use jiff::Timestamp;
use store::Store;

use super::terminal::print;
use crate::seed::seed;
use crate::settings::Settings;

#[derive(clap::Args)]
pub(super) struct Options {
    /// Which package.
    #[arg(value_enum)]
    package: Package,
    /// The way it is sent.
    #[arg(long, value_enum, default_value_t = By::Email)]
    by: By,
    /// The HTML of an email instead of its words.
    #[arg(long)]
    html: bool,
}

pub(super) const EXAMPLES: &str = "Examples:
  receptionist preview homes --html > homes.html     open it in a browser
  receptionist preview homes --by whatsapp           introduction, one card a home, what to do next
  receptionist preview viewing --by sms
  receptionist preview valuation                     the words of the email";

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Package {
    Homes,
    Viewing,
    Valuation,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum By {
    Email,
    Whatsapp,
    Sms,
}

/// The moment that every preview is made at.
const AT: &str = "2026-11-23T10:00:00Z";
const BASE_URL: &str = "https://receptionist.example.co.uk";

pub(super) async fn run(settings: &Settings, options: &Options) -> anyhow::Result<bool> {
    let folder = tempfile::TempDir::new()?;
    let store = Store::open(&format!("sqlite:{}", folder.path().join("preview.db").display())).await?;
    let now: Timestamp = AT.parse()?;
    seed(&store, agency::london::date_of(now)).await?;
    let mut homes = Vec::new();
    for digits in ["2024001", "2024011"] {
        let home =
            store.property_by_reference(digits).await?.context("the fictional agency has this home")?;
        let media = store.media(home.id).await?;
        homes.push((home, media));
    }
    for part in parts(settings, options, &homes, now) {
        print(&part);
    }
    store.close().await;
    Ok(true)
}

fn parts(
    settings: &Settings,
    options: &Options,
    homes: &[(Property, PropertyMedia)],
    now: Timestamp,
) -> Vec<String> {
    let agency = &settings.agency;
    let way = if options.by == By::Sms { Way::Sms } else { Way::WhatsAppText };
    match (options.package, options.by) {
        (Package::Homes, by) => {
            let wants = wants();
            let details = details(homes, &wants);
            match by {
                By::Email => email(&details.email(agency), options.html),
                By::Sms => vec![details.sms(agency)],
                By::Whatsapp => {
                    let shown = |part: agency::messages::Part| {
                        let picture =
                            part.picture.map(|url| format!("[picture {url}]\n")).unwrap_or_default();
                        format!("{picture}{}\n", part.body)
                    };
                    details.whatsapp(agency).into_iter().map(shown).collect()
                }
            }
        }
        (Package::Viewing, By::Email) => {
            email(&appointment(Some(&homes[0].0), homes, now).email(agency), options.html)
        }
        (Package::Viewing, _) => {
            let viewing = ViewingConfirmation {
                property: &homes[0].0,
                start: now,
                negotiator_name: "Amy Hart",
                viewer_name: "Sam Okoro",
            };
            vec![viewing_confirmation(&viewing, agency, way)]
        }
        (Package::Valuation, By::Email) => email(&appointment(None, homes, now).email(agency), options.html),
        (Package::Valuation, _) => {
            vec![valuation_confirmation("18 Elgin Avenue, W9 1AB", now, "Grace Lind", agency)]
        }
    }
}

fn wants() -> Wants {
    Wants {
        listing: Some(Listing::Rent),
        bedrooms_min: Some(2),
        bedrooms_max: Some(3),
        budget_max: Some(3500),
        areas: vec![WantedArea { name: Some("Maida Vale".into()), outward: Some("W9".into()) }],
        ..Wants::default()
    }
}

fn details<'a>(homes: &'a [(Property, PropertyMedia)], wants: &'a Wants) -> PropertyDetails<'a> {
    PropertyDetails {
        homes,
        occasion: Occasion::SpokenOf,
        name: Some("Sam Okoro"),
        wants,
        negotiator: None,
        base_url: BASE_URL,
        page: "https://receptionist.example.co.uk/homes/package_PREVIEW.proof",
        unsubscribe: None,
    }
}

fn appointment<'a>(
    home: Option<&'a Property>,
    homes: &'a [(Property, PropertyMedia)],
    now: Timestamp,
) -> AppointmentEmail<'a> {
    AppointmentEmail {
        appointment: AppointmentId(1),
        news: News::Booked,
        home,
        address: "18 Elgin Avenue, W9 1AB",
        start: now,
        minutes: 30,
        staff_name: "Amy Hart",
        name: "Sam Okoro",
        email: "sam@example.com",
        from: "office@johnbarclay.example",
        sales: if homes.len() > 1 { std::slice::from_ref(&homes[1].0) } else { &[] },
        now,
    }
}

fn email(email: &Email, html: bool) -> Vec<String> {
    if html {
        return vec![email.html.clone()];
    }
    vec![format!("Subject: {}\n", email.subject), email.text.clone()]
}
