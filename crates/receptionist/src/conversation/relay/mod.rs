//! A call over ConversationRelay: one socket, one task. The task holds nothing that the database does not: every turn is
//! saved, so that another node, or `/api/voice/relay-ended`, can carry the call on.

mod aloud;
mod session;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use agency::conversation::State;
use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::ExposeSecret;
use sha2::Sha256;
use store::{Conversation, StoreError};
use subtle::ConstantTimeEq;
pub use wire::Farewell;

use super::talk::Talk;
use crate::app::{App, Words};
use session::Session;
use wire::{Received, Setup};

/// Shows that a socket belongs to a call that this account answered.
pub(super) fn relay_token(app: &App, call_sid: &str) -> String {
    let key = app.settings.twilio.auth_token.expose_secret().as_bytes();
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(b"relay:");
    mac.update(call_sid.as_bytes());
    hex::encode(&mac.finalize().into_bytes()[..16])
}

/// Talks until the call ends, the socket fails, or another node has taken the call over.
pub async fn relay(app: App, mut socket: WebSocket) {
    const FIRST_MESSAGE: Duration = Duration::from_secs(10);
    let setup = tokio::time::timeout(FIRST_MESSAGE, setup(&mut socket)).await.ok().flatten();
    let Some(setup) = setup.filter(|setup| is_ours(&app, setup)) else {
        metrics::counter!("relay_refused_total").increment(1);
        return close(socket, "setup with the token of the call's TwiML comes first").await;
    };
    match saved(&app, &setup).await {
        Ok(Some((saved, state, words))) => {
            let talk = Talk::new(&app, &words, (saved.id, Some(&setup.call_sid), saved.lead), state);
            let session = Session::new(talk, socket);
            app.relays.send_modify(|count| *count += 1);
            metrics::gauge!("relay_calls").increment(1.0);
            session.run().await;
            metrics::gauge!("relay_calls").decrement(1.0);
            app.relays.send_modify(|count| *count -= 1);
        }
        Ok(None) => close(socket, "this call is not known here").await,
        Err(error) => {
            tracing::error!(error = %error, code = error.code(), "a call could not be taken up by its relay");
            close(socket, "the database does not answer").await;
        }
    }
}

/// The first message; anything else before it is a stranger.
async fn setup(socket: &mut WebSocket) -> Option<Setup> {
    while let Some(Ok(message)) = socket.recv().await {
        match message {
            Message::Text(text) => match wire::read(&text) {
                Received::Setup(setup) => return Some(setup),
                _ => return None,
            },
            Message::Ping(_) | Message::Pong(_) => {}
            _ => return None,
        }
    }
    None
}

fn is_ours(app: &App, setup: &Setup) -> bool {
    let given = setup.custom_parameters.get("token").and_then(|token| token.as_str()).unwrap_or_default();
    !setup.call_sid.is_empty() && relay_token(app, &setup.call_sid).as_bytes().ct_eq(given.as_bytes()).into()
}

/// The call as it was saved last, and the names it may hear. A token is good no longer than its call.
async fn saved(app: &App, setup: &Setup) -> Result<Option<(Conversation, State, Arc<Words>)>, StoreError> {
    let words = app.words().await?;
    let saved = app.store.conversation(&setup.call_sid).await?;
    let Some(saved) = saved.filter(|saved| !saved.ended) else { return Ok(None) };
    let mut state = State::read(&saved.state)?;
    state.turn = saved.turn;
    Ok(Some((saved, state, words)))
}

async fn close(mut socket: WebSocket, reason: &'static str) {
    let frame = CloseFrame { code: close_code::POLICY, reason: reason.into() };
    // Whoever is there may have gone already.
    let _ = socket.send(Message::Close(Some(frame))).await;
}
