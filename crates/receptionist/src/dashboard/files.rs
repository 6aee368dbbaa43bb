//! The pages: built by npm into `dashboard/dist`, embedded, sent compressed. A binary built without them says so.

use axum::Router;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::app::App;

#[derive(RustEmbed)]
#[folder = "$OUT_DIR/dashboard"]
struct Built;

pub(super) fn router() -> Router<App> {
    Router::new().route("/", get(page)).route("/assets/{*file}", get(asset)).fallback(page)
}

const NOT_BUILT: &str = "<!doctype html><html lang=\"en-GB\"><title>Receptionist</title><h1>This server was built without its dashboard</h1>\
<p>Install Node 20.19 or newer (<a href=\"https://nodejs.org\">nodejs.org</a>), run <code>make dashboard</code>, and build the server again. \
The API is there all the same: <a href=\"/api/openapi.json\">/api/openapi.json</a>.</p></html>";

/// Scripts and styles of our own only; nothing of anybody else's, and nobody may frame us.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: https: http:; connect-src 'self'; \
base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

/// Every address that is not the API's or a file's is a page: the one document, which reads the address.
async fn page(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if uri.path().starts_with("/api/") || !matches!(method, Method::GET | Method::HEAD) {
        return super::problem::no_such_operation().into_response();
    }
    let policy: [(HeaderName, &str); 3] = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    match sent("index.html", &headers) {
        Some(response) => (policy, response).into_response(),
        None => (StatusCode::OK, policy, Html(NOT_BUILT)).into_response(),
    }
}

/// Named by what it holds, so it never changes.
async fn asset(uri: Uri, headers: HeaderMap) -> Response {
    let forever = [(header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    match sent(uri.path().trim_start_matches('/'), &headers) {
        Some(response) => (forever, response).into_response(),
        None => (StatusCode::NOT_FOUND, "There is no such file; reload the page.\n").into_response(),
    }
}

/// The smallest form that the browser takes; npm has made them all.
fn sent(path: &str, headers: &HeaderMap) -> Option<Response> {
    let accepts =
        headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let packed = [("br", ".br"), ("gzip", ".gz")].into_iter().find_map(|(encoding, ending)| {
        let file = accepts.contains(encoding).then(|| Built::get(&format!("{path}{ending}"))).flatten()?;
        Some((encoding, file))
    });
    let kind = [(header::CONTENT_TYPE, kind(path)), (header::VARY, "accept-encoding")];
    if let Some((encoding, file)) = packed {
        return Some((kind, [(header::CONTENT_ENCODING, encoding)], bytes(file)).into_response());
    }
    Some((kind, bytes(Built::get(path)?)).into_response())
}

fn bytes(file: EmbeddedFile) -> Vec<u8> {
    file.data.into_owned()
}

fn kind(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        Some("json" | "webmanifest") => "application/json",
        _ => "application/octet-stream",
    }
}
