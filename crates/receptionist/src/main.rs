//! One binary, a few verbs. See [`receptionist::commands`].

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    receptionist::commands::run().await
}
