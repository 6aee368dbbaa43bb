//! Many calls with faults drawn by a seed: a model that fails in every way, a network that loses and repeats, sockets that
//! break, callers who talk over everything. `CALLS=1000 SEED=7 cargo test --test faults` runs more of them, or again.

mod support;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use phone_network::{Call, Faults, NetworkError};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use receptionist::rehearsal::AGENCY_NUMBER;
use serde_json::json;
use support::{rows, with_tireless_model};
use testkit::{Reply, ScriptedModel, carry_on};

const LINES: &[&str] = &[
    "I'm looking for a two bedroom flat to rent in Maida Vale up to three thousand a month",
    "I'd like to see the first one",
    "the second one",
    "Fay Ult",
    "no email",
    "yes please",
    "no thank you, goodbye",
];

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// Half the time the model leaves the turn to the rules; else it does something foolish.
fn fool(rng: &mut StdRng) -> Reply {
    let words = "Well, let me see about that for you, shall I?";
    match rng.random_range(0..20) {
        0 => Reply::Refuse { status: 500, code: "server_error".into() },
        1 => Reply::Refuse { status: 429, code: "rate_limit_exceeded".into() },
        2 => Reply::Cut(words.into()),
        3 => Reply::Break(words.into()),
        4 => Reply::Garble(true),
        5 => Reply::Empty(true),
        6 => Reply::Say("That's booked for you at £900 a month, tomorrow at seven.".into()),
        7 => Reply::Call { tool: "book_viewing".into(), arguments: json!({"slot": "$slot-1"}) },
        8 => Reply::Call { tool: "viewing_times".into(), arguments: json!({"home": "home-1", "when": null}) },
        9 => Reply::Calls(vec![
            ("end_call".into(), json!({})),
            ("book_viewing".into(), json!({"slot": "$slot-2"})),
        ]),
        _ => carry_on(),
    }
}

async fn talk(mut call: Call, mut rng: StdRng) -> Result<String, NetworkError> {
    for line in LINES {
        if call.ending().is_some() {
            break;
        }
        match rng.random_range(0..12) {
            0 => {
                call.drop_relay().await;
                if call.ending().is_none() {
                    call.say(line).await?;
                }
            }
            1 => call.barge_in("Lovely", line).await?,
            2 => {
                call.begin_to_say("er").await;
                call.say(line).await?;
            }
            _ => call.say(line).await?,
        }
    }
    call.hang_up();
    Ok(call.all_heard())
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_booked_twice_or_stuck() {
    let (calls, seed) = (number("CALLS", 100), number("SEED", 1));
    let mut model_rng = StdRng::seed_from_u64(seed);
    let model =
        ScriptedModel::start_with(Vec::new(), Box::new(move || fool(&mut model_rng)), Duration::ZERO).await;
    let agency = with_tireless_model(testkit::sqlite(), &model.url).await;
    agency.network.set_faults(Faults {
        seed,
        webhook_twice: 0.1,
        callbacks_late: 0.2,
        callback_twice: 0.2,
        callbacks_out_of_order: 0.3,
        server_error: 0.05,
        ..Faults::default()
    });
    let gate = Arc::new(tokio::sync::Semaphore::new(8));
    let mut talking = tokio::task::JoinSet::new();
    let before = rows(&agency, "voice_lead_calls").await.len();
    for n in 0..calls {
        let (network, gate) = (agency.network.clone(), gate.clone());
        talking.spawn(async move {
            let _turn = gate.acquire_owned().await;
            let from = format!("+447700900{:03}", 300 + n % 690);
            let call = network.ring(&from, AGENCY_NUMBER).await?;
            let heard = talk(call, StdRng::seed_from_u64(seed * 1_000_003 + n)).await?;
            Ok::<_, NetworkError>((from, heard))
        });
    }
    let heard: Vec<(String, String)> = talking.join_all().await.into_iter().map(Result::unwrap).collect();
    agency.settle().await.unwrap();
    agency.network.deliver_late();
    agency.settle().await.unwrap();

    assert_eq!(rows(&agency, "voice_lead_calls").await.len() - before, usize::try_from(calls).unwrap());
    let leads = rows(&agency, "voice_leads").await;
    for (from, _) in &heard {
        assert!(leads.iter().any(|lead| lead["phone"] == from.as_str()), "{from} left no lead");
    }
    let ended = rows(&agency, "conversations").await;
    assert!(ended.iter().all(|call| !call["ended_at"].is_null()), "every call ends");
    let mut cells = HashMap::new();
    let booked = rows(&agency, "viewing_appointments").await;
    let ours: Vec<_> =
        booked.iter().filter(|row| row["status"] == "booked" && row["viewer_name"] == "Fay Ult").collect();
    for row in &ours {
        let cell = (row["agent_id"].to_string(), row["scheduled_date"].to_string());
        assert!(cells.insert(cell, row["id"].clone()).is_none(), "two viewings at once: {row:?}");
        let from = row["viewer_phone"].as_str().unwrap();
        let was_told =
            |(caller, words): &&(String, String)| caller == from && words.contains("That's booked");
        assert!(heard.iter().any(|call| was_told(&call)), "{from} was not told");
    }
    let promised = heard.iter().filter(|(_, words)| words.contains("That's booked:")).count();
    assert_eq!(promised, ours.len(), "every \"booked\" is a row, and every row was told");
    assert!(heard.iter().all(|(_, words)| !words.contains("£900")), "what the model invents is not heard");
    let complaints: Vec<String> =
        agency.network.complaints().into_iter().filter(|words| !words.starts_with("15003")).collect();
    assert_eq!(complaints, Vec::<String>::new());
    println!(
        "{calls} calls, {} viewings booked, {} requests to the model",
        ours.len(),
        model.requests().len()
    );
}
