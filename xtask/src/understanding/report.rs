//! The document.

use super::Figure;

pub(super) fn text(figures: &[Figure]) -> String {
    let mut text = String::from(HEAD);
    for figure in figures {
        let aim = figure.aim.map_or_else(String::new, |aim| format!("{aim:.0} %"));
        text.push_str(&format!(
            "| {} | {} | {:.1} % | {} of {} | {aim} |\n",
            figure.name,
            figure.what,
            figure.percent(),
            figure.right,
            figure.of
        ));
    }
    text.push_str(FOOT);
    text
}

const HEAD: &str =
    "# What is understood\n\n| figure | right means | reached | rows | aim |\n|---|---|---|---|---|\n";
const FOOT: &str = "";
