//! Calls with a model: what it may say, what it may do, and what the caller hears when it fails. The model follows a
//! script; the rows decide.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod support;

use std::time::Duration;

use agency::staff::StaffRole;
use phone_network::Call;
use receptionist::rehearsal::AGENCY_NUMBER;
use serde_json::json;
use support::staff::colleague;
use support::{Agency, rows, with_model};
use testkit::{Reply, ScriptedModel, carry_on};

const FROM: &str = "+447700900933";

async fn ring(agency: &Agency) -> Call {
    agency.network.ring(FROM, AGENCY_NUMBER).await.unwrap()
}

fn say(words: &str) -> Reply {
    Reply::Say(words.into())
}

fn call(tool: &str, arguments: serde_json::Value) -> Reply {
    Reply::Call { tool: tool.into(), arguments }
}

async fn started(script: Vec<Reply>) -> (Agency, ScriptedModel) {
    let model = ScriptedModel::start(script, carry_on(), Duration::ZERO).await;
    (with_model(testkit::sqlite(), &model.url).await, model)
}

async fn bookings(agency: &Agency) -> usize {
    let all = rows(agency, "viewing_appointments").await;
    all.iter().filter(|row| row["viewer_name"] == "Robin Vale" && row["status"] == "booked").count()
}

/// A whole booking by tools, in the model's own words between them.
fn booking() -> Vec<Reply> {
    let wish = "a two bedroom flat to rent in Maida Vale up to three thousand a month";
    vec![
        call("search_homes", json!({"wish": wish, "others": false})),
        say("I've found a few for you. Would you like to hear about the first one?"),
        call("viewing_times", json!({"home": "home-1", "when": null})),
        say("I have some times for that. Which suits you?"),
        carry_on(),
    ]
}

