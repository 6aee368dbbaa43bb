//! Twilio's REST API of 2010-04-01, as far as messages and calls go: Basic auth, forms in, JSON out, Twilio's error
//! bodies and codes.

use axum::extract::{Path, Query, Request, State};
use axum::http::{StatusCode, Uri, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::faults::Recipient;
use crate::pages::page;
use crate::state::{CallRecord, MessageRecord, Network, lock};
use crate::{inbound, owned, recording};

pub(crate) type Fields = Vec<(String, String)>;

pub(crate) fn router(network: Network) -> Router {
    Router::new()
        .route("/2010-04-01/Accounts/{account}/Messages.json", post(create_message).get(list_messages))
        .route("/2010-04-01/Accounts/{account}/Messages/{file}", get(fetch_message).delete(delete_message))
        .route(
            "/2010-04-01/Accounts/{account}/Messages/{message}/Media/{file}",
            get(inbound::fetch).delete(inbound::delete),
        )
        .route("/2010-04-01/Accounts/{account}/Messages/{message}/Media.json", get(inbound::list))
        .route("/v1/Content/{content}", get(fetch_content))
        .route("/v1/Content/{content}/ApprovalRequests", get(fetch_approval))
        .route("/2010-04-01/Accounts/{account}/Calls.json", post(create_call).get(list_calls))
        .route(
            "/2010-04-01/Accounts/{account}/Calls/{file}",
            get(fetch_call).post(update_call).delete(delete_call),
        )
        .route("/2010-04-01/Accounts/{account}/Calls/{call}/Recordings.json", get(recording::list))
        .route("/2010-04-01/Accounts/{account}/Calls/{call}/Recordings/{file}", post(recording::update))
        .route(
            "/2010-04-01/Accounts/{account}/Recordings/{file}",
            get(recording::fetch).delete(recording::delete),
        )
        .route("/2010-04-01/Accounts/{account}/IncomingPhoneNumbers.json", get(owned::list))
        .route("/2010-04-01/Accounts/{account}/IncomingPhoneNumbers/{file}", post(owned::update))
        .layer(from_fn_with_state(network.clone(), authenticate))
        .with_state(network)
}

/// `{"code", "message", "more_info", "status"}`
pub(crate) fn error(status: StatusCode, code: i64, message: &str) -> Response {
    let more_info = format!("https://www.twilio.com/docs/errors/{code}");
    (
        status,
        Json(json!({"code": code, "message": message, "more_info": more_info, "status": status.as_u16()})),
    )
        .into_response()
}

async fn authenticate(State(network): State<Network>, request: Request, next: Next) -> Response {
    let options = network.options();
    let expected =
        format!("Basic {}", STANDARD.encode(format!("{}:{}", options.account_sid, options.auth_token)));
    let given = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if given != Some(expected.as_str()) {
        return error(StatusCode::UNAUTHORIZED, 20003, "Authenticate");
    }
    next.run(request).await
}

pub(crate) fn field<'f>(fields: &'f Fields, name: &str) -> Option<&'f str> {
    fields
        .iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.as_str())
        .filter(|value| !value.is_empty())
}

const BODY_CHARACTERS_MAX: usize = 1600;

async fn create_message(State(network): State<Network>, Form(fields): Form<Fields>) -> Response {
    let Some(to) = field(&fields, "To") else {
        return error(StatusCode::BAD_REQUEST, 21604, "A 'To' phone number is required.");
    };
    let Some(from) = field(&fields, "From").or_else(|| field(&fields, "MessagingServiceSid")) else {
        return error(StatusCode::BAD_REQUEST, 21603, "A 'From' phone number is required.");
    };
    let (body, content) = (field(&fields, "Body"), field(&fields, "ContentSid"));
    if body.is_none() && content.is_none() && field(&fields, "MediaUrl").is_none() {
        return error(StatusCode::BAD_REQUEST, 21602, "Message body is required.");
    }
    if body.is_some_and(|body| body.chars().count() > BODY_CHARACTERS_MAX) {
        return error(
            StatusCode::BAD_REQUEST,
            21617,
            "The concatenated message body exceeds the 1600 character limit.",
        );
    }
    if !is_address(to) || to.starts_with("whatsapp:") != from.starts_with("whatsapp:") {
        return error(StatusCode::BAD_REQUEST, 21211, "Invalid 'To' Phone Number");
    }
    let recipient = take_turn(&network, to);
    if let Some(refusal) = refusal(&network, recipient).await {
        return refusal;
    }
    let record = MessageRecord {
        sid: network.new_sid("SM"),
        to: to.into(),
        from: from.into(),
        body: body.unwrap_or_default().into(),
        content_sid: content.map(str::to_owned),
        status: "queued".into(),
        error_code: None,
        created: network.now(),
        status_callback: field(&fields, "StatusCallback").map(str::to_owned),
    };
    lock(&network.shared.memory).messages.push(record.clone());
    deliver(&network, &record, recipient);
    let in_silence =
        recipient == Some(Recipient::SilentOnce) || network.happens(|faults| faults.accepted_in_silence);
    if in_silence {
        tokio::time::sleep(network.options().silence).await;
    }
    (StatusCode::CREATED, Json(message_json(&network, &record))).into_response()
}

