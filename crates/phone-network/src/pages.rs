//! Lists come in pages (twilio.com/docs/usage/twilios-response#response-formats-list-paging-information).

use axum::Json;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

const ITEMS: usize = 50;
const ITEMS_MAX: usize = 1000;

/// The page that the address asks for: `PageSize`, and `Page` from 0.
pub(crate) fn page(name: &str, items: &[Value], uri: &Uri) -> Response {
    let query = uri.query().unwrap_or_default();
    let asked = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.parse::<usize>().ok());
    let size = asked("PageSize=").unwrap_or(ITEMS).clamp(1, ITEMS_MAX);
    let number = asked("Page=").unwrap_or_default();
    let start = items.len().min(number * size);
    let end = items.len().min(start + size);
    let rest: Vec<&str> = query.split('&').filter(|pair| !pair.starts_with("Page=")).collect();
    let next = format!("{}?{}&Page={}", uri.path(), rest.join("&"), number + 1);
    Json(json!({
        name: items[start..end], "page": number, "page_size": size, "start": start, "end": end.saturating_sub(1),
        "first_page_uri": "", "next_page_uri": (end < items.len()).then_some(next), "previous_page_uri": null, "uri": uri.to_string(),
    }))
    .into_response()
}
