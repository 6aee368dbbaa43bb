//! The contents that WhatsApp must know before we send them: templates for outside the 24-hour window, and quick replies inside
//! it (twilio.com/docs/content). Each is registered in the settings by its name.

use super::kind;

/// A content as we fill it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Content {
    pub name: &'static str,
    pub about: &'static str,
    /// What goes into {{1}}, {{2}} …
    pub variables: &'static [&'static str],
    /// Meta approves templates; quick replies within the window need no approval.
    pub needs_approval: bool,
}

const WORDS: &[&str] = &["the words of the message, on one line"];

const fn template(name: &'static str, about: &'static str) -> Content {
    Content { name, about, variables: WORDS, needs_approval: true }
}

const fn replies(name: &'static str, about: &'static str, variables: &'static [&'static str]) -> Content {
    Content { name, about, variables, needs_approval: false }
}

/// Quick replies under the last words of a package.
pub const PROPERTY_BUTTONS: &str = "property_buttons";
/// An answer with two, or three, things to choose from (three is WhatsApp's most without approval).
pub const CHOICES: [&str; 2] = ["choices_2", "choices_3"];
/// As WhatsApp takes the title of a button.
pub const BUTTON_CHARS_MAX: usize = 20;

pub const CONTENTS: &[Content] = &[
    template(kind::VIEWING_CONFIRMATION, "a viewing is booked or moved"),
    template(kind::VIEWING_CANCELLED, "a viewing is off"),
    template(kind::VIEWING_REMINDER, "a viewing is tomorrow"),
    template(kind::VIEWING_FEEDBACK, "how a viewing went"),
    template(kind::VIEWING_MISSED, "somebody did not come to a viewing"),
    template(kind::VALUATION_CONFIRMATION, "a valuation is booked"),
    template(kind::REPAIR_REPORTED, "the reference of a repair"),
    template(kind::HELP_IS_COMING, "who deals with an emergency"),
    template(kind::EMERGENCY_ALERT, "an emergency, to whoever is on call"),
    template(kind::EMERGENCY_NOTICE, "an emergency, to property manager and landlord"),
    Content {
        name: kind::PROPERTY_CARD,
        about: "a home of a package",
        variables: &["place", "price", "bedrooms", "bathrooms", "description", "features", "page"],
        needs_approval: true,
    },
    replies(PROPERTY_BUTTONS, "quick replies under a package, inside the window", WORDS),
    replies(
        CHOICES[0],
        "two quick replies, inside the window",
        &["the words", "first title", "second title"],
    ),
    replies(
        CHOICES[1],
        "three quick replies, inside the window",
        &["the words", "first title", "second title", "third title"],
    ),
];

/// What is wrong with a content as Twilio has it; nothing if it can be sent. `variables` are its numbers, `approval` Meta's
/// word for it.
pub fn problem(content: &Content, variables: &[String], approval: Option<&str>) -> Option<String> {
    let wanted: Vec<String> = (1..=content.variables.len()).map(|n| n.to_string()).collect();
    let mut found = variables.to_vec();
    found.sort();
    if found != wanted {
        return Some(format!(
            "it has the variables {{{{{}}}}}, but we fill {{{{{}}}}}: {}",
            found.join("}}, {{"),
            wanted.join("}}, {{"),
            content.variables.join(", ")
        ));
    }
    match approval {
        _ if !content.needs_approval => None,
        Some("approved") => None,
        Some(other) => Some(format!("WhatsApp has not approved it: {other}")),
        None => Some("it was not submitted to WhatsApp for approval".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_must_be_as_we_fill_it_and_approved() {
        let one = ["1".to_owned()];
        let confirmation = &CONTENTS[0];
        assert_eq!(problem(confirmation, &one, Some("approved")), None);
        assert!(problem(confirmation, &one, Some("rejected")).is_some_and(|why| why.contains("rejected")));
        assert!(problem(confirmation, &one, None).is_some());
        let two = ["1".to_owned(), "2".to_owned()];
        assert!(
            problem(confirmation, &two, Some("approved")).is_some_and(|why| why.contains("{{1}}, {{2}}"))
        );
        let buttons = CONTENTS.iter().find(|content| content.name == PROPERTY_BUTTONS).unwrap();
        assert_eq!(problem(buttons, &one, None), None, "quick replies need no approval");
    }

    #[test]
    fn names_are_told_apart() {
        let mut names: Vec<&str> = CONTENTS.iter().map(|content| content.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), CONTENTS.len());
    }
}
