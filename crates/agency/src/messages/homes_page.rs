//! The page "your homes", for people without WhatsApp or email, and for booking; and the page that stops such messages.

use serde::Serialize;

use super::card::Card;
use super::letter::AgencyView;
use super::template;
use crate::settings::AgencyProfile;

pub struct HomesPage<'a> {
    pub homes: Vec<Card>,
    /// What the last press of a button came to.
    pub note: Option<&'a str>,
    /// Where the buttons lead.
    pub book_at: &'a str,
}

pub struct Unsubscribing<'a> {
    /// Where the button leads; none: it is done.
    pub at: Option<&'a str>,
}

#[derive(Serialize)]
struct View<'a> {
    agency: AgencyView<'a>,
    title: &'a str,
    note: Option<&'a str>,
    homes: Vec<Card>,
    book_at: &'a str,
    unsubscribe_at: Option<&'a str>,
    question: &'a str,
}

pub fn homes_page(page: HomesPage, agency: &AgencyProfile) -> String {
    let view = View {
        agency: AgencyView::new(agency),
        title: "Your homes",
        note: page.note,
        homes: page.homes,
        book_at: page.book_at,
        unsubscribe_at: None,
        question: "",
    };
    template::text("homes.html", &view)
}

pub fn unsubscribe_page(page: &Unsubscribing, agency: &AgencyProfile) -> String {
    let done = "We won't send you new homes any more. Messages about viewings you book still come.";
    let view = View {
        agency: AgencyView::new(agency),
        title: "Messages about new homes",
        note: page.at.is_none().then_some(done),
        homes: Vec::new(),
        book_at: "",
        unsubscribe_at: page.at,
        question: "Stop sending you new homes?",
    };
    template::text("homes.html", &view)
}
