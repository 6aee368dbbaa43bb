//! EVI's 10,000 people as tenants, and the real calls as callers: who is recognised, who is refused, and whether anybody hears of
//! somebody else. What is compared is what `tools/find_ticket.rs` compares on the telephone.

use std::collections::{BTreeMap, HashMap};

use agency::crm::TicketId;
use agency::language::{Address, Expecting};
use agency::phone::PhoneNumber;
use agency::tools::find_ticket::{FindTicket, KnownTenant, KnownTicket, TicketOutcome, decide};
use jiff::Timestamp;
use serde_json::Value as Json;

use super::super::Figure;
use super::super::rows::{heard_with, lines, rows, text};
use super::identity::{name, postcode};

struct Profile {
    id: String,
    name: String,
    postcode: String,
}

fn profiles() -> anyhow::Result<Vec<Profile>> {
    let all = lines("evi_en_gb_profiles.csv")?;
    let profile = |line: &String| {
        let mut columns = line.split(',');
        let mut next = || columns.next().unwrap_or_default().to_owned();
        Profile { id: next(), postcode: next(), name: next() }
    };
    Ok(all.iter().skip(1).map(profile).collect())
}

/// Their repair: its reference is their number.
fn ticket(n: usize, profile: &Profile) -> KnownTicket {
    KnownTicket {
        id: TicketId(i64::try_from(n).unwrap_or_default()),
        reference: format!("T-{n}"),
        category: "heating and hot water".into(),
        status: "open".into(),
        tenant_name: profile.name.clone(),
        home: Address::of_home("1 Nowhere Street", &profile.postcode),
        manager_name: None,
    }
}

/// What a call gives at each of three attempts: (name, postcode).
fn attempts(rows: &[&Json]) -> Vec<(String, String)> {
    let at = |item: &str, attempt: i64| {
        let row = rows.iter().find(|row| text(row, "item") == item && row["attempt"] == attempt)?;
        let all: Vec<String> =
            row["nbest"].as_array()?.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect();
        let expecting = if item == "name" { Expecting::Name } else { Expecting::Postcode };
        let (first, others) = all.split_first()?;
        let heard = heard_with(first, others, Some(expecting), Timestamp::UNIX_EPOCH);
        Some(if item == "name" { name(&heard) } else { postcode(&heard) })
    };
    (0..3)
        .map(|attempt| (at("name", attempt).unwrap_or_default(), at("postcode", attempt).unwrap_or_default()))
        .collect()
}

fn says(name: &str, postcode: &str, reference: usize) -> FindTicket {
    FindTicket {
        name: name.to_owned(),
        place: Some(Address { postcode: Some(postcode.to_owned()), ..Address::default() }),
        reference: Some(reference.to_string()),
        papers: false,
    }
}

fn is_told(call: &FindTicket, n: usize, profile: &Profile) -> bool {
    matches!(decide(call, vec![ticket(n, profile)]), TicketOutcome::Told(_))
}

pub(super) fn disclosure() -> anyhow::Result<Vec<Figure>> {
    let (profiles, turns) = (profiles()?, rows("evi_turns.jsonl")?);
    let by_id: HashMap<&str, usize> =
        profiles.iter().enumerate().map(|(n, profile)| (profile.id.as_str(), n)).collect();
    let mut calls: BTreeMap<&str, Vec<&Json>> = BTreeMap::new();
    for row in &turns {
        calls.entry(text(row, "dialogue_id")).or_default().push(row);
    }
    let mut figures = [
        Figure::new(
            "recognised at the first attempt, EVI",
            "name, postcode and their own reference fit",
            None,
        ),
        Figure::new(
            "recognised at any of three, EVI",
            "the others are refused: a code or a person helps them",
            None,
        ),
        Figure::new(
            "nobody else's, real calls",
            "each caller with the reference of everybody who shares a name or a postcode, and of 200 more",
            Some(100.0),
        ),
        Figure::new(
            "nobody else's, near misses",
            "made from the profiles: another first name, surname, figure or letter; who passes has a name that sounds alike (Davis and Davies, Kate and Katie) with postcode and reference right",
            Some(100.0),
        ),
        Figure::new(
            "codes to nobody else",
            "without a reference, the code goes to who rings or to nobody; any other goes to that person's own number",
            Some(100.0),
        ),
    ];
    let tenants = Tenants::of(&profiles);
    for rows in calls.values() {
        let Some(own) = rows[0]["scenario_ids"][0].as_str().and_then(|id| by_id.get(id)).copied() else {
            continue;
        };
        if rows[0]["n_targets"] != 1 {
            continue;
        }
        let said = attempts(rows);
        let fits = |(name, code): &(String, String)| is_told(&says(name, code, own), own, &profiles[own]);
        figures[0].count(said.first().is_some_and(fits), String::new);
        figures[1].count(said.iter().any(fits), || format!("{} | {said:?}", profiles[own].name));
        for (name, code) in &said {
            for other in tenants.near(own, &profiles[own]) {
                let told = is_told(&says(name, code, other), other, &profiles[other]);
                figures[2].count(!told, || format!("{name} {code} heard of {}", profiles[other].name));
            }
            let code_to = says(name, code, 0).tenant(tenants.with_postcode(code));
            figures[4].count(code_to.is_none_or(|tenant| tenant.name == profiles[own].name), || {
                format!("{name} {code}")
            });
        }
    }
    near_misses(&profiles, &mut figures[3]);
    Ok(figures.into())
}

