//! The emergency floor: the triage table (`data/triage.json`) runs over every turn before anything else, and nothing
//! the model or the caller says can talk it out of its verdict. Its words are data, the safety scripts among them: no
//! database, no network, no model is needed to speak them.

mod choices;
mod learned;
mod pattern;
mod table;
mod wording;
mod written;

use std::ops::Range;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::crm::vocabulary;
use crate::language::plain;
use crate::london;
pub use choices::{Choices, LockedOut, WinterHeating};
pub use learned::features_of;
pub(crate) use pattern::{Denied, Pattern};

use learned::{DOUBTFUL, DOUBTFUL_FOR_SOME, SURE, SURE_FOR_SOME};
use table::TABLE;
use wording::Wording;

/// The rows of the table, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub enum Grade {
    /// Danger to life, now.
    P0,
    P1,
    P2,
    P3,
}

vocabulary! {
    /// The triage table's P0 and P1, P2, P3.
    Level { Emergency = "emergency", Urgent = "urgent", Normal = "normal" }
}

/// By what a wording is judged besides the words.
#[derive(Clone, Copy)]
struct Agency<'a> {
    today: Date,
    choices: &'a Choices,
}

/// One thing that may be wrong, and what to say at once.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hazard {
    pub hazard: String,
    grade: Grade,
    /// The caller must not be held on the line: they are told to hang up and are called back.
    pub ends_call: bool,
    /// Circumstances that make a P2 a P1.
    raised_by: Vec<String>,
    wordings: Vec<Wording>,
    /// Harmless words that contain dangerous ones: a bill, a certificate, a fire door. A danger named beside them is
    /// still heard.
    look_alikes: Vec<Wording>,
    /// Words that may be a recogniser's slip for it, and the one question that is asked then.
    #[serde(default)]
    doubtful: Vec<Wording>,
    #[serde(default)]
    pub question: String,
    pub script: String,
}

impl Hazard {
    fn doubt(&self, evidence: &str) -> Doubt {
        Doubt { hazard: self.hazard.clone(), evidence: evidence.to_owned(), question: self.question.clone() }
    }

    /// From which share on the model is believed, and from which it is worth a question.
    fn sure_from(&self) -> f32 {
        if self.grade <= Grade::P1 { SURE } else { SURE_FOR_SOME }
    }

    fn doubted_from(&self) -> f32 {
        if self.grade <= Grade::P1 { DOUBTFUL } else { DOUBTFUL_FOR_SOME }
    }

    /// Danger to life: a question about it that is not answered with a no is answered with a yes.
    pub fn is_of_life(&self) -> bool {
        self.grade == Grade::P0
    }

    /// The safety words. Whoever cannot be called back is asked to ring again.
    pub fn words(&self, can_call_back: bool) -> String {
        const CALL_BACK: &str = "We'll call you back.";
        if can_call_back {
            self.script.clone()
        } else {
            self.script.replace(CALL_BACK, "Ring us again once you're safe.")
        }
    }
}

/// What was found, with the words that gave it away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Emergency {
    pub hazard: String,
    pub evidence: String,
}

/// What may have been said, and the question that settles it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    pub hazard: String,
    pub evidence: String,
    pub question: String,
}

/// What the table says of a turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    grade: Grade,
    pub hazard: String,
    pub evidence: String,
}

impl Finding {
    pub fn level(&self) -> Level {
        match self.grade {
            Grade::P0 | Grade::P1 => Level::Emergency,
            Grade::P2 => Level::Urgent,
            Grade::P3 => Level::Normal,
        }
    }

    fn emergency(self) -> Option<Emergency> {
        let is_one = self.level() == Level::Emergency;
        is_one.then_some(Emergency { hazard: self.hazard, evidence: self.evidence })
    }
}

/// The worst that any transcript of a turn names.
pub fn triage(alternatives: &[String], now: Timestamp, choices: &Choices) -> Option<Finding> {
    let agency = Agency { today: london::date_of(now), choices };
    let found = |words: &String| {
        let findings = by_table(words, agency).into_iter().chain(by_model(words));
        findings.min_by_key(|finding| finding.grade)
    };
    alternatives.iter().filter_map(found).min_by_key(|finding| finding.grade)
}

