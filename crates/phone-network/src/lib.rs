//! Stands for Twilio, and for people's mail servers ([`MailServer`]), on the loopback: takes REST requests, signs and sends webhooks, plays TwiML as Twilio would and
//! warns of what Twilio would ignore, sends callbacks late, twice and out of order. Faults come by seed. It shares no
//! types with the app, or it would share its mistakes; what it knows is Twilio's documentation.
//!
//! [`Network::start`] opens the REST door; [`Network::ring`] places a call and gives a [`Call`] to talk through.

mod call;
mod call_relay;
mod ending;
mod faults;
mod inbound;
mod listening;
mod mail;
mod number;
mod outbound;
mod owned;
mod pages;
mod queue;
mod recording;
mod relay;
mod rest;
mod signature;
mod state;
mod twiml;
mod webhook;

pub use call::Call;
pub use ending::Ending;
pub use faults::{Faults, Phone, Recipient};
pub use inbound::Inbound;
pub use listening::Listening;
pub use mail::{Letter, MailServer, ReadLetter};
pub use signature::sign;
pub use state::{MessageRecord, Network, NetworkOptions};
pub use twiml::{Document, Verb, parse};

/// What can go wrong for whoever uses the network.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    #[error("the phone network's port on the loopback cannot be opened")]
    Port(#[source] std::io::Error),
    #[error("nobody answers at {url}; is the server running there?")]
    NoAnswer { url: String },
    #[error("the call has ended ({0}); ring again")]
    CallEnded(Ending),
}
