//! What goes wrong, drawn from the seed.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use testkit::Restart;

use super::Trial;

/// What the processes run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Database {
    /// Three processes behind nginx.
    Postgres,
    /// One process.
    Sqlite,
}

impl Database {
    pub fn name(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Sqlite => "sqlite",
        }
    }

    pub(super) fn nodes(self) -> usize {
        match self {
            Self::Postgres => 3,
            Self::Sqlite => 1,
        }
    }
}

/// How the model is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mood {
    Well,
    Refuses,
    Hangs,
    TalksNonsense,
}

/// What goes wrong, and for how many milliseconds.
#[derive(Clone, Debug)]
pub(super) enum Fault {
    /// `kill -9`; another is started at once.
    Killed(usize),
    /// SIGTERM, and another is started when it has ended.
    Replaced(usize),
    Paused(usize, u64),
    CutOff(usize, u64),
    Silenced(usize, u64),
    DatabaseRestarted(Restart),
    DiskFull(u64),
    Model(Mood, u64),
}

impl Fault {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Killed(_) => "processes killed",
            Self::Replaced(_) => "processes replaced",
            Self::Paused(..) => "processes paused",
            Self::CutOff(..) => "processes cut off from the database",
            Self::Silenced(..) => "lines to the database silent",
            Self::DatabaseRestarted(Restart::Fast) => "restarts of the database",
            Self::DatabaseRestarted(Restart::Immediate) => "crashes of the database",
            Self::DiskFull(_) => "disks full",
            Self::Model(..) => "failures of the model",
        }
    }
}

/// A fault, when so many calls have begun.
#[derive(Clone, Debug)]
pub(super) struct Planned {
    pub(super) after: u32,
    pub(super) fault: Fault,
}

/// A fault for so many calls.
const CALLS_A_FAULT: u32 = 40;
const FAULTS_MIN: u32 = 6;

pub(super) fn plan(trial: &Trial, can_fill_disk: bool) -> Vec<Planned> {
    let mut rng = StdRng::seed_from_u64(trial.seed);
    let count = (trial.calls / CALLS_A_FAULT).max(FAULTS_MIN);
    let mut after: Vec<u32> = (0..count).map(|_| rng.random_range(1..=trial.calls.max(1))).collect();
    after.sort_unstable();
    after
        .into_iter()
        .map(|after| Planned {
            after,
            fault: match trial.on {
                Database::Postgres => of_several(&mut rng),
                Database::Sqlite => of_one(&mut rng, can_fill_disk),
            },
        })
        .collect()
}

fn of_several(rng: &mut StdRng) -> Fault {
    let node = rng.random_range(0..Database::Postgres.nodes());
    match rng.random_range(0..16) {
        0..4 => Fault::Killed(node),
        4..6 => Fault::Replaced(node),
        6..8 => Fault::Paused(node, rng.random_range(200..3000)),
        8..10 => Fault::CutOff(node, rng.random_range(200..4000)),
        10 => Fault::Silenced(node, rng.random_range(500..7000)),
        11 => Fault::DatabaseRestarted(Restart::Immediate),
        12 => Fault::DatabaseRestarted(Restart::Fast),
        _ => model(rng),
    }
}

fn of_one(rng: &mut StdRng, can_fill_disk: bool) -> Fault {
    match rng.random_range(0..12) {
        0..4 => Fault::Killed(0),
        4 => Fault::Replaced(0),
        5..7 => Fault::Paused(0, rng.random_range(200..2000)),
        7..10 if can_fill_disk => Fault::DiskFull(rng.random_range(300..3000)),
        _ => model(rng),
    }
}

fn model(rng: &mut StdRng) -> Fault {
    let mood = match rng.random_range(0..3) {
        0 => Mood::Refuses,
        1 => Mood::Hangs,
        _ => Mood::TalksNonsense,
    };
    Fault::Model(mood, rng.random_range(300..2500))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_faults_again() {
        let trial = Trial { seed: 7, calls: 4000, at_once: 40, on: Database::Postgres };
        let names =
            |trial: &Trial| -> Vec<_> { plan(trial, true).iter().map(|one| one.fault.name()).collect() };
        assert_eq!(names(&trial), names(&trial));
        assert_ne!(names(&trial), names(&Trial { seed: 8, ..trial.clone() }));
        assert_eq!(plan(&trial, true).len(), 100);
    }
}
