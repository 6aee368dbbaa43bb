//! Numbers of the calls, on both databases, against a plain recount of the rows: days on which clocks change, rows that change later,
//! and rows that go.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod support;

use std::collections::BTreeSet;

use agency::analytics::{Measure as M, Tallies, Tally};
use agency::london;
use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use store::{Counted, Rows, Store};
use support::rows;

const ENQUIRIES: [&str; 3] = ["property_enquiry_rent", "property_enquiry_buy", "book_viewing"];

/// The same numbers every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % u64::try_from(sides).unwrap()).unwrap()
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.roll(of.len())]
    }
}

struct Past {
    leads: Vec<Value>,
    conversations: Vec<Value>,
    calls: Vec<Value>,
    turns: Vec<Value>,
    transfers: Vec<Value>,
    surveys: Vec<Value>,
    assessments: Vec<Value>,
}

/// Three days around each change of the clocks; two thirds of the calls near midnight or in the changing hour.
fn past() -> Past {
    let mut dice = Dice(7);
    let (leads, calls) = (40, 400);
    let begins = [date(2026, 10, 24), date(2027, 3, 27)];
    let moment = |dice: &mut Dice| {
        let begin = london::instant(begins[dice.roll(2)].at(0, 0, 0, 0));
        let minutes = match dice.roll(3) {
            0 => dice.roll(3 * 24 * 60),
            1 => [0, 24 * 60, 48 * 60][dice.roll(3)] + dice.roll(4) * 30,
            _ => 24 * 60 + dice.roll(180),
        };
        begin + SignedDuration::from_mins(i64::try_from(minutes).unwrap())
    };
    let mut past = Past {
        leads: Vec::new(),
        conversations: Vec::new(),
        calls: Vec::new(),
        turns: Vec::new(),
        transfers: Vec::new(),
        surveys: Vec::new(),
        assessments: Vec::new(),
    };
    for id in 0..leads {
        let at = moment(&mut dice);
        let qualified = at + SignedDuration::from_hours(24 * [1, 14, 15][dice.roll(3)]);
        past.leads.push(json!({
            "id": id, "name": (dice.roll(3) > 0).then_some("Sam Okoro"), "looking_for": ([Some("rent"), Some("undecided"), None][dice.roll(3)]),
            "status": dice.pick(&["new", "qualified"]), "qualified_at": (dice.roll(2) > 0).then(|| instant(qualified)), "score": dice.roll(101),
            "source": dice.pick(&["phone_call", "whatsapp", "email"]), "created_at": instant(at), "updated_at": instant(at)
        }));
    }
    for id in 0..calls {
        past.add_call(&mut dice, id, moment);
    }
    past
}

fn instant(at: Timestamp) -> String {
    format!("{at:.6}")
}

impl Past {
    /// One call, with what may belong to it.
    fn add_call(&mut self, dice: &mut Dice, id: usize, moment: impl Fn(&mut Dice) -> Timestamp) {
        let (at, lead) = (moment(dice), dice.roll(self.leads.len()));
        let (conversation, channel) = (format!("call_{id}"), dice.pick(&["voice", "whatsapp"]));
        let is_over = dice.roll(10) > 0;
        self.conversations.push(json!({
            "id": conversation, "lead_id": lead, "channel": channel, "state": "", "turn": 0, "started_at": instant(at), "updated_at": instant(at)
        }));
        self.calls.push(json!({
            "id": id, "lead_id": lead, "direction": "inbound", "channel": channel, "conversation_id": conversation,
            "duration": (dice.roll(3) > 0).then(|| dice.roll(600)), "created_at": instant(at), "ended_at": is_over.then(|| instant(at)),
            "intent": ([Some("property_enquiry_rent"), Some("tenant_maintenance"), Some("general_enquiry"), None][dice.roll(4)]),
            "outcome": is_over.then(|| dice.pick(&["viewing_booked", "info_given", "abandoned", "transferred", "emergency"])),
            "model_cost_micros": (dice.roll(2) > 0).then(|| dice.roll(90_000)),
            "statements_checked": dice.roll(5), "statements_refused": dice.roll(2),
        }));
        for turn in 0..dice.roll(3) {
            self.turns.push(json!({
                "id": format!("turn_{id}_{turn}"), "conversation_id": conversation, "turn": turn, "speaker": "receptionist", "words": "Yes.",
                "spoken_at": instant(at), "took_ms": ([dice.roll(1_000), dice.roll(20_000)][dice.roll(2)]), "first_token_ms": (dice.roll(2) > 0).then(|| dice.roll(900)),
            }));
        }
        if dice.roll(6) == 0 {
            self.transfers.push(json!({
                "id": format!("transfer_{id}"), "conversation_id": conversation, "lead_id": lead, "reason": dice.pick(&["asked", "taken_over"]),
                "summary": "", "status": "connected", "started_at": instant(at)
            }));
        }
        if dice.roll(4) == 0 {
            self.surveys.push(json!({
                "id": format!("survey_{id}"), "lead_id": lead, "conversation_id": conversation, "asked_at": instant(at),
                "score": ([None, Some(1 + dice.roll(5))][dice.roll(2)])
            }));
        }
        if dice.roll(5) == 0 {
            self.assessments.push(json!({
                "id": format!("assessment_{id}"), "conversation_id": conversation, "account_id": "account_1", "score": 1 + dice.roll(5),
                "intent_is_right": ([None, Some(true), Some(false)][dice.roll(3)]), "created_at": instant(at), "updated_at": instant(at)
            }));
        }
    }

