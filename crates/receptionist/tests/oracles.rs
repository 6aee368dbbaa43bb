//! The official SDKs say whether our signatures are right, and use our phone network as if it were Twilio.

mod support;

use std::sync::Arc;

use phone_network::{Network, NetworkOptions, sign};
use receptionist::intake::{Keys, Payload, verify};
use receptionist::rehearsal::{ACCOUNT_SID, AGENCY_NUMBER, AUTH_TOKEN, Plan};
use serde_json::{Value, json};
use testkit::{Reply, ScriptedModel};

fn cases() -> Vec<(&'static str, Vec<(String, String)>)> {
    let pairs =
        |given: &[(&str, &str)]| given.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    vec![
        (
            "https://example.com/myapp.php?foo=1&bar=2",
            pairs(&[("CallSid", "CA1"), ("Digits", "1234"), ("To", "+18005551212")]),
        ),
        ("https://e.com/a", pairs(&[("A", "x y"), ("Body", ""), ("Emoji", "😀"), ("From", "+447700900123")])),
        ("https://e.com/a", pairs(&[("K", "b"), ("K", "a"), ("K", "b")])),
        ("https://e.com:8443/a?x=%27quoted%27", pairs(&[("ToCity", ""), ("FromCity", "LONDON")])),
        ("http://127.0.0.1:8080/api/voice/inbound", pairs(&[("SpeechResult", "O'Neill & Söhne <b>")])),
        ("wss://relay.example.com/ws", vec![]),
    ]
}

/// (the case as the SDKs take it, our own verdict)
fn signed_cases() -> (Value, Vec<bool>) {
    let keys = Keys { auth_token: "12345".into(), shared: std::collections::BTreeMap::default() };
    let mut given = Vec::new();
    let mut ours = Vec::new();
    for (url, params) in cases() {
        let right = sign("12345", url, &params);
        let wrong = sign("54321", url, &params);
        for signature in [right, wrong, String::new()] {
            ours.push(verify(&keys, url, Payload::Form(&params), &signature, None));
            given.push(json!({"token": "12345", "url": url, "params": params, "signature": signature}));
        }
    }
    (Value::Array(given), ours)
}

