//! What the app's tests share: a seeded agency on a Monday morning, and signed requests.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]
#![allow(dead_code, reason = "each test file uses its own part of this")]

mod contract;
pub(crate) mod process;
pub(crate) mod staff;

use std::ops::{Deref, DerefMut};

use jiff::Timestamp;
use phone_network::sign;
use receptionist::rehearsal::{AUTH_TOKEN, Plan, Rehearsal};
use receptionist::seed::seed;
use serde_json::{Map, Value};

pub(crate) fn monday() -> Timestamp {
    "2026-11-23T09:30:00Z".parse().unwrap()
}

/// The app on a database of its own, which lives as long.
pub(crate) struct Agency {
    rehearsal: Rehearsal,
    database: testkit::Database,
}

impl Agency {
    /// What only a test may do: change rows behind the app's back.
    pub(crate) async fn run_sql(&self, text: &'static str) {
        use sqlx::Connection;
        if self.database.url.starts_with("postgres") {
            let mut db = sqlx::PgConnection::connect(&self.database.url).await.unwrap();
            sqlx::raw_sql(text).execute(&mut db).await.unwrap();
        } else {
            let mut db = sqlx::SqliteConnection::connect(&self.database.url).await.unwrap();
            sqlx::raw_sql(text).execute(&mut db).await.unwrap();
        }
    }
}

/// A transaction of somebody else's that keeps everybody from writing.
pub(crate) struct Held(sqlx::SqliteConnection);

impl Held {
    pub(crate) async fn release(mut self) {
        sqlx::raw_sql("COMMIT").execute(&mut self.0).await.unwrap();
    }
}

impl Agency {
    pub(crate) async fn hold_writes(&self) -> Held {
        use sqlx::Connection;
        let mut db = sqlx::SqliteConnection::connect(&self.database.url).await.unwrap();
        sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut db).await.unwrap();
        Held(db)
    }
}

impl Deref for Agency {
    type Target = Rehearsal;
    fn deref(&self) -> &Rehearsal {
        &self.rehearsal
    }
}

impl DerefMut for Agency {
    fn deref_mut(&mut self) -> &mut Rehearsal {
        &mut self.rehearsal
    }
}

/// The fictional agency on this database.
pub(crate) async fn start(database: testkit::Database) -> Agency {
    start_with(database, Plan::stepped("", monday()).environment).await
}

async fn start_with(database: testkit::Database, environment: Vec<(&'static str, String)>) -> Agency {
    start_as(database, Plan { environment, ..Plan::stepped("", monday()) }).await
}

pub(crate) async fn start_as(database: testkit::Database, plan: Plan) -> Agency {
    let plan = Plan { database_url: database.url.clone(), ..plan };
    let rehearsal = Rehearsal::start(plan).await.unwrap();
    seed(&rehearsal.app.store, agency::london::date_of(monday())).await.unwrap();
    Agency { rehearsal, database }
}

pub(crate) async fn rows(rehearsal: &Rehearsal, table: &str) -> Vec<Map<String, Value>> {
    rehearsal.app.store.rows(table).await.unwrap()
}

/// A form as Twilio would sign it.
pub(crate) async fn post(rehearsal: &Rehearsal, path: &str, fields: &[(&str, &str)]) -> (u16, String) {
    let pairs: Vec<(String, String)> =
        fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    let url = format!("{}{path}", rehearsal.base_url);
    let signature = sign(AUTH_TOKEN, &url, &pairs);
    let request = reqwest::Client::new().post(&url).header("X-Twilio-Signature", signature).form(&pairs);
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

/// The parameters of every voice webhook, with some added or replaced.
pub(crate) fn voice<'a>(
    call_sid: &'a str,
    from: &'a str,
    more: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("CallSid", call_sid),
        ("AccountSid", "AC1"),
        ("From", from),
        ("To", "+442079460100"),
        ("ToCity", ""),
        ("CallStatus", "in-progress"),
        ("Direction", "inbound"),
    ];
    fields.retain(|(name, _)| more.iter().all(|(given, _)| given != name));
    fields.extend_from_slice(more);
    fields
}

/// The fictional agency, listening over ConversationRelay.
pub(crate) async fn relayed(database: testkit::Database) -> Agency {
    let environment = vec![("VOICE_MODE", "relay".to_owned())];
    start_with(database, environment).await
}

/// With a model that is asked however often it fails.
pub(crate) async fn with_tireless_model(database: testkit::Database, url: &str) -> Agency {
    let environment = model_environment(url, "relay");
    let never = |settings: &mut receptionist::settings::Settings| {
        settings.model.failures_max = u32::MAX;
        settings.limits.calls_from_one_an_hour = i64::MAX;
    };
    let adjust = std::sync::Arc::new(never);
    start_as(database, Plan { environment, adjust, ..Plan::stepped("", monday()) }).await
}

fn model_environment(url: &str, voice: &str) -> Vec<(&'static str, String)> {
    vec![
        ("VOICE_MODE", voice.to_owned()),
        ("OPENAI_API_KEY", "a key of no worth".to_owned()),
        ("OPENAI_BASE_URL", url.to_owned()),
    ]
}

/// With a model, over the relay.
pub(crate) async fn with_model(database: testkit::Database, url: &str) -> Agency {
    with_model_over(database, url, "relay").await
}

pub(crate) async fn with_model_over(database: testkit::Database, url: &str, voice: &str) -> Agency {
    start_with(database, model_environment(url, voice)).await
}

pub(crate) type Socket =
    tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

/// A socket whose handshake Twilio has signed.
pub(crate) async fn open_socket(url: &str) -> Socket {
    use tokio_tungstenite::tungstenite::client::IntoClientRequest;
    let mut request = url.into_client_request().unwrap();
    request.headers_mut().insert("X-Twilio-Signature", sign(AUTH_TOKEN, url, &[]).parse().unwrap());
    tokio_tungstenite::connect_async(request).await.unwrap().0
}

pub(crate) async fn is_closed_after(socket: &mut Socket, first: &str) -> bool {
    use futures_util::{SinkExt, StreamExt};
    use tokio_tungstenite::tungstenite::Message;
    socket.send(Message::text(first.to_owned())).await.unwrap();
    matches!(socket.next().await, Some(Ok(Message::Close(_))) | None)
}
