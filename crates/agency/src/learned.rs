//! A linear model over features that are there or not: softmax regression, learned by `cargo xtask learn` and read here. Its
//! file: `classes` by name, what a weight of one stands for (`scale`), a `bias` for each class, and `weights` by feature.

use std::collections::HashMap;

use serde::Deserialize;

#[derive(Deserialize)]
struct Written {
    classes: Vec<String>,
    scale: f32,
    bias: Vec<i16>,
    weights: HashMap<String, Vec<i16>>,
}

pub(crate) struct Model {
    pub(crate) classes: Vec<String>,
    bias: Vec<f32>,
    /// By the hash of the feature's name: a name is not built for every word that is heard.
    weights: HashMap<u64, Vec<f32>>,
}

impl Model {
    /// Reads a file of `data/`; each is checked by a test.
    pub(crate) fn read(json: &str) -> Self {
        let written: Written = serde_json::from_str(json).expect("learned weights are checked by a test");
        let scaled =
            |weights: &Vec<i16>| weights.iter().map(|weight| f32::from(*weight) * written.scale).collect();
        Self {
            bias: scaled(&written.bias),
            weights: written.weights.iter().map(|(name, weights)| (hash(&[name]), scaled(weights))).collect(),
            classes: written.classes,
        }
    }

    /// The share of each class, from the features that are told.
    pub(crate) fn shares(&self, features: impl FnOnce(&mut dyn FnMut(&[&str]))) -> Vec<f32> {
        let mut seen: Vec<u64> = Vec::with_capacity(128);
        features(&mut |name| seen.push(hash(name)));
        seen.sort_unstable();
        seen.dedup();
        let mut scores = self.bias.clone();
        for weights in seen.iter().filter_map(|feature| self.weights.get(feature)) {
            scores.iter_mut().zip(weights).for_each(|(score, weight)| *score += weight);
        }
        let most = scores.iter().copied().fold(f32::MIN, f32::max);
        for score in &mut scores {
            *score = (*score - most).exp();
        }
        let total: f32 = scores.iter().sum();
        for score in &mut scores {
            *score /= total;
        }
        scores
    }
}

/// FNV-1a over the pieces of a name, as if they stood in one.
fn hash(pieces: &[&str]) -> u64 {
    const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    let bytes = pieces.iter().flat_map(|piece| piece.bytes());
    bytes.fold(BASIS, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME))
}

/// Words, what follows them, and their beginnings, which stand for their other forms.
pub(crate) fn word_features(words: &[&str], tell: &mut dyn FnMut(&[&str])) {
    let at = |i: usize| words.get(i).copied().unwrap_or("$");
    for (i, word) in words.iter().enumerate() {
        tell(&[word]);
        tell(&[word, " ", at(i + 1)]);
        if i + 2 < words.len() {
            tell(&[word, " ", at(i + 1), " ", at(i + 2)]);
            tell(&[word, " _ ", at(i + 2)]);
        }
        if word.len() > 5 && word.is_ascii() {
            tell(&[&word[..5], "~"]);
        }
    }
    tell(&["^ ", at(0)]);
    tell(&["^ ", at(0), " ", at(1)]);
}
