//! What people heard and were promised, against what is there.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;

use jiff::{SignedDuration, Timestamp};
use phone_network::Ending;
use serde_json::{Map, Value};

use super::people::{Errand, Witness};
use super::world::World;
use crate::rehearsal::EMERGENCY_NUMBER;

/// Something that must not be.
#[derive(Debug)]
pub struct Finding {
    rule: &'static str,
    detail: String,
}

impl Finding {
    pub(super) fn note(detail: String) -> Self {
        Self { rule: "note", detail }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule, self.detail)
    }
}

type Row = Map<String, Value>;
type Found = (Vec<Finding>, BTreeMap<&'static str, usize>);

struct Audit<'a> {
    world: &'a World,
    witnesses: &'a [Witness],
    tables: HashMap<&'static str, Vec<Row>>,
    findings: Vec<Finding>,
}

const TABLES: [&str; 9] = [
    "voice_lead_calls", "voice_leads", "conversations", "messages", "tasks", "alerts", "alert_reporters",
    "viewing_appointments", "support_tickets",
];

pub(super) async fn audit(world: &World, witnesses: &[Witness], done: &[String]) -> anyhow::Result<Found> {
    let mut tables = HashMap::new();
    for table in TABLES {
        tables.insert(table, world.store.rows(table).await?);
    }
    let mut audit = Audit { world, witnesses, tables, findings: Vec::new() };
    audit.every_call_is_there_once();
    audit.no_call_is_stuck();
    audit.every_text_is_there_once();
    audit.what_was_said_to_be_booked_is();
    audit.nothing_is_booked_twice();
    audit.every_promise_has_a_task();
    audit.every_danger_reached_somebody();
    audit.nothing_was_sent_twice_without_a_record();
    audit.what_staff_did_is_done(done);
    let counts = TABLES.iter().map(|table| (*table, audit.tables[table].len())).collect();
    Ok((audit.findings, counts))
}

fn text<'r>(row: &'r Row, column: &str) -> &'r str {
    row.get(column).and_then(Value::as_str).unwrap_or_default()
}

