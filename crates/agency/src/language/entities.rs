//! All entities of one sentence. Each word belongs to one of them at most: the particular is read before the general.

use jiff::civil::{Date, DateTime};

use super::Expecting;
use super::entity::{Entity, Found, Value};
use super::heard::Said;
use super::places::{Lexicon, other_places, postcodes_in};
use super::tokens::Tokens;
use super::{choice, contact, dates, home, money, person, postcode_voice, reference, rooms, times};
use crate::crm::{Listing, WantedArea};

/// The sentence, and what is needed to read it.
pub(super) struct Reader<'a> {
    pub(super) tokens: &'a Tokens,
    pub(super) said: &'a Said<'a>,
    pub(super) lexicon: &'a Lexicon,
    pub(super) today: Date,
    taken: Vec<bool>,
    found: Vec<(usize, Entity)>,
}

/// Reads one sentence, in the order of its words.
pub(super) fn entities(tokens: &Tokens, said: &Said, lexicon: &Lexicon, today: Date) -> Vec<Entity> {
    let taken = vec![false; tokens.len()];
    let mut reader = Reader { tokens, said, lexicon, today, taken, found: Vec::new() };
    reader.contact();
    reader.places();
    reader.rooms_and_people();
    if said.expecting == Expecting::Money || money::is_spoken_of(tokens) {
        reader.money();
    }
    reader.when();
    reader.money();
    reader.home();
    reader.choice();
    reader.found.sort_by_key(|(at, _)| *at);
    reader.found.into_iter().map(|(_, entity)| entity).collect()
}

