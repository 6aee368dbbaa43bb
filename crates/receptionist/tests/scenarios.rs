//! Every scenario of the repository, on both databases.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::path::Path;

use receptionist::scenarios::{Scenario, read_folder, run};
use testkit::{Reply, ScriptedModel};

async fn play_all(fresh: impl Fn() -> testkit::Database, voice: &str, model: Option<&ScriptedModel>) {
    let mut environment = vec![("VOICE_MODE", voice.to_owned())];
    if let Some(model) = model {
        environment.push(("OPENAI_API_KEY", "a key of no worth".to_owned()));
        environment.push(("OPENAI_BASE_URL", model.url.clone()));
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let mut failures = Vec::new();
    for (path, scenario) in read_folder(&folder).unwrap() {
        let database = fresh();
        let verdict = run(&scenario, &database.url, &environment).await.unwrap();
        if !verdict.problems.is_empty() {
            failures.push(format!("{}: {:#?}\n{:#?}", path.display(), verdict.problems, verdict.transcript));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn scenarios_over_gather_on_sqlite() {
    play_all(testkit::sqlite, "gather", None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn scenarios_over_the_relay_on_sqlite() {
    play_all(testkit::sqlite, "relay", None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn scenarios_over_the_relay_on_postgres() {
    play_all(testkit::postgres, "relay", None).await;
}

/// A model that leaves every open question to the rules engine, by the tool it has for that.
#[tokio::test(flavor = "multi_thread")]
async fn scenarios_with_a_model_over_the_relay() {
    let model = ScriptedModel::that_carries_on().await;
    play_all(testkit::sqlite, "relay", Some(&model)).await;
    assert!(model.requests().len() > 100, "the model was asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn scenarios_with_a_model_over_gather() {
    let model = ScriptedModel::that_carries_on().await;
    play_all(testkit::postgres, "gather", Some(&model)).await;
    assert!(model.requests().len() > 100, "the model was asked");
}

/// A model that does, says and breaks what its script has: the rows decide, in both ways of listening.
#[tokio::test(flavor = "multi_thread")]
async fn scenarios_of_a_model() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/model");
    let mut failures = Vec::new();
    for (path, scenario) in read_folder(&folder).unwrap() {
        for voice in ["relay", "gather"] {
            let script: Vec<Reply> =
                serde_json::from_value(serde_json::Value::Array(scenario.model.clone())).unwrap();
            let model = ScriptedModel::start(script, testkit::carry_on(), std::time::Duration::ZERO).await;
            let environment = [
                ("VOICE_MODE", voice.to_owned()),
                ("OPENAI_API_KEY", "a key of no worth".to_owned()),
                ("OPENAI_BASE_URL", model.url.clone()),
            ];
            let database = testkit::sqlite();
            let verdict = run(&scenario, &database.url, &environment).await.unwrap();
            if !verdict.problems.is_empty() {
                let problems = &verdict.problems;
                failures.push(format!(
                    "{voice} {}: {problems:#?}\n{:#?}",
                    path.display(),
                    verdict.transcript
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Twelve hours later it is night instead of day, or the other way round: other people are on call, the office is shut or
/// open, and the danger is the same. In both minds and both voice modes.
#[tokio::test(flavor = "multi_thread")]
async fn an_emergency_is_one_at_any_hour() {
    let model = ScriptedModel::that_carries_on().await;
    let with_model =
        [("OPENAI_API_KEY", "a key of no worth".to_owned()), ("OPENAI_BASE_URL", model.url.clone())];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let (mut failures, mut played) = (Vec::new(), 0);
    for (path, scenario) in read_folder(&folder).unwrap() {
        let Some(moved) = twelve_hours_later(&scenario) else { continue };
        played += 1;
        for (voice, others) in [("relay", &[][..]), ("gather", &with_model)] {
            let environment = [&[("VOICE_MODE", voice.to_owned())], others].concat();
            let verdict = run(&moved, &testkit::sqlite().url, &environment).await.unwrap();
            let of_it = ["alerts ", "support_tickets ", "these safety words"];
            let is_of_it = |problem: &&String| of_it.iter().any(|start| problem.starts_with(start));
            let problems: Vec<&String> = verdict.problems.iter().filter(is_of_it).collect();
            if !problems.is_empty() {
                failures.push(format!(
                    "{voice} {}: {problems:#?}\n{:#?}",
                    path.display(),
                    verdict.transcript
                ));
            }
        }
    }
    assert!(failures.is_empty() && played > 25, "{played} played\n{}", failures.join("\n"));
}

/// A scenario with an emergency, of which only the danger and its ticket are judged: who is on call depends on the hour.
fn twelve_hours_later(scenario: &Scenario) -> Option<Scenario> {
    const OF_IT: &[(&str, &[&str])] =
        &[("alerts", &["hazard"]), ("support_tickets", &["category", "urgency"])];
    let mut moved = serde_json::to_value(scenario).unwrap();
    moved["expect"].get("alerts")?;
    for (table, columns) in OF_IT {
        for row in moved["expect"].get_mut(table).and_then(|rows| rows.as_array_mut()).into_iter().flatten() {
            row.as_object_mut().unwrap().retain(|column, _| columns.contains(&column.as_str()));
        }
    }
    let clock: jiff::Timestamp = scenario.clock.parse().unwrap();
    moved["clock"] = clock.checked_add(jiff::SignedDuration::from_hours(12)).unwrap().to_string().into();
    Some(serde_json::from_value(moved).unwrap())
}

/// The judge must be able to say no.
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_expectation_fails() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let (_, hung_up) = read_folder(&folder).unwrap().swap_remove(3);
    for (change, words) in [
        (r#"{"voice_leads": [{"phone": "+447700900999"}], "voice_lead_calls": 1}"#, "lacks"),
        (r#"{"voice_leads": 1}"#, "voice_lead_calls should not have changed"),
        (r#"{"voice_leads": 1, "voice_lead_calls": 1, "tasks": [{"kind": "call_back"}]}"#, "tasks lacks"),
        (r#"{"voice_leads": 1, "voice_lead_calls": 2}"#, "should have 2"),
        (r#"{"voice_leads": 1, "voice_lead_calls": 1, "leads": 1}"#, "there is no table leads"),
    ] {
        let scenario = Scenario { expect: serde_json::from_str(change).unwrap(), ..hung_up.clone() };
        let verdict = run(&scenario, &testkit::sqlite().url, &[]).await.unwrap();
        assert!(
            verdict.problems.iter().any(|problem| problem.contains(words)),
            "{change}: {:?}",
            verdict.problems
        );
    }
    let unsaid = Scenario { safety_words: vec!["call nine nine nine".into()], ..hung_up };
    let verdict = run(&unsaid, &testkit::sqlite().url, &[]).await.unwrap();
    assert!(verdict.problems[0].contains("safety words"), "{:?}", verdict.problems);
}
