//! A figure of an authenticator besides the password (TOTP, RFC 6238).

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use qrcode::QrCode;
use qrcode::render::svg;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::Tx;
use totp_rs::{Builder, Secret, Totp};
use utoipa::ToSchema;

use super::access::{Staff, Views};
use super::input::Body;
use super::problem::Problem;
use crate::app::App;

/// RFC 6238: six figures, half a minute, and the half-minute before and after.
fn totp(secret: &str) -> Option<Totp> {
    Builder::new().with_secret(Secret::try_from_base32(secret).ok()?).build().ok()
}

/// Whether an authenticator shows this figure now; each is good once.
pub(super) async fn is_figure_of(
    secret: &str,
    figure: &str,
    account: &str,
    app: &App,
    tx: &mut Tx,
) -> Result<bool, Problem> {
    let now = u64::try_from(app.now().as_second()).unwrap_or_default();
    let figure: String = figure.chars().filter(char::is_ascii_digit).collect();
    match totp(secret).and_then(|totp| totp.check(&figure, now)) {
        Some(step) => Ok(tx.use_totp(account, i64::try_from(step).unwrap_or_default()).await?),
        None => Ok(false),
    }
}

#[derive(Serialize, ToSchema)]
pub(super) struct NewTotp {
    /// Base32, for typing in.
    secret: String,
    /// The same for an authenticator, with who it is for.
    uri: String,
    /// `uri` for its camera: a QR code, SVG.
    qr: String,
}

/// A secret for an authenticator; it counts once its figure has come back.
#[utoipa::path(post, path = "/api/v1/session/totp", tag = "session", security(("session" = ["view"])),
    responses((status = 200, body = NewTotp), (status = 401, body = Problem)))]
pub(super) async fn begin_totp(
    State(app): State<App>,
    staff: Staff<Views>,
) -> Result<Json<NewTotp>, Problem> {
    let mut bytes = [0; 20];
    let random = Sha256::digest(app.ids.key());
    bytes.copy_from_slice(&random[..20]);
    let secret = Secret::new_stack(bytes).to_base32();
    let issuer = form_urlencoded::byte_serialize(app.agency().short_name.as_bytes())
        .collect::<String>()
        .replace('+', "%20");
    let account = form_urlencoded::byte_serialize(staff.account.email.as_bytes()).collect::<String>();
    let uri = format!(
        "otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits=6&period=30"
    );
    let code =
        QrCode::new(&uri).map_err(|_| Problem::bad_request("this address is too long for a QR code"))?;
    let qr = code.render::<svg::Color>().min_dimensions(200, 200).build();
    Ok(Json(NewTotp { secret, uri, qr }))
}

#[derive(Deserialize, ToSchema)]
pub(super) struct ConfirmTotp {
    secret: String,
    figure: String,
}

/// From now on this account needs the figure of its authenticator.
#[utoipa::path(put, path = "/api/v1/session/totp", tag = "session", security(("session" = ["view"])), request_body = ConfirmTotp,
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem)))]
pub(super) async fn confirm_totp(
    State(app): State<App>,
    staff: Staff<Views>,
    Body(wish): Body<ConfirmTotp>,
) -> Result<StatusCode, Problem> {
    let mut tx = app.store.begin().await?;
    tx.set_totp(&staff.account.id, Some(&wish.secret), app.now()).await?;
    if !is_figure_of(&wish.secret, &wish.figure, &staff.account.id, &app, &mut tx).await? {
        return Err(Problem::bad_request("the figure does not belong to this secret; wait for the next one"));
    }
    staff.audit(&app, &mut tx, ("second_factor_set", &staff.account.id, None)).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// This account needs no figure any more.
#[utoipa::path(delete, path = "/api/v1/session/totp", tag = "session", security(("session" = ["view"])),
    responses((status = 204), (status = 401, body = Problem)))]
pub(super) async fn end_totp(State(app): State<App>, staff: Staff<Views>) -> Result<StatusCode, Problem> {
    let mut tx = app.store.begin().await?;
    tx.set_totp(&staff.account.id, None, app.now()).await?;
    staff.audit(&app, &mut tx, ("second_factor_ended", &staff.account.id, None)).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
