//! The rules of an estate agency's telephone, and nothing else.
//!
//! Everything here is pure: no I/O, no clock, no randomness. What touches nothing cannot fail, so these rules are
//! tested by the thousand without a runtime. In the order a call meets them:
//! [`conversation`] (events in, effects out) asks [`dialogue`] (the rules engine) what to do; that hears with
//! [`language`], speaks with [`speech`], and acts through [`tools`], which decide over [`search`], [`diary`] and
//! [`crm`] records; [`messages`] words what is sent and [`outbox`] decides when and by which channel.

pub mod conversation;
pub mod dialogue;
pub mod tools;

pub mod analytics;
pub mod chat;
pub mod crm;
pub mod diary;
pub mod fees;
pub mod greeting;
pub mod handoff;
pub mod search;
pub mod triage;

pub mod language;
pub mod speech;
pub mod staff;

pub mod messages;
pub mod outbox;

pub mod law;
mod learned;
pub mod london;
pub mod manner;
pub mod model;
pub mod office;
pub mod oncall;
pub mod phone;
pub mod postcode;
pub mod repairs;
pub mod review;
pub mod settings;
