//! `serve`: answer calls until told to stop.

use anyhow::Context;
use secrecy::ExposeSecret;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::clock::{Clock, Ids};
use crate::settings::Settings;
use crate::{server, telemetry};

pub(super) async fn run(settings: Settings) -> anyhow::Result<bool> {
    telemetry::start_logging()?;
    let twilio = &settings.twilio;
    anyhow::ensure!(
        !twilio.auth_token.expose_secret().is_empty()
            && !twilio.account_sid.is_empty()
            && !twilio.phone_number.is_empty(),
        "TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_PHONE_NUMBER must be set: without them no webhook can be \
         trusted and no text sent (to try things out, run `receptionist demo`)"
    );
    let clock = settings.clock.starts_at.map_or_else(Clock::system, Clock::running_from);
    let listen = settings.server.listen_addr;
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("{listen} cannot be listened on; is something else there? (LISTEN_ADDR)"))?;
    let app = App::open(settings, clock, Ids::random()).await?;
    tracing::info!(listen = %listen, database = app.store.kind(), "ready for calls");
    let stop = CancellationToken::new();
    let on_signal = stop.clone();
    tokio::spawn(async move {
        server::stop_signal().await;
        on_signal.cancel();
    });
    server::serve(app, listener, stop).await;
    telemetry::finish();
    Ok(true)
}
