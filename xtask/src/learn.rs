//! Learns the weights of the intents: softmax regression by stochastic gradient descent over the utterances of
//! crates/agency/training, the same on every machine.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use agency::language::{Expecting, Intent, Lexicon, Said, features_of, hear};
use anyhow::Context;
use jiff::Timestamp;
use serde::Deserialize;

use crate::say;
use crate::understanding::root;

const CLASSES: usize = Intent::ALL.len() + 1;
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

struct Example {
    features: Vec<usize>,
    class: usize,
}

pub(crate) fn write() -> anyhow::Result<()> {
    let utterances = utterances()?;
    let (names, examples) = examples(&utterances);
    let weights = learned(&examples, names.len());
    let text = written(&names, &weights);
    let path = root().join("crates/agency/data/intents.json");
    std::fs::write(&path, &text).with_context(|| format!("{} cannot be written", path.display()))?;
    say(&format!("{} utterances, {} features, {} kB", examples.len(), names.len(), text.len() / 1000));
    Ok(())
}

fn utterances() -> anyhow::Result<Vec<Utterance>> {
    let folder = root().join("crates/agency/training");
    let mut paths: Vec<_> = std::fs::read_dir(&folder)
        .with_context(|| format!("{} cannot be read", folder.display()))?
        .flatten()
        .map(|entry| entry.path())
        .collect();
    // The half of the labelled set that was looked at; the other half is never learned from.
    paths.push(root().join("crates/agency/tests/utterances/tuning.jsonl"));
    paths.sort();
    let mut all = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path)?;
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            all.push(serde_json::from_str(line).with_context(|| format!("{}: {line}", path.display()))?);
        }
    }
    Ok(all)
}

fn examples(utterances: &[Utterance]) -> (Vec<String>, Vec<Example>) {
    let lexicon = Lexicon::default();
    let features: Vec<Vec<String>> = utterances
        .iter()
        .map(|utterance| {
            let said = Said {
                alternatives: std::slice::from_ref(&utterance.text),
                expecting: Expecting::Anything,
                listing: None,
                offers: &[],
                now: Timestamp::constant(1_795_426_200, 0),
            };
            features_of(&hear(&said, &lexicon), &utterance.text)
        })
        .collect();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    features.iter().flatten().for_each(|feature| *seen.entry(feature).or_default() += 1);
    let names: Vec<String> =
        seen.iter().filter(|(_, times)| **times >= SEEN_MIN).map(|(name, _)| (*name).to_owned()).collect();
    let index: HashMap<&str, usize> = names.iter().enumerate().map(|(i, name)| (name.as_str(), i)).collect();
    let examples = features
        .iter()
        .zip(utterances)
        .map(|(features, utterance)| Example {
            features: features.iter().filter_map(|feature| index.get(feature.as_str()).copied()).collect(),
            class: utterance.intent.map_or(CLASSES - 1, |intent| {
                Intent::ALL.iter().position(|known| *known == intent).unwrap_or(CLASSES - 1)
            }),
        })
        .collect();
    (names, examples)
}

/// Weights by feature, the bias last; averaged over all steps, which is steadier than the last.
fn learned(examples: &[Example], features: usize) -> Vec<[f32; CLASSES]> {
    let mut weights = vec![[0.0_f32; CLASSES]; features + 1];
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

fn step(weights: &mut [[f32; CLASSES]], example: &Example, rate: f32) {
    let bias = weights.len() - 1;
    let mut scores = weights[bias];
    for feature in &example.features {
        scores.iter_mut().zip(weights[*feature]).for_each(|(score, weight)| *score += weight);
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
fn written(names: &[String], weights: &[[f32; CLASSES]]) -> String {
    let row = |weights: &[f32; CLASSES]| {
        #[expect(clippy::cast_possible_truncation, reason = "weights are small")]
        let whole =
            |weight: &f32| if weight.abs() < WEIGHT_MIN { 0 } else { (weight / SCALE).round() as i16 };
        let all: Vec<String> = weights.iter().map(|weight| whole(weight).to_string()).collect();
        format!("[{}]", all.join(","))
    };
    let nothing = row(&[0.0; CLASSES]);
    let mut text =
        format!("{{\n\"scale\": {SCALE},\n\"bias\": {},\n\"weights\": {{\n", row(&weights[names.len()]));
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
