//! `cargo xtask tidy`: the checks of the house, also run by `cargo test`.

mod tidy;

use std::process::ExitCode;

fn main() -> ExitCode {
    let verb = std::env::args().nth(1).unwrap_or_default();
    if verb != "tidy" {
        say("usage: cargo run -p xtask tidy");
        return ExitCode::from(2);
    }
    let problems = tidy::problems();
    for problem in &problems {
        say(problem);
    }
    if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[expect(clippy::print_stderr, reason = "a tool for the terminal")]
fn say(line: &str) {
    eprintln!("{line}");
}
