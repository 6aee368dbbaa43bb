//! Pages behind signed links: "your homes" with times to book, and the end of messages about new homes. They need no sign-in and
//! show nothing of the person but the homes they were sent.

use agency::crm::Property;
use agency::diary::TimeWish;
use agency::messages::{BookableSlot, Card, HomesPage, Unsubscribing, homes_page, unsubscribe_page};
use agency::speech;
use agency::tools::viewing_slots::{OfferedSlot, SlotsOutcome, ViewingSlots};
use axum::Router;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use store::{Package, StoreError};

use crate::app::App;
use crate::links::Page;
use crate::review::NEW_HOMES;
use crate::tools::{book_for, diary_facts};

pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/homes/{token}", get(homes))
        .route("/homes/{token}/book", post(book))
        .route("/unsubscribe/{token}", get(unsubscribe).post(unsubscribed))
}

/// Not ours, or not any more.
fn no_such_page() -> Response {
    (StatusCode::NOT_FOUND, "This link does not lead anywhere. Please ring us.\n").into_response()
}

/// Nothing is kept by the browser or by anything between, no script runs, and the link is told to nobody.
fn page(html: String) -> Response {
    const POLICY: &str = "default-src 'none'; img-src https: http:; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    const HEADERS: [(HeaderName, &str); 2] =
        [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CONTENT_SECURITY_POLICY, POLICY)];
    (HEADERS, html).into_response()
}

fn failed(error: &StoreError) -> Response {
    tracing::error!(error = %error, code = error.code(), "a page could not be shown");
    (StatusCode::SERVICE_UNAVAILABLE, "Something went wrong. Please try again in a minute, or ring us.\n")
        .into_response()
}

async fn homes(State(app): State<App>, Path(token): Path<String>) -> Response {
    match show(&app, &token, None).await {
        Ok(response) => response,
        Err(error) => failed(&error),
    }
}

async fn opened(app: &App, page: Page, token: &str) -> Result<Option<Package>, StoreError> {
    match app.links.opened(page, token) {
        Some(id) => app.store.package(id).await,
        None => Ok(None),
    }
}

async fn show(app: &App, token: &str, note: Option<&str>) -> Result<Response, StoreError> {
    let Some(package) = opened(app, Page::Homes, token).await? else { return Ok(no_such_page()) };
    let mut tx = app.store.begin().await?;
    tx.open_package(&package.id, app.now()).await?;
    tx.commit().await?;
    let expected = app.store.viewings_of(package.lead, app.now()).await?;
    let mut cards = Vec::new();
    for id in &package.homes {
        let Some(home) = app.store.property(*id).await? else { continue };
        let media = app.store.media(*id).await?;
        let mut card = Card::new(&home, &media, app.links.base_url(), "");
        // A viewing they have is not shown: the link proves that the package was sent, not who reads it.
        if app.store.viewing_of(package.lead, *id, app.now()).await?.is_none() {
            card.slots = free(app, &home).await?;
            card.slots.retain(|slot| can_be_there(slot.start, &expected));
        }
        cards.push(card);
    }
    let shown = HomesPage { homes: cards, note, book_at: &format!("/homes/{token}/book") };
    Ok(page(homes_page(shown, app.agency())))
}

/// The times that a caller would be offered.
async fn free(app: &App, home: &Property) -> Result<Vec<BookableSlot>, StoreError> {
    let facts = diary_facts(app, Some(home.id), Some(home), &[]).await?;
    let call = ViewingSlots { property: Some(home.id), wish: TimeWish::default() };
    let SlotsOutcome::Offered { slots, .. } = agency::tools::viewing_slots::decide(&call, Some(home), &facts)
    else {
        return Ok(Vec::new());
    };
    let words = |offered: OfferedSlot| BookableSlot {
        start: offered.slot.start,
        words: speech::moment_in_writing(offered.slot.start),
    };
    Ok(slots.into_iter().map(words).collect())
}

/// Nobody is at two homes at once, nor comes from one to the other in no time.
fn can_be_there(start: Timestamp, elsewhere: &[Timestamp]) -> bool {
    const APART: SignedDuration = SignedDuration::from_hours(1);
    elsewhere.iter().all(|other| start.duration_since(*other).abs() >= APART)
}

#[derive(Deserialize)]
struct Wish {
    home: String,
    start: Timestamp,
}

async fn book(State(app): State<App>, Path(token): Path<String>, Form(wish): Form<Wish>) -> Response {
    let booked = async {
        let Some(package) = opened(&app, Page::Homes, &token).await? else { return Ok(no_such_page()) };
        let note = book_one(&app, &package, &wish).await?;
        show(&app, &token, Some(&note)).await
    };
    match booked.await {
        Ok(response) => response,
        Err(error) => failed(&error),
    }
}

const JUST_GONE: &str = "That time has just gone. Please choose another.";

/// What the person is told.
async fn book_one(app: &App, package: &Package, wish: &Wish) -> Result<String, StoreError> {
    let mut home = None;
    for id in &package.homes {
        home = home.or(app.store.property(*id).await?.filter(|home| home.reference == wish.home));
    }
    let Some(home) = home else { return Ok("That home is not on this page.".to_owned()) };
    let booked =
        format!("Your viewing of {} on {} is booked.", home.street(), speech::moment_in_writing(wish.start));
    match app.store.viewing_of(package.lead, home.id, app.now()).await? {
        Some(start) if start == wish.start => return Ok(booked),
        Some(_) => return Ok("To change a viewing, please ring us.".to_owned()),
        None => {}
    }
    if !can_be_there(wish.start, &app.store.viewings_of(package.lead, app.now()).await?) {
        return Ok(JUST_GONE.to_owned());
    }
    let Some((tx, _)) = book_for(app, package.lead, &home, wish.start).await? else {
        return Ok(JUST_GONE.to_owned());
    };
    tx.commit().await?;
    app.outbox_rung.notify_one();
    Ok(booked)
}

async fn unsubscribe(State(app): State<App>, Path(token): Path<String>) -> Response {
    match opened(&app, Page::Unsubscribe, &token).await {
        Ok(Some(_)) => {
            let at = format!("/unsubscribe/{token}");
            page(unsubscribe_page(&Unsubscribing { at: Some(&at) }, app.agency()))
        }
        Ok(None) => no_such_page(),
        Err(error) => failed(&error),
    }
}

/// By the button, or by a mail program on its own (RFC 8058).
async fn unsubscribed(State(app): State<App>, Path(token): Path<String>) -> Response {
    let stopped = async {
        let Some(package) = opened(&app, Page::Unsubscribe, &token).await? else { return Ok(no_such_page()) };
        let sent_to = app.store.address_of_package(&package.id).await?;
        let mut tx = app.store.begin().await?;
        if let Some((to, channel)) = sent_to {
            let address = to.strip_prefix("whatsapp:").unwrap_or(&to);
            tx.stop_purpose(&app.id("opt_out"), (address, &channel, NEW_HOMES), app.now()).await?;
        }
        tx.end_search(package.lead, (&app.id("consent"), "by the link in a message"), app.now()).await?;
        tx.commit().await?;
        Ok(page(unsubscribe_page(&Unsubscribing { at: None }, app.agency())))
    };
    match stopped.await {
        Ok(response) => response,
        Err(error) => failed(&error),
    }
}
