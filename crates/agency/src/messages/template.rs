//! Templates of the packages, as files in `templates/`. In MJML everything that is filled in is escaped, whoever wrote it.

use std::sync::LazyLock;

use minijinja::{AutoEscape, Environment};
use serde::Serialize;

macro_rules! templates {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../templates/", $name)))),+]
    };
}

const FILES: &[(&str, &str)] = templates![
    "property_details.sms.txt",
    "property_details.link.txt",
    "property_details.whatsapp_intro.txt",
    "property_details.whatsapp_card.txt",
    "property_details.whatsapp_end.txt",
    "property_details.email.txt",
    "property_details.mjml",
    "viewing_confirmation.sms.txt",
    "viewing_confirmation.whatsapp.txt",
    "valuation_confirmation.sms.txt",
    "appointment.txt",
    "appointment.mjml",
    "homes.html",
];

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|name| {
        let is_markup = name.rsplit('.').next().is_some_and(|ending| ["mjml", "html"].contains(&ending));
        if is_markup { AutoEscape::Html } else { AutoEscape::None }
    });
    for (name, text) in FILES {
        environment.add_template(name, text).expect("the templates are checked by a test");
    }
    environment
});

/// A template filled in, without the line ends of its file.
pub(crate) fn text(name: &str, values: &impl Serialize) -> String {
    let template = TEMPLATES.get_template(name).expect("named in this crate only");
    let filled = template.render(minijinja::value::Serde(values)).expect("values are plain");
    without_gaps(filled.trim())
}

/// What is left out leaves no hole: at most one empty line.
fn without_gaps(text: &str) -> String {
    let mut text = text.to_owned();
    while text.contains("\n\n\n") {
        text = text.replace("\n\n\n", "\n\n");
    }
    text
}

/// MJML (documentation.mjml.io) as the HTML that mail programs show.
pub(crate) fn html(name: &str, values: &impl Serialize) -> String {
    /// XML 1.0, 2.2: no other control character may stand in a document, escaped or not. Word writes some.
    fn may_stand(c: char) -> bool {
        matches!(c, '\t' | '\n' | '\r') || (!c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}'))
    }
    let filled: String = text(name, values).chars().filter(|c| may_stand(*c)).collect();
    let parsed = mrml::parse(&filled).ok();
    let html = parsed.map(|parsed| parsed.element.render(&mrml::prelude::render::RenderOptions::default()));
    // An email without HTML has its words.
    html.and_then(Result::ok).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_templates_are_well_formed() {
        assert_eq!(FILES.len(), TEMPLATES.templates().count());
    }

    #[test]
    fn a_name_with_marks_stays_a_name() {
        let values = serde_json::json!({
            "first_name": "<b>O'Neill</b>\u{b}\u{0}", "homes": [], "agency": {"name": "A & B"}, "opening": "\"Hi\" {{ x }}", "subject": "<script>",
        });
        let html = html("property_details.mjml", &values);
        assert!(html.contains("&lt;b&gt;O") && html.contains("A &amp; B"), "{html}");
        assert!(!html.contains("<script>"), "{html}");
    }
}
