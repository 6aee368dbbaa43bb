//! What a caller tells of themselves besides the home they want: deposit, mortgage, how soon, why, and when to be rung. The
//! phrases are data (`data/qualification.json`); the first entry of a field that fits decides, so refusals stand first.

use std::sync::LazyLock;

use jiff::civil::Time;
use serde::Deserialize;

use super::phrases::PhraseBook;
use super::tokens::Tokens;
use super::{Expecting, Lexicon, Said, Value, hear};
use crate::crm::{Listing, vocabulary};
use crate::speech;

vocabulary! {
    /// A column of `voice_leads` that qualifies a lead.
    Qualification {
        MoveInDate = "move_in_date", HasDeposit = "has_deposit", IsFirstTimeBuyer = "is_first_time_buyer",
        MortgageApproved = "mortgage_approved", CurrentSituation = "current_situation",
        ReasonForMoving = "reason_for_moving", Urgency = "urgency", BestTimeToCall = "best_time_to_call",
        DoNotCallBefore = "do_not_call_before", DoNotCallAfter = "do_not_call_after",
        PreferredContactMethod = "preferred_contact_method",
    }
}

#[derive(Deserialize)]
struct Entry {
    field: Qualification,
    value: String,
    phrases: Vec<String>,
}

struct Book {
    entries: Vec<Entry>,
    phrases: PhraseBook<usize>,
}

static BOOK: LazyLock<Book> = LazyLock::new(|| {
    let entries: Vec<Entry> = serde_json::from_str(include_str!("../../data/qualification.json"))
        .expect("data/qualification.json is checked by a test");
    let all = entries.iter().enumerate();
    let phrases = PhraseBook::new(
        all.flat_map(|(n, entry)| entry.phrases.iter().map(move |phrase| (n, phrase.as_str()))),
    );
    Book { entries, phrases }
});

/// (what, its value as the column keeps it) for each thing these words tell.
pub fn qualifications(words: &str, now: jiff::Timestamp, lexicon: &Lexicon) -> Vec<(Qualification, String)> {
    let tokens = Tokens::of(words);
    let mut hits: Vec<usize> = BOOK.phrases.find(&tokens).into_iter().map(|(entry, _)| entry).collect();
    hits.sort_unstable();
    let mut told: Vec<(Qualification, String)> = Vec::new();
    for entry in hits.into_iter().map(|hit| &BOOK.entries[hit]) {
        if told.iter().all(|(field, _)| *field != entry.field) {
            told.push((entry.field, entry.value.clone()));
        }
    }
    if is_question(&tokens) {
        told.clear();
    }
    told.extend(moving_day(words, &tokens, now, lexicon));
    told.extend(calling_times(words, &tokens, now, lexicon));
    told
}

/// "Do I need an agreement in principle?", "how much is the deposit" ask; they tell nothing.
fn is_question(tokens: &Tokens) -> bool {
    let begins = [
        "do", "does", "can", "could", "would", "should", "is", "are", "what", "how", "when", "where", "will",
    ];
    begins.contains(&tokens.get(0))
        || ["have to", "how much", "how many", "do you", "do i", "do we", "is there", "what is"]
            .iter()
            .any(|phrase| tokens.has(phrase))
}

fn said(alternatives: &[String], now: jiff::Timestamp) -> Said<'_> {
    Said { alternatives, expecting: Expecting::Anything, listing: None::<Listing>, offers: &[], now }
}

/// "We need to move in on the first of December."
fn moving_day(
    words: &str,
    tokens: &Tokens,
    now: jiff::Timestamp,
    lexicon: &Lexicon,
) -> Option<(Qualification, String)> {
    let moves = ["move in", "moving in", "move on", "move by", "moving on", "move from", "tenancy to start"];
    if is_question(tokens) || !moves.iter().any(|phrase| tokens.has(phrase)) {
        return None;
    }
    let heard = hear(&said(&[words.to_owned()], now), lexicon);
    // "As soon as possible" is how soon, and no day.
    let dated = heard.entities.iter().filter(|entity| !entity.text.contains("soon"));
    let day = dated.rev().find_map(|entity| match &entity.value {
        Value::Date(days) => days.all().first().copied(),
        _ => None,
    })?;
    Some((Qualification::MoveInDate, day.to_string()))
}

