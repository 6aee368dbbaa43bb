//! Paths that documents name must be there.

use std::path::Path;

use super::files::below;
use super::shown;

/// Beginnings that make a word in backticks a path of this project.
const PLACES: &[&str] = &[
    "crates/", "xtask/", "docs/", "config/", "scenarios/", "scripts/", "tests/", "policies/", ".ci/",
    "Cargo.toml", "Makefile", "deny.toml", "clippy.toml", "ARCHITECTURE.md", "CONTRIBUTING.md", "README.md",
    ".env.example",
];

pub(super) fn missing_paths(root: &Path) -> Vec<String> {
    let mut problems = Vec::new();
    for document in below(root, "md").iter().chain(&below(root, "rs")) {
        let text = std::fs::read_to_string(document).unwrap_or_default();
        let is_markdown = document.extension().is_some_and(|extension| extension == "md");
        for (line, at) in
            text.lines().zip(1..).filter(|(line, _)| is_markdown || line.trim_start().starts_with("//"))
        {
            for path in named_paths(line).filter(|path| !exists(root, path)) {
                problems.push(format!("{}:{at}: names {path}, which is not there", shown(root, document)));
            }
        }
    }
    problems
}

fn named_paths(line: &str) -> impl Iterator<Item = &str> {
    line.split('`')
        .skip(1)
        .step_by(2)
        .filter(|word| PLACES.iter().any(|place| word.starts_with(place)) && !word.contains([' ', '*', '<']))
}

fn exists(root: &Path, path: &str) -> bool {
    root.join(path.trim_end_matches('/')).exists()
}