/// As `content.twilio.com` answers (twilio.com/docs/content/content-api-resources).
async fn fetch_content(State(network): State<Network>, Path(sid): Path<String>) -> Response {
    let Some((variables, _)) = lock(&network.shared.memory).contents.get(&sid).cloned() else {
        return error(StatusCode::NOT_FOUND, 20404, "The requested resource was not found");
    };
    let variables: serde_json::Map<String, Value> =
        variables.into_iter().map(|name| (name, json!("sample"))).collect();
    let account = network.options().account_sid;
    Json(json!({"sid": sid, "account_sid": account, "friendly_name": "a content", "language": "en", "variables": variables,
        "types": {"twilio/text": {"body": "Hello {{1}}."}}}))
    .into_response()
}

async fn fetch_approval(State(network): State<Network>, Path(sid): Path<String>) -> Response {
    let Some((_, status)) = lock(&network.shared.memory).contents.get(&sid).cloned() else {
        return error(StatusCode::NOT_FOUND, 20404, "The requested resource was not found");
    };
    let whatsapp = json!({"type": "whatsapp", "name": "a_content", "category": "UTILITY", "status": status, "rejection_reason": ""});
    let whatsapp = if status == "unsubmitted" { Value::Null } else { whatsapp };
    Json(json!({"sid": sid, "account_sid": network.options().account_sid, "whatsapp": whatsapp}))
        .into_response()
}