/// "Don't ring me before ten", "call me after six", "mornings are best".
fn calling_times(
    words: &str,
    tokens: &Tokens,
    now: jiff::Timestamp,
    lexicon: &Lexicon,
) -> Option<(Qualification, String)> {
    let is_of_calls = ["call", "ring", "phone", "reach"].iter().any(|word| tokens.contains(word));
    if !is_of_calls {
        return None;
    }
    // What is refused is no time to the diary; here it is the one that counts.
    let at = (0..tokens.len()).find(|at| matches!(tokens.get(*at), "before" | "after"));
    let named = at.map_or(words, |at| tokens.said(&(at + 1..tokens.len())));
    let alternatives = [named.to_owned()];
    let heard = hear(&Said { expecting: Expecting::Time, ..said(&alternatives, now) }, lexicon);
    let time: Time = heard.entities.iter().find_map(|entity| match &entity.value {
        Value::Time(clock) => clock.time.or(clock.from).or(clock.to),
        _ => None,
    })?;
    if is_question(tokens) || tokens.contains("hesitate") {
        return None;
    }
    let refuses = tokens.has_any(&["dont", "not", "never", "cant", "wont"]);
    match (refuses, tokens.contains("before"), tokens.contains("after")) {
        (true, true, _) | (false, false, true) => {
            Some((Qualification::DoNotCallBefore, time.strftime("%H:%M").to_string()))
        }
        (true, _, true) | (false, true, false) => {
            Some((Qualification::DoNotCallAfter, time.strftime("%H:%M").to_string()))
        }
        (false, false, false) => Some((Qualification::BestTimeToCall, speech::clock_time(time))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(words: &str) -> Vec<(&'static str, String)> {
        let now = "2026-11-23T10:00:00Z".parse().unwrap();
        let all = qualifications(words, now, &Lexicon::default());
        all.into_iter().map(|(field, value)| (field.word(), value)).collect()
    }

    #[test]
    fn what_callers_tell_of_themselves() {
        for (words, field, value) in [
            ("I've got a deposit ready", "has_deposit", "true"),
            ("we have saved a ten percent deposit", "has_deposit", "true"),
            ("I haven't got a deposit yet", "has_deposit", "false"),
            ("we've got a mortgage in principle", "mortgage_approved", "true"),
            ("my mortgage has been approved", "mortgage_approved", "true"),
            ("I don't have a mortgage yet", "mortgage_approved", "false"),
            ("I'm a first time buyer", "is_first_time_buyer", "true"),
            ("we're not first time buyers", "is_first_time_buyer", "false"),
            ("I need something as soon as possible", "urgency", "immediate"),
            ("it's quite urgent", "urgency", "immediate"),
            ("within the next month really", "urgency", "within_month"),
            ("in the next couple of months", "urgency", "within_3_months"),
            ("we're just browsing", "urgency", "browsing"),
            ("there's no rush", "urgency", "browsing"),
            ("I'm a cash buyer", "current_situation", "cash buyer"),
            ("our house is on the market", "current_situation", "own home is on the market"),
            ("my tenancy ends in January", "current_situation", "tenancy is ending"),
            ("I'm living with my parents", "current_situation", "living with family"),
            ("I've got a new job in Paddington", "reason_for_moving", "new job"),
            ("we need more space", "reason_for_moving", "needs more space"),
            ("email is best for me", "preferred_contact_method", "email"),
            ("we'd like to move on the first of December", "move_in_date", "2026-12-01"),
            ("please don't ring me before ten in the morning", "do_not_call_before", "10:00"),
            ("call me after six pm", "do_not_call_before", "18:00"),
            ("never call me after eight in the evening", "do_not_call_after", "20:00"),
        ] {
            assert!(told(words).contains(&(field, value.to_owned())), "{words}: {:?}", told(words));
        }
    }

    #[test]
    fn questions_and_other_talk_tell_nothing() {
        for words in [
            "can I view it this week",
            "I'll call you back as soon as I can",
            "I'm just looking for a two-bed flat",
            "do I need an agreement in principle before I view",
            "we're still hearing about the mortgage offer",
            "you've still got my deposit",
            "I don't mind paying a deposit",
            "the first flat we saw was too small",
            "I rang you two weeks ago",
            "can we move my viewing to Thursday",
            "is it available on Saturday to see",
            "please don't hesitate to call after six",
            "how much is the deposit",
            "do I have to pay a deposit",
            "is there a garden",
            "two beds in W9",
            "yes please",
        ] {
            assert!(told(words).is_empty(), "{words}: {:?}", told(words));
        }
    }
}