#[test]
fn both_sdks_agree_with_our_verdict_on_signatures() {
    let (given, ours) = signed_cases();
    assert_eq!(ours.iter().filter(|verdict| **verdict).count(), cases().len(), "{ours:?}");
    for (name, verdicts) in [
        ("Python", testkit::python("validate.py", &given.to_string())),
        ("Node", testkit::node("validate.js", &given.to_string())),
    ] {
        let theirs: Vec<bool> = serde_json::from_str(&verdicts).unwrap();
        assert_eq!(theirs, ours, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_official_client_takes_the_phone_network_for_twilio() {
    let at: jiff::Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
    let options = NetworkOptions::new("http://127.0.0.1:1", "AC1", "secret", Arc::new(move || at));
    let network = Network::start(options).await.unwrap();
    network.own("+442079460100");
    let given = json!({
        "base": network.rest_url(), "account": "AC1", "token": "secret", "to": "+447700900123", "from": "+442079460100"
    });
    let seen =
        tokio::task::spawn_blocking(move || testkit::python("client.py", &given.to_string())).await.unwrap();
    let seen: Value = serde_json::from_str(&seen).unwrap();
    assert_eq!(seen["created"]["body"], "Hello 😀");
    assert_eq!(seen["created"]["dated"], true, "the SDK read our date");
    assert_eq!(seen["fetched"], json!({"status": "delivered", "error_code": null}));
    assert_eq!(seen["listed"], json!([seen["created"]["sid"]]));
    assert_eq!(seen["call"], json!({"status": "queued", "direction": "outbound-api"}));
    assert_eq!(seen["cancelled"], "canceled");
    assert_eq!(seen["number"], "https://voice.agency.example/api/voice/inbound");
    assert_eq!(seen["deleted"], true);
    for (what, status, code) in [
        ("no_body", 400, 21602),
        ("bad_to", 400, 21211),
        ("too_long", 400, 21617),
        ("unknown", 404, 20404),
        ("over", 400, 21220),
        ("unauthorised", 401, 20003),
    ] {
        assert_eq!(seen[what], json!({"status": status, "code": code}), "{what}");
    }
}

/// A recording as Twilio's SDK begins it in TwiML, lists, stops and deletes it.
#[tokio::test(flavor = "multi_thread")]
async fn the_official_client_stops_and_deletes_our_recordings() {
    let environment = vec![("VOICE_RECORD", "true".to_owned()), ("VOICE_MODE", "gather".to_owned())];
    let plan = Plan { environment, ..Plan::stepped("", support::monday()) };
    let agency = support::start_as(testkit::sqlite(), plan).await;
    let call = agency.network.ring("+447700900942", AGENCY_NUMBER).await.unwrap();
    let given = json!({"base": agency.network.rest_url(), "account": ACCOUNT_SID, "token": AUTH_TOKEN, "call": call.sid()});
    let told = tokio::task::spawn_blocking(move || testkit::python("recordings.py", &given.to_string()));
    let seen: Value = serde_json::from_str(&told.await.unwrap()).unwrap();
    assert_eq!((&seen["running"], &seen["call"]), (&json!("in-progress"), &json!(call.sid())));
    assert_eq!(
        (&seen["stopped"], &seen["deleted"], &seen["left"]),
        (&json!("completed"), &json!(true), &json!(0))
    );
    let theirs = phone_network::parse(seen["twiml"].as_str().unwrap()).unwrap();
    assert_eq!(theirs.warnings, Vec::<String>::new(), "what the SDK writes is what the phone network plays");
    let fields = support::voice("CA942", "+447700900943", &[]);
    let (_, ours) = support::post(&agency, "/api/voice/inbound", &fields).await;
    let ours = phone_network::parse(&ours).unwrap();
    let names = |document: &phone_network::Document| -> Vec<String> {
        let recording = &document.verbs[0].children[0];
        recording.attributes.iter().map(|(name, _)| name.clone()).collect()
    };
    let (mut a, mut b) = (names(&ours), names(&theirs));
    a.sort();
    b.sort();
    assert_eq!((ours.verbs[0].name.as_str(), a), ("Start", b));
}

/// The official SDK takes our scripted model for the real one: text, tools, usage, refusals and errors in the stream.
#[tokio::test(flavor = "multi_thread")]
async fn the_openai_sdk_reads_the_scripted_model() {
    let arguments = json!({"wish": "a two bed flat", "others": false});
    let script = vec![
        Reply::Say("Hello there, how can I help?".into()),
        Reply::Calls(vec![("search_homes".into(), arguments.clone()), ("end_call".into(), json!({}))]),
        Reply::Refuse { status: 429, code: "insufficient_quota".into() },
        Reply::Break("Well".into()),
        Reply::Cut("Half a".into()),
    ];
    let times = script.len();
    let model = ScriptedModel::start(script, testkit::carry_on(), std::time::Duration::ZERO).await;
    let asked = json!({"url": model.url, "times": times}).to_string();
    let told = tokio::task::spawn_blocking(move || testkit::python("model.py", &asked)).await.unwrap();
    let results: Vec<Value> = serde_json::from_str(&told).unwrap();
    assert_eq!(results[0]["text"], "Hello there, how can I help?");
    assert_eq!((&results[0]["finish"], &results[0]["usage"]), (&json!("stop"), &json!(1220)));
    let call = &results[1]["calls"][0];
    let parsed: Value = serde_json::from_str(call["arguments"].as_str().unwrap()).unwrap();
    assert_eq!((&call["name"], parsed), (&json!("search_homes"), arguments));
    assert_eq!(results[1]["calls"][1]["name"], "end_call");
    assert_eq!(results[2]["error"], "429 insufficient_quota");
    assert_eq!(results[3]["error"], "APIError");
    assert_eq!((&results[4]["text"], &results[4]["finish"]), (&json!("Half a"), &Value::Null));
}

/// What we ask is what the SDK's own types would: it is checked by building the same request there.
#[tokio::test(flavor = "multi_thread")]
async fn our_request_is_one_the_sdk_could_have_made() {
    let model = ScriptedModel::that_carries_on().await;
    let agency = support::with_model(testkit::sqlite(), &model.url).await;
    let mut call = agency.network.ring("+447700900941", AGENCY_NUMBER).await.unwrap();
    call.say("I was wondering about something for a friend of mine").await.unwrap();
    call.hang_up();
    let request = model.requests().remove(0);
    let verdict = tokio::task::spawn_blocking(move || testkit::python("request.py", &request.to_string()))
        .await
        .unwrap();
    assert_eq!(verdict.trim(), "fits");
}
