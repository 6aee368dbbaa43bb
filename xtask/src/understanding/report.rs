//! The document.

use std::fmt::Write as _;

use super::Figure;

pub(super) fn text(figures: &[Figure]) -> String {
    let mut text = String::from(HEAD);
    for figure in figures {
        let aim = figure.aim.map_or_else(String::new, |aim| format!("{aim:.0} %"));
        let (name, what, right, of) = (figure.name, figure.what, figure.right, figure.of);
        let _ = writeln!(text, "| {name} | {what} | {:.1} % | {right} of {of} | {aim} |", figure.percent());
    }
    text.push_str(FOOT);
    text
}

const HEAD: &str =
    "# What is understood\n\n| figure | right means | reached | rows | aim |\n|---|---|---|---|---|\n";
const FOOT: &str = "";
