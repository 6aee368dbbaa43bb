//! How long files and functions are. Tests do not count: a story may be long.

use std::path::Path;

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use super::{FILE_LINES_MAX, FUNCTION_LINES_MAX, shown};

pub(super) fn check(root: &Path, path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let place = shown(root, path);
    let Ok(file) = syn::parse_file(&text) else { return vec![format!("{place}: does not parse")] };
    let mut visitor = Functions { place: place.clone(), problems: Vec::new() };
    visitor.visit_file(&file);
    let is_test = path.components().any(|part| part.as_os_str() == "tests");
    let lines = text.lines().count() - test_lines(&file);
    if lines > FILE_LINES_MAX && !is_test {
        visitor.problems.push(format!(
            "{place}: {lines} lines without tests, {FILE_LINES_MAX} is the ceiling; split it by content"
        ));
    }
    visitor.problems
}

struct Functions {
    place: String,
    problems: Vec<String>,
}

impl Functions {
    fn measure(&mut self, name: &syn::Ident, whole: proc_macro2::Span) {
        let lines = whole.end().line + 1 - whole.start().line;
        if lines > FUNCTION_LINES_MAX {
            let at = whole.start().line;
            self.problems.push(format!(
                "{}:{at}: {name} has {lines} lines, {FUNCTION_LINES_MAX} is the ceiling",
                self.place
            ));
        }
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.measure(
            &function.sig.ident,
            function.sig.span().join(function.block.span()).unwrap_or(function.span()),
        );
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.measure(
            &function.sig.ident,
            function.sig.span().join(function.block.span()).unwrap_or(function.span()),
        );
        visit::visit_impl_item_fn(self, function);
    }
}

/// Lines of modules marked `#[cfg(test)]`.
fn test_lines(file: &syn::File) -> usize {
    let is_test = |module: &syn::ItemMod| {
        module.attrs.iter().any(|attribute| {
            attribute.path().is_ident("cfg")
                && attribute.meta.require_list().is_ok_and(|list| list.tokens.to_string() == "test")
        })
    };
    file.items
        .iter()
        .filter_map(|item| match item {
            syn::Item::Mod(module) if is_test(module) => {
                Some(module.span().end().line + 1 - module.span().start().line)
            }
            _ => None,
        })
        .sum()
}
