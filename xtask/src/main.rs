//! `cargo xtask tidy`: the checks of the house, also run by `cargo test`. `cargo xtask understanding`: the figures of
//! docs/understanding.md. `cargo xtask learn`: the weights of the intents.

mod learn;
mod sbom;
mod tidy;
mod understanding;

use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask tidy | understanding [--misses NAME] | sbom | learn
  tidy            sizes of files and functions, dead files, paths named in documents
  understanding   measures what is understood and writes docs/understanding.md;
                  --misses NAME prints what one figure missed instead
  sbom            what the binary is made of, as CycloneDX
  learn           learns crates/agency/data/intents.json from crates/agency/training";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["tidy"] => Ok(tidy::problems()),
        ["understanding"] => understanding::write().map(|()| Vec::new()),
        ["understanding", "--misses", name] => understanding::misses(name).map(|()| Vec::new()),
        ["sbom"] => sbom::print().map(|()| Vec::new()),
        ["learn"] => learn::write().map(|()| Vec::new()),
        _ => {
            say(USAGE);
            return ExitCode::from(2);
        }
    };
    let problems = outcome.unwrap_or_else(|error| vec![format!("{error:#}")]);
    for problem in &problems {
        say(problem);
    }
    if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The project.
pub(crate) fn root() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[expect(clippy::print_stderr, reason = "a tool for the terminal")]
pub(crate) fn say(line: &str) {
    eprintln!("{line}");
}
