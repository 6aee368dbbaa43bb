//! Putting the three layers together, and checking the whole.

use std::path::{Path, PathBuf};

use agency::messages::approved;
use agency::office::Policy;
use toml::{Table, Value};

use super::Settings;
use super::environment::{SECRETS, VARIABLES};

const DEFAULTS: &str = include_str!("../../../../config/default.toml");

/// Used where the settings name no policies of their own.
const POLICIES: &[&str] = &[
    include_str!("../../../../policies/areas.md"),
    include_str!("../../../../policies/complaints.md"),
    include_str!("../../../../policies/offers.md"),
    include_str!("../../../../policies/pets.md"),
    include_str!("../../../../policies/recording.md"),
    include_str!("../../../../policies/referencing.md"),
];

#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("the settings file {path} cannot be read; check the path given with --config")]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{from}: {why}\nfix: every setting and its form is in config/default.toml")]
    Bad { from: String, why: String },
    #[error("{name} is {problem}\nfix: {fix}")]
    Unfit { name: &'static str, problem: &'static str, fix: &'static str },
}

/// `variable` gives the environment, so that tests need not change their own.
pub fn load(
    file: Option<&Path>,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Settings, SettingsError> {
    let mut table: Table = DEFAULTS.parse().expect("config/default.toml is checked by a test");
    if let Some(path) = file {
        let text = std::fs::read_to_string(path)
            .map_err(|source| SettingsError::Unreadable { path: path.to_owned(), source })?;
        let from = path.display().to_string();
        let layer: Table = text.parse().map_err(|error| bad(&from, &error))?;
        refuse_secrets(&layer, &from)?;
        merge(&mut table, layer);
        // Checked before the environment is laid over it, so that the file is named if it is the one at fault.
        table.clone().try_into::<Settings>().map_err(|error| bad(&from, &error))?;
    }
    let set: Vec<&str> = VARIABLES
        .iter()
        .filter_map(|(name, section, key)| {
            let value = variable(name).filter(|value| !value.is_empty())?;
            let value = value.parse().map_or(Value::String(value), Value::Boolean);
            section_of(&mut table, section).insert((*key).to_owned(), value);
            Some(*name)
        })
        .collect();
    let mut settings: Settings =
        table.try_into().map_err(|error| bad(&format!("the environment ({})", set.join(", ")), &error))?;
    if settings.office.policies.is_empty() {
        let read = |text: &&str| Policy::parse(text).expect("the policies are checked by a test");
        settings.office.policies = POLICIES.iter().map(read).collect();
    }
    check(&settings)?;
    Ok(settings)
}

fn bad(from: &str, error: &toml::de::Error) -> SettingsError {
    SettingsError::Bad { from: from.to_owned(), why: error.to_string().trim().to_owned() }
}

fn section_of<'t>(table: &'t mut Table, section: &str) -> &'t mut Table {
    match table.entry(section).or_insert_with(|| Value::Table(Table::new())) {
        Value::Table(section) => section,
        _ => unreachable!("config/default.toml has only sections at its top"),
    }
}

