//! Intents and acts: the own labelled set, NLU++ and CLINC.

use agency::language::{Act, Understanding};
use jiff::Timestamp;
use serde_json::Value as Json;

use super::super::Figure;
use super::super::rows::{heard, own as own_rows, rows, text};

/// Written before the rules were tuned, by somebody who had not seen them; one half was never looked at.
pub(super) fn own() -> anyhow::Result<Vec<Figure>> {
    let mut figures = vec![
        Figure::new(
            "intents, own set, held out",
            "363 utterances, 33 an intent, never looked at",
            Some(93.0),
        ),
        Figure::new("intents, own set, tuning", "363 more, looked at and learned from: no evidence", None),
    ];
    for (figure, file) in figures.iter_mut().zip(["held_out", "tuning"]) {
        for row in own_rows(&format!("tests/utterances/{file}.jsonl"))? {
            let words = text(&row, "text");
            let truth = text(&row, "intent");
            let found = understood(words);
            let word = found.intent.map_or("none", |intent| intent.word());
            figure.count(word == truth, || format!("{truth} | {word} {} | {words}", found.confidence));
        }
    }
    Ok(figures)
}

fn understood(words: &str) -> Understanding {
    heard(words, None, Timestamp::constant(1_795_426_200, 0))
}

/// A foreign label, ours, and the figures of one: how many are heard, and how many are heard where they are not.
struct Mapped {
    label: &'static str,
    act: Act,
    recall: Figure,
    alarms: Figure,
}

pub(super) fn foreign() -> anyhow::Result<Vec<Figure>> {
    let mut figures = nlupp()?;
    figures.extend(clinc()?);
    Ok(figures)
}

fn nlupp() -> anyhow::Result<Vec<Figure>> {
    let mapped = |label, act, name, alarms, aim| Mapped {
        label,
        act,
        recall: Figure::new(name, "NLU++: heard where it is labelled", aim),
        alarms: Figure::new(alarms, "not heard where it is not labelled", aim),
    };
    let mut all = [
        mapped("handoff", Act::HandOff, "hand-off, NLU++", "no false hand-off, NLU++", Some(95.0)),
        mapped("cancel_close_leave_freeze", Act::Cancel, "cancel, NLU++", "no false cancel, NLU++", None),
        mapped("change", Act::Change, "change, NLU++", "no false change, NLU++", None),
        mapped("affirm", Act::Affirm, "affirm, NLU++", "no false affirm, NLU++", None),
        mapped("deny", Act::Deny, "deny, NLU++", "no false deny, NLU++", None),
    ];
    for row in rows("nlupp.jsonl")? {
        let words = text(&row, "text");
        let found = understood(words);
        let labels: Vec<&str> =
            row["intents"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
        for one in &mut all {
            let said = found.acts.contains(&one.act);
            let figure = if labels.contains(&one.label) { &mut one.recall } else { &mut one.alarms };
            let is_right = said == labels.contains(&one.label);
            figure.count(is_right, || words.to_owned());
        }
    }
    Ok(all.into_iter().flat_map(|one| [one.recall, one.alarms]).collect())
}

fn clinc() -> anyhow::Result<Vec<Figure>> {
    let mut quiet = Figure::new("out of scope, CLINC", "no intent is heard in what no agency is asked", None);
    let mut acts: Vec<(&str, Act, Figure)> = [
        ("yes", Act::Affirm, "yes, CLINC"),
        ("no", Act::Deny, "no, CLINC"),
        ("repeat", Act::Repeat, "repeat, CLINC"),
        ("maybe", Act::DontKnow, "maybe, CLINC"),
        ("goodbye", Act::Goodbye, "goodbye, CLINC"),
        ("greeting", Act::Greeting, "greeting, CLINC"),
        ("thank_you", Act::Thanks, "thanks, CLINC"),
        ("are_you_a_bot", Act::AreYouHuman, "are you a bot, CLINC"),
        ("cancel", Act::Cancel, "cancel, CLINC"),
    ]
    .map(|(label, act, name)| (label, act, Figure::new(name, "heard where it is labelled", None)))
    .into();
    for row in rows("clinc_train_val.jsonl")? {
        let (words, label) = (text(&row, "text"), text(&row, "intent"));
        if label == "oos" {
            let found = understood(words);
            quiet.count(found.intent.is_none(), || {
                format!("{:?} {} | {words}", found.intent, found.confidence)
            });
        }
        if let Some((_, act, figure)) = acts.iter_mut().find(|(known, ..)| *known == label) {
            let found = understood(words);
            figure.count(found.acts.contains(act), || format!("{:?} | {words}", found.acts));
        }
    }
    Ok(std::iter::once(quiet).chain(acts.into_iter().map(|(.., figure)| figure)).collect())
}
