//! A short run of `receptionist simulate --faults` on each database. Longer ones are in docs/reliability.md.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::process::Command;

use serde_json::Value;

fn trial(on: &str, seed: u32) {
    let output = Command::new(env!("CARGO_BIN_EXE_receptionist"))
        .args(["simulate", "--faults", "--json", "--calls", "80", "--at-once", "10", "--on", on])
        .args(["--seed", &seed.to_string()])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
    assert!(output.status.success() && report["passed"] == true, "{report:#}");
    assert!(
        report["faults"].as_object().unwrap().len() > 2
            && report["audited"]["conversations"].as_u64() >= Some(80)
    );
}

#[test]
fn three_processes_on_postgres_lose_nothing() {
    trial("postgres", 1);
}

#[test]
fn one_process_on_sqlite_loses_nothing() {
    trial("sqlite", 4);
}
