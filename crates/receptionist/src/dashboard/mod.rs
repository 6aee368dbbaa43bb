//! The staff's side: the API under `/api/v1`, described by `/api/openapi.json`, and the pages that use it. Every handler takes
//! a [`Staff`], which exists only for somebody who is signed in and may do this.

#![expect(unused_qualifications, reason = "utoipa's macro writes the extractors out again")]

mod access;
mod accounts;
mod alerts;
mod analytics;
mod assessments;
mod calls;
mod contract;
mod diary;
mod edit;
pub(crate) mod events;
mod files;
mod homes;
mod inbox;
mod input;
mod invitation;
mod leads;
mod live;
mod media;
mod notes;
mod page;
mod papers;
pub mod password;
mod persons;
mod problem;
mod recording;
mod rota;
mod second_factor;
mod session;
mod settings;
mod staffing;
mod tasks;
pub(crate) mod test_phone;
mod tickets;
mod users;
mod valuations;
mod viewings;

use axum::routing::get;
use axum::{Json, Router};
use tower_http::csrf::CsrfLayer;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::{InfoBuilder, OpenApi, OpenApiBuilder};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use invitation::invite;
pub(crate) use problem::Problem;
pub use session::token_hash;

use crate::app::App;

/// Calls, as they happen and afterwards.
fn of_calls() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(calls::list))
        .routes(routes!(calls::one))
        .routes(routes!(recording::recording, recording::delete))
        .routes(routes!(live::colleagues))
        .routes(routes!(live::take_over))
        .routes(routes!(live::hand_back))
        .routes(routes!(live::whisper))
        .routes(routes!(live::mark_emergency))
        .routes(routes!(live::hazards))
        .routes(routes!(live::end))
        .routes(routes!(assessments::queue))
        .routes(routes!(assessments::agreement))
        .routes(routes!(assessments::assess))
        .routes(routes!(assessments::scenario))
        .routes(routes!(notes::of_call))
}

/// The diary, and who is in it.
fn of_diary() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(viewings::list, diary::book))
        .routes(routes!(diary::r#move))
        .routes(routes!(diary::cancel))
        .routes(routes!(diary::outcome))
        .routes(routes!(valuations::book))
        .routes(routes!(viewings::slots))
        .routes(routes!(staffing::working, staffing::set_working))
        .routes(routes!(rota::rota, rota::set))
        .routes(routes!(rota::add_absence))
        .routes(routes!(rota::remove_absence))
}

fn api() -> OpenApiRouter<App> {
    let described = OpenApiBuilder::new().info(
        InfoBuilder::new().title("Receptionist: the staff's API").version("1").description(Some(DESCRIPTION)),
    );
    let mut router = OpenApiRouter::with_openapi(described.build())
        .routes(routes!(session::sign_in, session::who_am_i, session::sign_out))
        .routes(routes!(invitation::choose_password))
        .routes(routes!(session::list, session::end_others))
        .routes(routes!(session::end))
        .routes(routes!(second_factor::begin_totp, second_factor::confirm_totp, second_factor::end_totp))
        .routes(routes!(accounts::list, accounts::create))
        .routes(routes!(accounts::change))
        .routes(routes!(accounts::link))
        .routes(routes!(accounts::audit))
        .routes(routes!(users::list))
        .routes(routes!(events::events))
        .routes(routes!(alerts::list))
        .routes(routes!(alerts::acknowledge))
        .routes(routes!(tasks::list, tasks::create))
        .routes(routes!(tasks::change))
        .routes(routes!(inbox::list))
        .routes(routes!(inbox::one))
        .routes(routes!(inbox::write))
        .routes(routes!(inbox::take))
        .routes(routes!(inbox::give_back))
        .routes(routes!(leads::list))
        .routes(routes!(leads::one, leads::change))
        .routes(routes!(inbox::write_to_lead))
        .routes(routes!(notes::of_lead))
        .routes(routes!(notes::of_ticket))
        .routes(routes!(notes::remove))
        .routes(routes!(media::list))
        .routes(routes!(media::one))
        .routes(routes!(analytics::analytics))
        .routes(routes!(settings::list))
        .routes(routes!(settings::draft, settings::drop_draft))
        .routes(routes!(settings::publish))
        .routes(routes!(settings::versions))
        .routes(routes!(settings::hours))
        .routes(routes!(test_phone::begin))
        .routes(routes!(test_phone::turn))
        .routes(routes!(test_phone::end))
        .routes(routes!(test_phone::scenario))
        .routes(routes!(tickets::list))
        .routes(routes!(tickets::one, tickets::change))
        .routes(routes!(homes::list))
        .routes(routes!(homes::one))
        .routes(routes!(homes::set_rules))
        .routes(routes!(staffing::contractors, staffing::set_contractors))
        .routes(routes!(rota::opt_outs))
        .merge(of_calls())
        .merge(of_diary())
        .merge(persons::routes())
        .merge(papers::routes());
    let cookie =
        ApiKeyValue::with_description("session", "`__Host-session` over https; set by POST /api/v1/session");
    router
        .get_openapi_mut()
        .components
        .get_or_insert_default()
        .security_schemes
        .insert("session".to_owned(), SecurityScheme::ApiKey(ApiKey::Cookie(cookie)).into());
    router
}

const DESCRIPTION: &str = "Instants are RFC 3339 in UTC, days are Europe/London's. Lists come in pages: `next` of one is `after` of the next. \
Errors are problem details (RFC 9457). The scope of an operation is the permission it needs; which role has which is in `docs/staff.md`.";

/// The document that `/api/openapi.json` and `receptionist openapi` give.
pub fn openapi() -> OpenApi {
    contract::with_refusals(api().into_openapi())
}

pub(crate) fn router() -> Router<App> {
    let (routes, document) = api().split_for_parts();
    let document = contract::with_refusals(document);
    // A request that another site's page sends with our cookie is refused (Sec-Fetch-Site, Origin).
    let routes = routes.layer(CsrfLayer::new());
    Router::new()
        .merge(routes)
        .route("/api/openapi.json", get(async move || Json(document.clone())))
        .merge(files::router())
}
