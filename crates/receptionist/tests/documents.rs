//! The commands of README, CONTRIBUTING and docs are run as they stand there, one after the other, on one machine: a new
//! one has no place here until it is run too.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod support;

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use receptionist::rehearsal::{ACCOUNT_SID, AGENCY_NUMBER, AUTH_TOKEN};
use support::process::{serve, stage};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// As it is documented, as it is run (nothing: the same), and the code it ends with. `{…}` is filled in; long runs are shorter here.
const COMMANDS: &[(&str, &str, i32)] = &[
    ("--help", "", 0),
    ("migrate", "", 0),
    ("user add --email you@agency.example --name You --role admin", "", 0),
    (
        "user add --email E --name N --role R",
        "user add --email amy@agency.example --name Amy --role negotiator",
        0,
    ),
    ("user reset --email E --second-factor", "user reset --email amy@agency.example --second-factor", 0),
    ("import properties FILE", "import properties {homes}", 0),
    ("documents add", "documents add --tenant 1 --name Lease {paper}", 0),
    ("preview", "preview viewing --by sms", 0),
    ("openapi", "", 0),
    ("understand", "", 0),
    ("serve", "", 0),
    ("twilio connect", "", 1),
    ("twilio connect --yes", "", 0),
    ("templates check", "", 0),
    ("doctor", "", 1),
    ("doctor --json", "", 1),
    ("scenarios run scenarios", "scenarios run scenarios --only withheld", 0),
    (
        "scenarios run scenarios --only NAME --verbose",
        "scenarios run scenarios --only 01-new-caller --verbose",
        0,
    ),
    ("simulate --seed 7", "simulate --seed 7 --calls 3", 0),
    ("simulate --at-once 50 --calls 500", "simulate --at-once 2 --calls 4", 0),
    ("simulate --faults", "simulate --faults --seed 1 --calls 1 --on sqlite", 0),
    ("simulate --faults --seed 7 --calls 500", "simulate --faults --seed 1 --calls 1", 0),
    (
        "simulate --faults --seed 7 --calls 500 --on sqlite --json",
        "simulate --faults --seed 1 --calls 1 --on sqlite --json",
        0,
    ),
    ("retention [--json]", "retention --json", 0),
    ("export caller --phone N", "export caller --phone +447700900110", 0),
    ("hold caller --phone N --reason R", "hold caller --phone +447700900101 --reason dispute", 0),
    ("erase caller --phone N", "erase caller --phone +447700900101", 1),
    ("backup", "backup --to {elsewhere}", 0),
    ("backup --to DIR", "backup --to {copies}", 0),
    ("restore DIR/<instant>", "restore {copy} --yes", 0),
];

const HOMES: &str = "reference,listing_type,status,address_line1,area,postcode,bedrooms,bathrooms,property_type,price,rent_period
JB-9001,rent,available,\"14 Elgin Avenue\",Maida Vale,W9 1AA,2,1,flat,2400,month
";

/// Every `receptionist …` of the documents.
fn documented() -> BTreeSet<String> {
    let mut files = vec![root().join("README.md"), root().join("CONTRIBUTING.md")];
    let documents = std::fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    files.extend(documents.filter(|path| path.extension().is_some_and(|kind| kind == "md")));
    files.iter().flat_map(|file| commands_in(&std::fs::read_to_string(file).unwrap())).collect()
}

fn commands_in(text: &str) -> Vec<String> {
    let (mut found, mut in_block) = (Vec::new(), false);
    for line in text.lines() {
        in_block ^= line.trim_start().starts_with("```");
        let pieces: Vec<&str> =
            if in_block { vec![line] } else { line.split('`').skip(1).step_by(2).collect() };
        for piece in pieces {
            let is_ours =
                piece.trim_start().starts_with("receptionist ") || piece.contains("| receptionist ");
            let Some((_, command)) = piece.rsplit_once("receptionist ").filter(|_| is_ours) else { continue };
            let ends = [" | ", "  ", " #"].iter().filter_map(|end| command.find(end)).min();
            let command = command[..ends.unwrap_or(command.len())].trim();
            if !command.contains('…') {
                found.push(command.to_owned());
            }
        }
    }
    found
}

#[test]
fn every_command_of_the_documents_is_run_here() {
    let known: BTreeSet<String> = COMMANDS.iter().map(|(documented, ..)| (*documented).to_owned()).collect();
    assert_eq!(documented(), known);
}

/// A folder with what the commands are given, and the environment they are run in.
struct Machine {
    folder: tempfile::TempDir,
    variables: Vec<(&'static str, String)>,
}

impl Machine {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, command: &str) -> Output {
        let copies = std::fs::read_dir(self.path("copies")).into_iter().flatten();
        let copy = copies.map(|entry| entry.unwrap().path()).max().unwrap_or_default();
        let arguments = command.split_whitespace().map(|word| match word {
            "{homes}" => self.path("homes.csv"),
            "{paper}" => self.path("lease.pdf"),
            "{elsewhere}" => self.path("elsewhere"),
            "{copies}" => self.path("copies"),
            "{copy}" => copy.clone(),
            word => PathBuf::from(word),
        });
        let mut child = Command::new(env!("CARGO_BIN_EXE_receptionist"))
            .args(arguments)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("DATA_DIR", self.folder.path())
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .current_dir(root())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let asked = br#"{"text": "half three on tuesday", "expecting": "slot"}"#;
        // Whoever reads nothing has closed it.
        let _ = child.stdin.take().unwrap().write_all(asked);
        child.wait_with_output().unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_of_the_documents_do_what_they_say() {
    let database = testkit::sqlite();
    let (store, network, port) = stage(&database).await;
    network.own(AGENCY_NUMBER);
    store.close().await;
    let variables = vec![
        ("DATABASE_URL", database.url.clone()),
        ("BASE_URL", format!("http://127.0.0.1:{port}")),
        ("LISTEN_ADDR", format!("127.0.0.1:{port}")),
        ("TWILIO_API_URL", network.rest_url().to_owned()),
        ("TWILIO_ACCOUNT_SID", ACCOUNT_SID.to_owned()),
        ("TWILIO_AUTH_TOKEN", AUTH_TOKEN.to_owned()),
        ("TWILIO_PHONE_NUMBER", AGENCY_NUMBER.to_owned()),
    ];
    let machine = Machine { folder: tempfile::tempdir().unwrap(), variables };
    std::fs::write(machine.path("homes.csv"), HOMES).unwrap();
    std::fs::write(machine.path("lease.pdf"), b"%PDF-1.4\n%%EOF\n").unwrap();
    for (documented, run, code) in COMMANDS {
        if *documented == "serve" {
            drop(serve(port, &database.url, network.rest_url()).await);
            continue;
        }
        let command = if run.is_empty() { documented } else { run };
        let output = tokio::task::block_in_place(|| machine.run(command));
        let said = String::from_utf8_lossy(&output.stderr);
        let told = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(*code), "receptionist {command}\n{told}\n{said}");
    }
}
