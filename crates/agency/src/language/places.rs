//! Names of areas and streets by spelling and by sound, among those the agency has; and areas it has not.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use rphonetic::DoubleMetaphone;
use strsim::jaro_winkler;

use super::entity::Found;
use super::likeness::Letters;
use super::tokens::Tokens;
use crate::crm::{WantedArea, street_of};
use crate::postcode::Postcode;

/// The finite lists that speech is matched against.
#[derive(Clone, Debug, Default)]
pub struct Lexicon {
    areas: Vec<(WantedArea, Name)>,
    streets: Vec<Name>,
}

/// A name as it is written, and what is needed to hear it.
#[derive(Clone, Debug)]
struct Name {
    written: String,
    words: Vec<String>,
    whole: String,
    sound: String,
    letters: Letters,
}

/// So alike in spelling that it is the same name misheard.
const SAME_SPELLING: f64 = 0.92;
/// Below this nothing is compared: spaces, which stand between the letters of both, are allowed for.
const LIKENESS_LEAST: f64 = NEAR_SPELLING - 0.06;
/// Alike enough, if the street word is the very same.
const MANGLED: f64 = 0.84;
pub(super) const STREET_WORDS: &[&str] = &[
    "avenue", "road", "street", "gardens", "square", "terrace", "lane", "mews", "place", "crescent", "grove",
    "way", "close", "park", "hill", "mansions", "court",
];
/// Alike enough, if it also sounds the same.
const NEAR_SPELLING: f64 = 0.78;

impl Lexicon {
    pub fn new(areas: Vec<WantedArea>, streets: Vec<String>) -> Self {
        let named = |area: WantedArea| area.name.clone().map(|name| (area, Name::of(name)));
        Self {
            areas: areas.into_iter().filter_map(named).collect(),
            streets: streets.into_iter().map(Name::of).collect(),
        }
    }

    /// From the homes there are: area, address and postcode of each.
    pub fn of_homes(homes: impl IntoIterator<Item = (String, String, String)>) -> Self {
        let (mut areas, mut streets) = (Vec::new(), Vec::new());
        for (area, address, postcode) in homes {
            let outward = postcode.split_whitespace().next().map(str::to_uppercase);
            areas.push(WantedArea { name: Some(area), outward });
            streets.push(street_of(&address).to_owned());
        }
        areas.sort();
        // An area that spans two codes is looked for by its name; the first code stands for "nearby".
        areas.dedup_by(|next, first| next.name == first.name);
        streets.sort();
        streets.dedup();
        Self::new(areas, streets)
    }

    /// Streets with homes that we manage and do not offer.
    #[must_use]
    pub fn with_streets(mut self, streets: impl IntoIterator<Item = String>) -> Self {
        let known: Vec<String> = self.streets().map(str::to_owned).collect();
        let mut more: Vec<String> = streets.into_iter().filter(|street| !known.contains(street)).collect();
        more.sort();
        more.dedup();
        self.streets.extend(more.into_iter().map(Name::of));
        self
    }

    /// Areas as the listings spell them.
    pub fn areas(&self) -> impl Iterator<Item = &WantedArea> {
        self.areas.iter().map(|(area, _)| area)
    }

    pub fn streets(&self) -> impl Iterator<Item = &str> {
        self.streets.iter().map(|street| street.written.as_str())
    }

    /// The agency's areas that were named and not refused, and its streets, each with where.
    pub(super) fn places_in(&self, tokens: &Tokens) -> (Vec<Found<WantedArea>>, Vec<Found<String>>) {
        let windows = self.windows(tokens);
        let named = self
            .areas
            .iter()
            .filter_map(|(area, name)| name.place_in(&windows).map(|run| Found::new(area.clone(), run)));
        let mut areas: Vec<_> = named.filter(|found| !tokens.is_refused(found.run.start)).collect();
        areas.sort_by_key(|area| area.run.start);
        let mut streets: Vec<Found<String>> = self
            .streets
            .iter()
            .filter_map(|street| {
                let run = street.place_in(&windows).or_else(|| street.short_form_in(tokens))?;
                Some(Found::new(street.written.clone(), run))
            })
            .collect();
        streets.sort_by_key(|street| street.run.start);
        (areas, streets)
    }

