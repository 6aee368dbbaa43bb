//! A viewing or a valuation by email, with its invitation: booked, moved or called off.

use jiff::Timestamp;
use serde::Serialize;

use super::calendar::Invitation;
use super::letter::{AgencyView, Attachment, Email};
use super::money::price;
use super::template;
use crate::crm::{AppointmentId, Property};
use crate::settings::AgencyProfile;
use crate::speech;

/// Who did not want it any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CalledOff {
    ByThem,
    ByUs,
}

impl CalledOff {
    /// As it ends the sentence that the appointment is off.
    pub fn words(self) -> &'static str {
        match self {
            Self::ByThem => "is off, as you asked.",
            Self::ByUs => "is off. We are sorry.",
        }
    }
}

/// What has become of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    Booked,
    Moved,
    Cancelled(CalledOff),
    /// It is tomorrow.
    Reminder,
}

pub struct AppointmentEmail<'a> {
    pub appointment: AppointmentId,
    pub news: News,
    /// None: a valuation.
    pub home: Option<&'a Property>,
    /// Of a valuation.
    pub address: &'a str,
    pub start: Timestamp,
    pub minutes: i64,
    pub staff_name: &'a str,
    pub name: &'a str,
    pub email: &'a str,
    pub from: &'a str,
    /// What sold nearby, for a valuation.
    pub sales: &'a [Property],
    pub now: Timestamp,
}

#[derive(Serialize)]
struct View<'a> {
    agency: AgencyView<'a>,
    subject: String,
    opening: String,
    first_name: &'a str,
    when: String,
    place: String,
    price: Option<String>,
    reference: Option<&'a str>,
    who: String,
    lines: Vec<String>,
    map: Option<String>,
    change: String,
}

impl AppointmentEmail<'_> {
    pub fn email(&self, agency: &AgencyProfile) -> Email {
        let view = self.view(agency);
        Email {
            text: template::text("appointment.txt", &view),
            html: template::html("appointment.mjml", &view),
            attachments: vec![self.invitation(&view, agency)],
            unsubscribe: None,
            subject: view.subject,
        }
    }

    fn what(&self) -> &'static str {
        if self.home.is_some() { "viewing" } else { "valuation" }
    }

    fn view<'v>(&'v self, agency: &'v AgencyProfile) -> View<'v> {
        let when = speech::moment_in_writing(self.start);
        let is_on = !matches!(self.news, News::Cancelled(_));
        let what = self.what();
        let free = if self.home.is_some() { "" } else { "free " };
        View {
            agency: AgencyView::new(agency),
            subject: match self.news {
                News::Booked => format!("Your {what} on {when}"),
                News::Moved => format!("Your {what} is now on {when}"),
                News::Cancelled(_) => format!("Your {what} on {when} is off"),
                News::Reminder => format!("Reminder: your {what} on {when}"),
            },
            opening: match self.news {
                News::Booked => format!("Your {free}{what} is booked."),
                News::Moved => format!("Your {free}{what} has a new time."),
                News::Reminder => format!("A reminder of your {what}."),
                News::Cancelled(by) => format!("Your {what} {}", by.words()),
            },
            first_name: self.name.split_whitespace().next().unwrap_or_default(),
            place: self.place(),
            price: self.home.map(price),
            reference: self.home.map(|home| home.reference.as_str()),
            who: if is_on { format!("{} will meet you there.", self.staff_name) } else { String::new() },
            lines: if is_on { self.lines() } else { Vec::new() },
            map: is_on.then(|| map(&self.place())),
            change: format!(
                "To {}, ring {}.",
                if is_on { "change it" } else { "book another" },
                agency.phone.national()
            ),
            when,
        }
    }

    fn place(&self) -> String {
        match self.home {
            Some(home) => format!("{}, {} {}", home.address_line1, home.area, home.postcode),
            None => self.address.to_owned(),
        }
    }

    fn lines(&self) -> Vec<String> {
        if self.home.is_some() {
            return vec!["Please bring photo identification. A viewing takes about half an hour.".to_owned()];
        }
        let mut lines = vec![
            "We look round together for about half an hour, measure up, and talk you through recent prices nearby. \
             Plans, a lease and the energy certificate are useful if you have them."
                .to_owned(),
        ];
        lines.extend(self.sales.iter().map(|home| {
            format!(
                "Sold nearby: {}-bed {}, {}, {}",
                home.bedrooms,
                home.property_type,
                home.street(),
                price(home)
            )
        }));
        lines
    }

    fn invitation(&self, view: &View, agency: &AgencyProfile) -> Attachment {
        let host = self.from.rsplit('@').next().unwrap_or("receptionist");
        let subject = self.home.map_or(self.address, Property::street);
        Invitation {
            uid: &format!("appointment-{}@{host}", self.appointment.0),
            start: self.start,
            minutes: self.minutes,
            title: &format!("{}: {subject}", speech::capitalised(self.what())),
            place: &view.place,
            notes: &view.who,
            organiser: (&agency.name, self.from),
            guest: (self.name, self.email),
            now: self.now,
            is_cancelled: matches!(self.news, News::Cancelled(_)),
        }
        .attachment()
    }
}

fn map(place: &str) -> String {
    let query: String = place
        .split_whitespace()
        .map(|word| word.chars().filter(char::is_ascii_alphanumeric).collect::<String>())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join("+");
    format!("https://maps.google.com/?q={query}")
}
