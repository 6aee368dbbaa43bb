//! The app: everything that touches the world. A call comes in through [`intake`], [`conversation`] runs the pure
//! machine and performs what it asks for, [`tools`] load facts, decide and commit, [`outbox`] claims what the commits
//! wrote and [`delivery`] sends it.

pub mod intake;
pub mod ladder;
pub mod model;

pub mod conversation;
pub mod tools;

pub mod appointments;
pub mod dashboard;
pub mod delivery;
pub mod doctor;
pub mod documents;
pub mod import;
mod limits;
pub mod market;
pub mod media;

pub mod outbox;
mod overdue;
mod packages;
pub mod recordings;
pub mod review;
pub mod untold;
pub mod worker;

pub mod app;
mod brochure;
pub mod clock;
mod connections;
pub mod links;
mod pages;
pub mod server;
pub mod settings;
pub mod telemetry;

pub mod commands;
pub mod faults;
pub mod privacy;
pub mod reached;
pub mod rehearsal;
pub mod scenarios;
pub mod seed;