    /// Runs of words that begin as one of the names does, by that beginning.
    fn windows(&self, tokens: &Tokens) -> HashMap<char, Vec<Window>> {
        let names = || self.areas.iter().map(|(_, name)| name).chain(&self.streets);
        let longest = names().map(|name| name.words.len()).max().unwrap_or(0) + 1;
        let beginnings: Vec<char> = names().map(|name| first_sound(&name.whole)).collect();
        let mut windows: HashMap<char, Vec<Window>> = HashMap::new();
        for start in 0..tokens.len() {
            let sound = first_sound(tokens.get(start));
            if !beginnings.contains(&sound) {
                continue;
            }
            for end in start + 1..=(start + longest).min(tokens.len()) {
                let text = tokens.joined(start..end);
                let window = Window { run: start..end, letters: Letters::of(&text), text };
                windows.entry(sound).or_default().push(window);
            }
        }
        windows
    }
}

/// A run of words that may be a name.
struct Window {
    run: Range<usize>,
    text: String,
    letters: Letters,
}

/// Letters that are mistaken for one another at the beginning of a word.
fn first_sound(text: &str) -> char {
    match text.chars().next().unwrap_or(' ') {
        'c' | 'k' | 'q' | 'g' => 'k',
        'b' | 'p' => 'b',
        'd' | 't' => 'd',
        'm' | 'n' => 'm',
        'f' | 'v' => 'f',
        's' | 'z' => 's',
        'a' | 'e' | 'i' | 'o' | 'u' | 'h' => 'a',
        other => other,
    }
}

impl Name {
    fn of(written: String) -> Self {
        let tokens = Tokens::of(&written);
        let words: Vec<String> = tokens.words().map(str::to_owned).collect();
        let whole = words.join(" ");
        Self { sound: sound(&whole), letters: Letters::of(&whole), written, words, whole }
    }

    /// Where some run of words is this name, or sounds like it.
    fn place_in(&self, windows: &HashMap<char, Vec<Window>>) -> Option<Range<usize>> {
        let near = windows.get(&first_sound(&self.whole))?;
        let widths = self.words.len().saturating_sub(1).max(1)..=self.words.len() + 1;
        let alike = near.iter().filter(|window| {
            widths.contains(&window.run.len())
                && window.text.len().abs_diff(self.whole.len()) <= 4
                && self.letters.likeness_at_most(&window.letters) >= LIKENESS_LEAST
                && self.is_alike(&window.text)
        });
        let best = alike.max_by(|a, b| {
            jaro_winkler(&a.text, &self.whole).total_cmp(&jaro_winkler(&b.text, &self.whole))
        })?;
        Some(best.run.clone())
    }

    fn is_alike(&self, heard: &str) -> bool {
        if heard == self.whole {
            return true;
        }
        if self.words.len() == 1 {
            // "Kill burn": one word may come out as two.
            let joined = heard.replace(' ', "");
            let likeness = jaro_winkler(&joined, &self.whole);
            return likeness >= SAME_SPELLING
                || (likeness >= NEAR_SPELLING && self.whole.len() >= 6 && sound(&joined) == self.sound);
        }
        // "Kilburn Park" must not pass for "Kilburn Lane": the last word must be alike too.
        let likeness = jaro_winkler(heard, &self.whole);
        let is_near = likeness >= SAME_SPELLING
            || (likeness >= NEAR_SPELLING && self.whole.len() >= 6 && sound(heard) == self.sound)
            || (likeness >= MANGLED && self.has_last_word_of(heard));
        let (last_heard, last) = (last_word(heard), last_word(&self.whole));
        is_near && (jaro_winkler(last_heard, last) >= NEAR_SPELLING || sound(last_heard) == sound(last))
    }

    /// `lordy dale road` for Lauderdale Road: the street word is right, the rest is mangled.
    fn has_last_word_of(&self, heard: &str) -> bool {
        STREET_WORDS.contains(&last_word(heard)) && last_word(heard) == last_word(&self.whole)
    }

