//! Refusals of the staff's API: problem details (RFC 9457), each with what to do next.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use store::StoreError;
use utoipa::ToSchema;

/// RFC 9457, with `title` and `detail` for people and `code` for programs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    #[serde(skip)]
    status_code: StatusCode,
    status: u16,
    /// One word for programs, such as `not_signed_in`.
    code: &'static str,
    title: &'static str,
    /// What to do next.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

impl Problem {
    fn new(status: StatusCode, code: &'static str, title: &'static str) -> Self {
        Self { status_code: status, status: status.as_u16(), code, title, detail: None }
    }

    pub(crate) fn with(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    pub(crate) fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", "This request cannot be understood").with(detail)
    }

    pub(crate) fn not_signed_in() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "not_signed_in", "Sign in first")
    }

    pub(crate) fn wrong_sign_in() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "wrong_sign_in", "The email, the password or the figure is wrong")
    }

    pub(crate) fn figure_needed() -> Self {
        let title = "This account needs the figure of its authenticator too";
        Self::new(StatusCode::UNAUTHORIZED, "figure_needed", title)
    }

    pub(crate) fn resting(seconds: i64) -> Self {
        let title = "Too many wrong attempts";
        Self::new(StatusCode::TOO_MANY_REQUESTS, "resting", title)
            .with(format!("Try again in {seconds} seconds."))
    }

    pub(crate) fn too_often(wait: std::time::Duration) -> Self {
        let title = "Too many requests";
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too_often", title)
            .with(format!("Try again in {} seconds.", wait.as_secs() + 1))
    }

    pub(crate) fn forbidden() -> Self {
        let title = "Your role does not allow this";
        Self::new(StatusCode::FORBIDDEN, "forbidden", title).with("Ask an administrator of your agency.")
    }

    pub(crate) fn mark_missing() -> Self {
        let title = "Say which version you change";
        Self::new(StatusCode::PRECONDITION_REQUIRED, "mark_missing", title)
            .with("Send the ETag of the record you read as If-Match.")
    }

    pub(crate) fn changed() -> Self {
        let title = "Somebody has changed this since you read it";
        Self::new(StatusCode::PRECONDITION_FAILED, "changed", title)
            .with("Nothing was changed. Read it again.")
    }

    pub(crate) fn not_found(title: &'static str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", title)
    }

    pub(crate) fn try_again(title: &'static str) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "try_again", title).with("Nothing was changed. Try again.")
    }

    pub(crate) fn conflict(code: &'static str, title: &'static str) -> Self {
        Self::new(StatusCode::CONFLICT, code, title)
    }
}

pub(super) fn no_such_operation() -> Problem {
    Problem::not_found("There is no such operation; see /api/openapi.json")
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(error = %error, code = error.code(), "a request of the staff could not be served");
        Self::try_again("The database does not answer")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status_code;
        let mut response = (status, Json(self)).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        response
    }
}
