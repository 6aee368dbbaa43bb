//! The second net under the table: a model that has learned from reports nobody at the table had thought of
//! (`training/triage/`, `cargo xtask learn`). It only adds: what the table calls an emergency stays one. Where it is sure, it
//! is believed; where it is not, the caller is asked one question.

use std::sync::LazyLock;

use crate::language::plain;
use crate::learned::{Model, word_features};

static MODEL: LazyLock<Model> = LazyLock::new(|| Model::read(include_str!("../../data/dangers.json")));

/// What the model makes of some words.
pub(super) struct Judged {
    /// The likeliest hazard of the table, and how likely it is that there is an emergency at all.
    pub(super) hazard: &'static str,
    pub(super) danger: f32,
    /// The likeliest urgent one, and how likely something is urgent and no worse.
    pub(super) urgent_hazard: &'static str,
    pub(super) urgent: f32,
}

/// From this share on it is believed; from this on, asked about: of a danger one in seven is worth a question, of what is
/// only dangerous to some, one in two (an ordinary report asks who lives there anyway).
pub(super) const SURE: f32 = 0.8;
pub(super) const SURE_FOR_SOME: f32 = 0.95;
pub(super) const DOUBTFUL: f32 = 0.15;
pub(super) const DOUBTFUL_FOR_SOME: f32 = 0.5;
/// Where the table hears a danger and the model is this sure that there is none, the caller is asked instead of alarmed.
const IMPLAUSIBLE: f32 = 0.02;
const SAYS_ENOUGH: usize = 6;
/// Shorter words say too little.
const WORDS_MIN: usize = 3;

/// Classes of the model that are emergencies, with the hazard of the table each is.
const EMERGENCIES: &[(&str, &str)] = &[
    ("gas", "gas"),
    ("carbon_monoxide", "carbon_monoxide"),
    ("fire", "fire"),
    ("person_at_risk", "person_at_risk"),
    ("electrical", "electrical"),
    ("water", "water"),
    ("sewage", "sewage"),
    ("intruder", "intruder"),
    ("insecure", "insecure"),
    ("ceiling", "ceiling"),
    ("alarm", "alarm"),
    ("no_power_whole", "no_power"),
    ("no_heating_vulnerable", "no_heating"),
    ("locked_out_danger", "locked_out"),
    ("no_water_vulnerable", "no_water"),
];
const URGENT: &[&str] = &["no_heating", "no_hot_water", "no_power", "no_water", "locked_out", "damp"];

pub(super) fn judge(words: &str) -> Option<Judged> {
    let plain = plain(words);
    let words: Vec<&str> = plain.split_whitespace().collect();
    if words.len() < WORDS_MIN {
        return None;
    }
    let shares = MODEL.shares(|tell| features(&words, tell));
    let share = |class: &str| {
        let at = MODEL.classes.iter().position(|known| known == class);
        at.map_or(0.0, |at| shares[at])
    };
    let likeliest = |classes: &mut dyn Iterator<Item = (&'static str, f32)>| {
        classes.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(hazard, _)| hazard)
    };
    let danger: f32 = EMERGENCIES.iter().map(|(class, _)| share(class)).sum();
    let urgent = URGENT.iter().map(|class| share(class)).sum();
    Some(Judged {
        hazard: likeliest(&mut EMERGENCIES.iter().map(|(class, hazard)| (*hazard, share(class))))?,
        danger,
        urgent_hazard: likeliest(&mut URGENT.iter().map(|class| (*class, share(class))))?,
        urgent,
    })
}

/// Whether these words, enough of them, are about no danger as far as the model can tell.
pub(super) fn is_implausible(words: &str) -> bool {
    let says_enough = words.split_whitespace().count() >= SAYS_ENOUGH;
    says_enough && judge(words).is_some_and(|judged| judged.danger < IMPLAUSIBLE)
}

fn features(words: &[&str], tell: &mut dyn FnMut(&[&str])) {
    word_features(words, tell);
    // Endings differ; the beginning of a short word tells as much.
    for word in words.iter().filter(|word| word.len() > 4 && word.is_ascii()) {
        tell(&[&word[..4], "~"]);
    }
}

/// What the model looks at, for whoever teaches it.
pub fn features_of(words: &str) -> Vec<String> {
    let plain = plain(words);
    let words: Vec<&str> = plain.split_whitespace().collect();
    let mut all = Vec::new();
    features(&words, &mut |name| all.push(name.concat()));
    all.sort_unstable();
    all.dedup();
    all
}