    /// `Elgin` for `Elgin Avenue`: exact spelling only, and only for a name long enough to be one.
    fn short_form_in(&self, tokens: &Tokens) -> Option<Range<usize>> {
        let [first, last] = self.words.as_slice() else { return None };
        if first.len() < 5 || !STREET_WORDS.contains(&last.as_str()) {
            return None;
        }
        let at = (0..tokens.len()).find(|at| tokens.get(*at) == first)?;
        // "Kilburn Park" is not Kilburn Lane.
        let other = STREET_WORDS.contains(&tokens.get(at + 1)) && tokens.get(at + 1) != last;
        (!other).then_some(at..at + 1)
    }
}

fn last_word(text: &str) -> &str {
    text.rsplit(' ').next().unwrap_or_default()
}

/// How it sounds. The library panics on letters of other scripts, so only plain ones are given to it.
fn sound(text: &str) -> String {
    const CODE_MAX: usize = 12;
    let letters: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    DoubleMetaphone::new(Some(CODE_MAX)).double_metaphone(&letters).primary()
}

/// A district's words, and the area it is.
type District = (Vec<String>, WantedArea);

/// Districts of London that callers name, with the outward code most of each lies in (Royal Mail).
static LONDON: LazyLock<HashMap<String, Vec<District>>> = LazyLock::new(|| {
    let districts: std::collections::BTreeMap<String, String> =
        serde_json::from_str(include_str!("../../data/london.json"))
            .expect("data/london.json is checked by a test");
    let mut by_word: HashMap<String, Vec<District>> = HashMap::new();
    for (name, outward) in districts {
        let words: Vec<String> = Tokens::of(&name).words().map(str::to_owned).collect();
        let area = WantedArea { name: Some(name), outward: Some(outward) };
        by_word.entry(words[0].clone()).or_default().push((words, area));
    }
    by_word
});

/// Places that are none of ours: districts of London, and whatever stands where a place is named.
pub(super) fn other_places(tokens: &Tokens, asked: bool) -> Vec<Found<WantedArea>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let place = district(tokens, at).or_else(|| place_after_in(tokens, at));
        match place {
            Some(place) => {
                at = place.run.end;
                if !tokens.is_refused(place.run.start) {
                    found.push(place);
                }
            }
            None => at += 1,
        }
    }
    if found.is_empty() && asked {
        found.extend(whole_answer(tokens));
    }
    found
}

fn district(tokens: &Tokens, at: usize) -> Option<Found<WantedArea>> {
    let candidates = LONDON.get(tokens.get(at))?;
    let fits = |words: &Vec<String>| words.iter().enumerate().all(|(n, word)| tokens.get(at + n) == word);
    let (words, area) =
        candidates.iter().filter(|(words, _)| fits(words)).max_by_key(|(words, _)| words.len())?;
    let is_person = matches!(tokens.before(at), "mr" | "mrs" | "miss" | "name" | "is" | "im");
    (!is_person).then(|| Found::new(area.clone(), at..at + words.len()))
}

/// `in San Jose`, `moving to Little Rock`, `the Fremont area`: a name with capitals where a place is named.
fn place_after_in(tokens: &Tokens, at: usize) -> Option<Found<WantedArea>> {
    let introduced = match tokens.get(at) {
        "in" | "around" | "near" => true,
        "to" => matches!(
            tokens.before(at),
            "move" | "moving" | "relocating" | "relocate" | "close" | "next" | "over" | "down"
        ),
        "the" => {
            let end = capitals(tokens, at + 1)?.end;
            matches!(tokens.get(end), "area" | "are" | "region" | "neighbourhood" | "district" | "side")
        }
        _ => false,
    };
    let skip = usize::from(tokens.get(at) != "the" && tokens.get(at + 1) == "the");
    let run = capitals(tokens, at + 1 + skip).filter(|_| introduced)?;
    Some(Found::new(unknown(tokens.said(&run)), run))
}

