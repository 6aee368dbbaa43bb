//! The package of homes: those that were spoken of, asked for, or are new and fit. Each letting with its exact rent
//! (Renters' Rights Act 2025, s. 56).

use serde::Serialize;

use super::card::{Card, PropertyMedia};
use super::letter::{AgencyView, Attachment, Email, Part};
use super::template;
use super::wording::search;
use crate::crm::{Property, Wants, vocabulary};
use crate::settings::AgencyProfile;

vocabulary! {
    /// Why somebody gets a package.
    Occasion {
        // They asked for it.
        SpokenOf = "spoken_of",
        // A call with these homes has ended.
        AfterCall = "after_call",
        // They asked to hear of homes like these: one that is new, cheaper, or to be had again; or several of these.
        NewMatch = "new_match", Reduced = "reduced", BackOnTheMarket = "back", Several = "several",
    }
}

impl Occasion {
    /// Whether it is of homes that they have not heard of.
    pub fn is_news(self) -> bool {
        !matches!(self, Self::SpokenOf | Self::AfterCall)
    }

    fn opening(self, homes: usize) -> &'static str {
        match (self, homes) {
            (Self::SpokenOf | Self::AfterCall, 1) => "Here is the home we spoke about.",
            (Self::SpokenOf | Self::AfterCall, _) => "Here are the homes we spoke about.",
            (Self::NewMatch, 1) => "This home has just come in and fits what you asked for.",
            (Self::NewMatch, _) => "These homes have just come in and fit what you asked for.",
            (Self::Several, _) => {
                "These homes are new, cheaper or available again, and fit what you asked for."
            }
            (Self::Reduced, 1) => "The price of this home has come down, and it fits what you asked for.",
            (Self::Reduced, _) => {
                "The prices of these homes have come down, and they fit what you asked for."
            }
            (Self::BackOnTheMarket, 1) => "This home is available again, and it fits what you asked for.",
            (Self::BackOnTheMarket, _) => "These homes are available again, and fit what you asked for.",
        }
    }
}

/// Who to ask about the homes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Negotiator {
    pub name: String,
    pub email: Option<String>,
}

pub struct PropertyDetails<'a> {
    pub homes: &'a [(Property, PropertyMedia)],
    pub occasion: Occasion,
    pub name: Option<&'a str>,
    pub wants: &'a Wants,
    pub negotiator: Option<Negotiator>,
    pub base_url: &'a str,
    /// The signed page of this package.
    pub page: &'a str,
    /// Where to stop such messages, if they were not asked for one by one.
    pub unsubscribe: Option<&'a str>,
}

#[derive(Serialize)]
struct View<'a> {
    agency: AgencyView<'a>,
    subject: String,
    opening: &'a str,
    first_name: &'a str,
    search: Option<String>,
    homes: Vec<Card>,
    negotiator: &'a Option<Negotiator>,
    link: &'a str,
    unsubscribe: Option<&'a str>,
}

#[derive(Serialize)]
struct CardView<'a> {
    home: &'a Card,
}

/// Twilio takes 1,600 characters (error 21617).
const CHARACTERS_MAX: usize = 1_600;
/// More than three segments of SMS are dear, and hard to read.
const SMS_MAX: usize = 459;

impl PropertyDetails<'_> {
    fn view<'v>(&'v self, agency: &'v AgencyProfile) -> View<'v> {
        let cards = self.homes.iter().map(|(home, media)| Card::new(home, media, self.base_url, self.page));
        View {
            agency: AgencyView::new(agency),
            subject: self.subject(agency),
            opening: self.occasion.opening(self.homes.len()),
            first_name: self.name.and_then(|name| name.split_whitespace().next()).unwrap_or_default(),
            search: (!self.wants.is_empty()).then(|| search(self.wants)),
            homes: cards.collect(),
            negotiator: &self.negotiator,
            link: self.page,
            unsubscribe: self.unsubscribe,
        }
    }

    fn subject(&self, agency: &AgencyProfile) -> String {
        let what = match (self.occasion, self.homes.first()) {
            (_, None) => "Homes".to_owned(),
            (_, Some((home, _))) if self.homes.len() == 1 => format!("{}, {}", home.street(), home.area),
            _ => format!("{} homes", self.homes.len()),
        };
        let why = match self.occasion {
            Occasion::SpokenOf | Occasion::AfterCall => "as promised",
            Occasion::NewMatch | Occasion::Several => "new, for you",
            Occasion::Reduced => "price reduced",
            Occasion::BackOnTheMarket => "available again",
        };
        format!("{what}: {why} ({})", agency.short_name)
    }

    /// As many homes as fit, and the page that has them all; where not even one fits, the page alone.
    pub fn sms(&self, agency: &AgencyProfile) -> String {
        let mut view = self.view(agency);
        loop {
            let text = template::text("property_details.sms.txt", &view);
            if text.chars().count() <= SMS_MAX {
                return text;
            }
            view.homes.pop();
            if view.homes.is_empty() {
                return self.link(agency);
            }
        }
    }

    /// Words and the page, for somebody whom the package itself did not reach.
    pub fn link(&self, agency: &AgencyProfile) -> String {
        template::text("property_details.link.txt", &self.view(agency))
    }

    /// Introduction, one card a home with its picture, and what to do next, in this order.
    pub fn whatsapp(&self, agency: &AgencyProfile) -> Vec<Part> {
        let view = self.view(agency);
        let plain = |name: &str| Part { body: template::text(name, &view), picture: None };
        let cards = view.homes.iter().map(|home| Part {
            body: clipped(template::text("property_details.whatsapp_card.txt", &CardView { home })),
            picture: home.picture.clone(),
        });
        std::iter::once(plain("property_details.whatsapp_intro.txt"))
            .chain(cards)
            .chain([plain("property_details.whatsapp_end.txt")])
            .collect()
    }

    /// The numbered variables of the approved card template, one set a home: address, price, beds, baths, description,
    /// features, page. No line ends and no runs of spaces (Twilio error 63013).
    pub fn template_variables(&self, agency: &AgencyProfile) -> Vec<Vec<String>> {
        let view = self.view(agency);
        let of = |home: &Card| {
            let features = home.features.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
            [
                &home.place, &home.price, &home.beds, &home.baths, &home.short_description, &features,
                &home.book,
            ]
            .map(|value| value.split_whitespace().collect::<Vec<_>>().join(" "))
            .to_vec()
        };
        view.homes.iter().map(of).collect()
    }

    pub fn email(&self, agency: &AgencyProfile) -> Email {
        let view = self.view(agency);
        let plans = view.homes.iter().filter_map(|home| {
            let url = home.plan.clone()?;
            Some(Attachment::Fetched { name: format!("floor-plan-{}", home.reference), url })
        });
        Email {
            text: template::text("property_details.email.txt", &view),
            html: template::html("property_details.mjml", &view),
            attachments: plans.collect(),
            unsubscribe: self.unsubscribe.map(str::to_owned),
            subject: view.subject,
        }
    }
}

fn clipped(text: String) -> String {
    if text.chars().count() <= CHARACTERS_MAX {
        return text;
    }
    text.chars().take(CHARACTERS_MAX - 1).chain(['…']).collect()
}
