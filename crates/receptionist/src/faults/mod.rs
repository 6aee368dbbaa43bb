//! `simulate --faults`: calls, texts and staff work against real processes, while what they stand on fails by seed; then an audit of
//! what people heard against what is in the database. A seed gives the same people, words and faults again; threads, of course, meet
//! as they like.

mod audit;
mod colleague;
mod nodes;
mod people;
mod plan;
mod world;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::sync::{Semaphore, watch};

pub use audit::Finding;
use colleague::Colleague;
use people::{Person, Witness};
pub use plan::Database;
use plan::{Planned, plan};
use world::World;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Trial {
    pub seed: u64,
    pub calls: u32,
    pub at_once: u32,
    pub on: Database,
}

/// What came of it.
#[derive(Debug)]
pub struct Outcome {
    trial: Trial,
    findings: Vec<Finding>,
    faults: BTreeMap<&'static str, u32>,
    errands: BTreeMap<&'static str, u32>,
    /// Heard Twilio's "application error" in the middle of a call, and instead of us: the number had no fallback on another host.
    cut_off: u32,
    rang_in_vain: u32,
    texts_not_taken: usize,
    /// Callers who were asked to say something again.
    asked_again: usize,
    done_by_staff: usize,
    audited: BTreeMap<&'static str, usize>,
    /// What Twilio would have complained of, by its code: webhooks that nobody answered among them.
    complaints: BTreeMap<String, u32>,
    took: Duration,
}

/// Runs it; progress goes to standard error.
pub async fn run(trial: Trial) -> anyhow::Result<Outcome> {
    let began = Instant::now();
    let world = Arc::new(World::start(&trial).await?);
    let colleague = Colleague::sign_in(&world).await?;
    let (begun, progress) = watch::channel(0_u32);
    let planned = plan(&trial, world.can_fill_disk());
    let (reached, broken) = watch::channel(0);
    let breaking = tokio::spawn(break_things(world.clone(), planned.clone(), progress.clone(), reached));
    let working = tokio::spawn(colleague.work(progress.clone()));
    let telling = tokio::spawn(tell(trial.calls, progress));
    let witnesses = let_people_ring(&world, &trial, &begun, broken).await;
    drop(begun);
    breaking.await??;
    let done = working.await?;
    telling.await?;
    world.until_quiet().await?;
    let (findings, audited) = audit::audit(&world, &witnesses, &done).await?;
    let mut outcome = Outcome {
        trial,
        findings,
        faults: counted(planned.iter().map(|planned| planned.fault.name())),
        errands: counted(witnesses.iter().map(|witness| witness.errand.name())),
        cut_off: witnesses.iter().map(|one| one.cut_off).sum(),
        rang_in_vain: witnesses.iter().map(|one| one.rang_in_vain).sum(),
        texts_not_taken: witnesses.iter().filter(|one| one.errand.is_written() && !one.was_taken).count(),
        asked_again: witnesses.iter().filter(|one| one.repeats > 0).count(),
        done_by_staff: done.len(),
        audited,
        complaints: complaints(&world),
        took: began.elapsed(),
    };
    if outcome.findings.is_empty() {
        world.stop().await;
    } else {
        outcome.findings.push(Finding::note(format!("kept for a look: {}", world.keep().await)));
    }
    Ok(outcome)
}

fn complaints(world: &World) -> BTreeMap<String, u32> {
    let mut all = BTreeMap::new();
    for complaint in world.network.complaints() {
        let words = complaint
            .split_once(": ")
            .filter(|(who, _)| who.starts_with("call "))
            .map_or(complaint.as_str(), |(_, words)| words);
        let what = words.split(['?', '#']).next().unwrap_or(words).to_owned();
        *all.entry(what).or_default() += 1;
    }
    all
}