/// Words with capitals, up to the next pause.
fn capitals(tokens: &Tokens, start: usize) -> Option<Range<usize>> {
    const WORDS_MAX: usize = 4;
    let is_capital = |at: usize| {
        let said = tokens.said(&(at..at + 1));
        said.starts_with(char::is_uppercase)
            && !is_no_place(tokens.get(at))
            && (at == start || !tokens.is_after_pause(at))
    };
    let end = (start..(start + WORDS_MAX).min(tokens.len())).take_while(|at| is_capital(*at)).last()? + 1;
    Some(start..end)
}

fn is_no_place(word: &str) -> bool {
    super::weekdays::weekday_named(word).is_some()
        || super::month_days::month_named(word).is_some()
        || matches!(
            word,
            "i" | "im" | "id" | "ill" | "ive" | "english" | "christmas" | "easter" | "the" | "a" | "my"
        )
        || word.starts_with(|c: char| c.is_ascii_digit())
}

/// The answer to "which area": the first name in it that is written with a capital.
fn whole_answer(tokens: &Tokens) -> Option<Found<WantedArea>> {
    const AROUND: &[&str] = &[
        "in", "the", "area", "please", "of", "id", "like", "i", "want", "to", "look", "at", "for", "around",
        "would", "be", "it", "yes", "city", "search", "is", "good", "find", "one", "near", "somewhere",
        "looking", "apartment", "an", "prefer", "town", "region", "should", "located", "my", "maybe", "how",
        "about", "lets", "let", "no", "okay", "ok", "hi", "hello", "that", "this", "can", "could", "you",
        "we", "im", "need", "any", "are", "do", "something", "sure", "well", "try", "flat", "house",
        "apartments", "there", "some", "what", "a",
    ];
    let mut starts = (0..tokens.len()).filter(|at| !AROUND.contains(&tokens.get(*at)));
    let run = starts.find_map(|at| capitals(tokens, at))?;
    Some(Found::new(unknown(tokens.said(&run)), run))
}

fn unknown(said: &str) -> WantedArea {
    let name =
        said.trim_end_matches("'s").trim_end_matches("’s").trim_matches(|c: char| !c.is_alphanumeric());
    WantedArea { name: Some(name.to_owned()), outward: None }
}

/// `W9`, `w 9`, `NW six`, `north west six`, `W9 1AB`, and other outward codes as written.
pub(super) fn postcodes_in(tokens: &Tokens) -> Vec<Found<Postcode>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match postcode_at(tokens, at) {
            Some((code, used)) => {
                found.push(Found::new(code, at..at + used));
                at += used;
            }
            None => at += 1,
        }
    }
    found.retain(|code| !tokens.is_refused(code.run.start));
    found
}

fn postcode_at(tokens: &Tokens, at: usize) -> Option<(Postcode, usize)> {
    let (letters, used) = compass(tokens, at);
    let number = super::numbers::whole_at(tokens, at + used, 1..=28).filter(|_| used > 0);
    if let Some((number, more)) = number {
        let is_time = matches!(tokens.get(at + used + more), "am" | "pm" | "bed" | "bedroom");
        let code = Postcode { outward: format!("{letters}{number}"), inward: None };
        return (!is_time).then(|| with_inward(code, tokens, at, used + more));
    }
    let word = tokens.get(at);
    let has_digit = word.chars().any(|c| c.is_ascii_digit());
    let is_code = word.starts_with(|c: char| c.is_ascii_alphabetic()) && has_digit && word.len() <= 7;
    let code = Postcode::parse(word).filter(|_| is_code)?;
    let is_full = code.inward.is_some();
    Some(if is_full { (code, 1) } else { with_inward(code, tokens, at, 1) })
}

fn with_inward(code: Postcode, tokens: &Tokens, at: usize, used: usize) -> (Postcode, usize) {
    let joined = |n: usize| {
        let rest = tokens.joined(at + used..(at + used + n).min(tokens.len())).replace(' ', "");
        Postcode::parse(&format!("{}{rest}", code.outward))
            .filter(|full| full.inward.is_some() && full.outward == code.outward)
    };
    (1..=3).find_map(|n| joined(n).map(|full| (full, used + n))).unwrap_or((code, used))
}