/// Every profile with one thing wrong.
fn near_misses(profiles: &[Profile], figure: &mut Figure) {
    for (n, profile) in profiles.iter().enumerate() {
        let other = &profiles[(n * 7919 + 13) % profiles.len()];
        let (Some((first, last)), Some((other_first, other_last))) =
            (profile.name.split_once(' '), other.name.split_once(' '))
        else {
            continue;
        };
        let mut wrong = vec![
            (profile.name.clone(), other.postcode.clone(), "another postcode"),
            (first.to_owned(), profile.postcode.clone(), "a first name alone"),
            (last.to_owned(), profile.postcode.clone(), "a surname alone"),
            (profile.name.clone(), changed(&profile.postcode), "a figure of the postcode"),
            (
                profile.name.clone(),
                profile.postcode.split(' ').next().unwrap_or_default().to_owned(),
                "half a postcode",
            ),
        ];
        if first != other_first && last != other_last {
            wrong.push((format!("{other_first} {last}"), profile.postcode.clone(), "another first name"));
            wrong.push((format!("{first} {other_last}"), profile.postcode.clone(), "another surname"));
        }
        for (name, code, what) in wrong {
            let told = is_told(&says(&name, &code, n), n, profile);
            figure
                .count(!told, || format!("{what}: {name} {code} for {} {}", profile.name, profile.postcode));
        }
        let told = is_told(&says(&profile.name, &profile.postcode, n + 1), n, profile);
        figure.count(!told, || format!("another reference: {}", profile.name));
    }
}

fn changed(postcode: &str) -> String {
    let digit = |c: char| char::from_digit((c.to_digit(10).unwrap_or(0) + 1) % 10, 10).unwrap_or('0');
    let at = postcode.rfind(|c: char| c.is_ascii_digit()).unwrap_or(0);
    postcode.char_indices().map(|(n, c)| if n == at { digit(c) } else { c }).collect()
}

/// Who shares what with whom.
struct Tenants {
    by_word: HashMap<String, Vec<usize>>,
    by_postcode: HashMap<String, Vec<KnownTenant>>,
    count: usize,
}

impl Tenants {
    fn of(profiles: &[Profile]) -> Self {
        let (mut by_word, mut by_postcode): (HashMap<String, Vec<usize>>, HashMap<String, Vec<KnownTenant>>) =
            (HashMap::new(), HashMap::new());
        for (n, profile) in profiles.iter().enumerate() {
            for word in profile.name.split(' ').chain([profile.postcode.as_str()]) {
                by_word.entry(word.to_owned()).or_default().push(n);
            }
            let Ok(phone) = PhoneNumber::parse("+447700900100") else { continue };
            let home = Address::of_home("1 Nowhere Street", &profile.postcode);
            let id = i64::try_from(n).unwrap_or_default();
            let tenant = KnownTenant { id, name: profile.name.clone(), phone, home };
            by_postcode.entry(profile.postcode.replace(' ', "")).or_default().push(tenant);
        }
        Self { by_word, by_postcode, count: profiles.len() }
    }

    fn near(&self, own: usize, profile: &Profile) -> Vec<usize> {
        let words = profile.name.split(' ').chain([profile.postcode.as_str()]);
        let sharing = words.filter_map(|word| self.by_word.get(word)).flatten().copied();
        let some = (1..=200).map(|step| (own + step * 49) % self.count);
        let mut all: Vec<usize> = sharing.chain(some).filter(|other| *other != own).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    fn with_postcode(&self, code: &str) -> Vec<KnownTenant> {
        self.by_postcode.get(&code.replace(' ', "")).cloned().unwrap_or_default()
    }
}
