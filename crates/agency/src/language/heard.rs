//! Everything heard in one turn.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use super::entities::{entities, together};
use super::entity::{Clock, Entity, Value};
use super::intent::{Intent, Judged, judge};
use super::money::Money;
use super::places::Lexicon;
use super::tokens::Tokens;
use super::topics::{self, Compare, OfficeTopic, Topic};
use super::{Act, Expecting, acts, contact, dates, times};
use crate::crm::{Feature, Listing, PropertyType, WantedArea, Wants};
use crate::diary::{Avoids, TimeWish};
use crate::london;
use crate::phone::PhoneNumber;

/// The words of one turn, and what is needed to read them.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// Transcripts of the same words, the best first.
    pub alternatives: &'a [String],
    pub expecting: Expecting,
    /// Whether rents or prices are meant, for amounts without a unit.
    pub listing: Option<Listing>,
    /// Local times that were offered.
    pub offers: &'a [DateTime],
    pub now: Timestamp,
}

/// Fields that were not mentioned are empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Heard {
    /// The likeliest intent, however doubtful.
    pub judged: Option<Judged>,
    /// The intent, where the words leave little doubt of it.
    pub intent: Option<Intent>,
    pub acts: Vec<Act>,
    pub entities: Vec<Entity>,
    pub wants: Wants,
    pub wish: TimeWish,
    /// Days and times that do not suit.
    pub avoids: Avoids,
    /// The days said may mean either of several: the caller must be asked.
    pub ambiguous: bool,
    /// From 1; -1 for "the last one".
    pub choices: Vec<i64>,
    pub streets: Vec<String>,
    /// Year and number of a home's reference, such as `2024001`.
    pub reference: Option<String>,
    pub name: Option<String>,
    pub phone: Option<PhoneNumber>,
    pub email: Option<String>,
    /// Figures that were said, where a telephone number was asked for.
    pub figures: String,
    pub features: Vec<(Feature, bool)>,
    /// Places that are none of the agency's.
    pub elsewhere: Vec<String>,
    pub topics: Vec<Topic>,
    pub compare: Option<Compare>,
    pub office: Vec<OfficeTopic>,
}

impl Heard {
    pub fn did(&self, act: Act) -> bool {
        self.acts.contains(&act)
    }

    /// The only one chosen.
    pub fn choice(&self) -> Option<i64> {
        match self.choices.as_slice() {
            [only] => Some(*only),
            _ => None,
        }
    }
}

/// Transcripts that are looked at.
const ALTERNATIVES_MAX: usize = 5;

/// Reads one turn. The best transcript leads; the others add what it lacks, and vote on what is spelled.
pub fn hear(said: &Said, lexicon: &Lexicon) -> Heard {
    let today = london::date_of(said.now);
    let transcripts: Vec<Tokens> =
        said.alternatives.iter().take(ALTERNATIVES_MAX).map(|words| Tokens::of(words)).collect();
    let read: Vec<Heard> = transcripts.iter().map(|tokens| read_one(tokens, said, lexicon, today)).collect();
    let mut all: Vec<Entity> = together(&transcripts, said);
    for one in &read {
        all = overridden(all, &one.entities);
    }
    let best =
        read.into_iter().reduce(|best, next| if best.is_nothing() { next } else { best }).unwrap_or_default();
    folded(Heard { entities: all, ..best }, today)
}

impl Heard {
    fn is_nothing(&self) -> bool {
        self.acts.is_empty() && self.entities.is_empty() && self.judged.is_none()
    }
}

/// One transcript. A correction replaces what it names and keeps the rest.
fn read_one(tokens: &Tokens, said: &Said, lexicon: &Lexicon, today: Date) -> Heard {
    let found = match tokens.corrected() {
        Some((before, after)) => {
            overridden(entities(&after, said, lexicon, today), &entities(&before, said, lexicon, today))
        }
        None => entities(tokens, said, lexicon, today),
    };
    let acts = acts::acts(tokens);
    let judged = judge(tokens, &found, &acts);
    Heard {
        intent: judged.filter(|judged| judged.is_plain()).map(|judged| judged.intent),
        judged,
        acts,
        entities: found,
        avoids: avoids(tokens, today),
        figures: if said.expecting == Expecting::Phone { contact::figures(tokens) } else { String::new() },
        topics: topics::topics(tokens),
        compare: topics::compare(tokens),
        office: topics::office(tokens),
        ..Heard::default()
    }
}

fn avoids(tokens: &Tokens, today: Date) -> Avoids {
    if !tokens.may_refuse() {
        return Avoids::default();
    }
    let days = dates::refused_dates(tokens, today);
    let clocks = times::refused_times(tokens);
    let limits = |clock: Clock| Some((clock.time.or(clock.from)?, clock.time.or(clock.to)?));
    Avoids {
        dates: days.into_iter().flat_map(|found| found.value.all()).collect(),
        times: clocks.into_iter().filter_map(|found| limits(found.value)).collect(),
    }
}

/// What is said here, and of the rest what this does not speak of.
fn overridden(first: Vec<Entity>, rest: &[Entity]) -> Vec<Entity> {
    let mut all = first;
    let known: Vec<_> = all.iter().map(|entity| subject(&entity.value)).collect();
    all.extend(rest.iter().filter(|entity| !known.contains(&subject(&entity.value))).cloned());
    all
}

