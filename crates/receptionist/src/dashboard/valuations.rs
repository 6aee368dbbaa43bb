//! Valuations that colleagues book: a valuer's time, at an address that is not on the books.

use agency::crm::{AppointmentId, LeadId, Listing, PropertyType};
use agency::diary::{Slot, judge};
use agency::language::address_in;
use agency::london;
use agency::tools::book_valuation::BookValuation;
use agency::tools::viewing_slots::OfferedSlot;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use store::BookedValuation;
use utoipa::ToSchema;

use super::access::{Staff, Works};
use super::diary::{Booked, changed, slot_taken};
use super::input::Body;
use super::problem::Problem;
use crate::app::App;
use crate::tools::{book_valuation_for, diary_facts};

/// A valuation that is booked for that time and lies ahead; none: it is something else.
pub(super) async fn booked_valuation(
    app: &App,
    id: &str,
    start: Timestamp,
) -> Result<Option<BookedValuation>, Problem> {
    let Ok(id) = id.parse() else { return Ok(None) };
    let found = app.store.booked_valuation(AppointmentId(id)).await?;
    match found.filter(|valuation| valuation.start > app.now()) {
        Some(valuation) if valuation.start != start => Err(changed()),
        found => Ok(found),
    }
}

#[derive(Deserialize, ToSchema)]
pub(super) struct BookValuationWish {
    lead: i64,
    /// With a street or a full postcode: `Flat 3, 22 Castellain Road, W9 1HB`.
    address: String,
    /// sale or rent: what it is valued for.
    listing: String,
    /// flat, house, studio, …
    property_type: Option<String>,
    bedrooms: Option<i64>,
    start: Timestamp,
}

impl BookValuationWish {
    async fn read(&self, app: &App, lead: LeadId, slot: Slot) -> Result<BookValuation, Problem> {
        let words = app.words().await?;
        let address = address_in(&self.address, &words.lexicon).ok_or_else(|| {
            Problem::bad_request("address needs its street or a full postcode: 22 Castellain Road, W9 1HB")
        })?;
        let listing = Listing::from_word(&self.listing)
            .ok_or_else(|| Problem::bad_request("listing is sale or rent"))?;
        let of_type = |word: &String| {
            PropertyType::from_word(word)
                .ok_or_else(|| Problem::bad_request("property_type is one of those of a home, such as flat"))
        };
        let mut tx = app.store.begin().await?;
        let known = tx.lead_facts(lead).await?;
        tx.commit().await?;
        Ok(BookValuation {
            offered: OfferedSlot { id: String::new(), slot },
            address,
            listing,
            property_type: self.property_type.as_ref().map(of_type).transpose()?,
            bedrooms: self.bedrooms,
            name: known.name.unwrap_or_else(|| "The owner".to_owned()),
            phone: known.phone,
            email: known.email,
        })
    }
}

/// Books a valuation for a lead, who is sent the confirmation; a task tells the valuer what to prepare.
#[utoipa::path(post, path = "/api/v1/valuations", operation_id = "book_valuation", tag = "viewings", security(("session" = ["work"])), request_body = BookValuationWish,
    responses((status = 201, body = Booked), (status = 400, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn book(
    State(app): State<App>,
    staff: Staff<Works>,
    Body(wish): Body<BookValuationWish>,
) -> Result<(StatusCode, Json<Booked>), Problem> {
    let lead = LeadId(wish.lead);
    app.store.lead(lead).await?.ok_or_else(|| Problem::not_found("There is no such lead"))?;
    let facts = diary_facts(&app, None, None, &[london::date_of(wish.start)]).await?;
    let slot = judge(wish.start, &facts).map_err(|_| slot_taken())?;
    let call = wish.read(&app, lead, slot).await?;
    let booked = book_valuation_for(&app, lead, &call).await?;
    let (mut tx, AppointmentId(id)) = booked.ok_or_else(slot_taken)?;
    staff.audit(&app, &mut tx, ("valuation_booked", &id.to_string(), None)).await?;
    tx.commit().await?;
    app.outbox_rung.notify_one();
    Ok((StatusCode::CREATED, Json(Booked { id })))
}
