//! Learns the weights of the intents, and of the dangers: softmax regression by stochastic gradient descent over the
//! utterances of crates/agency/training, the same on every machine.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use agency::language::{Expecting, Intent, Lexicon, Said, features_of, hear};
use anyhow::Context;
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::root;
use crate::say;

/// Words that are about nothing.
const NONE: &str = "none";
const ROUNDS: u32 = 30;
/// A feature seen less often says nothing of anybody but its speaker.
const SEEN_MIN: usize = 3;
const RATE: f32 = 0.2;
const DECAY: f32 = 4e-5;
const SCALE: f32 = 0.01;
/// Weights smaller than this are nought.
const WEIGHT_MIN: f32 = 0.06;

#[derive(Deserialize)]
struct Utterance {
    text: String,
    intent: Option<Intent>,
}

/// What somebody reports; `none` for everything else.
#[derive(Deserialize)]
struct Report {
    text: String,
    hazard: String,
}

/// The features of some words, and what they are about.
type Sample = (Vec<String>, String);

struct Example {
    features: Vec<usize>,
    class: usize,
}

pub(crate) fn write() -> anyhow::Result<()> {
    let utterances = utterances()?;
    let intents: Vec<&str> = Intent::ALL.iter().map(|intent| intent.word()).chain([NONE]).collect();
    learn("intents.json", &intents, &utterances.iter().map(of_intent).collect::<Vec<_>>())?;
    let dangers = dangers(&utterances)?;
    let mut classes: Vec<&str> =
        dangers.iter().map(|(_, class)| class.as_str()).filter(|class| *class != NONE).collect();
    classes.sort_unstable();
    classes.dedup();
    classes.push(NONE);
    learn("dangers.json", &classes, &dangers)
}

fn learn(file: &str, classes: &[&str], samples: &[Sample]) -> anyhow::Result<()> {
    let (names, examples) = examples(samples, classes);
    let weights = learned(&examples, names.len(), classes.len());
    let text = written(&names, &weights, classes);
    let path = root().join("crates/agency/data").join(file);
    std::fs::write(&path, &text).with_context(|| format!("{} cannot be written", path.display()))?;
    say(&format!(
        "{file}: {} utterances, {} features, {} kB",
        examples.len(),
        names.len(),
        text.len() / 1000
    ));
    Ok(())
}

fn of_intent(utterance: &Utterance) -> Sample {
    let said = Said {
        alternatives: std::slice::from_ref(&utterance.text),
        expecting: Expecting::Anything,
        listing: None,
        offers: &[],
        now: Timestamp::constant(1_795_426_200, 0),
    };
    let features = features_of(&hear(&said, &Lexicon::default()), &utterance.text);
    (features, utterance.intent.map_or(NONE, Intent::word).to_owned())
}

/// Reports of dangers and what looks like them; every other call of the intents' set is none. A tenant's may be either.
fn dangers(utterances: &[Utterance]) -> anyhow::Result<Vec<Sample>> {
    let mut all = Vec::new();
    for path in jsonl(&root().join("crates/agency/training/triage"))? {
        for report in read::<Report>(&path)? {
            all.push((agency::triage::features_of(&report.text), report.hazard));
        }
    }
    let harmless = utterances.iter().filter(|utterance| utterance.intent != Some(Intent::TenantMaintenance));
    all.extend(harmless.map(|utterance| (agency::triage::features_of(&utterance.text), NONE.to_owned())));
    Ok(all)
}

fn utterances() -> anyhow::Result<Vec<Utterance>> {
    let mut paths = jsonl(&root().join("crates/agency/training"))?;
    // The half of the labelled set that was looked at; the other half is never learned from.
    paths.push(root().join("crates/agency/tests/utterances/tuning.jsonl"));
    paths.sort();
    let read: Vec<Vec<Utterance>> = paths.iter().map(|path| read(path)).collect::<anyhow::Result<_>>()?;
    Ok(read.into_iter().flatten().collect())
}

fn jsonl(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries =
        std::fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    paths.sort();
    Ok(paths)
}

