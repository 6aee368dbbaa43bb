//! The app and the phone network together on the loopback, with no key and no outside network. The demo, scenarios,
//! the load simulation and the tests all stand on this.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use agency::outbox::RetrySchedule;
use anyhow::Context;
use jiff::Timestamp;
use phone_network::{Faults, Network, NetworkOptions};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::clock::{Clock, Ids};
use crate::server::{router, serve};
use crate::settings::{self, Settings};
use crate::{connections, conversation, ladder, media, outbox, recordings, untold, worker};

/// What the rehearsal's account at the phone network is called. Nothing outside this machine knows it.
pub const ACCOUNT_SID: &str = "AC00000000000000000000000000rehearse";
pub const AUTH_TOKEN: &str = "rehearsal-token-of-the-built-in-phone-network";
/// The agency's own numbers, from Ofcom's range for drama.
pub const AGENCY_NUMBER: &str = "+442079460100";
pub const WHATSAPP_NUMBER: &str = "whatsapp:+442079460100";
pub const EMERGENCY_NUMBER: &str = "+447700900999";

/// Changes the settings of a rehearsal.
pub type Adjust = Arc<dyn Fn(&mut Settings) + Send + Sync>;

/// How to set one up.
pub struct Plan {
    pub database_url: String,
    pub clock: Clock,
    pub ids: Ids,
    pub listen: SocketAddr,
    pub faults: Faults,
    /// With the worker, work behind the calls runs by itself; without, [`Rehearsal::settle`] steps it.
    pub with_worker: bool,
    /// How long a request to the network may take before it counts as unanswered.
    pub request_wait: Duration,
    /// Settings by their names in the environment, beside those of the rehearsal itself.
    pub environment: Vec<(&'static str, String)>,
    /// What else is different from the defaults.
    pub adjust: Adjust,
}

impl Plan {
    /// A stepped clock, seeded ids, any free port, no faults, no worker.
    pub fn stepped(database_url: &str, at: Timestamp) -> Self {
        Self {
            database_url: database_url.to_owned(),
            clock: Clock::stepped(at),
            ids: Ids::seeded(1),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            faults: Faults::default(),
            with_worker: false,
            request_wait: Duration::from_millis(500),
            environment: vec![("VOICE_MODE", "gather".to_owned())],
            adjust: Arc::new(|_| {}),
        }
    }
}

/// An app being rehearsed.
pub struct Rehearsal {
    pub app: App,
    pub network: Network,
    pub base_url: String,
    plan: Plan,
    stop: CancellationToken,
    /// Gone with it, if the files lie nowhere else.
    _files: Option<TempDir>,
}

impl Rehearsal {
    pub async fn start(mut plan: Plan) -> anyhow::Result<Self> {
        let files = files(&mut plan)?;
        let listener = TcpListener::bind(plan.listen)
            .await
            .with_context(|| format!("{} is not free; choose another with --listen", plan.listen))?;
        let base_url = format!("http://{}", listener.local_addr()?);
        let clock = plan.clock.clone();
        let mut options =
            NetworkOptions::new(&base_url, ACCOUNT_SID, AUTH_TOKEN, Arc::new(move || clock.now()));
        options.faults = plan.faults.clone();
        options.silence = plan.request_wait * 2;
        let network = Network::start(options).await?;
        let (app, stop) = serve_on(listener, &plan, &base_url, network.rest_url()).await?;
        Ok(Self { app, network, base_url, plan, stop, _files: files })
    }

    /// The server is cut off in the middle of whatever it does, and another comes up on the same database. (What a
    /// killed process leaves behind is shown with real ones, in the test `crash.rs`.)
    pub async fn crash(&mut self) -> anyhow::Result<()> {
        self.stop.cancel();
        self.app.stopping.cancel();
        self.app.store.close().await;
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        self.network.move_app(&format!("http://{}", listener.local_addr()?));
        (self.app, self.stop) =
            serve_on(listener, &self.plan, &self.base_url, self.network.rest_url()).await?;
        Ok(())
    }

    /// Does all work that is due now: callbacks, messages, and what they cause.
    pub async fn settle(&self) -> anyhow::Result<()> {
        loop {
            self.network.settle().await;
            let due = media::look_after_media(&self.app).await?
                + recordings::look_after_recordings(&self.app).await?
                + conversation::answer_chats(&self.app).await?
                + ladder::climb_due(&self.app).await?
                + outbox::send_due(&self.app).await?;
            if due == 0 {
                self.network.settle().await;
                return Ok(());
            }
        }
    }

