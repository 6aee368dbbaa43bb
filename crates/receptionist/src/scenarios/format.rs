//! The file format of a scenario, published as `docs/schemas/scenario.schema.json`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One conversation: who rings, what they do, and the rows that must exist at the end.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What happens, as a sentence.
    pub name: String,
    /// When the call comes in: RFC 3339. The fictional agency is made for that day.
    pub clock: String,
    /// The caller's number in E.164, or `anonymous`; empty: nobody rings.
    #[serde(default)]
    pub caller: String,
    /// Who writes, where `write` and the like are steps: a number in E.164, with `whatsapp:` before it for WhatsApp.
    #[serde(default)]
    pub writer: String,
    /// Rows written before the call, by table.
    #[serde(default)]
    pub given: BTreeMap<String, Vec<Map<String, Value>>>,
    /// How numbers take messages; everybody else receives them.
    #[serde(default)]
    pub recipients: BTreeMap<String, Recipient>,
    /// What somebody does when they are rung; everybody else does not answer.
    #[serde(default)]
    pub phones: BTreeMap<String, Phone>,
    /// What a scripted model answers, request by request, as `testkit::Reply`; after that it leaves the turn to the rules.
    #[serde(default)]
    pub model: Vec<Value>,
    /// What the caller does, in order.
    pub steps: Vec<Step>,
    /// Rows that are new or changed at the end, by table: a list of rows (only the columns named are compared, and the
    /// list must be complete), or just how many there are. A table that is not named must not have changed.
    #[serde(default)]
    pub expect: BTreeMap<String, Expected>,
    /// Emails that must have arrived, in order, and no others; not judged where it is left out.
    #[serde(default)]
    pub mail: Option<Vec<ExpectedMail>>,
    /// Safety words that must have been said, word for word.
    #[serde(default)]
    pub safety_words: Vec<String>,
    /// What nobody may have heard.
    #[serde(default)]
    pub never_said: Vec<String>,
    /// Only these tables are judged.
    #[serde(skip)]
    pub judged: Option<&'static [&'static str]>,
}

/// What a conversation must come to, however it is had.
const ANY_WAY: &[(&str, &[&str])] = &[
    ("viewing_appointments", &["kind", "property_id", "scheduled_date", "status", "viewer_name"]),
    ("support_tickets", &["category", "urgency"]),
    ("alerts", &["hazard"]),
];

impl Scenario {
    /// The same story by WhatsApp: what was said is written. Judged by appointments, repairs and emergencies. None: it is about
    /// the telephone (keys, silence, being put through), or nobody could write from that number.
    pub fn in_writing(&self) -> Option<Self> {
        let can_write = self.caller.starts_with("+447");
        let comes_to = self.expect.keys().any(|table| ANY_WAY.iter().any(|(judged, _)| judged == table));
        if !can_write || !comes_to {
            return None;
        }
        let steps =
            self.steps.iter().filter(|step| !matches!(step, Step::HangUp(_))).map(|step| match step {
                Step::Say(words) => Some(Step::Write(words.clone())),
                Step::Press(_) | Step::Silence(_) => None,
                other => Some(other.clone()),
            });
        let expect = ANY_WAY.iter().filter_map(|(table, columns)| {
            let only = |row: &Map<String, Value>| {
                row.iter()
                    .filter(|(column, _)| columns.contains(&column.as_str()))
                    .map(|(c, v)| (c.clone(), v.clone()))
                    .collect()
            };
            let expected = match self.expect.get(*table)? {
                Expected::Count(count) => Expected::Count(*count),
                Expected::Rows(rows) => Expected::Rows(rows.iter().map(only).collect()),
            };
            Some(((*table).to_owned(), expected))
        });
        // Writing takes its time; what was the last moment for a slot still is.
        let clock: jiff::Timestamp = self.clock.parse().ok()?;
        let earlier = clock.checked_sub(jiff::SignedDuration::from_mins(3)).ok()?;
        let is_same_day = agency::london::date_of(earlier) == agency::london::date_of(clock);
        Some(Self {
            clock: if is_same_day { earlier } else { clock }.to_string(),
            writer: format!("whatsapp:{}", self.caller),
            caller: String::new(),
            steps: steps.collect::<Option<Vec<Step>>>()?,
            expect: expect.collect(),
            mail: None,
            safety_words: Vec::new(),
            judged: Some(&["viewing_appointments", "support_tickets", "alerts"]),
            ..self.clone()
        })
    }
}

