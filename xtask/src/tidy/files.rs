//! Source files: which there are, which nothing includes, which are named by no content.

use std::path::{Path, PathBuf};

use super::shown;

/// All files with this ending that belong to the project.
pub(super) fn below(root: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() {
                let is_ours =
                    !name.starts_with('.') && !["target", "node_modules", "data"].contains(&name.as_str());
                folders.extend(is_ours.then_some(path));
            } else if path.extension().is_some_and(|extension| extension == ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Modules under `src` that no `mod` line names.
pub(super) fn dead(root: &Path, sources: &[PathBuf]) -> Vec<String> {
    let is_dead = |path: &&PathBuf| {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let in_src = path.components().any(|part| part.as_os_str() == "src");
        if !in_src || ["lib", "main"].contains(&stem.as_str()) {
            return false;
        }
        let (module, folder) = if stem == "mod" {
            let folder = path.parent().unwrap_or(root);
            (
                folder.file_name().unwrap_or_default().to_string_lossy().into_owned(),
                folder.parent().unwrap_or(root).to_owned(),
            )
        } else {
            (stem, path.parent().unwrap_or(root).to_owned())
        };
        let parents = [
            folder.join("mod.rs"),
            folder.join("lib.rs"),
            folder.join("main.rs"),
            folder.with_extension("rs"),
        ];
        !parents.iter().any(|parent| names_module(parent, &module))
    };
    sources
        .iter()
        .filter(is_dead)
        .map(|path| format!("{}: no module includes this file", shown(root, path)))
        .collect()
}

fn names_module(parent: &Path, module: &str) -> bool {
    let text = std::fs::read_to_string(parent).unwrap_or_default();
    text.lines().any(|line| {
        let line = line
            .trim()
            .trim_start_matches("pub ")
            .trim_start_matches("pub(crate) ")
            .trim_start_matches("pub(super) ");
        line == format!("mod {module};")
    })
}

/// Names that say nothing about what a file holds.
pub(super) fn badly_named(root: &Path, sources: &[PathBuf]) -> Vec<String> {
    const EMPTY_WORDS: &[&str] =
        &["utils", "util", "helpers", "helper", "common", "misc", "manager", "service", "handler2"];
    sources
        .iter()
        .filter(|path| EMPTY_WORDS.contains(&path.file_stem().unwrap_or_default().to_string_lossy().as_ref()))
        .map(|path| format!("{}: name it by what it holds", shown(root, path)))
        .collect()
}
