//! Sizes of files and functions, files that nothing includes, words that name nothing, and paths in documents that
//! are not there.

mod documents;
mod files;
mod functions;

use std::path::Path;

use crate::root;

/// A source file's ceiling in lines, without its tests.
const FILE_LINES_MAX: usize = 400;
/// A function's ceiling in lines, signature and closing brace included.
const FUNCTION_LINES_MAX: usize = 70;

/// Everything that is untidy, as sentences that say where.
pub(crate) fn problems() -> Vec<String> {
    let root = root();
    let mut problems = Vec::new();
    let sources = files::below(&root, "rs");
    problems.extend(files::dead(&root, &sources));
    problems.extend(files::badly_named(&root, &sources));
    for path in &sources {
        problems.extend(functions::check(&root, path));
    }
    problems.extend(documents::missing_paths(&root));
    problems
}

fn shown(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).display().to_string()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_house_is_tidy() {
        let problems = super::problems();
        assert!(problems.is_empty(), "\n{}", problems.join("\n"));
    }
}
