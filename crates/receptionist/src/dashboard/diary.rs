//! Colleagues book, move and call off viewings: the same rules, the same constraint and the same messages as Sarah's.

use agency::crm::{AppointmentId, LeadId, PropertyId};
use agency::diary::judge;
use agency::london;
use agency::messages::CalledOff;
use agency::phone::PhoneNumber;
use agency::tools::book_viewing::BookViewing;
use agency::tools::find_viewing::BookedViewing;
use agency::tools::viewing_slots::OfferedSlot;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::{StoreError, Tx};
use utoipa::ToSchema;

use super::access::{Staff, Works};
use super::input::Body;
use super::problem::Problem;
use super::valuations::booked_valuation;
use crate::app::App;
use crate::outbox::About;
use crate::tools::{book_for, call_off, call_off_valuation, diary_facts, move_to, move_valuation};

pub(super) fn slot_taken() -> Problem {
    Problem::conflict("slot_taken", "This time is not free")
        .with("GET /api/v1/slots says what is, and why not.")
}

#[derive(Deserialize, ToSchema)]
pub(super) struct Book {
    property: i64,
    lead: i64,
    start: Timestamp,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Booked {
    pub(super) id: i64,
}

/// Books a viewing for a lead, who is sent the confirmation.
#[utoipa::path(post, path = "/api/v1/viewings", operation_id = "book_viewing", tag = "viewings", security(("session" = ["work"])), request_body = Book,
    responses((status = 201, body = Booked), (status = 400, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn book(
    State(app): State<App>,
    staff: Staff<Works>,
    Body(wish): Body<Book>,
) -> Result<(StatusCode, Json<Booked>), Problem> {
    let home = app.store.property(PropertyId(wish.property)).await?;
    let home = home.ok_or_else(|| Problem::not_found("There is no such home"))?;
    let lead = LeadId(wish.lead);
    app.store.lead(lead).await?.ok_or_else(|| Problem::not_found("There is no such lead"))?;
    let (mut tx, AppointmentId(id)) =
        book_for(&app, lead, &home, wish.start).await?.ok_or_else(slot_taken)?;
    staff.audit(&app, &mut tx, ("viewing_booked", &id.to_string(), None)).await?;
    tx.commit().await?;
    app.outbox_rung.notify_one();
    Ok((StatusCode::CREATED, Json(Booked { id })))
}

/// A viewing that is booked for that time.
async fn booked(
    app: &App,
    id: &str,
    start: Timestamp,
) -> Result<(BookedViewing, Option<PhoneNumber>, Option<LeadId>), Problem> {
    let no_such = || Problem::not_found("There is no such viewing, or it is not booked any more");
    let id = AppointmentId(id.parse().map_err(|_| no_such())?);
    let found = app.store.booked_viewing(id).await?.ok_or_else(no_such)?;
    if found.0.start <= app.now() {
        return Err(Problem::conflict("over", "Its time has come").with("Say what became of it instead."));
    }
    if found.0.start == start { Ok(found) } else { Err(changed()) }
}

pub(super) fn changed() -> Problem {
    Problem::conflict("changed", "Somebody has changed this viewing since").with("Look at it again.")
}

#[derive(Deserialize, ToSchema)]
pub(super) struct Move {
    /// The time you see: refused if somebody has moved it since.
    from: Timestamp,
    to: Timestamp,
}

/// Moves a viewing or a valuation; whoever is to come, or to be visited, is told.
#[utoipa::path(post, path = "/api/v1/viewings/{id}/move", operation_id = "move_viewing", tag = "viewings", security(("session" = ["work"])),
    params(("id" = String, Path)), request_body = Move,
    responses((status = 204), (status = 400, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn r#move(
    State(app): State<App>,
    staff: Staff<Works>,
    Path(id): Path<String>,
    Body(wish): Body<Move>,
) -> Result<StatusCode, Problem> {
    let moved = if let Some(valuation) = booked_valuation(&app, &id, wish.from).await? {
        let facts = diary_facts(&app, None, None, &[london::date_of(wish.to)]).await?;
        let slot = judge(wish.to, &facts).map_err(|_| slot_taken())?;
        move_valuation(&app, &valuation, &slot, &app.id("move")).await
    } else {
        move_viewing(&app, &id, &wish).await?
    };
    let mut tx = match moved {
        Err(StoreError::SlotTaken) => return Err(slot_taken()),
        Err(StoreError::OffTheMarket) => {
            return Err(Problem::conflict("off_the_market", "The home is off the market"));
        }
        other => other?.ok_or_else(changed)?,
    };
    staff.audit(&app, &mut tx, ("viewing_moved", &id, Some(&wish.to.to_string()))).await?;
    tx.commit().await?;
    app.outbox_rung.notify_one();
    Ok(StatusCode::NO_CONTENT)
}

async fn move_viewing(app: &App, id: &str, wish: &Move) -> Result<Result<Option<Tx>, StoreError>, Problem> {
    let (viewing, phone, lead) = booked(app, id, wish.from).await?;
    let home = &viewing.property;
    let facts = diary_facts(app, Some(home.id), Some(home), &[london::date_of(wish.to)]).await?;
    let slot = judge(wish.to, &facts).map_err(|_| slot_taken())?;
    let booking = BookViewing {
        offered: OfferedSlot { id: String::new(), slot: slot.clone() },
        property: home.clone(),
        viewer_name: viewing.viewer_name.clone(),
        viewer_phone: phone,
        viewer_email: app.store.viewer_email(viewing.appointment).await?,
    };
    let about = About { lead, conversation: None, alert: None };
    let moved = move_to(app, &about, (&viewing, &booking, &slot), &app.id("move")).await;
    Ok(moved.map(|moved| moved.map(|(tx, _)| tx)))
}

#[derive(Deserialize, ToSchema)]
pub(super) struct Cancel {
    /// The time you see: refused if somebody has moved it since.
    from: Timestamp,
}

/// Calls a viewing or a valuation off; whoever was to come, or to be visited, is told.
#[utoipa::path(post, path = "/api/v1/viewings/{id}/cancel", operation_id = "cancel_viewing", tag = "viewings", security(("session" = ["work"])),
    params(("id" = String, Path)), request_body = Cancel,
    responses((status = 204), (status = 400, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn cancel(
    State(app): State<App>,
    staff: Staff<Works>,
    Path(id): Path<String>,
    Body(wish): Body<Cancel>,
) -> Result<StatusCode, Problem> {
    let (why, key) = (format!("cancelled by {}", staff.account.name), app.id("cancel"));
    let off = if let Some(valuation) = booked_valuation(&app, &id, wish.from).await? {
        call_off_valuation(&app, &valuation, (&why, &key)).await?
    } else {
        let (viewing, phone, lead) = booked(&app, &id, wish.from).await?;
        let about = About { lead, conversation: None, alert: None };
        call_off(&app, &about, (&viewing, phone.as_ref()), (CalledOff::ByUs, &why, &key)).await?
    };
    let mut tx = off.ok_or_else(changed)?;
    staff.audit(&app, &mut tx, ("viewing_cancelled", &id, None)).await?;
    tx.commit().await?;
    app.outbox_rung.notify_one();
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, ToSchema)]
pub(super) struct Over {
    /// completed or `no_show`.
    status: String,
}

/// Says what became of an appointment whose time has come.
#[utoipa::path(post, path = "/api/v1/viewings/{id}/outcome", operation_id = "viewing_outcome", tag = "viewings", security(("session" = ["work"])),
    params(("id" = String, Path)), request_body = Over,
    responses((status = 204), (status = 400, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn outcome(
    State(app): State<App>,
    staff: Staff<Works>,
    Path(id): Path<String>,
    Body(wish): Body<Over>,
) -> Result<StatusCode, Problem> {
    if !["completed", "no_show"].contains(&wish.status.as_str()) {
        return Err(Problem::bad_request("status is completed or no_show"));
    }
    let no_such = || Problem::not_found("There is no such appointment");
    let appointment = AppointmentId(id.parse().map_err(|_| no_such())?);
    let mut tx = app.store.begin().await?;
    if !tx.viewing_over(appointment, &wish.status, app.now()).await? {
        return Err(Problem::conflict("not_due", "It is not booked any more, or lies ahead"));
    }
    staff.audit(&app, &mut tx, ("viewing_over", &id, Some(&wish.status))).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