impl Audit<'_> {
    fn find(&mut self, rule: &'static str, detail: impl Into<String>) {
        self.findings.push(Finding { rule, detail: detail.into() });
    }

    /// By the words of this column.
    fn by(&self, table: &str, column: &str) -> HashMap<String, Vec<&Row>> {
        let mut all: HashMap<String, Vec<&Row>> = HashMap::new();
        for row in &self.tables[table] {
            all.entry(text(row, column).to_owned()).or_default().push(row);
        }
        all
    }

    fn calls(&self) -> impl Iterator<Item = &Witness> {
        self.witnesses.iter().filter(|witness| !witness.errand.is_written() && !witness.sid.is_empty())
    }

    fn all(&mut self, rule: &'static str, details: Vec<String>) {
        for detail in details {
            self.find(rule, detail);
        }
    }

    fn every_call_is_there_once(&mut self) {
        let calls = self.by("voice_lead_calls", "call_sid");
        let leads: HashSet<i64> =
            self.tables["voice_leads"].iter().filter_map(|row| row["id"].as_i64()).collect();
        let is_there = |witness: &&Witness| {
            let kept = calls.get(&witness.sid).map_or(&[][..], Vec::as_slice);
            kept.len() == 1 && kept[0]["lead_id"].as_i64().is_some_and(|lead| leads.contains(&lead))
        };
        // Who heard nothing of us but "application error" may have left no trace.
        let heard_us =
            |witness: &&Witness| witness.ending != Some(Ending::ApplicationError) || witness.was_taken;
        let lost: Vec<String> = self
            .calls()
            .filter(heard_us)
            .filter(|one| !is_there(one))
            .map(|one| format!("{one:?}"))
            .collect();
        self.all("a call is not there once, with its lead", lost);
    }

    fn no_call_is_stuck(&mut self) {
        let open = |row: &&Row| row["ended_at"].is_null();
        let unread = |row: &&Row| !row["ended_at"].is_null() && row["reviewed_at"].is_null();
        let ids =
            |rows: Vec<&Row>| -> Vec<String> { rows.iter().map(|row| text(row, "id").to_owned()).collect() };
        let stuck = ids(self.tables["conversations"].iter().filter(open).collect());
        let unread = ids(self.tables["conversations"].iter().filter(unread).collect());
        self.all("a conversation never ended", stuck);
        self.all("a conversation was never reviewed", unread);
        let waiting: Vec<String> = self.tables["messages"]
            .iter()
            .filter(|row| text(row, "status") == "sending" || text(row, "status") == "unknown")
            .map(|row| format!("{} is {}", text(row, "id"), text(row, "status")))
            .collect();
        self.all("a message is stuck", waiting);
    }

    /// Taken at once or found in Twilio's log: kept once; and answered, or somebody has it to do.
    fn every_text_is_there_once(&mut self) {
        let kept = self.by("messages", "provider_sid");
        let mut findings = Vec::new();
        for witness in self.witnesses.iter().filter(|one| one.errand.is_written()) {
            match kept.get(&witness.sid).map_or(&[][..], Vec::as_slice) {
                [row] if row["answered_at"].is_null() => findings.push(format!("not answered: {witness:?}")),
                [_] => {}
                rows => findings.push(format!("{} times: {witness:?}", rows.len())),
            }
        }
        self.all("a text is not there once and answered", findings);
    }

    fn what_was_said_to_be_booked_is(&mut self) {
        let booked = self.by("viewing_appointments", "viewer_phone");
        let mut told: BTreeMap<&str, usize> = BTreeMap::new();
        for witness in self.calls() {
            *told.entry(&witness.phone).or_default() += witness.heard.matches("That's booked").count().min(1);
        }
        let missing: Vec<String> = told
            .iter()
            .filter(|(phone, count)| booked.get(**phone).map_or(0, Vec::len) < **count)
            .map(|(phone, count)| format!("{phone} heard it {count} times"))
            .collect();
        self.all("\"That's booked\" without an appointment", missing);
    }

    /// A recount of hours, not the constraint's word.
    fn nothing_is_booked_twice(&mut self) {
        /// From, to, appointment.
        type Hours = Vec<(Timestamp, Timestamp, i64)>;
        let mut hours: HashMap<(&str, i64), Hours> = HashMap::new();
        for row in self.tables["viewing_appointments"].iter().filter(|row| text(row, "status") == "booked") {
            let Ok(start) = text(row, "scheduled_date").parse::<Timestamp>() else { continue };
            let minutes = SignedDuration::from_mins(row["duration_minutes"].as_i64().unwrap_or(30));
            let end = start.saturating_add(minutes).unwrap_or(start);
            for column in ["agent_id", "property_id"] {
                if let Some(of) = row[column].as_i64() {
                    let id = row["id"].as_i64().unwrap_or_default();
                    hours
                        .entry((if column == "agent_id" { "agent" } else { "home" }, of))
                        .or_default()
                        .push((start, end, id));
                }
            }
        }
        let mut twice = Vec::new();
        for ((whose, of), mut taken) in hours {
            taken.sort_unstable();
            let overlaps = taken.windows(2).filter(|pair| pair[1].0 < pair[0].1);
            twice.extend(
                overlaps.map(|pair| format!("{whose} {of}: appointments {} and {}", pair[0].2, pair[1].2)),
            );
        }
        self.all("two appointments at once", twice);
    }

    fn every_promise_has_a_task(&mut self) {
        let tasks = self.by("tasks", "conversation_id");
        let promised = |row: &&Row| ["callback_promised", "message_taken"].contains(&text(row, "outcome"));
        let kept = |row: &&Row| tasks.contains_key(text(row, "conversation_id"));
        let broken: Vec<String> = self.tables["voice_lead_calls"]
            .iter()
            .filter(promised)
            .filter(|row| !kept(row))
            .map(|row| format!("{} of {}", text(row, "outcome"), text(row, "conversation_id")))
            .collect();
        self.all("a promise without a task", broken);
        let of_messages: HashSet<&str> =
            self.tables["tasks"].iter().map(|row| text(row, "message_id")).collect();
        let silent: Vec<String> = self.tables["messages"]
            .iter()
            // A call on the ladder is not made again: the next rung comes, until somebody has taken it.
            .filter(|row| text(row, "kind") != agency::messages::kind::EMERGENCY_CALL)
            .filter(|row| text(row, "status") == "failed" && !of_messages.contains(text(row, "id")))
            .filter(|row| {
                !self.tables["messages"].iter().any(|other| text(other, "fallback_for") == text(row, "id"))
            })
            .map(|row| format!("{} {}", text(row, "kind"), text(row, "id")))
            .collect();
        self.all("a message failed without a task or another way", silent);
    }

    /// Whoever said that they smell gas heard the safety words, and somebody has taken it.
    fn every_danger_reached_somebody(&mut self) {
        let Some(words) = agency::triage::hazard("gas").map(|hazard| hazard.script.as_str()) else { return };
        let conversations = self.by("conversations", "call_sid");
        let reported: HashSet<&str> =
            self.tables["alert_reporters"].iter().map(|row| text(row, "conversation_id")).collect();
        // Without a database, whoever is last in the chain is texted at once, with the caller's number.
        let sent = self.world.network.messages();
        let was_texted = |phone: &str| {
            let national = phone.replacen("+44", "0", 1);
            let is_it = |body: &str| body.contains(phone) || body.replace(' ', "").contains(&national);
            sent.iter().any(|sent| sent.to == EMERGENCY_NUMBER && is_it(&sent.body))
        };
        let mut findings = Vec::new();
        for witness in self.calls().filter(|one| one.errand == Errand::Danger && one.was_taken) {
            let id = conversations.get(&witness.sid).map_or("", |rows| text(rows[0], "id"));
            if !witness.heard.contains(words) {
                findings.push(format!("not warned: {witness:?}"));
            } else if !reported.contains(id) && !was_texted(&witness.phone) {
                findings.push(format!("nobody was told: {witness:?}"));
            }
        }
        let open = |row: &&Row| row["acknowledged_at"].is_null() && row["merged_into"].is_null();
        findings.extend(
            self.tables["alerts"].iter().filter(open).map(|row| format!("not taken: {}", text(row, "id"))),
        );
        self.all("a danger was not answered", findings);
    }

    fn nothing_was_sent_twice_without_a_record(&mut self) {
        let mut written: HashMap<(&str, &str), (usize, bool)> = HashMap::new();
        for row in self.tables["messages"].iter().filter(|row| text(row, "direction") == "outbound") {
            let entry = written.entry((text(row, "to_address"), text(row, "body"))).or_default();
            entry.0 += 1;
            entry.1 |= row["possible_duplicate"] == true || row["possible_duplicate"] == 1;
        }
        let mut sent: HashMap<(String, String), usize> = HashMap::new();
        for message in self.world.network.messages() {
            *sent.entry((message.to, message.body)).or_default() += 1;
        }
        let mut twice = Vec::new();
        for ((to, body), count) in &sent {
            // What was texted past a database that did not answer has no row.
            let Some((rows, may_be_twice)) = written.get(&(to.as_str(), body.as_str())) else { continue };
            if count > rows && !may_be_twice {
                twice.push(format!("{count} of {rows} to {to}: {body}"));
            }
        }
        self.all("sent twice without a record", twice);
    }

    fn what_staff_did_is_done(&mut self, done: &[String]) {
        let tasks = self.by("tasks", "id");
        let undone: Vec<String> = done
            .iter()
            .filter(|id| tasks.get(*id).is_none_or(|rows| text(rows[0], "status") != "done"))
            .cloned()
            .collect();
        self.all("staff did it, and it is not done", undone);
    }
}
