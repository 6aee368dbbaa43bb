//! The triage on a set that nobody at the table has seen (`triage/held_out.jsonl`: 420 reports, 420 calls that are none, written
//! by somebody who did not know the table): it is measured here, and never learned from nor looked at.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::collections::BTreeMap;

use agency::triage::{Choices, Level, doubt, triage};
use jiff::Timestamp;

const URGENT: &[&str] = &["no_heating", "no_hot_water", "no_power", "no_water", "locked_out", "damp"];

#[derive(Default, Debug)]
struct Count {
    all: usize,
    alarmed: usize,
    asked: usize,
    urgent: usize,
}

fn counted() -> BTreeMap<String, Count> {
    // In summer, when a cold home is no emergency by itself.
    let now: Timestamp = "2026-07-01T12:00:00Z".parse().unwrap();
    let mut counts: BTreeMap<String, Count> = BTreeMap::new();
    for line in include_str!("triage/held_out.jsonl").lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let words = [row["text"].as_str().unwrap().to_owned()];
        let count = counts.entry(row["hazard"].as_str().unwrap().to_owned()).or_default();
        count.all += 1;
        let level = triage(&words, now, &Choices::default()).map(|found| found.level());
        if level == Some(Level::Emergency) {
            count.alarmed += 1;
        } else if doubt(&words, now, &Choices::default()).is_some() {
            count.asked += 1;
        } else if level == Some(Level::Urgent) {
            count.urgent += 1;
        }
    }
    counts
}

fn share(part: usize, all: usize) -> f64 {
    f64::from(u32::try_from(part).unwrap()) / f64::from(u32::try_from(all).unwrap())
}

#[test]
fn dangers_are_heard_and_harmless_calls_are_not_alarmed_about() {
    let counts = counted();
    let sum = |of: &dyn Fn(&Count) -> usize, kinds: &dyn Fn(&str) -> bool| {
        counts.iter().filter(|(kind, _)| kinds(kind)).map(|(_, count)| of(count)).sum::<usize>()
    };
    let is_emergency = |kind: &str| kind != "none" && !URGENT.contains(&kind);
    let all = sum(&|count| count.all, &is_emergency);
    let alarmed = sum(&|count| count.alarmed, &is_emergency);
    let asked = sum(&|count| count.asked, &is_emergency);
    // An urgent report asks who lives there, and a yes makes it an emergency.
    let urgent = sum(&|count| count.urgent, &is_emergency);
    let none = &counts["none"];
    println!("{counts:#?}");
    println!("emergencies {all}: alarmed {alarmed}, asked {asked}, urgent {urgent}; harmless {none:?}");
    let heard = alarmed + asked + urgent;
    assert!(share(heard, all) > 0.92, "alarmed {alarmed}, asked {asked}, urgent {urgent} of {all}");
    for kind in ["gas", "carbon_monoxide", "fire"] {
        let count = &counts[kind];
        assert_eq!(count.alarmed + count.asked, count.all, "{kind}");
    }
    assert!(share(none.alarmed, none.all) < 0.02, "{none:?}");
}