/// One thing the caller does, or that happens.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The caller speaks.
    Say(String),
    /// The caller presses keys.
    Press(String),
    /// The caller says nothing this many times.
    Silence(u8),
    /// Minutes pass, and the work behind the calls is done.
    Wait(i64),
    /// Time passes until this instant (RFC 3339); everything that becomes due on the way is done, the work after calls included.
    Until(String),
    /// A provider goes away, or comes back.
    Down(Service),
    Up(Service),
    /// Staff, or the CRM, change the rows of a table that hold these values.
    Changes {
        table: String,
        r#where: Map<String, Value>,
        set: Map<String, Value>,
    },
    /// Staff, or the CRM, write a row.
    Adds {
        table: String,
        row: Map<String, Value>,
    },
    /// `import properties` of this file.
    Imports {
        csv: Option<String>,
        blm: Option<String>,
    },
    /// Somebody opens the page of the last package they were sent and presses its first button for a viewing, twice.
    BooksOnPage(String),
    /// The mail server refuses this address from now on.
    RefusesMail(String),
    /// Somebody follows the link of their last email that ends such messages.
    Unsubscribes(String),
    /// The process is killed and comes up again on the same database.
    Crash(bool),
    /// A second caller books the slot that was just offered first.
    RivalBooks(String),
    /// Somebody else writes: from whom, and what; `whatsapp:` before the number for WhatsApp.
    Writes {
        from: String,
        words: String,
    },
    /// The writer writes, and reads the answer.
    Write(String),
    /// The writer sends several messages in a row, faster than they are answered.
    Pieces(Vec<String>),
    /// The same message comes in this often, as Twilio's retries bring it.
    Repeated {
        words: String,
        times: usize,
    },
    /// The writer sends files, with or without words.
    Sends {
        #[serde(default)]
        words: String,
        files: Vec<SentFile>,
    },
    /// Somebody else rings, says this line by line, and hangs up.
    AnotherCaller {
        from: String,
        says: Vec<String>,
    },
    /// The caller hangs up.
    HangUp(bool),
}

/// A file that somebody sends from their telephone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SentFile {
    /// A JPEG that says where it was taken.
    Photo,
    Video,
    VoiceNote,
    /// Says it is a picture and is a program.
    FalsePicture,
    /// More than we take.
    TooLarge,
}

/// Who can be away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    Twilio,
    Mail,
}

/// An email that arrived.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpectedMail {
    pub to: String,
    /// Part of the subject.
    pub subject: String,
    /// What its words contain.
    #[serde(default)]
    pub says: Vec<String>,
    /// The names of its files, all of them.
    #[serde(default)]
    pub files: Option<Vec<String>>,
    /// What its invitation contains.
    #[serde(default)]
    pub calendar: Vec<String>,
}

/// How a number takes messages, with Twilio's error code.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    Refused(i64),
    Undelivered(i64),
    UndeliveredOnce(i64),
    BusyOnce(bool),
    SilentOnce(bool),
    LostOnce(bool),
}

/// What somebody does who is rung.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Phone {
    /// Answers and presses 1.
    Accepts,
    /// Answers and presses 2.
    PassesOn,
    /// Listens twice, then accepts.
    HearsTwiceAndAccepts,
    /// Voicemail.
    Machine,
    Busy,
    NoAnswer,
}

/// What a table must have gained or changed.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Expected {
    Count(usize),
    Rows(Vec<Map<String, Value>>),
}

/// Every `*.yaml` of a folder, in the order of their names.
pub fn read_folder(folder: &Path) -> anyhow::Result<Vec<(PathBuf, Scenario)>> {
    let entries = std::fs::read_dir(folder).with_context(|| {
        format!("the folder {} cannot be read; give the folder that holds scenarios", folder.display())
    })?;
    let mut paths: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    paths.sort();
    anyhow::ensure!(!paths.is_empty(), "{} holds no scenarios (files that end in .yaml)", folder.display());
    paths.into_iter().map(|path| read_file(&path).map(|scenario| (path, scenario))).collect()
}

/// One scenario.
pub fn read_file(path: &Path) -> anyhow::Result<Scenario> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    serde_saphyr::from_str(&text).with_context(|| {
        format!("{} is not a scenario; its format is docs/schemas/scenario.schema.json", path.display())
    })
}
