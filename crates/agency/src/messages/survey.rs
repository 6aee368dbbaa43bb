//! The question after a call, the thanks for its answer, and how a viewing went. Service wording, no promotion; whatever names a letting
//! carries its exact rent (Renters' Rights Act 2025, s. 56).

use jiff::Timestamp;

use super::money::price;
use crate::crm::Property;
use crate::settings::AgencyProfile;
use crate::speech;

pub fn survey(agency: &AgencyProfile) -> String {
    format!(
        "{}: how satisfied were you with your call today? Reply 1 (very unhappy) to 5 (very happy). Reply STOP to end surveys.",
        agency.short_name
    )
}

pub fn survey_thanks(score: i64, agency: &AgencyProfile) -> String {
    let told = if score <= 2 { " I'm sorry it was not better: a colleague will look into it." } else { "" };
    format!("{}: thank you.{told} What could we have done better? (optional)", agency.short_name)
}

/// A figure from 1 to 5 and nothing else: `4`, `4/5`, `5!`, `five`.
pub fn score_in(words: &str) -> Option<i64> {
    let plain = words.trim().trim_end_matches(['.', '!', ' ']).to_lowercase();
    let plain = plain.strip_suffix("/5").or(plain.strip_suffix(" out of 5")).unwrap_or(&plain);
    let named = ["one", "two", "three", "four", "five"].iter().position(|word| *word == plain);
    let figure = plain.parse::<i64>().ok().filter(|n| (1..=5).contains(n));
    figure.or_else(|| named.and_then(|at| i64::try_from(at + 1).ok()))
}

pub fn viewing_reminder(
    home: &Property,
    start: Timestamp,
    staff_name: &str,
    agency: &AgencyProfile,
) -> String {
    format!(
        "{}: a reminder of your viewing of {}, {} {} ({}) on {}. {staff_name} will meet you there. To change it, reply here or ring {}.",
        agency.short_name,
        home.address_line1,
        home.area,
        home.postcode,
        price(home),
        speech::moment_in_writing(start),
        agency.phone.national()
    )
}

/// To the negotiator.
pub fn viewing_reminder_to_staff(
    home: &Property,
    start: Timestamp,
    viewer_name: &str,
    viewer_phone: &str,
) -> String {
    format!(
        "Viewing on {}: {} ({}) with {viewer_name}{}{viewer_phone}.",
        speech::moment_in_writing(start),
        home.address_line1,
        home.reference,
        if viewer_phone.is_empty() { "" } else { ", " }
    )
}

pub fn viewing_feedback(home: &Property, agency: &AgencyProfile) -> String {
    format!(
        "{}: how did your viewing in {} ({}) go? Reply in a few words, and whether you would like to take it further.",
        agency.short_name,
        home.street(),
        price(home)
    )
}

pub fn viewing_missed(home: &Property, agency: &AgencyProfile) -> String {
    format!(
        "{}: sorry we missed you at {} ({}). To see it another time, reply here or ring {}.",
        agency.short_name,
        home.street(),
        price(home),
        agency.phone.national()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_figures_and_nothing_else() {
        for (words, score) in [
            ("5", Some(5)),
            (" 4! ", Some(4)),
            ("3/5", Some(3)),
            ("Five", Some(5)),
            ("2 out of 5", Some(2)),
            ("1.", Some(1)),
            ("6", None),
            ("0", None),
            ("5 stars to Sarah", None),
            ("I have 2 questions", None),
            ("", None),
        ] {
            assert_eq!(score_in(words), score, "{words}");
        }
    }
}
