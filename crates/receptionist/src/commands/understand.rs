//! `understand`: what the receptionist hears in a sentence, line by line (`spec.md` §3).

use std::io::{BufRead, Write};

use agency::language::{Lexicon, Line, understand};
use jiff::Timestamp;
use serde_json::{Value, json};
use store::Store;

use super::terminal::complain;
use crate::clock::Clock;
use crate::seed;
use crate::settings::Settings;

pub(super) const EXAMPLES: &str = r#"Each line: {"text", "now"?, "expecting"?, "listing"?, "alternatives"?, "offers"?}

Examples:
  echo '{"text": "half three on tuesday", "expecting": "slot"}' | receptionist understand
  echo '{"text": "up to two two fifty", "listing": "rent"}' | receptionist understand
  receptionist understand < sentences.jsonl > heard.jsonl"#;

/// Every line is answered, in order; an unreadable one with an error in its place, and exit code 1 at the end.
pub(super) async fn run(settings: &Settings) -> anyhow::Result<bool> {
    let now = Clock::system().now();
    let lexicon = lexicon(settings, now).await?;
    let mut output = std::io::BufWriter::new(std::io::stdout().lock());
    let mut all_read = true;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let answer = answer(&line, &lexicon, now);
        all_read &= answer.get("error").is_none();
        serde_json::to_writer(&mut output, &answer)?;
        output.write_all(b"\n")?;
    }
    output.flush()?;
    Ok(all_read)
}

fn answer(line: &str, lexicon: &Lexicon, now: Timestamp) -> Value {
    match serde_json::from_str::<Line>(line) {
        Ok(line) => serde_json::to_value(understand(&line, lexicon, now)).unwrap_or_default(),
        Err(error) => json!({
            "error": format!("this line is not understood: {error}; it must be an object with at least \"text\"")
        }),
    }
}

/// The agency's areas and streets; without a database, those of the demo.
async fn lexicon(settings: &Settings, now: Timestamp) -> anyhow::Result<Lexicon> {
    let is_there =
        settings.database.url.is_some() || settings.database.data_dir.join("receptionist.db").exists();
    if is_there {
        let store = Store::open(&settings.database_url()).await?;
        let lexicon = store.lexicon().await?;
        store.close().await;
        return Ok(lexicon);
    }
    complain("no database yet: areas and streets are those of the demo's agency");
    let text = |home: &Value, key: &str| home[key].as_str().unwrap_or_default().to_owned();
    let homes = seed::demo_homes(agency::london::date_of(now));
    Ok(Lexicon::of_homes(
        homes.iter().map(|home| (text(home, "area"), text(home, "address_line1"), text(home, "postcode"))),
    ))
}
