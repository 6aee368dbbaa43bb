//! How much of anything one party gets: an address, an account, a caller, and whoever we text. Nothing here stands before the doors of
//! Twilio or before an emergency.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use agency::crm::Channel;
use agency::messages::kind;
use agency::phone::PhoneNumber;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::Clock;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use jiff::{SignedDuration, Timestamp};
use store::{ClaimedMessage, StoreError};

use crate::app::App;
use crate::dashboard::Problem;
use crate::settings;

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Of this process alone: behind a load balancer somebody gets as many times more as there are nodes.
pub(crate) struct Limiters {
    addresses: DefaultKeyedRateLimiter<IpAddr>,
    accounts: DefaultKeyedRateLimiter<String>,
}

impl Limiters {
    pub(crate) fn new(limits: &settings::Limits) -> Self {
        Self {
            addresses: RateLimiter::keyed(Quota::per_minute(limits.requests_of_address_a_minute)),
            accounts: RateLimiter::keyed(Quota::per_minute(limits.requests_of_account_a_minute)),
        }
    }

    /// Another request of this account; refused with how long to wait.
    pub(crate) fn account(&self, id: &str) -> Result<(), Duration> {
        wait(&self.accounts, &id.to_owned())
    }

    /// Forgets whoever has not asked for a while.
    pub(crate) fn forget(&self) {
        self.addresses.retain_recent();
        self.accounts.retain_recent();
    }
}

fn wait<K: std::hash::Hash + Eq + Clone>(
    limiter: &DefaultKeyedRateLimiter<K>,
    key: &K,
) -> Result<(), Duration> {
    limiter.check_key(key).map_err(|until| until.wait_time_from(limiter.clock().now()))
}

/// Refuses an address that asks too often. Twilio's doors have a signature instead, and whoever watches this process asks rarely.
pub(crate) async fn by_address(State(app): State<App>, request: Request, next: Next) -> Response {
    const UNLIMITED: [&str; 5] = ["/api/voice/", "/api/webhooks/", "/healthz", "/readyz", "/metrics"];
    let path = request.uri().path();
    if UNLIMITED.iter().any(|prefix| path.starts_with(prefix)) {
        return next.run(request).await;
    }
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let asking = forwarded(request.headers(), app.settings.server.proxies).or(peer);
    if let Some(Err(time)) = asking.map(|address| wait(&app.limiters.addresses, &address)) {
        metrics::counter!("requests_limited_total", "of" => "address").increment(1);
        return Problem::too_often(time).into_response();
    }
    next.run(request).await
}

/// What our own proxies say of who asks: each adds the address that asked it at the end; what stands before may be made up.
fn forwarded(headers: &HeaderMap, proxies: usize) -> Option<IpAddr> {
    let all = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let addresses: Vec<&str> = all.flat_map(|value| value.split(',')).map(str::trim).collect();
    let at = addresses.len().checked_sub(proxies.max(1)).filter(|_| proxies > 0)?;
    addresses.get(at)?.parse().ok()
}

fn before(app: &App, time: SignedDuration) -> Timestamp {
    app.now().saturating_sub(time).unwrap_or_default()
}

/// Whether a caller rings so often that the rules answer alone.
pub(crate) async fn rings_often(app: &App, phone: Option<&PhoneNumber>) -> Result<bool, StoreError> {
    let Some(phone) = phone else { return Ok(false) };
    let calls = app.store.calls_from(phone, before(app, HOUR)).await?;
    Ok(calls >= app.settings.limits.calls_from_one_an_hour)
}

/// Whether somebody writes so often that a person shall look.
pub(crate) async fn writes_often(app: &App, phone: &PhoneNumber) -> Result<bool, StoreError> {
    let texts = app.store.messages_from(phone, before(app, HOUR)).await?;
    Ok(texts >= app.settings.limits.texts_from_one_an_hour)
}

/// Whether a number may be rung or texted at all: its country, and what it costs.
pub(crate) fn may_be_dialled(app: &App, phone: &PhoneNumber) -> bool {
    phone.is_ordinary()
        && phone.calling_code().is_some_and(|code| app.settings.limits.countries.contains(&code))
}

/// Whether this message may leave. Emergencies go to whoever is set for them, wherever they are.
pub(crate) async fn may_leave(app: &App, message: &ClaimedMessage) -> Result<bool, StoreError> {
    let dials = [Channel::Sms, Channel::WhatsApp, Channel::Voice];
    if !Channel::from_word(&message.channel).is_some_and(|channel| dials.contains(&channel)) {
        return Ok(true);
    }
    let address = message.to.strip_prefix("whatsapp:").unwrap_or(&message.to);
    let Ok(phone) = PhoneNumber::parse(address) else { return Ok(true) };
    if kind::is_of_emergency(&message.kind) {
        return Ok(phone.is_ordinary());
    }
    if !may_be_dialled(app, &phone) {
        return Ok(false);
    }
    let sent = app.store.texts_to(&message.to, before(app, DAY)).await?;
    Ok(sent < app.settings.limits.texts_to_one_a_day || app.store.is_staff(&phone).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_our_own_proxies_added_is_believed() {
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", "203.0.113.9, 198.51.100.7".parse().unwrap());
        assert_eq!(forwarded(&headers, 0), None);
        assert_eq!(forwarded(&headers, 1), Some("198.51.100.7".parse().unwrap()));
        assert_eq!(forwarded(&headers, 2), Some("203.0.113.9".parse().unwrap()));
        assert_eq!(forwarded(&headers, 3), None);
        assert_eq!(forwarded(&HeaderMap::new(), 1), None);
    }
}