fn by_table(words: &str, agency: Agency) -> Option<Finding> {
    in_words(words, agency).filter(|finding| !is_doubted(finding, words))
}

/// An emergency by the table's words in a sentence that speaks of none: the caller is asked. Never where a question is too
/// much to ask.
fn is_doubted(finding: &Finding, words: &str) -> bool {
    const NEVER: &[&str] = &["gas", "carbon_monoxide", "person_at_risk", "unclear"];
    finding.level() == Level::Emergency
        && !NEVER.contains(&finding.hazard.as_str())
        && learned::is_implausible(words)
}

/// What the model is sure of.
fn by_model(words: &str) -> Option<Finding> {
    let judged = learned::judge(words)?;
    let found = |grade, hazard: &str| Finding { grade, hazard: hazard.to_owned(), evidence: evidence(words) };
    let likeliest = hazard(judged.hazard)?;
    if judged.danger >= likeliest.sure_from() {
        return Some(found(likeliest.grade.min(Grade::P1), judged.hazard));
    }
    (judged.urgent >= URGENT_FROM).then(|| found(Grade::P2, judged.urgent_hazard))
}

const URGENT_FROM: f32 = 0.5;

/// A danger that the words may mean, though they do not say it: the caller is asked.
pub fn doubt(alternatives: &[String], now: Timestamp, choices: &Choices) -> Option<Doubt> {
    let agency = Agency { today: london::date_of(now), choices };
    let as_written = |words: &String| slip(words).or_else(|| implausible(words, agency));
    let found = alternatives.iter().find_map(as_written);
    found.or_else(|| alternatives.iter().find_map(|words| doubted_by_model(words)))
}

/// What the table hears, and the model does not believe.
fn implausible(words: &str, agency: Agency) -> Option<Doubt> {
    let finding = in_words(words, agency).filter(|finding| is_doubted(finding, words))?;
    Some(hazard(&finding.hazard)?.doubt(&finding.evidence))
}

/// A recogniser's slip, as the table has it.
fn slip(words: &str) -> Option<Doubt> {
    let heard = Sentence::new(words);
    let said: Vec<&str> = heard.words.iter().map(String::as_str).collect();
    TABLE.hazards.iter().find_map(|hazard| {
        let place = hazard.doubtful.iter().find_map(|wording| wording.find(&said, &TABLE.small.words))?;
        let is_meant = heard.is_meant(&said, hazard, &place);
        is_meant.then(|| hazard.doubt(&said[place.clone()].join(" ")))
    })
}

/// What the model holds for likely, though not for sure.
fn doubted_by_model(words: &str) -> Option<Doubt> {
    let judged = learned::judge(words)?;
    let hazard = hazard(judged.hazard)?;
    (hazard.doubted_from()..hazard.sure_from())
        .contains(&judged.danger)
        .then(|| hazard.doubt(&evidence(words)))
}

/// As much of a sentence as people on call can read.
fn evidence(words: &str) -> String {
    const EVIDENCE_CHARS_MAX: usize = 120;
    words.chars().take(EVIDENCE_CHARS_MAX).collect()
}

/// What is an emergency where somebody vulnerable lives, who was said to.
pub(crate) fn for_the_vulnerable(named: &str, evidence: &str) -> Option<Emergency> {
    let is_raised = hazard(named)?.raised_by.iter().any(|circumstance| circumstance == "vulnerable");
    is_raised.then(|| Emergency { hazard: named.to_owned(), evidence: evidence.to_owned() })
}

/// The emergency that any transcript names.
pub fn emergency(alternatives: &[String], now: Timestamp, choices: &Choices) -> Option<Emergency> {
    triage(alternatives, now, choices)?.emergency()
}

/// What several turns of a report come to: one turn names the danger, another the circumstance that makes it one. Only the
/// table judges that: the model has learned from single turns.
pub fn emergency_together(turns: &str, now: Timestamp, choices: &Choices) -> Option<Emergency> {
    by_table(turns, Agency { today: london::date_of(now), choices })?.emergency()
}

pub fn hazard(name: &str) -> Option<&'static Hazard> {
    TABLE.hazards.iter().find(|hazard| hazard.hazard == name)
}

/// Those for which people are rung.
pub fn emergencies() -> impl Iterator<Item = &'static Hazard> {
    TABLE.hazards.iter().filter(|hazard| matches!(hazard.grade, Grade::P0 | Grade::P1))
}