    /// Time passes, and nothing is done about it.
    pub fn let_pass(&self, time: jiff::SignedDuration) {
        self.plan.clock.advance(time);
    }

    /// Lets time pass, then does what has become due.
    pub async fn pass(&self, time: jiff::SignedDuration) -> anyhow::Result<()> {
        self.plan.clock.advance(time);
        worker::keep_house(&self.app).await?;
        untold::look_for_untold(&self.app).await?;
        self.settle().await
    }

    /// Lets time pass until then, in steps, and does everything that becomes due on the way.
    pub async fn until(&self, then: Timestamp) -> anyhow::Result<()> {
        /// Soon after a call much is due by the minute; later, by the quarter of an hour.
        const SHORT: jiff::SignedDuration = jiff::SignedDuration::from_mins(1);
        const LONG: jiff::SignedDuration = jiff::SignedDuration::from_mins(15);
        let mut steps = 0;
        self.follow_up().await?;
        while self.app.now() < then {
            let step = if steps < 3 { SHORT } else { LONG };
            self.plan.clock.advance(step.min(then.duration_since(self.app.now())));
            worker::keep_house(&self.app).await?;
            untold::look_for_untold(&self.app).await?;
            self.follow_up().await?;
            steps += 1;
        }
        Ok(())
    }

    /// The work behind the calls, and what it sends.
    pub async fn follow_up(&self) -> anyhow::Result<()> {
        self.settle().await?;
        worker::follow_up(&self.app).await?;
        self.settle().await
    }

    pub async fn stop(&self) {
        self.stop.cancel();
        self.app.stopping.cancel();
        self.network.stop();
        self.app.store.close().await;
    }

    /// Serves until told to stop.
    pub async fn serve_until(&self, stop: impl Future<Output = ()>) {
        stop.await;
        self.stop.cancel();
    }
}

async fn serve_on(
    listener: TcpListener,
    plan: &Plan,
    base_url: &str,
    api_url: &str,
) -> anyhow::Result<(App, CancellationToken)> {
    let app = App::open(settings(plan, base_url, api_url)?, plan.clock.clone(), plan.ids.clone()).await?;
    let stop = CancellationToken::new();
    if plan.with_worker {
        tokio::spawn(serve(app.clone(), listener, stop.clone()));
    } else {
        let (app, stop) = (app.clone(), stop.clone());
        tokio::spawn(async move {
            connections::serve(router(app.clone()), listener, &app.settings.server, stop).await;
        });
    }
    Ok((app, stop))
}

/// Files lie beside the embedded database, or in a folder of their own that goes with the rehearsal.
fn files(plan: &mut Plan) -> anyhow::Result<Option<TempDir>> {
    let beside = plan.database_url.strip_prefix("sqlite:").map(Path::new).and_then(Path::parent);
    let own = if beside.is_none() { Some(tempfile::tempdir()?) } else { None };
    if let Some(folder) = beside.or(own.as_ref().map(TempDir::path)) {
        plan.environment.push(("DATA_DIR", folder.display().to_string()));
    }
    Ok(own)
}

/// The defaults, with the network's account and numbers.
fn settings(plan: &Plan, base_url: &str, api_url: &str) -> anyhow::Result<Settings> {
    let request_wait_ms = u64::try_from(plan.request_wait.as_millis())?;
    let variable = |name: &str| {
        let chosen = plan.environment.iter().find(|(known, _)| *known == name);
        if let Some((_, value)) = chosen {
            return Some(value.clone());
        }
        Some(match name {
            "DATABASE_URL" => plan.database_url.clone(),
            "BASE_URL" => base_url.to_owned(),
            "TWILIO_API_URL" => api_url.to_owned(),
            "TWILIO_ACCOUNT_SID" => ACCOUNT_SID.to_owned(),
            "TWILIO_AUTH_TOKEN" => AUTH_TOKEN.to_owned(),
            "TWILIO_PHONE_NUMBER" => AGENCY_NUMBER.to_owned(),
            "TWILIO_WHATSAPP_NUMBER" => WHATSAPP_NUMBER.to_owned(),
            "EMERGENCY_CONTACT_PHONE" => EMERGENCY_NUMBER.to_owned(),
            _ => return None,
        })
    };
    let mut settings = settings::load(None, variable)?;
    settings.twilio.request_wait_ms = request_wait_ms;
    settings.outbox.retry = RetrySchedule { jitter_percent: 0, ..settings.outbox.retry };
    (plan.adjust)(&mut settings);
    Ok(settings)
}