/// `+` and digits, with or without `whatsapp:`.
fn is_address(text: &str) -> bool {
    let number = text.strip_prefix("whatsapp:").unwrap_or(text);
    number
        .strip_prefix('+')
        .is_some_and(|digits| (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// The behaviour for this message; one that happens once is used up.
fn take_turn(network: &Network, to: &str) -> Option<Recipient> {
    use Recipient::{BusyOnce, LostOnce, SilentOnce, UndeliveredOnce};
    let mut memory = lock(&network.shared.memory);
    let recipient = memory.recipients.get(to).copied();
    if matches!(recipient, Some(BusyOnce | LostOnce | SilentOnce | UndeliveredOnce(_))) {
        memory.recipients.remove(to);
    }
    recipient
}

pub(crate) async fn refusal(network: &Network, recipient: Option<Recipient>) -> Option<Response> {
    match recipient {
        Some(Recipient::Refused(code)) => {
            return Some(error(StatusCode::BAD_REQUEST, code, "The message was refused."));
        }
        Some(Recipient::BusyOnce) => {
            return Some(error(StatusCode::TOO_MANY_REQUESTS, 20429, "Too Many Requests"));
        }
        _ => {}
    }
    if recipient == Some(Recipient::LostOnce) || network.happens(|faults| faults.lost_in_silence) {
        tokio::time::sleep(network.options().silence).await;
        return Some(error(StatusCode::GATEWAY_TIMEOUT, 20504, "Gateway Timeout"));
    }
    if network.happens(|faults| faults.server_error) {
        return Some(error(StatusCode::INTERNAL_SERVER_ERROR, 20500, "Internal Server Error"));
    }
    network
        .happens(|faults| faults.too_many_requests)
        .then(|| error(StatusCode::TOO_MANY_REQUESTS, 20429, "Too Many Requests"))
}

/// Moves a message to its end and sends the receipts on the way.
fn deliver(network: &Network, record: &MessageRecord, recipient: Option<Recipient>) {
    let code = match recipient {
        Some(Recipient::Undelivered(code) | Recipient::UndeliveredOnce(code)) => Some(code),
        _ => None,
    };
    let ending = if code.is_some() { "undelivered" } else { "delivered" };
    if let Some(kept) =
        lock(&network.shared.memory).messages.iter_mut().find(|message| message.sid == record.sid)
    {
        kept.status = ending.into();
        kept.error_code = code;
    }
    let Some(url) = &record.status_callback else { return };
    let callback = |status: &str| {
        let account = network.options().account_sid;
        let mut parameters: Fields = [
            ("AccountSid", account.as_str()),
            ("ApiVersion", "2010-04-01"),
            ("From", &record.from),
            ("MessageSid", &record.sid),
            ("MessageStatus", status),
            ("SmsSid", &record.sid),
            ("SmsStatus", status),
            ("To", &record.to),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        parameters
            .extend(code.filter(|_| status == ending).map(|code| ("ErrorCode".to_owned(), code.to_string())));
        parameters
    };
    network.send_callbacks(url.clone(), vec![callback("sent"), callback(ending)]);
}

fn rfc_2822(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

fn message_json(network: &Network, record: &MessageRecord) -> Value {
    let account = network.options().account_sid;
    let date = rfc_2822(record.created);
    let files = lock(&network.shared.memory).files.iter().filter(|kept| kept.message == record.sid).count();
    let direction = if record.status == "received" { "inbound" } else { "outbound-api" };
    json!({
        "account_sid": account, "api_version": "2010-04-01", "body": record.body, "date_created": date, "date_sent": date,
        "date_updated": date, "direction": direction, "error_code": record.error_code, "error_message": null,
        "from": record.from, "messaging_service_sid": null, "num_media": files.to_string(), "num_segments": "1", "price": null,
        "price_unit": "GBP", "sid": record.sid, "status": record.status, "to": record.to, "subresource_uris": {},
        "uri": format!("/2010-04-01/Accounts/{account}/Messages/{}.json", record.sid),
    })
}

fn all_messages(network: &Network) -> Vec<MessageRecord> {
    let memory = lock(&network.shared.memory);
    let mut all = [memory.messages.as_slice(), &memory.written].concat();
    all.sort_by_key(|message| message.created);
    all
}

/// Newest first, filtered by `To`, `From` and the day in `DateSent`, `DateSent>`, `DateSent<`.
async fn list_messages(State(network): State<Network>, uri: Uri, Query(query): Query<Fields>) -> Response {
    let day = |at: Timestamp| at.strftime("%Y-%m-%d").to_string();
    let messages: Vec<Value> = all_messages(&network)
        .iter()
        .rev()
        .filter(|message| field(&query, "To").is_none_or(|to| to == message.to))
        .filter(|message| field(&query, "From").is_none_or(|from| from == message.from))
        .filter(|message| field(&query, "DateSent>").is_none_or(|from| day(message.created).as_str() >= from))
        .filter(|message| {
            field(&query, "DateSent<").is_none_or(|until| day(message.created).as_str() <= until)
        })
        .map(|message| message_json(&network, message))
        .collect();
    page("messages", &messages, &uri)
}

async fn fetch_message(State(network): State<Network>, Path((_, file)): Path<(String, String)>) -> Response {
    let sid = file.trim_end_matches(".json");
    let found = all_messages(&network).into_iter().find(|message| message.sid == sid);
    found.map_or_else(not_found, |message| Json(message_json(&network, &message)).into_response())
}

async fn delete_message(State(network): State<Network>, Path((_, file)): Path<(String, String)>) -> Response {
    if let Some(refusal) = refusal(&network, None).await {
        return refusal;
    }
    let is_other = |message: &MessageRecord| message.sid != file.trim_end_matches(".json");
    let mut memory = lock(&network.shared.memory);
    memory.messages.retain(is_other);
    memory.written.retain(is_other);
    StatusCode::NO_CONTENT.into_response()
}

async fn delete_call(State(network): State<Network>, Path((_, file)): Path<(String, String)>) -> Response {
    if let Some(refusal) = refusal(&network, None).await {
        return refusal;
    }
    lock(&network.shared.memory).calls.retain(|call| call.sid != file.trim_end_matches(".json"));
    StatusCode::NO_CONTENT.into_response()
}

pub(crate) fn not_found() -> Response {
    error(StatusCode::NOT_FOUND, 20404, "The requested resource was not found")
}

async fn create_call(State(network): State<Network>, Form(fields): Form<Fields>) -> Response {
    let (Some(to), Some(from)) = (field(&fields, "To"), field(&fields, "From")) else {
        return error(StatusCode::BAD_REQUEST, 21201, "No 'To' number is specified");
    };
    let Some(url) = field(&fields, "Url") else {
        return error(StatusCode::BAD_REQUEST, 21205, "Url parameter is required.");
    };
    let record = CallRecord {
        sid: network.new_sid("CA"),
        to: to.into(),
        from: from.into(),
        direction: "outbound-api",
        status: "queued".into(),
        url: Some(url.into()),
        status_callback: field(&fields, "StatusCallback").map(str::to_owned),
        created: network.now(),
        moved_to: None,
    };
    if let Some(refusal) = refusal(&network, None).await {
        return refusal;
    }
    lock(&network.shared.memory).calls.push(record.clone());
    network.ring_out(record.clone());
    if network.happens(|faults| faults.accepted_in_silence) {
        tokio::time::sleep(network.options().silence).await;
    }
    (StatusCode::CREATED, Json(call_json(&network, &record))).into_response()
}

async fn list_calls(State(network): State<Network>, uri: Uri, Query(query): Query<Fields>) -> Response {
    let day = |at: Timestamp| at.strftime("%Y-%m-%d").to_string();
    let calls: Vec<CallRecord> = lock(&network.shared.memory).calls.clone();
    let found: Vec<Value> = calls
        .iter()
        .rev()
        .filter(|call| field(&query, "To").is_none_or(|to| to == call.to))
        .filter(|call| field(&query, "StartTime>").is_none_or(|from| day(call.created).as_str() >= from))
        .map(|call| call_json(&network, call))
        .collect();
    page("calls", &found, &uri)
}

fn call_json(network: &Network, call: &CallRecord) -> Value {
    let account = network.options().account_sid;
    let date = rfc_2822(call.created);
    json!({
        "account_sid": account, "api_version": "2010-04-01", "date_created": date, "date_updated": date, "start_time": date,
        "end_time": null, "direction": call.direction, "duration": null, "from": call.from, "to": call.to, "sid": call.sid,
        "status": call.status, "price": null, "price_unit": "GBP", "answered_by": null, "parent_call_sid": null,
        "subresource_uris": {}, "uri": format!("/2010-04-01/Accounts/{account}/Calls/{}.json", call.sid),
    })
}

async fn fetch_call(State(network): State<Network>, Path((_, file)): Path<(String, String)>) -> Response {
    let sid = file.trim_end_matches(".json");
    let found = lock(&network.shared.memory).calls.iter().find(|call| call.sid == sid).cloned();
    found.map_or_else(not_found, |call| Json(call_json(&network, &call)).into_response())
}

/// `Status=completed` hangs up; `Status=canceled` calls off what has not been answered.
async fn update_call(
    State(network): State<Network>,
    Path((_, file)): Path<(String, String)>,
    Form(fields): Form<Fields>,
) -> Response {
    if let Some(refusal) = refusal(&network, None).await {
        return refusal;
    }
    let sid = file.trim_end_matches(".json");
    let updated = {
        let mut memory = lock(&network.shared.memory);
        memory.calls.iter_mut().find(|call| call.sid == sid).map(|call| {
            let is_over = matches!(call.status.as_str(), "completed" | "canceled");
            if let Some(status) = field(&fields, "Status").filter(|_| !is_over) {
                status.clone_into(&mut call.status);
            }
            if let Some(url) = field(&fields, "Url").filter(|_| !is_over) {
                call.moved_to = Some(url.to_owned());
            }
            (call.clone(), is_over)
        })
    };
    match updated {
        None => not_found(),
        Some((_, true)) => error(StatusCode::BAD_REQUEST, 21220, "Call is not in-progress. Cannot redirect."),
        Some((call, false)) => Json(call_json(&network, &call)).into_response(),
    }
}