fn counted(names: impl Iterator<Item = &'static str>) -> BTreeMap<&'static str, u32> {
    let mut all = BTreeMap::new();
    for name in names {
        *all.entry(name).or_default() += 1;
    }
    all
}

/// Each when the one before has a line, and when the faults that were planned well before them have happened.
async fn let_people_ring(
    world: &Arc<World>,
    trial: &Trial,
    begun: &watch::Sender<u32>,
    mut broken: watch::Receiver<u32>,
) -> Vec<Witness> {
    const AHEAD_MAX: u32 = 60;
    let gate = Arc::new(Semaphore::new(trial.at_once as usize));
    let mut talks = tokio::task::JoinSet::new();
    for n in 0..trial.calls {
        let Ok(turn) = gate.clone().acquire_owned().await else { break };
        // Its sender is gone once nothing is left of the plan.
        drop(broken.wait_for(|reached| reached.saturating_add(AHEAD_MAX) > n).await);
        begun.send_replace(n + 1);
        let (world, person) = (world.clone(), Person::of(trial.seed, n));
        talks.spawn(async move {
            let witness = person.go(&world.network).await;
            drop(turn);
            witness
        });
    }
    talks.join_all().await
}

/// One thing after the other goes wrong, each when so many calls have begun.
async fn break_things(
    world: Arc<World>,
    planned: Vec<Planned>,
    mut progress: watch::Receiver<u32>,
    reached: watch::Sender<u32>,
) -> anyhow::Result<()> {
    for next in planned {
        reached.send_replace(next.after);
        // Once the last has rung, what is left of the plan happens at their heels.
        drop(progress.wait_for(|begun| *begun >= next.after).await);
        world.suffer(&next.fault).await?;
    }
    Ok(())
}

#[expect(clippy::print_stderr, reason = "a trial is long, and says how far it is")]
fn note(text: &str) {
    eprintln!("{text}");
}

async fn tell(calls: u32, progress: watch::Receiver<u32>) {
    const EVERY: Duration = Duration::from_secs(10);
    while progress.has_changed().is_ok() {
        tokio::time::sleep(EVERY.min(Duration::from_secs(u64::from(calls / 50 + 1)))).await;
        note(&format!("{} of {calls} have rung or written", *progress.borrow()));
    }
}

impl Outcome {
    pub fn passed(&self) -> bool {
        self.findings.is_empty()
    }

    pub fn json(&self) -> String {
        json!({
            "seed": self.trial.seed, "calls": self.trial.calls, "on": self.trial.on.name(), "passed": self.passed(),
            "findings": self.findings.iter().map(ToString::to_string).collect::<Vec<_>>(), "faults": self.faults,
            "errands": self.errands, "cut_off": self.cut_off, "rang_in_vain": self.rang_in_vain, "texts_not_taken": self.texts_not_taken,
            "asked_again": self.asked_again, "done_by_staff": self.done_by_staff, "complaints": self.complaints, "audited": self.audited,
            "took_s": self.took.as_secs(),
        })
        .to_string()
    }

    pub fn text(&self) -> String {
        let list = |counts: &BTreeMap<&'static str, u32>| {
            let all: Vec<String> = counts.iter().map(|(name, count)| format!("{count} {name}")).collect();
            all.join(", ")
        };
        let audited: Vec<String> =
            self.audited.iter().map(|(name, count)| format!("{count} {name}")).collect();
        let Trial { seed, calls, on, .. } = &self.trial;
        let mut text = format!(
            "seed {seed}, {calls} conversations on {} in {} s\npeople: {}\nfaults: {}\ncallers asked to say something again: {}; rang in vain: {}; cut off in the middle: {}; texts found in Twilio's log: {}; tasks done by staff: {}\naudited: {}\n",
            on.name(),
            self.took.as_secs(),
            list(&self.errands),
            list(&self.faults),
            self.asked_again,
            self.rang_in_vain,
            self.cut_off,
            self.texts_not_taken,
            self.done_by_staff,
            audited.join(", "),
        );
        text.extend(self.findings.iter().map(|finding| format!("  {finding}\n")));
        if self.passed() {
            text.push_str("nothing was lost, booked twice or sent twice without a record");
        } else {
            text.push_str(&self.again());
        }
        text
    }

    /// How to see it again.
    fn again(&self) -> String {
        let Trial { seed, calls, at_once, on } = &self.trial;
        let on = on.name();
        format!(
            "again: receptionist simulate --faults --seed {seed} --calls {calls} --at-once {at_once} --on {on}"
        )
    }
}