fn in_words(words: &str, agency: Agency) -> Option<Finding> {
    let heard = Sentence::new(words);
    let said: Vec<&str> = heard.words.iter().map(String::as_str).collect();
    let found = |(at, word): (usize, &&str)| {
        TABLE
            .beginning_with(word)
            .filter_map(|(hazard, wording)| {
                let place = wording.at(&said, at, &TABLE.small.words)?;
                heard.is_meant(&said, hazard, &place).then(|| finding(&said, hazard, &place, agency))
            })
            .min_by_key(|finding| finding.grade)
    };
    said.iter().enumerate().filter_map(found).min_by_key(|finding| finding.grade)
}

fn finding(said: &[&str], hazard: &Hazard, place: &Range<usize>, agency: Agency) -> Finding {
    let is_so = |circumstance: &String| match circumstance.as_str() {
        // From October to March a home without heating is a danger, unless the agency wants a vulnerable person besides.
        "winter" => {
            agency.choices.no_heating_in_winter == WinterHeating::Emergency
                && !(4..=9).contains(&agency.today.month())
        }
        "agency" => agency.choices.locked_out == LockedOut::Emergency,
        named => TABLE.small.circumstances.get(named).is_some_and(|wordings| stands_in(wordings, said)),
    };
    let is_raised = hazard.raised_by.iter().any(is_so);
    Finding {
        grade: if is_raised { Grade::P1 } else { hazard.grade },
        hazard: hazard.hazard.clone(),
        evidence: said[place.clone()].join(" "),
    }
}

fn stands_in(wordings: &[Wording], said: &[&str]) -> bool {
    wordings.iter().any(|wording| wording.find(said, &TABLE.small.words).is_some())
}

/// Words as the table compares them, and where a new thought begins.
struct Sentence {
    words: Vec<String>,
    /// The word comes after a mark: "No, gas!" does not deny it.
    after_mark: Vec<bool>,
}

impl Sentence {
    fn new(text: &str) -> Self {
        let (mut words, mut after_mark) = (Vec::new(), Vec::new());
        let text = text.to_lowercase().replace('’', "'");
        for thought in text.split([',', '.', ';', ':', '!', '?', '—', '–']) {
            let first = words.len();
            for written in thought.split_whitespace() {
                if written.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                    words.push(written.to_owned());
                } else {
                    words.extend(as_compared(written));
                }
            }
            after_mark.extend((first..words.len()).map(|at| at == first));
        }
        Self { words, after_mark }
    }

    /// Not denied, not a look-alike, and not long over (danger to life is never taken for long over).
    fn is_meant(&self, said: &[&str], hazard: &Hazard, place: &Range<usize>) -> bool {
        !self.is_denied(said, place)
            && !hazard.look_alikes.iter().any(|look_alike| covers(look_alike, said, place))
            && (hazard.grade == Grade::P0 || !is_over(said, place))
    }

    /// "There's no", "I can't": right before it, with nothing but small words between.
    fn is_denied(&self, said: &[&str], place: &Range<usize>) -> bool {
        let small = &TABLE.small.words;
        (0..=place.start)
            .rev()
            .take_while(|&at| {
                at == place.start || small.is_filler(said[at]) || small.denials.contains(said[at])
            })
            .take_while(|&at| at == place.start || !self.after_mark[at + 1])
            .any(|at| at < place.start && small.denials.contains(said[at]))
    }
}

/// A look-alike stands over some of the words.
fn covers(look_alike: &Wording, said: &[&str], place: &Range<usize>) -> bool {
    (0..place.end).any(|start| {
        let stands = look_alike.at(said, start, &TABLE.small.words);
        stands.is_some_and(|stands| stands.end > place.start)
    })
}

/// "There was a leak last week": a past word before, a past time or a mending after, and nothing that says it is so now.
fn is_over(said: &[&str], place: &Range<usize>) -> bool {
    const NEAR: usize = 8;
    let small = &TABLE.small;
    let before = &said[place.start.saturating_sub(NEAR)..place.end];
    let after = &said[place.end..said.len().min(place.end + NEAR)];
    let is_mended = stands_in(&small.mended, after);
    let was_once = stands_in(&small.before, before) && stands_in(&small.ago, after);
    (is_mended || was_once) && !stands_in(&small.today, said)
}