/// Areas and postcodes correct one another; a feature corrects only itself.
fn subject(value: &Value) -> String {
    match value {
        Value::Area { .. } | Value::Postcode { .. } => "place".to_owned(),
        Value::Feature { value, .. } => format!("feature {value}"),
        other => format!("{:?}", std::mem::discriminant(other)),
    }
}

fn folded(mut heard: Heard, today: Date) -> Heard {
    let found = std::mem::take(&mut heard.entities);
    for entity in &found {
        fold(&mut heard, &entity.value, today);
    }
    if heard.wants.bedrooms_min.is_none() && heard.wants.property_type == Some(PropertyType::Studio) {
        (heard.wants.bedrooms_min, heard.wants.bedrooms_max) = (Some(0), Some(0));
    }
    heard.entities = found;
    // "Olu Adebayo, Chamberlayne Road": the street is no surname.
    for street in &heard.streets {
        let name = heard.name.take();
        heard.name = name.map(|name| name.strip_suffix(street.as_str()).unwrap_or(&name).trim().to_owned());
    }
    heard.name = heard.name.take().filter(|name| !name.is_empty());
    heard
}

fn fold(heard: &mut Heard, value: &Value, today: Date) {
    let wants = &mut heard.wants;
    match value {
        Value::Bedrooms { min, max } => wants.add_bedrooms(*min, *max),
        Value::Money { min, max, per } => note_budget(wants, Money { min: *min, max: *max, per: *per }),
        Value::Listing { value } => wants.listing = Some(*value),
        Value::PropertyType { value } => wants.property_type = wants.property_type.or(Some(*value)),
        Value::Area { value, outward, is_ours } => {
            // A place that nobody can look for is only told: "I have nothing in Fremont".
            if *is_ours || outward.is_some() {
                wants.areas.push(WantedArea { name: Some(value.clone()), outward: outward.clone() });
            }
            if !is_ours {
                heard.elsewhere.push(value.clone());
            }
        }
        Value::Postcode { outward, .. } => {
            wants.areas.push(WantedArea { name: None, outward: Some(outward.clone()) });
        }
        Value::Date(days) => {
            heard.ambiguous |= days.ambiguous.len() > 1;
            heard.wish.dates.extend(days.all().into_iter().filter(|date| *date >= today));
            heard.wish.dates.sort();
            heard.wish.dates.dedup();
        }
        Value::Time(clock) => note_time(&mut heard.wish, *clock),
        Value::Choice { index } => heard.choices.push(*index),
        Value::Property { reference, candidates, .. } => {
            heard.streets.extend(candidates.iter().cloned());
            heard.reference =
                reference.clone().map(|written| written.chars().filter(char::is_ascii_digit).collect());
        }
        Value::Name { first, last } => {
            let parts = [first.as_deref(), last.as_deref()];
            heard.name = Some(parts.into_iter().flatten().collect::<Vec<_>>().join(" "));
        }
        Value::Phone { value } => heard.phone = PhoneNumber::parse(value).ok(),
        Value::Email { value } => heard.email = Some(value.clone()),
        Value::Feature { value, wanted } => {
            heard.features.push((*value, *wanted));
            // Nobody asks for a home to smoke in by saying that there is smoke.
            if *value != Feature::Smoking {
                if *wanted { wants.must_haves.push(*value) } else { wants.deal_breakers.push(*value) }
            }
        }
        Value::Bathrooms { .. } | Value::Reference { .. } | Value::Count { .. } => {}
    }
}

fn note_budget(wants: &mut Wants, money: Money) {
    let monthly = money.per_month();
    (wants.budget_min, wants.budget_max) = (monthly.min, monthly.max);
    wants.listing = wants.listing.or_else(|| money.implied_listing());
}

fn note_time(wish: &mut TimeWish, clock: Clock) {
    if wish.from.is_none() {
        (wish.from, wish.until) = (clock.time.or(clock.from), clock.time.or(clock.to));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn avoided(words: &str) -> (Vec<i8>, Vec<(i8, i8)>) {
        // A Monday, the 23rd.
        let now = london::instant(jiff::civil::date(2026, 11, 23).at(9, 30, 0, 0));
        let said = Said {
            alternatives: &[words.to_owned()],
            expecting: Expecting::Slot,
            listing: None,
            offers: &[],
            now,
        };
        let avoids = hear(&said, &Lexicon::default()).avoids;
        let days = avoids.dates.iter().map(|date| date.day()).collect();
        (days, avoids.times.iter().map(|(from, until)| (from.hour(), until.hour())).collect())
    }

    #[test]
    fn what_does_not_suit_is_heard() {
        for (words, days, times) in [
            ("I can't do Tuesday", vec![24], vec![]),
            ("any day but Thursday", vec![26], vec![]),
            ("Saturday's no good", vec![28], vec![]),
            ("no mornings please", vec![], vec![(0, 11)]),
            ("not before ten", vec![], vec![(0, 10)]),
            ("not Wednesday afternoon", vec![25], vec![(12, 17)]),
            ("no, Tuesday", vec![], vec![]),
            ("Tuesday would be lovely", vec![], vec![]),
        ] {
            assert_eq!(avoided(words), (days, times), "{words}");
        }
    }
}
