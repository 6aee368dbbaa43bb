//! What happens outside the conversation: staff and the CRM write, files are imported, people open their links.

use anyhow::Context;
use phone_network::MailServer;

use super::format::Step;
use crate::import;
use crate::rehearsal::Rehearsal;

/// Rows that somebody else writes.
pub(super) async fn write(step: &Step, rehearsal: &Rehearsal) -> anyhow::Result<()> {
    let store = &rehearsal.app.store;
    match step {
        Step::Changes { table, r#where, set } => {
            let mut tx = store.begin().await?;
            let changed = tx.change_rows(table, r#where, set).await?;
            anyhow::ensure!(changed > 0, "no row of {table} holds {where:?}");
            tx.commit().await?;
        }
        Step::Adds { table, row } => {
            let mut tx = store.begin().await?;
            tx.insert_rows(table, &vec![row.clone()]).await?;
            tx.commit().await?;
        }
        Step::Imports { csv, blm } => {
            let feed = match (csv, blm) {
                (Some(text), None) => import::Feed::Csv(text.as_bytes()),
                (None, Some(text)) => import::Feed::Blm(text.as_bytes()),
                _ => anyhow::bail!("give either csv or blm"),
            };
            let report = import::import(&rehearsal.app, &feed, false).await?;
            anyhow::ensure!(report.errors.is_empty(), "the file has errors: {:?}", report.errors);
        }
        other => anyhow::bail!("{other:?} is not a row"),
    }
    Ok(())
}

/// The last link of this kind that they were sent, by whatever way.
fn last_link(to: &str, kind: &str, mail: &MailServer, rehearsal: &Rehearsal) -> anyhow::Result<String> {
    let start = format!("{}/{kind}/", rehearsal.base_url);
    let texts = rehearsal.network.messages().into_iter().filter(|message| message.to.ends_with(to));
    let letters = mail.letters().into_iter().filter(|letter| letter.to == to);
    let words = texts
        .map(|message| message.body)
        .chain(letters.filter_map(|letter| letter.read().map(|read| read.text)))
        .collect::<Vec<_>>();
    let found = words.iter().rev().find_map(|words| {
        let from = words.rfind(&start)?;
        words[from..].split(|c: char| c.is_whitespace() || c == '#').next().map(str::to_owned)
    });
    found.with_context(|| format!("{to} was sent no link to {start}"))
}

/// Opens the page and presses the first button, twice.
pub(super) async fn book_on_page(to: &str, mail: &MailServer, rehearsal: &Rehearsal) -> anyhow::Result<()> {
    let link = last_link(to, "homes", mail, rehearsal)?;
    let http = reqwest::Client::new();
    let html = http.get(&link).send().await?.error_for_status()?.text().await?;
    let value = |name: &str| {
        let at = html.find(&format!("name=\"{name}\" value=\""))?;
        html[at..].split('"').nth(3).map(str::to_owned)
    };
    let home = value("home").context("the page offers no home to view")?;
    let start = value("start").context("the page offers no time")?;
    let form = [("home", home), ("start", start)];
    // Impatient, as people are: once more while the first is on its way.
    for _ in 0..2 {
        http.post(format!("{link}/book")).form(&form).send().await?.error_for_status()?;
    }
    rehearsal.settle().await
}

/// As a mail program does it (RFC 8058).
pub(super) async fn unsubscribe(to: &str, mail: &MailServer, rehearsal: &Rehearsal) -> anyhow::Result<()> {
    let link = last_link(to, "unsubscribe", mail, rehearsal)?;
    let form = [("List-Unsubscribe", "One-Click")];
    reqwest::Client::new().post(link).form(&form).send().await?.error_for_status()?;
    Ok(())
}