const LINES: &[&str] = &[
    "I'm looking for a two bedroom flat to rent in Maida Vale up to three thousand a month",
    "I'd like to see the first one",
    "the second one",
    "Robin Vale",
    "no email",
    "yes please",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_viewing_is_booked_by_tools() {
    let (agency, model) = started(booking()).await;
    let mut caller = ring(&agency).await;
    for line in LINES {
        caller.say(line).await.unwrap();
    }
    assert!(caller.heard().contains("booked"), "{}", caller.all_heard());
    caller.hang_up();
    agency.settle().await.unwrap();
    assert_eq!(bookings(&agency).await, 1);
    // What each turn took and cost is on record.
    let turns = rows(&agency, "conversation_turns").await;
    let asked: Vec<_> = turns.iter().filter(|turn| turn["prompt_tokens"].as_i64() > Some(0)).collect();
    assert!(asked.len() >= 3, "{turns:#?}");
    assert!(
        asked.iter().all(|turn| turn["model_ms"].is_i64() && turn["first_token_ms"].is_i64()),
        "{asked:#?}"
    );
    assert!(asked.iter().any(|turn| turn["tools_ms"].is_i64() && turn["answer_tokens"].as_i64() >= Some(40)));
    // Told in the constant part first, then of this call; tools in the same order every time.
    let requests = model.requests();
    let constant = |n: usize| requests[n]["messages"][0].clone();
    assert!(requests.len() >= 5 && (1..requests.len()).all(|n| constant(n) == constant(0)));
    assert!(
        requests.iter().all(|request| request["tools"] == requests[0]["tools"] && request["store"] == false)
    );
    assert_eq!(agency.network.complaints(), Vec::<String>::new());
}

/// The part of the prompt that is the same for every call, and the tools: `docs/schemas/model.json`. `UPDATE=1` writes it
/// anew; a change of it is a change of what the receptionist is told, and is looked at as such.
#[tokio::test(flavor = "multi_thread")]
async fn the_constant_prompt_is_as_reviewed() {
    let (agency, model) = started(vec![]).await;
    let mut caller = ring(&agency).await;
    caller.say("I was wondering about something for a friend of mine").await.unwrap();
    caller.hang_up();
    let request = model.requests().remove(0);
    let told = json!({"rules": request["messages"][0]["content"], "tools": request["tools"]});
    let told = serde_json::to_string_pretty(&told).unwrap() + "\n";
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schemas/model.json");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &told).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), told, "see {}", path.display());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_model_invents_is_not_heard() {
    let lies = [
        ("Lovely, there is one in Maida Vale for just £1,250 a month.", "1,250"),
        ("The rent is only nine hundred pounds a month.", "nine hundred"),
        ("You could see it tomorrow at half past seven in the evening.", "half past seven"),
        ("It's at 99 Abbey Road, you can't miss it.", "Abbey"),
        ("I've booked you in, see you there.", "booked"),
        ("I've sent you all the details by email.", "sent"),
        ("I've passed you on to the manager, she has cancelled it.", "cancelled"),
        ("The deposit is £500 and the fee is 3 percent plus VAT at 20.", "500"),
        ("Call my colleague on 020 7946 0777.", "0777"),
        ("The reference is JB-2024-999.", "999"),
        ("Write to sarah@example.com, please.", "sarah@example.com"),
        ("I'm transferring you right now.", "transferring"),
    ];
    for (lie, secret) in lies {
        for voice in ["relay", "gather"] {
            let (agency, model) = {
                let model = ScriptedModel::start(vec![say(lie)], carry_on(), Duration::ZERO).await;
                (support::with_model_over(testkit::sqlite(), &model.url, voice).await, model)
            };
            let mut caller = ring(&agency).await;
            caller.say("I was wondering about something for a friend of mine").await.unwrap();
            assert_eq!(model.requests().len(), 1);
            assert!(!caller.heard().contains(secret), "{voice}: {lie} / {}", caller.heard());
            caller.hang_up();
            agency.settle().await.unwrap();
            let reviews = rows(&agency, "tasks").await;
            assert!(reviews.iter().any(|task| task["kind"] == "review"), "{voice}: {lie} is looked at");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tools_cannot_be_misused() {
    let slot = json!({"slot": "slot-1-29664000"});
    let misuses = [
        vec![call("book_viewing", slot.clone())],
        vec![call("book_viewing", json!({"slot": 7}))],
        vec![call("open_the_door", json!({}))],
        vec![Reply::BadArguments { tool: "search_homes".into(), arguments: "{\"wish\": \"a fl".into() }],
        vec![call("cancel_viewing", json!({}))],
        vec![call("move_viewing", json!({"when": "tomorrow at ten"}))],
        vec![call("choose_home", json!({"home": "home-9"}))],
        vec![Reply::Calls(vec![("book_viewing".into(), slot.clone()), ("book_viewing".into(), slot)])],
        vec![call("home_facts", json!({"home": "../../etc/passwd", "question": "everything"}))],
    ];
    for misuse in misuses {
        let (agency, _model) = started(misuse.clone()).await;
        let mut caller = ring(&agency).await;
        caller.say("hello, I was wondering about something").await.unwrap();
        assert!(
            !caller.heard().is_empty() && !caller.heard().contains("booked"),
            "{misuse:?}: {}",
            caller.heard()
        );
        caller.hang_up();
        agency.settle().await.unwrap();
        let all = rows(&agency, "viewing_appointments").await;
        assert!(all.iter().all(|row| row["viewer_phone"] != FROM), "{misuse:?}");
    }
}

/// The read-back is the rules': a model that books twice in one breath, without the caller's yes, books nothing.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_booked_without_a_yes() {
    let wish = "a two bedroom flat to rent in Maida Vale up to three thousand a month";
    let (agency, model) = started(vec![
        call("search_homes", json!({"wish": wish, "others": false})),
        call("viewing_times", json!({"home": "home-1", "when": null})),
    ])
    .await;
    let mut caller = ring(&agency).await;
    caller.say(&format!("{wish}, my name is Robin Vale, and no email please")).await.unwrap();
    let told = model.requests().last().unwrap()["messages"].as_array().unwrap().last().unwrap()["content"]
        .to_string();
    let slot = told.split("slot-").nth(1).unwrap().split(['\\', '"']).next().unwrap();
    let book = call("book_viewing", json!({"slot": format!("slot-{slot}")}));
    model.next([book.clone(), book.clone(), book.clone(), say("That's booked for you, see you then!")]);
    caller.say("I wonder which of these would be best for somebody like me").await.unwrap();
    caller.hang_up();
    agency.settle().await.unwrap();
    assert_eq!(bookings(&agency).await, 0, "{}", caller.all_heard());
    assert!(!caller.all_heard().contains("That's booked"), "{}", caller.all_heard());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_fails_is_followed_by_the_rules_at_every_step() {
    let failures = [
        Reply::Refuse { status: 500, code: "server_error".into() },
        Reply::Refuse { status: 429, code: "insufficient_quota".into() },
        Reply::Cut(String::new()),
        Reply::Cut("Let me".into()),
        Reply::Break("Well".into()),
        Reply::Garble(true),
        Reply::Empty(true),
        Reply::Call { tool: "no_such_tool".into(), arguments: json!({}) },
    ];
    for failure in failures {
        for dead_from in 0..3 {
            let mut script: Vec<Reply> = vec![carry_on(); dead_from];
            script.push(failure.clone());
            let model = ScriptedModel::start(script, failure.clone(), Duration::ZERO).await;
            let agency = with_model(testkit::sqlite(), &model.url).await;
            let mut caller = ring(&agency).await;
            for line in LINES {
                caller.say(line).await.unwrap();
            }
            caller.hang_up();
            agency.settle().await.unwrap();
            assert_eq!(bookings(&agency).await, 1, "{failure:?} from {dead_from}: {}", caller.all_heard());
        }
    }
}

/// Silent, or stopping in the middle: the clock gives up on it, and the caller hears something before that.
#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_hangs_is_given_up() {
    for (reply, begun) in [(Reply::Hang(true), "One moment."), (Reply::Stall("Well, let me".into()), "Well,")]
    {
        let model = ScriptedModel::start(vec![reply], carry_on(), Duration::ZERO).await;
        let agency = with_model(testkit::sqlite(), &model.url).await;
        let mut caller = ring(&agency).await;
        let stepped = async {
            // However busy the machine is: it is asked first, and then it hangs.
            while model.requests().is_empty() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            for _ in 0..60 {
                tokio::time::sleep(Duration::from_millis(20)).await;
                agency.let_pass(jiff::SignedDuration::from_millis(200));
            }
        };
        let (said, ()) = tokio::join!(caller.say(LINES[0]), stepped);
        said.unwrap();
        assert!(caller.heard().starts_with(begun), "{}", caller.heard());
        assert!(caller.heard().contains("pounds per month"), "{}", caller.heard());
        assert_eq!(model.requests().len(), 1);
    }
}

/// An emergency is never the model's.
#[tokio::test(flavor = "multi_thread")]
async fn an_emergency_does_not_wait_for_a_model() {
    let model =
        ScriptedModel::start(vec![], say("That's fine, it can wait until Monday."), Duration::ZERO).await;
    for words in ["I can smell gas", "there's a fire in the kitchen", "water is pouring through my ceiling"] {
        let agency = with_model(testkit::sqlite(), &model.url).await;
        let mut caller = ring(&agency).await;
        caller.say(words).await.unwrap();
        assert!(!caller.heard().contains("can wait"), "{words}");
        caller.hang_up();
        agency.settle().await.unwrap();
        assert_eq!(rows(&agency, "alerts").await.len(), 1, "{words}");
    }
    assert_eq!(model.requests().len(), 0);
}

/// Spoken over after every number of tokens, at every step: one booking that was told of, or none.
#[tokio::test(flavor = "multi_thread")]
async fn barge_in_at_every_step_of_a_booking() {
    for at in 0..LINES.len() {
        for heard in ["", "Lovely", "I've found a few for you. Would you like"] {
            let (agency, model) = started(booking()).await;
            let mut caller = ring(&agency).await;
            for (n, line) in LINES.iter().enumerate() {
                if n == at {
                    caller.barge_in(heard, line).await.unwrap();
                } else {
                    caller.say(line).await.unwrap();
                }
            }
            caller.barge_in("", "thank you, goodbye").await.unwrap();
            let told = caller.all_heard().contains("That's booked");
            caller.hang_up();
            agency.settle().await.unwrap();
            let booked = bookings(&agency).await;
            assert!(
                booked <= 1 && (booked == 1) == told,
                "at {at} {heard:?}: {booked} {}",
                caller.all_heard()
            );
            assert_eq!(booked, 1, "at {at} {heard:?}: {}", caller.all_heard());
            drop(model);
        }
    }
}

/// Spoken over at every word of the read-back and of what tells of the booking.
#[tokio::test(flavor = "multi_thread")]
async fn barge_in_at_every_word_of_the_booking() {
    for at in [LINES.len() - 1, LINES.len()] {
        let mut position = 0;
        loop {
            let (agency, _model) = started(booking()).await;
            let mut caller = ring(&agency).await;
            for line in &LINES[..at] {
                caller.say(line).await.unwrap();
            }
            let before = caller.heard();
            let heard: Vec<&str> = before.split(' ').take(position).collect();
            let next = LINES.get(at).copied().unwrap_or("sorry, I did not catch that");
            caller.barge_in(&heard.join(" "), next).await.unwrap();
            let told = caller.heard().contains("That's booked") || heard.join(" ").contains("That's booked");
            assert!(told, "after {position} words of \"{before}\": {}", caller.heard());
            caller.hang_up();
            agency.settle().await.unwrap();
            assert_eq!(bookings(&agency).await, 1, "after {position} words of \"{before}\"");
            position += 1;
            if position > before.split(' ').count() {
                break;
            }
        }
    }
}

/// A colleague who listens tells Sarah something: her model reads it before its next answer, once, and the caller does not hear it.
#[tokio::test(flavor = "multi_thread")]
async fn a_whisper_reaches_the_model() {
    let model = ScriptedModel::that_carries_on().await;
    let agency = with_model(testkit::sqlite(), &model.url).await;
    let worker = colleague(&agency, StaffRole::Negotiator).await;
    let mut caller = agency.network.ring("+447700900901", AGENCY_NUMBER).await.unwrap();
    caller.say("Hi, I'm looking for a two bedroom flat to rent in Maida Vale").await.unwrap();
    let live = worker.get("/api/v1/calls?live=true").await;
    let path = format!("/api/v1/calls/{}/whisper", live["items"][0]["id"].as_str().unwrap());
    let whisper = async |words: &str| {
        worker.status(reqwest::Method::POST, &path, Some(serde_json::json!({"words": words}))).await.as_u16()
    };
    assert_eq!(whisper("  ").await, 400);
    assert_eq!(whisper("Mention the flat in Elgin Avenue.").await, 202);
    for line in [
        "I was wondering about something for a friend of mine",
        "and about something else that is on my mind",
    ] {
        model.next([say("Of course, let me see.")]);
        caller.say(line).await.unwrap();
    }
    let told = |request: &serde_json::Value| {
        let lines = request["messages"].as_array().unwrap().iter();
        lines.filter(|line| line["content"].to_string().contains("Elgin Avenue.")).count()
    };
    let requests = model.requests();
    assert_eq!(told(requests.last().unwrap()), 1, "told once, and not forgotten");
    caller.hang_up();
    agency.settle().await.unwrap();
    let lines = rows(&agency, "conversation_turns").await;
    let whispered: Vec<_> = lines.iter().filter(|line| line["speaker"] == "staff").collect();
    assert_eq!(whispered.len(), 1);
    assert_eq!(whisper("Too late.").await, 409);
}

/// Spoken over while the model's tokens still come, at every step.
#[tokio::test(flavor = "multi_thread")]
async fn barge_in_while_the_model_speaks() {
    let long =
        "Of course, let me tell you a little more about how we could help you with that and what we do here";
    for at in 0..LINES.len() {
        let model = ScriptedModel::start(vec![], carry_on(), Duration::from_millis(4)).await;
        let agency = with_model(testkit::sqlite(), &model.url).await;
        let mut caller = ring(&agency).await;
        for (n, line) in LINES.iter().enumerate() {
            if n == at {
                model.next([say(long)]);
                caller.begin_to_say("I was wondering about something for a friend of mine").await;
                caller.hears("Of course, let").await;
                caller.barge_in("Of course, let", line).await.unwrap();
            } else {
                caller.say(line).await.unwrap();
            }
        }
        let told = caller.all_heard().contains("That's booked");
        caller.hang_up();
        agency.settle().await.unwrap();
        let booked = bookings(&agency).await;
        assert!(booked <= 1 && (booked == 1) == told, "at {at}: {booked} {}", caller.all_heard());
        let turns = rows(&agency, "conversation_turns").await;
        let heard = turns.iter().filter(|turn| turn["words_heard"] == "Of course, let");
        let lines: Vec<&str> = heard.filter_map(|turn| turn["words"].as_str()).collect();
        let is_open = at < 3;
        if is_open {
            assert!(
                lines.iter().all(|words| words.starts_with("Of course")),
                "at {at}: on another line: {lines:?}"
            );
        }
    }
}

/// Words that come while the model still thinks are one turn with those before; a hum is none.
#[tokio::test(flavor = "multi_thread")]
async fn words_in_pieces_are_one_turn() {
    let slow = Reply::After { ms: 300, reply: Box::new(say("How can I help you with that?")) };
    let (agency, model) = started(vec![slow.clone(), slow]).await;
    let mut caller = ring(&agency).await;
    caller.begin_to_say("I was wondering").await;
    caller.begin_to_say("mm-hm").await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    caller.say("about something else entirely").await.unwrap();
    assert!(caller.heard().contains("How can I help"), "{}", caller.heard());
    let last = model.requests().last().unwrap()["messages"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(last["content"], "I was wondering about something else entirely");
    caller.hang_up();
    agency.settle().await.unwrap();
}

/// Who is out of credit is told by a figure that can be alarmed on.
#[tokio::test(flavor = "multi_thread")]
async fn no_credit_is_an_alarm() {
    let refused = Reply::Refuse { status: 429, code: "insufficient_quota".into() };
    let model = ScriptedModel::start(vec![refused.clone()], refused, Duration::ZERO).await;
    let agency = with_model(testkit::sqlite(), &model.url).await;
    let mut caller = ring(&agency).await;
    caller.say("I wonder which part of town would be best for somebody like me").await.unwrap();
    let figures = reqwest::get(format!("{}/metrics", agency.base_url)).await.unwrap().text().await.unwrap();
    let exhausted = figures.lines().find(|line| line.starts_with("model_quota_exhausted_total")).unwrap();
    assert!(!exhausted.ends_with(" 0"), "{exhausted}");
}