/// A word as it is compared: "can't" is "cant", but "ceiling's" stays what it is.
fn as_compared(written: &str) -> Vec<String> {
    let (stem, ending) = written.strip_suffix("'s").map_or((written, ""), |stem| (stem, "'s"));
    let mut words: Vec<String> = plain(stem).split_whitespace().map(str::to_owned).collect();
    if let Some(last) = words.last_mut() {
        last.push_str(ending);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(date: &str) -> Timestamp {
        format!("{date}T12:00:00Z").parse().unwrap()
    }

    fn found(words: &str) -> Option<String> {
        emergency(&[words.to_owned()], on("2026-07-01"), &Choices::default())
            .map(|emergency| emergency.hazard)
    }

    #[test]
    fn dangers_are_heard() {
        for (words, hazard) in [
            ("I can smell gas in the hall", "gas"),
            ("It stinks of gas in here!", "gas"),
            ("we had a gas leak last year and now I can smell gas again", "gas"),
            ("it was faint last week but I can smell gas strongly now", "gas"),
            ("about my gas bill, and there's a smell of gas", "gas"),
            ("I think there's a gas leek", "gas"),
            ("the CO alarm is going off", "carbon_monoxide"),
            ("the carbon monoxide detector is beeping", "carbon_monoxide"),
            ("we're all feeling sick and dizzy", "carbon_monoxide"),
            ("there's a fire in the kitchen", "fire"),
            ("there's fire everywhere", "fire"),
            ("fire", "fire"),
            ("the fire alarm's going off and there's smoke in the hallway", "fire"),
            ("something's burning in the flat downstairs", "fire"),
            ("by the fireplace the curtain is on fire", "fire"),
            ("a pipe has burst, water everywhere", "water"),
            ("water is pouring through my ceiling", "water"),
            ("my flat's flooding", "water"),
            ("there are sparks from the socket", "electrical"),
            ("my husband's collapsed and he isn't breathing", "person_at_risk"),
            ("the ceiling's come down on my mum", "person_at_risk"),
            ("my boyfriend is hitting me", "person_at_risk"),
            ("someone's in my house", "intruder"),
            ("please, it's an emergency", "unclear"),
            ("I can't breathe", "person_at_risk"),
            ("my toddler's locked in the bathroom", "person_at_risk"),
            ("I don't want to live any more", "person_at_risk"),
            ("there's no point in living", "person_at_risk"),
            ("I wish I was dead", "person_at_risk"),
            ("there's a horrible rotten egg smell in the kitchen", "gas"),
            ("the toilet's overflowing and there's sewage everywhere", "sewage"),
            ("the washing machine has leaked through to the flat downstairs", "water"),
            ("my kitchen is flooded", "water"),
        ] {
            assert_eq!(found(words).as_deref(), Some(hazard), "{words}");
        }
    }

    #[test]
    fn look_alikes_are_not_dangers() {
        for words in [
            "I have a question about my gas bill",
            "does it have a gas safety certificate",
            "no I can't smell gas, I just want to know if the hob's gas",
            "is there a carbon monoxide alarm in the flat",
            "is there a fireplace",
            "does the building have a fire escape and fire doors",
            "you must be flooded with enquiries",
            "is it in a flood zone",
            "there are sparks between us",
            "does the block have a fire alarm",
            "my old flat had a fire",
            "I was fired last month so I need somewhere cheaper",
            "I drive an ambulance and I'm looking to rent a one bed",
            "the letting agent before you flooded me with emails",
            "the pipe burst last week and it was fixed",
            "my budget is two thousand but I could burst it for the right place",
            "is there an emergency exit",
            "it's a bit of an emergency, our landlord's selling",
            "I'd like good security, the last one got broken into",
            "a two bed flat in Maida Vale",
            "I don't want to live there any more, it's too noisy",
            "there's no point in viewing it",
        ] {
            assert_eq!(found(words), None, "{words}");
        }
    }

    fn level(words: &str, date: &str) -> Option<String> {
        let found = triage(&[words.to_owned()], on(date), &Choices::default())?;
        Some(format!("{} {}", found.level().word(), found.hazard))
    }

    #[test]
    fn the_table_has_levels() {
        let summer = "2026-07-01";
        for (words, expected) in [
            ("there's no hot water", "urgent no_hot_water"),
            ("the boiler's dead", "urgent no_heating"),
            ("the heating isn't working", "urgent no_heating"),
            ("we haven't got any heating and my baby is three weeks old", "emergency no_heating"),
            ("no power in the whole flat", "emergency no_power"),
            ("the lights keep tripping", "urgent no_power"),
            ("I'm locked out", "urgent locked_out"),
            ("I've locked myself out and there's a pan on the hob", "emergency locked_out"),
            ("there's black mould in the bedroom", "urgent damp"),
            ("there's black mould and my baby's chest is bad", "emergency damp"),
            ("there's no water coming out of the taps", "urgent no_water"),
            ("the kitchen tap is dripping", "normal repair"),
            ("the dishwasher is broken", "normal repair"),
            ("there's a small leak under the sink", "normal repair"),
            ("the front door won't lock", "emergency insecure"),
            ("the smoke alarm won't stop beeping", "emergency alarm"),
            ("it's coming through the light", "emergency electrical"),
            ("our only toilet is blocked", "emergency sewage"),
            ("boiler's gone bang", "urgent no_heating"),
            ("no, gas! I can smell gas", "emergency gas"),
        ] {
            assert_eq!(level(words, summer).as_deref(), Some(expected), "{words}");
        }
        assert_eq!(level("we have no heating", "2026-11-22").as_deref(), Some("emergency no_heating"));
        assert_eq!(level("we have no heating", "2026-09-30").as_deref(), Some("urgent no_heating"));
        assert_eq!(level("we have no hot water", "2026-11-22").as_deref(), Some("urgent no_hot_water"));
    }

    #[test]
    fn what_is_over_is_not_reported() {
        for words in [
            "there was a leak last week",
            "my heating's fine now",
            "the heating was broken but it's working now",
            "the boiler broke and it's been fixed",
            "is there any damp",
            "does it have underfloor heating",
            "I have a power of attorney for my mum",
        ] {
            assert_eq!(level(words, "2026-11-22"), None, "{words}");
        }
        let still = "there was a leak last week and it's still leaking";
        assert_eq!(level(still, "2026-11-22").as_deref(), Some("normal repair"));
        assert!(level("I smelt gas last week", "2026-11-22").is_some(), "danger to life is never long over");
    }

    #[test]
    fn agencies_may_choose() {
        let level_of = |words: &str, choices: &Choices| {
            triage(&[words.to_owned()], on("2026-11-22"), choices).map(|found| found.level())
        };
        let milder = Choices { no_heating_in_winter: WinterHeating::WithVulnerable, ..Choices::default() };
        assert_eq!(level_of("we have no heating", &milder), Some(Level::Urgent));
        assert_eq!(level_of("we have no heating and a newborn baby", &milder), Some(Level::Emergency));
        let stricter = Choices { locked_out: LockedOut::Emergency, ..Choices::default() };
        assert_eq!(level_of("I'm locked out", &stricter), Some(Level::Emergency));
        assert_eq!(level_of("I'm locked out", &Choices::default()), Some(Level::Urgent));
    }

    #[test]
    fn slips_are_asked_about() {
        for (words, hazard) in [
            ("I can smell guess in the kitchen", Some("gas")),
            ("there's a cars leak", Some("gas")),
            ("there's a funny smell in here", Some("gas")),
            ("the sea oh alarm is going", Some("carbon_monoxide")),
            ("the pipe has first", Some("water")),
            ("surge is coming up the drain", Some("sewage")),
            ("please hurry, come quickly", Some("unclear")),
            ("I don't want to be here any more", Some("person_at_risk")),
            ("I can't smell anything funny, it's lovely", None),
            ("I'd like a flat to rent", None),
            ("guess what, I got the job", None),
        ] {
            assert_eq!(
                doubt(&[words.to_owned()], on("2026-07-01"), &Choices::default())
                    .map(|doubt| doubt.hazard)
                    .as_deref(),
                hazard,
                "{words}"
            );
        }
    }

    #[test]
    fn any_transcript_is_enough() {
        let alternatives = ["I can smell cars".to_owned(), "I can smell gas".to_owned()];
        assert_eq!(triage(&alternatives, on("2026-07-01"), &Choices::default()).unwrap().hazard, "gas");
    }
}