fn compass(tokens: &Tokens, i: usize) -> (&'static str, usize) {
    match (tokens.get(i), tokens.get(i + 1), tokens.get(i + 2)) {
        ("north", "west", _) | ("n", "w", _) => ("NW", 2),
        ("n", "double", "u" | "you") => ("NW", 3),
        ("nw" | "northwest", ..) => ("NW", 1),
        ("south", "west", _) | ("s", "w", _) => ("SW", 2),
        ("sw" | "southwest", ..) => ("SW", 1),
        ("south", "east", _) | ("s", "e", _) => ("SE", 2),
        ("se" | "southeast", ..) => ("SE", 1),
        ("double", "u" | "you", _) => ("W", 2),
        ("w" | "west", ..) => ("W", 1),
        ("n", ..) => ("N", 1),
        _ => ("", 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lexicon() -> Lexicon {
        let area =
            |name: &str, outward: &str| WantedArea { name: Some(name.into()), outward: Some(outward.into()) };
        Lexicon::new(
            vec![
                area("Maida Vale", "W9"),
                area("Queen's Park", "NW6"),
                area("Kilburn", "NW6"),
                area("Kensal Rise", "NW10"),
            ],
            ["Elgin Avenue", "Lauderdale Road", "Salusbury Road", "Clifton Gardens"].map(String::from).into(),
        )
    }

    #[test]
    fn areas_survive_a_recogniser() {
        for (text, name) in [
            ("something in Maida Vale", "Maida Vale"),
            ("in maida veil", "Maida Vale"),
            ("made a vale please", "Maida Vale"),
            ("Queens Park", "Queen's Park"),
            ("kensal rice", "Kensal Rise"),
        ] {
            let found = lexicon().places_in(&Tokens::of(text)).0;
            assert_eq!(found.first().and_then(|a| a.value.name.as_deref()), Some(name), "{text}");
        }
        for text in ["anywhere but Kilburn", "not in Maida Vale"] {
            assert!(lexicon().places_in(&Tokens::of(text)).0.is_empty(), "{text}");
        }
    }

    #[test]
    fn postcodes_count_as_areas() {
        for (text, outward, inward) in [
            ("in W9", "W9", None),
            ("n w six", "NW6", None),
            ("north west ten please", "NW10", None),
            ("w 10", "W10", None),
            ("it's W9 1AB", "W9", Some("1AB")),
            ("nw6 1 t j", "NW6", Some("1TJ")),
        ] {
            let found = postcodes_in(&Tokens::of(text));
            let first = &found.first().unwrap_or_else(|| panic!("{text}")).value;
            assert_eq!((first.outward.as_str(), first.inward.as_deref()), (outward, inward), "{text}");
        }
    }

    #[test]
    fn streets_survive_a_recogniser() {
        for (text, street) in [
            ("the one on elgan avenue", "Elgin Avenue"),
            ("elgin", "Elgin Avenue"),
            ("salisbury road", "Salusbury Road"),
            ("Lauderdale", "Lauderdale Road"),
        ] {
            let found = lexicon().places_in(&Tokens::of(text)).1;
            assert_eq!(found.iter().map(|f| f.value.as_str()).collect::<Vec<_>>(), [street], "{text}");
        }
        assert!(lexicon().places_in(&Tokens::of("I am looking for two bedrooms")).1.is_empty());
    }

    #[test]
    fn places_that_are_not_ours_are_heard_as_such() {
        let found = |text: &str, asked| {
            let places = other_places(&Tokens::of(text), asked);
            places.into_iter().filter_map(|place| place.value.name).collect::<Vec<_>>()
        };
        assert_eq!(found("have you got anything in hampstead", false), ["Hampstead"]);
        assert_eq!(found("a flat in Little Wobbling please", false), ["Little Wobbling"]);
        assert_eq!(found("Fremont would be good", true), ["Fremont"]);
        assert!(found("can I come in on Monday", false).is_empty());
    }
}