impl Reader<'_> {
    /// Takes the words, if nothing else has them.
    fn take<T>(&mut self, mut found: Found<T>, value: impl FnOnce(T) -> Value) {
        found.run.end = found.run.end.min(self.tokens.len());
        if found.run.clone().any(|at| self.taken[at]) {
            return;
        }
        for at in found.run.clone() {
            self.taken[at] = true;
        }
        self.note(found, value);
    }

    /// Notes something whose words may mean another thing besides.
    fn note<T>(&mut self, found: Found<T>, value: impl FnOnce(T) -> Value) {
        let text = self.tokens.said(&found.run).to_owned();
        self.found.push((found.run.start, Entity { value: value(found.value), text }));
    }

    fn contact(&mut self) {
        if let Some(email) = contact::email(self.tokens) {
            self.take(email, |value| Value::Email { value });
        }
        if let Some(phone) = contact::phone(self.tokens) {
            self.take(phone, |value| Value::Phone { value: value.as_str().to_owned() });
        }
        if let Some(found) = reference::reference(self.tokens) {
            self.note(found.clone(), |value| Value::Property {
                reference: Some(written(&value)),
                street: None,
                candidates: Vec::new(),
            });
            self.take(found, |value| Value::Reference { value: written(&value) });
        }
    }

    fn places(&mut self) {
        let (areas, streets) = self.lexicon.places_in(self.tokens);
        // An area by its own name is no street that sounds like it, unless the caller stands on it.
        let (plain, misheard): (Vec<_>, Vec<_>) = areas.into_iter().partition(|area| {
            let name = area.value.name.as_deref().map(Tokens::of);
            let is_exact =
                name.is_some_and(|name| name.joined(0..name.len()) == self.tokens.joined(area.run.clone()));
            is_exact && self.tokens.before(area.run.start) != "on"
        });
        for area in plain {
            self.area(area);
        }
        // Streets heard in the same words are candidates of one another.
        let mut by_run: Vec<Found<Vec<String>>> = Vec::new();
        for street in streets {
            match by_run.iter_mut().find(|known| {
                known.run.contains(&street.run.start) || known.run.contains(&(street.run.end - 1))
            }) {
                Some(known) => known.value.push(street.value),
                None => by_run.push(Found::new(vec![street.value], street.run)),
            }
        }
        for streets in by_run {
            self.take(streets, |all| Value::Property {
                reference: None,
                street: all.first().cloned(),
                candidates: all,
            });
        }
        for area in misheard {
            self.area(area);
        }
        for code in postcodes_in(self.tokens) {
            self.take(code, |code| Value::Postcode { outward: code.outward, inward: code.inward });
        }
        let asked = self.said.expecting == Expecting::Area;
        for place in other_places(self.tokens, asked) {
            self.take(place, |area| Value::Area {
                value: area.name.unwrap_or_default(),
                outward: area.outward,
                is_ours: false,
            });
        }
    }

    fn area(&mut self, found: Found<WantedArea>) {
        self.take(found, |area| Value::Area {
            value: area.name.unwrap_or_default(),
            outward: area.outward,
            is_ours: true,
        });
    }

    fn rooms_and_people(&mut self) {
        let expecting = self.said.expecting;
        for found in rooms::bathrooms(self.tokens, expecting) {
            self.take(found, |rooms| Value::Bathrooms { min: rooms.min, max: rooms.max });
        }
        for found in rooms::bedrooms(self.tokens, expecting) {
            self.take(found, |rooms| Value::Bedrooms { min: rooms.min, max: rooms.max });
        }
        for found in rooms::people(self.tokens) {
            self.take(found, |value| Value::Count { value });
        }
    }

    fn when(&mut self) {
        let days = dates::dates(self.tokens, self.today);
        let mut asked = matches!(
            self.said.expecting,
            Expecting::Slot | Expecting::Time | Expecting::Date | Expecting::YesNo | Expecting::Property
        );
        // Beside a day, a bare hour is a time.
        asked |= !days.is_empty();
        for found in days {
            self.take(found, Value::Date);
        }
        for found in times::times(self.tokens, asked) {
            self.take(found, Value::Time);
        }
    }

    fn money(&mut self) {
        let listing =
            home::listing(self.tokens, self.said.expecting).map(|found| found.value).or(self.said.listing);
        let asked = self.said.expecting == Expecting::Money;
        if let Some(found) = money::money(self.tokens, asked, listing) {
            self.take(found, |money| Value::Money { min: money.min, max: money.max, per: money.per });
        }
    }

    fn home(&mut self) {
        if let Some(found) = home::listing(self.tokens, self.said.expecting) {
            self.note(found, |value: Listing| Value::Listing { value });
        }
        for found in home::property_types(self.tokens) {
            self.note(found, |value| Value::PropertyType { value });
        }
        for found in home::features(self.tokens) {
            self.note(found, |(value, wanted)| Value::Feature { value, wanted });
        }
    }

    fn choice(&mut self) {
        let asked = matches!(self.said.expecting, Expecting::Property | Expecting::Slot | Expecting::Choice);
        let asked = asked || !self.said.offers.is_empty();
        let offers = i64::try_from(self.said.offers.len()).unwrap_or(0);
        for found in choice::choices(self.tokens, asked) {
            self.take(found, |index| Value::Choice {
                index: if index < 0 && offers > 0 { offers } else { index },
            });
        }
        if let Some(index) = self.offer_named() {
            let found = Found::new(index, 0..self.tokens.len());
            self.note(found, |index| Value::Choice { index });
        }
    }

    /// The one offered time that fits the day and time that were said.
    fn offer_named(&self) -> Option<i64> {
        let entities = || self.found.iter().map(|(_, entity)| &entity.value);
        if entities().any(|value| matches!(value, Value::Choice { .. })) {
            return None;
        }
        let days: Vec<Date> = entities()
            .filter_map(|v| if let Value::Date(days) = v { Some(days.all()) } else { None })
            .flatten()
            .collect();
        let clocks: Vec<_> =
            entities().filter_map(|v| if let Value::Time(clock) = v { Some(*clock) } else { None }).collect();
        if days.is_empty() && clocks.is_empty() {
            return None;
        }
        let fits = |offer: &DateTime| {
            (days.is_empty() || days.contains(&offer.date()))
                && (clocks.is_empty() || clocks.iter().any(|clock| clock.covers(offer.time())))
        };
        let mut fitting = self.said.offers.iter().enumerate().filter(|(_, offer)| fits(offer));
        let (index, _) = fitting.next().filter(|_| fitting.next().is_none())?;
        i64::try_from(index + 1).ok()
    }
}

/// What several transcripts say together: a postcode and a name.
pub(super) fn together(transcripts: &[Tokens], said: &Said) -> Vec<Entity> {
    let mut found = Vec::new();
    if matches!(said.expecting, Expecting::Postcode | Expecting::Address)
        && let Some(code) = postcode_voice::postcode(transcripts)
    {
        let text =
            transcripts.first().map(|tokens| tokens.said(&(0..tokens.len())).to_owned()).unwrap_or_default();
        found.push(Entity { value: Value::Postcode { outward: code.outward, inward: code.inward }, text });
    }
    if let Some(name) = person::name(transcripts, said.expecting) {
        found.push(Entity { value: Value::Name { first: name.first, last: name.last }, text: name.said });
    }
    found
}

/// `2024-001`
fn written(digits: &str) -> String {
    match digits.split_at_checked(4) {
        Some((year, number)) => format!("JB-{year}-{number}"),
        None => digits.to_owned(),
    }
}
