//! Dates and times that a booking could contain: SGD, NLU++, Recognizers; and the answers of RESTAURANTS-8K.

use agency::language::{Expecting, Value};
use jiff::Timestamp;
use serde_json::Value as Json;

use super::super::Figure;
use super::super::rows::{days, heard, is_ambiguous, moment, rows, text, times};

pub(super) fn dates_and_times() -> anyhow::Result<Vec<Figure>> {
    let mut dates = Figure::new("dates, SGD", "the true date is among those understood", Some(97.0));
    let mut ambiguous =
        Figure::new("dates, SGD, ambiguous", "share answered with several dates, to be asked", None);
    let mut clock = Figure::new("times, SGD", "the true time is among those understood", None);
    for row in rows("sgd_datetime_utt.jsonl")? {
        let is_time = text(&row, "slot").ends_with("time");
        let words = text(&row, "utterance");
        let found = heard(words, None, moment(text(&row, "ref")));
        let canonical = text(&row, "canonical");
        if is_time {
            let said = times(&found);
            clock.count(said.iter().any(|time| time == canonical), || {
                format!("{canonical} | {said:?} | {words}")
            });
        } else {
            let said = days(&found);
            dates.count(said.iter().any(|day| day == canonical), || {
                format!("{canonical} | {said:?} | {words}")
            });
            ambiguous.count(is_ambiguous(&found), String::new);
        }
    }
    let mut all = vec![dates, ambiguous, clock];
    all.extend(nlupp()?);
    all.extend(recognizers()?);
    Ok(all)
}

fn nlupp() -> anyhow::Result<Vec<Figure>> {
    let mut dates =
        Figure::new("dates, NLU++", "days, months and years that a booking could contain", Some(97.0));
    let mut clock = Figure::new("times, NLU++", "the true time is among those understood", None);
    for row in rows("datetime_nlupp.jsonl")? {
        let words = text(&row, "text");
        let now = moment(text(&row, "ref"));
        let found = heard(words, None, now);
        for (slot, said) in row["slots"].as_object().into_iter().flatten() {
            let value = &said["value"];
            let number = |key: &str| value[key].as_i64();
            if slot.starts_with("time") {
                let (Some(hour), Some(minute)) = (number("hour"), number("minute")) else { continue };
                let truth = format!("{hour:02}:{minute:02}");
                let said = times(&found);
                clock.count(said.contains(&truth), || format!("{truth} | {said:?} | {words}"));
            } else if let (Some(year), Some(month), Some(day)) =
                (number("year"), number("month"), number("day"))
            {
                let truth = format!("{year:04}-{month:02}-{day:02}");
                // A day that has passed can be in no booking.
                if truth.as_str() >= &now.to_string()[..10] {
                    let said = days(&found);
                    dates.count(said.contains(&truth), || format!("{truth} | {said:?} | {words}"));
                }
            }
        }
    }
    Ok(vec![dates, clock])
}

fn recognizers() -> anyhow::Result<Vec<Figure>> {
    let mut dates = Figure::new(
        "dates, Recognizers",
        "single days still to come (day before month where written in figures)",
        Some(97.0),
    );
    let mut clock = Figure::new("times, Recognizers", "single times of day", None);
    for row in rows("datetime_booking_recognizers.jsonl")? {
        let words = text(&row, "input");
        let reference = text(&row, "ref");
        let found = heard(words, None, moment(reference));
        for result in row["results"].as_array().into_iter().flatten() {
            let values: Vec<&str> = result["values"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|v| v["value"].as_str())
                .collect();
            match result["type"].as_str() {
                Some("datetimeV2.date") => single_day(&mut dates, &values, reference, &days(&found), words),
                Some("datetimeV2.datetime") => {
                    let split: Vec<(&str, &str)> = values.iter().filter_map(|v| v.split_once(' ')).collect();
                    let on: Vec<&str> = split.iter().map(|(day, _)| *day).collect();
                    let at: Vec<&str> = split.iter().map(|(_, time)| *time).collect();
                    single_day(&mut dates, &on, reference, &days(&found), words);
                    single_time(&mut clock, &at, &times(&found), words);
                }
                Some("datetimeV2.time") => single_time(&mut clock, &values, &times(&found), words),
                _ => {}
            }
        }
    }
    Ok(vec![dates, clock])
}

fn single_day(figure: &mut Figure, values: &[&str], reference: &str, said: &[String], words: &str) {
    let to_come: Vec<&&str> =
        values.iter().filter(|day| day.len() == 10 && **day >= &reference[..10]).collect();
    if !to_come.is_empty() {
        let is_right = to_come.iter().any(|day| said.iter().any(|said| said == **day));
        figure.count(is_right, || format!("{to_come:?} | {said:?} | {reference} {words}"));
    }
}

fn single_time(figure: &mut Figure, values: &[&str], said: &[String], words: &str) {
    if !values.is_empty() {
        let is_right = values.iter().any(|time| said.iter().any(|said| time.starts_with(said.as_str())));
        figure.count(is_right, || format!("{values:?} | {said:?} | {words}"));
    }
}

/// RESTAURANTS-8K has no values, only where they stand: right if something of the kind is heard in those words.
pub(super) fn answers() -> anyhow::Result<Vec<Figure>> {
    let mut dates =
        Figure::new("answers, date", "RESTAURANTS-8K: a date is heard in the words that name one", None);
    let mut clock = Figure::new("answers, time", "a time is heard in the words that name one", None);
    let mut people =
        Figure::new("answers, people", "the number is heard in the words that count people", None);
    let mut names = Figure::new("answers, name", "asked for a name: the name is the one labelled", None);
    let now: Timestamp = moment("2018-03-01");
    for row in rows("restaurant8k_train.jsonl")? {
        let words = text(&row, "text");
        let requested: Vec<&str> =
            row["requested"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
        let expecting = match requested.as_slice() {
            ["date", ..] => Some(Expecting::Date),
            ["time", ..] => Some(Expecting::Time),
            ["first_name" | "last_name", ..] => Some(Expecting::Name),
            _ => None,
        };
        let found = heard(words, expecting, now);
        let has = |is_kind: fn(&Value) -> bool| found.entities.iter().any(|entity| is_kind(&entity.value));
        let mut whole_name = Vec::new();
        for label in row["labels"].as_array().into_iter().flatten() {
            let said = text(label, "text");
            let miss = || format!("{said} | {:?} | {words}", found.entities);
            match text(label, "slot") {
                "date" => dates.count(has(|value| matches!(value, Value::Date(_))), miss),
                "time" => clock.count(has(|value| matches!(value, Value::Time(_))), miss),
                "people" if said.split(' ').count() > 1 => {
                    people.count(has(|value| matches!(value, Value::Count { .. })), miss);
                }
                "first_name" | "last_name" => whole_name.push(said),
                _ => {}
            }
        }
        if expecting == Some(Expecting::Name) && !whole_name.is_empty() {
            let said = found.entities.iter().find_map(|entity| match &entity.value {
                Value::Name { first, last } => Some(
                    [first.as_deref(), last.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" "),
                ),
                _ => None,
            });
            let gold = whole_name.join(" ").to_lowercase();
            let is_right = said.as_deref().map(str::to_lowercase).as_deref() == Some(gold.as_str());
            names.count(is_right, || format!("{gold} | {said:?} | {words}"));
        }
    }
    Ok(vec![dates, clock, people, names])
}