fn read<T: DeserializeOwned>(path: &Path) -> anyhow::Result<Vec<T>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines
        .map(|line| serde_json::from_str(line).with_context(|| format!("{}: {line}", path.display())))
        .collect()
}

fn examples(samples: &[Sample], classes: &[&str]) -> (Vec<String>, Vec<Example>) {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    samples
        .iter()
        .flat_map(|(features, _)| features)
        .for_each(|feature| *seen.entry(feature).or_default() += 1);
    let names: Vec<String> =
        seen.iter().filter(|(_, times)| **times >= SEEN_MIN).map(|(name, _)| (*name).to_owned()).collect();
    let index: HashMap<&str, usize> = names.iter().enumerate().map(|(i, name)| (name.as_str(), i)).collect();
    let example = |(features, class): &Sample| Example {
        features: features.iter().filter_map(|feature| index.get(feature.as_str()).copied()).collect(),
        class: classes.iter().position(|known| known == class).unwrap_or(classes.len() - 1),
    };
    let examples = samples.iter().map(example).collect();
    (names, examples)
}

/// Weights by feature, the bias last; averaged over all steps, which is steadier than the last.
fn learned(examples: &[Example], features: usize, classes: usize) -> Vec<Vec<f32>> {
    let mut weights = vec![vec![0.0_f32; classes]; features + 1];
    let mut order: Vec<usize> = (0..examples.len()).collect();
    let mut dice = 0x2545_F491_4F6C_DD1D_u64;
    for round in 0..ROUNDS {
        shuffle(&mut order, &mut dice);
        #[expect(clippy::cast_precision_loss, reason = "a few dozen")]
        let rate = RATE / (1.0 + round as f32 * 0.25);
        for example in order.iter().map(|at| &examples[*at]) {
            step(&mut weights, example, rate);
        }
    }
    weights
}

fn step(weights: &mut [Vec<f32>], example: &Example, rate: f32) {
    let bias = weights.len() - 1;
    let mut scores = weights[bias].clone();
    for feature in &example.features {
        scores.iter_mut().zip(&weights[*feature]).for_each(|(score, weight)| *score += weight);
    }
    let most = scores.iter().copied().fold(f32::MIN, f32::max);
    let total: f32 = scores.iter().map(|score| (score - most).exp()).sum();
    for (class, score) in scores.iter().enumerate() {
        let share = (score - most).exp() / total;
        let error = share - f32::from(u8::from(class == example.class));
        weights[bias][class] -= rate * error;
        for feature in &example.features {
            let weight = &mut weights[*feature][class];
            *weight -= rate * (error + DECAY * *weight * 100.0);
        }
    }
}

fn shuffle(order: &mut [usize], dice: &mut u64) {
    for at in (1..order.len()).rev() {
        *dice ^= *dice << 13;
        *dice ^= *dice >> 7;
        *dice ^= *dice << 17;
        let other = usize::try_from(*dice % (at as u64 + 1)).unwrap_or(0);
        order.swap(at, other);
    }
}

/// One feature a line, so that a change can be read.
fn written(names: &[String], weights: &[Vec<f32>], classes: &[&str]) -> String {
    let row = |weights: &[f32]| {
        #[expect(clippy::cast_possible_truncation, reason = "weights are small")]
        let whole =
            |weight: &f32| if weight.abs() < WEIGHT_MIN { 0 } else { (weight / SCALE).round() as i16 };
        let all: Vec<String> = weights.iter().map(|weight| whole(weight).to_string()).collect();
        format!("[{}]", all.join(","))
    };
    let nothing = row(&vec![0.0; classes.len()]);
    let mut text = format!(
        "{{\n\"classes\": {},\n\"scale\": {SCALE},\n\"bias\": {},\n\"weights\": {{\n",
        serde_json::Value::from(classes.to_vec()),
        row(&weights[names.len()])
    );
    let rows: Vec<String> = names
        .iter()
        .zip(weights)
        .map(|(name, weights)| (name, row(weights)))
        .filter(|(_, row)| *row != nothing)
        .map(|(name, row)| format!("{}: {row}", serde_json::Value::from(name.as_str())))
        .collect();
    let _ = write!(text, "{}\n}}\n}}\n", rows.join(",\n"));
    text
}