fn merge(base: &mut Table, layer: Table) {
    for (key, value) in layer {
        match (base.get_mut(&key), value) {
            (Some(Value::Table(inner)), Value::Table(layer)) => merge(inner, layer),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

fn refuse_secrets(layer: &Table, from: &str) -> Result<(), SettingsError> {
    let found =
        SECRETS.iter().find(|(section, key)| layer.get(*section).and_then(|table| table.get(*key)).is_some());
    match found {
        Some((section, key)) => Err(SettingsError::Bad {
            from: from.to_owned(),
            why: format!("{section}.{key} is a secret and must come from the environment"),
        }),
        None => Ok(()),
    }
}

fn check(settings: &Settings) -> Result<(), SettingsError> {
    let unfit = |name, problem, fix| Err(SettingsError::Unfit { name, problem, fix });
    let base = &settings.server.base_url;
    if !base.starts_with("https://") && !is_loopback(base) {
        return unfit("BASE_URL", "not https", "give the public https address; http is for 127.0.0.1 only");
    }
    if settings.clock.starts_at.is_some() && !is_loopback(&settings.twilio.api_url) {
        return unfit(
            "RECEPTIONIST_CLOCK",
            "set while TWILIO_API_URL is the real one",
            "a rehearsal clock would send real people wrong times: remove it, or point TWILIO_API_URL at the loopback",
        );
    }
    let known = |name: &&String| approved::CONTENTS.iter().any(|content| content.name == name.as_str());
    if let Some(name) = settings.whatsapp_templates.keys().find(|name| !known(name)) {
        return Err(SettingsError::Bad {
            from: "[whatsapp_templates]".to_owned(),
            why: format!("there is no message {name}; `receptionist templates list` names them"),
        });
    }
    if let Some(why) = settings.hours.problem() {
        return Err(SettingsError::Bad { from: "[hours]".to_owned(), why: why.to_owned() });
    }
    if settings.diary.slot_minutes < 5 {
        return unfit("diary.slot_minutes", "too short", "let slots last 5 minutes or more");
    }
    Ok(())
}

pub(crate) fn is_loopback(url: &str) -> bool {
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://")).unwrap_or_default();
    let host = rest.split('/').next().unwrap_or_default();
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    host == "localhost"
        || host == "[::1]"
        || host.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variables: &'static [(&str, &str)]) -> Result<Settings, SettingsError> {
        load(None, |name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_defaults_stand_by_themselves() {
        let settings = with(&[]).unwrap();
        assert_eq!(settings.agency.persona, "Sarah");
        assert!(settings.database_url().ends_with("receptionist.db"));
    }

    #[test]
    fn the_environment_wins_and_secrets_are_not_printed() {
        let settings =
            with(&[("TWILIO_AUTH_TOKEN", "very-secret"), ("DATABASE_URL", "postgres://u:hidden@h/d")])
                .unwrap();
        assert_eq!(settings.database_url(), "postgres://u:hidden@h/d");
        let printed = format!("{settings:?}");
        assert!(!printed.contains("very-secret") && !printed.contains("hidden"), "{printed}");
    }

    #[test]
    fn what_is_wrong_is_said_with_its_fix() {
        for (variables, words) in [
            (&[("BASE_URL", "http://example.co.uk")] as &'static [(&str, &str)], "BASE_URL is not https"),
            (&[("RECEPTIONIST_CLOCK", "2026-11-23T09:00:00Z")], "RECEPTIONIST_CLOCK is set while"),
            (&[("LISTEN_ADDR", "nowhere")], "LISTEN_ADDR"),
            (&[("EMERGENCY_CONTACT_PHONE", "12345")], "not a telephone number"),
        ] {
            let said = with(variables).unwrap_err().to_string();
            assert!(said.contains(words) && said.contains("fix"), "{said}");
        }
    }

    #[test]
    fn an_unknown_key_stops_the_start() {
        let folder = tempfile::TempDir::new().unwrap();
        for (text, words) in [
            ("[diary]\nslot_minuets = 30", "slot_minuets"),
            ("[twilio]\nauth_token = \"x\"", "is a secret"),
            ("[hours]\nopens = 9", "opens"),
        ] {
            let path = folder.path().join("bad.toml");
            std::fs::write(&path, text).unwrap();
            let said = load(Some(&path), |_| None).unwrap_err().to_string();
            assert!(said.contains(words) && said.contains("bad.toml"), "{said}");
        }
    }

    #[test]
    fn the_loopback_is_known() {
        for (url, expected) in [
            ("http://127.0.0.1:8080", true),
            ("http://localhost:1/x", true),
            ("http://127.0.0.1.example.com", false),
            ("https://api.twilio.com", false),
        ] {
            assert_eq!(is_loopback(url), expected, "{url}");
        }
    }
}