    async fn write(&self, store: &Store) {
        let mut tx = store.begin().await.unwrap();
        for (table, values) in [
            ("voice_leads", &self.leads),
            ("conversations", &self.conversations),
            ("voice_lead_calls", &self.calls),
            ("conversation_turns", &self.turns),
            ("transfers", &self.transfers),
            ("surveys", &self.surveys),
            ("assessments", &self.assessments),
        ] {
            tx.insert_rows(table, &rows(json!(values))).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    async fn read(store: &Store) -> Self {
        let all = async |table| store.rows(table).await.unwrap().into_iter().map(Value::Object).collect();
        Self {
            leads: all("voice_leads").await,
            conversations: all("conversations").await,
            calls: all("voice_lead_calls").await,
            turns: all("conversation_turns").await,
            transfers: all("transfers").await,
            surveys: all("surveys").await,
            assessments: all("assessments").await,
        }
    }
}

fn at(row: &Value, column: &str) -> Option<Timestamp> {
    row[column].as_str().map(|text| text.parse().unwrap())
}

fn int(value: &Value) -> Option<i64> {
    value.as_i64()
}

/// SQLite has no booleans: 0 and 1.
fn truth(value: &Value) -> Option<bool> {
    value.as_bool().or_else(|| value.as_i64().map(|n| n == 1))
}

fn in_range(of: Counted<'_>, row: &Value, column: &str) -> bool {
    (of.from..=of.to).contains(&london::date_of(at(row, column).unwrap()))
}

fn one(total: i64) -> Tally {
    Tally { n: 1, total }
}

/// What the store should have counted, told in another way: row by row, each day by the calendar of London.
fn recount(past: &Past, of: Counted<'_>) -> Tallies {
    let mut tallies = Tallies::default();
    let in_channel = |channel: &str| of.channel.is_none_or(|only| only == channel);
    let calls = past.calls.iter().filter(|call| in_range(of, call, "created_at"));
    for call in calls.filter(|call| in_channel(call["channel"].as_str().unwrap())) {
        count_call(past, call, &mut tallies);
        count_what_was_said(past, call, &mut tallies);
        if !call["ended_at"].is_null() {
            count_over(past, call, &mut tallies);
        }
    }
    for lead in past.leads.iter().filter(|lead| in_range(of, lead, "created_at")) {
        let channel = match lead["source"].as_str().unwrap() {
            "phone_call" => "voice",
            "email" => "web",
            other => other,
        };
        if in_channel(channel) {
            count_lead(past, lead, &mut tallies);
        }
    }
    let surveys =
        past.surveys.iter().filter(|survey| in_range(of, survey, "asked_at") && in_channel("voice"));
    for survey in surveys {
        tallies.add(M::Surveyed, "", one(0));
        if let Some(score) = int(&survey["score"]) {
            tallies.add(M::Satisfaction, &score.to_string(), one(score));
        }
    }
    tallies
}

fn count_call(past: &Past, call: &Value, tallies: &mut Tallies) {
    let local = london::local(at(call, "created_at").unwrap());
    let hour = format!("{}-{:02}", local.weekday().to_monday_one_offset(), local.hour());
    tallies.add(M::Calls, "", one(0));
    tallies.add(M::Hour, &hour, one(0));
    tallies.add(M::Outcome, call["outcome"].as_str().unwrap_or("going_on"), one(0));
    tallies.add(M::Intent, call["intent"].as_str().unwrap_or("unknown"), one(0));
    for (measure, column) in [(M::Duration, "duration"), (M::Cost, "model_cost_micros")] {
        if let Some(value) = int(&call[column]) {
            tallies.add(measure, "", one(value));
        }
    }
    if let Some((n, total)) = int(&call["statements_checked"]).zip(int(&call["statements_refused"])) {
        tallies.add(M::Statement, "", Tally { n, total });
    }
    for assessment in past.assessments.iter().filter(|row| row["conversation_id"] == call["conversation_id"])
    {
        tallies.add(M::Assessed, "", one(int(&assessment["score"]).unwrap()));
        if let Some(is_right) = truth(&assessment["intent_is_right"]) {
            tallies.add(M::IntentAssessed, "", one(i64::from(is_right)));
        }
    }
}

fn count_what_was_said(past: &Past, call: &Value, tallies: &mut Tallies) {
    for turn in past.turns.iter().filter(|turn| turn["conversation_id"] == call["conversation_id"]) {
        let ms = int(&turn["first_token_ms"]).or(int(&turn["took_ms"])).unwrap();
        let width = if ms < 1_000 {
            10
        } else if ms < 10_000 {
            100
        } else {
            1_000
        };
        tallies.add(M::Response, &(ms - ms % width).to_string(), one(ms));
    }
}

/// The same caller, about the same thing, within a day.
fn is_repeated(past: &Past, call: &Value) -> bool {
    let began = at(call, "created_at").unwrap();
    past.calls.iter().any(|other| {
        let since = at(other, "created_at").unwrap().duration_since(began);
        let soon = since > SignedDuration::ZERO && since <= SignedDuration::from_hours(24);
        soon && other["lead_id"] == call["lead_id"]
            && !call["intent"].is_null()
            && other["intent"] == call["intent"]
    })
}

fn count_over(past: &Past, call: &Value, tallies: &mut Tallies) {
    let transfers: Vec<&Value> =
        past.transfers.iter().filter(|row| row["conversation_id"] == call["conversation_id"]).collect();
    let outcome = call["outcome"].as_str().unwrap();
    let is_repeated = is_repeated(past, call);
    let needed = transfers.iter().any(|row| row["reason"] != "taken_over") || outcome == "transferred";
    let is_enquiry = call["intent"].as_str().is_some_and(|intent| ENQUIRIES.contains(&intent));
    let is_resolved =
        !["abandoned", "transferred", "emergency"].contains(&outcome) && transfers.is_empty() && !is_repeated;
    let answered = past.turns.iter().any(|turn| turn["conversation_id"] == call["conversation_id"]);
    for (is_so, measure) in [
        (true, M::Ended),
        (answered, M::Answered),
        (needed, M::HandedOff),
        (is_resolved, M::Resolved),
        (is_repeated, M::Repeated),
        (is_enquiry, M::Enquiry),
        (is_enquiry && outcome == "viewing_booked", M::Booked),
    ] {
        if is_so {
            tallies.add(measure, "", one(0));
        }
    }
}

fn count_lead(past: &Past, lead: &Value, tallies: &mut Tallies) {
    let (born, score) = (at(lead, "created_at").unwrap(), int(&lead["score"]).unwrap());
    let day = london::date_of(born);
    let said = |call: &Value| {
        call["lead_id"] == lead["id"]
            && london::date_of(at(call, "created_at").unwrap()) <= day
            && call["intent"].as_str().is_some_and(|intent| intent != "general_enquiry")
    };
    tallies.add(M::Lead, "", one(score));
    if !lead["name"].is_null() && (lead["looking_for"] == "rent" || past.calls.iter().any(said)) {
        tallies.add(M::LeadCaptured, "", one(score));
    }
    let known = at(lead, "qualified_at");
    let qualified =
        known.or_else(|| (lead["status"] == "qualified").then(|| at(lead, "updated_at").unwrap()));
    if qualified
        .is_some_and(|qualified| qualified.duration_since(born) <= SignedDuration::from_hours(14 * 24))
    {
        tallies.add(M::LeadQualified, "", one(score));
    }
}

async fn count(store: &Store) {
    while store.count_stale_days().await.unwrap() {}
    assert!(!store.has_stale_days().await.unwrap());
}

type Shown = (M, Vec<(String, i64)>, Tally);

/// What is empty in one may be missing in the other.
fn counts(tallies: &Tallies) -> Vec<Shown> {
    let items = |measure| {
        tallies.items(measure).filter(|(_, n)| *n > 0).map(|(item, n)| (item.to_owned(), n)).collect()
    };
    M::ALL.iter().map(|measure| (*measure, items(*measure), tallies.of(*measure))).collect()
}

async fn agree(store: &Store, when: &str) {
    let past = Past::read(store).await;
    let (first, last) = (date(2026, 10, 1), date(2027, 4, 30));
    let clocks = [date(2026, 10, 24), date(2026, 10, 25), date(2026, 10, 26), date(2027, 3, 28)];
    let ranges = clocks
        .map(|day| (day, day))
        .into_iter()
        .chain([(first, last), (date(2026, 10, 25), date(2027, 3, 27))]);
    for (from, to) in ranges {
        for channel in [None, Some("voice"), Some("whatsapp")] {
            let of = Counted { from, to, channel };
            let counted = store.tallies(of).await.unwrap();
            assert_eq!(counts(&counted), counts(&recount(&past, of)), "{when}: {from} to {to}, {channel:?}");
            by_day_is_the_same(store, of, &counted).await;
            let in_touch = people(&past, of);
            assert_eq!(
                store.people_in_touch(of).await.unwrap(),
                i64::try_from(in_touch.len()).unwrap(),
                "{when}"
            );
        }
    }
}

fn people(past: &Past, of: Counted<'_>) -> BTreeSet<i64> {
    let is_in = |call: &&Value| {
        (of.from..=of.to).contains(&london::date_of(at(call, "created_at").unwrap()))
            && of.channel.is_none_or(|only| call["channel"] == only)
    };
    past.calls.iter().filter(is_in).filter_map(|call| call["lead_id"].as_i64()).collect()
}

async fn by_day_is_the_same(store: &Store, of: Counted<'_>, whole: &Tallies) {
    let mut sum = Tallies::default();
    let days: Vec<(Date, M, Tally)> = store.tallies_by_day(of).await.unwrap();
    for (day, measure, tally) in days {
        assert!((of.from..=of.to).contains(&day));
        sum.add(measure, "", tally);
    }
    for measure in [M::Calls, M::Ended, M::Resolved, M::Booked, M::Lead] {
        assert_eq!(sum.of(measure), whole.of(measure), "{measure}");
    }
}

fn object(value: Value) -> Map<String, Value> {
    serde_json::from_value(value).unwrap()
}

#[tokio::test]
async fn numbers_are_what_a_plain_recount_of_the_rows_gives() {
    for (name, database) in testkit::both() {
        let store = Store::open(&database.url).await.unwrap();
        past().write(&store).await;
        assert!(store.has_stale_days().await.unwrap(), "{name}");
        count(&store).await;
        agree(&store, name).await;
        // What changes afterwards is counted again: an outcome, a name, an answer, an assessment, a transfer.
        let mut tx = store.begin().await.unwrap();
        let changes = [
            (
                "voice_lead_calls",
                json!({"id": 3}),
                json!({"outcome": "viewing_booked", "intent": "book_viewing"}),
            ),
            ("voice_leads", json!({"id": 4}), json!({"name": "Sam Okoro", "looking_for": "rent"})),
            ("voice_leads", json!({"id": 5}), json!({"status": "viewing_booked"})),
        ];
        for (table, held, set) in changes {
            assert_eq!(tx.change_rows(table, &object(held), &object(set)).await.unwrap(), 1);
        }
        let survey = &past().surveys[0];
        tx.answer_survey(survey["id"].as_str().unwrap(), 5, support::now()).await.unwrap();
        let late: Rows = rows(json!([{
            "id": "assessment_late", "conversation_id": "call_7", "account_id": "account_2", "score": 4, "intent_is_right": true,
            "created_at": "2027-06-01T10:00:00.000000Z", "updated_at": "2027-06-01T10:00:00.000000Z"
        }]));
        tx.insert_rows("assessments", &late).await.unwrap();
        tx.commit().await.unwrap();
        count(&store).await;
        agree(&store, name).await;
        store.close().await;
    }
}
